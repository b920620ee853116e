#include "edgewatch/runtime/replay.hpp"

#include "edgewatch/capture/source.hpp"
#include "edgewatch/config/configuration.hpp"
#include "edgewatch/config/rule_books.hpp"
#include "edgewatch/runtime/exit_code.hpp"

#include "coverage_sum.hpp"
#include "events_file.hpp"
#include "ledger_session.hpp"
#include "radius_clients.hpp"
#include "sensor_shards.hpp"
#include "tables.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <exception>
#include <memory>

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <unistd.h>

namespace edgewatch::runtime {
namespace {

using namespace std::chrono_literals;

/// The same in every replay, so that the same capture gives the same bytes. Live, the key is random.
constexpr HashKey replay_key{0x6564676577617463U, 0x685f7265706c6179U};

/// Says what stopped a replay; carries the exit code out of the depths.
struct Stop {
  int exit_code;
  std::string text;
};

std::string lines(const Problems& problems) {
  std::string out;
  for (const Problem& problem : problems) out += to_string(problem) + '\n';
  return out;
}

template <class T>
T value_or_stop(Result<T, Problems> result, int exit_code) {
  if (!result) throw Stop{exit_code, lines(result.error())};
  return std::move(result).value();
}

/// Batches whose rows may wait together: a capture may have all its frames in one second.
constexpr std::size_t most_undelivered = 64;

constexpr const char* way_round_a_case =
    "edgewatchd: --print does not work with the installed configuration, people or identity spool, so that "
    "it is no way round a case; name files of "
    "your own\n";

/// Whether a path lies where the installed product keeps its configuration, its ledger or its live identity
/// spool.
bool is_installed(const std::filesystem::path& file) {
  std::error_code error;
  const std::filesystem::path whole = std::filesystem::weakly_canonical(file, error);
  for (std::filesystem::path folder = whole; folder.has_relative_path(); folder = folder.parent_path()) {
    for (const char* home : {"/etc/edgewatch", "/var/lib/edgewatch", "/run/edgewatch"}) {
      if (folder == std::filesystem::weakly_canonical(home, error)) return true;
    }
  }
  return false;
}

/// A configuration elsewhere may still name the installed people, which would tell who used what without a
/// case.
bool names_installed_people(const config::Settings& settings) {
  return is_installed(settings.people) || is_installed(settings.assignments);
}

class Replay {
 public:
  Replay(const ReplayOptions& options, std::ostream& out, std::ostream& errors)
      : options_(options), out_(out), errors_(errors) {}

  void run() {
    read_configuration();
    const config::Settings& settings = configuration_->settings;
    FrameBatches input(options_.files, std::move(injected_), replay_key);
    observe::ObserverOptions observed;
    observed.inside = settings.inside;
    observed.exclude = settings.exclude;
    observed.memory_mib = settings.sensor.frames_mib();
    observed.hash_key = replay_key;
    observed.tunnel_ends = settings.capture.tunnel_ends;
    observed.claims = false;
    observed.radius_clients = radius_clients(settings);
    SensorShards sensor(input, std::move(observed), options_.threads);
    std::unique_ptr<SensorBatch> batch = sensor.next();
    if (options_.database) {
      const auto& frames = batch->frames.content.frames;
      session_ = std::make_unique<LedgerSession>(*options_.database);
      const Timestamp begun = frames.empty() ? Timestamp{} : frames.front().at;
      session_->begin(begun, account::Method{}, configuration_->policies);
      if (!frames.empty()) write_rule_book(begun);
    }
    configuration_->catalogue_files.clear();
    configuration_->catalogue_files.shrink_to_fit();
    if (options_.print) print_header(out_, *options_.print);
    std::exception_ptr damage;
    try {
      while (take(*batch)) {
        sensor.recycle(std::move(batch));
        batch = sensor.next();
      }
    } catch (const capture::SourceError&) {
      damage = std::current_exception();  // what came before it is accounted, as of a file that was cut
    }
    for (auto events = sensor.finish(); !events.empty(); events = sensor.finish()) {
      for (model::Event& event : events) consume(std::move(event));
    }
    take_coverage();
    pipeline_->finish();
    deliver();
    if (session_ && frames_ != 0) session_->heartbeat(now_);
    if (damage) std::rethrow_exception(damage);
  }

 private:
  void read_configuration() {
    configuration_ = std::make_unique<config::Configuration>(
        value_or_stop(config::load(*options_.configuration), bad_configuration));
    if (options_.print && names_installed_people(configuration_->settings))
      throw Stop{not_permitted, way_round_a_case};
    if (options_.tenancy) {
      for (auto& event : value_or_stop(config::load_tenancy(*options_.tenancy), bad_configuration))
        injected_.emplace_back(std::move(event));
    }
    if (options_.events) {
      for (auto& event : value_or_stop(load_events(*options_.events), bad_input))
        injected_.push_back(std::move(event));
    }
    std::stable_sort(injected_.begin(), injected_.end(),
                     [](const auto& a, const auto& b) { return time_of(a) < time_of(b); });
    if (!configuration_->lists_trouble.empty()) errors_ << configuration_->lists_trouble << '\n';
    pipeline_ = std::make_unique<pipeline::Pipeline>(
        snapshot(*configuration_),
        identity::Register(configuration_->people, configuration_->assignments,
                           configuration_->settings.topology),
        account::Method{},
        pipeline::Options{replay_key, options_.print == Table::findings,
                          configuration_->settings.sensor.answers_mib() << 20U,
                          configuration_->settings.trust});
  }

  static pipeline::Policies snapshot(const config::Configuration& configuration) {
    return {std::make_shared<const classify::Catalogue>(configuration.policies.catalogue),
            std::make_shared<const policy::RuleBook>(configuration.policies.rules),
            configuration.policies.lists};
  }

  /// What was said and injected, in order of its place in the batch; false for the last.
  bool take(SensorBatch& batch) {
    for (const std::string& warning : batch.frames.warnings) errors_ << warning;
    std::array<std::size_t, shards> marks{};
    std::array<std::size_t, shards> events{};
    auto injected = batch.frames.injected.begin();
    for (;;) {
      std::optional<Place> place;
      for (std::size_t shard = 0; shard < shards; ++shard) {
        const auto& own = batch.said[shard].marks;
        if (marks[shard] < own.size() && (!place || own[marks[shard]].place < *place))
          place = own[marks[shard]].place;
      }
      const bool inject_first =
          injected != batch.frames.injected.end() && (!place || 2 * injected->before_frame < *place);
      if (inject_first) {
        inject((injected++)->event);
        continue;
      }
      if (!place) break;
      for (std::size_t shard = 0; shard < shards; ++shard) {
        SensorBatch::Said& said = batch.said[shard];
        if (marks[shard] == said.marks.size() || said.marks[marks[shard]].place != *place) continue;
        for (const std::size_t end = said.marks[marks[shard]++].end; events[shard] < end; ++events[shard])
          consume(std::move(said.events[events[shard]]));
      }
      take_coverage();
    }
    frames_ += batch.frames.content.frames.size();
    now_ = batch.frames.last;
    if (now_ - delivered_ >= 1s || ++undelivered_ >= most_undelivered) deliver();
    show_progress();
    return batch.more;
  }

  void inject(const model::Event& event) {
    pipeline_->consume(event);
    if (std::holds_alternative<model::Reload>(event)) reload(time_of(event));
  }

  /// The shards each have a row for what they saw of a source; they are one.
  void consume(model::Event&& event) {
    const auto* row = std::get_if<model::Coverage>(&event);
    if (row == nullptr) {
      pipeline_->consume(std::move(event));
      return;
    }
    const auto same = std::ranges::find_if(coverage_, [row](const model::Coverage& known) {
      return known.source == row->source && known.interval == row->interval;
    });
    if (same == coverage_.end()) {
      coverage_.push_back(*row);
    } else {
      add_up(*same, *row);
    }
  }

  void take_coverage() {
    for (model::Coverage& row : coverage_) pipeline_->consume(std::move(row));
    coverage_.clear();
  }

  void reload(Timestamp at) {
    auto read = config::reload(configuration_->settings);
    if (!read) {
      errors_ << lines(read.error()) << "the rules that were in force stay in force\n";
      return;
    }
    *configuration_ = std::move(read).value();
    pipeline_->swap(snapshot(*configuration_));
    pipeline_->replace_people(configuration_->people, configuration_->assignments, at);
    if (!session_) return;
    session_->revise(at, configuration_->policies);
    write_rule_book(at);
  }

  void write_rule_book(Timestamp at) {
    session_->ledger().write_rule_book(config::kept(*configuration_, configuration_->policies.rules, at));
  }

  /// A transaction costs the ledger far more than a row, so rows wait for a second of the capture.
  void deliver() {
    delivered_ = now_;
    undelivered_ = 0;
    const pipeline::Output output = pipeline_->drain();
    if (output.empty()) return;
    if (options_.print) print_rows(out_, *options_.print, output);
    if (session_) {
      session_->write(output);
      if (!output.slices.empty() || !output.coverage.empty()) session_->heartbeat(now_);
    }
  }

  void show_progress() {
    if (isatty(STDERR_FILENO) == 0) return;
    const auto now = std::chrono::steady_clock::now();
    if (now - shown_ < 2s) return;
    if (shown_ != started_)
      fmt::print(errors_, "replay: {} frames, at {}\n", frames_,
                 format_rfc3339(std::chrono::floor<std::chrono::seconds>(now_)));
    shown_ = now;
  }

  const ReplayOptions& options_;
  std::ostream& out_;
  std::ostream& errors_;
  std::unique_ptr<config::Configuration> configuration_;
  std::vector<model::Event> injected_;
  std::vector<model::Coverage> coverage_;  ///< of one place, to be summed
  std::unique_ptr<pipeline::Pipeline> pipeline_;
  std::unique_ptr<LedgerSession> session_;
  Timestamp now_;
  Timestamp delivered_;          ///< logical time when rows were given out last
  std::size_t undelivered_ = 0;  ///< batches since then
  std::uint64_t frames_ = 0;
  std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point shown_ = started_;
};

}  // namespace

const std::filesystem::path& installed_configuration() {
  static const std::filesystem::path path = "/etc/edgewatch/edgewatch.toml";
  return path;
}

int replay(const ReplayOptions& options, std::ostream& out, std::ostream& errors) {
  if (!options.print && !options.database) {
    errors << "edgewatchd: a replay needs --print or --database; say what should become of it\n";
    return usage;
  }
  ReplayOptions settled = options;
  if (!settled.configuration) settled.configuration = installed_configuration();
  if (options.print &&
      (is_installed(*settled.configuration) || (options.tenancy && is_installed(*options.tenancy)))) {
    errors << way_round_a_case;
    return not_permitted;
  }
  if (options.database && is_installed(*options.database)) {
    errors << "edgewatchd: a replay never writes into the live ledger: its rows would stand there as if they "
              "had been watched; name another --database\n";
    return not_permitted;
  }
  try {
    Replay(settled, out, errors).run();
    out.flush();
    if (!out) throw Stop{io_error, "standard output: cannot be written; is the disk full?\n"};
    return fine;
  } catch (const Stop& stop) {
    errors << stop.text;
    return stop.exit_code;
  } catch (const capture::SourceError& error) {
    errors << error.what() << '\n';
    return error.exit_code();
  } catch (const store::StoreError& error) {
    errors << error.what() << '\n';
    return error.exit_code();
  }
}

}  // namespace edgewatch::runtime

#include "edgewatch/runtime/replay.hpp"

#include "edgewatch/capture/source.hpp"
#include "edgewatch/config/configuration.hpp"
#include "edgewatch/observe/observer.hpp"
#include "edgewatch/runtime/exit_code.hpp"

#include "events_file.hpp"
#include "ledger_session.hpp"
#include "radius_clients.hpp"
#include "tables.hpp"

#include <algorithm>
#include <chrono>
#include <deque>
#include <memory>

#include <fmt/format.h>
#include <fmt/ostream.h>
#include <unistd.h>

namespace edgewatch::runtime {
namespace {

using namespace std::chrono_literals;

/// The same in every replay, so that the same capture gives the same bytes. Live, the key is random.
constexpr HashKey replay_key{0x6564676577617463U, 0x685f7265706c6179U};
constexpr std::size_t frames_a_batch = 512;
constexpr Duration backward_step =
    1s;  // ARCHITECTURE 5: a backward step of over a second in one source is a clock event

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

/// One file and the frame that waits in it.
class Input {
 public:
  Input(const std::string& path, std::uint16_t number) : source_(capture::open_file(path, number)) {}

  [[nodiscard]] const std::string& name() const { return source_->name(); }
  [[nodiscard]] const net::Frame* head() const { return head_ ? &*head_ : nullptr; }
  /// Frames that came before the one that waits.
  [[nodiscard]] Timestamp last() const { return last_; }

  /// Reads the next frame; `on_loss` is given the losses on the way.
  template <class OnLoss>
  void advance(std::ostream& errors, OnLoss on_loss) {
    if (head_) last_ = head_->at;
    head_.reset();
    while (true) {
      capture::Step step = source_->next();
      if (const auto* frame = std::get_if<net::Frame>(&step)) {
        head_ = *frame;
        return;
      }
      if (const auto* loss = std::get_if<net::FrameLoss>(&step)) on_loss(*loss);
      if (const auto* end = std::get_if<capture::EndOfInput>(&step)) {
        if (end->cut) fmt::print(errors, "warning: {}; what came before was read\n", end->detail);
        return;
      }
    }
  }

 private:
  std::unique_ptr<capture::PacketSource> source_;
  std::optional<net::Frame> head_;
  Timestamp last_ = Timestamp::min();
};

class Replay {
 public:
  Replay(const ReplayOptions& options, std::ostream& out, std::ostream& errors)
      : options_(options), out_(out), errors_(errors) {}

  void run() {
    read_configuration();
    open_inputs();
    const net::Frame* first = earliest() != nullptr ? earliest()->head() : nullptr;
    if (options_.database) {
      session_ = std::make_unique<LedgerSession>(*options_.database);
      session_->begin(first != nullptr ? first->at : Timestamp{}, account::Method{},
                      configuration_->policies);
    }
    if (options_.print) print_header(out_, *options_.print);
    while (Input* input = earliest()) take_frame(*input);
    inject_until(Timestamp::max());
    observer_->finish();
    consume_observed();
    pipeline_->finish();
    deliver();
    if (session_ && first_seen_) session_->heartbeat(now_);
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
    pipeline_ = std::make_unique<pipeline::Pipeline>(
        snapshot(*configuration_),
        identity::Register(configuration_->people, configuration_->assignments,
                           configuration_->settings.topology),
        account::Method{}, pipeline::Options{replay_key, options_.print == Table::findings});
  }

  static pipeline::Policies snapshot(const config::Configuration& configuration) {
    return {std::make_shared<const classify::Catalogue>(configuration.policies.catalogue),
            std::make_shared<const policy::RuleBook>(configuration.policies.rules)};
  }

  void open_inputs() {
    std::vector<std::string> names;
    for (const std::string& file : options_.files) {
      inputs_.push_back(std::make_unique<Input>(file, static_cast<std::uint16_t>(inputs_.size())));
      names.push_back(inputs_.back()->name());
    }
    const config::Settings& settings = configuration_->settings;
    observer_ = std::make_unique<observe::Observer>(
        observe::ObserverOptions{settings.inside, settings.exclude, settings.sensor.memory_mib, replay_key,
                                 radius_clients(settings)},
        names);
    for (auto& input : inputs_) advance(*input);
  }

  void advance(Input& input) {
    input.advance(errors_, [this](const net::FrameLoss& loss) { observer_->see(loss); });
  }

  /// The input whose waiting frame is the earliest; the first named wins a tie.
  Input* earliest() {
    Input* best = nullptr;
    for (auto& input : inputs_) {
      if (input->head() == nullptr) continue;
      if (best == nullptr || input->head()->at < best->head()->at) best = input.get();
    }
    return best;
  }

  void take_frame(Input& input) {
    const net::Frame& frame = *input.head();
    inject_until(frame.at);
    if (input.last() != Timestamp::min() && frame.at + backward_step < input.last()) {
      consume_observed();
      pipeline_->consume(model::ClockStep{frame.at, frame.at - input.last()});
    }
    observer_->see(frame);
    now_ = first_seen_ ? std::max(now_, frame.at) : frame.at;
    first_seen_ = true;
    if (++frames_ % frames_a_batch == 0) {
      consume_observed();
      deliver();
      show_progress();
    }
    advance(input);
  }

  void inject_until(Timestamp at) {
    while (!injected_.empty() && time_of(injected_.front()) <= at) {
      const model::Event event = std::move(injected_.front());
      injected_.pop_front();
      inject(event);
    }
  }

  void inject(const model::Event& event) {
    if (const auto* tick = std::get_if<model::Tick>(&event)) observer_->tick(tick->at);
    if (const auto* loss = std::get_if<net::FrameLoss>(&event)) observer_->see(*loss);
    consume_observed();
    pipeline_->consume(event);
    if (std::holds_alternative<model::Reload>(event)) reload(time_of(event));
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
    if (session_) session_->revise(at, configuration_->policies);
  }

  void consume_observed() {
    for (const model::Event& event : observer_->drain()) pipeline_->consume(event);
  }

  void deliver() {
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
  std::deque<model::Event> injected_;
  std::vector<std::unique_ptr<Input>> inputs_;
  std::unique_ptr<observe::Observer> observer_;
  std::unique_ptr<pipeline::Pipeline> pipeline_;
  std::unique_ptr<LedgerSession> session_;
  Timestamp now_;
  bool first_seen_ = false;
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

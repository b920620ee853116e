#include "time/watch.hpp"

#include "edgewatch/base/text.hpp"
#include "edgewatch/config/configuration.hpp"

#include <algorithm>
#include <fstream>
#include <stdexcept>

#include <fmt/format.h>
#include <stdlib.h>

namespace edgewatch::truth {
namespace {

constexpr HashKey fixed_key{0x7472757468000001U, 0x7472757468000002U};
constexpr std::size_t drained_after = 512;  // events

void write(const std::filesystem::path& file, const std::string& text) {
  std::ofstream(file, std::ios::binary) << text;
}

/// A folder that goes with its last user.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "edgewatch-truth-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no scratch folder");
    path_ = name;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

[[noreturn]] void refuse(const Problems& problems) {
  std::string text;
  for (const Problem& problem : problems) text += to_string(problem) + "\n";
  throw std::runtime_error(text);
}

/// Everybody has a lease and a log-on from midnight on, which is grade A.
std::vector<model::TenancyEvent> tenancy_of(std::size_t people) {
  std::string feed = "recorded_at,kind,address,mac,person,valid_from,valid_to,source,session\n";
  const std::string from = format_rfc3339(midnight());
  for (std::size_t i = 0; i < people; ++i) {
    const support::Machine machine = machine_of(i);
    const std::string where = machine.address.to_string() + "," + machine.mac.to_string();
    feed += fmt::format("{0},lease,{1},,{0},,dhcp,\n", from, where);
    feed += fmt::format("{0},logon,{1},{2},{0},,windows,s{2}\n", from, where, person_of(i));
  }
  const ScratchFolder folder;
  write(folder.path() / "tenancy.csv", feed);
  auto events = config::load_tenancy(folder.path() / "tenancy.csv");
  if (!events) refuse(events.error());
  return std::move(events).value();
}

identity::Register register_of(std::size_t people) {
  std::vector<identity::Person> list;
  for (std::size_t i = 0; i < people; ++i) {
    identity::Person person{};
    person.id = model::PersonId(person_of(i));
    person.display_name = person_of(i);
    list.push_back(person);
  }
  return {std::move(list), {}};
}

observe::ObserverOptions observing() {
  observe::ObserverOptions options;
  options.inside = {net::Network::parse("10.20.0.0/16").value()};
  options.hash_key = fixed_key;
  options.claims = false;
  return options;
}

support::StoryOptions story_options(std::uint64_t seed) {
  support::StoryOptions options;
  options.seed = seed;
  options.start = midnight();
  options.segments_per_packet = 44;  // behind receive offload, as a Linux edge captures
  return options;
}

}  // namespace

pipeline::Policies policies_with(const std::filesystem::path& catalogue) {
  const ScratchFolder folder;
  write(
      folder.path() / "edgewatch.toml",
      fmt::format("inside = [\"10.20.0.0/16\"]\npeople = \"people.csv\"\nassignments = \"assignments.csv\"\n"
                  "rules = \"rules.toml\"\ncatalogue = \"{}\"\n",
                  std::filesystem::absolute(catalogue).string()));
  write(folder.path() / "people.csv", "person,display_name,department,groups\n");
  write(folder.path() / "assignments.csv", "kind,value,person,from,to\n");
  write(folder.path() / "rules.toml", "");
  auto loaded = config::load(folder.path() / "edgewatch.toml");
  if (!loaded) refuse(loaded.error());
  return {std::make_shared<const classify::Catalogue>(loaded->policies.catalogue),
          std::make_shared<const policy::RuleBook>(loaded->policies.rules)};
}

void Figures::add(const model::UsageSlice& slice) {
  if (slice.kind == model::Kind::concurrent) return;
  if (slice.grade == model::Grade::weak) {
    weak += slice.seconds;
    return;
  }
  (slice.kind == model::Kind::interactive ? interactive : playing) += slice.seconds;
  if (slice.grade == model::Grade::strong) strong += slice.seconds;
  lower += slice.lower_seconds;
}

Watch::Watch(pipeline::Policies policies, std::size_t people, Loss loss)
    : policies_(policies),
      observer_(observing(), {"truth"}),
      pipeline_(std::move(policies), register_of(people), account::Method{}, {fixed_key, false}),
      loss_(loss),
      chance_(loss.seed) {
  for (model::TenancyEvent& event : tenancy_of(people)) pipeline_.consume(std::move(event));
}

void Watch::keep(bool rows, bool seconds) {
  keep_rows_ = rows;
  keep_seconds_ = seconds;
}

void Watch::see(const net::Frame& frame) {
  if (loss_.share > 0 && chance_.chance(loss_.share)) {
    ++lost_;
    return;
  }
  if (lost_ > 0) {
    net::FrameLoss loss;
    loss.at = frame.at;
    loss.lost_in_kernel = std::exchange(lost_, 0);
    observer_.see(loss);
  }
  observer_.see(frame);
  if (observer_.pending() > drained_after) take_events();
}

void Watch::see(const support::Recording& recording) { see(recording, Timestamp::min(), Timestamp::max()); }

void Watch::see(const support::Recording& recording, Timestamp from, Timestamp to) {
  for (std::size_t i = 0; i < recording.size(); ++i) {
    const net::Frame frame = recording.frame(i);
    if (from <= frame.at && frame.at < to) see(frame);
  }
}

void Watch::note(const model::Event& event) {
  if (const auto* sighting = std::get_if<model::Sighting>(&event)) {
    const model::Classification* listed = policies_.catalogue->look_up(sighting->host);
    if (sighting->flow != 0 && listed != nullptr && listed->role != model::Role::system)
      services_[sighting->flow] = listed->service.text();
  } else if (const auto* second = std::get_if<model::FlowSecond>(&event)) {
    NamedSecond named;
    named.second = std::chrono::floor<std::chrono::seconds>(second->at).time_since_epoch().count();
    named.flow = second->flow;
    const auto service = services_.find(second->flow);
    if (service != services_.end()) named.service = service->second;
    named.up = second->up;
    named.down = second->down;
    seconds_[second->client.address].push_back(named);
  }
}

void Watch::take_events() {
  for (model::Event& event : observer_.drain()) {
    if (keep_seconds_) note(event);
    pipeline_.consume(std::move(event));
  }
  take_rows();
}

void Watch::take_rows() {
  for (model::UsageSlice& row : pipeline_.drain().slices) {
    figures_[{row.subject.text(), row.service.text()}].add(row);
    if (keep_rows_) rows_.push_back(std::move(row));
  }
}

void Watch::finish(std::optional<Timestamp> stopped) {
  observer_.finish();
  take_events();
  if (stopped) {
    pipeline_.finish(*stopped);
  } else {
    pipeline_.finish();
  }
  take_rows();
}

FiguresByService Watch::figures_of(const std::string& person) const {
  FiguresByService out;
  for (const auto& [key, figures] : figures_) {
    if (key.first == person) out[key.second] = figures;
  }
  return out;
}

const std::vector<NamedSecond>& Watch::seconds_of(const net::IpAddress& address) const {
  static const std::vector<NamedSecond> none;
  const auto found = seconds_.find(address);
  return found == seconds_.end() ? none : found->second;
}

support::Recording record(const Day& day, std::size_t number) {
  support::Story story(story_options(day.seed));
  tell(story, machine_of(number), day, day.said(), 0, clock_time(24));
  return story.record();
}

std::uint64_t watch_council(Watch& watch, const std::vector<Day>& days) {
  std::uint64_t frames = 0;
  std::vector<std::vector<Said>> said;
  said.reserve(days.size());
  for (const Day& day : days) said.push_back(day.said());
  support::Recording carried;  // what an hour's connections send after its end
  for (int hour = 0; hour < 24; ++hour) {
    support::Story story(story_options(1000 + static_cast<std::uint64_t>(hour)));
    for (std::size_t i = 0; i < days.size(); ++i)
      tell(story, machine_of(i), days[i], said[i], clock_time(hour), clock_time(hour + 1));
    support::Recording recording = story.record();
    recording.add(carried);
    recording.arrange();
    const Timestamp end = story.at(clock_time(hour + 1));
    support::Recording later;
    for (std::size_t i = 0; i < recording.size(); ++i) {
      const net::Frame frame = recording.frame(i);
      if (frame.at < end) {
        watch.see(frame);
      } else {
        later.add(frame.at, frame.bytes, frame.wire_length);
      }
    }
    frames += recording.size() - later.size();
    carried = std::move(later);
  }
  watch.see(carried);
  return frames + carried.size();
}

}  // namespace edgewatch::truth

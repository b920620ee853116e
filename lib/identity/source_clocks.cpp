#include "edgewatch/identity/source_clocks.hpp"

#include <algorithm>

namespace edgewatch::identity {
namespace {

using namespace std::chrono_literals;

constexpr Duration remembered = 1h;
constexpr Duration tolerated = 2s;
constexpr Duration usable = 120s;
/// Fewer say nothing: one event that is late is not a clock that is wrong.
constexpr std::size_t fewest = 5;
/// Few enough that a clock which is set anew is soon known by its new time.
constexpr std::size_t most = 16;
constexpr std::size_t most_clocks = 16384;

}  // namespace

SourceClocks::Clock& SourceClocks::clock_of(Key key, Timestamp now) {
  if (clocks_.size() >= most_clocks && !clocks_.contains(key)) {
    std::erase_if(clocks_,
                  [&](const auto& each) { return each.second.samples.back().arrived < now - remembered; });
    if (clocks_.size() >= most_clocks) return unheard_ = Clock{};
  }
  return clocks_[std::move(key)];
}

SourceClocks::Verdict SourceClocks::judge(const std::string& source, const std::string& sender,
                                          Timestamp arrived, Timestamp stated) {
  Clock& clock = clock_of({source, sender}, arrived);
  const Duration lag = arrived - stated;
  latest_ = std::max(latest_, arrived);
  clock.samples.push_back({arrived, lag});
  if (clock.samples.size() > most) clock.samples.erase(clock.samples.begin());
  std::erase_if(clock.samples, [&](const Sample& each) { return each.arrived < arrived - remembered; });
  const bool known = clock.samples.size() >= fewest;
  clock.offset = lag;
  if (known) {
    std::vector<Sample> samples = clock.samples;
    std::ranges::nth_element(samples, samples.begin() + 1, {}, &Sample::lag);
    clock.offset = samples[1].lag;
  }
  clock.off = std::chrono::abs(clock.offset) > usable;
  Reading& reading = readings_[source];
  if (!known && lag > usable) {
    clock.off = false;
    if (sender.empty()) return {};
    return {Word::uncertain, lag};
  }
  if (clock.off) {
    ++reading.ignored_events;
    return {Word::off, clock.offset};
  }
  if (std::chrono::abs(clock.offset) <= tolerated) return {};
  ++reading.corrected_events;
  return {Word::believed, clock.offset};
}

std::vector<SourceClocks::Reading> SourceClocks::readings() const {
  std::vector<Reading> out;
  for (const auto& [source, counts] : readings_) {
    if (counts.corrected_events + counts.ignored_events == 0) continue;
    out.push_back(counts);
    out.back().source = source;
    for (const auto& [key, clock] : clocks_) {
      if (key.first == source && clock.off && clock.samples.back().arrived >= latest_ - remembered)
        out.back().off.push_back({key.second, clock.offset});
    }
  }
  return out;
}

}  // namespace edgewatch::identity

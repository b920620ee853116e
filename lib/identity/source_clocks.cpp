#include "edgewatch/identity/source_clocks.hpp"

#include <algorithm>

namespace edgewatch::identity {
namespace {

using namespace std::chrono_literals;

constexpr Duration remembered = 1h;
constexpr Duration tolerated = 2s;
constexpr Duration usable = 120s;
/// The median of fewer says nothing: one event that is late is not a clock that is wrong.
constexpr std::size_t fewest = 5;
constexpr std::size_t most = 256;
constexpr std::size_t most_sources = 4096;

}  // namespace

std::optional<Duration> SourceClocks::correction(const std::string& source, Timestamp arrived,
                                                 Timestamp stated) {
  const auto known = sources_.find(source);
  if (known == sources_.end() && sources_.size() >= most_sources) return Duration(0);
  Source& own = known != sources_.end() ? known->second : sources_[source];
  own.reading.source = source;
  std::deque<Sample>& samples = own.samples;
  samples.push_back({arrived, arrived - stated});
  while (samples.size() > most || samples.front().arrived < arrived - remembered) samples.pop_front();
  if (samples.size() < fewest) return Duration(0);
  std::vector<Duration> offsets;
  offsets.reserve(samples.size());
  for (const Sample& sample : samples) offsets.push_back(sample.offset);
  const auto middle = offsets.begin() + static_cast<std::ptrdiff_t>(offsets.size() / 2);
  std::nth_element(offsets.begin(), middle, offsets.end());
  Reading& reading = own.reading;
  reading.offset = *middle;
  reading.ignored = std::chrono::abs(reading.offset) > usable;
  if (reading.ignored) {
    ++reading.ignored_events;
    return std::nullopt;
  }
  if (std::chrono::abs(reading.offset) <= tolerated) return Duration(0);
  ++reading.corrected_events;
  return reading.offset;
}

std::vector<SourceClocks::Reading> SourceClocks::readings() const {
  std::vector<Reading> out;
  for (const auto& [name, source] : sources_) {
    if (source.reading.corrected_events + source.reading.ignored_events > 0) out.push_back(source.reading);
  }
  return out;
}

}  // namespace edgewatch::identity

// How far the clocks of those who tell of tenancy are off, by what they say of the moments at which their
// events come (IDENTITY 3). Told the time; one thread.
#pragma once

#include "edgewatch/base/time.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace edgewatch::identity {

class SourceClocks {
 public:
  enum class Word : std::uint8_t {
    believed,   ///< `offset` is to be added to what is stated
    uncertain,  ///< it came late, or the clock is behind: too little was heard of this clock to tell
    off,        ///< the clock is over two minutes off, and says nothing of when
  };
  struct Verdict {
    Word word = Word::believed;
    Duration offset{0};
    bool operator==(const Verdict&) const = default;
  };
  struct Off {
    std::string sender;
    Duration offset{0};  ///< above 0: behind
  };
  struct Reading {
    std::string source;
    std::uint64_t corrected_events = 0;  ///< since the start, as the next
    std::uint64_t ignored_events = 0;
    std::vector<Off> off;  ///< whose clocks are not believed, of those heard within the hour
  };

  /// One event of that sender. An event can come late but not before it happened: so a clock is behind by the
  /// least lag (arrival less stated time) of what was lately heard of it, but for one odd event; up to 2 s
  /// are left alone. Of fewer than five events each one's own lag may be the clock's; but what no sender is
  /// named for is a record that somebody keeps, and over two minutes it is one that came late.
  [[nodiscard]] Verdict judge(const std::string& source, const std::string& sender, Timestamp arrived,
                              Timestamp stated);
  /// The sources that have a clock which is off, or was, by name.
  [[nodiscard]] std::vector<Reading> readings() const;

 private:
  struct Sample {
    Timestamp arrived;
    Duration lag;
  };
  struct Clock {
    std::vector<Sample> samples;
    bool off = false;
    Duration offset{0};
  };
  using Key = std::pair<std::string, std::string>;  ///< source, sender

  [[nodiscard]] Clock& clock_of(Key key, Timestamp now);

  Timestamp latest_ = Timestamp::min();
  std::map<Key, Clock> clocks_;
  std::map<std::string, Reading> readings_;  ///< counts alone
  Clock unheard_;                            ///< where there is no room for another
};

}  // namespace edgewatch::identity

// Whether a new set of lists takes in far more of what is asked than the set before it (ENFORCEMENT B, "List
// poisoning"). Both are asked about the same names, so that the hour of the day makes no difference. Names
// are noted by one thread; any may ask for the verdict.
#pragma once

#include "edgewatch/base/time.hpp"
#include "edgewatch/classify/list_set.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <set>

namespace edgewatch::classify {

class ListTrial {
 public:
  /// Only lists of these categories count: those that a rule blocks.
  ListTrial(std::shared_ptr<const ListSet> before, std::shared_ptr<const ListSet> after,
            std::set<model::Category> blocked);

  /// In order of time, but for a few.
  void note(const net::HostName& name, Timestamp at);

  enum class Verdict : std::uint8_t {
    runs,
    passed,  ///< an hour went by
    failed,  ///< in each of five minutes on end over three times as many names were listed as before
  };
  [[nodiscard]] Verdict verdict() const { return verdict_; }
  [[nodiscard]] const std::shared_ptr<const ListSet>& before() const { return before_; }

 private:
  [[nodiscard]] bool lists(const ListSet& set, const net::HostName& name) const;
  void end_minute(UtcMinute next);

  std::shared_ptr<const ListSet> before_, after_;
  std::set<model::Category> blocked_;
  UtcMinute minute_{};
  std::uint64_t listed_before_ = 0, listed_after_ = 0;  ///< of the names of that minute
  int minutes_ = 0;
  int bad_minutes_ = 0;  ///< on end
  std::atomic<Verdict> verdict_{Verdict::runs};
};

}  // namespace edgewatch::classify

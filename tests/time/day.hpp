// A day of one device with the truth beside it: what it said on the network, and when its owner was really
// there. A day is told as exchanges (TIME 6.3) and becomes packets through support::Story. Owned values.
#pragma once

#include "support/random.hpp"
#include "support/story.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace edgewatch::truth {

/// Seconds of the day that were spent on something, as spans that may overlap; each counts once.
class TrueSeconds {
 public:
  void add(double from, double to);
  [[nodiscard]] int length() const;
  [[nodiscard]] const std::vector<std::pair<int, int>>& spans() const { return spans_; }

 private:
  std::vector<std::pair<int, int>> spans_;
};

/// What somebody truly did with one service on one day. All three empty: contact without use.
struct TrueUse {
  TrueSeconds interactive;
  TrueSeconds playing;     ///< watched, whether or not anything was touched
  TrueSeconds unattended;  ///< it played and nobody watched
  [[nodiscard]] int used() const { return interactive.length() + playing.length(); }
};

/// One exchange: `down` comes in equal parts over `over` seconds.
struct Said {
  double at = 0;  ///< seconds since midnight, UTC
  std::uint32_t host = 0;
  std::uint32_t up = 0;
  std::uint32_t down = 0;
  std::uint32_t over = 1;
};

class Day {
 public:
  Day(std::string of_kind, std::uint64_t from_seed) : kind(std::move(of_kind)), seed(from_seed) {}
  void say(double at, const std::string& host, double up, double down, std::uint32_t over = 1);
  [[nodiscard]] const std::string& host(const Said& said) const { return hosts_[said.host]; }
  /// In order of time.
  [[nodiscard]] std::vector<Said> said() const;

  std::string kind;
  std::uint64_t seed;
  std::map<std::string, TrueUse> truth;  ///< by service; a service with contact alone need not stand here

 private:
  std::vector<std::string> hosts_;
  std::map<std::string, std::uint32_t> host_numbers_;
  std::vector<Said> said_;
};

/// Tuesday 17 November 2026, 00:00 UTC, which is London's time too.
[[nodiscard]] Timestamp midnight();
[[nodiscard]] constexpr double clock_time(int hour, int minute = 0) { return hour * 3600.0 + minute * 60.0; }

/// The machine of the person with this number, and the person's id (`p00017`).
[[nodiscard]] support::Machine machine_of(std::size_t number);
[[nodiscard]] std::string person_of(std::size_t number);

/// Tells what lies in [from, to) of a day as the story of one machine.
void tell(support::Story& story, const support::Machine& machine, const Day& day,
          const std::vector<Said>& said, double from, double to);

}  // namespace edgewatch::truth

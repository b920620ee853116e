// The ways past enforcement that are known (ENFORCEMENT A5), and what becomes of each in a deployment: one
// table, which `edgewatch status --bypass` prints and tests/lab/bypass_test.py proves row by row. Values; any
// thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace edgewatch::enforce {

/// What becomes of whoever tries. `detects`: what was used can be told and counted, or named, but goes
/// through.
enum class Effect : std::uint8_t { cannot, detects, blocks };
[[nodiscard]] std::string_view to_string(Effect effect);

/// To whom something is refused and when, by all rules together.
struct Reach {
  bool everybody = false;                ///< at all hours
  bool everybody_at_some_hours = false;  ///< as a schedule says
  bool some = false;                     ///< people, groups or networks; at all hours
  bool some_at_some_hours = false;

  [[nodiscard]] bool nobody() const {
    return !everybody && !everybody_at_some_hours && !some && !some_at_some_hours;
  }
};

/// One technique. Where an effect is `blocks`, it is so for names that a rule refuses to that client.
struct BypassRow {
  int number = 0;  ///< of ENFORCEMENT A5
  std::string_view technique;
  Effect resolver = Effect::cannot;  ///< of zones, where clients ask a resolver that reads them
  Effect mirror = Effect::cannot;
  Effect gateway = Effect::cannot;
  std::string_view needs;                  ///< the category that a rule must block for it; empty for none
  std::vector<std::string_view> counters;  ///< as `status` calls them; none where it cannot be told apart
  std::string_view note;
  std::string_view refusing{};  ///< the same, of what is only done where something is refused
};
[[nodiscard]] std::span<const BypassRow> bypass_table();

/// What is in force.
struct Deployment {
  enum class Mode : std::uint8_t { observe, mirror, gateway };
  Mode mode = Mode::observe;
  bool watches = true;  ///< an interface is captured
  bool zones = false;   ///< kept for a resolver
  Reach refuses{};      ///< of all rules and withdrawals that refuse anything
  std::map<std::string, Reach, std::less<>> categories{};  ///< that a rule blocks
  // What stands in the way of refusing: alarms, empty where there are none.
  std::string path_trouble{};      ///< of the gateway or the mirror
  std::string resolver_trouble{};  ///< of the zones
};

struct BypassAnswer {
  Effect effect = Effect::cannot;
  std::string limit;  ///< of `blocks`: `for some`, `at some hours`; empty for none
  std::string by;     ///< `gateway`, `resolver`, `gateway, resolver`, `mirror`, `sensor`; empty for `cannot`
  std::string note;   ///< and what is missing, where something is
};
[[nodiscard]] BypassAnswer answer(const BypassRow& row, const Deployment& deployment);

}  // namespace edgewatch::enforce

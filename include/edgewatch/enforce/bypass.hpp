// The ways past enforcement that are known (ENFORCEMENT A5), and what becomes of each in a deployment: one
// table, which `edgewatch status --bypass` prints and tests/lab/bypass_test.py proves row by row. Values; any
// thread.
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace edgewatch::enforce {

/// What becomes of whoever tries. `detects`: what was used can be told and counted, or named, but goes
/// through.
enum class Effect : std::uint8_t { cannot, detects, blocks };
[[nodiscard]] std::string_view to_string(Effect effect);

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
};
[[nodiscard]] std::span<const BypassRow> bypass_table();

/// What is in force.
struct Deployment {
  enum class Mode : std::uint8_t { observe, mirror, gateway };
  Mode mode = Mode::observe;
  bool watches = true;                 ///< an interface is captured
  bool zones = false;                  ///< kept for a resolver
  bool refuses = false;                ///< any rule or withdrawal refuses anything
  std::set<std::string> categories{};  ///< that a rule blocks, for everybody or for some
};

struct BypassAnswer {
  Effect effect = Effect::cannot;
  std::string by;    ///< `gateway`, `resolver`, `gateway, resolver`, `mirror`, `sensor`; empty for `cannot`
  std::string note;  ///< and what is missing, where something is
};
[[nodiscard]] BypassAnswer answer(const BypassRow& row, const Deployment& deployment);

}  // namespace edgewatch::enforce

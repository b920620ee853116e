// Whether what is told of a frame (`inspect --explain`) agrees with what the Observer made of it: an
// explanation that says other than what was decided is worse than none.
#pragma once

#include "edgewatch/model/event.hpp"
#include "edgewatch/observe/observer.hpp"
#include "edgewatch/wire/decode_error.hpp"
#include "edgewatch/wire/trace.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace edgewatch::support {

/// What was told of one frame, what was said, and what had been counted before it and after it.
struct ExplainedFrame {
  const std::vector<wire::TraceLayer>& told;
  const std::vector<model::Event>& said;
  const std::vector<observe::Tally>& before;
  const std::vector<observe::Tally>& after;
};

namespace explained {

inline std::size_t accepted(const std::vector<wire::TraceLayer>& told, std::string_view layer) {
  return static_cast<std::size_t>(std::ranges::count_if(told, [layer](const wire::TraceLayer& one) {
    return one.layer == layer && one.meaning.starts_with("accepted: ");
  }));
}

inline bool is_tunnel(const model::BypassSign& sign) {
  using Kind = model::BypassSign::Kind;
  return sign.kind == Kind::wireguard || sign.kind == Kind::openvpn || sign.kind == Kind::ike;
}

/// What lines say that the frame is refused for.
inline std::set<std::string_view> refusals(const std::vector<wire::TraceLayer>& told) {
  std::set<std::string_view> out;
  for (const wire::TraceLayer& one : told) {
    const std::string_view refused = "refused: ";
    if (!one.meaning.starts_with(refused)) continue;
    const std::string_view rest = std::string_view(one.meaning).substr(refused.size());
    out.insert(rest.substr(0, rest.find_first_of(": ")));
  }
  return out;
}

/// What was counted once more.
inline std::set<std::string_view> counted(const std::vector<observe::Tally>& before,
                                          const std::vector<observe::Tally>& after) {
  std::set<std::string_view> out;
  for (const observe::Tally& now : after) {
    const auto then = std::ranges::find(before, now.name, &observe::Tally::name);
    if (then == before.end() || then->count != now.count) out.insert(now.name);
  }
  return out;
}

inline bool is_malformation(std::string_view name) {
  static const std::set<std::string_view> all = [] {
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < static_cast<std::size_t>(wire::Malformation::count_); ++i)
      names.insert(to_string(static_cast<wire::Malformation>(i)));
    return names;
  }();
  return all.contains(name);
}

}  // namespace explained

/// What does not agree, in words; nothing where all does: a sign is said exactly where a line accepts it, and
/// what is refused is counted, unless a line says that it is not.
inline std::vector<std::string> disagreements(const ExplainedFrame& frame) {
  std::vector<std::string> out;
  std::size_t signs = 0;
  std::size_t tunnels = 0;
  for (const model::Event& event : frame.said) {
    signs += std::holds_alternative<model::IdentitySign>(event) ? 1 : 0;
    const auto* bypass = std::get_if<model::BypassSign>(&event);
    tunnels += bypass != nullptr && explained::is_tunnel(*bypass) ? 1 : 0;
  }
  if (signs != explained::accepted(frame.told, "identity")) out.emplace_back("signs of identity");
  if (tunnels != explained::accepted(frame.told, "bypass")) out.emplace_back("tunnels");
  const bool some_uncounted = std::ranges::any_of(
      frame.told, [](const wire::TraceLayer& one) { return one.meaning.starts_with("not counted: "); });
  const std::set<std::string_view> refused = explained::refusals(frame.told);
  const std::set<std::string_view> counted = explained::counted(frame.before, frame.after);
  for (const std::string_view name : counted) {
    if (explained::is_malformation(name) && !refused.contains(name))
      out.push_back("counted and not told: " + std::string(name));
  }
  for (const std::string_view name : refused) {
    if (explained::is_malformation(name) && !counted.contains(name) && !some_uncounted)
      out.push_back("told and not counted: " + std::string(name));
  }
  return out;
}

}  // namespace edgewatch::support

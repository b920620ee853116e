// What a list must not be: a page, empty, half unreadable, quite another list than yesterday, or one that
// takes away what a council cannot be without (ENFORCEMENT B "list poisoning"). A list that is refused
// changes nothing. Pure functions; any thread.
#pragma once

#include "edgewatch/base/problem.hpp"
#include "edgewatch/config/list.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace edgewatch::config {

/// Public resolvers are what lists against ways round the filter are of; on any other list they are poison.
enum class Resolvers : std::uint8_t { are_protected, may_be_listed };

/// Bounds of a list; shares of 1.
struct ListGuards {
  double least_parse_rate = 0.98;
  double most_change = 0.20;                         ///< names that come or go, of the active list's
  double most_drift = 0.40;                          ///< the same against the baseline of 30 days
  std::size_t fewest = 1;                            ///< entries
  std::size_t most_bytes = std::size_t{200} << 20U;  ///< as downloaded, and unpacked
  /// The council's own names: neither they nor what lies above or below them may be listed. gov.uk, nhs.uk
  /// and their like are so protected always.
  std::vector<net::HostName> own;
  Resolvers resolvers = Resolvers::are_protected;
};

/// What a list was before. All sorted; null where there was none.
struct ListPast {
  const ParsedList* active = nullptr;
  const ParsedList* oldest = nullptr;  ///< the oldest edition that is kept; may be the active one
  std::optional<std::size_t>
      baseline_size;  ///< entries of the edition active 30 days ago, or of the first since
};

/// Whether a text is a page of the web: a sign-in form or an error in place of a list.
[[nodiscard]] bool is_page(std::string_view text);

enum class Difference : std::uint8_t { came, went };
/// Each entry that only one of two sorted lists has; the same name with another reach both went and came. An
/// entry's line does not matter.
void compare(const ParsedList& before, const ParsedList& after,
             const std::function<void(Difference, const ListEntry&)>& visit);
struct ListChange {
  std::size_t came = 0;
  std::size_t went = 0;
};
[[nodiscard]] ListChange change(const ParsedList& before, const ParsedList& after);

/// What may be let through once by an operator who looked: a change beyond bounds, and nothing else.
enum class ChangeGuard : std::uint8_t { held, waived };

/// What an operator should know of a list though it may be used: files that it includes and that were not
/// read. As `judge` says it.
[[nodiscard]] Problems remarks(const std::string& name, const ParsedList& list);

/// Every reason to refuse a sorted list, each with the file's name (`name` of lists.toml, or that and the
/// file within) and line; none where it may be used.
[[nodiscard]] Problems judge(const std::string& name, const ParsedList& list, const ListGuards& guards,
                             const ListPast& past, ChangeGuard change_guard = ChangeGuard::held);

}  // namespace edgewatch::config

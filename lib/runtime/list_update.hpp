// One list brought up to date, or not and why. Waits for the network; one thread.
#pragma once

#include "edgewatch/config/list_sources.hpp"

#include "list_store.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace edgewatch::runtime {

enum class ListOutcome : std::uint8_t {
  updated,
  unchanged,  ///< the source has nothing new, or what an operator went back from
  refused,    ///< by a guard
  failed,     ///< the source could not be had
};
[[nodiscard]] std::string to_string(ListOutcome outcome);

/// A list as its source has it now, judged.
struct ListCandidate {
  ListOutcome outcome = ListOutcome::failed;
  std::vector<std::string> errors;         ///< `file:line: what; advice`
  std::optional<config::ParsedList> list;  ///< sorted; where it could be read at all
  std::string source, etag, last_modified, shape;
};

/// Fetches and judges; changes nothing. Afresh: also where the source says that nothing changed.
enum class Asking : std::uint8_t { for_news, afresh };
[[nodiscard]] ListCandidate candidate(const config::ListSettings& settings, const config::ListSource& source,
                                      const ListStore& store, const ListState& state, Timestamp now,
                                      Asking asking, config::ChangeGuard change_guard);

struct ListUpdate {
  ListOutcome outcome = ListOutcome::failed;
  std::vector<std::string> errors;
  std::size_t entries = 0;  ///< of the edition that is active now
  config::ListChange change;
};
/// What came of it is kept with the list.
[[nodiscard]] ListUpdate update(const config::ListSettings& settings, const config::ListSource& source,
                                Timestamp now, config::ChangeGuard change_guard);

}  // namespace edgewatch::runtime

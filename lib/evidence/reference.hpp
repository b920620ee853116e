// What a case reference may be: it stays in the audit chain for ever, so it must not name anybody. Private to
// evidence.
#pragma once

#include "edgewatch/model/case.hpp"
#include "edgewatch/store/ledger.hpp"

#include <string>
#include <vector>

namespace edgewatch::evidence {

inline constexpr std::size_t longest_reference = 64;
inline constexpr std::size_t longest_name = 200;

/// 1 to 64 letters, digits and `-`, the first no `-`.
[[nodiscard]] bool is_reference(const std::string& text);
/// Whether the reference spells the person: id, a word of their names (display name, accounts), or a device.
[[nodiscard]] bool spells_the_person(const model::CaseReference& reference, const model::PersonId& person,
                                     const std::vector<std::string>& names);
/// Only the reference of a case there is goes into the chain; anything else that was typed could be a name.
[[nodiscard]] model::CaseReference chained_reference(const store::Ledger& ledger,
                                                     const model::CaseReference& reference);

}  // namespace edgewatch::evidence

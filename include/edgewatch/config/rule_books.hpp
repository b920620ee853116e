// Rule books beyond the file: what the register adds to one, and one that was kept from another time. Pure;
// any thread.
#pragma once

#include "edgewatch/base/result.hpp"
#include "edgewatch/config/configuration.hpp"
#include "edgewatch/model/register.hpp"

namespace edgewatch::config {

/// The book with what was entered by command behind what the file says, and a revision of its own where that
/// is anything.
[[nodiscard]] policy::RuleBook with_register(policy::RuleBook book, const model::Register& entries);
/// The register as it was known then.
[[nodiscard]] model::Register as_known_at(model::Register entries, Timestamp at);

/// What is kept of the files' rule book and catalogue, for questions of a past time: of the groups those that
/// `in_force`, the book with its register, speaks of.
[[nodiscard]] model::KeptRuleBook kept(const Configuration& files, const policy::RuleBook& in_force,
                                       Timestamp from);
/// The book of then; its problems where this version cannot read it, and where its text was not kept.
[[nodiscard]] Result<policy::RuleBook, Problems> read_kept(const model::KeptRuleBook& book,
                                                           const std::string& file);
/// The catalogue that was in force with it; its problems likewise.
[[nodiscard]] Result<classify::Catalogue, Problems> read_kept_catalogue(const model::KeptRuleBook& book);

}  // namespace edgewatch::config

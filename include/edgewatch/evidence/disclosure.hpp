// A disclosure (EVIDENCE 5): what is known of one person in one case, as a folder of files that anybody can
// check with neither the daemon nor its database. Borrows ledger, chain and key for the call; one thread,
// theirs.
#pragma once

#include "edgewatch/base/result.hpp"
#include "edgewatch/evidence/audit_log.hpp"
#include "edgewatch/evidence/bundle.hpp"
#include "edgewatch/evidence/gather.hpp"
#include "edgewatch/evidence/signed_head.hpp"
#include "edgewatch/report/usage_report.hpp"
#include "edgewatch/store/ledger.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace edgewatch::evidence {

enum class Capacity : std::uint8_t { investigator, witness, manager, police };
[[nodiscard]] std::string to_string(Capacity capacity);
[[nodiscard]] std::optional<Capacity> parse_capacity(const std::string& text);

struct DisclosureRequest {
  model::CaseReference reference;
  std::string to;
  Capacity capacity = Capacity::investigator;
  std::string their_reference;  ///< the recipient's, or of the letter that asks
  std::string why;
  std::string basis;  ///< of a disclosure to the police: Data Protection Act 2018, Schedule 2
  std::string authorised_by;
  std::string despite;        ///< why the figures are given although they are below the limits of a report
  bool rows_allowed = false;  ///< the authoriser gives them to a witness or manager too
  /// A witness or manager gets the report without its rows unless the authoriser says otherwise.
  [[nodiscard]] bool with_rows() const {
    return rows_allowed || capacity == Capacity::investigator || capacity == Capacity::police;
  }
};

/// Leave to disclose the whole period of an open case; the custody log's entry is on disk before this
/// returns. Refused (64) without a recipient, a reference, a reason, an authoriser other than the officer, or
/// to the police without a basis; (77) for another role, for a case that is not open, and where a report
/// would be refused for its figures: they are looked at first, which is an entry of its own, so that the
/// custody log has nothing that was not given.
[[nodiscard]] Result<model::CaseAuthority, Refusal> authorise_disclosure(store::Ledger& ledger,
                                                                         AuditLog& audit,
                                                                         const Officer& officer,
                                                                         const DisclosureRequest& request,
                                                                         const Names& names, Timestamp now);

struct Disclosed {
  std::vector<BundleFile> files;
  std::vector<CivilDate> unsealed;  ///< days with records of the person that no seal covers yet
};
/// `head` and `report` are of after the entry of `authorise_disclosure`.
[[nodiscard]] Disclosed disclose(const store::Ledger& ledger, const AuditLog& audit, const SigningKey& key,
                                 const model::CaseAuthority& authority, report::UsageReport report,
                                 const DisclosureRequest& request, const SignedHead& head,
                                 const Officer& officer);

}  // namespace edgewatch::evidence

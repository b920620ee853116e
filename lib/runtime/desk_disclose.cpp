// The part of the desk that gives a disclosure out of the house.
#include "edgewatch/base/text.hpp"
#include "edgewatch/evidence/disclosure.hpp"
#include "edgewatch/runtime/exit_code.hpp"

#include "answer.hpp"
#include "clock.hpp"
#include "desk.hpp"

#include <fmt/format.h>

namespace edgewatch::runtime {

Response Desk::disclose(const Officer& officer, const Request& request) {
  using evidence::Action;
  const auto capacity = evidence::parse_capacity(option(request, "capacity"));
  if (!capacity)
    return refuse(officer, Action::disclose, request,
                  "--capacity is investigator, witness, manager or police");
  evidence::DisclosureRequest wanted;
  wanted.reference = model::CaseReference(option(request, "case"));
  wanted.to = option(request, "to");
  wanted.capacity = *capacity;
  wanted.their_reference = option(request, "reference");
  wanted.why = option(request, "why");
  wanted.basis = option(request, "basis");
  wanted.authorised_by = option(request, "approved-by");
  wanted.despite = option(request, "despite");
  wanted.rows_allowed = !option(request, "with-rows").empty();
  const Timestamp now = wall_clock();
  const auto record = ledger_.find_case(wanted.reference);
  const evidence::Names names = names_for(record ? record->person : model::PersonId());
  const auto authority = evidence::authorise_disclosure(ledger_, audit_, officer, wanted, names, now);
  if (!authority) return refused(authority.error());
  const evidence::SignedHead head = sign_head();
  report::UsageReport report = evidence::gather(ledger_, audit_, *authority, names, now);
  report.roles_combined = configuration_->settings.roles_combined;
  const evidence::Disclosed disclosed =
      evidence::disclose(ledger_, audit_, key_, *authority, std::move(report), wanted, head, officer);
  std::string warning;
  for (const CivilDate day : disclosed.unsealed) {
    warning += fmt::format("edgewatch: {} is not sealed yet: its records are shown by the signature alone\n",
                           format_date(day));
  }
  Response response{
      fine,
      fmt::format("case {} is disclosed to {}, {}, {} rows; entry of the audit chain up to {}; "
                  "key {}\n",
                  authority->reference().text(), terminal_text(wanted.to), to_string(wanted.capacity),
                  wanted.with_rows() ? "with" : "without", head.head.seq, head.key),
      std::move(warning)};
  response.bytes = evidence::pack(disclosed.files);
  return response;
}

}  // namespace edgewatch::runtime

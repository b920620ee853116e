#include "edgewatch/account/minutes.hpp"

#include <algorithm>

namespace edgewatch::account {

using model::bit;
using model::Grade;
using model::IdentityGrade;
using model::NameEvidence;
using model::Reason;

Grade best_grade(NameEvidence evidence, bool name_in_doubt) {
  switch (evidence) {
    case NameEvidence::http_host:
    case NameEvidence::tls_server_name:
    case NameEvidence::quic_server_name:
      return name_in_doubt ? Grade::moderate : Grade::strong;
    case NameEvidence::dns_answer_address:
      return Grade::moderate;
    case NameEvidence::none:
    case NameEvidence::dns_question:
    case NameEvidence::outer_name_only:
      return Grade::weak;
  }
  return Grade::weak;
}

Grade best_grade(IdentityGrade identity) {
  switch (identity) {
    case IdentityGrade::a:
      return Grade::strong;
    case IdentityGrade::b:
      return Grade::moderate;
    case IdentityGrade::c:
    case IdentityGrade::none:
      return Grade::weak;
  }
  return Grade::weak;
}

void MinuteRows::add(const model::Subject& subject, const Claim& claim, Coverage::Cap cap) {
  const Provenance& from = *claim.provenance;
  const Grade grade = std::min(
      {claim.grade, best_grade(from.evidence, from.name_in_doubt), best_grade(from.identity), cap.grade});
  const UtcMinute minute = utc_minute(claim.second);
  // Authorised as of the minute (TIME 2.6), also where a hold runs on into the next.
  const model::Purpose purpose = minute == utc_minute(claim.since) ? from.purpose : from.purpose_next_minute;
  Row& row = rows_[{minute, subject.text(), from.service, model::to_string(claim.kind),
                    model::to_string(grade), model::to_string(purpose)}];
  model::UsageSlice& slice = row.slice;
  if (slice.seconds == 0) {
    slice.subject = subject;
    slice.service = from.service;
    slice.purpose = purpose;
    slice.minute = minute;
    slice.kind = claim.kind;
    slice.grade = grade;
    slice.weakest_name = from.evidence;
    slice.weakest_identity = from.identity;
    slice.binding = from.binding;
    slice.method = version_;
  }
  if (slice.binding != from.binding) slice.binding = 0;  // of two devices, say
  slice.category = from.category;
  slice.catalogue = from.catalogue;
  slice.rule_book = from.rule_book;
  slice.weakest_name = std::min(slice.weakest_name, from.evidence);
  slice.weakest_identity = std::min(slice.weakest_identity, from.identity);
  slice.reasons |= claim.reasons | cap.reasons;
  // Both times it is for the client's own DNS to tell the name: it alone does, or it was not seen to.
  if (from.evidence == NameEvidence::dns_answer_address || from.name_in_doubt)
    slice.reasons |= bit(Reason::dns_name);
  if (from.identity == IdentityGrade::c) slice.reasons |= bit(Reason::shared);
  ++slice.seconds;
  if (claim.lower && grade > Grade::weak) ++slice.lower_seconds;
  row.active = row.active || claim.active;
}

std::vector<model::UsageSlice> MinuteRows::take() {
  std::vector<model::UsageSlice> out;
  out.reserve(rows_.size());
  for (auto& [key, row] : rows_) {
    if (!row.active) row.slice.reasons |= bit(Reason::hold_only);
    out.push_back(std::move(row.slice));
  }
  rows_.clear();
  return out;
}

}  // namespace edgewatch::account

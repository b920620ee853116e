#include "edgewatch/account/credit.hpp"

#include <algorithm>
#include <tuple>

namespace edgewatch::account {

Credit credit_for(const Exchange& exchange, model::Kind kind, model::Grade grade, model::Reasons reasons,
                  const Method& method) {
  Credit credit;
  credit.at = exchange.at;
  credit.kind = kind;
  credit.grade = grade;
  credit.reasons = reasons;
  credit.bytes = exchange.down;
  credit.provenance = exchange.provenance;
  const bool is_playing = kind == model::Kind::playing;
  credit.end = credit.first() + (is_playing ? method.hold_media : method.hold).count();
  // What plays after its last chunk is a guess; the seconds up to the next one are joined by ownership.
  credit.lower_end = credit.first() + (is_playing ? 0 : method.hold_lower.count());
  return credit;
}

void cut(Credit& credit, Timestamp at, CutCause cause) {
  if (at <= credit.at) return;
  const UnixSecond end = std::max(second_of(at), credit.first() + 1);
  if (end >= credit.end) return;
  credit.end = end;
  credit.lower_end = std::min(credit.lower_end, end);
  credit.handed_over = cause == CutCause::handover;
}

bool claims_before(const Credit& a, const Credit& b) {
  return std::tie(a.at, a.bytes, a.provenance->service, a.grade, *a.provenance) <
         std::tie(b.at, b.bytes, b.provenance->service, b.grade, *b.provenance);
}

}  // namespace edgewatch::account

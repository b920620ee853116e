// The part of the desk that shows the audit chain to be whole, and has its head leave the machine.
#include "edgewatch/evidence/seals.hpp"
#include "edgewatch/runtime/exit_code.hpp"

#include "answer.hpp"
#include "clock.hpp"
#include "desk.hpp"
#include "journal.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

namespace edgewatch::runtime {
namespace {

using evidence::Action;

constexpr auto sign_every = std::chrono::minutes(15);

evidence::Officer daemon() {
  return {static_cast<std::uint32_t>(::geteuid()), "edgewatchd", evidence::Role::timer};
}

}  // namespace

void Desk::seal_a_day() {
  const Timestamp now = wall_clock();
  if (all_sealed_before_ == evidence::first_open_day(now)) return;
  try {
    if (!evidence::seal_next_day(ledger_, audit_, daemon(), now))
      all_sealed_before_ = evidence::first_open_day(now);
  } catch (const std::runtime_error& error) {
    spdlog::error("day seal: {}", error.what());  // tried again
  }
}

/// Whoever compares heads learns from the chain that there is another key now, and which.
void Desk::note_new_key() {
  if (key_.origin() != evidence::SigningKey::Origin::made) return;
  audit_.append(daemon(), Action::audit_key, {}, evidence::Outcome::permitted, {}, wall_clock(),
                fmt::format("a key was made: {}", key_.public_key().fingerprint()));
}

evidence::SignedHead Desk::sign_head() {
  const evidence::AuditTree tree = audit_.tree();
  const evidence::SignedHead head = evidence::sign(key_, tree.head, tree.root, wall_clock());
  head_to_journal(to_string(head));
  signed_ = tree.head;
  signed_at_ = std::chrono::steady_clock::now();
  return head;
}

void Desk::look_after_head(SignHead when) {
  const bool due = !signed_at_ || std::chrono::steady_clock::now() - *signed_at_ >= sign_every;
  if (!due && when != SignHead::now) return;
  try {
    if (const evidence::AuditHead head = audit_.head(); head.seq > 0 && head != signed_) sign_head();
  } catch (const std::runtime_error& error) {
    spdlog::error("audit head: {}", error.what());  // tried again
  }
}

Response Desk::show_head(const Officer& officer, const Request& /*request*/) {
  audit_.append(officer, Action::audit_head, {}, evidence::Outcome::permitted, {}, wall_clock());
  return {fine, to_string(sign_head()) + '\n', ""};
}

Response Desk::show_key(const Officer& officer, const Request& /*request*/) {
  audit_.append(officer, Action::audit_key, {}, evidence::Outcome::permitted, {}, wall_clock());
  return {fine, key_.public_key().pem(), ""};
}

Response Desk::verify_audit(const Officer& officer, const Request& request) {
  audit_.append(officer, Action::audit_verify, {}, evidence::Outcome::permitted, {}, wall_clock());
  std::vector<evidence::AuditHead> against;
  if (const std::string text = option(request, "against"); !text.empty()) {
    const evidence::HeadsFromOutside heads = evidence::heads_in(text, key_.public_key());
    if (!heads.fault.empty()) return {bad_input, "", fmt::format("edgewatch: --against: {}\n", heads.fault)};
    against = heads.unsigned_ones;
    for (const evidence::SignedHead& head : heads.of_the_key) against.push_back(head.head);
  }
  const evidence::AuditVerdict verdict = audit_.verify(against);
  if (!verdict.sound()) {
    return {bad_input, "",
            fmt::format("edgewatch: entry {} of the audit chain is not what was written: {}\n",
                        verdict.fault->seq, verdict.fault->what)};
  }
  return {fine,
          fmt::format("the chain of {} entries is whole ({} details purged){}; head {}\n", verdict.entries,
                      verdict.details_purged,
                      against.empty() ? std::string(", as far as it tells by itself: a cut end shows only "
                                                    "--against a head that was kept elsewhere")
                                      : fmt::format(" and has the {} heads given in it", against.size()),
                      to_string(verdict.head)),
          ""};
}

}  // namespace edgewatch::runtime

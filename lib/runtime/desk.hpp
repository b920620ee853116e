// Answers the control sockets: one method a command, each of which asks `evidence` before it reads anything
// of a person. Has a connection of its own to the ledger. Control thread only.
#pragma once

#include "edgewatch/classify/seen_names.hpp"
#include "edgewatch/config/configuration.hpp"
#include "edgewatch/evidence/audit_log.hpp"
#include "edgewatch/evidence/cases.hpp"
#include "edgewatch/evidence/gather.hpp"
#include "edgewatch/evidence/holds.hpp"
#include "edgewatch/evidence/purge.hpp"
#include "edgewatch/evidence/register.hpp"
#include "edgewatch/evidence/roles.hpp"
#include "edgewatch/evidence/signed_head.hpp"
#include "edgewatch/runtime/control.hpp"
#include "edgewatch/store/ledger.hpp"

#include "control_server.hpp"
#include "doctor.hpp"
#include "health.hpp"
#include "reserve.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace edgewatch::runtime {

/// Something of the configuration, as its files and the register are now.
struct Told {
  bool is_error = false;
  Problem problem;
};

class Desk {
 public:
  /// Opens the ledger and the audit log beside it; throws store::StoreError. `health` and `seen_names`
  /// outlive the desk.
  Desk(std::shared_ptr<const config::Configuration> configuration, Health& health,
       const classify::SeenNames& seen_names);

  /// What can be asked, by the command's words, and which action of the table it is.
  [[nodiscard]] static std::map<std::string, evidence::Action> commands();
  /// One socket a role, and one for the purge timer, which only the daemon's own user may use.
  [[nodiscard]] std::vector<Endpoint> endpoints();
  /// Puts in force what the files say and the register adds, from `now` on, and gives it. The book is kept
  /// for questions of this time.
  std::shared_ptr<const config::Configuration> put_in_force(
      const std::shared_ptr<const config::Configuration>& files, Timestamp now);
  /// Is called after each entry in the register.
  void when_register_changes(std::function<void()> call) { register_changed_ = std::move(call); }
  /// A run that was missed while the machine was off is made up for before anything else.
  void purge_at_start();
  /// Every now and then: whether the clock can be believed, whether a purge was missed, and what is left of
  /// one that the daemon began. Raises and ends alarms.
  void look_after_retention();
  /// The audit chain tells of minutes that late evidence took back: before anything is answered, and now and
  /// then.
  void audit_amendments();
  /// Signs the head of the audit chain where it moved, every 15 minutes and at the end, and has the journal
  /// carry it off this machine.
  enum class SignHead : std::uint8_t { when_due, now };
  void look_after_head(SignHead when);
  /// Seals the oldest day that is closed and is not sealed yet.
  void seal_a_day();

 private:
  using Officer = evidence::Officer;

  Response answer(evidence::Role role, const Peer& peer, const Request& request);
  Response answer_purge_timer(const Peer& peer, const Request& request);
  /// Audits a request that was put wrongly, and says what is wrong.
  Response refuse(const Officer& officer, evidence::Action action, const Request& request,
                  const std::string& what);
  void purge_by_itself();
  /// On a full disk by the space that is kept for it.
  [[nodiscard]] Result<evidence::PurgeOutcome, evidence::Refusal> purge_with_reserve(
      const Officer& officer, const evidence::PurgeRequest& wanted, Timestamp now);
  void keep_reserve();
  /// Raises an alarm where the clock cannot be believed, so that deletion may be refused.
  void note_clock(Timestamp now);
  void remember_health(Timestamp now);
  /// `look_through`, not anew within some seconds where no file was written: anybody may ask it.
  const std::vector<Told>& look_through_again(Timestamp now);
  /// Raises alarms where somebody has to do something about a case; counts alone.
  void note_cases(Timestamp now);
  using Method = Response (Desk::*)(const Officer&, const Request&);
  static const std::map<std::string, std::pair<evidence::Action, Method>>& methods();
  Response carry_out(const Officer& officer, const Request& request);

  Response status(const Officer& officer, const Request& request);
  [[nodiscard]] Response bypass(const Request& request);
  Response live(const Officer& officer, const Request& request);
  Response doctor(const Officer& officer, const Request& request);
  Response who(const Officer& officer, const Request& request);
  [[nodiscard]] Result<model::PersonId, evidence::Refusal> case_person(const Officer& officer,
                                                                       const model::CaseReference& reference,
                                                                       CivilDate day,
                                                                       evidence::Action action);
  Response rehearse_lists(const Officer& officer, const Request& request);
  Response classify(const Officer& officer, const Request& request);
  Response rules(const Officer& officer, const Request& request);
  Response check(const Officer& officer, const Request& request);
  /// What is wrong, or odd.
  [[nodiscard]] std::vector<Told> look_through(Timestamp now);
  /// Of authorised use.
  [[nodiscard]] std::size_t reviews_due(Timestamp now) const;
  Response why(const Officer& officer, const Request& request);
  Response withdraw(const Officer& officer, const Request& request);
  Response lift(const Officer& officer, const Request& request);
  Response list_withdrawals(const Officer& officer, const Request& request);
  Response authorise(const Officer& officer, const Request& request);
  Response review(const Officer& officer, const Request& request);
  Response list_authorisations(const Officer& officer, const Request& request);
  [[nodiscard]] evidence::RegisterVocabulary vocabulary() const;
  Response open_case(const Officer& officer, const Request& request);
  Response close_case(const Officer& officer, const Request& request);
  Response unlock_case(const Officer& officer, const Request& request);
  Response list_cases(const Officer& officer, const Request& request);
  Response notify(const Officer& officer, const Request& request);
  Response show_case(const Officer& officer, const Request& request);
  Response add_challenge(const Officer& officer, const Request& request);
  Response list_challenges(const Officer& officer, const Request& request);
  Response report(const Officer& officer, const Request& request);
  /// Below the limits a report is given for a reason alone, which is audited and printed (EVIDENCE 4.5).
  [[nodiscard]] std::optional<Response> refuse_unsure(const Officer& officer, const Request& request,
                                                      report::UsageReport& told);
  /// Of each month that has ended a week ago and is still whole, before anything of it is deleted.
  void publish_statistics(Timestamp now);
  Response statistics(const Officer& officer, const Request& request);
  /// What to say of a department that people.csv does not have; empty of one that it has.
  [[nodiscard]] std::string unknown_department(const std::string& department) const;
  Response notice(const Officer& officer, const Request& request);
  Response dpia(const Officer& officer, const Request& request);
  Response print(const Officer& officer, const Request& request, const std::string& kind);
  /// Raises an alarm where the configuration has changed since staff, or the data protection officer, were
  /// told.
  void note_documents();
  Response answer_person(const Officer& officer, const Request& request);
  Response blocks(const Officer& officer, const Request& request);
  Response blocks_by_person(const Officer& officer, const Request& request);
  Response export_rpz(const Officer& officer, const Request& request);
  Response export_dnsmasq(const Officer& officer, const Request& request);
  Response export_hosts(const Officer& officer, const Request& request);
  Response export_adblock(const Officer& officer, const Request& request);
  Response purge(const Officer& officer, const Request& request);
  Response back_up(const Officer& officer, const Request& request);
  Response add_hold(const Officer& officer, const Request& request);
  Response release_hold(const Officer& officer, const Request& request);
  Response list_holds(const Officer& officer, const Request& request);
  Response list_certificates(const Officer& officer, const Request& request);
  Response show_certificate(const Officer& officer, const Request& request);
  Response show_audit(const Officer& officer, const Request& request);
  Response verify_audit(const Officer& officer, const Request& request);
  Response show_head(const Officer& officer, const Request& request);
  Response show_key(const Officer& officer, const Request& request);
  Response disclose(const Officer& officer, const Request& request);
  [[nodiscard]] evidence::Names names_for(const model::PersonId& person) const;
  void note_new_key();
  evidence::SignedHead sign_head();

  std::shared_ptr<const config::Configuration> configuration_;
  Health& health_;
  const classify::SeenNames& seen_names_;
  store::Ledger ledger_;
  evidence::AuditLog audit_;
  evidence::SigningKey key_;
  CivilDate all_sealed_before_{};
  evidence::AuditHead signed_;  ///< the last that was signed, and when by the clock that is never set
  std::optional<std::chrono::steady_clock::time_point> signed_at_;
  evidence::CaseDesk cases_;
  evidence::RegisterDesk register_;
  evidence::HoldDesk holds_;
  Reserve reserve_;
  evidence::Backups backups_;
  bool overdue_ = false;  ///< what is past its time is still there, since a guard refused to delete it
  std::optional<Timestamp> purge_again_at_;  ///< a run of the daemon's own that somebody's reading kept from
                                             ///< its end
  std::function<void()> register_changed_ = [] {};
  bool clock_kept_right_ = false;  ///< when it was last looked at; asking may take seconds
  /// What the counters were, the older half an hour to an hour ago: what is told of now is what came since.
  std::optional<Circumstances::Before> older_, newer_;
  /// What was wrong with the files when they looked like that.
  std::string files_looked_;
  std::shared_ptr<const config::Configuration> files_looked_by_;  ///< what was in force then
  std::optional<std::chrono::steady_clock::time_point> files_looked_at_;
  std::vector<Told> files_told_;
  std::size_t rules_that_never_speak_ = 0;  ///< as of then
};

}  // namespace edgewatch::runtime

#include "desk.hpp"

#include "edgewatch/base/text.hpp"
#include "edgewatch/classify/classify.hpp"
#include "edgewatch/config/rule_books.hpp"
#include "edgewatch/runtime/exit_code.hpp"

#include "answer.hpp"
#include "clock.hpp"
#include "list_sets.hpp"
#include "role_groups.hpp"
#include "rows.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

namespace edgewatch::runtime {
namespace {

using evidence::Action;
using evidence::Role;

/// Whom and which days a request is about, for the audit of its refusal.
evidence::AuditDetail about(const Request& request) {
  evidence::AuditDetail detail;
  if (const std::string person = option(request, "person"); !person.empty())
    detail.person = model::PersonId(person);
  const auto from = parse_date(option(request, "from"));
  const auto to = parse_date(option(request, "to"));
  if (from && to && *from <= *to) detail.period = {*from, *to};
  return detail;
}

/// Nothing beside a ledger in memory.
std::filesystem::path beside(const std::filesystem::path& ledger, const char* name) {
  return ledger == ":memory:" ? std::filesystem::path() : ledger.parent_path() / name;
}

std::filesystem::path audit_file(const std::filesystem::path& ledger) {
  return ledger == ":memory:" ? ledger : beside(ledger, "audit.db");
}

/// `adult:17 (photos.example)`, where several list a name each of them.
std::string in_words(const std::vector<model::ListMatch>& lists) {
  std::string out;
  for (const model::ListMatch& match : lists) {
    out += fmt::format("{}{}:{} ({})", out.empty() ? "" : ", ", match.list,
                       match.line == 0 ? "-" : std::to_string(match.line), match.entry);
  }
  return out.empty() ? "-" : out;
}

}  // namespace

namespace {

/// What is not answered while records that are past their time are still there: what was used, and whose an
/// address was. A person's own request is: what is held is held.
bool tells_of_a_person(Action action) {
  return action == Action::report || action == Action::disclose || action == Action::blocks_by_person ||
         action == Action::who;
}

}  // namespace

Desk::Desk(std::shared_ptr<const config::Configuration> configuration, Health& health,
           const classify::SeenNames& seen_names)
    : configuration_(std::move(configuration)),
      health_(health),
      seen_names_(seen_names),
      ledger_(configuration_->settings.ledger),
      audit_(audit_file(configuration_->settings.ledger)),
      key_(beside(configuration_->settings.ledger, "audit.key")),
      cases_(ledger_, audit_,
             configuration_->settings.covert_cases ? evidence::CovertCases::allowed
                                                   : evidence::CovertCases::off),
      register_(ledger_, audit_),
      holds_(ledger_, audit_),
      reserve_(configuration_->settings.ledger),
      backups_(beside(configuration_->settings.ledger, "backups")) {
  note_new_key();
}

std::shared_ptr<const config::Configuration> Desk::put_in_force(
    const std::shared_ptr<const config::Configuration>& files, Timestamp now) {
  auto in_force = std::make_shared<config::Configuration>(*files);
  in_force->policies.rules =
      config::with_register(std::move(in_force->policies.rules), ledger_.read_register());
  try {
    ledger_.write_rule_book(config::kept(*files, in_force->policies.rules, now));
    health_.update([](HealthReport& report) { report.alarms.erase("rule book"); });
  } catch (const store::StoreError& error) {
    spdlog::error("rule book: {}", error.what());
    health_.update([](HealthReport& report) {
      report.alarms["rule book"] = "the book in force could not be kept: `why` of this time will not know it";
    });
  }
  configuration_ = std::move(in_force);
  note_documents();
  return configuration_;
}

std::vector<Endpoint> Desk::endpoints() {
  const std::filesystem::path& folder = configuration_->settings.socket_folder;
  std::vector<Endpoint> out;
  out.reserve(role_groups().size() + 1);
  for (const auto& [role, group] : role_groups()) {
    out.push_back({folder / (to_string(role) + ".sock"), group,
                   [this, role = role](const Peer& peer, const Request& request) {
                     return answer(role, peer, request);
                   }});
  }
  out.push_back({folder / "purge.sock", "", [this](const Peer& peer, const Request& request) {
                   return answer_purge_timer(peer, request);
                 }});
  return out;
}

Response Desk::answer(Role role, const Peer& peer, const Request& request) {
  const Officer officer{peer.uid, peer.user.empty() ? fmt::format("uid {}", peer.uid) : peer.user, role};
  const auto& group = std::find_if(role_groups().begin(), role_groups().end(), [&](const auto& entry) {
                        return entry.first == role;
                      })->second;
  if (std::find(peer.groups.begin(), peer.groups.end(), group) == peer.groups.end()) {
    audit_.append(officer, Action::status, {}, evidence::Outcome::refused,
                  {{}, {}, fmt::format("{}: not a member of {}", request.command, group), {}}, wall_clock());
    return {
        not_permitted, "",
        fmt::format("edgewatch: {} is not a member of {}; roles come from Unix groups alone, root has none\n",
                    terminal_text(officer.name), group)};
  }
  return carry_out(officer, request);
}

const std::map<std::string, std::pair<Action, Desk::Method>>& Desk::methods() {
  static const std::map<std::string, std::pair<Action, Method>> table{
      {"status", {Action::status, &Desk::status}},
      {"live", {Action::status, &Desk::live}},
      {"doctor", {Action::doctor, &Desk::doctor}},
      {"classify", {Action::classify, &Desk::classify}},
      {"lists rehearse", {Action::classify, &Desk::rehearse_lists}},
      {"case open", {Action::case_open, &Desk::open_case}},
      {"case close", {Action::case_close, &Desk::close_case}},
      {"case unlock", {Action::case_unlock, &Desk::unlock_case}},
      {"case list", {Action::case_list, &Desk::list_cases}},
      {"case notify", {Action::case_notify, &Desk::notify}},
      {"case show", {Action::case_show, &Desk::show_case}},
      {"challenge add", {Action::challenge_add, &Desk::add_challenge}},
      {"challenge list", {Action::challenge_list, &Desk::list_challenges}},
      {"who", {Action::who, &Desk::who}},
      {"rules", {Action::rules, &Desk::rules}},
      {"check", {Action::check, &Desk::check}},
      {"why", {Action::why, &Desk::why}},
      {"withdraw add", {Action::withdraw_add, &Desk::withdraw}},
      {"withdraw lift", {Action::withdraw_lift, &Desk::lift}},
      {"withdraw list", {Action::withdraw_list, &Desk::list_withdrawals}},
      {"authorise add", {Action::authorise_add, &Desk::authorise}},
      {"authorise review", {Action::authorise_review, &Desk::review}},
      {"authorise list", {Action::authorise_list, &Desk::list_authorisations}},
      {"report", {Action::report, &Desk::report}},
      {"statistics", {Action::statistics, &Desk::statistics}},
      {"notice", {Action::notice, &Desk::notice}},
      {"dpia", {Action::dpia, &Desk::dpia}},
      {"sar", {Action::sar, &Desk::answer_person}},
      {"blocks", {Action::blocks, &Desk::blocks}},
      {"blocks --by person", {Action::blocks_by_person, &Desk::blocks_by_person}},
      {"export rpz", {Action::export_zone, &Desk::export_rpz}},
      {"export dnsmasq", {Action::export_zone, &Desk::export_dnsmasq}},
      {"export hosts", {Action::export_zone, &Desk::export_hosts}},
      {"export adblock", {Action::export_zone, &Desk::export_adblock}},
      {"purge", {Action::purge, &Desk::purge}},
      {"backup", {Action::backup, &Desk::back_up}},
      {"hold add", {Action::hold_add, &Desk::add_hold}},
      {"hold release", {Action::hold_release, &Desk::release_hold}},
      {"hold list", {Action::hold_list, &Desk::list_holds}},
      {"certificate list", {Action::certificate, &Desk::list_certificates}},
      {"certificate show", {Action::certificate, &Desk::show_certificate}},
      {"audit show", {Action::audit_show, &Desk::show_audit}},
      {"audit verify", {Action::audit_verify, &Desk::verify_audit}},
      {"disclose", {Action::disclose, &Desk::disclose}},
      {"audit head", {Action::audit_head, &Desk::show_head}},
      {"audit key", {Action::audit_key, &Desk::show_key}},
  };
  return table;
}

std::map<std::string, Action> Desk::commands() {
  std::map<std::string, Action> all{{"purge --dry-run", Action::purge_dry_run}};
  for (const auto& [words, method] : methods()) all.emplace(words, method.first);
  return all;
}

Response Desk::carry_out(const Officer& officer, const Request& request) {
  const bool by_person = request.command == "blocks" && option(request, "by") == "person";
  const auto found = methods().find(by_person ? "blocks --by person" : request.command);
  if (found == methods().end()) return wrong("the daemon knows no such command; are both of one version?");
  audit_amendments();
  const auto& [action, method] = found->second;
  const Action asked =
      action == Action::purge && !option(request, "dry-run").empty() ? Action::purge_dry_run : action;
  if (auto refusal = evidence::refuse_role(audit_, officer, asked, wall_clock(), about(request)))
    return refused(*refusal);
  if (overdue_ && tells_of_a_person(asked)) {
    Response no =
        refuse(officer, asked, request,
               "records past their time are still there, since a guard refused to delete them "
               "(edgewatch status says which); nothing about a person is given until they are gone");
    no.exit_code = not_permitted;
    return no;
  }
  return (this->*method)(officer, request);
}

Response Desk::classify(const Officer& /*officer*/, const Request& request) {
  Rows rows{{"name", "service", "category", "role", "recorded", "matched", "line", "verdict", "rule", "lists",
             "revision"},
            {}};
  const config::Policies& policies = configuration_->policies;
  std::vector<std::pair<net::HostName, std::optional<model::Classification>>> names;
  for (const std::string& word : request.words) {
    auto name = net::HostName::from_user(word);
    if (!name)
      return wrong(
          fmt::format("'{}' is not a host name; give names without a scheme or a path", terminal_text(word)));
    auto found = classify::classify(policies.catalogue, *policies.lists, *name);
    names.emplace_back(std::move(*name), std::move(found));
  }
  std::vector<model::Classification*> listed;
  for (auto& [name, found] : names) {
    if (found) listed.push_back(&*found);
  }
  look_up_lines(configuration_->list_sets, *policies.lists, listed);
  for (const auto& [name, found] : names) {
    const auto decision = policy::decide(policies.rules, model::Attribution{}, found, name, wall_clock());
    const std::string rule = decision.rule ? decision.rule->text() : "-";
    if (found) {
      rows.cells.push_back({name.text(), found->service.empty() ? "-" : found->service.text(),
                            found->category.text(), to_string(found->role), found->record ? "yes" : "no",
                            found->matched.text(), found->line, to_string(decision.verdict), rule,
                            in_words(found->lists), found->revision.text()});
    } else {
      rows.cells.push_back(
          {name.text(), "-", "-", "-", "no", "-", "-", to_string(decision.verdict), rule, "-", "-"});
    }
  }
  if (rows.cells.empty()) return wrong("give at least one host name");
  return in_rows(rows, request, "");
}

Response Desk::refuse(const Officer& officer, Action action, const Request& request,
                      const std::string& what) {
  evidence::AuditDetail detail = about(request);
  detail.text = what;
  audit_.append(officer, action, {}, evidence::Outcome::refused, std::move(detail), wall_clock());
  return wrong(what);
}

Response Desk::show_audit(const Officer& officer, const Request& request) {
  const auto entries = cases_.audit(officer, wall_clock());
  if (!entries) return refused(entries.error());
  Rows rows{{"seq", "time", "action", "officer", "role", "case", "outcome", "person", "text"}, {}};
  for (const evidence::AuditEntry& e : *entries) {
    const bool kept = e.detail.has_value();
    const std::string said = kept ? e.detail->text : "(purged)";
    rows.cells.push_back(
        {std::to_string(e.seq), format_rfc3339(std::chrono::floor<std::chrono::seconds>(e.at)), e.action,
         kept && !e.detail->officer.empty() ? e.detail->officer : fmt::format("uid {}", e.uid), e.role,
         e.reference.empty() ? "-" : e.reference.text(), e.outcome,
         kept && e.detail->person ? e.detail->person->text() : "-", e.note.empty() ? said : e.note});
  }
  return in_rows(rows, request, "the audit chain is empty");
}

}  // namespace edgewatch::runtime

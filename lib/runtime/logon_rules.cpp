#include "logon_rules.hpp"

#include "edgewatch/base/text.hpp"

#include "account_name.hpp"

#include <algorithm>
#include <utility>

namespace edgewatch::runtime {
namespace {

using Event = model::TenancyEvent;
using Role = config::SyslogSender::Role;

constexpr std::size_t most_tickets = std::size_t{1} << 16U;

bool is_ticket(int id) { return id == 4768 || id == 4769 || id == 4770; }

std::string_view word_for(AccountKind kind) {
  switch (kind) {
    case AccountKind::person:
      break;
    case AccountKind::machine:
      return "machine account";
    case AccountKind::anonymous:
      return "anonymous";
    case AccountKind::service:
      return "service account";
    case AccountKind::system:
      return "account of the system";
    case AccountKind::unreadable:
      return "account is not text";
  }
  return {};
}

/// The client's address as the domain controller saw it: IPv4 comes mapped; its own is none.
std::optional<net::IpAddress> client_address(std::string_view text) {
  constexpr std::string_view mapped = "::ffff:";
  if (ascii_lower(text.substr(0, mapped.size())) == mapped && text.find('.') != std::string_view::npos)
    text.remove_prefix(mapped.size());
  text = text.substr(0, text.find('%'));
  const auto address = net::IpAddress::parse(text);
  if (!address || address->is_unspecified() || text == "::1" || text.starts_with("127.") ||
      text.starts_with("fe80:"))
    return std::nullopt;
  return address;
}

bool is_failed(const WindowsEvent& event) {
  return is_ticket(event.id) && !event.status.empty() &&
         event.status.find_first_not_of("0x") != std::string::npos;
}

std::string first_label(const std::string& name) { return name.substr(0, name.find('.')); }

}  // namespace

LogonRules::LogonRules(std::vector<std::string> service_accounts,
                       const std::vector<config::Computer>& computers)
    : service_accounts_(std::move(service_accounts)) {
  set_computers(computers);
}

void LogonRules::set_computers(const std::vector<config::Computer>& computers) {
  computers_.clear();
  for (const config::Computer& computer : computers) computers_.emplace(computer.name, computer.mac);
}

std::optional<LogonRules::Place> LogonRules::place_of(const WindowsEvent& event, Role role,
                                                      const net::IpAddress& sender) const {
  if (role == Role::workstation) return Place{sender, std::nullopt};
  const std::string name = ascii_lower(event.computer);
  auto found = computers_.find(name);
  if (found == computers_.end()) found = computers_.find(first_label(name));
  if (found == computers_.end()) return std::nullopt;
  return Place{std::nullopt, found->second};
}

LogonRules::Outcome LogonRules::judge(const WindowsEvent& event, Role role, const net::IpAddress& sender,
                                      Timestamp arrived) {
  if (!is_logon_event(event.id)) return {{}, "not a logon event"};
  const bool of_dc = is_ticket(event.id) || (role == Role::dc && event.id == 4624);
  if (of_dc ? role == Role::workstation : role == Role::dc) return {{}, "not its sender's to say"};
  if (!event.at) return {{}, "no time"};
  const Account account = judge_account(event.target_user_name, event.target_domain_name, service_accounts_);
  if (account.kind == AccountKind::machine && is_ticket(event.id)) return judge_machine(event, arrived);
  if (account.kind != AccountKind::person) return {{}, word_for(account.kind)};
  Event out;
  out.recorded_at = arrived;
  out.person = account.name;
  out.valid.from = *event.at;
  // What a collector forwards keeps the time of the machine that it happened on.
  const bool own = role != Role::collector || event.computer.empty();
  out.sender = own ? sender.to_string() : session_text(ascii_lower(event.computer));
  out.source = of_dc ? Event::Source::dc : Event::Source::windows;
  if (of_dc) return judge_ticket(event, std::move(out));

  const auto place = place_of(event, role, sender);
  if (!place) return {{}, "unknown computer"};
  out.address = place->address;
  out.mac = place->mac;
  if (!event.target_logon_id.empty() && !event.computer.empty()) {
    out.session =
        session_text(ascii_lower(event.computer)) + "/" + session_text(ascii_lower(event.target_logon_id));
  }
  return event.id == 4624 ? judge_logon(event, std::move(out)) : judge_end(event, std::move(out));
}

/// A domain controller's word: a ticket, or its own 4624 of a client that came over the network.
LogonRules::Outcome LogonRules::judge_ticket(const WindowsEvent& event, Event out) {
  if (is_failed(event)) return {{}, "failed request"};
  if (event.id == 4624 && event.logon_type != "3") return {{}, "logon type"};
  out.kind = Event::Kind::logon;
  out.address = client_address(event.ip_address);
  if (!out.address) return {{}, "no address"};
  if (tickets_.size() >= most_tickets) tickets_.clear();
  const auto [last, is_new] = tickets_.try_emplace({*out.address, ascii_lower(out.person)}, out.valid.from);
  if (!is_new && std::chrono::abs(out.valid.from - last->second) < repeated_after) return {{}, "repeated"};
  last->second = out.valid.from;
  return {{std::move(out)}, {}};
}

/// Machines ask for tickets of their own. Two of them by turns, one, the other and the first again, stand
/// behind one address: a NAT. A lease that went from one to the other is no such thing.
LogonRules::Outcome LogonRules::judge_machine(const WindowsEvent& event, Timestamp arrived) {
  constexpr std::string_view word = "machine account";
  const auto address = client_address(event.ip_address);
  if (is_failed(event) || !address) return {{}, word};
  std::string name = ascii_lower(event.target_user_name);
  name.erase(std::min(name.find('@'), name.size()));
  if (machines_.size() >= most_tickets) machines_.clear();
  const Asking now{std::move(name), *event.at};
  auto& [before, last] = machines_[*address];
  if (now.machine == last.machine) {
    last.at = now.at;
    return {{}, word};
  }
  const bool by_turns =
      now.machine == before.machine && now.at >= last.at && now.at - before.at <= by_turns_within;
  const Duration ago = now.at - last.at;
  before = std::exchange(last, now);
  if (!by_turns) return {{}, word};
  Event out;
  out.recorded_at = arrived;
  out.kind = Event::Kind::shared;
  out.address = address;
  out.valid = {arrived - ago, arrived + shared_for};
  out.source = Event::Source::dc;
  out.sender = Event::our_clock;
  return {{std::move(out)}, {}};
}

/// Types: 2 at the console, 10 from afar (the session is here, whatever address it names), 11 and 12 the same
/// from what the machine remembers, 7 and 13 an unlocked screen. 3, 4, 5, 8 and 9 are nobody sitting there.
LogonRules::Outcome LogonRules::judge_logon(const WindowsEvent& event, Event out) {
  const std::string& type = event.logon_type;
  const bool unlocks = type == "7" || type == "13";
  if (!unlocks && type != "2" && type != "10" && type != "11" && type != "12") return {{}, "logon type"};
  // `runas` and a prompt for another's password log on as type 2 as well; nobody else sat down.
  const std::string process = ascii_lower(trim(event.logon_process));
  if (!process.empty() && process != "user32") return {{}, "not at the console"};
  if (unlocks) {
    // Windows gives it a session of its own, which ends at once; the person's goes on.
    out.kind = Event::Kind::unlock;
    out.session.clear();
    return {{std::move(out)}, {}};
  }
  out.kind = Event::Kind::logon;
  if (!out.session.empty()) {
    if (sessions_.size() >= most_sessions) sessions_.clear();
    sessions_[out.session] = {out.address, out.mac};
  }
  return {{std::move(out)}, {}};
}

LogonRules::Outcome LogonRules::judge_end(const WindowsEvent& event, Event out) {
  if (event.id == 4634 && event.logon_type != "2" && event.logon_type != "10" && event.logon_type != "11" &&
      event.logon_type != "12")
    return {{}, "logon type"};
  out.kind = event.id == 4800   ? Event::Kind::lock
             : event.id == 4801 ? Event::Kind::unlock
                                : Event::Kind::logoff;
  // The device may have another address by now: it is the session's place that counts.
  const auto known = out.session.empty() ? sessions_.end() : sessions_.find(out.session);
  if (known != sessions_.end()) {
    out.address = known->second.address;
    out.mac = known->second.mac;
    if (out.kind == Event::Kind::logoff) sessions_.erase(known);
  } else if (event.id == 4634) {
    // Some session of the same account, such as a `runas`, ended; not the one that anybody sits at.
    return {{}, "unknown session"};
  } else {
    out.session.clear();  // it began before we listened: the person is meant
  }
  return {{std::move(out)}, {}};
}

void LogonRules::restore(const Event& event) {
  if (event.source != Event::Source::windows || event.session.empty()) return;
  if (event.kind == Event::Kind::logoff) {
    sessions_.erase(event.session);
  } else if (event.kind == Event::Kind::logon && sessions_.size() < most_sessions) {
    sessions_[event.session] = {event.address, event.mac};
  }
}

}  // namespace edgewatch::runtime

// The part of the desk that explains an attribution: identity only, never use (ARCHITECTURE D5).
#include "edgewatch/identity/explain.hpp"
#include "edgewatch/runtime/exit_code.hpp"

#include "answer.hpp"
#include "clock.hpp"
#include "desk.hpp"
#include "rows.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <unistd.h>

namespace edgewatch::runtime {
namespace {

std::string time_or_open(Timestamp at) {
  if (at == Timestamp::min() || at == Timestamp::max()) return "-";
  return format_rfc3339(std::chrono::floor<std::chrono::seconds>(at));
}

std::string layer_name(model::Binding::Layer layer) {
  switch (layer) {
    case model::Binding::Layer::address_to_device:
      return "address-device";
    case model::Binding::Layer::device_to_person:
      return "device-person";
    case model::Binding::Layer::address_to_person:
      return "address-person";
  }
  return "-";
}

/// Whom the answer may name: anybody for ICT, for HR the person of the case alone.
using MayName = std::optional<model::PersonId>;
constexpr const char* another_person = "another-person";

std::vector<std::string> row_of(const store::BindingRecord& record, const MayName& only) {
  model::Binding binding = record.binding;
  const bool of_person = binding.layer != model::Binding::Layer::address_to_device && !binding.value.empty();
  if (only && of_person && binding.value != only->text()) binding.value = another_person;
  std::string says = identity::in_words(binding);
  if (record.superseded_at) says = "was held until something else was known: " + says;
  return {layer_name(binding.layer),
          binding.key,
          binding.value.empty() ? "-" : binding.value,
          to_string(binding.state),
          to_string(binding.source),
          time_or_open(binding.valid.from),
          time_or_open(binding.valid.to),
          time_or_open(binding.recorded_at),
          record.superseded_at ? time_or_open(*record.superseded_at) : "-",
          "-",
          says};
}

/// An interval as it is told last, and since when it has been known: that its end was put off (a lease
/// renewed) is no news of a moment before.
struct Version {
  store::BindingRecord record;
  Timestamp known_from;
};

std::vector<Version> versions(const std::vector<store::BindingRecord>& records, Timestamp at) {
  std::vector<Version> out;
  const auto goes_on = [at](const Version& before, const store::BindingRecord& record) {
    model::Binding same = before.record.binding;
    same.valid.to = record.binding.valid.to;
    same.recorded_at = record.binding.recorded_at;
    return before.record.superseded_at == record.binding.recorded_at && same == record.binding &&
           before.record.binding.valid.contains(at) && record.binding.valid.contains(at);
  };
  for (const store::BindingRecord& record : records) {
    const auto before = std::find_if(out.rbegin(), out.rend(),
                                     [&](const Version& version) { return goes_on(version, record); });
    if (before == out.rend()) {
      out.push_back({record, record.binding.recorded_at});
    } else {
      before->record = record;
    }
  }
  return out;
}

/// What was answered of the moment from then on, until something else was known.
struct Answer {
  identity::Explanation why;
  Timestamp known_from;
  std::optional<Timestamp> superseded_at;
};

bool is_same_answer(const model::Attribution& a, const model::Attribution& b) {
  return a.person == b.person && a.device == b.device && a.basis == b.basis && a.grade == b.grade &&
         a.several_people == b.several_people && a.not_monitored == b.not_monitored;
}

/// What was known at that very moment, and what it was taken to be with each thing that became known later
/// (IDENTITY 3: bitemporal). The last one stands.
std::vector<Answer> answers(const std::vector<Version>& all, const net::IpAddress& address, Timestamp at,
                            const identity::Topology& topology) {
  std::set<Timestamp> moments{at};
  for (const Version& version : all) {
    if (version.known_from > at) moments.insert(version.known_from);
    if (version.record.superseded_at.value_or(at) > at) moments.insert(*version.record.superseded_at);
  }
  std::vector<Answer> out;
  for (const Timestamp moment : moments) {
    std::vector<model::Binding> standing;
    Timestamp known_from = Timestamp::min();
    for (const Version& version : all) {
      const store::BindingRecord& record = version.record;
      if (version.known_from > moment || record.superseded_at.value_or(Timestamp::max()) <= moment) continue;
      standing.push_back(record.binding);
      if (record.binding.valid.contains(at)) known_from = std::max(known_from, version.known_from);
    }
    identity::Explanation why = identity::explain(address, at, standing, topology);
    if (!out.empty() && is_same_answer(out.back().why.attribution, why.attribution)) {
      out.back().why = std::move(why);
      continue;
    }
    if (!out.empty()) out.back().superseded_at = moment;
    out.push_back({std::move(why), moment == at ? known_from : moment, std::nullopt});
  }
  return out;
}

std::vector<std::string> row_of(const Answer& answer, const net::IpAddress& address, const MayName& only) {
  const model::Attribution& found = answer.why.attribution;
  const bool hidden = only && found.person && *found.person != *only;
  const std::string whose = hidden                ? another_person
                            : found.not_monitored ? "-"
                                                  : model::Subject(found).text();
  return {answer.superseded_at ? "answer-before" : "answer",
          address.to_string(),
          whose,
          to_string(found.basis),
          "-",
          time_or_open(found.held.from),
          time_or_open(found.held.to),
          time_or_open(answer.known_from),
          answer.superseded_at ? time_or_open(*answer.superseded_at) : "-",
          to_string(found.grade),
          hidden ? "it was another person's, who is not named in this case" : answer.why.sentence};
}

}  // namespace

Response Desk::who(const Officer& officer, const Request& request) {
  const auto option = [&](const char* name) {
    const auto found = request.options.find(name);
    return found == request.options.end() ? std::string() : found->second;
  };
  const auto address = net::IpAddress::parse(option("address"));
  if (!address)
    return refuse(officer, evidence::Action::who, request, "--address is an IP address, as 10.20.1.17");
  const auto at = option("at").empty() ? std::optional(wall_clock()) : parse_rfc3339(option("at"));
  if (!at)
    return refuse(officer, evidence::Action::who, request,
                  "--at is a time in RFC 3339, as 2026-11-17T10:05:00Z");
  const std::string form = option("format");
  const auto format = parse_row_format(form.empty() ? "table" : form);
  if (!format) return refuse(officer, evidence::Action::who, request, "--format is table, csv or json");

  MayName only;
  if (evidence::permission(officer.role, evidence::Action::who) == evidence::Permission::in_case) {
    auto person =
        case_person(officer, model::CaseReference(option("case")), london_date(*at), evidence::Action::who);
    if (!person) return {person.error().exit_code, "", "edgewatch: " + person.error().sentence + "\n"};
    only = std::move(person).value();
  }
  const std::vector<Version> known = versions(ledger_.holders(*address, *at), *at);
  const std::vector<Answer> all = answers(known, *address, *at, configuration_->settings.topology);
  Rows rows{{"layer", "key", "value", "state", "source", "from", "to", "recorded_at", "superseded_at",
             "grade", "says"},
            {}};
  // Whoever the answer names finds in the audit that somebody asked.
  std::set<MayName> named;
  for (const Version& version : known) {
    const model::Binding& binding = version.record.binding;
    if (!binding.valid.contains(*at)) continue;
    rows.cells.push_back(row_of(version.record, only));
    if (binding.layer != model::Binding::Layer::address_to_device && !binding.value.empty())
      named.insert(model::PersonId(binding.value));
  }
  for (const Answer& answer : all) rows.cells.push_back(row_of(answer, *address, only));
  if (only || named.empty())
    named = {std::nullopt};  // that HR asked of the case's person stands there already
  for (const MayName& person : named) {
    audit_.append(
        officer, evidence::Action::who, model::CaseReference(only ? option("case") : ""),
        evidence::Outcome::permitted,
        {person, std::nullopt, fmt::format("address {} at {}", address->to_string(), time_or_open(*at)), {}},
        wall_clock());
  }
  return in_rows(rows, request, "");
}

/// HR asks within an open case that names the person and the day; a refusal is audited.
Result<model::PersonId, evidence::Refusal> Desk::case_person(const Officer& officer,
                                                             const model::CaseReference& reference,
                                                             CivilDate day, evidence::Action action) {
  const auto record = ledger_.find_case(reference);
  if (!record) {
    const std::string what =
        "HR is told of whoever was at an address only within a case: name an open one that covers the day, "
        "--case "
        "REFERENCE (edgewatch case list shows them)";
    audit_.append(officer, action, {}, evidence::Outcome::refused, {{}, {{day, day}}, what, {}},
                  wall_clock());
    return Failure{evidence::Refusal{not_permitted, what}};
  }
  evidence::Authorities authorities(ledger_, audit_);
  const auto authority =
      authorities.authorise(officer, reference, record->person, {day, day}, wall_clock(), action);
  if (!authority) return Failure{authority.error()};
  return authority->person();
}

/// The chain tells of amendments as soon as anybody may see a figure that one of them changed.
void Desk::audit_amendments() {
  const Officer daemon{static_cast<std::uint32_t>(::geteuid()), "edgewatchd", evidence::Role::timer};
  for (const store::AmendmentRecord& record : ledger_.unaudited_amendments()) {
    const model::Amendment& amendment = record.amendment;
    evidence::AuditDetail detail;
    detail.person = amendment.person;
    detail.period = {london_date(amendment.withdrawn.from),
                     london_date(amendment.withdrawn.to - Duration(1))};
    detail.text = fmt::format(
        "{} minutes taken back by a further run: known at {} by the word of {}, of the time from {} to {}",
        record.minutes, time_or_open(amendment.recorded_at), in_words(amendment.source),
        time_or_open(amendment.withdrawn.from), time_or_open(amendment.withdrawn.to));
    audit_.append(daemon, evidence::Action::amendment, {}, evidence::Outcome::permitted, std::move(detail),
                  wall_clock());
    ledger_.amendment_audited(record.number);
  }
}

}  // namespace edgewatch::runtime

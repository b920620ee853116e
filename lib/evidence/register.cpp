#include "edgewatch/evidence/register.hpp"

#include "edgewatch/base/text.hpp"

#include "approval.hpp"
#include "reference.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace edgewatch::evidence {
namespace {

constexpr std::size_t longest_purpose = 1000;

std::string mistake_in_services(const std::vector<model::ServiceId>& services,
                                const RegisterVocabulary& known) {
  if (services.empty()) return "name the services: --services facebook,instagram";
  for (const model::ServiceId& service : services) {
    if (!known.is_service(service)) {
      return fmt::format(
          "the catalogue has no service '{}'; edgewatch classify NAME says what a name is called",
          terminal_text(service.text()));
    }
  }
  return {};
}

std::string mistake_in_person(const model::PersonId& person, const RegisterVocabulary& known) {
  if (known.is_person(person)) return {};
  return fmt::format("no monitored person has the id {}; check the spelling against people.csv",
                     terminal_text(person.text()));
}

std::string mistake_in_period(const model::Interval& valid, Timestamp now) {
  if (valid.from >= valid.to) return "it would end before it begins; put the later date under --until";
  if (valid.to <= now) return "it would have ended already; --until is a day or time to come";
  return {};
}

std::string first_of(std::initializer_list<std::string> mistakes) {
  const auto* const found = std::ranges::find_if(mistakes, [](const std::string& m) { return !m.empty(); });
  return found == mistakes.end() ? std::string() : *found;
}

std::string in_words(const std::vector<model::ServiceId>& services) {
  std::string out;
  for (const model::ServiceId& service : services) out += (out.empty() ? "" : " ") + service.text();
  return out;
}
std::string in_words(const model::Interval& valid) {
  const auto second = [](Timestamp at) {
    return format_rfc3339(std::chrono::floor<std::chrono::seconds>(at));
  };
  return fmt::format("from {} until {}", second(valid.from),
                     valid.to == Timestamp::max() ? "further notice" : second(valid.to));
}

template <class Entry>
Entry* find(std::vector<Entry>& entries, std::int64_t number) {
  const auto found = std::ranges::find(entries, number, &Entry::number);
  return found == entries.end() ? nullptr : &*found;
}

}  // namespace

std::string RegisterDesk::mistake_in(const model::RegisteredWithdrawal& wanted,
                                     const RegisterVocabulary& known, const Officer& officer,
                                     Timestamp now) const {
  const std::string mistake =
      first_of({mistake_in_person(wanted.person, known), mistake_in_services(wanted.services, known),
                mistake_in_period(wanted.valid, now), mistake_in_approver(wanted.approved_by, officer)});
  if (!mistake.empty()) return mistake;
  if (!is_reference(wanted.reference.text())) {
    return fmt::format(
        "a withdrawal needs the case it follows from: --case REFERENCE, 1 to {} letters, digits "
        "and '-'",
        longest_reference);
  }
  if (spells_the_person(wanted.reference, wanted.person, known.names_of(wanted.person)))
    return "a case reference may not contain the person's id, name, account or device: blocks are counted by "
           "it";
  return {};
}

Result<model::RegisteredWithdrawal, Refusal> RegisterDesk::withdraw(const Officer& officer,
                                                                    model::RegisteredWithdrawal wanted,
                                                                    const RegisterVocabulary& known,
                                                                    Timestamp now) {
  constexpr Action action = Action::withdraw_add;
  AuditDetail about;
  about.person = wanted.person;
  if (auto refusal = refuse_role(audit_, officer, action, now, about)) return Failure{*refusal};
  if (wanted.valid.from == Timestamp::min()) wanted.valid.from = now;
  if (const std::string mistake = mistake_in(wanted, known, officer, now); !mistake.empty())
    return Failure{refused(audit_, officer, action, about, {64, mistake}, now)};
  const auto record = ledger_.find_case(wanted.reference);
  if (record && record->person != wanted.person) {
    return Failure{
        refused(audit_, officer, action, about,
                {77, fmt::format("case {} does not ask for this; check person and reference with HR",
                                 wanted.reference.text())},
                now)};
  }
  wanted.entered_by = officer.name;
  wanted.entered_at = now;
  about.text = fmt::format("{} {}; case {}; approved by {}", in_words(wanted.services),
                           in_words(wanted.valid), wanted.reference.text(), wanted.approved_by);
  // The entry first: what is in force stands in the chain.
  audit_.append(officer, action, chained_reference(ledger_, wanted.reference), Outcome::permitted,
                std::move(about), now);
  wanted.number = ledger_.add(wanted);
  return wanted;
}

Result<model::RegisteredWithdrawal, Refusal> RegisterDesk::lift(const Officer& officer, std::int64_t number,
                                                                const std::string& approved_by,
                                                                Timestamp now) {
  constexpr Action action = Action::withdraw_lift;
  if (auto refusal = refuse_role(audit_, officer, action, now)) return Failure{*refusal};
  model::Register all = ledger_.read_register();
  model::RegisteredWithdrawal* entry = find(all.withdrawals, number);
  AuditDetail about;
  std::string mistake = mistake_in_approver(approved_by, officer);
  if (entry == nullptr) {
    mistake = fmt::format("the register has no withdrawal {}; edgewatch withdraw list shows them", number);
  } else {
    about.person = entry->person;
    if (entry->in_force().to <= now)
      mistake = fmt::format("withdrawal {} has ended on {}", number,
                            format_date(london_date(entry->in_force().to - Duration(1))));
  }
  if (!mistake.empty()) return Failure{refused(audit_, officer, action, about, {64, mistake}, now)};
  about.text = fmt::format("withdrawal {}: {}; case {}; approved by {}", number, in_words(entry->services),
                           entry->reference.text(), approved_by);
  audit_.append(officer, action, chained_reference(ledger_, entry->reference), Outcome::permitted,
                std::move(about), now);
  entry->lifted = {now, officer.name, approved_by};
  ledger_.lift(number, *entry->lifted);
  return *entry;
}

Result<model::RegisteredAuthorisation, Refusal> RegisterDesk::authorise(const Officer& officer,
                                                                        model::RegisteredAuthorisation wanted,
                                                                        const RegisterVocabulary& known,
                                                                        Timestamp now) {
  constexpr Action action = Action::authorise_add;
  AuditDetail about;
  about.person = wanted.person;
  if (auto refusal = refuse_role(audit_, officer, action, now, about)) return Failure{*refusal};
  if (wanted.valid.from == Timestamp::min()) wanted.valid.from = now;
  std::string mistake;
  if (wanted.person.has_value() == !wanted.group.empty()) {
    mistake = "an authorisation is for either a person or a group: --person ID or --group NAME";
  } else if (!wanted.group.empty() && !known.is_group(wanted.group)) {
    mistake = fmt::format("no person is in group '{}'; check people.csv", terminal_text(wanted.group));
  } else if (trim(wanted.purpose).empty() || wanted.purpose.size() > longest_purpose ||
             wanted.account.size() > longest_name) {
    mistake = fmt::format(
        "say in --purpose what it is for, in up to {} bytes, and in --account whose account "
        "is used, in up to {}",
        longest_purpose, longest_name);
  } else if (!wanted.review_date ||
             std::chrono::sys_days(*wanted.review_date) <= std::chrono::sys_days(london_date(now))) {
    mistake = "say when it is to be looked at again: --review-date, a day to come, YYYY-MM-DD";
  } else {
    mistake = first_of({wanted.person ? mistake_in_person(*wanted.person, known) : std::string(),
                        mistake_in_services(wanted.services, known), mistake_in_period(wanted.valid, now),
                        mistake_in_approver(wanted.approved_by, officer)});
  }
  if (!mistake.empty()) return Failure{refused(audit_, officer, action, about, {64, mistake}, now)};
  wanted.entered_by = officer.name;
  wanted.entered_at = now;
  about.text = fmt::format(
      "{}{} {}; for {}; approved by {}", wanted.group.empty() ? "" : "group " + wanted.group + ": ",
      in_words(wanted.services), in_words(wanted.valid), wanted.purpose, wanted.approved_by);
  audit_.append(officer, action, {}, Outcome::permitted, std::move(about), now);
  wanted.number = ledger_.add(wanted);
  return wanted;
}

Result<model::RegisteredAuthorisation, Refusal> RegisterDesk::review(
    const Officer& officer, std::int64_t number, model::RegisteredAuthorisation::Review review,
    Timestamp now) {
  constexpr Action action = Action::authorise_review;
  if (auto refusal = refuse_role(audit_, officer, action, now)) return Failure{*refusal};
  model::Register all = ledger_.read_register();
  model::RegisteredAuthorisation* entry = find(all.authorisations, number);
  AuditDetail about;
  std::string mistake = mistake_in_approver(review.approved_by, officer);
  if (entry == nullptr) {
    mistake =
        fmt::format("the register has no authorisation {}; edgewatch authorise list shows them", number);
  } else {
    about.person = entry->person;
    if (entry->in_force().to <= now) mistake = fmt::format("authorisation {} has ended", number);
  }
  if (review.goes_on == !review.next.has_value() ||
      (review.next && std::chrono::sys_days(*review.next) <= std::chrono::sys_days(london_date(now))))
    mistake = "say when it is to be looked at again, --review-date, a day to come; or --end, and it ends now";
  if (!mistake.empty()) return Failure{refused(audit_, officer, action, about, {64, mistake}, now)};
  review.at = now;
  review.by = officer.name;
  about.text = fmt::format("authorisation {}: {}; approved by {}", number,
                           review.goes_on ? "goes on, next review " + format_date(*review.next) : "ends",
                           review.approved_by);
  audit_.append(officer, action, {}, Outcome::permitted, std::move(about), now);
  ledger_.review(number, review);
  entry->reviews.push_back(std::move(review));
  return *entry;
}

Result<std::vector<model::RegisteredWithdrawal>, Refusal> RegisterDesk::withdrawals(
    const Officer& officer, const model::CaseReference& reference, Timestamp now) {
  constexpr Action action = Action::withdraw_list;
  if (auto refusal = refuse_role(audit_, officer, action, now)) return Failure{*refusal};
  const bool in_case = permission(officer.role, action) == Permission::in_case;
  if (in_case && !ledger_.find_case(reference)) {
    return Failure{
        refused(audit_, officer, action, {},
                {77,
                 "HR is told of the withdrawals of one case: name it, --case REFERENCE (edgewatch case "
                 "list shows them)"},
                now)};
  }
  audit_.append(officer, action, chained_reference(ledger_, reference), Outcome::permitted, {}, now);
  std::vector<model::RegisteredWithdrawal> out = ledger_.read_register().withdrawals;
  if (in_case || !reference.empty())
    std::erase_if(out, [&](const auto& entry) { return entry.reference != reference; });
  return out;
}

Result<std::vector<model::RegisteredAuthorisation>, Refusal> RegisterDesk::authorisations(
    const Officer& officer, Timestamp now) {
  constexpr Action action = Action::authorise_list;
  if (auto refusal = refuse_role(audit_, officer, action, now)) return Failure{*refusal};
  audit_.append(officer, action, {}, Outcome::permitted, {}, now);
  return ledger_.read_register().authorisations;
}

}  // namespace edgewatch::evidence

#include "edgewatch/config/rule_books.hpp"

#include "edgewatch/base/text.hpp"

#include "readers.hpp"
#include "text_file.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace edgewatch::config {
namespace {

/// Whatever a decision may depend on.
std::string text_of(const model::RegisteredWithdrawal& entry) {
  const model::Interval valid = entry.in_force();
  return fmt::format("w{}:{}:{}", entry.number, valid.from.time_since_epoch().count(),
                     valid.to.time_since_epoch().count());
}
std::string text_of(const model::RegisteredAuthorisation& entry) {
  const model::Interval valid = entry.in_force();
  return fmt::format("a{}:{}:{}", entry.number, valid.from.time_since_epoch().count(),
                     valid.to.time_since_epoch().count());
}

}  // namespace

policy::RuleBook with_register(policy::RuleBook book, const model::Register& entries) {
  std::vector<std::string> texts{book.revision.text()};
  for (const model::RegisteredWithdrawal& entry : entries.withdrawals) {
    book.withdrawals.push_back({.id = model::RuleId("withdrawal:" + entry.reference.text()),
                                .person = entry.person,
                                .services = entry.services,
                                .valid = entry.in_force(),
                                .case_reference = entry.reference.text(),
                                .approved_by = entry.approved_by});
    texts.push_back(text_of(entry));
  }
  for (const model::RegisteredAuthorisation& entry : entries.authorisations) {
    book.authorised.push_back({.id = model::RuleId(fmt::format("authorised:entry-{}", entry.number)),
                               .person = entry.person,
                               .group = entry.group,
                               .services = entry.services,
                               .purpose = entry.purpose,
                               .account = entry.account,
                               .valid = entry.in_force(),
                               .hours = entry.hours,
                               .approved_by = entry.approved_by,
                               .review_date = entry.review_due()});
    texts.push_back(text_of(entry));
  }
  if (texts.size() > 1) book.revision = model::Revision(short_digest(texts));
  return book;
}

model::Register as_known_at(model::Register entries, Timestamp at) {
  const auto later = [at](const auto& entry) { return entry.entered_at > at; };
  std::erase_if(entries.withdrawals, later);
  std::erase_if(entries.authorisations, later);
  for (model::RegisteredWithdrawal& entry : entries.withdrawals) {
    if (entry.lifted && entry.lifted->at > at) entry.lifted.reset();
  }
  for (model::RegisteredAuthorisation& entry : entries.authorisations)
    std::erase_if(entry.reviews, [at](const auto& review) { return review.at > at; });
  return entries;
}

model::KeptRuleBook kept(const Configuration& files, const policy::RuleBook& in_force, Timestamp from) {
  model::KeptRuleBook out{.from = from,
                          .revision = files.policies.rules.revision,
                          .catalogue = files.policies.catalogue.revision(),
                          .lists = files.policies.lists->revision(),
                          .rules = files.rules_text,
                          .members = {},
                          .catalogue_files = files.catalogue_files};
  std::set<std::string> spoken_of;
  for (const policy::Rule& rule : in_force.rules) spoken_of.insert(rule.groups.begin(), rule.groups.end());
  for (const policy::AuthorisedUse& use : in_force.authorised) spoken_of.insert(use.group);
  for (const identity::Person& person : files.people) {
    for (const std::string& group : person.groups) {
      if (spoken_of.contains(group))
        out.members += fmt::format("{}\t{}\n", tsv_cell(person.id.text()), tsv_cell(group));
    }
  }
  return out;
}

Result<policy::RuleBook, Problems> read_kept(const model::KeptRuleBook& book, const std::string& file) {
  Problems problems;
  if (!book.rules) return Failure{Problems{{file, 0, 0, "the rule book was too long to keep", ""}}};
  People people;
  people.known = false;
  const Vocabulary vocabulary{people, {}, {}, false, false};
  policy::RuleBook out = read_rules(*book.rules, file, vocabulary, problems);
  if (!problems.empty()) return Failure{std::move(problems)};
  for (const std::string_view line : split(book.members, '\n')) {
    const auto cells = split(line, '\t');
    if (cells.size() == 2)
      out.groups[model::PersonId(std::string(cells[0]))].emplace_back(std::string(cells[1]));
  }
  out.revision = book.revision;
  return out;
}

Result<classify::Catalogue, Problems> read_kept_catalogue(const model::KeptRuleBook& book) {
  if (book.catalogue_files.empty()) return Failure{Problems{{"", 0, 0, "the catalogue was not kept", ""}}};
  Problems problems;
  std::vector<classify::ServiceDefinition> services;
  for (const auto& file : book.catalogue_files) read_services(file.text, file.path, services, problems);
  if (!problems.empty()) return Failure{std::move(problems)};
  return classify::Catalogue::build(std::move(services), book.catalogue);
}

}  // namespace edgewatch::config

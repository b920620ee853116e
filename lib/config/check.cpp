#include "edgewatch/config/check.hpp"

#include "edgewatch/base/text.hpp"

#include "readers.hpp"
#include "text_file.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

namespace edgewatch::config {
namespace {

/// Whether a part of the name stands in the id: four letters in a row of one of its words. Then the id is no
/// token, and says whose the records are wherever a copy of them goes.
bool tells_the_name(const identity::Person& person) {
  constexpr std::size_t telling = 4;
  const std::string id = ascii_lower(person.id.text());
  const std::string name = ascii_lower(person.display_name);
  for (std::size_t at = 0; at + telling <= name.size(); ++at) {
    const std::string part = name.substr(at, telling);
    if (part.find_first_of(" ,.'-") == std::string::npos && id.find(part) != std::string::npos) return true;
  }
  return false;
}

class Warnings {
 public:
  explicit Warnings(Timestamp now) : now_(now) {}

  void add(const policy::Withdrawal& withdrawal) {
    const auto say = [&](std::string what, std::string advice) {
      problems_.push_back({withdrawal.file, withdrawal.line, 0, std::move(what), std::move(advice)});
    };
    if (withdrawal.file.empty()) return;  // the register's, which is not in any file
    if (withdrawal.valid.to <= now_) {
      say("this withdrawal " + policy::dates_to_mind(withdrawal.valid, std::nullopt, now_),
          "it lifts itself; take it out when the record of it is no longer needed");
      return;
    }
    if (withdrawal.approved_by.empty())
      say("nobody is named who approved this withdrawal", "add approved_by = \"...\"");
    if (withdrawal.case_reference.empty())
      say("this withdrawal follows from no case", "add case = \"...\", by which blocks are counted");
  }

  void add(const policy::AuthorisedUse& use) {
    const auto say = [&](std::string what, std::string advice) {
      problems_.push_back({use.file, use.line, 0, std::move(what), std::move(advice)});
    };
    if (use.file.empty()) return;
    if (use.valid.to <= now_) {
      say("this authorisation " + policy::dates_to_mind(use.valid, std::nullopt, now_),
          "put a later date under 'until', or take it out");
      return;
    }
    if (use.approved_by.empty()) say("nobody is named who approved this use", "add approved_by = \"...\"");
    if (!use.review_date) {
      say("nobody will look at this authorisation again", "add review_date = 2027-01-31, without quotes");
    } else if (*use.review_date <= london_date(now_)) {
      say("the review of this authorisation was due on " + format_date(*use.review_date),
          "ask whether it is still somebody's job, and put the next date under review_date");
    }
  }

  Problems problems_;

 private:
  Timestamp now_;
};

/// Whoever is refused must be able to object.
void add_block_page(const Settings& settings, Warnings& found) {
  const BlockPageWords page = block_page_words(settings);
  const auto say = [&](const char* what, const char* advice) {
    found.problems_.push_back({settings.file.string(), 0, 0, what, advice});
  };
  if (page.contact.empty())
    say("the page that a gateway shows in place of a refused one does not say whom to ask",
        "add page_contact = \"...\" to [enforcement], or controller to [governance]");
  if (page.appeal.empty())
    say("the page that a gateway shows in place of a refused one does not say how to object",
        "add page_appeal = \"...\" to [enforcement], or notice to [governance]");
}

}  // namespace

policy::Ground ground(const Configuration& configuration) {
  policy::Ground out;
  const classify::Catalogue& catalogue = configuration.policies.catalogue;
  for (std::size_t i = 0; i < catalogue.services().size(); ++i) {
    const classify::ServiceDefinition& service = catalogue.services()[i];
    for (classify::HostEntry& host : catalogue.hosts(i))
      out.hosts.push_back({std::move(host.host), service.id, service.category});
  }
  for (const auto& list : configuration.policies.lists->lists()) out.categories.insert(list.category);
  if (configuration.settings.zones.folder.empty()) {
    out.inside = configuration.settings.inside;
    out.exclude = configuration.settings.exclude;
  }
  for (const identity::Person& person : configuration.people) {
    if (person.not_monitored()) out.unmonitored.insert(person.id);
  }
  return out;
}

std::string in_words(const policy::Contradiction& both, const policy::RuleBook& book) {
  const auto place = [](const auto& entry) {
    return entry.file.empty()
               ? std::string("entered by command")
               : fmt::format("{}:{}", std::filesystem::path(entry.file).filename().string(), entry.line);
  };
  const policy::Withdrawal& withdrawal = book.withdrawals[both.withdrawal];
  const policy::AuthorisedUse& use = book.authorised[both.authorised];
  std::string services;
  for (const model::ServiceId& service : both.services)
    services += (services.empty() ? "" : " ") + service.text();
  return fmt::format(
      "{} ({}) blocks {}, which {} ({}) authorises: blocked it is, though it is somebody's job",
      withdrawal.id.text(), place(withdrawal), services, use.id.text(), place(use));
}

Problems warnings(const Configuration& configuration, Timestamp now) {
  Warnings found(now);
  const policy::RuleBook& book = configuration.policies.rules;
  if (configuration.policies.catalogue.services().empty()) {
    found.problems_.push_back({configuration.settings.catalogue.string(), 0, 0,
                               "no service is listed, so nothing is recorded",
                               "name the catalogue's folder under 'catalogue'"});
  }
  if (!configuration.lists_trouble.empty()) {
    found.problems_.push_back({configuration.settings.lists.string(), 0, 0, configuration.lists_trouble,
                               "edgewatch lists update makes the set anew"});
  }
  if (configuration.settings.enforcement_mode == "gateway") add_block_page(configuration.settings, found);
  const std::vector<policy::RuleReview> reviews = policy::review_rules(book, ground(configuration));
  for (std::size_t i = 0; i < book.rules.size(); ++i) {
    const policy::Rule& rule = book.rules[i];
    const policy::RuleReview& review = reviews[i];
    if (review.never.empty() && review.contradicted.empty()) continue;
    found.problems_.push_back(
        {rule.file, rule.line, 0,
         review.never.empty()
             ? fmt::format("rule '{}' is contradicted: {}", rule.id.text(), review.contradicted)
             : fmt::format("rule '{}' can never match: {}", rule.id.text(), review.never),
         review.advice});
  }
  const auto telling = std::ranges::count_if(configuration.people, tells_the_name);
  if (telling > 0) {
    found.problems_.push_back(
        {configuration.settings.people.string(), 0, 0,
         fmt::format("of {} people the id has a part of the name in it", telling),
         "ids stand in the ledger, the audit details and every backup for a year; give tokens as p17"});
  }
  for (const policy::Withdrawal& withdrawal : book.withdrawals) {
    found.add(withdrawal);
    const bool is_unmonitored = std::ranges::any_of(configuration.people, [&](const auto& person) {
      return person.id == withdrawal.person && person.not_monitored();
    });
    if (is_unmonitored && !withdrawal.file.empty())
      found.problems_.push_back({withdrawal.file, withdrawal.line, 0,
                                 "this withdrawal never takes effect: it is about somebody in group "
                                 "not-monitored, of whom nothing is read",
                                 "take it out, or take the person out of that group"});
  }
  for (const policy::Contradiction& both : policy::contradictions(book, now)) {
    const policy::Withdrawal& withdrawal = book.withdrawals[both.withdrawal];
    const policy::AuthorisedUse& use = book.authorised[both.authorised];
    const bool in_file = !withdrawal.file.empty();
    found.problems_.push_back({in_file            ? withdrawal.file
                               : use.file.empty() ? "register"
                                                  : use.file,
                               in_file ? withdrawal.line : use.line, 0, in_words(both, book),
                               "end the one that is not to hold"});
  }
  for (const policy::AuthorisedUse& use : book.authorised) found.add(use);
  return std::move(found.problems_);
}

Problems changed_since_start(const Settings& in_force) {
  Problems none;
  const auto text = read_text(in_force.file, none);
  const auto now = text ? read_settings(*text, in_force.file, none) : std::nullopt;
  if (!now) return {};
  std::vector<std::pair<std::string, std::string>> different;
  std::ranges::set_symmetric_difference(in_force.said, now->said, std::back_inserter(different));
  std::set<std::string> keys;
  for (const auto& [key, value] : different) keys.insert(key);
  // Whose secrets stand in files of their own.
  if (now->radius_clients != in_force.radius_clients) keys.insert("identity.radius_clients");
  if (keys.empty()) return {};
  return {{in_force.file.string(), 0, 0,
           fmt::format("changed since the start, of which what was written then is in force: {}",
                       fmt::join(keys, ", ")),
           "edgewatch.toml is read at a start alone: edgewatchd --check-config, then systemctl restart "
           "edgewatchd"}};
}

}  // namespace edgewatch::config

#include "readers.hpp"
#include "text_file.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace edgewatch::config {
namespace {

bool is_rule_id(const std::string& text) {
  return !text.empty() &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
             std::string::npos;
}

bool is_case_reference(const std::string& text) {
  return text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") ==
         std::string::npos;
}

std::vector<std::string> as_list(const std::set<std::string>& words) { return {words.begin(), words.end()}; }

class RulesReader {
 public:
  RulesReader(const std::string& file, const Vocabulary& vocabulary) : file_(file), vocabulary_(vocabulary) {
    for (const identity::Person& person : vocabulary.people.list) {
      ids_.push_back(person.id.text());
      groups_.insert(person.groups.begin(), person.groups.end());
    }
  }

  policy::RuleBook read(TomlTable& root) {
    policy::RuleBook book;
    for (TomlTable& table : root.tables("rule")) book.rules.push_back(rule(table, book.rules));
    for (TomlTable& table : root.tables("withdrawal"))
      book.withdrawals.push_back(withdrawal(table, book.withdrawals.size() + 1));
    for (TomlTable& table : root.tables("authorised_use"))
      book.authorised.push_back(authorised(table, book.authorised.size() + 1));
    root.finish();
    for (const identity::Person& person : vocabulary_.people.list) {
      if (!person.groups.empty()) book.groups.try_emplace(person.id, person.groups);
    }
    return book;
  }

 private:
  policy::Rule rule(TomlTable& table, const std::vector<policy::Rule>& before) {
    policy::Rule rule;
    rule.file = file_;
    rule.line = table.place().line;
    rule.id = rule_id(table, before);
    table.require("action", "add action = \"block\", \"allow\" or \"log\"");
    const auto action = table.word("action", {"block", "allow", "log"});
    if (action)
      rule.action = *action == "allow" ? model::Verdict::allow
                    : *action == "log" ? model::Verdict::log
                                       : model::Verdict::block;
    const auto rule_class = table.word("class", {"inappropriate", "policy", "security"}).value_or("policy");
    rule.rule_class = rule_class == "inappropriate" ? model::RuleClass::inappropriate
                      : rule_class == "security"    ? model::RuleClass::security
                                                    : model::RuleClass::policy;
    rule.categories = categories(table);
    rule.services = services(table);
    rule.names = names(table);
    rule.people = people(table, "people");
    rule.groups = groups(table);
    rule.networks = read_networks(table, "networks");
    rule.schedule = read_windows(table, "schedule");
    rule.reason = table.text("reason");
    rule.fail_closed = table.word("fail", {"open", "closed"}) == "closed";
    if (rule.fail_closed) check_fail_closed(table, rule);
    if (!table.has("categories") && !table.has("services") && !table.has("names")) {
      table.problem(table.place(), fmt::format("rule '{}' matches nothing", rule.id.text()),
                    "add categories, services or names");
    }
    check_not_empty(table, {"categories", "services", "names", "people", "groups", "networks", "schedule"});
    table.finish();
    return rule;
  }

  /// A queue that holds packets back is chosen by address, before any name in them is known.
  static void check_fail_closed(const TomlTable& table, const policy::Rule& rule) {
    if (rule.action != model::Verdict::block) {
      table.problem_at("fail", fmt::format("rule '{}' blocks nothing and cannot fail closed", rule.id.text()),
                       "leave 'fail' out");
    } else if (!table.has("people") && !table.has("groups") && !table.has("networks")) {
      table.problem_at("fail",
                       fmt::format("rule '{}' is for everybody and cannot fail closed: whom it holds back is "
                                   "decided before any name is known",
                                   rule.id.text()),
                       "add people, groups or networks, or leave 'fail' out");
    }
  }

  model::RuleId rule_id(TomlTable& table, const std::vector<policy::Rule>& before) {
    if (!table.require("id", "add id = \"...\"; findings and reports call the rule by it")) return {};
    const auto id = table.string("id");
    if (!id) return {};
    if (!is_rule_id(id->value)) {
      table.problem(id->place, fmt::format("'{}' is not a rule id", id->value),
                    "use letters, digits, '.', '_' and '-'");
    }
    for (const policy::Rule& other : before) {
      if (other.id.text() == id->value) {
        table.problem(id->place, fmt::format("rule id '{}' stands already on line {}", id->value, other.line),
                      "give every rule an id of its own");
      }
    }
    return model::RuleId(id->value);
  }

  policy::Withdrawal withdrawal(TomlTable& table, std::size_t number) {
    policy::Withdrawal out;
    out.file = file_;
    out.line = table.place().line;
    table.require("person", "name the person whose access is withdrawn");
    table.require("services", "name the services, as services = [\"facebook\"]");
    if (const auto id = table.string("person")) out.person = person(table, *id);
    out.services = services(table);
    check_not_empty(table, {"services"});
    out.valid = interval(table);
    out.case_reference = table.text("case");
    if (!is_case_reference(out.case_reference)) {
      table.problem_at("case", fmt::format("'{}' is not a case reference", out.case_reference),
                       "use letters, digits and '-'");
    }
    out.approved_by = table.text("approved_by");
    out.id = model::RuleId(out.case_reference.empty() ? fmt::format("withdrawal:{}", number)
                                                      : fmt::format("withdrawal:{}", out.case_reference));
    table.finish();
    return out;
  }

  policy::AuthorisedUse authorised(TomlTable& table, std::size_t number) {
    policy::AuthorisedUse out;
    out.file = file_;
    out.line = table.place().line;
    out.id = model::RuleId(fmt::format("authorised:{}", number));
    if (table.has("person") == table.has("group")) {
      table.problem(table.place(), "an authorised use needs either a person or a group",
                    "write one of person = \"...\" and group = \"...\"");
    }
    if (const auto id = table.string("person")) out.person = person(table, *id);
    if (const auto name = table.string("group")) out.group = group(table, *name);
    table.require("services", "name the services, as services = [\"facebook\"]");
    out.services = services(table);
    check_not_empty(table, {"services", "hours"});
    out.purpose = table.text("purpose");
    out.account = table.text("account");
    out.valid = interval(table);
    out.hours = read_windows(table, "hours");
    out.approved_by = table.text("approved_by");
    out.review_date = table.date("review_date");
    table.finish();
    return out;
  }

  /// An empty list would say "any" to a reader and "none" to another.
  static void check_not_empty(TomlTable& table, const std::vector<std::string_view>& keys) {
    for (const std::string_view key : keys) {
      if (table.is_empty_array(key))
        table.problem_at(key, fmt::format("'{}' is empty", key), "leave the key out, or name at least one");
    }
  }

  model::Interval interval(TomlTable& table) {
    model::Interval out;
    out.from = table.moment("from", TomlTable::Edge::start_of_day).value_or(out.from);
    out.to = table.moment("until", TomlTable::Edge::end_of_day).value_or(out.to);
    if (out.from >= out.to)
      table.problem_at("until", "this ends before it begins", "put the later date under 'until'");
    return out;
  }

  model::PersonId person(TomlTable& table, const Located<std::string>& id) {
    if (vocabulary_.people.known && vocabulary_.people.find(id.value) == nullptr) {
      table.problem(id.place, fmt::format("unknown person '{}'", id.value), nearest(id.value, ids_));
    }
    return model::PersonId(id.value);
  }
  std::vector<model::PersonId> people(TomlTable& table, std::string_view key) {
    std::vector<model::PersonId> out;
    for (const auto& id : table.strings(key)) out.push_back(person(table, id));
    return out;
  }
  std::string group(TomlTable& table, const Located<std::string>& name) {
    if (vocabulary_.people.known && !groups_.contains(name.value)) {
      table.problem(name.place, fmt::format("no person is in group '{}'", name.value),
                    nearest(name.value, as_list(groups_)));
    }
    return name.value;
  }
  std::vector<std::string> groups(TomlTable& table) {
    std::vector<std::string> out;
    for (const auto& name : table.strings("groups")) out.push_back(group(table, name));
    return out;
  }
  std::vector<model::ServiceId> services(TomlTable& table) {
    std::vector<model::ServiceId> out;
    for (const auto& id : table.strings("services")) {
      if (vocabulary_.services_known && !vocabulary_.services.contains(id.value)) {
        table.problem(id.place, fmt::format("unknown service '{}'", id.value),
                      nearest(id.value, as_list(vocabulary_.services)));
      }
      out.emplace_back(id.value);
    }
    return out;
  }
  std::vector<model::Category> categories(TomlTable& table) {
    std::vector<model::Category> out;
    for (const auto& name : table.strings("categories")) {
      if (vocabulary_.categories_known && !vocabulary_.categories.contains(name.value) &&
          !contract_categories().contains(name.value)) {
        std::set<std::string> known = vocabulary_.categories;
        known.insert(contract_categories().begin(), contract_categories().end());
        table.problem(name.place, fmt::format("unknown category '{}'", name.value),
                      nearest(name.value, as_list(known)));
      }
      out.emplace_back(name.value);
    }
    return out;
  }
  static std::vector<net::HostName> names(TomlTable& table) {
    std::vector<net::HostName> out;
    for (const auto& text : table.strings("names")) {
      const auto name = net::HostName::from_user(text.value);
      if (!name) {
        table.problem(text.place, fmt::format("'{}' is not a host name", text.value),
                      "write the bare name, as games.example; it stands for everything below it too");
      } else if (classify::is_public_suffix(*name)) {
        table.problem(
            text.place,
            fmt::format("'{}' is a public suffix: it would take in every site below it", text.value),
            "name the sites themselves");
      } else {
        out.push_back(*name);
      }
    }
    return out;
  }

  const std::string& file_;
  const Vocabulary& vocabulary_;
  std::vector<std::string> ids_;
  std::set<std::string> groups_;
};

}  // namespace

const std::set<std::string>& contract_categories() {
  static const std::set<std::string> categories = {
      "social",       "streaming-video", "streaming-audio", "messaging", "forum", "blogs", "gaming",
      "conferencing", "ai-chat",         "file-sharing",    "vpn",       "doh",   "dating"};
  return categories;
}

policy::RuleBook read_rules(const std::string& text, const std::string& file, const Vocabulary& vocabulary,
                            Problems& problems) {
  const auto tree = parse_toml(text, file, problems);
  const TomlNode nothing{};
  TomlTable root(tree ? *tree : nothing, file, problems);
  return RulesReader(file, vocabulary).read(root);
}

}  // namespace edgewatch::config

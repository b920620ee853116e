#include "edgewatch/base/text.hpp"
#include "edgewatch/config/csv.hpp"
#include "edgewatch/model/person_id.hpp"

#include "readers.hpp"
#include "text_file.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>

#include <fmt/format.h>

namespace edgewatch::config {
namespace {

std::vector<std::string> parts(const std::string& text) {
  std::vector<std::string> out;
  for (const std::string_view part : split(text, ';')) {
    if (const std::string_view bare = trim(part); !bare.empty()) out.emplace_back(bare);
  }
  return out;
}

class PeopleReader {
 public:
  PeopleReader(const CsvTable& table, const std::string& file, const std::vector<model::Calendar>& calendars,
               Problems& problems)
      : table_(table), file_(file), calendars_(calendars), problems_(problems) {}

  People read() {
    People people;
    for (std::size_t row = 0; row < table_.size(); ++row) {
      identity::Person person;
      person.id = model::PersonId(table_.cell(row, "person").text);
      person.display_name = table_.cell(row, "display_name").text;
      person.department = table_.cell(row, "department").text;
      person.groups = parts(table_.cell(row, "groups").text);
      person.accounts = parts(table_.cell(row, "accounts").text);
      person.calendar = table_.cell(row, "calendar").text;
      check_id(row, person);
      check_accounts(row, person);
      check_calendar(row, person);
      person.break_allowance = break_allowance(row);
      people.by_id.try_emplace(person.id.text(), people.list.size());
      people.list.push_back(std::move(person));
    }
    return people;
  }

 private:
  void problem(const CsvCell& cell, std::string what, std::string advice) {
    problems_.push_back({file_, cell.line, cell.column, std::move(what), std::move(advice)});
  }

  void check_id(std::size_t row, const identity::Person& person) {
    const CsvCell& cell = table_.cell(row, "person");
    if (!model::is_person_id(cell.text)) {
      problem(cell, fmt::format("'{}' is not a person's id", cell.text),
              "use letters, digits, '.', '_' and '-', as in p17; not a name");
    } else {
      claim(cell, person, cell.text);
    }
  }
  void check_accounts(std::size_t row, const identity::Person& person) {
    for (const std::string& account : person.accounts) claim(table_.cell(row, "accounts"), person, account);
  }
  /// An id or account stands for one person only, however it is written.
  void claim(const CsvCell& cell, const identity::Person& person, const std::string& name) {
    const auto [other, is_new] =
        names_.try_emplace(ascii_lower(name), std::pair(person.id.text(), cell.line));
    if (is_new || (other->second.second == cell.line && other->second.first == person.id.text())) return;
    problem(
        cell,
        fmt::format("'{}' stands already for {} on line {}", name, other->second.first, other->second.second),
        "give every id and account to one person");
  }
  void check_calendar(std::size_t row, const identity::Person& person) {
    const bool known = person.calendar.empty() ||
                       std::any_of(calendars_.begin(), calendars_.end(),
                                   [&](const model::Calendar& c) { return c.name == person.calendar; });
    if (known) return;
    std::vector<std::string> names;
    for (const model::Calendar& calendar : calendars_) names.push_back(calendar.name);
    problem(table_.cell(row, "calendar"), fmt::format("unknown calendar '{}'", person.calendar),
            nearest(person.calendar, names));
  }
  std::optional<std::chrono::minutes> break_allowance(std::size_t row) {
    const CsvCell& cell = table_.cell(row, "break_minutes");
    if (cell.text.empty()) return std::nullopt;
    const bool digits =
        cell.text.size() <= 2 && cell.text.find_first_not_of("0123456789") == std::string::npos;
    if (digits && std::stoi(cell.text) <= 60) return std::chrono::minutes(std::stoi(cell.text));
    problem(cell, fmt::format("'{}' is not a break allowance", cell.text),
            "use minutes from 0 to 60, or leave it empty");
    return std::nullopt;
  }

  const CsvTable& table_;
  const std::string& file_;
  const std::vector<model::Calendar>& calendars_;
  Problems& problems_;
  std::map<std::string, std::pair<std::string, std::size_t>> names_;
};

class AssignmentsReader {
 public:
  AssignmentsReader(const CsvTable& table, const std::string& file, const People& people, Problems& problems)
      : table_(table), file_(file), people_(people), problems_(problems) {}

  std::vector<identity::Assignment> read() {
    for (std::size_t row = 0; row < table_.size(); ++row) {
      const auto device = key(row);
      const auto holder = person(row);
      const auto valid = interval(row);
      if (!device || !holder || !valid) continue;
      identity::Assignment fresh{*device, *holder, *valid};
      check_overlap(row, fresh);
      by_key_[std::visit([](const auto& each) { return each.to_string(); }, fresh.key)].push_back(
          list_.size());
      list_.push_back(std::move(fresh));
      lines_.push_back(table_.cell(row, "value").line);
    }
    return std::move(list_);
  }

 private:
  void problem(const CsvCell& cell, std::string what, std::string advice) {
    problems_.push_back({file_, cell.line, cell.column, std::move(what), std::move(advice)});
  }

  std::optional<std::variant<net::IpAddress, net::MacAddress>> key(std::size_t row) {
    const CsvCell& kind = table_.cell(row, "kind");
    const CsvCell& value = table_.cell(row, "value");
    if (kind.text == "ip") {
      if (const auto ip = net::IpAddress::parse(value.text)) return *ip;
      problem(value, fmt::format("'{}' is not an IP address", value.text),
              "write one address, as 10.20.1.17 or 2001:db8::17");
    } else if (kind.text == "mac") {
      if (const auto mac = net::MacAddress::parse(value.text)) return *mac;
      problem(value, fmt::format("'{}' is not a MAC address", value.text), "write it as 02:00:5e:10:00:01");
    } else {
      problem(kind, fmt::format("'{}' is not a kind of assignment", kind.text), "use ip or mac");
    }
    return std::nullopt;
  }
  std::optional<model::PersonId> person(std::size_t row) {
    const CsvCell& cell = table_.cell(row, "person");
    if (people_.find(cell.text) != nullptr || !people_.known) return model::PersonId(cell.text);
    std::vector<std::string> ids;
    for (const identity::Person& each : people_.list) ids.push_back(each.id.text());
    problem(cell, fmt::format("unknown person '{}'", cell.text), nearest(cell.text, ids));
    return std::nullopt;
  }
  std::optional<Timestamp> instant(const CsvCell& cell, Timestamp otherwise) {
    if (cell.text.empty()) return otherwise;
    if (const auto at = parse_rfc3339(cell.text)) return at;
    problem(cell, fmt::format("'{}' is not an RFC 3339 time", cell.text),
            "write it as 2026-11-17T09:00:00Z, or leave it empty");
    return std::nullopt;
  }
  std::optional<model::Interval> interval(std::size_t row) {
    const auto from = instant(table_.cell(row, "from"), Timestamp::min());
    const auto to = instant(table_.cell(row, "to"), Timestamp::max());
    if (!from || !to) return std::nullopt;
    if (*from >= *to) {
      problem(table_.cell(row, "to"), "the assignment ends before it begins",
              "put the later time under 'to'");
      return std::nullopt;
    }
    return model::Interval{*from, *to};
  }
  void check_overlap(std::size_t row, const identity::Assignment& fresh) {
    for (const std::size_t i :
         by_key_[std::visit([](const auto& key) { return key.to_string(); }, fresh.key)]) {
      const identity::Assignment& other = list_[i];
      const bool overlap = other.valid.from < fresh.valid.to && fresh.valid.from < other.valid.to;
      if (!overlap || other.person == fresh.person) continue;
      const CsvCell& cell = table_.cell(row, "value");
      problem(cell,
              fmt::format("'{}' belongs to {} at the same time, by line {}", cell.text, other.person.text(),
                          lines_[i]),
              "end the one where the other begins; list a device of several people in neither");
      return;
    }
  }

  const CsvTable& table_;
  const std::string& file_;
  const People& people_;
  Problems& problems_;
  std::vector<identity::Assignment> list_;
  std::vector<std::size_t> lines_;
  std::unordered_map<std::string, std::vector<std::size_t>> by_key_;
};

void add(Problems& problems, const Problems& more) {
  problems.insert(problems.end(), more.begin(), more.end());
}

}  // namespace

const identity::Person* People::find(const std::string& id) const {
  const auto found = by_id.find(id);
  return found == by_id.end() ? nullptr : &list[found->second];
}

People read_people(const std::string& text, const std::string& file,
                   const std::vector<model::Calendar>& calendars, Problems& problems) {
  const CsvTable table(text, file, {"person", "department", "groups"},
                       {"display_name", "accounts", "calendar", "break_minutes"});
  add(problems, table.problems());
  People people = PeopleReader(table, file, calendars, problems).read();
  people.known = table.problems().empty();
  return people;
}

std::vector<identity::Assignment> read_assignments(const std::string& text, const std::string& file,
                                                   const People& people, Problems& problems) {
  const CsvTable table(text, file, {"kind", "value", "person", "from", "to"}, {});
  add(problems, table.problems());
  return AssignmentsReader(table, file, people, problems).read();
}

}  // namespace edgewatch::config

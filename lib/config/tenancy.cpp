#include "edgewatch/base/text.hpp"
#include "edgewatch/config/csv.hpp"

#include "readers.hpp"
#include "text_file.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace edgewatch::config {
namespace {

using Event = model::TenancyEvent;

constexpr std::array<std::pair<std::string_view, Event::Kind>, 7> kinds = {{{"lease", Event::Kind::lease},
                                                                            {"release", Event::Kind::release},
                                                                            {"logon", Event::Kind::logon},
                                                                            {"logoff", Event::Kind::logoff},
                                                                            {"lock", Event::Kind::lock},
                                                                            {"unlock", Event::Kind::unlock},
                                                                            {"shared", Event::Kind::shared}}};
constexpr std::array<std::pair<std::string_view, Event::Source>, 8> sources = {
    {{"dhcp", Event::Source::dhcp},
     {"radius", Event::Source::radius},
     {"windows", Event::Source::windows},
     {"dc", Event::Source::dc},
     {"kerberos", Event::Source::kerberos},
     {"ndp", Event::Source::ndp},
     {"static", Event::Source::static_list},
     {"admin", Event::Source::admin}}};

template <class Words, class Value>
std::string_view name_of(const Words& words, Value value) {
  const auto found =
      std::find_if(words.begin(), words.end(), [&](const auto& each) { return each.second == value; });
  return found == words.end() ? std::string_view() : found->first;
}

template <class Words>
std::vector<std::string> names_of(const Words& words) {
  std::vector<std::string> out;
  out.reserve(words.size());
  for (const auto& [name, value] : words) out.emplace_back(name);
  return out;
}

class TenancyReader {
 public:
  TenancyReader(const CsvTable& table, const std::string& file, Problems& problems)
      : table_(table), file_(file), problems_(problems) {}

  std::vector<Event> read() {
    std::vector<Event> out;
    for (std::size_t row = 0; row < table_.size(); ++row) {
      const std::size_t before = problems_.size();
      Event event = read_row(row);
      if (problems_.size() == before) check_order(row, event);
      if (problems_.size() == before) out.push_back(std::move(event));
    }
    return out;
  }

 private:
  void problem(const CsvCell& cell, std::string what, std::string advice) {
    problems_.push_back({file_, cell.line, cell.column, std::move(what), std::move(advice)});
  }

  template <class Words>
  auto word(const CsvCell& cell, const Words& words, std::string_view column) {
    const auto found =
        std::find_if(words.begin(), words.end(), [&](const auto& each) { return each.first == cell.text; });
    if (found != words.end()) return found->second;
    problem(cell, fmt::format("'{}' is not a {}", cell.text, column), nearest(cell.text, names_of(words)));
    return words.front().second;
  }
  Timestamp instant(const CsvCell& cell, Timestamp otherwise) {
    if (cell.text.empty()) return otherwise;
    if (const auto at = parse_rfc3339(cell.text)) return *at;
    problem(cell, fmt::format("'{}' is not an RFC 3339 time", cell.text), "write it as 2026-11-17T09:00:00Z");
    return otherwise;
  }

  Event read_row(std::size_t row) {
    Event event;
    const CsvCell& recorded_at = table_.cell(row, "recorded_at");
    if (recorded_at.text.empty())
      problem(recorded_at, "'recorded_at' is empty", "write when this was recorded, as 2026-11-17T09:00:00Z");
    event.recorded_at = instant(recorded_at, {});
    event.kind = word(table_.cell(row, "kind"), kinds, "kind of event");
    event.source = word(table_.cell(row, "source"), sources, "source");
    if (const CsvCell& cell = table_.cell(row, "address"); !cell.text.empty()) {
      event.address = net::IpAddress::parse(cell.text);
      if (!event.address)
        problem(cell, fmt::format("'{}' is not an IP address", cell.text),
                "write one address, as 10.20.1.17");
    }
    if (const CsvCell& cell = table_.cell(row, "mac"); !cell.text.empty()) {
      event.mac = net::MacAddress::parse(cell.text);
      if (!event.mac)
        problem(cell, fmt::format("'{}' is not a MAC address", cell.text), "write it as 02:00:5e:10:00:01");
    }
    event.person = table_.cell(row, "person").text;
    event.session = table_.cell(row, "session").text;
    event.sender = table_.cell(row, "sender").text;
    event.valid.from = instant(table_.cell(row, "valid_from"), event.recorded_at);
    event.valid.to = instant(table_.cell(row, "valid_to"), Timestamp::max());
    if (event.valid.from >= event.valid.to) {
      problem(table_.cell(row, "valid_to"), "the event ends before it begins",
              "put the later time under 'valid_to', or leave it empty");
    }
    check_needs(row, event);
    return event;
  }

  /// What each kind cannot do without.
  void check_needs(std::size_t row, const Event& event) {
    const bool has_address = !table_.cell(row, "address").text.empty();
    const bool has_mac = !table_.cell(row, "mac").text.empty();
    const CsvCell& kind = table_.cell(row, "kind");
    const bool ends = event.kind == Event::Kind::logoff || event.kind == Event::Kind::lock ||
                      event.kind == Event::Kind::unlock;
    if (event.kind == Event::Kind::lease && (!has_address || !has_mac)) {
      problem(kind, "a lease names an address and a MAC", "fill both columns");
    } else if (event.kind == Event::Kind::release && !has_address) {
      problem(kind, "a release names an address", "fill the column address");
    } else if (!has_address && !has_mac && !(ends && !event.session.empty())) {
      problem(kind, fmt::format("this {} names neither address nor MAC", kind.text),
              "fill at least one of the two columns");
    }
    if (event.kind == Event::Kind::logon && event.person.empty()) {
      problem(table_.cell(row, "person"), "a logon names a person", "write the person's id or account");
    }
  }
  void check_order(std::size_t row, const Event& event) {
    if (event.recorded_at < last_) {
      problem(table_.cell(row, "recorded_at"), "this was recorded before the line above it",
              "keep the feed in order of recorded_at");
    }
    last_ = std::max(last_, event.recorded_at);
  }

  const CsvTable& table_;
  const std::string& file_;
  Problems& problems_;
  Timestamp last_ = Timestamp::min();
};

}  // namespace

Result<std::vector<Event>, Problems> load_tenancy(const std::filesystem::path& file) {
  Problems problems;
  const auto text = read_text(file, problems);
  if (!text) return Failure{std::move(problems)};
  const std::string name = file.string();
  const CsvTable table(
      *text, name,
      {"recorded_at", "kind", "address", "mac", "person", "valid_from", "valid_to", "source", "session"},
      {"sender"});
  problems = table.problems();
  std::vector<Event> events = TenancyReader(table, name, problems).read();
  sort_by_place(problems, 0);
  if (!problems.empty()) return Failure{std::move(problems)};
  return events;
}

const std::string& tenancy_header() {
  static const std::string header =
      "recorded_at,kind,address,mac,person,valid_from,valid_to,source,session,sender\n";
  return header;
}

std::string tenancy_row(const Event& event) {
  const bool open = event.valid.to == Timestamp::max();
  return fmt::format("{},{},{},{},{},{},{},{},{},{}\n", format_rfc3339(event.recorded_at),
                     name_of(kinds, event.kind), event.address ? event.address->to_string() : "",
                     event.mac ? event.mac->to_string() : "", csv_cell(event.person),
                     format_rfc3339(event.valid.from), open ? "" : format_rfc3339(event.valid.to),
                     name_of(sources, event.source), csv_cell(event.session), csv_cell(event.sender));
}

}  // namespace edgewatch::config

// The texts that lie beside the office morning's capture: its truth and a configuration that fits it.
#include "edgewatch/base/text.hpp"

#include "support/office_morning.hpp"

#include <map>
#include <tuple>

#include <fmt/format.h>

namespace edgewatch::support {
namespace {

Bytes bytes_of(const std::string& text) {
  return Bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
}

std::string settings_text(const std::string& catalogue) {
  return fmt::format(
      R"toml(# Made by edgewatch-generate for the office morning. Synthetic: no real person, no real traffic.
# The guest network lies inside as well, so that `exclude` alone is what keeps it out.
inside      = ["10.20.0.0/16", "10.99.0.0/16", "2001:db8:20::/48"]
exclude     = ["10.99.0.0/16"]
people      = "people.csv"
assignments = "assignments.csv"
rules       = "rules.toml"
catalogue   = "{}"

[capture]
interfaces = []

[storage]
ledger = "sqlite:ledger.db"
)toml",
      catalogue);
}

std::string people_text() {
  std::string out = "person,display_name,department,groups\n";
  for (const OfficeMember& who : office_members())
    out += fmt::format("{},{},{},{}\n", who.person, csv_cell(who.display_name), csv_cell(who.department),
                       who.groups);
  return out;
}

std::string assignments_text() {
  std::string out = "kind,value,person,from,to\n";
  for (const OfficeMember& who : office_members())
    out += fmt::format("mac,{},{},,\n", who.machine.mac.to_string(), who.person);
  return out;
}

std::string rules_text(CivilDate date) {
  const int year = static_cast<int>(date.year());
  return fmt::format(R"toml(# Made by edgewatch-generate for the office morning.
[[rule]]
id     = "no-gambling"
action = "block"
class  = "inappropriate"
names  = ["casino-bets.example"]
reason = "gambling (acceptable use policy, section 4)"

[[rule]]
id         = "no-dating"
action     = "block"
class      = "policy"
categories = ["dating"]
reason     = "no business use"

[[authorised_use]]
group       = "press"
services    = ["facebook", "x"]
purpose     = "the council's own pages"
account     = "@council.example"
from        = {0}-01-01
until       = {0}-12-31
approved_by = "Head of Communications"
review_date = {0}-12-01
)toml",
                     year);
}

}  // namespace

std::string truth_table(const std::vector<TrueUse>& truth) {
  struct Sum {
    std::chrono::seconds seconds{0};
    std::size_t visits = 0;
  };
  std::map<std::tuple<std::string, std::string, std::string, std::string>, Sum> sums;
  for (const TrueUse& use : truth) {
    Sum& sum = sums[{use.person, use.service, use.kind, use.purpose}];
    if (use.span.to == use.span.from) continue;
    sum.seconds += std::chrono::round<std::chrono::seconds>(use.span.to - use.span.from);
    ++sum.visits;
  }
  std::string out = "person\tservice\tkind\tseconds\tpurpose\tvisits\n";
  for (const auto& [key, sum] : sums) {
    const auto& [person, service, kind, purpose] = key;
    out += fmt::format("{}\t{}\t{}\t{}\t{}\t{}\n", person, service, kind, sum.seconds.count(), purpose,
                       sum.visits);
  }
  return out;
}

std::string visit_table(const std::vector<TrueUse>& truth) {
  std::string out = "person\tservice\tkind\tfrom\tto\tpurpose\n";
  for (const TrueUse& use : truth) {
    if (use.span.to == use.span.from) continue;
    out += fmt::format("{}\t{}\t{}\t{}\t{}\t{}\n", use.person, use.service, use.kind,
                       format_rfc3339(use.span.from), format_rfc3339(use.span.to), use.purpose);
  }
  return out;
}

void write_office_configuration(const std::filesystem::path& folder, const std::string& catalogue,
                                CivilDate date) {
  std::filesystem::create_directories(folder);
  write_file(folder / "edgewatch.toml", bytes_of(settings_text(catalogue)));
  write_file(folder / "people.csv", bytes_of(people_text()));
  write_file(folder / "assignments.csv", bytes_of(assignments_text()));
  write_file(folder / "rules.toml", bytes_of(rules_text(date)));
}

}  // namespace edgewatch::support

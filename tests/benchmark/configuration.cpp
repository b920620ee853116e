#include "configuration.hpp"

#include "names.hpp"
#include "support/recording.hpp"

#include <iterator>
#include <string>

#include <fmt/format.h>

namespace edgewatch::benchmark {
namespace {

constexpr std::size_t people = 2000;
constexpr std::size_t services_in_list = 200;
constexpr std::size_t visited_every = 50;
constexpr std::uint64_t never_visited = 100000;

constexpr const char* settings = R"(# Made by the benchmarks; see tests/benchmark.
inside = ["10.20.0.0/16", "2001:db8:20::/48"]
people = "people.csv"
assignments = "assignments.csv"
rules = "rules.toml"
catalogue = "catalogue"

[identity]
routers = ["02:00:5e:10:ff:01"]

[[calendar]]
name = "office"
hours = ["mon-fri 08:30-17:00"]
lunch = "12:00-14:00"
)";

constexpr const char* rules = R"([[rule]]
id = "tunnels"
action = "log"
class = "security"
categories = ["doh", "vpn"]
reason = "Tunnels and outside resolvers go round the council's filter."

[[rule]]
id = "listed"
action = "block"
class = "policy"
categories = ["dating"]
reason = "A category that is blocked for everybody."

[[authorised_use]]
group = "communications"
services = ["facebook", "instagram", "linkedin", "x", "youtube"]
purpose = "Running the council's own channels"
account = "@examplecouncil"
from = 2026-01-01
hours = ["mon-fri 08:00-18:00"]
approved_by = "Head of Communications"
review_date = 2027-01-31
)";

void write_text(const std::filesystem::path& file, const std::string& text) {
  support::write_file(file, Bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

void write_people(const std::filesystem::path& folder) {
  std::string who = "person,display_name,department,groups\n";
  std::string where = "kind,value,person,from,to\n";
  for (std::size_t i = 0; i < people; ++i) {
    const std::string id = fmt::format("p{:04}", i);
    const Client addresses = client(i);
    fmt::format_to(std::back_inserter(who), "{},Example Person {},Department {},{}\n", id, i, i % 20,
                   i % 50 == 0 ? "communications" : "");
    fmt::format_to(std::back_inserter(where), "ip,{},{},,\nip,{},{},,\n", addresses.v4.to_string(), id,
                   addresses.v6.to_string(), id);
  }
  write_text(folder / "people.csv", who);
  write_text(folder / "assignments.csv", where);
}

std::string listed_service(std::size_t service, std::size_t from, std::size_t until) {
  constexpr const char* categories[] = {"social", "streaming-video", "messaging", "gaming", "forum"};
  std::string out = fmt::format(
      "[[service]]\nid = \"listed-{0}\"\nname = \"Listed {0}\"\nfamily = \"Listed\"\ncategory = \"{1}\"\n"
      "record = {2}\n[service.hosts]\ncore = [\n",
      service, categories[service % std::size(categories)], service % 2 == 0);
  for (std::size_t i = from; i < until; ++i) {
    const bool visited = i % visited_every == 0;
    fmt::format_to(std::back_inserter(out), "\"{}\",\n",
                   site(visited ? i / visited_every * 3 : never_visited + i));
  }
  return out + "]\n";
}

}  // namespace

void write_configuration(const std::filesystem::path& folder, const std::filesystem::path& shipped,
                         std::size_t listed) {
  std::filesystem::create_directories(folder / "catalogue");
  for (const auto& file : std::filesystem::directory_iterator(shipped))
    std::filesystem::copy_file(file.path(), folder / "catalogue" / file.path().filename(),
                               std::filesystem::copy_options::overwrite_existing);
  write_text(folder / "edgewatch.toml", settings);
  write_text(folder / "rules.toml", rules);
  write_people(folder);
  for (std::size_t i = 0; i < services_in_list && listed > 0; ++i)
    write_text(folder / "catalogue" / fmt::format("listed-{:03}.toml", i),
               listed_service(i, listed * i / services_in_list, listed * (i + 1) / services_in_list));
}

}  // namespace edgewatch::benchmark

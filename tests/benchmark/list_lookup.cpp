// What it costs to learn which listed name a host name lies below: names of three and four labels asked in no
// order, so that what is looked at is seldom in the caches; half of them lie below a listed name. Prints the
// names listed, nanoseconds a look-up where one in two is found, the same where none is, bytes a listed name,
// microseconds to add one, and which part was found. CPU time of one thread.
#include "edgewatch/classify/name_index.hpp"

#include "names.hpp"
#include "support/random.hpp"

#include <algorithm>
#include <ctime>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace {

using namespace edgewatch;

constexpr std::size_t asked = 1000000;
constexpr int rounds = 5;

net::HostName name(const std::string& text) { return net::HostName::from_dotted(text).value(); }
double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

/// Names of hosts of sites from `first` on, that many of them, in no order.
std::vector<net::HostName> questions(std::uint64_t first, std::uint64_t sites, support::Random& random) {
  std::vector<net::HostName> out;
  out.reserve(asked);
  for (std::size_t i = 0; i < asked; ++i) {
    const std::uint64_t site = first + random.below(sites);
    out.push_back(name((i % 2 == 0 ? "www." : "img.eu-west.") + benchmark::site(site)));
  }
  return out;
}

/// Nanoseconds for each, the least of the rounds.
double time_of(const classify::NameIndex& index, const std::vector<net::HostName>& names,
               std::size_t& found) {
  double least = 1e9;
  for (int round = 0; round < rounds; ++round) {
    found = 0;
    const double began = cpu_seconds();
    for (const net::HostName& each : names) found += index.find(each) ? 1 : 0;
    least = std::min(least, (cpu_seconds() - began) * 1e9 / static_cast<double>(names.size()));
  }
  return least;
}

void measure(std::size_t listed) {
  std::vector<net::HostName> names;
  classify::NameIndex::Room room;
  for (std::size_t i = 0; i < listed; ++i) {
    names.push_back(name(benchmark::site(i)));
    room.characters += names.back().text().size();
  }
  room.names = listed;
  const double began = cpu_seconds();
  classify::NameIndex index(random_hash_key(), room);
  for (std::uint32_t i = 0; i < names.size(); ++i) static_cast<void>(index.add(names[i], {0, i}));
  const double built = cpu_seconds() - began;
  names = {};
  support::Random random(11);
  std::size_t found = 0;
  const double half = time_of(index, questions(0, 2 * listed, random), found);
  std::size_t none = 0;
  const double missed = time_of(index, questions(listed, listed, random), none);
  fmt::print("{}\t{:.0f}\t{:.0f}\t{:.1f}\t{:.2f}\t{:.2f}\n", listed, half, missed,
             static_cast<double>(index.bytes()) / static_cast<double>(listed),
             built * 1e6 / static_cast<double>(listed), static_cast<double>(found) / asked);
}

}  // namespace

int main() {
  for (const std::size_t listed : {std::size_t{200000}, std::size_t{1000000}, std::size_t{5000000}})
    measure(listed);
  return 0;
}

#include "scope.hpp"

#include <algorithm>
#include <charconv>

namespace edgewatch::policy {

std::set<model::PersonId> people_of(const RuleBook& book, const Rule& rule) {
  std::set<model::PersonId> out(rule.people.begin(), rule.people.end());
  for (const auto& [person, groups] : book.groups) {
    const bool member = std::ranges::any_of(rule.groups, [&, of = &groups](const std::string& group) {
      return std::ranges::find(*of, group) != of->end();
    });
    if (member) out.insert(person);
  }
  return out;
}

unsigned Prefix::host_bits() const { return (base.is_v4() ? 32U : 128U) - length; }

Prefix prefix_of(const net::Network& network) {
  const std::string text = network.to_string();
  const std::size_t slash = text.find('/');
  Prefix out;
  out.base = net::IpAddress::parse(text.substr(0, slash)).value();
  out.length = out.base.is_v4() ? 32 : 128;
  if (slash != std::string::npos)
    std::from_chars(text.data() + slash + 1, text.data() + text.size(), out.length);
  return out;
}

bool lies_in(const net::Network& inner, const net::Network& outer) {
  const Prefix within = prefix_of(inner);
  return outer.contains(within.base) && prefix_of(outer).length <= within.length;
}

std::optional<net::IpAddress> behind(const net::Network& network) {
  const Prefix prefix = prefix_of(network);
  std::vector<std::uint8_t> bytes(prefix.base.bytes().begin(), prefix.base.bytes().end());
  unsigned bit = prefix.length;  // adds one to the number that the first `length` bits are
  while (bit > 0) {
    --bit;
    const auto mask = static_cast<std::uint8_t>(0x80U >> (bit % 8));
    bytes[bit / 8] ^= mask;
    if ((bytes[bit / 8] & mask) != 0) return net::IpAddress::from_bytes(bytes);
  }
  return std::nullopt;
}

}  // namespace edgewatch::policy

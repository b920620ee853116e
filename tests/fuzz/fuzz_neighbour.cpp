// One ARP packet, and the same bytes as an ICMPv6 message.
#include "edgewatch/wire/neighbour.hpp"

#include "laws.hpp"

using namespace edgewatch;
using fuzz::law;

namespace {

const net::IpAddress source = *net::IpAddress::parse("fe80::7");
const net::IpAddress nobody = *net::IpAddress::parse("::");
const net::IpAddress everybody = *net::IpAddress::parse("ff02::1");

void check_claim(const std::optional<wire::NeighbourClaim>& claim) {
  if (!claim) return;
  law(!claim->address.is_unspecified() && !claim->address.is_multicast_or_broadcast(),
      "one device's address");
  law((claim->mac.bytes()[0] & 1U) == 0 && claim->mac != net::MacAddress(), "one device's MAC");
}

void check_arp(Bytes input) {
  const auto whole = wire::parse_arp(input);
  if (whole && *whole) check_claim((*whole)->claim());
  for (const auto at : fuzz::cuts(input)) {
    const fuzz::Exact cut(input.first(at));
    const auto part = wire::parse_arp(cut.bytes());
    law(!part || whole.has_value(), "what is refused whole is refused cut");
    if (part && *part) law(*whole && (*part)->claim() == (*whole)->claim(), "a cut packet claims the same");
  }
}

void check_neighbour(Bytes input) {
  const auto whole = wire::parse_neighbour(input, source, everybody, 255);
  law(!wire::parse_neighbour(input, source, everybody, 64) || !whole || !*whole, "only from the link itself");
  if (const auto probe = wire::parse_neighbour(input, nobody, everybody, 255); probe && *probe)
    law(!(*probe)->claim(nobody, net::MacAddress({2, 0, 0, 0, 0, 1})), "a probe claims nothing");
  if (whole && *whole) check_claim((*whole)->claim(source, std::nullopt));
  for (const auto at : fuzz::cuts(input)) {
    const fuzz::Exact cut(input.first(at));
    const auto part = wire::parse_neighbour(cut.bytes(), source, everybody, 255);
    if (part && *part && whole && *whole)
      law((*part)->target == (*whole)->target, "a cut message has the same target");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Exact input(Bytes(data, size));
  check_arp(input.bytes());
  check_neighbour(input.bytes());
  return 0;
}

// One DHCP message, read as that of IPv4 and as that of IPv6.
#include "edgewatch/wire/dhcp.hpp"

#include "laws.hpp"

#include <algorithm>

using namespace edgewatch;
using fuzz::law;
namespace dhcp = wire::dhcp;
namespace dhcpv6 = wire::dhcpv6;

namespace {

void check_v4(Bytes input) {
  const auto whole = dhcp::parse(input);
  if (whole) {
    law(whole->host_name.size() <= 1024 && whole->domain_name.size() <= 1024, "texts are bounded");
    law(whole->client_identifier.size() <= 1024, "an identifier is bounded");
  }
  for (const auto at : fuzz::cuts(input)) {
    const fuzz::Exact cut(input.first(at));
    const auto part = dhcp::parse(cut.bytes());
    law(!part || at >= 240 + 3, "a message has its fixed part and a type");
    if (!part || !whole) continue;
    law(part->mac == whole->mac && part->your_address == whole->your_address &&
            part->client_address == whole->client_address && part->reply == whole->reply,
        "a cut message speaks of the same device and address");
    law(part->host_name.size() <= whole->host_name.size(), "a cut message has no longer name");
  }
}

bool begins_with(const std::vector<dhcpv6::Address>& whole, const std::vector<dhcpv6::Address>& part) {
  return part.size() <= whole.size() &&
         std::equal(part.begin(), part.end(), whole.begin(), [](const auto& a, const auto& b) {
           return a.address == b.address && a.valid == b.valid && a.temporary == b.temporary;
         });
}

void check_v6(Bytes input) {
  const auto whole = dhcpv6::parse(input);
  if (whole) {
    law(whole->relays <= 8 && whole->addresses.size() <= 64, "relays and addresses are bounded");
    law(whole->client_duid.size() <= 130, "a DUID is bounded");
    law((whole->relays != 0) == whole->peer.has_value(), "a relay names its peer");
    const auto mac = dhcpv6::mac_of_duid(whole->client_duid);
    law(!mac || whole->client_duid.size() >= 10, "a MAC stands in the DUID");
  }
  for (const auto at : fuzz::cuts(input)) {
    const fuzz::Exact cut(input.first(at));
    const auto part = dhcpv6::parse(cut.bytes());
    if (!part || !whole || part->relays != 0) continue;
    law(part->type == whole->type && part->transaction == whole->transaction,
        "a cut message is the same message");
    law(begins_with(whole->addresses, part->addresses), "a cut message gives no other address");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Exact input(Bytes(data, size));
  check_v4(input.bytes());
  check_v6(input.bytes());
  return 0;
}

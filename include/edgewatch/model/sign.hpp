// Signs on the wire that are no use of a service: who holds an address (for the identity ledger), and what
// goes past the council's resolver (counted, never held against anybody). Owned values; any thread.
#pragma once

#include "edgewatch/base/time.hpp"
#include "edgewatch/model/sighting.hpp"
#include "edgewatch/net/address.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace edgewatch::model {

/// A packet that binds an address to a device, or an account to either (IDENTITY 1). What is not said is
/// empty.
struct IdentitySign {
  enum class Source : std::uint8_t { dhcp, dhcpv6, radius, kerberos, arp, ndp };
  enum class Kind : std::uint8_t {
    lease,           ///< DHCP ACK or Reply: the address is the device's for `lifetime`
    release,         ///< DHCP Release or Decline, seen from the client
    neighbour,       ///< ARP or NDP: the device says that the address is its own
    session_start,   ///< RADIUS accounting (RFC 2866 section 5.1)
    session_update,  ///< interim update
    session_stop,
    sessions_over,   ///< accounting on or off: every session of this access server is over
    ticket,          ///< Kerberos AS-REP that answers a request seen
    ticket_refresh,  ///< Kerberos TGS-REP
  };
  Timestamp at;       ///< of the event: less Acct-Delay-Time (RFC 2866 section 5.2) where given
  Duration delay{0};  ///< Acct-Delay-Time: the packet itself came that much later
  Source source = Source::arp;
  Kind kind = Kind::neighbour;
  std::optional<net::IpAddress> address;
  std::optional<net::MacAddress> mac;
  std::uint16_t vlan = 0;                       ///< innermost 802.1Q id of the packet, 0 for none
  std::string account;                          ///< User-Name; cname@realm
  std::string session;                          ///< Acct-Session-Id
  std::string host_name;                        ///< as the client calls itself (DHCP option 12, 39 or 81)
  std::string device_id;                        ///< DHCP client identifier or DUID, as lower-case hex
  std::optional<net::IpAddress> access_server;  ///< RADIUS NAS-IP-Address or the sender
  /// Who says so, as the packet was sent: the DHCP server, or the relay before it; the RADIUS client, the key
  /// distribution centre. Nothing where the device speaks for itself.
  std::optional<net::IpAddress> server;
  std::optional<std::chrono::seconds> lifetime;
  bool authentic =
      false;  ///< RADIUS: the authenticators hold with the configured secret; nothing else has any
  bool operator==(const IdentitySign&) const = default;
};

/// What may carry names past the sensor (ENFORCEMENT A5 rows 8, 9 and 13). Counted by kind.
struct BypassSign {
  enum class Kind : std::uint8_t {
    doh,
    dot,
    doq,
    private_relay,
    wireguard,
    openvpn,
    ike,
    canary,  ///< a name that browsers and systems ask to learn whether they may go past the resolver
    ddr,     ///< discovery of designated resolvers (RFC 9462)
    tls_without_dns,
    count_,
  };
  Timestamp at;
  FlowId flow = 0;
  std::uint16_t source = 0;  ///< as in net::Frame
  Client client;
  net::Endpoint server;
  Kind kind = Kind::doh;
};
inline constexpr std::size_t bypass_kinds = static_cast<std::size_t>(BypassSign::Kind::count_);
/// `doh`, `dot`, `doq`, `private-relay`, `wireguard`, `openvpn`, `ike`, `canary`, `ddr`, `tls-without-dns`.
[[nodiscard]] std::string to_string(BypassSign::Kind kind);

}  // namespace edgewatch::model

// DHCP messages, IPv4 (RFC 2131, RFC 2132) and IPv6 (RFC 8415): who is given which address for how long.
// Parsed values own what they hold; pure functions; any thread. Texts are bytes as the client wrote them.
#pragma once

#include "edgewatch/base/bytes.hpp"
#include "edgewatch/base/result.hpp"
#include "edgewatch/net/address.hpp"
#include "edgewatch/wire/decode_error.hpp"
#include "edgewatch/wire/texts.hpp"
#include "edgewatch/wire/trace.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edgewatch::wire::dhcp {

inline constexpr std::uint16_t server_port = 67;
inline constexpr std::uint16_t client_port = 68;

/// DHCP message type (RFC 2132 section 9.6). Others are kept as their number.
enum class Type : std::uint8_t { discover = 1, offer, request, decline, ack, nak, release, inform };
/// `DHCPACK`.
[[nodiscard]] std::string_view to_string(Type type);

struct Message {
  bool reply = false;  ///< BOOTREPLY, from the server's side
  Type type = Type::discover;
  std::uint32_t transaction = 0;
  std::optional<net::MacAddress> mac;               ///< chaddr, where htype says Ethernet
  net::IpAddress client_address;                    ///< ciaddr: what the client has; 0.0.0.0 for nothing
  net::IpAddress your_address;                      ///< yiaddr: what the client is given
  net::IpAddress relay_address;                     ///< giaddr
  std::optional<net::IpAddress> requested_address;  ///< option 50
  std::optional<net::IpAddress> server;             ///< option 54
  std::optional<std::chrono::seconds> lease_time;   ///< option 51; 0xffffffff is for ever
  std::vector<std::uint8_t> client_identifier;      ///< option 61
  std::string host_name;                            ///< option 12
  std::string domain_name;  ///< option 81 (RFC 4702): ASCII or labels, without its flags
};

/// One message as UDP carries it. Options overloaded into `file` and `sname` (52) are read, options in parts
/// are joined (RFC 3396). The relay agent's own (82) is passed over. Refused when the fixed part, an option's
/// length or the type is wrong, or when an option that is used has a length of its own not its type's: a
/// BOOTP message without a type is none of ours and refused too. `texts` are the host name and the domain
/// name. With a trace its parts are noted there, and what was wrong.
[[nodiscard]] Result<Message, DecodeError> parse(Bytes message, Texts texts = Texts::read,
                                                 Trace* trace = nullptr);

}  // namespace edgewatch::wire::dhcp

namespace edgewatch::wire::dhcpv6 {

inline constexpr std::uint16_t client_port = 546;
inline constexpr std::uint16_t server_port = 547;

/// RFC 8415 section 7.3. Others are kept as their number.
enum class Type : std::uint8_t {
  solicit = 1,
  advertise,
  request,
  confirm,
  renew,
  rebind,
  reply,
  release,
  decline,
  reconfigure,
  information_request,
  relay_forward,
  relay_reply
};
/// `REPLY`.
[[nodiscard]] std::string_view to_string(Type type);

/// An IAADDR (RFC 8415 section 21.6).
struct Address {
  net::IpAddress address;
  std::chrono::seconds valid{0};  ///< valid lifetime; 0: not the client's any more; 0xffffffff for ever
  bool temporary = false;         ///< of an IA_TA
};

struct Message {
  Type type = Type::solicit;      ///< of the client's or server's own message, within all relays
  std::uint32_t transaction = 0;  ///< 24 bits
  std::uint8_t relays = 0;        ///< how many relay messages were about it
  /// Of the relay nearest to the client: the client's link-local address, and its link-layer address where
  /// that relay says so (RFC 6939).
  std::optional<net::IpAddress> peer;
  std::optional<net::MacAddress> relayed_mac;
  std::vector<std::uint8_t> client_duid;
  std::vector<Address> addresses;
  std::string domain_name;              ///< option 39 (RFC 4704), dotted; bytes as written
  std::optional<std::uint16_t> status;  ///< option 13 of the message itself; 0 is success
};

/// One message as UDP carries it, out of up to 8 relay messages. An IA, or an address, that carries a status
/// other than success gives no address. `texts` is the domain name. With a trace its parts are noted there,
/// and what was wrong.
[[nodiscard]] Result<Message, DecodeError> parse(Bytes message, Texts texts = Texts::read,
                                                 Trace* trace = nullptr);

/// The link-layer address that a DUID of type 1 or 3 holds, where it is Ethernet's (RFC 8415 section 11). It
/// is one of the device's, not always that of the interface that speaks.
[[nodiscard]] std::optional<net::MacAddress> mac_of_duid(Bytes duid);

}  // namespace edgewatch::wire::dhcpv6

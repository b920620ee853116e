// Messages that say who holds an address: DHCP, RADIUS accounting, Neighbour Discovery, Kerberos. Made by
// hand, by the RFCs alone; buffers are the caller's. Any thread.
#pragma once

#include "edgewatch/net/address.hpp"

#include "support/byte_writer.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edgewatch::support {

/// An option of DHCP, an attribute of RADIUS.
struct Option {
  std::uint16_t code = 0;
  Buffer content;
};
[[nodiscard]] Buffer bytes(std::string_view text);
[[nodiscard]] Buffer bytes(const net::IpAddress& address);
/// A number of `width` bytes.
[[nodiscard]] Buffer number(std::uint64_t value, std::size_t width);

struct DhcpFields {
  bool reply = true;
  std::uint32_t transaction = 0x11223344;
  net::IpAddress client_address, your_address, relay_address;
  net::MacAddress mac;
  std::vector<Option> options;
  std::vector<Option> in_file;  ///< options that stand in `file`
  std::vector<Option> in_name;  ///< and in `sname`
  bool end_mark = true;
};
/// RFC 2131 section 2. Options are written as given, also one of the same code again.
[[nodiscard]] Buffer dhcp_message(const DhcpFields& fields);

/// RFC 8415 section 8.
[[nodiscard]] Buffer dhcpv6_message(std::uint8_t type, const std::vector<Option>& options);
/// IA_NA with one address in it.
[[nodiscard]] Option dhcpv6_association(const net::IpAddress& address, std::uint32_t valid,
                                        const std::vector<Option>& within_address = {});
/// RFC 8415 section 9: a relay message around another.
[[nodiscard]] Buffer dhcpv6_relay(std::uint8_t type, const net::IpAddress& peer, const Buffer& inner,
                                  const std::vector<Option>& more = {});
/// DUID-LL of an Ethernet device.
[[nodiscard]] Buffer duid_of(const net::MacAddress& mac);

/// RFC 2866: a request with the authenticator that the secret gives, or a response to the request whose
/// authenticator is `request_authenticator`. `signed_too`: with a Message-Authenticator.
enum class Signature : std::uint8_t { authenticator, message_authenticator };
[[nodiscard]] Buffer radius_accounting(std::uint8_t code, std::uint8_t identifier,
                                       const std::vector<Option>& attributes, std::string_view secret,
                                       Signature signature = Signature::authenticator,
                                       const Buffer& request_authenticator = Buffer(16, 0));

/// RFC 4861 sections 4.3 and 4.4; `link` is the option that the type takes. The checksum is left zero.
[[nodiscard]] Buffer neighbour_message(std::uint8_t type, std::uint32_t flags, const net::IpAddress& target,
                                       const std::optional<net::MacAddress>& link);
/// An IPv6 packet in an Ethernet frame with an ICMPv6 message, whose checksum is filled in.
[[nodiscard]] Buffer icmpv6_frame(const net::MacAddress& sender, const net::MacAddress& receiver,
                                  const net::IpAddress& from, const net::IpAddress& to, Buffer message,
                                  std::uint8_t hop_limit = 255);

struct KerberosFields {
  std::string client = "p17";  ///< empty: none; components are parted by `/`
  std::string realm = "COUNCIL.EXAMPLE";
  std::string service = "krbtgt/COUNCIL.EXAMPLE";
  std::uint32_t options = 0x40810010;  ///< forwardable, renewable, canonicalize, renewable-ok
  std::vector<std::int32_t> padata;
};
/// A value with its tag and its length, as DER has them.
[[nodiscard]] Buffer der(std::uint8_t tag, Bytes content);
/// AS-REQ (10) or TGS-REQ (12).
[[nodiscard]] Buffer kerberos_request(std::uint8_t type, const KerberosFields& fields = {});
/// AS-REP (11) or TGS-REP (13), with a ticket of `sealed` bytes.
[[nodiscard]] Buffer kerberos_reply(std::uint8_t type, const KerberosFields& fields = {},
                                    std::size_t sealed = 200);
[[nodiscard]] Buffer kerberos_error(std::int32_t code, const KerberosFields& fields = {});

}  // namespace edgewatch::support

// What `inspect --explain` says of DHCP options: their names in the RFCs and what of them is an address, a
// time or a kind. Of what devices call themselves the length alone. Internal to wire.
#pragma once

#include "edgewatch/base/bytes.hpp"

#include <cstdint>
#include <string>

namespace edgewatch::wire::dhcp {

/// An option of RFC 2132, or of RFC 4702.
[[nodiscard]] std::string option_words(std::uint8_t code, Bytes content);

}  // namespace edgewatch::wire::dhcp

namespace edgewatch::wire::dhcpv6 {

/// An option of RFC 8415, 4704 or 6939.
[[nodiscard]] std::string option_words(std::uint16_t code, Bytes content);
/// The header of a relay message. Precondition: it is there whole.
[[nodiscard]] std::string relay_words(Bytes message);

}  // namespace edgewatch::wire::dhcpv6

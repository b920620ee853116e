#include "dhcp_words.hpp"

#include "edgewatch/wire/dhcp.hpp"

#include <string_view>

#include <fmt/format.h>

namespace edgewatch::wire {
namespace {

std::string seconds_words(std::uint32_t seconds) {
  return seconds == 0xffffffff ? std::string("for ever") : fmt::format("{} s", seconds);
}

}  // namespace

namespace dhcp {
namespace {

std::string_view option_name(std::uint8_t code) {
  switch (code) {
    case 1:
      return "subnet mask";
    case 3:
      return "router";
    case 6:
      return "domain name server";
    case 12:
      return "host name";
    case 15:
      return "domain name";
    case 43:
      return "vendor specific information";
    case 50:
      return "requested IP address";
    case 51:
      return "IP address lease time";
    case 52:
      return "option overload";
    case 53:
      return "DHCP message type";
    case 54:
      return "server identifier";
    case 55:
      return "parameter request list";
    case 57:
      return "maximum DHCP message size";
    case 58:
      return "renewal time";
    case 59:
      return "rebinding time";
    case 60:
      return "vendor class identifier";
    case 61:
      return "client-identifier";
    case 81:
      return "client FQDN";
    case 82:
      return "relay agent information";
    default:
      return "passed over";
  }
}

}  // namespace

std::string_view to_string(Type type) {
  switch (type) {
    case Type::discover:
      return "DHCPDISCOVER";
    case Type::offer:
      return "DHCPOFFER";
    case Type::request:
      return "DHCPREQUEST";
    case Type::decline:
      return "DHCPDECLINE";
    case Type::ack:
      return "DHCPACK";
    case Type::nak:
      return "DHCPNAK";
    case Type::release:
      return "DHCPRELEASE";
    case Type::inform:
      return "DHCPINFORM";
  }
  return "a message of another type";
}

std::string option_words(std::uint8_t code, Bytes content) {
  std::string out = fmt::format("option {} {}", code, option_name(code));
  ByteReader reader(content);
  const bool four = content.size() == 4;
  const bool one = content.size() == 1;
  if (code == 53 && one) {
    out += fmt::format(": {} {}", content[0], to_string(static_cast<Type>(content[0])));
  } else if (code == 52 && one) {
    out += fmt::format(": {}", content[0]);
  } else if ((code == 50 || code == 54) && four) {
    out += ": " + net::IpAddress::v4(reader.u32()).to_string();
  } else if (code == 51 && four) {
    out += ": " + seconds_words(reader.u32());
  } else {
    out += fmt::format(", {} bytes", content.size());
  }
  return out;
}

}  // namespace dhcp

namespace dhcpv6 {
namespace {

std::string_view option_name(std::uint16_t code) {
  switch (code) {
    case 1:
      return "client identifier";
    case 2:
      return "server identifier";
    case 3:
      return "IA_NA";
    case 4:
      return "IA_TA";
    case 5:
      return "IAADDR";
    case 6:
      return "option request";
    case 8:
      return "elapsed time";
    case 9:
      return "relay message";
    case 13:
      return "status code";
    case 14:
      return "rapid commit";
    case 16:
      return "vendor class";
    case 18:
      return "interface-id";
    case 23:
      return "DNS recursive name server";
    case 25:
      return "IA_PD";
    case 39:
      return "client FQDN";
    case 79:
      return "client link-layer address";
    default:
      return "passed over";
  }
}

/// RFC 8415 section 21.13.
std::string_view status_name(std::uint16_t status) {
  switch (status) {
    case 0:
      return "Success";
    case 1:
      return "UnspecFail";
    case 2:
      return "NoAddrsAvail";
    case 3:
      return "NoBinding";
    case 4:
      return "NotOnLink";
    case 5:
      return "UseMulticast";
    case 6:
      return "NoPrefixAvail";
    default:
      return "a failure";
  }
}

}  // namespace

std::string_view to_string(Type type) {
  switch (type) {
    case Type::solicit:
      return "SOLICIT";
    case Type::advertise:
      return "ADVERTISE";
    case Type::request:
      return "REQUEST";
    case Type::confirm:
      return "CONFIRM";
    case Type::renew:
      return "RENEW";
    case Type::rebind:
      return "REBIND";
    case Type::reply:
      return "REPLY";
    case Type::release:
      return "RELEASE";
    case Type::decline:
      return "DECLINE";
    case Type::reconfigure:
      return "RECONFIGURE";
    case Type::information_request:
      return "INFORMATION-REQUEST";
    case Type::relay_forward:
      return "RELAY-FORW";
    case Type::relay_reply:
      return "RELAY-REPL";
  }
  return "a message of another type";
}

std::string option_words(std::uint16_t code, Bytes content) {
  std::string out = fmt::format("option {} {}", code, option_name(code));
  ByteReader reader(content);
  if (code == 5 && content.size() >= 24) {
    const auto address = net::IpAddress::from_bytes(reader.take(16));
    reader.skip(4);
    out += fmt::format(": {}, valid {}", address->to_string(), seconds_words(reader.u32()));
  } else if (code == 13 && content.size() >= 2) {
    const std::uint16_t status = reader.u16();
    out += fmt::format(": {} {}", status, status_name(status));
  } else {
    out += fmt::format(", {} bytes", content.size());
  }
  return out;
}

std::string relay_words(Bytes message) {
  ByteReader reader(message);
  const auto type = static_cast<Type>(reader.u8());
  const unsigned hops = reader.u8();
  reader.skip(16);  // link address
  const auto peer = net::IpAddress::from_bytes(reader.take(16));
  return fmt::format("{}, hop count {}, peer {}", to_string(type), hops, peer->to_string());
}

}  // namespace dhcpv6
}  // namespace edgewatch::wire

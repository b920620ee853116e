// RADIUS accounting (RFC 2866): who began and ended a session on which access server. Parsed values own what
// they hold; User-Name stays bytes. Pure functions; any thread.
#pragma once

#include "edgewatch/base/bytes.hpp"
#include "edgewatch/base/result.hpp"
#include "edgewatch/net/address.hpp"
#include "edgewatch/wire/decode_error.hpp"
#include "edgewatch/wire/texts.hpp"
#include "edgewatch/wire/trace.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace edgewatch::wire::radius {

inline constexpr std::uint16_t accounting_port = 1813;
inline constexpr std::uint16_t old_accounting_port = 1646;

enum class Code : std::uint8_t { accounting_request = 4, accounting_response = 5 };
/// Acct-Status-Type (RFC 2866 section 5.1).
enum class Status : std::uint8_t { start = 1, stop = 2, interim_update = 3, on = 7, off = 8 };
/// `Interim-Update`.
[[nodiscard]] std::string_view to_string(Status status);

using Authenticator = std::array<std::uint8_t, 16>;

struct Accounting {
  Code code = Code::accounting_request;
  std::uint8_t identifier = 0;
  Authenticator authenticator{};
  std::optional<Status> status;  ///< empty in a response, and for a status that is none of the five
  std::string user_name;         ///< User-Name (1), at most 253 bytes of any value
  std::string session;           ///< Acct-Session-Id (44)
  std::optional<net::IpAddress> framed_address;  ///< Framed-IP-Address (8), where it is one
  std::optional<net::IpAddress>
      framed_ipv6_address;                         ///< 168 (RFC 6911), else a Framed-IPv6-Prefix (97) of /128
  std::optional<net::MacAddress> calling_station;  ///< Calling-Station-Id (31), where it is a MAC
  std::optional<net::IpAddress> access_server;     ///< NAS-IP-Address (4), else NAS-IPv6-Address (95)
  std::string access_server_identifier;            ///< NAS-Identifier (32)
  std::chrono::seconds delay{0};                   ///< Acct-Delay-Time (41): since the event
  std::optional<std::chrono::sys_seconds> event_time;  ///< Event-Timestamp (55), by the access server's clock
};

/// An Accounting-Request or Accounting-Response as UDP carries it; bytes beyond its length are padding (RFC
/// 2865 section 3). Refused when it is of another code, when its length or an attribute's does not fit, or
/// when an attribute that is used has not its type's length. `texts` are User-Name and Acct-Session-Id. With
/// a trace its parts are noted there, and what was wrong.
[[nodiscard]] Result<Accounting, DecodeError> parse(Bytes packet, Texts texts = Texts::read,
                                                    Trace* trace = nullptr);

/// Whether the request was made by one who knows the secret: its Request Authenticator (RFC 2866 section 3)
/// and, where there is one, its Message-Authenticator (RFC 2869 section 5.14, over a Request Authenticator of
/// zeros as in RFC 5176 section 3.4). False for anything that parse() refuses, and for an empty secret. With
/// a trace it is noted there which of them fits or not.
[[nodiscard]] bool is_authentic_request(Bytes packet, std::string_view secret, Trace* trace = nullptr);
/// Whether the response was made by one who knows the secret and the request's authenticator.
[[nodiscard]] bool is_authentic_response(Bytes packet, const Authenticator& of_request,
                                         std::string_view secret, Trace* trace = nullptr);

/// A MAC address in any of the spellings of access servers: 12 hex digits bare, in twos, fours or sixes,
/// parted by `-`, `:` or `.`; what follows after `:` or a space (an SSID) is left out.
[[nodiscard]] std::optional<net::MacAddress> read_station(std::string_view text);

}  // namespace edgewatch::wire::radius

// TLS ClientHello (RFC 8446 section 4.1.2, RFC 6066 section 3, RFC 9849 for ECH). Parsed values own what they
// hold; pure; any thread.
#pragma once

#include "edgewatch/base/bytes.hpp"
#include "edgewatch/base/result.hpp"
#include "edgewatch/net/host_name.hpp"
#include "edgewatch/wire/decode_error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace edgewatch::wire {

struct ClientHello {
  std::optional<net::HostName> server_name;  ///< none when absent or empty
  bool server_name_is_ip = false;            ///< an IP literal stood there; server_name holds its text
  std::vector<std::string> alpn;             ///< the first eight protocol names, any bytes
  bool encrypted_client_hello = false;       ///< extension 0xfe0d, GREASE or not
  bool encrypted_server_name = false;        ///< ESNI draft, extension 0xffce
};

/// A whole handshake message of type client_hello, its four-byte header included, and nothing after it.
/// Strict about every length; a server name with a NUL, of an impossible form, or given twice is refused
/// (server_name), other odd bytes are kept, escaped. Extensions of other types are not read.
[[nodiscard]] Result<ClientHello, DecodeError> parse_client_hello(Bytes handshake);

/// A part of a ClientHello, for whoever asks what stands where (`inspect --explain`); nothing is believed for
/// it.
struct HelloPart {
  std::string name;        ///< `client hello`, `extension server_name (0)`
  std::size_t offset = 0;  ///< from the start of the handshake message
  std::size_t length = 0;
};
/// The parts of a handshake message, as far as its lengths fit, GREASE (RFC 8701) named as such.
[[nodiscard]] std::vector<HelloPart> hello_parts(Bytes handshake);

}  // namespace edgewatch::wire

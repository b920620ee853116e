// Kerberos exchanges with a key distribution centre (RFC 4120), as far as they say who was given a ticket.
// Only what stands in the clear is read; tickets and encrypted parts are skipped over. Parsed values own what
// they hold; names stay bytes. Pure functions; any thread.
#pragma once

#include "edgewatch/base/bytes.hpp"
#include "edgewatch/base/result.hpp"
#include "edgewatch/wire/decode_error.hpp"
#include "edgewatch/wire/trace.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace edgewatch::wire::kerberos {

inline constexpr std::uint16_t port = 88;

/// RFC 4120 section 7.5.7.
enum class MessageType : std::uint8_t { as_req = 10, as_rep = 11, tgs_req = 12, tgs_rep = 13, error = 30 };
/// `AS-REQ`.
[[nodiscard]] std::string_view to_string(MessageType type);

struct Message {
  MessageType type = MessageType::as_req;
  /// Components parted by `/` (RFC 1964 section 2.1.1). In a request: as the client writes it, empty where it
  /// writes none (a TGS-REQ). Of an armoured request it may be anybody's: the true one is within the armour.
  std::string client;
  std::string realm;          ///< the client's: of the request's body, crealm of a reply or an error
  std::string service;        ///< sname; of a reply, that of its ticket
  std::uint32_t options = 0;  ///< kdc-options of a request, the first 32 bits; bit 0 is the highest
  bool armoured = false;      ///< FAST (RFC 6113): PA-FX-FAST stands in the padata
  bool for_another = false;   ///< a TGS-REQ that asks for a ticket in another's name (S4U2Self, S4U2Proxy)
  std::int32_t error_code = 0;

  /// KDCOptions (RFC 4120 section 5.4.1, RFC 6806 section 11): the server may give another name than asked.
  [[nodiscard]] bool canonicalize() const { return (options & 0x00010000U) != 0; }
};

/// One message as UDP carries it. DER only: definite lengths, low tags, fields in order; a name has at most 8
/// components and 256 bytes. Refused when it is no whole message of the five types or of another version.
/// With a trace its parts are noted there, and what was wrong.
[[nodiscard]] Result<Message, DecodeError> parse(Bytes message, Trace* trace = nullptr);

/// No message on a stream is taken that is longer.
inline constexpr std::size_t longest_message = 65536;
/// A message on a stream and where the next one's length begins.
struct StreamMessage {
  Bytes message;  ///< a view into the stream given
  std::size_t next = 0;
};
/// Kerberos over TCP (RFC 4120 section 7.2.2): the message whose four-byte length stands at `offset` of the
/// contiguous bytes known so far. Nothing while it is not there whole; refused where the length is more than
/// any message's.
[[nodiscard]] Result<std::optional<StreamMessage>, DecodeError> next_on_stream(Bytes stream,
                                                                               std::size_t offset);

}  // namespace edgewatch::wire::kerberos

// DNS messages (RFC 1035, RFC 9460, checklist of RFC 9267). Parsed values own their names; pure functions;
// any thread.
#pragma once

#include "edgewatch/base/bytes.hpp"
#include "edgewatch/base/result.hpp"
#include "edgewatch/net/address.hpp"
#include "edgewatch/net/host_name.hpp"
#include "edgewatch/wire/decode_error.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace edgewatch::wire::dns {

enum Type : std::uint16_t {
  a = 1,
  ns = 2,
  cname = 5,
  soa = 6,
  ptr = 12,
  mx = 15,
  txt = 16,
  aaaa = 28,
  srv = 33,
  svcb = 64,
  https = 65
};

struct Question {
  net::HostName qname;
  std::uint16_t qtype = 0;
  std::uint16_t qclass = 0;
};
/// A record of the answer section, class IN, of the types that matter here (A, AAAA, CNAME, SVCB, HTTPS);
/// others are skipped over.
struct Record {
  net::HostName owner;
  std::uint16_t type = 0;
  std::chrono::seconds ttl{0};
  net::IpAddress address;       ///< A, AAAA
  net::HostName target;         ///< CNAME, SVCB, HTTPS
  std::uint16_t priority = 0;   ///< SVCB, HTTPS
  bool has_ech = false;         ///< SvcParamKey 5
  std::string ech_public_name;  ///< of the first ECHConfig that can be read
};
struct Message {
  std::uint16_t id = 0;
  bool response = false;
  std::uint8_t opcode = 0;
  bool truncated = false;
  std::uint8_t rcode = 0;
  std::vector<Question> questions;
  std::vector<Record> answers;  ///< empty unless the whole answer section could be read (ENFORCEMENT D5)
  bool answers_complete = false;
};

/// One message as UDP carries it. Refused when the header or the question section cannot be read whole.
/// Bytes after the sections named here are not looked at. A name is read whole (any bytes in its labels,
/// compression only backwards, 255 bytes at most) or not at all.
[[nodiscard]] Result<Message, DecodeError> parse(Bytes message);

/// The same for many messages, using its memory again. One thread.
class Parser {
 public:
  Parser();
  ~Parser();
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;
  /// The message is good until the next call.
  [[nodiscard]] Result<const Message*, DecodeError> parse(Bytes message);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// A message on a stream and where the next one's length begins.
struct StreamMessage {
  Bytes message;  ///< a view into the stream given
  std::size_t next = 0;
};
/// DNS over TCP (RFC 1035 section 4.2.2, RFC 7766 section 8): the message whose two-byte length stands at
/// `offset` of the contiguous bytes known so far. Nothing while it is not there whole.
[[nodiscard]] std::optional<StreamMessage> next_on_stream(Bytes stream, std::size_t offset);

}  // namespace edgewatch::wire::dns

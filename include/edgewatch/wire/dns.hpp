// DNS messages (RFC 1035, RFC 9460, checklist of RFC 9267). Parsed values own their names; pure functions;
// any thread.
#pragma once

#include "edgewatch/base/bytes.hpp"
#include "edgewatch/base/result.hpp"
#include "edgewatch/net/address.hpp"
#include "edgewatch/net/host_name.hpp"
#include "edgewatch/wire/decode_error.hpp"

#include <chrono>
#include <cstdint>
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
/// A record of the answer section, of the types that matter here; others are skipped over.
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
[[nodiscard]] Result<Message, DecodeError> parse(Bytes message);

}  // namespace edgewatch::wire::dns

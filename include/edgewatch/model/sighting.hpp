// What the sensor says it saw: names, answers, and how much traffic flowed when. Owned values; any thread.
#pragma once

#include "edgewatch/base/time.hpp"
#include "edgewatch/net/address.hpp"
#include "edgewatch/net/host_name.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace edgewatch::model {

/// One of our own machines, as one frame showed it.
struct Client {
  net::IpAddress address;
  std::optional<net::MacAddress> mac;  ///< of the client's side of the frame; none on links without one
  std::uint16_t vlan = 0;              ///< inner VLAN id, 0 for none
  bool operator==(const Client&) const = default;
};

using FlowId = std::uint64_t;  ///< unique within one run of one sensor; 0 where there is no flow (DNS)

/// How a name was learned, weakest first.
enum class NameEvidence : std::uint8_t {
  none,
  dns_question,        ///< asked, not used: never use of a service
  outer_name_only,     ///< ECH: the public name, never the site
  dns_answer_address,  ///< the server's address stood in that client's own DNS answer
  http_host,
  tls_server_name,
  quic_server_name,
};
/// `dns-q`, `ech-outer`, `dns-address`, `http-host`, `tls-sni`, `quic-sni`, `none`.
[[nodiscard]] std::string to_string(NameEvidence evidence);

enum class Confirmation : std::uint8_t {
  claimed,       ///< the client's bytes say so; anybody on the wire could have sent them
  acknowledged,  ///< a packet of the server acknowledged or answered those bytes
};

/// What a hello hid behind encryption: its true server name may be another than the one that can be read.
enum class Hidden : std::uint8_t {
  no,
  esni,  ///< extension 0xffce: the name is not there
  ech,   ///< extension 0xfe0d (RFC 9849), in earnest or as GREASE: the client's own HTTPS answer tells, and
         ///< what `observe::NameJudge` leaves so could not be told
};

/// A client used a name. A flow gives at most one claimed and one acknowledged sighting of a name; one whose
/// hello had none, or was never seen, gives one of the root with evidence `none` once both sides have spoken.
struct Sighting {
  Timestamp at;  ///< of the frame that completed the name, or that acknowledged it
  FlowId flow = 0;
  Client client;
  net::HostName host;
  NameEvidence evidence = NameEvidence::none;
  Confirmation confirmation = Confirmation::claimed;
  Hidden hidden = Hidden::no;
  bool begun = true;  ///< the flow's beginning was seen: what the client asked before it may have led to it
  std::uint16_t source = 0;  ///< as in net::Frame
  net::Endpoint server;
  std::uint64_t bytes_up = 0;  ///< L4 payload so far
  std::uint64_t bytes_down = 0;
  std::uint64_t packets = 0;
};

/// An HTTPS or SVCB record in service mode or alias mode (RFC 9460), as far as it matters here.
struct ServiceBinding {
  std::uint16_t priority = 0;
  net::HostName target;
  bool has_ech = false;
  std::string ech_public_name;  ///< from the ECHConfigList, empty when there is none or it cannot be read
  std::chrono::seconds ttl{0};
};

/// A DNS response to one of our clients. Acknowledged where that client was seen to ask just this, of this
/// server, with this id; claimed otherwise: anybody on the wire could have sent it.
struct Answer {
  struct Address {
    net::IpAddress address;
    std::chrono::seconds ttl{0};
  };
  Timestamp at;
  std::uint16_t source = 0;  ///< as in net::Frame
  Client client;
  net::Endpoint server;
  Confirmation confirmation = Confirmation::claimed;
  net::HostName qname;
  std::uint16_t qtype = 0;
  std::uint8_t rcode = 0;
  bool complete = true;              ///< false: cut short, so that what is missing was perhaps answered
  std::vector<net::HostName> chain;  ///< CNAME targets in order, qname left out
  std::vector<Address> addresses;    ///< of the last name of the chain
  std::vector<ServiceBinding> bindings;
};

/// One second of a flow that carried counted payload (TIME 2.1: retransmissions and handshake removed). `at`
/// is the stamp of the first counted byte of the client in that second, of the server where the client sent
/// none; it has the capture's precision.
struct FlowSecond {
  Timestamp at;
  FlowId flow = 0;
  Client client;
  std::uint32_t up = 0;    ///< bytes of L7 payload
  std::uint32_t down = 0;  ///< bytes of L7 payload
  Duration clock_set{
      0};  ///< what the wall clock had been set by until then: times are comparable where it is the same
};

/// Nothing more will be said of this flow, of which something was said before.
struct FlowEnd {
  Timestamp at;
  FlowId flow = 0;
};

}  // namespace edgewatch::model

// Floods: what an attacker, or a scanner, sends to make a sensor remember. Each is as cheap for its sender as
// it can be while a sensor still has to take it seriously.
#include "captures.hpp"
#include "names.hpp"
#include "packet_writer.hpp"
#include "support/dns.hpp"
#include "support/random.hpp"
#include "support/tls.hpp"
#include "truth.hpp"

#include <algorithm>
#include <functional>
#include <stdexcept>

#include <fmt/format.h>

namespace edgewatch::benchmark {
namespace {

using namespace std::chrono_literals;
using support::TcpFlag;

const Timestamp begin_of_capture = std::chrono::sys_days(std::chrono::year(2026) / 11 / 17) + 10h;
constexpr std::size_t kept_of_hello = 512;

struct Flood {
  PacketWriter& out;
  support::Random random;
  Truth truth;
  std::uint64_t count;
  Timestamp at = begin_of_capture;

  Timestamp next() { return at += 10us; }
};

net::IpAddress address(std::uint32_t base, std::uint64_t host) {
  return net::IpAddress::v4(base + static_cast<std::uint32_t>(host));
}

/// Flow `i` from a client of ours to any server outside.
struct Tuple {
  net::Endpoint from;
  net::Endpoint to;
};
Tuple tuple(Flood& flood, std::uint64_t i) {
  return {{address(0x0a140000, i % 60000 + 257), static_cast<std::uint16_t>(1024 + i / 60000)},
          {address(0xc6120000, flood.random.below(0x20000)), 443}};
}

Ends ends_of(const Tuple& flow) {
  return ends(Path::Protocol::tcp, net::MacAddress({2, 0, 0x5e, 0x10, 0, 1}), flow.from, flow.to);
}

support::TcpFields fields(std::uint8_t flags, std::uint32_t sequence, std::uint32_t acknowledgement) {
  support::TcpFields out;
  out.flags = flags;
  out.sequence = sequence;
  out.acknowledgement = acknowledgement;
  return out;
}

void handshake(Flood& flood, const Ends& ends) {
  flood.out.tcp(flood.next(), ends.up, fields(TcpFlag::syn, 999, 0), {});
  flood.out.tcp(flood.next(), ends.down, fields(TcpFlag::syn | TcpFlag::ack, 4999, 1000), {});
  flood.out.tcp(flood.next(), ends.up, fields(TcpFlag::ack, 1000, 5000), {});
}

void half_open(Flood& flood) {
  for (std::uint64_t i = 0; i < flood.count; ++i)
    flood.out.tcp(flood.next(), ends_of(tuple(flood, i)).up, fields(TcpFlag::syn, 999, 0), {});
}

// Each connection is opened from both sides, and its hello never ends.
void partial_hellos(Flood& flood) {
  support::HelloOptions options;
  options.server_name = "www." + site(1);
  const auto hello = support::tls_records(22, support::client_hello(options, flood.random), 0x0301);
  for (std::uint64_t i = 0; i < flood.count; ++i) {
    const Ends ends = ends_of(tuple(flood, i));
    handshake(flood, ends);
    flood.out.tcp(flood.next(), ends.up, fields(TcpFlag::ack, 1000, 5000), Bytes(hello).first(kept_of_hello));
  }
}

// "Water torture": names below one site that nobody asked for before. Half of them are given an address.
void random_names(Flood& flood) {
  const net::Endpoint resolver{*net::IpAddress::parse("198.51.100.53"), 53};
  for (std::uint64_t i = 0; i < flood.count; ++i) {
    const std::string name = fmt::format("{:016x}.www.{}", flood.random.next(), site(2));
    const Client who = client(flood.random.below(2000));
    const net::Endpoint from{who.v4, static_cast<std::uint16_t>(1024 + flood.random.below(60000))};
    const Ends ends = benchmark::ends(Path::Protocol::udp, who.mac, from, resolver);
    const auto id = static_cast<std::uint16_t>(flood.random.next());
    const bool given = flood.random.chance(0.5);
    std::vector<support::DnsRecord> answers;
    if (given) answers.push_back(support::address_record(name, Names::server_v4(i), 60s));
    flood.out.udp(flood.next(), ends.up, support::dns_query(id, name, support::DnsType::a));
    flood.out.udp(
        flood.next(), ends.down,
        support::dns_response(id, name, support::DnsType::a,
                              given ? support::DnsCode::no_error : support::DnsCode::name_error, answers));
    flood.truth.add(Kind::dns_question, name);
    flood.truth.add(Kind::dns_response, name);
  }
}

// First fragments of large UDP datagrams of which no second one ever comes.
void first_fragments(Flood& flood) {
  for (std::uint64_t i = 0; i < flood.count; ++i) {
    const Client who = client(flood.random.below(2000));
    const auto server = address(0xc6120000, flood.random.below(0x20000));
    const Bytes payload = noise(flood.random.next(), 1472);
    support::Buffer datagram =
        support::udp_segment({server, 443}, {who.v4, static_cast<std::uint16_t>(1024 + i % 60000)}, payload);
    support::Buffer packet = support::ip_packet(
        server, who.v4, 17, datagram, {.id = static_cast<std::uint16_t>(i), .dont_fragment = false});
    packet[6] = 0x20;  // more fragments
    packet[10] = packet[11] = 0;
    const auto sum = static_cast<std::uint16_t>(~support::internet_sum(Bytes(packet).first(20)));
    packet[10] = static_cast<std::uint8_t>(sum >> 8);
    packet[11] = static_cast<std::uint8_t>(sum);
    flood.out.frame(flood.next(), support::ethernet_frame({router_mac(), who.mac, {}}, 0x0800, packet));
  }
}

// Connections whose addresses and ports fall together under `source ^ destination ^ ports`, which is what
// tables hash by that do not expect malice; and the same number of others.
void flows(Flood& flood, bool colliding) {
  for (std::uint64_t i = 0; i < flood.count; ++i) {
    const auto host = static_cast<std::uint32_t>(i % 0xff00);
    const auto more = static_cast<std::uint32_t>(i / 0xff00);
    Tuple flow = tuple(flood, i);
    flow.from = {address(0x0a140000, host), static_cast<std::uint16_t>(1024 + more)};
    if (colliding) {
      const std::uint32_t folded = 0xcc060000U ^ (host & 0xffff);  // 198.18.x.y ^ 10.20.x.y is one number
      flow.to = {net::IpAddress::v4(0x0a140000U ^ folded),
                 static_cast<std::uint16_t>((1024 + more) ^ 443U ^ 1024U)};
    }
    const Ends ends = ends_of(flow);
    flood.out.tcp(flood.next(), ends.up, fields(TcpFlag::syn, 999, 0), {});
    flood.out.tcp(flood.next(), ends.down, fields(TcpFlag::syn | TcpFlag::ack, 4999, 1000), {});
    flood.out.tcp(flood.next(), ends.up, fields(TcpFlag::ack, 1000, 5000), {});
  }
}

}  // namespace

Summary write_flood(const Order& order) {
  struct Form {
    const char* name;
    std::uint64_t usual;
    std::function<void(Flood&)> write;
  };
  const Form forms[] = {
      {"half-open", 1000000, half_open},
      {"partial-hellos", 1000000, partial_hellos},
      {"random-names", 1000000, random_names},
      {"first-fragments", 100000, first_fragments},
      {"colliding-flows", 300000, [](Flood& flood) { flows(flood, true); }},
      {"random-flows", 300000, [](Flood& flood) { flows(flood, false); }},
  };
  for (const Form& form : forms) {
    if (order.kind != form.name) continue;
    PacketWriter out(order.capture);
    Flood flood{out, support::Random(order.seed), {}, order.count == 0 ? form.usual : order.count};
    form.write(flood);
    out.finish();
    if (!order.truth.empty()) flood.truth.write(order.truth);
    return {out.packets(), out.bytes(), out.full_size_bytes()};
  }
  throw std::runtime_error(fmt::format("{}: no such flood", order.kind));
}

}  // namespace edgewatch::benchmark

#include "traffic.hpp"

#include "support/dns.hpp"
#include "support/tls.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace edgewatch::benchmark {
namespace {

constexpr std::size_t record_and_message_header = 5 + 4;
constexpr std::uint16_t first_port = 32768;
constexpr std::uint16_t ports = 28000;

struct Turn {
  Timestamp at;
  std::uint64_t number =
      0;  ///< decides between turns of one time, so that the same seed gives the same bytes
  Conversation* whose = nullptr;
};
struct Later {
  bool operator()(const Turn& a, const Turn& b) const {
    return a.at != b.at ? a.at > b.at : a.number > b.number;
  }
};

std::uint64_t key(std::size_t name, std::uint64_t more) { return (std::uint64_t{name} << 20) | more; }

void set_id(support::Buffer& message, std::uint16_t id) {
  message[0] = static_cast<std::uint8_t>(id >> 8);
  message[1] = static_cast<std::uint8_t>(id);
}

std::vector<support::DnsRecord> records_of(const std::string& name, std::size_t number, std::uint16_t type,
                                           std::size_t records) {
  using support::DnsType;
  constexpr std::chrono::seconds ttl{300};
  std::vector<support::DnsRecord> out;
  if (type == DnsType::https) {
    if (records > 0) out.push_back(support::https_record(name, {"h3", "h2"}, {}, ttl));
    return out;
  }
  std::string owner = name;
  if (records > 2) {  // many addresses stand behind an alias
    owner = fmt::format("edge-{}.cdn.{}", number % 97, site(number % 50));
    out.push_back(support::cname_record(name, owner, ttl));
  }
  for (std::size_t i = 0; i < records; ++i) {
    const std::size_t host = number + i * 7;
    const auto address = type == DnsType::a ? Names::server_v4(host) : Names::server_v6(host);
    out.push_back(support::address_record(owner, address, ttl));
  }
  return out;
}

}  // namespace

void play(Script& script, PacketWriter& out) {
  std::vector<Turn> turns;
  std::unordered_map<Conversation*, std::unique_ptr<Conversation>> open;
  std::uint64_t number = 0;
  auto begin = script.next();
  while (begin || !turns.empty()) {
    if (begin && (turns.empty() || begin->at <= turns.front().at)) {
      Conversation* const whose = begin->conversation.get();
      open.emplace(whose, std::move(begin->conversation));
      turns.push_back({begin->at, number++, whose});
      std::push_heap(turns.begin(), turns.end(), Later{});
      begin = script.next();
      continue;
    }
    std::pop_heap(turns.begin(), turns.end(), Later{});
    const Turn turn = turns.back();
    turns.pop_back();
    if (const auto next = turn.whose->speak(turn.at, out)) {
      turns.push_back({*next, number++, turn.whose});
      std::push_heap(turns.begin(), turns.end(), Later{});
    } else {
      open.erase(turn.whose);
    }
  }
}

Stage::Stage(std::uint64_t seed, std::size_t count, std::size_t client_count)
    : names(count), clients(client_count), random(seed), ports_(client_count) {
  for (std::uint16_t& port : ports_) port = static_cast<std::uint16_t>(random.below(ports));
}

std::uint16_t Stage::port_of(std::size_t client) {
  std::uint16_t& port = ports_[client];
  port = static_cast<std::uint16_t>((port + 1) % ports);
  return static_cast<std::uint16_t>(first_port + port);
}

support::Buffer Stage::hello(std::size_t name, Size size) {
  const bool large = size == Size::post_quantum;
  support::Buffer& whole = hellos_[key(name, large ? 1 : 0)];
  if (whole.empty()) {
    support::HelloOptions options;
    options.server_name = names.name(name);
    options.key_share = large ? support::KeyShare::post_quantum : support::KeyShare::classic;
    whole = support::tls_records(22, support::client_hello(options, random), 0x0301);
  }
  support::Buffer out = whole;
  // Behind the record's and the message's header: version, random, length of the session id, session id.
  const Bytes drawn = noise(random.next(), 64);
  std::copy_n(drawn.begin(), 32, out.begin() + record_and_message_header + 2);
  std::copy_n(drawn.begin() + 32, 32, out.begin() + record_and_message_header + 2 + 32 + 1);
  return out;
}

support::Buffer Stage::question(std::size_t name, std::uint16_t type, std::uint16_t id) {
  support::Buffer& whole = messages_[key(name, type * 16U)];
  if (whole.empty()) whole = support::dns_query(0, names.name(name), type);
  support::Buffer out = whole;
  set_id(out, id);
  return out;
}

support::Buffer Stage::answer(std::size_t name, std::uint16_t type, std::uint16_t id, std::size_t records) {
  support::Buffer& whole = messages_[key(name, type * 16U + 1 + records)];
  if (whole.empty())
    whole = support::dns_response(0, names.name(name), type, support::DnsCode::no_error,
                                  records_of(names.name(name), name, type, records));
  support::Buffer out = whole;
  set_id(out, id);
  return out;
}

}  // namespace edgewatch::benchmark

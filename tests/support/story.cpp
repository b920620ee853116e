#include "support/story.hpp"

#include "support/conversation.hpp"
#include "support/dns.hpp"

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <tuple>

#include <fmt/format.h>

namespace edgewatch::support {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr Duration lookup_lead = milliseconds(20);  // from a question to the connection it is asked for

net::IpAddress parsed(const std::string& text) { return net::IpAddress::parse(text).value(); }
net::MacAddress parsed_mac(const char* text) { return net::MacAddress::parse(text).value(); }

// RFC 5737: the three networks of the documentation, one after the other and then again from the start.
net::IpAddress documentation_address(std::size_t n) {
  static const std::vector<std::string> networks = {"192.0.2", "198.51.100", "203.0.113"};
  return parsed(fmt::format("{}.{}", networks[n / 254 % networks.size()], 1 + n % 254));
}

}  // namespace

/// One pass over what was told, in order of time.
class Story::Telling {
 public:
  explicit Telling(const Story& story) : story_(story), random_(story.options_.seed ^ 0x9e3779b97f4a7c15) {}

  Recording run() {
    std::vector<const Told*> order;
    order.reserve(story_.told_.size());
    for (const Told& told : story_.told_) order.push_back(&told);
    std::stable_sort(order.begin(), order.end(), [](const Told* a, const Told* b) { return a->at < b->at; });
    for (const Told* told : order) perform(*told);
    const Timestamp end = order.empty() ? Timestamp() : order.back()->at;
    for (auto& [key, open] : open_) end_connection(open, end);
    recording_.arrange();
    return std::move(recording_);
  }

 private:
  enum class Kind : std::uint8_t { secure, plain };
  using Key = std::tuple<Machine, std::string, Kind>;
  struct Open {
    std::unique_ptr<Conversation> conversation;
    Timestamp ready;
    Timestamp last_used;
  };

  void perform(const Told& told) {
    switch (told.act) {
      case Act::exchange:
        return use(told, Kind::secure);
      case Act::plain_http:
        return use(told, Kind::plain);
      case Act::push:
        return push(told);
      case Act::preconnect:
        static_cast<void>(connection(told, Kind::secure));
        return;
      case Act::resolve:
        return look_up(told, told.at);
      case Act::refused_name:
        return ask_in_vain(told);
      case Act::refused_hello:
        return refuse(told);
    }
  }

  void use(const Told& told, Kind kind) {
    Open& open = connection(told, kind);
    const Timestamp done = open.conversation->exchange(std::max(told.at, open.ready), told.up, told.down);
    open.last_used = std::max(open.last_used, done);
  }

  void push(const Told& told) {
    Open& open = connection(told, Kind::secure);
    open.last_used =
        std::max(open.last_used, open.conversation->push(std::max(told.at, open.ready), told.down));
  }

  void refuse(const Told& told) {
    HelloOptions hello;
    hello.server_name = told.host;
    look_up(told, told.at - 2 * lookup_lead);
    TlsConversation conversation(path(told, 443), hello, random_.fork());
    conversation.refuse(told.at - lookup_lead);
    conversation.record(recording_);
  }

  Open& connection(const Told& told, Kind kind) {
    Open& open = open_[Key(told.who, told.host, kind)];
    if (open.conversation && told.at - open.last_used > story_.options_.idle) end_connection(open, told.at);
    if (open.conversation) return open;
    open.conversation = make(told, kind);
    const Timestamp start = told.at - open.conversation->lead();
    look_up(told, start - lookup_lead);
    open.ready = open.conversation->open(start);
    open.last_used = open.ready;
    return open;
  }

  std::unique_ptr<Conversation> make(const Told& told, Kind kind) {
    const Host& host = story_.hosts_.at(told.host);
    if (kind == Kind::plain)
      return std::make_unique<HttpConversation>(path(told, 80), told.host, random_.fork());
    HelloOptions hello;
    if (host.has_name && !host.esni) hello.server_name = told.host;
    if (host.esni) hello.ech = Ech::esni;
    if (!host.ech_public_name.empty()) hello.server_name = host.ech_public_name;
    if (host.quic)
      return std::make_unique<QuicConversation>(path(told, 443), hello, host.quic_version, random_.fork());
    return std::make_unique<TlsConversation>(path(told, 443), hello, random_.fork());
  }

  void end_connection(Open& open, Timestamp now) {
    if (!open.conversation) return;
    const Timestamp due = open.last_used + story_.options_.idle;
    if (due <= now) open.conversation->close(due);
    open.conversation->record(recording_);
    open.conversation.reset();
  }

  Path path(const Told& told, std::uint16_t server_port) {
    Path path;
    path.link = link(told.who, parsed_mac("02:00:5e:00:00:01"));
    path.client = net::Endpoint{told.who.address, next_port(told.who)};
    path.server = net::Endpoint{server_address(told), server_port};
    path.round_trip = story_.options_.round_trip;
    path.snap_length = story_.options_.snap_length;
    path.segments_per_packet = story_.options_.segments_per_packet;
    return path;
  }

  net::IpAddress server_address(const Told& told) const {
    const Host& host = story_.hosts_.at(told.host);
    return told.who.address.is_v4() ? host.address : host.address_v6;
  }

  static Link link(const Machine& who, const net::MacAddress& to) {
    Link link{who.mac, to, {}};
    if (who.vlan != 0) link.vlans.push_back(who.vlan);
    return link;
  }

  std::uint16_t next_port(const Machine& who) {
    const auto [at, fresh] = ports_.try_emplace(who, static_cast<std::uint16_t>(49152 + random_.below(8000)));
    if (!fresh) at->second = at->second == 65535 ? 49152 : static_cast<std::uint16_t>(at->second + 1);
    return at->second;
  }

  // A, AAAA and HTTPS together, as browsers ask, unless the answer is still fresh.
  void look_up(const Told& told, Timestamp at) {
    Timestamp& known_until = known_[{told.who, told.host}];
    if (at < known_until) return;
    const Host& host = story_.hosts_.at(told.host);
    known_until = at + host.ttl;
    const std::string& last = host.aliases.empty() ? told.host : host.aliases.back();
    const std::vector<DnsRecord> chain = alias_chain(told.host, host);
    ask(told, at, DnsType::a, DnsCode::no_error, chain, address_record(last, host.address, host.ttl));
    std::optional<DnsRecord> v6;
    if (!told.who.address.is_v4()) v6 = address_record(last, host.address_v6, host.ttl);
    ask(told, at + microseconds(120), DnsType::aaaa, DnsCode::no_error, chain, v6);
    std::optional<DnsRecord> binding;
    Buffer ech;
    if (!host.ech_public_name.empty()) ech = ech_config_list(host.ech_public_name, Buffer(32, 0x42));
    if (host.quic || !ech.empty()) binding = https_record(last, {"h3", "h2"}, ech, host.ttl);
    ask(told, at + microseconds(240), DnsType::https, DnsCode::no_error, chain, binding);
  }

  void ask_in_vain(const Told& told) {
    for (const std::uint16_t type : {DnsType::a, DnsType::aaaa, DnsType::https})
      ask(told, told.at + microseconds(120) * (type % 7), type, DnsCode::name_error, {}, std::nullopt);
  }

  static std::vector<DnsRecord> alias_chain(const std::string& name, const Host& host) {
    std::vector<DnsRecord> chain;
    std::string owner = name;
    for (const std::string& alias : host.aliases) {
      chain.push_back(cname_record(owner, alias, host.ttl));
      owner = alias;
    }
    return chain;
  }

  void ask(const Told& told, Timestamp at, std::uint16_t type, std::uint8_t code,
           std::vector<DnsRecord> answers, const std::optional<DnsRecord>& last) {
    if (last) answers.push_back(*last);
    const Link to_resolver = link(told.who, parsed_mac("02:00:5e:00:00:53"));
    const net::Endpoint client{told.who.address, static_cast<std::uint16_t>(random_.between(32768, 60999))};
    const net::Endpoint resolver{parsed(client.address.is_v4() ? "10.20.0.53" : "2001:db8:20::53"), 53};
    const auto id = static_cast<std::uint16_t>(random_.next());
    recording_.add(at, udp_frame(to_resolver, client, resolver, dns_query(id, told.host, type)));
    recording_.add(
        at + microseconds(random_.between(500, 14000)),
        udp_frame(reversed(to_resolver), resolver, client, dns_response(id, told.host, type, code, answers)));
  }

  const Story& story_;
  Random random_;
  Recording recording_;
  std::map<Key, Open> open_;
  std::map<Machine, std::uint16_t> ports_;
  std::map<std::pair<Machine, std::string>, Timestamp> known_;
};

Story::Story(std::uint64_t seed, Timestamp start) : Story(StoryOptions{.seed = seed, .start = start}) {}

Story::Story(const StoryOptions& options) : options_(options), random_(options.seed) {}

Timestamp Story::at(double seconds) const {
  return options_.start + microseconds(static_cast<std::int64_t>(seconds * 1e6));
}

Host& Story::host(const std::string& name) {
  const std::size_t n = hosts_.size();
  const auto [at, fresh] = hosts_.try_emplace(name);
  if (fresh) {
    at->second.address = documentation_address(n);
    at->second.address_v6 = parsed(fmt::format("2001:db8:5e::{:x}", n + 1));
  }
  return at->second;
}

void Story::tell(Told told) {
  static_cast<void>(host(told.host));
  told_.push_back(std::move(told));
}

void Story::exchange(const Machine& who, Timestamp t, const std::string& host, std::size_t up,
                     std::size_t down) {
  tell(Told{t, Act::exchange, who, host, up, down});
}
void Story::push(const Machine& who, Timestamp t, const std::string& host, std::size_t down) {
  tell(Told{t, Act::push, who, host, 0, down});
}
void Story::plain_http(const Machine& who, Timestamp t, const std::string& host, std::size_t down) {
  tell(Told{t, Act::plain_http, who, host, 0, down});
}
void Story::preconnect(const Machine& who, Timestamp t, const std::string& host) {
  tell(Told{t, Act::preconnect, who, host});
}
void Story::resolve(const Machine& who, Timestamp t, const std::string& host) {
  tell(Told{t, Act::resolve, who, host});
}
void Story::refused_name(const Machine& who, Timestamp t, const std::string& host) {
  tell(Told{t, Act::refused_name, who, host});
}
void Story::refused_hello(const Machine& who, Timestamp t, const std::string& host) {
  tell(Told{t, Act::refused_hello, who, host});
}

Recording Story::record() const { return Telling(*this).run(); }

}  // namespace edgewatch::support

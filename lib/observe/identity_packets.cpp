#include "identity_packets.hpp"

#include "edgewatch/base/text.hpp"

#include "explained.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace edgewatch::observe {
namespace {

using Kind = model::IdentitySign::Kind;
using Source = model::IdentitySign::Source;

// An answer that comes later answers nothing that anybody still waits for.
constexpr Duration answer_patience = std::chrono::seconds(60);
constexpr std::uint8_t group_bit = 0x01;

std::string hex(Bytes bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  out.reserve(2 * bytes.size());
  for (const std::uint8_t byte : bytes) {
    out += digits[byte >> 4U];
    out += digits[byte & 15U];
  }
  return out;
}

bool is_link_local(const net::IpAddress& address) {
  return !address.is_v4() && address.bytes()[0] == 0xfe && (address.bytes()[1] & 0xc0U) == 0x80;
}

model::IdentitySign sign_of(const wire::Datagram& datagram, Source source, Kind kind) {
  model::IdentitySign sign;
  sign.at = datagram.at;
  sign.source = source;
  sign.kind = kind;
  sign.vlan = datagram.vlan;
  return sign;
}

model::IdentitySign neighbour_sign(const wire::Datagram& datagram, Source source,
                                   const wire::NeighbourClaim& claim) {
  model::IdentitySign sign = sign_of(datagram, source, Kind::neighbour);
  sign.address = claim.address;
  sign.mac = claim.mac;
  return sign;
}

const std::string& first_of(const std::string& name, const std::string& otherwise) {
  return name.empty() ? otherwise : name;
}

bool is_dhcp(const wire::Datagram& datagram) {
  const auto is_port = [](std::uint16_t port) {
    return port == wire::dhcp::server_port || port == wire::dhcp::client_port;
  };
  return is_port(datagram.from.port) && is_port(datagram.to.port);
}
/// A server may send from any port (RFC 8415 section 7.2 speaks of those it listens on).
bool is_dhcpv6(const wire::Datagram& datagram) {
  const std::uint16_t port = datagram.to.port;
  return !datagram.from.address.is_v4() &&
         (port == wire::dhcpv6::client_port || port == wire::dhcpv6::server_port);
}
bool is_accounting_port(std::uint16_t port) {
  return port == wire::radius::accounting_port || port == wire::radius::old_accounting_port;
}
bool is_radius(const wire::Datagram& datagram) {
  return is_accounting_port(datagram.from.port) || is_accounting_port(datagram.to.port);
}
bool is_kerberos(const wire::Datagram& datagram) {
  return datagram.from.port == wire::kerberos::port || datagram.to.port == wire::kerberos::port;
}
bool to_server(const wire::Datagram& datagram) { return datagram.to.port == wire::kerberos::port; }

/// Whom a message of a type that says something is about: what the client has or asks for, or is given. A
/// request has the one or the other (RFC 2131 section 4.3.6).
std::optional<net::IpAddress> address_of(const wire::dhcp::Message& message) {
  using wire::dhcp::Type;
  std::optional<net::IpAddress> address = message.client_address;
  if (message.reply && !message.your_address.is_unspecified()) address = message.your_address;
  if (!message.reply && message.requested_address && message.type != Type::release)
    address = message.requested_address;
  return address->is_unspecified() ? std::nullopt : address;
}

/// The length in front of a message on a stream, where it cannot be one.
[[gnu::cold]] void note_length(Bytes stream, bool sure, wire::Trace& trace) {
  trace.note("kerberos", stream.first(std::min<std::size_t>(stream.size(), 4)),
             sure ? "refused: kerberos-message: no message has this length"
                  : "no message has this length, but the stream's beginning was not captured");
}

bool asks(const wire::dhcp::Message& message) {
  using wire::dhcp::Type;
  return !message.reply && (message.type == Type::request || message.type == Type::inform);
}

}  // namespace

bool may_be_client(const ObserverOptions& options, const net::IpAddress& address) {
  return !net::contains(options.exclude, address) &&
         (options.inside.empty() || net::contains(options.inside, address));
}

void IdentityPackets::Taken::note(std::string_view what) const {
  trace->note("identity", place, std::string(what));
}

bool IdentityPackets::is_watched(const net::IpAddress& address, Taken& taken) const {
  if (may_be_client(options_, address)) return true;
  taken.unwatched = address;
  if (taken.trace != nullptr) [[unlikely]]
    taken.tell(fmt::format("no sign for {}: nobody there may be watched", address.to_string()));
  return false;
}

void IdentityPackets::say(model::IdentitySign sign, Taken& taken) const {
  if (sign.address && !is_watched(*sign.address, taken)) return;
  if (taken.trace != nullptr) [[unlikely]]
    taken.tell("accepted: " + words(sign));
  taken.signs.push_back(std::move(sign));
}

bool IdentityPackets::concerns(const wire::Datagram& datagram) {
  switch (datagram.transport) {
    case wire::Transport::arp:
    case wire::Transport::icmpv6:
      return true;
    case wire::Transport::tcp:
      return is_kerberos(datagram);
    case wire::Transport::udp:
      return is_dhcp(datagram) || is_dhcpv6(datagram) || is_radius(datagram) || is_kerberos(datagram);
    case wire::Transport::none:
      break;
  }
  return false;
}

std::optional<net::IpAddress> IdentityPackets::ticket_client(const wire::Datagram& datagram) {
  const bool carried =
      datagram.transport == wire::Transport::tcp || datagram.transport == wire::Transport::udp;
  if (!carried || !is_kerberos(datagram)) return std::nullopt;
  return to_server(datagram) ? datagram.from.address : datagram.to.address;
}

IdentityPackets::Taken IdentityPackets::take(const wire::Datagram& datagram, wire::Trace* trace) {
  Taken taken;
  taken.trace = trace;
  taken.place = datagram.payload.first(0);
  switch (datagram.transport) {
    case wire::Transport::arp:
      take_arp(datagram, taken);
      break;
    case wire::Transport::icmpv6:
      take_icmpv6(datagram, taken);
      break;
    case wire::Transport::tcp:
      take_kerberos_segment(datagram, taken);
      break;
    case wire::Transport::udp:
      if (is_dhcp(datagram)) {
        take_dhcp(datagram, taken);
      } else if (is_dhcpv6(datagram)) {
        take_dhcpv6(datagram, taken);
      } else if (is_radius(datagram)) {
        take_radius(datagram, taken);
      } else {
        take_kerberos(datagram, datagram.payload, taken);
        taken.over = true;
      }
      // Ports prove nothing: what cannot be read as what they say may be something else.
      if (taken.refusal) taken.over = false;
      break;
    case wire::Transport::none:
      break;
  }
  return taken;
}

std::uint64_t IdentityPackets::evicted() const {
  return askers_.evicted() + radius_requests_.evicted() + ticket_requests_.evicted() + streams_.evicted();
}

void IdentityPackets::take_arp(const wire::Datagram& datagram, Taken& taken) {
  const auto packet = wire::parse_arp(datagram.payload, taken.trace);
  if (!packet) {
    taken.refusal = packet.error().kind;
  } else if (*packet) {
    if (const auto claim = (*packet)->claim()) {
      say(neighbour_sign(datagram, Source::arp, *claim), taken);
    } else {
      taken.tell("no sign: a probe (RFC 5227), or sender and address are not one device's");
    }
  }
}

void IdentityPackets::take_icmpv6(const wire::Datagram& datagram, Taken& taken) {
  const auto message = wire::parse_neighbour(datagram.payload, datagram.from.address, datagram.to.address,
                                             datagram.hop_limit, taken.trace);
  if (!message) {
    taken.refusal = message.error().kind;
  } else if (*message) {
    if (const auto claim = (*message)->claim(datagram.from.address, datagram.source_mac)) {
      say(neighbour_sign(datagram, Source::ndp, *claim), taken);
    } else {
      taken.tell("no sign: a probe for a double (RFC 4862), or no device's address and MAC");
    }
  } else {
    taken.tell("no sign: ICMPv6, but no Neighbor Solicitation or Advertisement");
  }
}

/// An ACK that gives no address answers an INFORM: the client has its address from elsewhere, and says so
/// itself (RFC 2131 section 3.4). A NAK names no address and says nothing.
void IdentityPackets::take_dhcp(const wire::Datagram& datagram, Taken& taken) {
  using wire::dhcp::Type;
  taken.over = true;
  const auto nameless = wire::dhcp::parse(datagram.payload, wire::Texts::pass_over, taken.trace);
  if (!nameless) {
    taken.refusal = nameless.error().kind;
    return;
  }
  const bool gives = nameless->reply && nameless->type == Type::ack;
  const bool gives_up =
      !nameless->reply && (nameless->type == Type::release || nameless->type == Type::decline);
  if (!gives && !gives_up && !asks(*nameless))
    return taken.tell("no sign: a message of this type gives nobody an address, and takes none away");
  const auto address = address_of(*nameless);
  if (!address) return taken.tell("no sign: it names no address");
  if (!is_watched(*address, taken)) return;

  const auto message = wire::dhcp::parse(datagram.payload);
  const auto key = std::pair(message->transaction, message->mac.value_or(net::MacAddress()));
  const std::string& name = first_of(message->host_name, message->domain_name);
  if (asks(*message)) {
    askers_.put(key, {datagram.at, name, message->client_identifier},
                name.size() + message->client_identifier.size());
    return taken.tell("no sign: a client asks; how it calls itself is kept for the server's answer");
  }
  model::IdentitySign sign = sign_of(datagram, Source::dhcp, gives ? Kind::lease : Kind::release);
  sign.address = address;
  if (gives) sign.server = datagram.from.address;
  if (gives && !message->your_address.is_unspecified()) {
    sign.lifetime = message->lease_time;
  } else if (gives) {
    sign.kind = Kind::neighbour;
  }
  sign.mac = message->mac;
  sign.host_name = name;
  sign.device_id = hex(message->client_identifier);
  if (const Asker* asker = gives ? askers_.find(key) : nullptr;
      asker != nullptr && datagram.at - asker->at < answer_patience) {
    if (!asker->host_name.empty()) sign.host_name = asker->host_name;
    if (sign.device_id.empty()) sign.device_id = hex(asker->identifier);
  }
  say(std::move(sign), taken);
}

/// The device's MAC, best first: as the relay next to it saw it; of the frame, where client and tap are on
/// one link; one of the DUID, which may be that of another of its interfaces.
void IdentityPackets::take_dhcpv6(const wire::Datagram& datagram, Taken& taken) {
  using wire::dhcpv6::Type;
  taken.over = true;
  const auto nameless = wire::dhcpv6::parse(datagram.payload, wire::Texts::pass_over, taken.trace);
  if (!nameless) {
    taken.refusal = nameless.error().kind;
    return;
  }
  const bool gives = nameless->type == Type::reply && nameless->status.value_or(0) == 0;
  const bool gives_up = nameless->type == Type::release || nameless->type == Type::decline;
  const auto watched = [this, &taken](const auto& given) { return is_watched(given.address, taken); };
  if (!gives && !gives_up) return taken.tell("no sign: no Reply of success, and neither Release nor Decline");
  if (nameless->addresses.empty()) return taken.tell("no sign: it gives or returns no address");
  if (std::ranges::none_of(nameless->addresses, watched)) return;
  const auto message = wire::dhcpv6::parse(datagram.payload);
  std::optional<net::MacAddress> mac = message->relayed_mac;
  const net::Endpoint& client = gives ? datagram.to : datagram.from;
  const auto& in_frame = gives ? datagram.destination_mac : datagram.source_mac;
  if (!mac && message->relays == 0 && is_link_local(client.address) && in_frame &&
      (in_frame->bytes()[0] & group_bit) == 0)
    mac = in_frame;
  if (!mac) mac = wire::dhcpv6::mac_of_duid(message->client_duid);
  for (const wire::dhcpv6::Address& address : message->addresses) {
    const bool held = gives && address.valid.count() != 0;
    model::IdentitySign sign = sign_of(datagram, Source::dhcpv6, held ? Kind::lease : Kind::release);
    sign.address = address.address;
    sign.mac = mac;
    sign.host_name = message->domain_name;
    sign.device_id = hex(message->client_duid);
    if (held) sign.lifetime = address.valid;
    if (gives) sign.server = datagram.from.address;
    say(std::move(sign), taken);
  }
}

const std::string* IdentityPackets::secret_of(const net::IpAddress& access_server) const {
  const auto client = std::ranges::find(options_.radius_clients, access_server, &RadiusClient::address);
  return client == options_.radius_clients.end() ? nullptr : &client->secret;
}

/// The ports are not RADIUS's alone: any program's own port may be one. What does not begin like accounting
/// is left to others.
void IdentityPackets::take_radius(const wire::Datagram& datagram, Taken& taken) {
  using wire::radius::Code;
  const bool asks = is_accounting_port(datagram.to.port);
  const Code expected = asks ? Code::accounting_request : Code::accounting_response;
  if (datagram.payload.empty() || datagram.payload[0] != static_cast<std::uint8_t>(expected))
    return taken.tell(
        "a port of RADIUS accounting, but neither its request nor, from the server, its response");
  const auto nameless = wire::radius::parse(datagram.payload, wire::Texts::pass_over, taken.trace);
  if (!nameless) {
    taken.refusal = nameless.error().kind;
    return;
  }
  taken.over = true;
  if (!asks) {
    take_radius_response(datagram, *nameless, taken);
  } else if (concerns_watched(datagram, *nameless, taken)) {
    take_radius_request(datagram, *wire::radius::parse(datagram.payload), taken);
  }
}

/// A session that has no address yet may be anybody's who uses that access server.
bool IdentityPackets::concerns_watched(const wire::Datagram& datagram, const wire::radius::Accounting& packet,
                                       Taken& taken) const {
  if (!packet.framed_address && !packet.framed_ipv6_address) {
    const bool excluded =
        net::contains(options_.exclude, packet.access_server.value_or(datagram.from.address));
    if (excluded) taken.tell("no sign: without an address, of an access server that may not be watched");
    return !excluded;
  }
  const bool first = packet.framed_address && is_watched(*packet.framed_address, taken);
  return first || (packet.framed_ipv6_address && is_watched(*packet.framed_ipv6_address, taken));
}

void IdentityPackets::take_radius_request(const wire::Datagram& datagram,
                                          const wire::radius::Accounting& packet, Taken& taken) {
  using wire::radius::Status;
  const std::string* secret = secret_of(datagram.from.address);
  const bool authentic =
      secret != nullptr && wire::radius::is_authentic_request(datagram.payload, *secret, taken.trace);
  if (secret == nullptr) taken.tell("not authentic: no access server of its sender's address is configured");
  if (authentic) {
    radius_requests_.put({{datagram.from, datagram.to}, packet.identifier},
                         {datagram.at, packet.authenticator}, 0);
  }
  if (!packet.status)
    return taken.tell("no sign: no Acct-Status-Type that begins, goes on with or ends a session");
  Kind kind = Kind::session_update;
  if (*packet.status == Status::start) kind = Kind::session_start;
  if (*packet.status == Status::stop) kind = Kind::session_stop;
  if (*packet.status == Status::on || *packet.status == Status::off) kind = Kind::sessions_over;
  model::IdentitySign sign = sign_of(datagram, Source::radius, kind);
  sign.at -= packet.delay;
  sign.delay = packet.delay;
  sign.mac = packet.calling_station;
  sign.account = packet.user_name;
  sign.session = packet.session;
  sign.access_server = packet.access_server ? packet.access_server : datagram.from.address;
  sign.authentic = authentic;
  sign.server = datagram.from.address;
  // One sign for each address that the session has; without one the session is still one.
  if (packet.framed_address && packet.framed_ipv6_address) {
    sign.address = packet.framed_ipv6_address;
    say(sign, taken);
  }
  sign.address = packet.framed_address ? packet.framed_address : packet.framed_ipv6_address;
  say(std::move(sign), taken);
}

/// A response says nothing of its own; one that the secret did not make is told of.
void IdentityPackets::take_radius_response(const wire::Datagram& datagram,
                                           const wire::radius::Accounting& packet, Taken& taken) {
  const std::pair key{Ends{datagram.to, datagram.from}, packet.identifier};
  const RadiusRequest* request = radius_requests_.find(key);
  const std::string* secret = secret_of(datagram.to.address);
  if (request == nullptr || secret == nullptr || datagram.at - request->at >= answer_patience)
    return taken.tell("no sign: a response says nothing of its own; it answers no authentic request seen");
  if (wire::radius::is_authentic_response(datagram.payload, request->authenticator, *secret, taken.trace)) {
    taken.tell("no sign: a response says nothing of its own; it answers the request");
  } else {
    taken.refusal = wire::Malformation::radius_authenticator;
    taken.tell("refused: radius-authenticator: the secret did not make this answer");
  }
  radius_requests_.erase(key);
}

void IdentityPackets::take_kerberos(const wire::Datagram& datagram, Bytes bytes, Taken& taken) {
  using wire::kerberos::MessageType;
  auto message = wire::kerberos::parse(bytes, taken.trace);
  if (!message) {
    taken.refusal = message.error().kind;
    return;
  }
  const bool asks = to_server(datagram);
  const Ends ends{asks ? datagram.from : datagram.to, asks ? datagram.to : datagram.from, datagram.transport};
  if (!options_.inside.empty() && !net::contains(options_.inside, ends.server.address)) {
    const bool ticket = message->type == MessageType::as_rep || message->type == MessageType::tgs_rep;
    if (ticket && !asks) ++foreign_tickets_;
    return taken.tell("no sign: its server is not inside, and so none of the council's");
  }
  switch (message->type) {
    case MessageType::as_req:
    case MessageType::tgs_req:
      if (asks) {
        const std::size_t texts = message->client.size() + message->realm.size() + message->service.size();
        ticket_requests_.put(ends, {datagram.at, std::move(*message)}, texts);
        taken.tell("no sign: kept until the server answers with a ticket");
      } else {
        taken.tell("no sign: a request from the server's side");
      }
      break;
    case MessageType::as_rep:
    case MessageType::tgs_rep:
      if (asks) return taken.tell("no sign: a ticket from the client's side");
      answer_ticket(datagram, ends, *message, taken);
      break;
    case MessageType::error:
      taken.tell("no sign: the server gave no ticket");
      break;
  }
}

/// A reply counts when it answers a request seen: of that client at that server, of that kind, and in that
/// name. Three things about names: a request that asks for the canonical one may be answered with another
/// (RFC 6806); the name of an armoured request may be anybody's, so the reply's alone counts (RFC 6113); an
/// anonymous ticket is nobody's (RFC 8062). A ticket in another's name (S4U) says nothing of who sits there.
void IdentityPackets::answer_ticket(const wire::Datagram& datagram, const Ends& ends,
                                    const wire::kerberos::Message& reply, Taken& taken) {
  using wire::kerberos::MessageType;
  const TicketRequest* waiting = ticket_requests_.find(ends);
  if (waiting == nullptr || datagram.at - waiting->at >= answer_patience)
    return taken.tell("no sign: it answers no request seen on this flow in the last minute");
  const wire::kerberos::Message& request = waiting->message;
  const bool first = reply.type == MessageType::as_rep;
  if (request.type != (first ? MessageType::as_req : MessageType::tgs_req))
    return taken.tell("no sign: it answers a request of another kind");
  const bool own_name = !first || request.armoured || request.canonicalize() ||
                        ascii_lower(request.client) == ascii_lower(reply.client);
  const bool anonymous = reply.client == "WELLKNOWN/ANONYMOUS";
  const bool for_another = request.for_another;
  ticket_requests_.erase(ends);
  if (!own_name) return taken.tell("no sign: a ticket in another name than was asked for");
  if (anonymous) return taken.tell("no sign: an anonymous ticket (RFC 8062)");
  if (for_another) return taken.tell("no sign: a ticket in another's name (S4U)");
  model::IdentitySign sign = sign_of(datagram, Source::kerberos, first ? Kind::ticket : Kind::ticket_refresh);
  sign.address = ends.client.address;
  sign.account = reply.client + '@' + reply.realm;
  sign.server = ends.server.address;
  say(std::move(sign), taken);
}

IdentityPackets::Stream::Stream() : bytes(2 * wire::kerberos::longest_message) {}

void IdentityPackets::take_kerberos_segment(const wire::Datagram& datagram, Taken& taken) {
  const bool asks = to_server(datagram);
  const Ends ends{asks ? datagram.from : datagram.to, asks ? datagram.to : datagram.from, datagram.transport};
  const std::pair key{ends, asks};
  const auto& tcp = datagram.tcp;
  const std::uint32_t sequence = tcp.sequence + (tcp.syn ? 1U : 0U);
  const Stream* known = streams_.find(key);
  const bool begins = known == nullptr ? !datagram.payload.empty() || tcp.syn : tcp.syn && !known->sure;
  if (begins) {
    Stream stream;
    stream.bytes.anchor(sequence);
    stream.first = sequence;
    stream.sure = tcp.syn;
    streams_.put(key, std::move(stream), 0);
  }
  Stream* stream = streams_.find(key);
  if (stream == nullptr) return;
  if (!stream->over && !datagram.payload.empty()) {
    if (const auto refusal = stream->bytes.add(sequence, datagram.payload)) {
      if (stream->sure) taken.refusal = refusal->kind;
      stream->over = true;
      if (taken.trace != nullptr) [[unlikely]]
        taken.tell(fmt::format("{}{}: nothing more of this stream is read", stream->sure ? "refused: " : "",
                               to_string(refusal->kind)));
    } else {
      if (taken.trace != nullptr) [[unlikely]]
        taken.trace->stream(stream->bytes.prefix(), 0, sequence - stream->first, datagram.payload);
      read_stream(datagram, *stream, taken);
      if (taken.trace != nullptr) [[unlikely]]
        taken.trace->stream({}, 0, 0, {});
    }
  } else if (!datagram.payload.empty()) {
    taken.tell("no sign: what came before on this stream could not be read");
  }
  if (stream->over) stream->bytes = wire::StreamPrefix(0);
  const bool read_out = stream->over || stream->next == stream->bytes.prefix().size();
  if (tcp.rst || (tcp.fin && read_out)) {
    streams_.erase(key);
  } else {
    streams_.set_bytes(key, stream->bytes.held());
  }
}

void IdentityPackets::read_stream(const wire::Datagram& datagram, Stream& stream, Taken& taken) {
  for (;;) {
    const Bytes prefix = stream.bytes.prefix();
    const auto next = wire::kerberos::next_on_stream(prefix, stream.next);
    if (!next) {
      // Where the beginning was not seen, this may be the middle of anything.
      if (stream.sure) taken.refusal = next.error().kind;
      stream.over = true;
      if (taken.trace != nullptr) [[unlikely]]
        note_length(prefix.subspan(stream.next), stream.sure, *taken.trace);
      return;
    }
    if (!*next) {
      if (taken.trace != nullptr && prefix.size() > stream.next) [[unlikely]]
        taken.trace->note("kerberos", prefix.subspan(stream.next), "message incomplete: waiting for more");
      return;
    }
    stream.next = (*next)->next;
    take_kerberos(datagram, (*next)->message, taken);
    if (taken.refusal) {
      stream.over = true;
      if (!stream.sure) taken.refusal.reset();
      if (!stream.sure) taken.tell("not counted: the stream's beginning was not captured");
      return;
    }
  }
}

}  // namespace edgewatch::observe

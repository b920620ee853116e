#include "application.hpp"

#include "edgewatch/wire/dns.hpp"
#include "edgewatch/wire/http.hpp"
#include "edgewatch/wire/proxy_header.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace edgewatch::tools {
namespace {

using wire::Trace;
using wire::TraceLayer;

constexpr std::uint16_t dns_port = 53;

std::string refusal(const wire::DecodeError& error) {
  return fmt::format("refused: {} at offset {}", to_string(error.kind), error.offset);
}

/// A stretch of bytes and where in the trace it stands: bytes of earlier frames are told by their place in
/// the stream.
struct Placed {
  Bytes bytes;
  std::size_t first = 0;   ///< where `bytes` begins in the stream
  std::size_t here = 0;    ///< the part of the stream that this frame brought begins here
  std::size_t length = 0;  ///< and is so long
  Bytes payload;           ///< that part, in the frame

  void note(Trace& trace, std::string_view layer, std::size_t offset, std::size_t size,
            std::string meaning) const {
    const std::size_t at = first + offset;
    if (at >= here && at < here + length) {
      const std::size_t place = trace.offset_of(payload.subspan(at - here));
      trace.note({std::string(layer), trace.within(), place, size, std::move(meaning)});
      return;
    }
    trace.note({std::string(layer), TraceLayer::Within::stream, at, size, std::move(meaning)});
  }
};

void explain_dns(const Placed& placed, Trace& trace) {
  constexpr std::size_t header = 12;
  const auto parsed = wire::dns::parse(placed.bytes);
  if (!parsed) {
    placed.note(trace, "dns", std::min(parsed.error().offset, placed.bytes.size()), 0,
                refusal(parsed.error()));
    return;
  }
  const wire::dns::Message& message = *parsed;
  placed.note(
      trace, "dns", 0, header,
      fmt::format("{}, id {}, opcode {}, rcode {}{}, {} questions, {} answers of interest{}",
                  message.response ? "response" : "query", message.id, message.opcode, message.rcode,
                  message.truncated ? ", truncated" : "", message.questions.size(), message.answers.size(),
                  message.answers_complete ? "" : ", answer section not read whole"));
  std::size_t at = header;
  for (const wire::dns::Question& question : message.questions) {
    // Labels, to the root or to a pointer; then type and class. The parser has checked all of it.
    std::size_t end = at;
    while (end < placed.bytes.size() && placed.bytes[end] != 0 && placed.bytes[end] < 0xc0)
      end += 1U + placed.bytes[end];
    end += end < placed.bytes.size() && placed.bytes[end] >= 0xc0 ? 2 : 1;
    placed.note(trace, "dns question", at, end + 4 - at,
                fmt::format("{} type {} class {}", question.qname.text(), question.qtype, question.qclass));
    at = end + 4;
  }
}

std::string describe(const wire::ClientHello& hello) {
  std::string text =
      "whole; server name " + (hello.server_name ? hello.server_name->text() : std::string("none"));
  if (hello.server_name_is_ip) text += " (an address)";
  if (!hello.alpn.empty()) {
    text += ", protocols";
    for (const std::string& protocol : hello.alpn) text += " " + protocol;
  }
  if (hello.encrypted_client_hello) text += ", encrypted client hello: the name may be the outer one alone";
  if (hello.encrypted_server_name) text += ", encrypted server name";
  return text;
}

std::string describe(const wire::HelloState& state, std::size_t known) {
  if (const auto* hello = std::get_if<wire::ClientHello>(&state)) return describe(*hello);
  if (const auto* error = std::get_if<wire::DecodeError>(&state)) return refusal(*error);
  if (const auto* more = std::get_if<wire::NeedMore>(&state)) {
    if (more->until > known) {
      return fmt::format(
          "hello incomplete: {} bytes of at least {} without a hole, waiting for more segments", known,
          more->until);
    }
    return "hello incomplete: waiting for more";
  }
  return "no ClientHello";
}

/// TLS records at the front of a stream and the handshake message in them.
void explain_records(const Placed& placed, Trace& trace) {
  constexpr std::size_t record_header = 5;
  constexpr std::uint8_t handshake = 22;
  std::vector<std::uint8_t> joined;
  std::vector<std::size_t> places;  // of each joined byte, in `placed`
  std::size_t at = 0;
  while (at + record_header <= placed.bytes.size() && placed.bytes[at + 1] == 3) {
    const std::uint8_t type = placed.bytes[at];
    const std::size_t length = std::size_t{placed.bytes[at + 3]} << 8U | placed.bytes[at + 4];
    placed.note(trace, "tls record", at, record_header,
                fmt::format("content type {}, version 3.{}, {} bytes", type, placed.bytes[at + 2], length));
    const std::size_t until = std::min(at + record_header + length, placed.bytes.size());
    if (type != handshake) break;
    for (std::size_t i = at + record_header; i < until; ++i) {
      joined.push_back(placed.bytes[i]);
      places.push_back(i);
    }
    at = until;
  }
  for (wire::HelloPart& part : wire::hello_parts(joined)) {
    if (part.offset < places.size())
      placed.note(trace, "tls", places[part.offset], part.length, std::move(part.name));
  }
}

bool looks_like_tls(Bytes bytes) {
  return bytes.size() >= 2 && bytes[0] >= 20 && bytes[0] <= 23 && bytes[1] == 3;
}

bool explain_http(const Placed& placed, Trace& trace) {
  const auto read = wire::read_http_host(placed.bytes);
  if (std::holds_alternative<wire::NotHttp>(read)) return false;
  std::string meaning = "request head incomplete: waiting for its empty line";
  if (std::holds_alternative<wire::NoHost>(read)) meaning = "request without a host";
  if (const auto* host = std::get_if<net::HostName>(&read)) meaning = "request, host " + host->text();
  if (const auto* error = std::get_if<wire::DecodeError>(&read)) meaning = refusal(*error);
  placed.note(trace, "http", 0, 0, std::move(meaning));
  return true;
}

void explain_opening(Placed placed, Trace& trace) {
  if (const std::size_t proxy = wire::proxy_header_length(placed.bytes); proxy != 0) {
    placed.note(trace, "proxy", 0, proxy, "PROXY header of a load balancer");
    placed.bytes = placed.bytes.subspan(proxy);
    placed.first += proxy;
  }
  if (looks_like_tls(placed.bytes)) {
    explain_records(placed, trace);
    placed.note(trace, "tls", 0, 0, describe(wire::read_tls_prefix(placed.bytes), placed.bytes.size()));
    return;
  }
  if (explain_http(placed, trace)) return;
  placed.note(trace, "stream", 0, 0, "begins neither with TLS nor with an HTTP request");
}

/// Whether the opening was told by the bytes before this frame.
bool is_decided(Bytes before) {
  before = before.subspan(wire::proxy_header_length(before));
  if (before.empty()) return false;
  const bool tls = !std::holds_alternative<wire::NeedMore>(wire::read_tls_prefix(before));
  return tls && !std::holds_alternative<wire::HttpNeedMore>(wire::read_http_host(before));
}

void explain_later(const Placed& placed, Trace& trace) {
  trace.note("stream", placed.payload.first(0),
             fmt::format("byte {} of the stream, behind its opening", placed.here));
  const Placed alone{placed.payload, placed.here, placed.here, placed.payload.size(), placed.payload};
  if (looks_like_tls(placed.payload)) {
    explain_records(alone, trace);
  } else {
    static_cast<void>(explain_http(alone, trace));
  }
}

/// The DNS messages of which this frame brought a part.
void explain_dns_stream(const Placed& placed, Trace& trace) {
  std::size_t at = 0;
  while (const auto message = wire::dns::next_on_stream(placed.bytes, at)) {
    if (message->next > placed.here) {
      Placed inner = placed;
      inner.bytes = message->message;
      inner.first = placed.first + at + 2;
      explain_dns(inner, trace);
    }
    at = message->next;
  }
  if (at < placed.bytes.size()) {
    placed.note(trace, "dns", at, 0,
                fmt::format("message incomplete: {} bytes of it known", placed.bytes.size() - at));
  }
}

}  // namespace

Conversation::Conversation(wire::Transport transport, std::uint16_t from_port, std::uint16_t to_port)
    : transport_(transport), dns_(from_port == dns_port || to_port == dns_port), stream_(wire::hello_limit) {}

void Conversation::take(const wire::Datagram& datagram, Trace* trace) {
  if (transport_ == wire::Transport::tcp) take_segment(datagram, trace);
  if (transport_ == wire::Transport::udp) take_udp(datagram, trace);
}

void Conversation::take_segment(const wire::Datagram& datagram, Trace* trace) {
  const auto& tcp = datagram.tcp;
  const std::uint32_t sequence = tcp.sequence + (tcp.syn ? 1U : 0U);
  if (tcp.syn && first_ != sequence) {
    stream_ = wire::StreamPrefix(wire::hello_limit);
    stream_.anchor(sequence);
    first_ = sequence;
  }
  if (datagram.payload.empty()) return;
  if (!first_) {
    stream_.anchor(sequence, wire::Anchor::first_seen);
    first_ = sequence;
    if (trace != nullptr) trace->note("stream", datagram.payload.first(0), "its beginning was not captured");
  }
  const std::size_t here = sequence - *first_;
  const bool decided = !dns_ && is_decided(stream_.prefix().first(std::min(here, stream_.prefix().size())));
  const auto refused = stream_.add(sequence, datagram.payload);
  if (trace == nullptr) return;
  const Bytes prefix = stream_.prefix();
  const Placed placed{prefix, 0, here, datagram.payload.size(), datagram.payload};
  if (decided) {
    explain_later(placed, *trace);
  } else if (refused) {
    trace->note("stream", datagram.payload.first(0), refusal(*refused));
  } else if (here > prefix.size()) {
    trace->note(
        "stream", datagram.payload.first(0),
        fmt::format("byte {} of the stream; kept until those from {} on have come", here, prefix.size()));
  } else if (dns_) {
    explain_dns_stream(placed, *trace);
  } else {
    explain_opening(placed, *trace);
  }
}

void Conversation::take_udp(const wire::Datagram& datagram, Trace* trace) {
  if (dns_) {
    if (trace != nullptr)
      explain_dns({datagram.payload, 0, 0, datagram.payload.size(), datagram.payload}, *trace);
    return;
  }
  quic_.trace_into(trace);
  const wire::HelloState state = quic_.add(datagram.payload);
  quic_.trace_into(nullptr);
  if (trace != nullptr && wire::classify_quic(datagram.payload) == wire::QuicPacket::initial)
    trace->note("quic", datagram.payload.first(0), describe(state, 0));
}

}  // namespace edgewatch::tools

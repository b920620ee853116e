#include "explained.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace edgewatch::observe {
namespace {

using wire::Trace;

/// What the refusals of what carries names mean.
std::string_view why_of(wire::Malformation kind) {
  using wire::Malformation;
  switch (kind) {
    case Malformation::truncated:
      return "it ends before its fields do";
    case Malformation::dns_header:
      return "counts or flags that no message has";
    case Malformation::dns_name:
      return "a name with a pointer, label or length that RFC 1035 does not allow";
    case Malformation::dns_record:
      return "a record that does not fit its length";
    case Malformation::tls_record:
      return "no handshake record follows where the message goes on, or one that is too long";
    case Malformation::tls_handshake_length:
      return "a message longer than any hello";
    case Malformation::tls_client_hello:
      return "lengths within the hello that do not fit each other";
    case Malformation::server_name:
      return "the server_name extension is malformed, given twice, or not a name (RFC 6066 section 3)";
    case Malformation::hello_limit:
      return "more bytes, records or holes than a hello may have";
    case Malformation::stream_overlap:
      return "the same bytes came twice and were not the same";
    case Malformation::quic_header:
      return "no long header (RFC 9000 section 17.2)";
    case Malformation::quic_version:
      return "a version that cannot be opened";
    case Malformation::quic_protection:
      return "no key that follows from its connection ids opens it";
    case Malformation::quic_frame:
      return "a frame that an Initial may not hold, or that is cut";
    case Malformation::http_request:
      return "what servers read differently: a folded line, a bare CR or NUL, a space before the colon, or "
             "too long";
    case Malformation::http_host:
      return "no host can be read from the Host field, or two that disagree";
    default:
      return "it cannot be read";
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
  if (const auto* error = std::get_if<wire::DecodeError>(&state)) return refusal_of(*error);
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

std::string_view source_words(model::IdentitySign::Source source) {
  switch (source) {
    case model::IdentitySign::Source::dhcp:
      return "DHCP";
    case model::IdentitySign::Source::dhcpv6:
      return "DHCPv6";
    case model::IdentitySign::Source::radius:
      return "RADIUS";
    case model::IdentitySign::Source::kerberos:
      return "Kerberos";
    case model::IdentitySign::Source::arp:
      return "ARP";
    case model::IdentitySign::Source::ndp:
      break;
  }
  return "NDP";
}

std::string_view kind_words(model::IdentitySign::Kind kind) {
  switch (kind) {
    case model::IdentitySign::Kind::lease:
      return "lease";
    case model::IdentitySign::Kind::release:
      return "release";
    case model::IdentitySign::Kind::neighbour:
      return "neighbour";
    case model::IdentitySign::Kind::session_start:
      return "session start";
    case model::IdentitySign::Kind::session_update:
      return "session update";
    case model::IdentitySign::Kind::session_stop:
      return "session stop";
    case model::IdentitySign::Kind::sessions_over:
      return "all sessions over";
    case model::IdentitySign::Kind::ticket:
      return "ticket";
    case model::IdentitySign::Kind::ticket_refresh:
      break;
  }
  return "ticket refresh";
}

}  // namespace

std::string refusal_of(const wire::DecodeError& error) {
  return fmt::format("refused: {} at offset {}: {}", to_string(error.kind), error.offset, why_of(error.kind));
}

std::string words(const model::IdentitySign& sign) {
  std::string out = fmt::format("{} {}", source_words(sign.source), kind_words(sign.kind));
  out += ", address " + (sign.address ? sign.address->to_string() : std::string("none"));
  out += ", device " + (sign.mac ? sign.mac->to_string() : std::string("none"));
  if (sign.lifetime) out += fmt::format(", for {} s", sign.lifetime->count());
  if (!sign.account.empty()) out += ", an account";
  if (sign.source == model::IdentitySign::Source::radius)
    out += sign.authentic ? ", authentic" : ", not authentic: no person is named for it";
  return out;
}

void note_records(Bytes bytes, Trace& trace) {
  constexpr std::size_t record_header = 5;
  constexpr std::uint8_t handshake = 22;
  const auto begins_record = [&](std::size_t at) {
    return at + record_header <= bytes.size() && bytes[at] >= 20 && bytes[at] <= 23 && bytes[at + 1] == 3;
  };
  std::vector<std::uint8_t> joined;
  std::vector<std::size_t> places;  // of each joined byte
  for (std::size_t at = 0; begins_record(at);) {
    const std::uint8_t type = bytes[at];
    const std::size_t length = std::size_t{bytes[at + 3]} << 8U | bytes[at + 4];
    trace.note("tls record", bytes.subspan(at, record_header),
               fmt::format("content type {}, version 3.{}, {} bytes", type, bytes[at + 2], length));
    const std::size_t until = std::min(at + record_header + length, bytes.size());
    if (type != handshake) break;
    for (std::size_t i = at + record_header; i < until; ++i) {
      joined.push_back(bytes[i]);
      places.push_back(i);
    }
    at = until;
  }
  for (wire::HelloPart& part : wire::hello_parts(joined)) {
    if (part.offset >= places.size()) continue;
    const Bytes rest = bytes.subspan(places[part.offset]);
    trace.note("tls", rest.first(std::min(part.length, rest.size())), std::move(part.name));
  }
}

void note_hello(Bytes bytes, const wire::HelloState& state, Trace& trace) {
  note_records(bytes, trace);
  trace.note("tls", bytes.first(0), describe(state, bytes.size()));
}

void note_quic_hello(Bytes datagram, const wire::HelloState& state, Trace& trace) {
  trace.note("quic", datagram.first(0), describe(state, 0));
}

void note_request(Bytes bytes, const Request& read, Trace& trace) {
  std::string meaning = "request head incomplete: waiting for its empty line";
  std::size_t at = 0;
  if (std::holds_alternative<wire::NoHost>(read)) meaning = "request without a host";
  if (const auto* host = std::get_if<net::HostName>(&read)) meaning = "request, host " + host->text();
  if (const auto* error = std::get_if<wire::DecodeError>(&read)) {
    meaning = refusal_of(*error);
    at = std::min(error->offset, bytes.size());
  }
  trace.note("http", bytes.subspan(at, 0), std::move(meaning));
}

void note_dns(Bytes bytes, const Result<const wire::dns::Message*, wire::DecodeError>& parsed, Trace& trace) {
  constexpr std::size_t header = 12;
  if (!parsed) {
    trace.note("dns", bytes.subspan(std::min(parsed.error().offset, bytes.size()), 0),
               refusal_of(parsed.error()));
    return;
  }
  const wire::dns::Message& message = **parsed;
  trace.note(
      "dns", bytes.first(header),
      fmt::format("{}, id {}, opcode {}, rcode {}{}, {} questions, {} answers of interest{}",
                  message.response ? "response" : "query", message.id, message.opcode, message.rcode,
                  message.truncated ? ", truncated" : "", message.questions.size(), message.answers.size(),
                  message.answers_complete ? "" : ", answer section not read whole"));
  std::size_t at = header;
  for (const wire::dns::Question& question : message.questions) {
    // Labels, to the root or to a pointer; then type and class. The parser has checked all of it.
    std::size_t end = at;
    while (bytes[end] != 0 && bytes[end] < 0xc0) end += 1U + bytes[end];
    end += bytes[end] >= 0xc0 ? 2 : 1;
    trace.note("dns question", bytes.subspan(at, end + 4 - at),
               fmt::format("{} type {} class {}", question.qname.text(), question.qtype, question.qclass));
    at = end + 4;
  }
}

}  // namespace edgewatch::observe

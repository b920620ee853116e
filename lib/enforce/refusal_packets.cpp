#include "edgewatch/enforce/refusal_packets.hpp"

#include "edgewatch/base/text.hpp"
#include "edgewatch/wire/checksum.hpp"

#include <algorithm>
#include <string>

#include <fmt/format.h>

namespace edgewatch::enforce {
namespace {

constexpr std::uint8_t tcp = 6;
constexpr std::uint8_t udp = 17;
constexpr std::size_t most_payload = 1200;
constexpr std::uint8_t hop_limit = 64;

class Writer {
 public:
  Writer& number(std::uint64_t value, std::size_t width) {
    for (std::size_t i = width; i-- > 0;) out_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    return *this;
  }
  Writer& bytes(Bytes more) {
    out_.insert(out_.end(), more.begin(), more.end());
    return *this;
  }
  void put_u16(std::size_t at, std::uint16_t value) {
    out_.at(at) = static_cast<std::uint8_t>(value >> 8U);
    out_.at(at + 1) = static_cast<std::uint8_t>(value);
  }
  [[nodiscard]] Bytes view() const { return out_; }
  [[nodiscard]] Packet take() { return std::move(out_); }

 private:
  Packet out_;
};

std::uint16_t inverted_sum(Bytes bytes) { return static_cast<std::uint16_t>(~wire::internet_sum(bytes)); }

/// Over the pseudo-header of both families (RFC 9293 section 3.1, RFC 8200 section 8.1).
std::uint16_t checksum(const net::IpAddress& from, const net::IpAddress& to, std::uint8_t protocol,
                       Bytes segment) {
  Writer pseudo;
  pseudo.bytes(from.bytes()).bytes(to.bytes());
  if (from.is_v4()) {
    pseudo.number(protocol, 2).number(segment.size(), 2);
  } else {
    pseudo.number(segment.size(), 4).number(protocol, 4);
  }
  pseudo.bytes(segment);
  return inverted_sum(pseudo.view());
}

Packet ip_packet(const net::IpAddress& from, const net::IpAddress& to, std::uint8_t protocol, Bytes segment) {
  Writer out;
  if (from.is_v4()) {
    constexpr std::size_t header = 20;
    out.number(0x4500, 2).number(header + segment.size(), 2).number(0, 2).number(0x4000, 2);
    out.number(hop_limit, 1).number(protocol, 1).number(0, 2).bytes(from.bytes()).bytes(to.bytes());
    out.put_u16(10, inverted_sum(out.view()));
  } else {
    out.number(0x60000000, 4).number(segment.size(), 2).number(protocol, 1).number(hop_limit, 1);
    out.bytes(from.bytes()).bytes(to.bytes());
  }
  return out.bytes(segment).take();
}

struct TcpFields {
  std::uint32_t sequence = 0, acknowledgement = 0;
  std::uint8_t flags = 0;
};
constexpr std::uint8_t fin = 0x01;
constexpr std::uint8_t rst = 0x04;
constexpr std::uint8_t psh = 0x08;
constexpr std::uint8_t ack = 0x10;

Packet tcp_packet(const net::Endpoint& from, const net::Endpoint& to, const TcpFields& fields,
                  Bytes payload) {
  constexpr std::uint16_t window = 0xffff;
  constexpr std::size_t checksum_at = 16;
  Writer out;
  out.number(from.port, 2).number(to.port, 2).number(fields.sequence, 4).number(fields.acknowledgement, 4);
  out.number(0x5000U | fields.flags, 2).number(window, 2).number(0, 4).bytes(payload);
  out.put_u16(checksum_at, checksum(from.address, to.address, tcp, out.view()));
  return ip_packet(from.address, to.address, tcp, out.view());
}

/// Steps over a name (RFC 1035 section 4.1.4), believing nothing of it.
void skip_name(ByteReader& reader) {
  while (reader.ok()) {
    const std::uint8_t length = reader.u8();
    if (length >= 0xc0) return reader.skip(1);
    if (length == 0) return;
    reader.skip(length);
  }
}

/// The flags of the OPT record (RFC 6891) among so many records, where one stands there.
std::optional<std::uint16_t> opt_flags(ByteReader reader, std::size_t records) {
  constexpr std::uint16_t opt = 41;
  for (; records > 0 && reader.ok(); --records) {
    skip_name(reader);
    const bool found = reader.u16() == opt;
    reader.skip(4);  // size of answers; extended RCODE and version
    const std::uint16_t flags = reader.u16();
    reader.skip(reader.u16());
    if (found && reader.ok()) return flags;
  }
  return std::nullopt;
}

void add_soa(Writer& out) {
  constexpr std::uint16_t soa = 6;
  constexpr std::uint32_t minute = 60;
  // Of the question's own name, by a pointer; root as server and mailbox.
  out.number(0xc00c, 2).number(soa, 2).number(1, 2).number(minute, 4).number(22, 2).number(0, 2);
  out.number(1, 4).number(minute, 4).number(minute, 4).number(minute, 4).number(minute, 4);
}

void add_opt_with_error(Writer& out, std::uint16_t asked_flags) {
  constexpr std::string_view text = "Blocked by the organisation's policy";
  constexpr std::uint16_t extended_error = 15;  // RFC 8914 section 2
  constexpr std::uint16_t blocked = 15;         // section 4.16
  constexpr std::uint16_t dnssec_ok = 0x8000;   // repeated as it was (RFC 3225 section 3)
  out.number(0, 1).number(41, 2).number(1232, 2).number(0, 2).number(asked_flags & dnssec_ok, 2);
  out.number(6 + text.size(), 2);
  out.number(extended_error, 2).number(2 + text.size(), 2).number(blocked, 2);
  out.bytes(Bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

std::string paragraph(std::string_view label, std::string_view text) {
  return text.empty() ? std::string() : fmt::format("<p>{}{}</p>\n", label, html_text(text));
}

}  // namespace

std::optional<Packet> dns_refusal(Bytes query, DnsRefusal form) {
  ByteReader reader(query);
  const std::uint16_t id = reader.u16();
  const std::uint16_t flags = reader.u16();
  const std::uint16_t questions = reader.u16();
  const std::size_t records_before = std::size_t{reader.u16()} + reader.u16();
  const std::size_t additional = reader.u16();
  const std::size_t begin = reader.offset();
  skip_name(reader);
  reader.skip(4);
  constexpr std::uint16_t response_and_opcode = 0xf800;
  if (!reader.ok() || questions != 1 || (flags & response_and_opcode) != 0 || records_before != 0)
    return std::nullopt;
  const Bytes question = query.subspan(begin, reader.offset() - begin);
  const auto opt = opt_flags(reader, additional);

  constexpr std::uint16_t asked = 0x0110;          // RD and CD, as they were
  constexpr std::uint16_t refusal = 0x8480 | 0x3;  // QR, AA, RA, NXDOMAIN
  Writer out;
  out.number(id, 2).number(refusal | (flags & asked), 2).number(1, 2).number(0, 2);
  if (form == DnsRefusal::question_alone) return out.number(0, 4).bytes(question).take();
  out.number(1, 2);
  out.number(opt ? 1 : 0, 2).bytes(question);
  add_soa(out);
  if (opt) add_opt_with_error(out, *opt);
  return out.take();
}

Packet datagram_back(const wire::Datagram& datagram, Bytes answer) {
  constexpr std::size_t header = 8;
  constexpr std::size_t checksum_at = 6;
  Writer out;
  out.number(datagram.to.port, 2)
      .number(datagram.from.port, 2)
      .number(header + answer.size(), 2)
      .number(0, 2);
  out.bytes(answer);
  const std::uint16_t sum = checksum(datagram.to.address, datagram.from.address, udp, out.view());
  out.put_u16(checksum_at, sum == 0 ? 0xffff : sum);  // RFC 768: 0 says that there is none
  return ip_packet(datagram.to.address, datagram.from.address, udp, out.view());
}

std::vector<Packet> response_back(const wire::Datagram& segment, std::string_view response) {
  std::vector<Packet> out;
  TcpFields fields;
  fields.sequence = segment.tcp.acknowledgement;
  fields.acknowledgement = segment.tcp.sequence + static_cast<std::uint32_t>(segment.payload.size());
  for (Bytes rest(reinterpret_cast<const std::uint8_t*>(response.data()), response.size()); !rest.empty();) {
    const Bytes part = rest.first(std::min(rest.size(), most_payload));
    rest = rest.subspan(part.size());
    fields.flags = static_cast<std::uint8_t>(ack | psh | (rest.empty() ? fin : 0));
    out.push_back(tcp_packet(segment.to, segment.from, fields, part));
    fields.sequence += static_cast<std::uint32_t>(part.size());
  }
  return out;
}

Packet reset_onward(const wire::Datagram& segment) {
  return reset(segment.from, segment.to, segment.tcp.sequence, segment.tcp.acknowledgement);
}

Packet reset(const net::Endpoint& from, const net::Endpoint& to, std::uint32_t sequence,
             std::uint32_t acknowledgement) {
  return tcp_packet(from, to, {sequence, acknowledgement, rst | ack}, {});
}

std::string block_page(const PageText& text) {
  const std::string why = text.category.empty()
                              ? std::string("the organisation's policy for using the internet")
                              : fmt::format("the organisation's policy for using the internet (category: {})",
                                            html_text(text.category));
  const std::string body = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Not available here</title>\n"
      "<style>body{{font-family:sans-serif;max-width:38em;margin:4em auto;padding:0 1em;line-height:1.5}}"
      "</style></head><body>\n<h1>This site is not available here</h1>\n"
      "<p><strong>{}</strong> is held back by {}.</p>\n{}{}</body></html>\n",
      html_text(text.host), why, paragraph("Whom to ask: ", text.contact),
      paragraph("The policy, and what to do if you think that this is wrong or need the site for your work: ",
                text.appeal));
  return fmt::format(
      "HTTP/1.1 403 Forbidden\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n"
      "Cache-Control: no-store\r\nContent-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\n"
      "X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n{}",
      body.size(), body);
}

}  // namespace edgewatch::enforce

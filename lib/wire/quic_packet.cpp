#include "quic_packet.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace edgewatch::wire {
namespace quic {
namespace {

// Salts of draft-ietf-quic-tls (section 5.2 in each), RFC 9001 section 5.2 and RFC 9369 section 3.3.1; that
// of T051 is Google's own.
constexpr char salt_draft_22[] =
    "\x7f\xbc\xdb\x0e\x7c\x66\xbb\xe9\x19\x3a\x96\xcd\x21\x51\x9e\xbd\x7a\x02\x64\x4a";
constexpr char salt_draft_23[] =
    "\xc3\xee\xf7\x12\xc7\x2e\xbb\x5a\x11\xa7\xd2\x43\x2b\xb4\x63\x65\xbe\xf9\xf5\x02";
constexpr char salt_draft_29[] =
    "\xaf\xbf\xec\x28\x99\x93\xd2\x4c\x9e\x97\x86\xf1\x9c\x61\x11\xe0\x43\x90\xa8\x99";
constexpr char salt_v1[] = "\x38\x76\x2c\xf7\xf5\x59\x34\xb3\x4d\x17\x9a\xe6\xa4\xc8\x0c\xad\xcc\xbb\x7f\x0a";
constexpr char salt_v2[] = "\x0d\xed\xe3\xde\xf7\x00\xa6\xdb\x81\x93\x81\xbe\x6e\x26\x9d\xcb\xf9\xbd\x2e\xd9";
constexpr char salt_t051[] =
    "\x7a\x4e\xde\xf4\xe7\xcc\xee\x5f\xa4\x50\x6c\x19\x12\x4f\xc8\xcc\xda\x6e\x03\x3d";

constexpr std::uint32_t version_1 = 0x00000001;
constexpr std::uint32_t version_2 = 0x6b3343cf;
constexpr std::uint32_t draft_22 = 0xff000016;
constexpr std::uint32_t draft_34 = 0xff000022;
constexpr std::uint32_t t051 = 0x54303531;
// Facebook's mvfst: names of its own for drafts 22 and 27.
constexpr std::uint32_t mvfst_22 = 0xfaceb001;
constexpr std::uint32_t mvfst_27 = 0xfaceb002;
constexpr std::uint32_t mvfst_experiment = 0xfaceb00e;

constexpr std::uint8_t long_header = 0x80;
constexpr std::uint8_t fixed_bit = 0x40;

QuicPacket type_of(std::uint8_t first, const Version& version) {
  constexpr std::array order{QuicPacket::initial, QuicPacket::zero_rtt, QuicPacket::handshake,
                             QuicPacket::retry};
  const unsigned bits = (first >> 4) & 3U;
  return order[version.is_v2 ? (bits + 3) % 4 : bits];  // RFC 9369 section 3.2 counts from one
}

}  // namespace

std::optional<Version> version_of(std::uint32_t number) {
  switch (number) {
    case version_1:
      return Version{number, salt_v1, false};
    case version_2:
      return Version{number, salt_v2, true};
    case t051:
      return Version{number, salt_t051, false, 8};
    case mvfst_22:
      return Version{number, salt_draft_22, false};
    case mvfst_27:
    case mvfst_experiment:
      return Version{number, salt_draft_23, false};
    default:
      break;
  }
  if (number < draft_22 || number > draft_34) return std::nullopt;
  const std::uint32_t draft = number & 0xff;
  if (draft == 22) return Version{number, salt_draft_22, false};
  if (draft <= 28) return Version{number, salt_draft_23, false};
  if (draft <= 32) return Version{number, salt_draft_29, false};
  return Version{number, salt_v1, false};
}

std::uint64_t read_varint(ByteReader& reader) {
  const std::uint8_t first = reader.u8();
  std::uint64_t value = first & 0x3f;
  for (int more = (1 << (first >> 6)) - 1; more > 0; --more) value = value << 8 | reader.u8();
  return value;
}

Result<LongHeader, DecodeError> read_long_header(Bytes datagram) {
  ByteReader reader(datagram);
  const auto refuse = [&](Malformation kind) { return Failure{DecodeError{kind, reader.offset()}}; };
  const std::uint8_t first = reader.u8();
  const std::uint32_t number = reader.u32();
  if ((first & (long_header | fixed_bit)) != (long_header | fixed_bit))
    return refuse(Malformation::quic_header);
  if (!reader.ok()) return refuse(Malformation::truncated);
  const auto version = version_of(number);
  if (!version) return refuse(number == 0 ? Malformation::quic_header : Malformation::quic_version);

  LongHeader out{*version, type_of(first, *version), {}, {}, datagram, 0};
  for (const bool destination : {true, false}) {
    const std::size_t length = reader.u8();
    if (length > max_connection_id) return refuse(Malformation::quic_header);
    const Bytes id = reader.take(length);
    (destination ? out.destination : out.source) = id;
  }
  if (!reader.ok()) return refuse(Malformation::truncated);
  if (out.type == QuicPacket::retry) return out;  // to the end of the datagram
  if (out.type == QuicPacket::initial) {
    const std::uint64_t token = read_varint(reader);
    if (token > reader.remaining()) return refuse(Malformation::truncated);
    reader.skip(token);
  }
  const std::uint64_t length = read_varint(reader);
  if (!reader.ok() || length > reader.remaining()) return refuse(Malformation::truncated);
  out.number_offset = reader.offset();
  out.packet = datagram.first(out.number_offset + length);
  return out;
}

}  // namespace quic

bool looks_like_quic_initial(Bytes udp_payload) {
  const auto header = quic::read_long_header(udp_payload);
  return header && header->type == QuicPacket::initial;
}

bool is_quic_packet_to(Bytes udp_payload, Bytes connection_id) {
  if (udp_payload.empty()) return false;
  if ((udp_payload[0] & quic::long_header) != 0) {
    const auto header = quic::read_long_header(udp_payload);
    return header && header->type != QuicPacket::retry &&
           std::ranges::equal(header->destination, connection_id);
  }
  // A packet number and a sample for header protection (RFC 9001 section 5.4.2). The fixed bit may be 0 by
  // then (RFC 9287).
  constexpr std::size_t smallest_rest = 1 + 4 + 16;
  return udp_payload.size() >= connection_id.size() + smallest_rest &&
         std::ranges::equal(udp_payload.subspan(1, connection_id.size()), connection_id);
}

QuicPacket classify_quic(Bytes udp_payload) {
  if (udp_payload.empty()) return QuicPacket::not_quic;
  const std::uint8_t first = udp_payload[0];
  if ((first & quic::long_header) == 0)
    return (first & quic::fixed_bit) != 0 ? QuicPacket::short_header : QuicPacket::not_quic;
  ByteReader reader(udp_payload);
  reader.skip(1);
  const std::uint32_t number = reader.u32();
  reader.skip(reader.u8());
  reader.skip(reader.u8());
  if (!reader.ok()) return QuicPacket::not_quic;
  // RFC 8999 section 6: all but the highest bit of the first byte is arbitrary, then at least one version.
  if (number == 0)
    return reader.remaining() >= 4 && reader.remaining() % 4 == 0 ? QuicPacket::version_negotiation
                                                                  : QuicPacket::not_quic;
  const auto version = quic::version_of(number);
  if (!version || (first & quic::fixed_bit) == 0) return QuicPacket::not_quic;
  return quic::type_of(first, *version);
}

namespace {

std::string id_words(Bytes id) {
  std::string out;
  for (const std::uint8_t byte : id) out += fmt::format("{:02x}", byte);
  return out.empty() ? "empty" : out;
}

/// What every version has (RFC 8999 section 5.1); nothing where it is not there whole.
struct Invariants {
  std::uint32_t version = 0;
  Bytes destination, source, rest;
};
std::optional<Invariants> read_invariants(Bytes packet) {
  ByteReader reader(packet);
  Invariants out;
  reader.skip(1);
  out.version = reader.u32();
  out.destination = reader.take(reader.u8());
  out.source = reader.take(reader.u8());
  out.rest = reader.rest();
  return reader.ok() ? std::optional(out) : std::nullopt;
}

void note_long_header(Trace& trace, const quic::LongHeader& header) {
  constexpr std::array<std::string_view, 7> kinds{
      "not QUIC", "Initial", "0-RTT", "Handshake", "Retry", "Version Negotiation", "1-RTT"};
  const bool retry = header.type == QuicPacket::retry;
  trace.note("quic", header.packet,
             fmt::format("{}, version 0x{:08x}, destination connection id {}, source connection id {}{}",
                         kinds.at(static_cast<std::size_t>(header.type)), header.version.number,
                         id_words(header.destination), id_words(header.source),
                         retry ? ": the client is to begin anew with its token" : ""));
}

void note_version_negotiation(Trace& trace, Bytes packet, const Invariants& read) {
  std::string meaning =
      fmt::format("Version Negotiation, destination connection id {}, source connection id {}, offers",
                  id_words(read.destination), id_words(read.source));
  constexpr std::size_t most_named = 16;
  ByteReader versions(read.rest);
  for (std::size_t i = 0; i < most_named && versions.remaining() >= 4; ++i)
    meaning += fmt::format(" 0x{:08x}", versions.u32());
  if (versions.remaining() != 0) meaning += " and more";
  trace.note("quic", packet, std::move(meaning));
}

void note_unread(Trace& trace, Bytes packet, const DecodeError& error) {
  const auto read = read_invariants(packet);
  if (read && error.kind == Malformation::quic_version) {
    trace.note(
        "quic", packet,
        fmt::format("long header, version 0x{:08x}, destination connection id {}, source connection id {}",
                    read->version, id_words(read->destination), id_words(read->source)));
  }
  std::string_view why = "it ends before the packet does";
  if (error.kind == Malformation::quic_version) why = "a version that cannot be opened";
  if (error.kind == Malformation::quic_header) why = "no long header (RFC 9000 section 17.2)";
  trace.note("quic", packet.subspan(std::min(error.offset, packet.size()), 0),
             fmt::format("not read: {}: {}", to_string(error.kind), why));
}

/// What is no long header.
std::string words_of_others(Bytes rest) {
  constexpr std::uint8_t both_bits = quic::long_header | quic::fixed_bit;
  if (std::ranges::all_of(rest, [](std::uint8_t byte) { return byte == 0; }))
    return "zeros behind the packets";
  if ((rest[0] & both_bits) == quic::fixed_bit) return "short header: 1-RTT, encrypted, where this is QUIC";
  // Google's before the IETF's: a version, a connection id, then `Q043` and the like.
  constexpr std::uint8_t with_both = 0x09;
  constexpr std::size_t version_at = 9;
  if ((rest[0] & with_both) == with_both && rest.size() > version_at && rest[version_at] == 'Q')
    return "Google's own QUIC from before TLS: its names are not read";
  return "neither a long nor a short header of QUIC";
}

}  // namespace

void note_quic_packets(Bytes udp_payload, Trace& trace) {
  constexpr std::uint8_t both_bits = quic::long_header | quic::fixed_bit;
  if (classify_quic(udp_payload) == QuicPacket::version_negotiation) {
    if (const auto read = read_invariants(udp_payload)) note_version_negotiation(trace, udp_payload, *read);
    return;
  }
  Bytes rest = udp_payload;
  while (!rest.empty() && (rest[0] & both_bits) == both_bits) {
    const auto header = quic::read_long_header(rest);
    if (!header) {
      note_unread(trace, rest, header.error());
      return;
    }
    note_long_header(trace, *header);
    rest = rest.subspan(header->packet.size());
  }
  if (!rest.empty()) trace.note("quic", rest, words_of_others(rest));
}

}  // namespace edgewatch::wire

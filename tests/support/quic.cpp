#include "support/quic.hpp"

#include "support/tls.hpp"

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string_view>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>

namespace edgewatch::support {
namespace {

constexpr std::size_t tag_length = 16;
constexpr std::size_t length_field = 2;

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* handle) const {
    Free(handle);
  }
};
using Kdf = std::unique_ptr<EVP_KDF, Freed<EVP_KDF_free>>;
using KdfContext = std::unique_ptr<EVP_KDF_CTX, Freed<EVP_KDF_CTX_free>>;
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, Freed<EVP_CIPHER_CTX_free>>;

void must(bool fine) {
  if (!fine) throw std::runtime_error("OpenSSL refused a QUIC key or cipher");
}

OSSL_PARAM octets(const char* name, Bytes bytes) {
  return OSSL_PARAM_construct_octet_string(name, const_cast<std::uint8_t*>(bytes.data()), bytes.size());
}

Buffer hkdf(int mode, Bytes key, const char* extra_name, Bytes extra, std::size_t length) {
  const Kdf kdf(EVP_KDF_fetch(nullptr, "HKDF", nullptr));
  must(kdf != nullptr);
  const KdfContext context(EVP_KDF_CTX_new(kdf.get()));
  must(context != nullptr);
  std::string digest = "SHA256";
  const std::array<OSSL_PARAM, 5> parameters = {
      OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode),
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), 0),
      octets(OSSL_KDF_PARAM_KEY, key),
      octets(extra_name, extra),
      OSSL_PARAM_construct_end(),
  };
  Buffer out(length);
  must(EVP_KDF_derive(context.get(), out.data(), out.size(), parameters.data()) == 1);
  return out;
}

Buffer hkdf_extract(Bytes salt, Bytes secret) {
  return hkdf(EVP_KDF_HKDF_MODE_EXTRACT_ONLY, secret, OSSL_KDF_PARAM_SALT, salt, 32);
}

// RFC 8446 7.1, with an empty context.
Buffer hkdf_expand_label(Bytes secret, std::string_view label, std::size_t length) {
  ByteWriter info;
  info.u16(length);
  info.prefixed(1, [&](ByteWriter& text) { text.text("tls13 ").text(label); });
  info.u8(0);
  return hkdf(EVP_KDF_HKDF_MODE_EXPAND_ONLY, secret, OSSL_KDF_PARAM_INFO, info.view(), length);
}

Buffer salt_of(QuicVersion version) {
  if (version == QuicVersion::v2)
    return {0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93,
            0x81, 0xbe, 0x6e, 0x26, 0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9};
  return {0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17,
          0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a};
}

template <std::size_t N>
std::array<std::uint8_t, N> as_array(const Buffer& bytes) {
  std::array<std::uint8_t, N> out{};
  std::copy_n(bytes.begin(), N, out.begin());
  return out;
}

Buffer seal(const InitialKeys& keys, std::uint32_t packet_number, Bytes header, Bytes frames) {
  std::array<std::uint8_t, 12> nonce = keys.iv;
  for (std::size_t i = 0; i < 4; ++i) nonce[11 - i] ^= static_cast<std::uint8_t>(packet_number >> (8 * i));
  const CipherContext context(EVP_CIPHER_CTX_new());
  must(context != nullptr);
  must(EVP_EncryptInit_ex(context.get(), EVP_aes_128_gcm(), nullptr, keys.key.data(), nonce.data()) == 1);
  int written = 0;
  must(EVP_EncryptUpdate(context.get(), nullptr, &written, header.data(), static_cast<int>(header.size())) ==
       1);
  Buffer out(frames.size() + tag_length);
  must(EVP_EncryptUpdate(context.get(), out.data(), &written, frames.data(),
                         static_cast<int>(frames.size())) == 1);
  must(EVP_EncryptFinal_ex(context.get(), out.data() + written, &written) == 1);
  must(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, tag_length, out.data() + frames.size()) == 1);
  return out;
}

std::array<std::uint8_t, 16> header_mask(const InitialKeys& keys, Bytes sample) {
  const CipherContext context(EVP_CIPHER_CTX_new());
  must(context != nullptr);
  must(EVP_EncryptInit_ex(context.get(), EVP_aes_128_ecb(), nullptr, keys.header_protection.data(),
                          nullptr) == 1);
  std::array<std::uint8_t, 16> mask{};
  int written = 0;
  must(EVP_EncryptUpdate(context.get(), mask.data(), &written, sample.data(), 16) == 1);
  return mask;
}

enum class LongType : std::uint8_t { initial, handshake };

// RFC 9000 17.2 and, with other numbers for the same types, RFC 9369 3.2.
std::uint8_t long_header_byte(QuicVersion version, LongType type, std::uint8_t low_bits) {
  std::uint8_t number = type == LongType::initial ? 0 : 2;
  if (version == QuicVersion::v2) number = static_cast<std::uint8_t>(number + 1);
  return static_cast<std::uint8_t>(0xc0 | (number << 4) | low_bits);
}

void write_ids(ByteWriter& out, QuicVersion version, Bytes destination, Bytes source) {
  out.u32(static_cast<std::uint32_t>(version));
  out.u8(destination.size()).bytes(destination).u8(source.size()).bytes(source);
}

void write_length(ByteWriter& out, std::size_t length) { out.u16(0x4000 | length); }

struct Piece {
  std::size_t from = 0;
  std::size_t length = 0;
};

constexpr std::size_t crypto_frame_overhead = 1 + 2 + 2;  // at most, for a hello below 16 kB

std::vector<Piece> shuffled_pieces(std::size_t total, std::size_t most, Random& random) {
  std::vector<std::size_t> cuts = {0, total};
  const std::size_t count = most < 3 ? most : random.between((most + 1) / 2, most);
  while (cuts.size() < count + 1) {
    const std::size_t cut = 1 + random.below(total - 1);
    if (std::find(cuts.begin(), cuts.end(), cut) == cuts.end()) cuts.push_back(cut);
  }
  std::sort(cuts.begin(), cuts.end());
  std::vector<Piece> pieces;
  for (std::size_t i = 0; i + 1 < cuts.size(); ++i) pieces.push_back(Piece{cuts[i], cuts[i + 1] - cuts[i]});
  if (most > 1) random.shuffle(pieces);
  return pieces;
}

// Takes pieces from the front of the list while they fit into `room` bytes, cutting the last one.
std::vector<Buffer> frames_that_fit(std::vector<Piece>& pieces, Bytes hello, std::size_t room) {
  std::vector<Buffer> out;
  std::size_t used = 0;
  while (!pieces.empty() && used + crypto_frame_overhead + 1 <= room) {
    Piece& piece = pieces.front();
    const std::size_t taken = std::min(piece.length, room - used - crypto_frame_overhead);
    out.push_back(crypto_frame(piece.from, hello.subspan(piece.from, taken)));
    used += out.back().size();
    piece = Piece{piece.from + taken, piece.length - taken};
    if (piece.length == 0) pieces.erase(pieces.begin());
  }
  return out;
}

// Frames with PING and runs of PADDING between them, `size` bytes in all.
Buffer padded_between(const std::vector<Buffer>& frames, std::size_t size, Random& random) {
  std::size_t used = 0;
  for (const Buffer& frame : frames) used += frame.size();
  std::size_t spare = size - std::min(size, used);
  Buffer out;
  for (const Buffer& frame : frames) {
    append(out, frame);
    if (spare > 1 && random.chance(0.3)) {
      out.push_back(1);
      --spare;
    }
    const std::size_t padding = spare == 0 ? 0 : random.below(spare / 2 + 1);
    out.resize(out.size() + padding, 0);
    spare -= padding;
  }
  out.resize(out.size() + spare, 0);
  return out;
}

// RFC 9000 19.3: everything from 0 (or 1) to `largest` was received.
Buffer ack_frame(std::uint64_t largest, std::uint64_t below) {
  ByteWriter out;
  out.u8(2).varint(largest).varint(0).varint(0).varint(below);
  return std::move(out).take();
}

}  // namespace

InitialKeys initial_keys(QuicVersion version, Bytes connection_id, Sender sender) {
  const Buffer initial = hkdf_extract(salt_of(version), connection_id);
  const Buffer secret = hkdf_expand_label(initial, sender == Sender::client ? "client in" : "server in", 32);
  const bool second = version == QuicVersion::v2;
  InitialKeys keys;
  keys.key = as_array<16>(hkdf_expand_label(secret, second ? "quicv2 key" : "quic key", 16));
  keys.iv = as_array<12>(hkdf_expand_label(secret, second ? "quicv2 iv" : "quic iv", 12));
  keys.header_protection = as_array<16>(hkdf_expand_label(secret, second ? "quicv2 hp" : "quic hp", 16));
  return keys;
}

std::size_t initial_overhead(const InitialHeader& header) {
  ByteWriter token;
  token.varint(header.token.size());
  return 1 + 4 + 1 + header.destination.size() + 1 + header.source.size() + token.size() +
         header.token.size() + length_field + header.packet_number_length + tag_length;
}

Buffer protected_initial(const InitialHeader& header, const InitialKeys& keys, Bytes frames) {
  ByteWriter open;
  const auto number_bits = static_cast<std::uint8_t>(header.packet_number_length - 1);
  open.u8(long_header_byte(header.version, LongType::initial, number_bits));
  write_ids(open, header.version, header.destination, header.source);
  open.varint(header.token.size()).bytes(header.token);
  write_length(open, header.packet_number_length + frames.size() + tag_length);
  const std::size_t number_at = open.size();
  open.number(header.packet_number, header.packet_number_length);

  const Buffer sealed = seal(keys, header.packet_number, open.view(), frames);
  Buffer packet = std::move(open).take();
  append(packet, sealed);
  // RFC 9001 5.4.2: the sample starts four bytes after the packet number does, whatever its length.
  const auto mask = header_mask(keys, Bytes(packet).subspan(number_at + 4, 16));
  packet[0] = static_cast<std::uint8_t>(packet[0] ^ (mask[0] & 0x0f));
  for (std::size_t i = 0; i < header.packet_number_length; ++i) packet[number_at + i] ^= mask[i + 1];
  return packet;
}

Buffer crypto_frame(std::size_t offset, Bytes bytes) {
  ByteWriter out;
  out.u8(6).varint(offset).varint(bytes.size()).bytes(bytes);
  return std::move(out).take();
}

std::vector<Buffer> client_initials(Bytes hello, const QuicHelloOptions& options, Random& random) {
  const InitialKeys keys = initial_keys(options.version, options.destination, Sender::client);
  InitialHeader header;
  header.version = options.version;
  header.destination = options.destination;
  header.source = options.source;
  const std::size_t room = options.datagram - initial_overhead(header);
  std::vector<Piece> pieces = shuffled_pieces(hello.size(), options.pieces, random);
  std::vector<Buffer> datagrams;
  while (!pieces.empty()) {
    header.packet_number = static_cast<std::uint32_t>(datagrams.size() + 1);
    const Buffer frames = padded_between(frames_that_fit(pieces, hello, room), room, random);
    datagrams.push_back(protected_initial(header, keys, frames));
  }
  return datagrams;
}

std::vector<Buffer> server_initials(QuicVersion version, Bytes first_destination, Bytes client_id,
                                    Bytes server_id, std::size_t handshake, Random& random) {
  constexpr std::size_t datagram = 1200;
  const InitialKeys keys = initial_keys(version, first_destination, Sender::server);
  InitialHeader header;
  header.version = version;
  header.destination.assign(client_id.begin(), client_id.end());
  header.source.assign(server_id.begin(), server_id.end());
  const std::size_t room = datagram - initial_overhead(header);
  const Buffer hello = server_hello(Transport::quic, random);
  std::vector<Buffer> out;
  std::size_t sent = 0;
  while (sent < hello.size()) {
    Buffer frames = out.empty() ? ack_frame(2, 1) : Buffer{};
    const std::size_t taken = std::min(hello.size() - sent, room - frames.size() - crypto_frame_overhead);
    append(frames, crypto_frame(sent, Bytes(hello).subspan(sent, taken)));
    sent += taken;
    if (sent < hello.size()) frames.resize(room, 0);
    Buffer packet = protected_initial(header, keys, frames);
    ++header.packet_number;
    if (sent == hello.size() && packet.size() + 100 < datagram) {
      const std::size_t rest = datagram - packet.size();
      append(packet, handshake_packet(version, client_id, server_id, rest, random));
      handshake -= std::min(handshake, rest);
    }
    out.push_back(std::move(packet));
  }
  while (handshake > 0) {
    const std::size_t size = std::clamp(handshake, std::size_t{100}, datagram);
    out.push_back(handshake_packet(version, client_id, server_id, size, random));
    handshake -= std::min(handshake, size);
  }
  return out;
}

Buffer client_handshake(QuicVersion version, Bytes first_destination, Bytes client_id, Bytes server_id,
                        Random& random) {
  constexpr std::size_t finished = 110;
  InitialHeader header;
  header.version = version;
  header.destination.assign(server_id.begin(), server_id.end());
  header.source.assign(client_id.begin(), client_id.end());
  header.packet_number = 3;
  Buffer frames = ack_frame(1, 1);
  frames.resize(1200 - finished - initial_overhead(header), 0);
  Buffer out = protected_initial(header, initial_keys(version, first_destination, Sender::client), frames);
  append(out, handshake_packet(version, server_id, client_id, finished, random));
  return out;
}

Buffer handshake_packet(QuicVersion version, Bytes destination, Bytes source, std::size_t size,
                        Random& random) {
  ByteWriter out;
  // The low four bits lie under header protection: any value.
  out.u8(long_header_byte(version, LongType::handshake, static_cast<std::uint8_t>(random.below(16))));
  write_ids(out, version, destination, source);
  const std::size_t rest = size - out.size() - length_field;
  write_length(out, rest);
  Buffer packet = std::move(out).take();
  append_noise(packet, rest, random);
  return packet;
}

Buffer short_header_packet(Bytes destination, std::size_t size, Random& random) {
  Buffer packet = {static_cast<std::uint8_t>(0x40 | random.below(64))};
  append(packet, destination);
  append_noise(packet, size - packet.size(), random);
  return packet;
}

}  // namespace edgewatch::support

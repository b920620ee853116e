// Seals a client's Initial packets as RFC 9001 and RFC 9369 say, by way of OpenSSL's own HKDF: another road
// to the keys than the one under test. For tests and fuzz targets.
#pragma once

#include "protocol_builders.hpp"

#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

namespace edgewatch::wire::test {

inline void require(bool condition) {
  if (!condition) std::abort();
}

inline Buffer hkdf_extract(const Buffer& salt, const Buffer& key) {
  Buffer out(32);
  require(HMAC(EVP_sha256(), salt.data(), static_cast<int>(salt.size()), key.data(), key.size(), out.data(),
               nullptr) != nullptr);
  return out;
}
inline Buffer hkdf_expand_label(Buffer secret, std::string_view label, std::size_t length) {
  Buffer text;
  put(text, 2, length);
  put_vector(text, 1, view("tls13 " + std::string(label)));
  put_vector(text, 1, {});
  EVP_KDF* kdf = EVP_KDF_fetch(nullptr, "HKDF", nullptr);
  EVP_KDF_CTX* context = EVP_KDF_CTX_new(kdf);
  std::string digest = "SHA256";
  int mode = EVP_KDF_HKDF_MODE_EXPAND_ONLY;
  const std::array<OSSL_PARAM, 5> parameters{
      OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode),
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), 0),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, secret.data(), secret.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, text.data(), text.size()),
      OSSL_PARAM_construct_end()};
  Buffer out(length);
  require(EVP_KDF_derive(context, out.data(), out.size(), parameters.data()) == 1);
  EVP_KDF_CTX_free(context);
  EVP_KDF_free(kdf);
  return out;
}

struct QuicVersion {
  std::uint32_t number;
  const char* salt;
  const char* label;  // before `key`, `iv` and `hp`
  unsigned initial_type;
};
inline constexpr QuicVersion quic_v1{1, "38762cf7f55934b34d179ae6a4c80cadccbb7f0a", "quic ", 0};
inline constexpr QuicVersion quic_v2{0x6b3343cf, "0dede3def700a6db819381be6e269dcbf9bd2ed9", "quicv2 ", 1};
inline constexpr QuicVersion quic_draft_29{0xff00001d, "afbfec289993d24c9e9786f19c6111e04390a899", "quic ",
                                           0};

struct SealingKeys {
  Buffer key, iv, header;
};
inline SealingKeys sealing_keys(const QuicVersion& version, const Buffer& connection_id) {
  const Buffer initial = hkdf_extract(hex(version.salt), connection_id);
  const Buffer client = hkdf_expand_label(initial, "client in", 32);
  const std::string label = version.label;
  return {hkdf_expand_label(client, label + "key", 16), hkdf_expand_label(client, label + "iv", 12),
          hkdf_expand_label(client, label + "hp", 16)};
}

inline void put_varint(Buffer& out, std::uint64_t value) {
  if (value < 64) return put(out, 1, value);
  if (value < 16384) return put(out, 2, value | 0x4000);
  if (value < (1ULL << 30)) return put(out, 4, value | 0x80000000);
  put(out, 8, value | 0xc000000000000000);
}
inline Buffer crypto_frame(std::uint64_t offset, Bytes bytes) {
  Buffer out{6};
  put_varint(out, offset);
  put_varint(out, bytes.size());
  out << bytes;
  return out;
}

struct InitialSpec {
  QuicVersion version = quic_v1;
  Buffer destination = hex("8394c8f03e515708");
  Buffer source{};
  Buffer token{};
  std::uint32_t number = 0;
  std::size_t number_size = 4;
  std::size_t pad_frames_to = 1162;  // makes datagrams of 1,200 bytes with the defaults above
};

/// One protected Initial packet with these frames, under keys of the caller's choice.
inline Buffer seal_initial(const InitialSpec& spec, const SealingKeys& keys, Buffer frames) {
  if (frames.size() < spec.pad_frames_to) frames.resize(spec.pad_frames_to, 0);
  Buffer packet;
  put(packet, 1, 0xc0 | spec.version.initial_type << 4 | (spec.number_size - 1));
  put(packet, 4, spec.version.number);
  put_vector(packet, 1, spec.destination);
  put_vector(packet, 1, spec.source);
  put_varint(packet, spec.token.size());
  packet << Bytes(spec.token);
  put(packet, 2, 0x4000 | (spec.number_size + frames.size() + 16));
  const std::size_t number_at = packet.size();
  put(packet, spec.number_size, spec.number);

  Buffer nonce = keys.iv;
  for (std::size_t i = 0; i < 4; ++i)
    nonce[11 - i] = static_cast<std::uint8_t>(nonce[11 - i] ^ (spec.number >> 8 * i));
  Buffer sealed(frames.size() + 16);
  int length = 0;
  EVP_CIPHER_CTX* aead = EVP_CIPHER_CTX_new();
  require(EVP_EncryptInit_ex(aead, EVP_aes_128_gcm(), nullptr, keys.key.data(), nonce.data()) == 1);
  require(EVP_EncryptUpdate(aead, nullptr, &length, packet.data(), static_cast<int>(packet.size())) == 1);
  require(EVP_EncryptUpdate(aead, sealed.data(), &length, frames.data(), static_cast<int>(frames.size())) ==
          1);
  require(EVP_EncryptFinal_ex(aead, sealed.data() + length, &length) == 1);
  require(EVP_CIPHER_CTX_ctrl(aead, EVP_CTRL_AEAD_GET_TAG, 16, sealed.data() + frames.size()) == 1);
  EVP_CIPHER_CTX_free(aead);
  packet << Bytes(sealed);

  std::array<std::uint8_t, 16> mask{};
  EVP_CIPHER_CTX* block = EVP_CIPHER_CTX_new();
  require(EVP_EncryptInit_ex(block, EVP_aes_128_ecb(), nullptr, keys.header.data(), nullptr) == 1);
  require(EVP_EncryptUpdate(block, mask.data(), &length, packet.data() + number_at + 4, 16) == 1);
  EVP_CIPHER_CTX_free(block);
  packet[0] = static_cast<std::uint8_t>(packet[0] ^ (mask[0] & 0x0f));
  for (std::size_t i = 0; i < spec.number_size; ++i)
    packet[number_at + i] = static_cast<std::uint8_t>(packet[number_at + i] ^ mask[1 + i]);
  return packet;
}
/// Under the keys of its own connection id, as a first Initial is.
inline Buffer seal_initial(const InitialSpec& spec, const Buffer& frames) {
  return seal_initial(spec, sealing_keys(spec.version, spec.destination), frames);
}

}  // namespace edgewatch::wire::test

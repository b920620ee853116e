#include "quic_keys.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <memory>
#include <new>
#include <stdexcept>
#include <string_view>

#define OPENSSL_SUPPRESS_DEPRECATED  // of SHA-256 without EVP
#include <openssl/evp.h>
#include <openssl/sha.h>

namespace edgewatch::wire::quic {
namespace {

constexpr std::size_t hash_size = 32;
constexpr std::size_t block_size = 64;
constexpr std::size_t tag_size = 16;
constexpr std::size_t sample_size = 16;
constexpr std::size_t max_number = 4;

using Digest = std::array<std::uint8_t, hash_size>;

template <auto release>
struct Release {
  template <class T>
  void operator()(T* pointer) const {
    release(pointer);
  }
};
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, Release<EVP_CIPHER_CTX_free>>;

/// OpenSSL refuses only when it has no memory or no such algorithm: the world's fault, not that of the bytes.
void must(bool done) {
  if (!done) throw std::runtime_error("OpenSSL cannot provide SHA-256 or AES-128");
}

/// HMAC (RFC 2104) with SHA-256 under one key of at most a block, for several messages: what the key makes of
/// both hashes is kept. By the functions that OpenSSL 3 discourages, because EVP allots a context for each
/// hash, which costs as much as all the hashing of an Initial.
class Hmac {
 public:
  explicit Hmac(Bytes key) {
    assert(key.size() <= block_size);
    std::array<std::uint8_t, block_size> pad{};
    std::copy(key.begin(), key.end(), pad.begin());
    for (auto& byte : pad) byte ^= 0x36;
    begin(inner_, pad);
    for (auto& byte : pad) byte ^= 0x36 ^ 0x5c;
    begin(outer_, pad);
  }
  [[nodiscard]] Digest of(Bytes message) const { return finish(outer_, finish(inner_, message)); }

 private:
  static void begin(SHA256_CTX& state, Bytes pad) {
    must(SHA256_Init(&state) == 1 && SHA256_Update(&state, pad.data(), pad.size()) == 1);
  }
  static Digest finish(SHA256_CTX state, Bytes rest) {
    Digest out{};
    must(SHA256_Update(&state, rest.data(), rest.size()) == 1 && SHA256_Final(out.data(), &state) == 1);
    return out;
  }

  SHA256_CTX inner_{};
  SHA256_CTX outer_{};
};

/// The OpenSSL side of one thread. Fetching an algorithm and making a context cost more than opening a
/// packet, so both are done once.
class Engine {
 public:
  Engine() : mask_(EVP_CIPHER_CTX_new()), aead_(EVP_CIPHER_CTX_new()) {
    must(mask_ && aead_);
    must(EVP_EncryptInit_ex(mask_.get(), EVP_aes_128_ecb(), nullptr, nullptr, nullptr) == 1);
    must(EVP_DecryptInit_ex(aead_.get(), EVP_aes_128_gcm(), nullptr, nullptr, nullptr) == 1);
  }

  std::array<std::uint8_t, sample_size> header_mask(const ClientKeys& keys, Bytes sample) {
    std::array<std::uint8_t, sample_size> mask{};
    int length = 0;
    must(EVP_EncryptInit_ex(mask_.get(), nullptr, nullptr, keys.header.data(), nullptr) == 1);
    must(EVP_EncryptUpdate(mask_.get(), mask.data(), &length, sample.data(), static_cast<int>(sample_size)) ==
         1);
    return mask;
  }

  /// AES-128-GCM; nothing when the tag is wrong.
  std::optional<Bytes> open(const ClientKeys& keys, Bytes nonce, Bytes associated, Bytes sealed) {
    const Bytes body = sealed.first(sealed.size() - tag_size);
    std::array<std::uint8_t, tag_size> tag{};
    std::copy(sealed.end() - tag_size, sealed.end(), tag.begin());
    if (plain_.size() < body.size()) plain_.resize(body.size());
    auto* context = aead_.get();
    int length = 0;
    must(EVP_DecryptInit_ex(context, nullptr, nullptr, keys.key.data(), nonce.data()) == 1);
    must(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, static_cast<int>(tag_size), tag.data()) == 1);
    must(EVP_DecryptUpdate(context, nullptr, &length, associated.data(),
                           static_cast<int>(associated.size())) == 1);
    must(EVP_DecryptUpdate(context, plain_.data(), &length, body.data(), static_cast<int>(body.size())) == 1);
    if (EVP_DecryptFinal_ex(context, plain_.data() + length, &length) != 1) return std::nullopt;
    return Bytes(plain_.data(), body.size());
  }

 private:
  CipherContext mask_;
  CipherContext aead_;
  std::vector<std::uint8_t> plain_;
};

Engine& engine() {
  thread_local Engine of_this_thread;
  return of_this_thread;
}

/// HKDF-Expand-Label (RFC 8446 section 7.1) with an empty context, for at most one hash of output.
Digest expand_label(const Hmac& secret, std::string_view label, std::size_t length) {
  constexpr std::string_view prefix = "tls13 ";
  std::array<std::uint8_t, 32> text{};
  std::size_t at = 0;
  const auto put = [&](std::string_view bytes) {
    std::memcpy(text.data() + at, bytes.data(), bytes.size());
    at += bytes.size();
  };
  text[at++] = 0;
  text[at++] = static_cast<std::uint8_t>(length);
  text[at++] = static_cast<std::uint8_t>(prefix.size() + label.size());
  put(prefix);
  put(label);
  text[at++] = 0;  // the context
  text[at++] = 1;  // the first block of HKDF-Expand (RFC 5869 section 2.3)
  return secret.of(Bytes(text).first(at));
}

template <std::size_t n>
void expand_into(std::array<std::uint8_t, n>& out, const Hmac& secret, std::string_view label) {
  const Digest block = expand_label(secret, label, n);
  std::copy_n(block.begin(), n, out.begin());
}

}  // namespace

ClientKeys derive_client_keys(const Version& version, Bytes connection_id) {
  const Bytes salt(reinterpret_cast<const std::uint8_t*>(version.salt), salt_size);
  const Hmac initial(Hmac(salt).of(connection_id));
  const Hmac client(expand_label(initial, "client in", hash_size));
  ClientKeys keys;
  expand_into(keys.key, client, version.is_v2 ? "quicv2 key" : "quic key");
  expand_into(keys.iv, client, version.is_v2 ? "quicv2 iv" : "quic iv");
  expand_into(keys.header, client, version.is_v2 ? "quicv2 hp" : "quic hp");
  return keys;
}

bool is_long_enough(const LongHeader& header) {
  // The sample is taken as if the packet number had four bytes.
  return header.packet.size() >= header.number_offset + max_number + sample_size;
}

std::optional<OpenedInitial> open_initial(const ClientKeys& keys, const LongHeader& header) {
  const Bytes packet = header.packet;
  if (!is_long_enough(header)) return std::nullopt;
  const auto mask =
      engine().header_mask(keys, packet.subspan(header.number_offset + max_number, sample_size));
  const auto first = static_cast<std::uint8_t>(packet[0] ^ (mask[0] & 0x0f));
  const std::size_t number_size = (first & 3U) + 1U;
  const std::size_t header_size = header.number_offset + number_size;
  if (packet.size() <= header_size + tag_size)
    return std::nullopt;  // without a frame: RFC 9000 section 12.4 forbids it

  // The header as it was before protection is what the packet's seal covers. It is small unless there is a
  // long token.
  std::array<std::uint8_t, 256> small{};
  std::vector<std::uint8_t> large;
  if (header_size > small.size()) large.resize(header_size);
  std::uint8_t* const clear = large.empty() ? small.data() : large.data();
  std::copy_n(packet.begin(), header_size, clear);
  clear[0] = first;
  auto nonce = keys.iv;
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < number_size; ++i) {
    clear[header.number_offset + i] ^= mask[1 + i];
    number = number << 8U | clear[header.number_offset + i];
    nonce[nonce.size() - number_size + i] ^= clear[header.number_offset + i];
  }
  const auto frames = engine().open(keys, nonce, Bytes(clear, header_size), packet.subspan(header_size));
  if (!frames) return std::nullopt;
  return OpenedInitial{*frames, number};
}

}  // namespace edgewatch::wire::quic

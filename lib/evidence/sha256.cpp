#include "sha256.hpp"

#include <charconv>
#include <memory>
#include <stdexcept>

#include <openssl/evp.h>
#include <openssl/rand.h>

namespace edgewatch::evidence {

store::Digest sha256(std::initializer_list<Bytes> parts) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  store::Digest digest{};
  bool fine = context && EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1;
  for (const Bytes part : parts)
    fine = fine && EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1;
  unsigned int size = 0;
  fine = fine && EVP_DigestFinal_ex(context.get(), digest.data(), &size) == 1 && size == digest.size();
  if (!fine)
    throw std::runtime_error("SHA-256 is not available from OpenSSL; the audit log cannot be written");
  return digest;
}

store::Salt fresh_salt() {
  store::Salt salt{};
  if (RAND_bytes(salt.data(), static_cast<int>(salt.size())) != 1) {
    throw std::runtime_error("OpenSSL has no randomness; the audit log cannot be written");
  }
  return salt;
}

std::string hex(Bytes bytes) {
  constexpr const char* digits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    text += digits[byte >> 4U];
    text += digits[byte & 15U];
  }
  return text;
}

bool from_hex(std::string_view text, std::span<std::uint8_t> bytes) {
  if (text.size() != bytes.size() * 2) return false;
  const char* at = text.data();
  for (std::uint8_t& byte : bytes) {
    const auto read = std::from_chars(at, at + 2, byte, 16);
    if (read.ec != std::errc() || read.ptr != at + 2) return false;
    at += 2;
  }
  return true;
}

}  // namespace edgewatch::evidence

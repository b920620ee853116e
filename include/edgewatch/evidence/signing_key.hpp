// The daemon's Ed25519 key (RFC 8032): heads of the audit chain and disclosures are signed with it, and
// anybody who has the public half can check them. Owns the key in memory; any thread.
#pragma once

#include "edgewatch/base/bytes.hpp"
#include "edgewatch/store/audit_store.hpp"

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace edgewatch::evidence {

using Signature = std::array<std::uint8_t, 64>;

class PublicKey {
 public:
  using Raw = std::array<std::uint8_t, 32>;
  explicit PublicKey(const Raw& raw) : raw_(raw) {}
  /// From a PEM text (SubjectPublicKeyInfo, RFC 8410); nothing for any other text or kind of key.
  static std::optional<PublicKey> parse(std::string_view pem);
  [[nodiscard]] std::string pem() const;
  /// First half of the key's SHA-256, 32 hexadecimal digits: what is compared by eye.
  [[nodiscard]] std::string fingerprint() const;
  [[nodiscard]] bool verifies(Bytes message, const Signature& signature) const;
  bool operator==(const PublicKey&) const = default;

 private:
  Raw raw_;
};

class SigningKey {
 public:
  enum class Origin : std::uint8_t { read, made };
  /// Reads the key, or makes it (0600, whole or not at all). An empty path: a key of this run alone. Throws
  /// store::StoreError: 78 for a file that is not such a key or that others may read, 74 where it cannot be
  /// kept.
  explicit SigningKey(const std::filesystem::path& file);
  [[nodiscard]] Signature sign(Bytes message) const;
  [[nodiscard]] const PublicKey& public_key() const { return public_key_; }
  [[nodiscard]] Origin origin() const { return origin_; }

 private:
  Origin origin_ = Origin::read;
  std::shared_ptr<void> key_;
  PublicKey public_key_;
};

}  // namespace edgewatch::evidence

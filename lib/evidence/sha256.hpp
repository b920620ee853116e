// SHA-256 (FIPS 180-4) and random salts, from OpenSSL. Private to this module; any thread.
#pragma once

#include "edgewatch/base/bytes.hpp"
#include "edgewatch/store/audit_store.hpp"

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace edgewatch::evidence {

[[nodiscard]] inline Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
/// Of the parts one after the other. Throws std::runtime_error where the library has none.
[[nodiscard]] store::Digest sha256(std::initializer_list<Bytes> parts);
/// From the kernel's generator by way of OpenSSL. Throws std::runtime_error where there is no randomness: an
/// unsalted commitment would be worse.
[[nodiscard]] store::Salt fresh_salt();
[[nodiscard]] std::string hex(Bytes bytes);
/// Whether the text is just so many bytes; else what is in `bytes` is worth nothing.
[[nodiscard]] bool from_hex(std::string_view text, std::span<std::uint8_t> bytes);

}  // namespace edgewatch::evidence

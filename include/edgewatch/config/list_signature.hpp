// Whether a list is by whom the operator trusts: detached Ed25519 signatures as minisign(1) and rsign make
// them. Pure functions; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace edgewatch::config {

/// Whether it is a public key as `minisign -G` prints it (`RW...`).
[[nodiscard]] bool is_public_key(std::string_view text);

/// Nothing where `signature`, the text of a .minisig file, is by the holder of that key, of these bytes and
/// of its own trusted comment; else why not, in words. Precondition: is_public_key(public_key).
[[nodiscard]] std::optional<std::string> signature_doubt(std::string_view bytes, std::string_view signature,
                                                         std::string_view public_key);

}  // namespace edgewatch::config

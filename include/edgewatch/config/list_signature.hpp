// Whether a list is by whom the operator trusts: detached Ed25519 signatures as minisign(1) and rsign make
// them, and digests that a publisher gives. Pure functions; any thread.
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

/// The SHA-256 in hex that a publisher gives in a text as sha256sum(1) prints it: the first word of the line
/// that names the last part of `path`, or of the only line where that names nothing.
[[nodiscard]] std::optional<std::string> published_digest(std::string_view text, std::string_view path);

}  // namespace edgewatch::config

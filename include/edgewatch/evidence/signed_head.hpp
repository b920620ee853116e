// The head of the audit chain, signed, as it leaves the machine: kept elsewhere it shows later that nothing
// before it was changed or cut off. Values and pure functions; any thread.
#pragma once

#include "edgewatch/evidence/audit_log.hpp"
#include "edgewatch/evidence/signing_key.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edgewatch::evidence {

/// `root` is that of the RFC 9162 tree over all entries' hashes: some entries can be shown to be in the chain
/// without showing the others.
struct SignedHead {
  AuditHead head;
  store::Digest root{};
  Timestamp at;     ///< of signing, UTC, as the daemon's clock said
  std::string key;  ///< fingerprint
  Signature signature{};
  bool operator==(const SignedHead&) const = default;
};

[[nodiscard]] SignedHead sign(const SigningKey& key, const AuditHead& head, const store::Digest& root,
                              Timestamp at);
[[nodiscard]] bool verifies(const PublicKey& key, const SignedHead& head);

/// One line without its end: `edgewatch-head-1 12:<hash> <root> 2026-11-20T12:00:00Z <key> <signature>`. The
/// signature is of what stands before the last blank.
[[nodiscard]] std::string to_string(const SignedHead& head);
[[nodiscard]] std::optional<SignedHead> parse_signed_head(std::string_view line);

/// The heads in a text of lines, as the journal, a file or a person gives them: signed ones wherever they
/// stand in a line, and `12:<hash>` alone on one. A line that begins one and is none is a fault.
struct HeadsFromOutside {
  std::vector<SignedHead> of_the_key;
  std::vector<AuditHead> unsigned_ones;
  std::string fault;  ///< in words; empty where there is none
};
[[nodiscard]] HeadsFromOutside heads_in(std::string_view text, const PublicKey& key);

}  // namespace edgewatch::evidence

#include "edgewatch/evidence/signed_head.hpp"

#include "edgewatch/base/text.hpp"

#include "sha256.hpp"

#include <fmt/format.h>

namespace edgewatch::evidence {
namespace {

constexpr std::string_view form = "edgewatch-head-1";

std::string signed_part(const SignedHead& head) {
  return fmt::format("{} {} {} {} {}", form, to_string(head.head), hex(head.root),
                     format_rfc3339(std::chrono::floor<std::chrono::seconds>(head.at)), head.key);
}

bool is_fingerprint(std::string_view text) {
  return text.size() == 32 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

SignedHead sign(const SigningKey& key, const AuditHead& head, const store::Digest& root, Timestamp at) {
  SignedHead out{
      head, root, std::chrono::floor<std::chrono::seconds>(at), key.public_key().fingerprint(), {}};
  out.signature = key.sign(bytes_of(signed_part(out)));
  return out;
}

bool verifies(const PublicKey& key, const SignedHead& head) {
  return head.key == key.fingerprint() && key.verifies(bytes_of(signed_part(head)), head.signature);
}

std::string to_string(const SignedHead& head) {
  return fmt::format("{} {}", signed_part(head), hex(head.signature));
}

std::optional<SignedHead> parse_signed_head(std::string_view line) {
  const auto parts = split(line, ' ');
  if (parts.size() != 6 || parts[0] != form) return std::nullopt;
  const auto head = parse_audit_head(std::string(parts[1]));
  const auto at = parse_rfc3339(parts[3]);
  SignedHead out;
  if (!head || !at || !is_fingerprint(parts[4]) || !from_hex(parts[2], out.root) ||
      !from_hex(parts[5], out.signature))
    return std::nullopt;
  out.head = *head;
  out.at = *at;
  out.key = std::string(parts[4]);
  // One spelling alone, so that what is shown is what was signed.
  if (to_string(out) != line) return std::nullopt;
  return out;
}

HeadsFromOutside heads_in(std::string_view text, const PublicKey& key) {
  HeadsFromOutside out;
  std::size_t number = 0;
  for (std::string_view line : split(text, '\n')) {
    ++number;
    line = trim(line);
    const std::size_t at = line.find(form);
    if (at != std::string_view::npos) {
      const auto head = parse_signed_head(line.substr(at));
      if (!head || !verifies(key, *head)) {
        out.fault = fmt::format("line {}: {}", number,
                                head ? "the head was not signed with the key of this machine, or was changed "
                                       "since"
                                     : "the head is not whole");
        return out;
      }
      out.of_the_key.push_back(*head);
    } else if (const auto bare = parse_audit_head(std::string(line))) {
      out.unsigned_ones.push_back(*bare);
    }
  }
  if (out.of_the_key.empty() && out.unsigned_ones.empty()) out.fault = "there is no head in it";
  return out;
}

}  // namespace edgewatch::evidence

// A host name, parsed and normalised once at the byte boundary (ARCHITECTURE D10). Owns its text; a value;
// any thread.
#pragma once

#include "edgewatch/base/bytes.hpp"

#include <array>
#include <compare>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edgewatch::net {

/// Kept as canonical presentation text (RFC 1035 5.1, RFC 4343): ASCII lower case, no trailing dot, `.` for
/// the root; letters, digits, `-` and `_` bare; every other byte of a label, a dot included, as `\DDD`. So a
/// bare dot always parts two labels, and the label `facebook.com` can never pass for two.
class HostName {
 public:
  HostName() = default;  ///< the root

  /// From labels as the wire carries them. Nothing when a label is empty or over 63 bytes, or the name over
  /// 255 (RFC 1035 2.3.4).
  static std::optional<HostName> from_labels(const std::vector<Bytes>& labels);
  /// From a name as TLS, QUIC and HTTP carry it: bytes with dots between labels. One trailing dot is taken
  /// off. Nothing when it is empty, has an empty label, a label over 63 bytes or is over 253 bytes long. Odd
  /// bytes are kept, escaped.
  static std::optional<HostName> from_dotted(std::string_view bytes);
  /// From what a person typed in a list or a command: Unicode is taken to A-labels (UTS 46 non-transitional,
  /// libidn2). Nothing when the result is not a valid host name.
  static std::optional<HostName> from_user(std::string_view text);
  /// Whether from_user surely gives exactly this text back: labels of lower-case letters, digits, underscores
  /// and single hyphens within, no digit at the end. Lists have millions of names, and most are so.
  [[nodiscard]] static bool is_plain(std::string_view text);

  [[nodiscard]] const std::string& text() const { return text_; }
  /// Whether this is the root.
  [[nodiscard]] bool is_root() const { return text_ == "."; }
  /// Whether every label is letters, digits, hyphens or underscores, so that it may be matched at all.
  [[nodiscard]] bool is_matchable() const;
  /// Whether the text is an IPv4 or IPv6 literal (never a name; RFC 6066 section 3 forbids it as
  /// server_name).
  [[nodiscard]] bool is_ip_literal() const;
  /// Whether this name is `ancestor` or lies below it, label by label.
  [[nodiscard]] bool is_at_or_below(const HostName& ancestor) const;
  /// The text of this name without its first `n` labels, a view good as long as this name; `.` when none are
  /// left.
  [[nodiscard]] std::string_view suffix(std::size_t n) const;
  [[nodiscard]] std::size_t label_count() const;

  auto operator<=>(const HostName&) const = default;

 private:
  friend class HostNameBuilder;
  std::string text_ = ".";
};

/// Puts a name together label by label, without allocating.
class HostNameBuilder {
 public:
  void clear() {
    size_ = 0;
    wire_ = 1;
  }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  /// The next label, as the wire carries it; false where the name cannot be one any more (see from_labels).
  [[nodiscard]] bool add(Bytes label);
  /// The next labels together, each behind its length as DNS carries them (RFC 1035 section 3.1), without the
  /// root. Precondition: the lengths are 1 to 63 and end where `labels` ends.
  [[nodiscard]] bool add_run(Bytes labels);
  /// The labels so far, the root when there are none, into a name whose memory is used again.
  void build(HostName& name) const;

 private:
  static constexpr std::size_t block = 16;  ///< bytes that are looked at together
  /// A dot before each label. At most every byte as \DDD.
  std::array<char, std::size_t{4} * 255 + block> text_;
  std::size_t size_ = 0;
  std::size_t wire_ = 1;  ///< as on the wire, length bytes and root included
};

}  // namespace edgewatch::net

template <>
struct std::hash<edgewatch::net::HostName> {
  std::size_t operator()(const edgewatch::net::HostName& name) const noexcept {
    return std::hash<std::string>{}(name.text());
  }
};

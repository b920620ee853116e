// Syslog as it arrives: frames of a stream (RFC 6587), and one message (RFC 5424, RFC 3164). Pure but for the
// framer, which keeps what has not ended; views are good as long as the bytes given. One thread.
#pragma once

#include "edgewatch/base/time.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edgewatch::runtime {

struct SyslogMessage {
  std::optional<Timestamp> at;  ///< where the header says when
  std::string_view host;        ///< as it calls itself; empty or `-` where it does not
  std::string_view structured;  ///< STRUCTURED-DATA (RFC 5424 section 6.3), brackets included
  std::string_view text;        ///< MSG, a byte order mark taken off
};

/// `near` settles the year that RFC 3164 leaves out. A time without a zone is taken for Europe/London.
/// Nothing where the bytes are no syslog: no priority, or an RFC 5424 header that does not hold.
[[nodiscard]] std::optional<SyslogMessage> parse_syslog(std::string_view message, Timestamp near);

/// A param's value of STRUCTURED-DATA, in any element, escapes taken off; nothing where there is none.
[[nodiscard]] std::optional<std::string> structured_value(std::string_view structured, std::string_view name);

/// `2026-11-17`, ` ` or `T`, and `09:00:00` with an optional fraction, as a time in Europe/London: the
/// instant nearest to `near` where there are two. Nothing for anything else.
[[nodiscard]] std::optional<Timestamp> parse_london_time(std::string_view text, Timestamp near);
/// `Nov 17 09:00:00` of the year nearest to `near`, or with ` 2026` behind it; in Europe/London.
[[nodiscard]] std::optional<Timestamp> parse_bsd_time(std::string_view text, Timestamp near);

/// Cuts a TCP or TLS stream into messages. Octet counting where a frame begins with a digit, else up to LF
/// (RFC 6587 sections 3.4.1 and 3.4.2).
class SyslogFramer {
 public:
  static constexpr std::size_t longest_message = std::size_t{64} << 10U;

  /// The messages that these bytes complete. False, and nothing more to come, when one is longer than
  /// `longest_message` or counted wrongly: the stream has lost its frames, and is to be closed.
  [[nodiscard]] bool add(std::string_view bytes, std::vector<std::string>& out);

 private:
  std::string waiting_;
};

}  // namespace edgewatch::runtime

#include "syslog_message.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace edgewatch::runtime {
namespace {

using namespace std::chrono_literals;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

/// The next word, up to a space; the rest begins behind it.
std::string_view word(std::string_view& rest) {
  const std::size_t space = std::min(rest.find(' '), rest.size());
  const std::string_view out = rest.substr(0, space);
  rest.remove_prefix(std::min(space + 1, rest.size()));
  return out;
}

/// A wall-clock time in Europe/London as an instant. At the end of summer time there are two; at its
/// beginning none, and the clock that was not put on is believed.
Timestamp in_london(Timestamp wall, Timestamp near) {
  const Timestamp winter = wall;
  const Timestamp summer = wall - 1h;
  const bool may_be_summer = london_offset(summer) == 60min;
  if (!may_be_summer) return winter;
  if (london_offset(winter) != 0min) return summer;
  return std::chrono::abs(near - summer) < std::chrono::abs(near - winter) ? summer : winter;
}

/// The length of STRUCTURED-DATA at the beginning; nothing when it does not hold.
std::optional<std::size_t> structured_length(std::string_view text) {
  if (text.starts_with('-')) return 1;
  std::size_t at = 0;
  while (at < text.size() && text[at] == '[') {
    bool quoted = false;
    for (++at; at < text.size() && (quoted || text[at] != ']'); ++at) {
      if (quoted && text[at] == '\\') {
        ++at;
      } else if (text[at] == '"') {
        quoted = !quoted;
      }
    }
    if (at >= text.size()) return std::nullopt;
    ++at;
  }
  if (at == 0) return std::nullopt;
  return at;
}

/// What follows `<PRI>1 ` (RFC 5424 section 6).
std::optional<SyslogMessage> parse_5424(std::string_view rest) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  SyslogMessage out;
  const std::string_view stamp = word(rest);
  if (stamp != "-") {
    out.at = parse_rfc3339(stamp);
    if (!out.at) return std::nullopt;
  }
  out.host = word(rest);
  for (int i = 0; i < 3; ++i) {
    if (word(rest).empty()) return std::nullopt;  // APP-NAME, PROCID, MSGID
  }
  const auto length = structured_length(rest);
  if (out.host.empty() || !length) return std::nullopt;
  out.structured = rest.substr(0, *length);
  out.text = rest.substr(*length);
  if (out.text.starts_with(' ')) out.text.remove_prefix(1);
  if (out.text.starts_with(byte_order_mark)) out.text.remove_prefix(byte_order_mark.size());
  return out;
}

/// RFC 3164 section 4.1: what has no time and host of this form is all text (section 4.3). Many write the
/// time of RFC 3339 instead.
SyslogMessage parse_3164(std::string_view rest, Timestamp near) {
  constexpr std::size_t bsd_length = 15;
  SyslogMessage out;
  if (rest.size() > bsd_length && rest[bsd_length] == ' ') {
    out.at = parse_bsd_time(rest.substr(0, bsd_length), near);
    if (out.at) rest.remove_prefix(bsd_length + 1);
  }
  if (!out.at) {
    std::string_view after = rest;
    out.at = parse_rfc3339(word(after));
    if (out.at) rest = after;
  }
  if (out.at) out.host = word(rest);
  out.text = rest;
  return out;
}

}  // namespace

std::optional<Timestamp> parse_london_time(std::string_view text, Timestamp near) {
  constexpr std::size_t date_length = 10;
  if (text.size() <= date_length || (text[date_length] != ' ' && text[date_length] != 'T'))
    return std::nullopt;
  std::string stamp(text);
  stamp[date_length] = 'T';
  if (stamp.find_first_of("Zz+", date_length) != std::string::npos ||
      stamp.find('-', date_length) != std::string::npos)
    return std::nullopt;
  const auto wall = parse_rfc3339(stamp + 'Z');
  if (!wall) return std::nullopt;
  return in_london(*wall, near);
}

std::optional<Timestamp> parse_bsd_time(std::string_view text, Timestamp near) {
  constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  constexpr std::size_t with_year = 20;
  if (text.size() != 15 && text.size() != with_year) return std::nullopt;
  const std::size_t month = months.find(text.substr(0, 3));
  const auto day = number(text.substr(text[4] == ' ' ? 5 : 4, text[4] == ' ' ? 1 : 2));
  if (month == std::string_view::npos || month % 3 != 0 || text[3] != ' ' || text[6] != ' ' || !day ||
      text[9] != ':' || text[12] != ':')
    return std::nullopt;
  const auto hour = number(text.substr(7, 2));
  const auto minute = number(text.substr(10, 2));
  const auto second = number(text.substr(13, 2));
  if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  const auto wall = [&](int year) -> std::optional<Timestamp> {
    const CivilDate date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month / 3 + 1)),
                         std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok()) return std::nullopt;
    return in_london(std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
                         std::chrono::seconds(*second),
                     near);
  };
  if (text.size() == with_year) {
    const auto year = text[15] == ' ' ? number(text.substr(16)) : std::nullopt;
    return year ? wall(*year) : std::nullopt;
  }
  const int this_year = static_cast<int>(london_date(near).year());
  std::optional<Timestamp> best;
  for (const int year : {this_year - 1, this_year, this_year + 1}) {
    const auto at = wall(year);
    if (at && (!best || std::chrono::abs(near - *at) < std::chrono::abs(near - *best))) best = at;
  }
  return best;
}

std::optional<SyslogMessage> parse_syslog(std::string_view message, Timestamp near) {
  while (message.ends_with('\n') || message.ends_with('\r') || message.ends_with('\0'))
    message.remove_suffix(1);
  constexpr std::size_t longest_priority = 3;
  constexpr int greatest_priority = 191;
  const std::size_t close = message.find('>');
  if (!message.starts_with('<') || close == std::string_view::npos || close < 2 ||
      close > longest_priority + 1)
    return std::nullopt;
  const auto priority = number(message.substr(1, close - 1));
  if (!priority || *priority > greatest_priority) return std::nullopt;
  const std::string_view rest = message.substr(close + 1);
  if (rest.starts_with("1 ")) return parse_5424(rest.substr(2));
  return parse_3164(rest, near);
}

std::optional<std::string> structured_value(std::string_view structured, std::string_view name) {
  for (std::size_t at = 0; at < structured.size();) {
    const std::size_t equals = structured.find("=\"", at);
    if (equals == std::string_view::npos) return std::nullopt;
    const std::size_t begin = structured.find_last_of(" [", equals);
    const std::string_view key =
        begin == std::string_view::npos ? "" : structured.substr(begin + 1, equals - begin - 1);
    std::string value;
    at = equals + 2;
    for (; at < structured.size() && structured[at] != '"'; ++at) {
      if (structured[at] == '\\' && at + 1 < structured.size()) ++at;
      value += structured[at];
    }
    ++at;
    if (key == name) return value;
  }
  return std::nullopt;
}

bool SyslogFramer::add(std::string_view bytes, std::vector<std::string>& out) {
  constexpr std::size_t longest_count = 6;
  waiting_ += bytes;
  std::string_view rest = waiting_;
  bool sound = true;
  while (sound && !rest.empty()) {
    if (rest.front() == '\n' || rest.front() == '\0' || rest.front() == '\r') {
      rest.remove_prefix(1);
    } else if (is_digit(rest.front())) {
      const std::size_t space = rest.find(' ');
      if (space == std::string_view::npos && rest.size() <= longest_count) break;
      const auto length = space > longest_count ? std::nullopt : number(rest.substr(0, space));
      sound = length && *length > 0 && static_cast<std::size_t>(*length) <= longest_message;
      if (!sound || rest.size() < space + 1 + static_cast<std::size_t>(*length)) break;
      out.emplace_back(rest.substr(space + 1, static_cast<std::size_t>(*length)));
      rest.remove_prefix(space + 1 + static_cast<std::size_t>(*length));
    } else {
      const std::size_t end = rest.find('\n');
      sound = std::min(end, rest.size()) <= longest_message;
      if (!sound || end == std::string_view::npos) break;
      out.emplace_back(rest.substr(0, end));
      rest.remove_prefix(end + 1);
    }
  }
  waiting_ = std::string(rest);
  return sound;
}

}  // namespace edgewatch::runtime

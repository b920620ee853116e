#include "lease_text.hpp"

#include "edgewatch/base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <string>

namespace edgewatch::runtime {
namespace {

using std::chrono::seconds;

/// The end of the year 9999: what lies beyond is no time.
constexpr std::int64_t latest = 253402300799;

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty() || value < 0 || value > latest)
    return std::nullopt;
  return value;
}

Timestamp at_epoch(std::int64_t value) { return Timestamp(seconds(value)); }

/// Calls `take` with each line that has its end.
template <class Take>
void for_each_line(std::string_view text, const Take& take) {
  for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) take(line);
    text.remove_prefix(end + 1);
  }
}

/// Where Kea had the hardware address from (`hwaddr_source` of the v6 memfile): the packet itself, its
/// link-local address, or a relay's option. One made of a DUID is none.
bool is_of_the_packet(std::string_view source) { return source == "1" || source == "4" || source == "8"; }

class KeaReader {
 public:
  explicit KeaReader(LeaseTable& out) : out_(out) {}

  void read(std::string_view part) {
    columns_.clear();
    for_each_line(part, [this](std::string_view line) {
      if (columns_.empty() || line.starts_with("address,")) {
        columns_ = split(line, ',');
      } else {
        row(line);
      }
    });
  }

 private:
  [[nodiscard]] std::optional<std::string_view> cell(std::string_view name) const {
    const auto found = std::ranges::find(columns_, name);
    const auto at = static_cast<std::size_t>(found - columns_.begin());
    if (at >= cells_.size()) return std::nullopt;  // a row cut short, or no such column
    return cells_[at];
  }

  void row(std::string_view line) {
    constexpr std::int64_t for_ever = 0xffffffff;
    // A comma within a cell is written as &#x2c, so that a split is enough. Later versions add columns.
    cells_ = split(line, ',');
    const auto address = cells_.size() < columns_.size() ? std::nullopt : net::IpAddress::parse(cells_[0]);
    const auto lifetime = number(cell("valid_lifetime").value_or(""));
    const auto expire = number(cell("expire").value_or(""));
    const auto state = cell("state");
    if (!address || columns_[0] != "address" || !lifetime || !expire || !state || *lifetime > *expire) {
      ++out_.unreadable;
      return;
    }
    if (!address->is_v4() && cell("lease_type").value_or("0") == "2") return;  // a prefix, not an address
    out_.held.erase(*address);
    if (*lifetime == 0 || *state != "0") return;
    const auto mac = net::MacAddress::parse(cell("hwaddr").value_or(""));
    const bool firm = address->is_v4() || is_of_the_packet(cell("hwaddr_source").value_or(""));
    if (!mac || !firm) {
      ++out_.without_mac;
      return;
    }
    const Timestamp to = *lifetime == for_ever ? Timestamp::max() : at_epoch(*expire);
    out_.held[*address] = {*mac, at_epoch(*expire - *lifetime), to};
  }

  LeaseTable& out_;
  std::vector<std::string_view> columns_, cells_;
};

/// The tokens of dhcpd.leases(5): words, quoted strings, and `{ } ;` by themselves. `#` begins a comment.
class IscTokens {
 public:
  explicit IscTokens(std::string_view text) : text_(text) {}

  /// Empty at the end, and in the middle of a string that is not closed.
  std::string_view next() {
    skip();
    if (at_ >= text_.size()) return {};
    const std::size_t from = at_;
    if (is_mark(text_[at_])) {
      ++at_;
    } else if (text_[at_] == '"') {
      if (!string()) return {};
    } else {
      while (at_ < text_.size() && !is_space(text_[at_]) && !is_mark(text_[at_]) && text_[at_] != '"') ++at_;
    }
    return text_.substr(from, at_ - from);
  }

 private:
  static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
  static bool is_mark(char c) { return c == '{' || c == '}' || c == ';'; }
  bool string() {
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\') ++at_;
    }
    at_ = std::min(at_, text_.size());
    if (at_ == text_.size()) return false;
    ++at_;
    return true;
  }
  void skip() {
    while (at_ < text_.size() && (is_space(text_[at_]) || text_[at_] == '#')) {
      if (text_[at_] == '#') {
        while (at_ < text_.size() && text_[at_] != '\n') ++at_;
      } else {
        ++at_;
      }
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

/// `never`, `epoch N` or `W Y/M/D h:m:s`, the words behind `starts` and `ends`; nothing for anything else.
std::optional<Timestamp> isc_time(const std::vector<std::string_view>& words) {
  if (words.size() == 2 && words[1] == "never") return Timestamp::max();
  if (words.size() == 3 && words[1] == "epoch") {
    const auto value = number(words[2]);
    if (!value) return std::nullopt;
    return at_epoch(*value);
  }
  if (words.size() != 4) return std::nullopt;
  std::string stamp(words[2]);
  std::ranges::replace(stamp, '/', '-');
  return parse_rfc3339(stamp.append("T").append(words[3]).append("Z"));
}

/// One `lease ADDRESS { ... }`, the address read already. False when it is not closed.
bool read_isc_lease(IscTokens& tokens, std::string_view name, LeaseTable& out) {
  std::optional<Timestamp> starts, ends;
  std::optional<net::MacAddress> mac;
  bool active = true;  // before failover there was no binding state
  std::vector<std::string_view> words;
  std::size_t depth = 1;
  bool broken = false;
  while (depth > 0) {
    const std::string_view token = tokens.next();
    if (token.empty()) return false;
    if (token == "{" || token == "}") {
      depth = token == "{" ? depth + 1 : depth - 1;
      words.clear();
    } else if (token != ";") {
      words.push_back(token);
    } else {
      if (depth == 1 && !words.empty()) {
        if (words[0] == "starts") broken = !(starts = isc_time(words)) || broken;
        if (words[0] == "ends") broken = !(ends = isc_time(words)) || broken;
        if (words.size() == 3 && words[0] == "binding" && words[1] == "state") active = words[2] == "active";
        if (words.size() == 3 && words[0] == "hardware" && words[1] == "ethernet")
          mac = net::MacAddress::parse(words[2]);
      }
      words.clear();
    }
  }
  const auto address = net::IpAddress::parse(name);
  if (!address || !address->is_v4()) {
    ++out.unreadable;
    return true;
  }
  out.held.erase(*address);
  if (broken || (active && (!starts || !ends))) {
    ++out.unreadable;
  } else if (active && !mac) {
    ++out.without_mac;
  } else if (active) {
    out.held[*address] = {*mac, starts, *ends};
  }
  return true;
}

}  // namespace

LeaseTable read_dnsmasq_leases(std::string_view text) {
  LeaseTable out;
  for_each_line(text, [&out](std::string_view line) {
    const auto words = split(line, ' ');
    if (words[0] == "duid") return;  // the server's own
    const auto expiry = number(words[0]);
    const auto address = words.size() == 5 ? net::IpAddress::parse(words[2]) : std::nullopt;
    if (!expiry || !address) {
      ++out.unreadable;
      return;
    }
    // A hardware type other than Ethernet stands before the address, as 06-...
    const auto mac = address->is_v4() ? net::MacAddress::parse(words[1]) : std::nullopt;
    if (!mac) {
      ++out.without_mac;
      return;
    }
    out.held[*address] = {*mac, std::nullopt, *expiry == 0 ? Timestamp::max() : at_epoch(*expiry)};
  });
  return out;
}

LeaseTable read_kea_leases(const std::vector<std::string_view>& parts) {
  LeaseTable out;
  KeaReader reader(out);
  for (const std::string_view part : parts) reader.read(part);
  return out;
}

LeaseTable read_isc_leases(std::string_view text) {
  LeaseTable out;
  IscTokens tokens(text);
  std::size_t depth = 0;
  for (std::string_view token = tokens.next(); !token.empty(); token = tokens.next()) {
    if (token == "{") ++depth;
    if (token == "}" && depth > 0) --depth;
    if (token != "lease" || depth != 0) continue;
    const std::string_view address = tokens.next();
    if (tokens.next() != "{") {
      ++out.unreadable;
    } else if (!read_isc_lease(tokens, address, out)) {
      break;
    }
  }
  return out;
}

std::vector<model::TenancyEvent> lease_changes(const LeaseTable& before, const LeaseTable& after,
                                               Timestamp now) {
  using Kind = model::TenancyEvent::Kind;
  std::vector<model::TenancyEvent> out;
  const auto say = [&](Kind kind, const net::IpAddress& address, const net::MacAddress& mac, Timestamp from,
                       Timestamp to) {
    using Event = model::TenancyEvent;
    // The server's clock says since when; that it is so now, ours does.
    const std::string_view clock = from == now ? Event::our_clock : std::string_view();
    out.push_back({now, kind, address, mac, {}, {from, to}, Event::Source::dhcp, {}, std::string(clock)});
  };
  for (const auto& [address, lease] : before.held) {
    if (!after.held.contains(address) && lease.to > now)
      say(Kind::release, address, lease.mac, now, Timestamp::max());
  }
  for (const auto& [address, lease] : after.held) {
    const auto known = before.held.find(address);
    const bool is_new = known == before.held.end();
    if (!is_new && known->second == lease) continue;
    if (lease.to > now) {
      say(Kind::lease, address, lease.mac, std::min(lease.from.value_or(now), now), lease.to);
    } else if (!is_new && known->second.to > now) {
      say(Kind::release, address, known->second.mac, now, Timestamp::max());
    }
  }
  return out;
}

}  // namespace edgewatch::runtime

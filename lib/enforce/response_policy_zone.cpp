#include "edgewatch/enforce/response_policy_zone.hpp"

#include <charconv>
#include <iterator>
#include <utility>

#include <fmt/format.h>

namespace edgewatch::enforce {
namespace {

constexpr std::string_view start_of_authority = "\n@ SOA localhost. root.localhost. ";

}  // namespace

std::string response_policy_zone(std::vector<ZoneEntry> entries, const ZoneOptions& options) {
  entries = in_order(std::move(entries));
  // Owners are relative to the zone; a trailing dot on them would put them outside it.
  std::string out = fmt::format(
      "; edgewatch response policy zone, names: {}\n"
      "$ORIGIN {}.\n"
      "$TTL 60{}{} 60 60 604800 60\n"
      "@ NS localhost.\n",
      entries.size(), options.origin, start_of_authority, options.serial);
  for (const ZoneEntry& entry : entries) {
    const std::string_view target = entry.action == ZoneAction::nxdomain ? "." : "rpz-passthru.";
    fmt::format_to(std::back_inserter(out), "{0} CNAME {1}\n*.{0} CNAME {1}\n", entry.name.text(), target);
  }
  return out;
}

std::optional<std::uint32_t> serial_of(std::string_view zone) {
  const std::size_t at = zone.find(start_of_authority);
  if (at == std::string_view::npos) return std::nullopt;
  zone.remove_prefix(at + start_of_authority.size());
  std::uint32_t serial = 0;
  const auto read = std::from_chars(zone.data(), zone.data() + zone.size(), serial);
  if (read.ec != std::errc{}) return std::nullopt;
  return serial;
}

std::uint32_t next_serial(std::optional<std::uint32_t> previous, std::uint64_t now) {
  const auto by_clock = static_cast<std::uint32_t>(now);
  const auto rises = [&] {
    if (!previous) return true;
    const std::uint32_t ahead = by_clock - *previous;
    return ahead != 0 && ahead < 0x8000'0000U;  // RFC 1982, 3.2
  };
  const std::uint32_t next = rises() ? by_clock : *previous + 1;
  return next == 0 ? 1 : next;
}

}  // namespace edgewatch::enforce

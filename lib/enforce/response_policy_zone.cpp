#include "edgewatch/enforce/response_policy_zone.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

#include <fmt/format.h>

namespace edgewatch::enforce {
namespace {

constexpr std::string_view start_of_authority = "\n@ SOA localhost. root.localhost. ";
constexpr std::size_t piece = 65536;  ///< bytes that are given on together

/// Whether a resolver would read it as something else than a name that is asked for, as the addresses of
/// answers (`8.0.0.0.10.rpz-ip` is 10.0.0.0/8): who writes lists must not refuse whole networks.
bool is_another_trigger(const net::HostName& name) {
  const std::string_view text = name.text();
  return text.substr(text.rfind('.') + 1).starts_with("rpz-");
}

}  // namespace

bool can_stand_in_zone(const net::HostName& name, std::size_t zone) {
  // On the wire a name takes two bytes more than its dotted text (RFC 1035 section 2.3.4).
  constexpr std::size_t longest = 255 - 2;
  constexpr std::string_view star = "*.";
  return name.is_matchable() && !is_another_trigger(name) &&
         star.size() + name.text().size() + 1 + zone <= longest;
}

ZoneWriter::ZoneWriter(const ZoneOptions& options, Sink sink)
    : sink_(std::move(sink)), zone_length_(std::max(options.origin.size(), longest_kept_zone)) {
  // Owners are relative to the zone; a trailing dot on them would put them outside it.
  waiting_ = fmt::format(
      "; edgewatch response policy zone\n"
      "{}$TTL 60{}{} 60 60 604800 60\n"
      "@ NS localhost.\n",
      options.origin.empty() ? "" : fmt::format("$ORIGIN {}.\n", options.origin), start_of_authority,
      options.serial);
  give(0);
}

void ZoneWriter::add(const ZoneEntry& entry) {
  if (!can_stand_in_zone(entry.name, zone_length_)) return;
  const auto line = [&](std::string_view star, const std::optional<ZoneAction>& action) {
    if (!action) return;
    waiting_ += star;
    waiting_ += entry.name.text();
    waiting_ += *action == ZoneAction::nxdomain ? " CNAME .\n" : " CNAME rpz-passthru.\n";
  };
  line("", entry.itself);
  line("*.", entry.below);
  ++names_;
  give(piece);
}

void ZoneWriter::finish() {
  fmt::format_to(std::back_inserter(waiting_), "; names: {}\n", names_);
  give(0);
}

void ZoneWriter::give(std::size_t from_size) {
  if (waiting_.size() < from_size) return;
  sink_(waiting_);
  waiting_.clear();
}

std::string response_policy_zone(std::vector<ZoneEntry> entries, const ZoneOptions& options) {
  std::string out;
  ZoneWriter writer(options, [&out](std::string_view text) { out += text; });
  for (const ZoneEntry& entry : in_order(std::move(entries))) writer.add(entry);
  writer.finish();
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

// The policy as a response policy zone (draft-vixie-dnsop-dns-rpz, as Unbound and BIND read it). Pure text;
// any thread. Knows neither rules nor people: it is given the names, each with what a resolver shall do.
#pragma once

#include "edgewatch/enforce/zone_entry.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edgewatch::enforce {

struct ZoneOptions {
  /// Name of the zone, without a trailing dot; empty where whoever loads the file says it.
  std::string origin = "edgewatch.rpz";
  std::uint32_t serial = 1;  ///< RFC 1982; the caller sees to it that it rises
};

/// How long the names of zones are that are kept for resolvers, at most.
constexpr std::size_t longest_kept_zone = 30;
/// Whether a zone whose name is so long can hold that name: it is a host's, is not read as something else
/// (`8.0.0.0.10.rpz-ip` as 10.0.0.0/8), and with `*.` before it and the zone behind it no longer than a name
/// may be. One that is too long ends Unbound, and BIND loads nothing of such a file.
[[nodiscard]] bool can_stand_in_zone(const net::HostName& name, std::size_t zone = longest_kept_zone);

/// Writes a zone file piece by piece, so that a million names need no memory: SOA and NS, then what is added,
/// a line for the name and one for its `*.` twin, TTL 60 s so that a lifted rule is live within a minute.
class ZoneWriter {
 public:
  using Sink = std::function<void(std::string_view)>;
  /// The first piece is what is there without any name, the serial in it; the rest is the same for the same
  /// names.
  ZoneWriter(const ZoneOptions& options, Sink sink);
  /// Each name once. One that cannot stand in a zone is left out.
  void add(const ZoneEntry& entry);
  /// Once, when all are added.
  void finish();
  [[nodiscard]] std::size_t names() const { return names_; }

 private:
  void give(std::size_t from_size);

  Sink sink_;
  std::size_t zone_length_;
  std::string waiting_;
  std::size_t names_ = 0;
};

/// All of it as one text, in the order of names.
[[nodiscard]] std::string response_policy_zone(std::vector<ZoneEntry> entries, const ZoneOptions& options);

/// The serial number in a zone that was written here; nothing where the text is no such zone.
[[nodiscard]] std::optional<std::uint32_t> serial_of(std::string_view zone);

/// A serial that every resolver takes for newer than `previous` (RFC 1982, 3.2): seconds since 1970 at `now`,
/// or where the clock has been set back, the next number. Never 0.
[[nodiscard]] std::uint32_t next_serial(std::optional<std::uint32_t> previous, std::uint64_t now);

}  // namespace edgewatch::enforce

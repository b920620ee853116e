// The rules by which the kernel sends clients' packets to us and carries out our verdicts, as text for nft: a
// table of our own, which touches no other. Pure text; any thread.
#pragma once

#include "edgewatch/net/address.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace edgewatch::enforce {

/// Of the table, family inet.
inline constexpr std::string_view gateway_table = "edgewatch";
/// Chains that end in the queues; where the kernel has no `queue` for nft they are filled in another way.
inline constexpr std::string_view open_chain = "queue_open";
inline constexpr std::string_view syn_chain = "queue_syn";
inline constexpr std::string_view closed_chain = "queue_closed";
/// The mark of packets that we send ourselves (RawSender).
inline constexpr std::uint32_t own_mark = 0x0f000000;

struct RulesetOptions {
  net::NetworkSet inside;            ///< whose packets are queued
  net::NetworkSet exclude;           ///< whose are not
  std::uint16_t open_queue = 610;    ///< lets pass while nobody listens
  std::uint16_t closed_queue = 611;  ///< holds back while nobody listens
  std::uint16_t syn_queue = 612;     ///< lets pass: connections that begin, and say nothing yet
  bool nft_has_queue = true;         ///< `nft ... queue` is known to the kernel
};

/// One transaction that makes the table what it should be, whatever it was: rules and networks anew, counters
/// as they are. These clients wait for a verdict whatever happens, beside those that did before.
[[nodiscard]] std::string gateway_ruleset(const RulesetOptions& options, const net::NetworkSet& closed = {});
/// One transaction that makes these clients, and no others, wait for a verdict whatever happens.
[[nodiscard]] std::string closed_clients(const net::NetworkSet& clients);
/// The same, beside those that wait already.
[[nodiscard]] std::string more_closed_clients(const net::NetworkSet& clients);
/// The table's sets, by name.
[[nodiscard]] std::vector<std::string> gateway_sets();
/// Takes the table away; also where there is none.
[[nodiscard]] std::string no_gateway_ruleset();

}  // namespace edgewatch::enforce

#include "edgewatch/enforce/bypass.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace edgewatch::enforce {
namespace {

constexpr Effect cannot = Effect::cannot;
constexpr Effect detects = Effect::detects;
constexpr Effect blocks = Effect::blocks;

/// Columns: resolver, mirror, gateway.
const std::vector<BypassRow>& table() {
  static const std::vector<BypassRow> rows{
      {1,
       "upper and lower case mixed (0x20)",
       blocks,
       blocks,
       blocks,
       "",
       {},
       "names are compared without case"},
      {2, "trailing dot", blocks, blocks, blocks, "", {}, "one dot is taken off"},
      {3,
       "IDN, punycode, homographs",
       blocks,
       blocks,
       blocks,
       "",
       {},
       "names are compared as they are on the wire (A-labels): a homograph is another name, to be listed "
       "itself"},
      {4,
       "CNAME cloaking",
       cannot,
       detects,
       detects,
       "",
       {"refused-behind-cname"},
       "the connection says only the innocent name; with zones BIND judges each name of the chain, Unbound "
       "1.17 "
       "with tags only the one that was asked for"},
      {5, "DNS over TCP, its length prefix cut", blocks, detects, blocks, "", {}, ""},
      {6,
       "EDNS, cookies, padding, odd opcodes and classes",
       blocks,
       blocks,
       blocks,
       "",
       {},
       "the name of the question is judged, whatever stands around it"},
      {7,
       "another resolver on port 53",
       cannot,
       blocks,
       blocks,
       "",
       {},
       "questions are judged by the name they ask for, wherever they go"},
      {8,
       "DNS over TLS or QUIC (port 853)",
       cannot,
       detects,
       blocks,
       "doh",
       {"dot", "doq"},
       "",
       "refused by port, but to the council's networks and `own_ends`"},
      {9,
       "DNS over HTTPS",
       detects,
       detects,
       blocks,
       "doh",
       {"doh", "canary", "ddr"},
       "listed resolvers, by name and address; one that nobody lists shows as tls-without-dns"},
      {10,
       "Encrypted Client Hello",
       blocks,
       detects,
       blocks,
       "",
       {"unnamed_ech"},
       "with a key that was not asked for here it is counted",
       "the question for its key is refused with the name"},
      {11,
       "address in place of a name, no server name",
       cannot,
       detects,
       detects,
       "",
       {"hellos without a name", "refused as retries without a name", "tls-without-dns"},
       "",
       "refused for a minute at a server where the same client was refused a name"},
      {12,
       "domain fronting",
       cannot,
       cannot,
       cannot,
       "",
       {},
       "the true name is inside the encryption: impossible without opening it, which edgewatch does not do"},
      {13,
       "VPN, Tor, Private Relay",
       detects,
       detects,
       blocks,
       "vpn",
       {"wireguard", "openvpn", "ike", "private-relay"},
       "listed services by name; WireGuard, OpenVPN and IKE by their first message, on any port; of Tor only "
       "names that are listed: its relays' addresses would have to be, and its hello's made-up name proves "
       "nothing"},
      {14, "hello cut into segments or reordered", cannot, blocks, blocks, "", {}, ""},
      {15, "hello cut into TLS records", cannot, blocks, blocks, "", {}, ""},
      {16, "hello of two segments (post-quantum)", cannot, blocks, blocks, "", {}, ""},
      {17,
       "QUIC (Alt-Svc, HTTPS records)",
       blocks,
       detects,
       blocks,
       "",
       {},
       "a mirror port cannot end QUIC: let the firewall reject UDP port 443"},
      {18, "QUIC hello shuffled over two datagrams", cannot, detects, blocks, "", {}, ""},
      {19,
       "junk before the QUIC hello",
       cannot,
       detects,
       blocks,
       "",
       {},
       "a hello is looked for in the first 8 datagrams"},
      {20,
       "IP fragments",
       cannot,
       detects,
       blocks,
       "",
       {"ip-fragment-overlap"},
       "",
       "the kernel puts them together before anything is judged"},
      {21, "IPv6 extension headers", cannot, detects, blocks, "", {"ipv6-extension-limit"}, ""},
      {22,
       "VLAN tags, one or two",
       cannot,
       detects,
       blocks,
       "",
       {"too-many-tags"},
       "",
       "a gateway forwards only what its own interfaces take in, and that without tags"},
      {23,
       "overlapping segments, false checksums, decoys that die on the way",
       cannot,
       detects,
       blocks,
       "",
       {"contradict themselves, refused", "packets dropped as invalid", "stream-overlap", "checksum"},
       "never evidence against anybody"},
      {24,
       "odd ports (TLS on 8443, QUIC on 4433, source port 443)",
       blocks,
       detects,
       blocks,
       "",
       {},
       "every port is judged by content"},
  };
  return rows;
}

Effect of_path(const BypassRow& row, Deployment::Mode mode) {
  if (mode == Deployment::Mode::gateway) return row.gateway;
  if (mode == Deployment::Mode::mirror) return row.mirror;
  return std::min(row.mirror, Effect::detects);
}

std::string_view name_of(Deployment::Mode mode) {
  if (mode == Deployment::Mode::gateway) return "gateway";
  return mode == Deployment::Mode::mirror ? "mirror" : "sensor";
}

std::string joined(std::string_view one, std::string_view between, std::string_view other) {
  return fmt::format("{}{}{}", one, one.empty() || other.empty() ? "" : between, other);
}

Reach reach_of(const BypassRow& row, const Deployment& deployment) {
  if (row.needs.empty()) return deployment.refuses;
  const auto found = deployment.categories.find(row.needs);
  return found == deployment.categories.end() ? Reach() : found->second;
}

std::string_view limit_of(const Reach& reach) {
  if (reach.everybody) return "";
  if (reach.everybody_at_some_hours) return reach.some ? "for some or at some hours" : "at some hours";
  return reach.some ? "for some" : "for some at some hours";
}

/// What would block it that is not here.
std::string needs(const BypassRow& row, const Deployment& deployment, const Reach& reach) {
  if (row.gateway != Effect::blocks) return {};
  std::string out;
  const bool by_path = of_path(row, deployment.mode) == Effect::blocks;
  const bool by_resolver = row.resolver == Effect::blocks;
  if (!by_path && !(by_resolver && deployment.zones)) {
    const bool by_mirror = row.mirror == Effect::blocks;
    out = fmt::format("mode gateway{}{}", by_mirror ? " or mirror" : "", by_resolver ? " or zones" : "");
  }
  std::string rule;
  if (reach.nobody())
    rule = row.needs.empty() ? "a rule that blocks anything"
                             : fmt::format("a rule that blocks category {}", row.needs);
  out = joined(out, " and ", rule);
  return out.empty() ? out : "needs " + out;
}

/// The alarms of whatever would block it else.
std::string out_of_order(const BypassRow& row, const Deployment& deployment) {
  const bool by_path = deployment.watches && of_path(row, deployment.mode) == Effect::blocks;
  const bool by_resolver = deployment.zones && row.resolver == Effect::blocks;
  const std::string_view path = by_path ? deployment.path_trouble : std::string_view();
  const std::string_view resolver = by_resolver ? deployment.resolver_trouble : std::string_view();
  const std::string out = joined(path, "; ", resolver);
  return out.empty() ? out : "ALARM " + out;
}

std::string note_of(const BypassRow& row, const Deployment& deployment, const Reach& reach, Effect effect) {
  std::string out = effect == Effect::blocks ? std::string() : needs(row, deployment, reach);
  if (!reach.nobody()) out = joined(out, "; ", out_of_order(row, deployment));
  const bool gateway_refuses = deployment.mode == Deployment::Mode::gateway && deployment.watches &&
                               deployment.path_trouble.empty() && !reach.nobody();
  if (effect == Effect::blocks || gateway_refuses) out = joined(out, "; ", row.refusing);
  return joined(out, "; ", row.note);
}

}  // namespace

std::string_view to_string(Effect effect) {
  if (effect == Effect::blocks) return "blocks";
  return effect == Effect::detects ? "detects" : "cannot";
}

std::span<const BypassRow> bypass_table() { return table(); }

BypassAnswer answer(const BypassRow& row, const Deployment& deployment) {
  const Reach reach = reach_of(row, deployment);
  const auto most = [&](const std::string& trouble) {
    return reach.nobody() || !trouble.empty() ? Effect::detects : Effect::blocks;
  };
  const Effect path = deployment.watches
                          ? std::min(of_path(row, deployment.mode), most(deployment.path_trouble))
                          : Effect::cannot;
  const Effect resolver =
      deployment.zones ? std::min(row.resolver, most(deployment.resolver_trouble)) : Effect::cannot;
  BypassAnswer out;
  out.effect = std::max(path, resolver);
  if (out.effect == Effect::blocks) out.limit = limit_of(reach);
  if (out.effect != Effect::cannot) {
    const bool by_path = path == out.effect;
    const bool by_resolver = resolver == out.effect && out.effect == Effect::blocks;
    // What is only detected is seen by the sensor, or where the packets pass.
    const std::string_view name = deployment.path_trouble.empty() ? name_of(deployment.mode) : "sensor";
    out.by = joined(by_path ? name : "", ", ", by_resolver ? "resolver" : "");
    if (out.by.empty()) out.by = "resolver";
  }
  out.note = note_of(row, deployment, reach, out.effect);
  return out;
}

}  // namespace edgewatch::enforce

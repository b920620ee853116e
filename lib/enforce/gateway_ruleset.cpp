#include "edgewatch/enforce/gateway_ruleset.hpp"

#include "gateway_marks.hpp"

#include <array>

#include <fmt/format.h>

namespace edgewatch::enforce {
namespace {

/// The same for both families: `inside4`, `inside6`.
constexpr std::array<std::string_view, 3> sets{"inside", "exclude", "closed"};

std::string added(std::string_view set, bool v4, const net::NetworkSet& networks) {
  std::string list;
  for (const net::Network& network : networks) {
    const std::string text = network.to_string();
    if ((text.find(':') == std::string::npos) != v4) continue;
    list += fmt::format("{}{}", list.empty() ? "" : ", ", text);
  }
  if (list.empty()) return {};
  return fmt::format("add element inet {} {}{} {{ {} }}\n", gateway_table, set, v4 ? 4 : 6, list);
}

std::string added(std::string_view set, const net::NetworkSet& networks) {
  return added(set, true, networks) + added(set, false, networks);
}

/// These and no others.
std::string elements(std::string_view set, const net::NetworkSet& networks) {
  std::string out;
  for (const bool v4 : {true, false})
    out += fmt::format("flush set inet {} {}{}\n", gateway_table, set, v4 ? 4 : 6) + added(set, v4, networks);
  return out;
}

/// What has to be there before rules can speak of it; adding what is there changes nothing.
std::string declarations() {
  std::string out = fmt::format("add table inet {}\n", gateway_table);
  for (const std::string_view counter : {"queued", "unjudged", "refused", "invalid"})
    out += fmt::format("add counter inet {} {}\n", gateway_table, counter);
  for (const std::string_view set : sets) {
    out += fmt::format("add set inet {} {}4 {{ type ipv4_addr; flags interval; auto-merge; }}\n",
                       gateway_table, set);
    out += fmt::format("add set inet {} {}6 {{ type ipv6_addr; flags interval; auto-merge; }}\n",
                       gateway_table, set);
  }
  // Before the council's own filter, which so has the last word on what we let through.
  out += fmt::format(
      "add chain inet {0} classify {{ type filter hook forward priority mangle - 10; policy accept; }}\n"
      "add chain inet {0} act {{ type filter hook forward priority mangle - 5; policy accept; }}\n"
      "add chain inet {0} own {{ type filter hook output priority raw; policy accept; }}\n",
      gateway_table);
  for (const std::string_view chain :
       {std::string_view("of_client"), std::string_view("of_client_tcp"), std::string_view("of_client_udp"),
        std::string_view("decided"), std::string_view("to_queue"), open_chain, syn_chain, closed_chain,
        std::string_view("refuse"), std::string_view("hush")})
    out += fmt::format("add chain inet {} {}\n", gateway_table, chain);
  return out;
}

}  // namespace

std::string gateway_ruleset(const RulesetOptions& options, const net::NetworkSet& closed) {
  std::string out = declarations();
  out += fmt::format("flush table inet {}\n", gateway_table);
  out +=
      elements("inside", options.inside) + elements("exclude", options.exclude) + more_closed_clients(closed);
  const auto rule = [&out](std::string_view chain, std::string_view text) {
    out += fmt::format("add rule inet {} {} {}\n", gateway_table, chain, text);
  };
  const auto hex = [](std::uint32_t bits) { return fmt::format("{:#010x}", bits); };
  const std::string ours = hex(mark::mask);
  const std::string others = hex(~mark::mask);

  // Each packet of everybody pays for each rule that it passes; those of servers pass these two.
  rule("classify", "ip saddr @inside4 goto of_client");
  rule("classify", "ip6 saddr @inside6 goto of_client");

  if (!options.exclude.empty()) {
    rule("of_client", "ip saddr @exclude4 return");
    rule("of_client", "ip6 saddr @exclude6 return");
  }
  rule("of_client", "meta l4proto tcp goto of_client_tcp");
  rule("of_client", "meta l4proto udp goto of_client_udp");

  // The connection tracker puts fragments together and knows what no server would take: without it a name in
  // fragments or behind a false checksum would pass, or be held against somebody (ENFORCEMENT A1).
  const std::string verdicts = hex(mark::verdicts);
  rule("of_client_tcp", "ct state invalid counter name invalid drop");
  rule("of_client_tcp", fmt::format("ct mark & {} != 0 goto decided", verdicts));
  // A segment without a byte says nothing; of those with common options that is plain from their length.
  for (const std::string_view empty : {"ip length 52 tcp doff 8", "ip length 40 tcp doff 5",
                                       "ip6 length 32 tcp doff 8", "ip6 length 20 tcp doff 5"})
    rule("of_client_tcp", fmt::format("{} tcp flags & syn == 0 return", empty));
  rule("of_client_tcp", "goto to_queue");

  rule("of_client_udp", "ct state invalid counter name invalid drop");
  rule("of_client_udp", fmt::format("ct mark & {} == 0 goto to_queue", verdicts));
  // From one socket another connection may begin: a datagram of 1,200 bytes at least that opens with an
  // Initial of version 1 or 2 (RFC 9000 sections 14.1, 17.2.2; RFC 9369).
  // (A rule for each: a set without a name has another each time that it is made.)
  for (const std::string_view version : {"0x00000001", "0x6b3343cf"})
    rule("of_client_udp",
         fmt::format("ct mark & {} == {} udp length >= 1208 @th,64,2 3 @th,72,32 {} goto to_queue", verdicts,
                     hex(mark::settled), version));

  // A port that is used again soon may still have the entry of the connection before, and its verdict.
  rule("decided", "tcp flags & (fin | syn | rst | ack) != syn return");
  rule("decided", fmt::format("ct mark set ct mark & {}", hex(~mark::verdicts)));
  rule("decided", "goto to_queue");

  // A server of ours says nothing that opens a connection; what it answers would be taken for a client's.
  // From a client's port it may be no answer: whoever outside said something first may have wanted just that.
  rule("to_queue", "ct direction reply ip daddr @inside4 return");
  rule("to_queue", "ct direction reply ip6 daddr @inside6 return");
  rule("to_queue", "ct direction reply th sport < 1024 return");
  rule("to_queue", fmt::format("meta mark set meta mark & {} | {}", others, hex(mark::queued)));
  rule("to_queue", "counter name queued");
  rule("to_queue", fmt::format("ip saddr @closed4 goto {}", closed_chain));
  rule("to_queue", fmt::format("ip6 saddr @closed6 goto {}", closed_chain));
  // Anybody can make up connections that begin, and more than we look at: they wait in a place of their own,
  // or they would have names pass for want of room.
  rule("to_queue", fmt::format("tcp flags & (fin | syn | rst | ack) == syn goto {}", syn_chain));
  rule("to_queue", fmt::format("goto {}", open_chain));

  if (options.nft_has_queue) {
    rule(open_chain, fmt::format("queue flags bypass to {}", options.open_queue));
    rule(closed_chain, fmt::format("queue to {}", options.closed_queue));
    rule(syn_chain, fmt::format("queue flags bypass to {}", options.syn_queue));
  } else {
    rule(closed_chain, "drop");  // until the queue stands before it
  }

  // What waited for us while its connection ended and another took its ports, the server would answer with a
  // reset, and the connection tracker hold that against the new one, of which it then drops everything. What
  // we let pass without a verdict carries no mark: so this comes before the way of what is settled.
  rule("act", "ct status dying tcp flags & rst == 0 counter name invalid drop");

  // Most of what is forwarded was settled long ago.
  rule("act",
       fmt::format("meta mark & {} == 0 ct mark & {} == 0 return", ours, hex(mark::refused | mark::ended)));

  rule("act", fmt::format("meta mark & {} == {} counter name unjudged", ours, hex(mark::queued)));
  rule("act",
       fmt::format("meta mark & {} != 0 counter name refused", hex(mark::refused | mark::refused_packet)));
  rule("act", fmt::format("meta mark & {0} == {0} ct mark set ct mark | {1} drop", hex(mark::ends),
                          hex(mark::ended)));
  rule("act", fmt::format("meta mark & {0} != 0 ct mark set ct mark | {0}", hex(mark::settled)));
  rule("act", fmt::format("meta mark & {0} != 0 ct mark set ct mark | {0}", hex(mark::refused)));
  rule("act", fmt::format("meta mark & {} != 0 goto refuse", hex(mark::refused_packet)));
  rule("act", fmt::format("ct mark & {} != 0 goto hush", hex(mark::ended)));
  rule("act", fmt::format("ct mark & {} != 0 goto refuse", hex(mark::refused)));
  rule("act", fmt::format("meta mark & {} != 0 meta mark set meta mark & {}", ours, others));

  // Never a silent drop: a browser would wait for half a minute. The server of a connection that is cut is
  // told too, when it next says something.
  rule("refuse", "meta l4proto tcp reject with tcp reset");
  rule("refuse", "ct direction reply drop");
  rule("refuse", "reject with icmpx type port-unreachable");

  // A client that got our page reads it to its end; a reset could take it away again. Its own end is
  // answered.
  rule("hush", "ct direction reply meta l4proto tcp reject with tcp reset");
  rule("hush", "tcp flags & fin == fin reject with tcp reset");
  rule("hush", "drop");

  // What we say to a client in a server's name begins no connection of this machine.
  rule("own", fmt::format("meta mark & {0} == {0} ip daddr @inside4 notrack", hex(own_mark)));
  rule("own", fmt::format("meta mark & {0} == {0} ip6 daddr @inside6 notrack", hex(own_mark)));
  // Where the next hop lies behind the clients' own interface, the kernel would tell them to go there without
  // us, and whoever answers them from there to answer without us (RFC 792, RFC 4861 section 8.2).
  rule("own", "icmp type redirect drop");
  rule("own", "icmpv6 type nd-redirect drop");
  return out;
}

std::string closed_clients(const net::NetworkSet& clients) { return elements("closed", clients); }
std::string more_closed_clients(const net::NetworkSet& clients) { return added("closed", clients); }

std::vector<std::string> gateway_sets() {
  std::vector<std::string> out;
  for (const std::string_view set : sets) {
    for (const int family : {4, 6}) out.push_back(fmt::format("{}{}", set, family));
  }
  return out;
}

std::string no_gateway_ruleset() {
  return fmt::format("add table inet {0}\ndelete table inet {0}\n", gateway_table);
}

}  // namespace edgewatch::enforce

#include "mirror_words.hpp"

#include <string_view>

#include <fmt/format.h>

namespace edgewatch::runtime {
namespace {

/// As nft lists them, those of one family: `10.20.0.0/16, 10.30.0.0/16`.
std::string of_family(const net::NetworkSet& networks, std::string_view family) {
  std::string out;
  for (const net::Network& network : networks) {
    const std::string text = network.to_string();
    const bool is_v6 = text.find(':') != text.npos;
    if (is_v6 == (family == "ip6")) out += (out.empty() ? "" : ", ") + text;
  }
  return out;
}

/// `ip saddr { 10.20.0.0/16 }`, and who of them is not watched, which is not held back either.
std::string from_clients(const net::NetworkSet& inside, const net::NetworkSet& exclude,
                         std::string_view family) {
  const std::string clients = of_family(inside, family);
  const std::string others = of_family(exclude, family);
  return (clients.empty() ? "" : fmt::format("{} saddr {{ {} }}", family, clients)) +
         (others.empty() ? "" : fmt::format(" {} saddr != {{ {} }}", family, others));
}

std::string delays(const MirrorDelays& delays) {
  const auto micros = [](Duration d) {
    return std::chrono::duration_cast<std::chrono::microseconds>(d).count();
  };
  if (delays.count == 0) return "none yet";
  return fmt::format("{} us on average, {} us at most, and what the switch adds",
                     micros(delays.sum) / static_cast<std::int64_t>(delays.count), micros(delays.longest));
}

}  // namespace

std::vector<std::string> firewall_lines(const net::NetworkSet& inside, const net::NetworkSet& exclude) {
  std::vector<std::string> out;
  for (const std::string_view family : {"ip", "ip6"}) {
    if (of_family(inside, family).empty()) continue;
    // Before what accepts there: a rule behind that would never be asked.
    const std::string rule = "nft insert rule inet filter forward " + from_clients(inside, exclude, family);
    // The council's resolver is asked, and itself asks others. No shell takes the line with these brackets.
    const std::string others =
        fmt::format("{0} saddr != <your resolver> {0} daddr != <your resolver>", family);
    // QUIC; DNS over TLS and over QUIC; other resolvers than the council's.
    out.push_back(rule + " udp dport 443 reject");
    out.push_back(fmt::format("{} {} meta l4proto {{ tcp, udp }} th dport 853 reject", rule, others));
    out.push_back(fmt::format("{} {} meta l4proto {{ tcp, udp }} th dport 53 reject", rule, others));
  }
  return out;
}

void say_mirror(const MirrorHealth& mirror, const net::NetworkSet& inside, const net::NetworkSet& exclude,
                const std::function<void(const std::string&, const std::string&)>& say) {
  const enforce::MirrorCounts& counts = mirror.counts;
  const auto number = [&](const std::string& what, std::uint64_t count) {
    say("  " + what, std::to_string(count));
  };
  say("mirror", "resets and DNS answers leave by " + mirror.interface);
  number("connections reset", counts.reset);
  number("of them by a change", counts.cut);
  number("of them answered by the server all the same", counts.answered);
  const double share =
      counts.reset == 0 ? 0 : 100.0 * static_cast<double>(counts.went_on) / static_cast<double>(counts.reset);
  say("  of them went on", fmt::format("{} ({:.2f} %)", counts.went_on, share));
  number("DNS answers forged", counts.forged);
  say("  from a frame to our answer", delays(mirror.delays));
  number("left alone, both ends not seen right", counts.unproven);
  number("left alone, damaged", counts.damaged);
  number("left alone, no plain question", counts.unanswerable);
  number("not sent, too many or too late", counts.unsent);
  number("not sent, of a client who floods, to leave room for others", counts.over_share);
  number("refused names over QUIC, let go", counts.quic);
  number("connections forgotten for want of room", counts.evicted);
  say("  what it cannot do",
      "reset QUIC; hold anything back; a firewall with these lines can, with your resolver's address in "
      "them");
  for (const std::string& line : firewall_lines(inside, exclude)) say("  firewall", line);
}

}  // namespace edgewatch::runtime

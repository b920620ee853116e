#include "mirror_words.hpp"

#include <fmt/format.h>

namespace edgewatch::runtime {
namespace {

/// `ip saddr { 10.20.0.0/16 }` of each family that has networks.
std::vector<std::string> from_clients(const net::NetworkSet& inside) {
  std::string v4;
  std::string v6;
  for (const net::Network& network : inside) {
    const std::string text = network.to_string();
    std::string& list = text.find(':') == text.npos ? v4 : v6;
    list += (list.empty() ? "" : ", ") + text;
  }
  std::vector<std::string> out;
  if (!v4.empty()) out.push_back(fmt::format("ip saddr {{ {} }}", v4));
  if (!v6.empty()) out.push_back(fmt::format("ip6 saddr {{ {} }}", v6));
  return out;
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

std::vector<std::string> firewall_lines(const net::NetworkSet& inside) {
  std::vector<std::string> out;
  for (const std::string& clients : from_clients(inside)) {
    const std::string rule = "nft add rule inet filter forward " + clients;
    // QUIC; DNS over TLS and over QUIC; other resolvers than the council's.
    out.push_back(rule + " udp dport 443 reject");
    out.push_back(rule + " meta l4proto { tcp, udp } th dport 853 reject");
    out.push_back(rule + " meta l4proto { tcp, udp } th dport 53 reject");
  }
  return out;
}

void say_mirror(const MirrorHealth& mirror, const net::NetworkSet& inside,
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
  number("refused names over QUIC, let go", counts.quic);
  number("connections forgotten for want of room", counts.evicted);
  say("  what it cannot do",
      "reset QUIC; hold anything back; a firewall with these lines can (the last: but for your resolver)");
  for (const std::string& line : firewall_lines(inside)) say("  firewall", line);
}

}  // namespace edgewatch::runtime

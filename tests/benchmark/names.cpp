#include "names.hpp"

#include <array>

#include <fmt/format.h>

namespace edgewatch::benchmark {
namespace {

constexpr std::size_t catalogue_every = 10;
constexpr std::uint32_t first_server_v4 = 0xc6120000;  // 198.18.0.0, RFC 2544
constexpr std::uint32_t servers_v4 = 0x20000;
constexpr std::uint32_t first_client_v4 = 0x0a140000;  // 10.20.0.0
constexpr std::size_t hosts_a_network = 250;

constexpr const char* syllables[] = {"tor", "vel", "kun", "mar", "sil", "bre", "don", "fi",  "gal", "hem",
                                     "jor", "lu",  "nor", "pel", "ras", "tam", "und", "wix", "yar", "zo"};
constexpr const char* hosts[] = {"www", "api", "cdn", "static", "img", "login", "edge-2", "assets.eu-west"};

// `{}` is a number of a server's own.
constexpr const char* catalogue_hosts[] = {"www.facebook.com",
                                           "scontent-lhr{}-1.xx.fbcdn.net",
                                           "www.instagram.com",
                                           "www.youtube.com",
                                           "rr{}---sn-aigl6n7s.googlevideo.com",
                                           "i.ytimg.com",
                                           "www.tiktok.com",
                                           "www.reddit.com",
                                           "www.linkedin.com",
                                           "media{}.licdn.com",
                                           "x.com",
                                           "video{}.twimg.com",
                                           "open.spotify.com",
                                           "www.netflix.com",
                                           "ipv4-c{}-lhr001-ix.1.oca.nflxvideo.net",
                                           "discord.com",
                                           "web.whatsapp.com",
                                           "www.pinterest.com"};

std::string catalogue_host(std::size_t number) {
  const char* form = catalogue_hosts[number % std::size(catalogue_hosts)];
  return fmt::format(fmt::runtime(form), number / std::size(catalogue_hosts));
}

net::IpAddress v6_of(std::uint16_t network, std::uint64_t host) {
  std::array<std::uint8_t, 16> bytes{
      0x20, 0x01, 0x0d, 0xb8, static_cast<std::uint8_t>(network >> 8), static_cast<std::uint8_t>(network)};
  for (std::size_t i = 0; i < 8; ++i) bytes[15 - i] = static_cast<std::uint8_t>(host >> (8 * i));
  return *net::IpAddress::from_bytes(bytes);
}

}  // namespace

std::string site(std::uint64_t i) {
  constexpr std::uint64_t count = std::size(syllables);
  std::string word = fmt::format("{}{}{}", syllables[i % count], syllables[i / count % count],
                                 syllables[i / count / count % count]);
  if (const std::uint64_t rest = i / count / count / count; rest != 0) word += fmt::format("-{}", rest);
  return word + ".example";
}

Names::Names(std::size_t count) {
  names_.reserve(count);
  for (std::size_t i = 0; names_.size() < count; ++i) {
    // A form without a number of its own is the same name again and again: only the first time round.
    if (i % catalogue_every == catalogue_every - 1) {
      const std::size_t number = i / catalogue_every;
      std::string name = catalogue_host(number);
      if (number < std::size(catalogue_hosts) ||
          name != catalogue_host(number % std::size(catalogue_hosts))) {
        names_.push_back(std::move(name));
        continue;
      }
    }
    names_.push_back(fmt::format("{}.{}", hosts[i % std::size(hosts)], site(i / 2)));
  }
}

net::IpAddress Names::server_v4(std::size_t i) {
  return net::IpAddress::v4(first_server_v4 + static_cast<std::uint32_t>(i * 5 % servers_v4));
}

net::IpAddress Names::server_v6(std::size_t i) { return v6_of(0x5180, i + 1); }

Client client(std::size_t i) {
  const auto network = static_cast<std::uint32_t>(i / hosts_a_network + 16);
  const auto host = static_cast<std::uint32_t>(i % hosts_a_network + 2);
  return {net::IpAddress::v4(first_client_v4 + (network << 8) + host), v6_of(0x20, (network << 16) + host),
          net::MacAddress(
              {0x02, 0x00, 0x5e, 0x10, static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)})};
}

net::MacAddress router_mac() { return net::MacAddress({0x02, 0x00, 0x5e, 0x10, 0xff, 0x01}); }

}  // namespace edgewatch::benchmark

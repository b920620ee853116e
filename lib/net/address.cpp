#include "edgewatch/net/address.hpp"

#include "edgewatch/base/hash.hpp"

#include <algorithm>

#include <arpa/inet.h>

namespace edgewatch::net {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

__extension__ using Wide = unsigned __int128;

/// One wide multiplication, as in wyhash, by numbers that nobody outside this process knows: a client chooses
/// its IPv6 addresses, and must not be able to choose such as meet in our tables.
std::size_t spread(std::uint64_t a, std::uint64_t b) {
  static const HashKey key = random_hash_key();
  const Wide product = static_cast<Wide>(a ^ key.k0) * (b ^ key.k1);
  std::uint64_t mixed = static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
  mixed *= 0xc4ceb9fe1a85ec53U;
  return static_cast<std::size_t>(mixed ^ mixed >> 32U);
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  const std::string terminated(text);
  IpAddress out;
  if (terminated.size() != text.size() || terminated.find('\0') != std::string::npos) return std::nullopt;
  out.is_v4_ = text.find(':') == std::string_view::npos;
  if (inet_pton(out.is_v4_ ? AF_INET : AF_INET6, terminated.c_str(), out.bytes_.data()) != 1)
    return std::nullopt;
  return out;
}

bool IpAddress::is_multicast_or_broadcast() const {
  if (!is_v4_) return bytes_[0] == 0xff;
  return (bytes_[0] & 0xf0U) == 0xe0U ||
         std::all_of(bytes_.begin(), bytes_.begin() + 4, [](auto b) { return b == 0xff; });
}

bool IpAddress::is_unspecified() const {
  return std::all_of(bytes_.begin(), bytes_.end(), [](auto b) { return b == 0; });
}

std::string IpAddress::to_string() const {
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  if (inet_ntop(is_v4_ ? AF_INET : AF_INET6, bytes_.data(), buffer.data(), buffer.size()) == nullptr)
    return {};
  return buffer.data();
}

std::optional<Network> Network::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto base = IpAddress::parse(text.substr(0, slash));
  if (!base) return std::nullopt;
  const unsigned most = base->is_v4() ? 32 : 128;
  unsigned bits = most;
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    if (digits.empty() || digits.size() > 3) return std::nullopt;
    bits = 0;
    for (const char c : digits) {
      if (c < '0' || c > '9') return std::nullopt;
      bits = bits * 10 + static_cast<unsigned>(c - '0');
    }
    if (bits > most) return std::nullopt;
  }
  const Bytes bytes = base->bytes();
  for (unsigned bit = bits; bit < most; ++bit) {
    if ((bytes[bit / 8] & (0x80U >> (bit % 8))) != 0) return std::nullopt;
  }
  Network out;
  out.base_ = *base;
  out.bits_ = static_cast<std::uint8_t>(bits);
  return out;
}

bool Network::contains(const IpAddress& address) const {
  if (address.is_v4() != base_.is_v4()) return false;
  const Bytes a = address.bytes();
  const Bytes b = base_.bytes();
  const std::size_t whole = bits_ / 8U;
  if (!std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(whole), b.begin())) return false;
  const unsigned left = bits_ % 8U;
  if (left == 0) return true;
  const unsigned mask = 0xffU << (8 - left);
  return ((a[whole] ^ b[whole]) & mask & 0xffU) == 0;
}

std::string Network::to_string() const { return base_.to_string() + '/' + std::to_string(bits_); }

bool contains(const NetworkSet& networks, const IpAddress& address) {
  return std::any_of(networks.begin(), networks.end(), [&](const Network& n) { return n.contains(address); });
}

std::optional<MacAddress> MacAddress::parse(std::string_view text) {
  // Three spellings, each with its separators in the one right place: 17 characters with : or -, 14 with
  // dots.
  const bool dotted = text.size() == 14;
  if (!dotted && text.size() != 17) return std::nullopt;
  const std::size_t group = dotted ? 4 : 2;
  const char separator = dotted ? '.' : text[2];
  if (separator != ':' && separator != '-' && separator != '.') return std::nullopt;
  if (!dotted && separator == '.') return std::nullopt;
  MacAddress out;
  std::size_t nibble = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i % (group + 1) == group) {
      if (text[i] != separator) return std::nullopt;
      continue;
    }
    const int value = hex_value(text[i]);
    if (value < 0) return std::nullopt;
    std::uint8_t& byte = out.bytes_[nibble / 2];
    byte = static_cast<std::uint8_t>((byte << 4U) | static_cast<unsigned>(value));
    ++nibble;
  }
  return out;
}

std::string MacAddress::to_string() const {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const std::uint8_t byte : bytes_) {
    if (!out.empty()) out += ':';
    out += digits[byte >> 4U];
    out += digits[byte & 15U];
  }
  return out;
}

}  // namespace edgewatch::net

std::size_t std::hash<edgewatch::net::IpAddress>::operator()(
    const edgewatch::net::IpAddress& address) const noexcept {
  std::array<std::uint64_t, 2> words{};
  std::memcpy(words.data(), address.bytes().data(), address.bytes().size());
  return edgewatch::net::spread(words[0], words[1] + (address.is_v4() ? 1 : 0));
}
std::size_t std::hash<edgewatch::net::MacAddress>::operator()(
    const edgewatch::net::MacAddress& address) const noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, address.bytes().data(), address.bytes().size());
  return edgewatch::net::spread(word, 0);
}

// Addresses of networks as values: IPv4 and IPv6 addresses, networks in CIDR form, MAC addresses. Nothing is
// allocated. Any thread.
#pragma once

#include "edgewatch/base/bytes.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edgewatch::net {

/// An IPv4 or IPv6 address. IPv4-mapped IPv6 (::ffff:a.b.c.d) is kept as the IPv6 address it is on the wire.
class IpAddress {
 public:
  IpAddress() = default;  ///< 0.0.0.0
  static IpAddress v4(std::uint32_t host_order) {
    IpAddress out;
    for (std::size_t i = 0; i < 4; ++i) out.bytes_[i] = static_cast<std::uint8_t>(host_order >> (24 - 8 * i));
    return out;
  }
  /// Takes four bytes in network order; quicker than making another.
  void assign_v4(const std::uint8_t* four) {
    is_v4_ = true;
    std::array<std::uint32_t, 4> words{};
    std::memcpy(words.data(), four, sizeof words[0]);
    std::memcpy(bytes_.data(), words.data(), sizeof words);
  }
  /// Takes sixteen bytes in network order.
  void assign_v6(const std::uint8_t* sixteen) {
    is_v4_ = false;
    std::memcpy(bytes_.data(), sixteen, bytes_.size());
  }
  /// 4 or 16 bytes in network order; nothing for any other length.
  static std::optional<IpAddress> from_bytes(Bytes bytes) {
    if (bytes.size() != 4 && bytes.size() != 16) return std::nullopt;
    IpAddress out;
    out.is_v4_ = bytes.size() == 4;
    if (out.is_v4_) {
      std::memcpy(out.bytes_.data(), bytes.data(), 4);
    } else {
      std::memcpy(out.bytes_.data(), bytes.data(), 16);
    }
    return out;
  }
  /// Dotted quad or RFC 4291 text; no zone id, no brackets.
  static std::optional<IpAddress> parse(std::string_view text);

  [[nodiscard]] bool is_v4() const { return is_v4_; }
  /// 4 or 16 bytes in network order; good as long as this address.
  [[nodiscard]] Bytes bytes() const { return Bytes(bytes_.data(), is_v4_ ? 4 : 16); }
  [[nodiscard]] bool is_multicast_or_broadcast() const;
  [[nodiscard]] bool is_unspecified() const;
  /// RFC 5952 form.
  [[nodiscard]] std::string to_string() const;

  auto operator<=>(const IpAddress&) const = default;

 private:
  bool is_v4_ = true;
  std::array<std::uint8_t, 16> bytes_{};
};

/// A network in CIDR form: `10.20.0.0/16`, `2001:db8::/32`; a bare address is a network of one.
class Network {
 public:
  /// Nothing for text of another form, or where host bits are set.
  static std::optional<Network> parse(std::string_view text);
  [[nodiscard]] bool contains(const IpAddress& address) const;
  [[nodiscard]] std::string to_string() const;
  bool operator==(const Network&) const = default;

 private:
  IpAddress base_;
  std::uint8_t bits_ = 32;
};

using NetworkSet = std::vector<Network>;
[[nodiscard]] bool contains(const NetworkSet& networks, const IpAddress& address);

class MacAddress {
 public:
  MacAddress() = default;
  explicit MacAddress(std::array<std::uint8_t, 6> bytes) : bytes_(bytes) {}
  static std::optional<MacAddress> from_bytes(Bytes bytes) {
    if (bytes.size() != 6) return std::nullopt;
    MacAddress out;
    std::memcpy(out.bytes_.data(), bytes.data(), 6);
    return out;
  }
  /// `02:00:5e:10:00:01`, `02-00-...`, `0200.5e10.0001`, any case.
  static std::optional<MacAddress> parse(std::string_view text);
  [[nodiscard]] Bytes bytes() const { return bytes_; }
  /// Lower case, colons.
  [[nodiscard]] std::string to_string() const;
  auto operator<=>(const MacAddress&) const = default;

 private:
  std::array<std::uint8_t, 6> bytes_{};
};

struct Endpoint {
  IpAddress address;
  std::uint16_t port = 0;
  auto operator<=>(const Endpoint&) const = default;
};

}  // namespace edgewatch::net

template <>
struct std::hash<edgewatch::net::IpAddress> {
  std::size_t operator()(const edgewatch::net::IpAddress& address) const noexcept;
};
template <>
struct std::hash<edgewatch::net::MacAddress> {
  std::size_t operator()(const edgewatch::net::MacAddress& address) const noexcept;
};

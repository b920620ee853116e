// The host names of the benchmark captures: invented sites below `.example`, and among them a few of the
// shipped catalogue, because the whole product is measured. Functions of an index; any thread.
#pragma once

#include "edgewatch/net/address.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace edgewatch::benchmark {

/// `count` different host names, one in ten of them a name of the shipped catalogue's services (which repeat
/// beyond their number under host names of their own, as content servers do).
class Names {
 public:
  explicit Names(std::size_t count);
  [[nodiscard]] std::size_t size() const { return names_.size(); }
  [[nodiscard]] const std::string& name(std::size_t i) const { return names_[i]; }
  /// Where the host of that name answers: 198.18.0.0/15 (RFC 2544) and 2001:db8:5180::/48.
  [[nodiscard]] static net::IpAddress server_v4(std::size_t i);
  [[nodiscard]] static net::IpAddress server_v6(std::size_t i);

 private:
  std::vector<std::string> names_;
};

/// The registrable name of the invented site `i`, as `toravel-kun.example`; different for each `i`.
[[nodiscard]] std::string site(std::uint64_t i);

/// The clients: person `i` (from 0) has one address of each family and one MAC.
struct Client {
  net::IpAddress v4;
  net::IpAddress v6;
  net::MacAddress mac;
};
[[nodiscard]] Client client(std::size_t i);
[[nodiscard]] net::MacAddress router_mac();

}  // namespace edgewatch::benchmark

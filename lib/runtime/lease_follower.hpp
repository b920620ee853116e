// Follows one DHCP server's lease file as it changes: rewritten in place (dnsmasq), appended to and cleaned
// up in parts (Kea), replaced (ISC dhcpd). Owns what it read last; one thread.
#pragma once

#include "edgewatch/config/identity_sources.hpp"

#include "lease_text.hpp"

#include <chrono>
#include <string>
#include <tuple>
#include <vector>

namespace edgewatch::runtime {

class LeaseFollower {
 public:
  using Moment = std::chrono::steady_clock::time_point;

  explicit LeaseFollower(config::LeaseFile file) : file_(std::move(file)) {}

  /// Looks whether the file changed, and gives what that says. A change is read once it has rested from one
  /// look to the next, for a server that rewrites in place is seen half way otherwise; one that never rests
  /// is read after some seconds all the same. While the file cannot be read, what it said holds until it
  /// ends by itself.
  [[nodiscard]] std::vector<model::TenancyEvent> look(Timestamp now, Moment moment);

  [[nodiscard]] const config::LeaseFile& file() const { return file_; }
  [[nodiscard]] const LeaseTable& table() const { return table_; }
  /// Whether the file has been read at all.
  [[nodiscard]] bool began() const { return began_; }
  /// Why the file cannot be read; empty while it can.
  [[nodiscard]] const std::string& error() const { return error_; }

  static constexpr std::chrono::seconds longest_unrest{5};
  static constexpr std::size_t largest_file = std::size_t{64} << 20U;

 private:
  /// Device, number, size and time of change of each part.
  using Signature = std::vector<std::tuple<std::uint64_t, std::uint64_t, std::int64_t, std::int64_t>>;
  [[nodiscard]] std::vector<std::filesystem::path> parts() const;
  [[nodiscard]] Signature signature() const;
  [[nodiscard]] bool read(LeaseTable& out);

  config::LeaseFile file_;
  LeaseTable table_;
  Signature applied_, seen_;
  bool began_ = false;
  std::optional<Moment> restless_since_;
  std::string error_;
};

}  // namespace edgewatch::runtime

// Whose checksums may be judged. A machine that captures its own traffic, or one behind it, shows packets
// whose checksums the network card would have filled in: where most packets of a sender fail, it is that, and
// says nothing. Bounded; owns its counts; one thread.
#pragma once

#include "edgewatch/base/hash.hpp"
#include "edgewatch/wire/checksum.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace edgewatch::observe {

class Senders {
 public:
  explicit Senders(HashKey hash_key);

  /// Where a sender was found, for whoever will ask of it again: it is looked for there first.
  using Place = std::uint16_t;
  static constexpr Place nowhere = 0xffff;

  /// Counts the packet for its sender (source and MAC address) and says whether its bytes may be believed:
  /// its checksums hold, cannot be told, or fail like over half of what this sender sent. Brings `place` up
  /// to date.
  [[nodiscard]] bool is_believed(const wire::Datagram& datagram, Place& place);
  [[nodiscard]] bool is_believed(const wire::Datagram& datagram) {
    Place place = nowhere;
    return is_believed(datagram, place);
  }

 private:
  struct Tally {
    std::uint32_t good = 0;
    std::uint32_t bad = 0;

    void count(wire::Checksum checksum);
    [[nodiscard]] bool mostly_bad() const { return bad > good; }
    [[nodiscard]] bool is_settled() const { return good + bad >= 8; }  ///< no single forgery decides
  };
  struct Sender {
    std::uint64_t key = 0;  ///< of source and address; 0 for a free place
    Tally all;
    Tally loaded;  ///< of packets with payload
  };
  [[nodiscard]] Sender& sender_of(const wire::Datagram& datagram, Place& place);

  static constexpr std::size_t most_senders = 8192;
  static_assert(most_senders <= nowhere);
  HashKey hash_key_;
  /// One place for each; two senders of one place take turns, each beginning anew: that many machines behind
  /// one tap all come through a router, and have its address.
  std::vector<Sender> senders_;
  /// Of those that sent lately, found without a hash; who crafts addresses that meet here costs us a hash.
  struct Recent {
    std::uint64_t key = 0;
    Place place = 0;
  };
  std::array<Recent, 64> recent_{};
};

}  // namespace edgewatch::observe

// Whose checksums may be judged. A machine that captures its own traffic, or one behind it, shows packets
// whose checksums the network card would have filled in: where most packets of a sender fail, it is that, and
// says nothing. Bounded; owns its counts; one thread.
#pragma once

#include "edgewatch/base/hash.hpp"
#include "edgewatch/wire/checksum.hpp"

#include <cstdint>
#include <vector>

namespace edgewatch::observe {

class Senders {
 public:
  explicit Senders(HashKey hash_key);

  /// Counts the packet for its sender (source and MAC address) and says whether its bytes may be believed:
  /// its checksums hold, cannot be told, or fail like over half of what this sender sent.
  [[nodiscard]] bool is_believed(const wire::Datagram& datagram);
  /// How many that were known well lost their place to another.
  [[nodiscard]] std::uint64_t evicted() const { return evicted_; }
  /// Asks memory for what that will look at.
  void expect(const wire::Datagram& datagram) const {
    __builtin_prefetch(&senders_[place_of(key_of(datagram))]);
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
  [[nodiscard]] std::uint64_t key_of(const wire::Datagram& datagram) const;
  /// Multiply-shift hashing by a secret number (Dietzfelbinger and others 1997): whoever has another's place
  /// only makes the two of them begin anew, and cannot know that it is so.
  [[nodiscard]] std::size_t place_of(std::uint64_t key) const {
    return static_cast<std::size_t>(key * multiplier_ >> (64U - place_bits));
  }
  [[nodiscard]] Sender& sender_of(const wire::Datagram& datagram);

  static constexpr unsigned place_bits = 13;
  HashKey hash_key_;
  std::uint64_t multiplier_;
  /// One place for each; two senders of one place take turns, each beginning anew: that many machines behind
  /// one tap all come through a router, and have its address.
  std::vector<Sender> senders_;
  std::uint64_t evicted_ = 0;
};

}  // namespace edgewatch::observe

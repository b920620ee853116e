// Fragments of IPv4 (RFC 791) and IPv6 (RFC 8200 section 4.5) put together again, in bounded memory. Owns
// what it keeps; one thread.
#pragma once

#include "edgewatch/base/hash.hpp"
#include "edgewatch/base/result.hpp"
#include "edgewatch/base/time.hpp"
#include "edgewatch/net/address.hpp"
#include "edgewatch/wire/decode_error.hpp"

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <unordered_map>
#include <vector>

namespace edgewatch::wire {

struct FragmentLimits {
  std::size_t sets = 1024;                   ///< datagrams in the making
  std::size_t bytes = std::size_t{4} << 20;  ///< held by all of them
  std::size_t pieces = 1024;                 ///< of one datagram
  Duration age = std::chrono::seconds(
      30);  ///< between the first fragment of a datagram and its last (RFC 791 section 3.2)
};

/// Which datagram a fragment belongs to (RFC 791 section 3.2; RFC 8200 leaves the protocol out, so it is 0
/// there).
struct FragmentKey {
  net::IpAddress from, to;
  std::uint32_t identification = 0;
  std::uint8_t protocol = 0;
  bool operator==(const FragmentKey&) const = default;
};

class Fragments {
 public:
  explicit Fragments(HashKey hash_key, FragmentLimits limits = {});

  /// Takes one fragment: `offset` in bytes, `payload` what lies behind the fragment's headers. Gives the
  /// whole payload of the datagram when this was the last piece missing, a view good until the next call.
  /// Refuses a set whose pieces disagree about a byte or about the end (ip_fragment_overlap) and every later
  /// piece of it (RFC 5722), and pieces past 65,535 bytes or too many (ip_fragment_limit).
  [[nodiscard]] Result<std::optional<Bytes>, DecodeError> add(Timestamp at, const FragmentKey& key,
                                                              std::size_t offset, bool more, Bytes payload);

  /// Datagrams given up for age or room, so far.
  [[nodiscard]] std::uint64_t evicted() const { return evicted_; }
  /// Memory held for pieces, in bytes.
  [[nodiscard]] std::size_t held() const { return held_; }
  /// Datagrams in the making.
  [[nodiscard]] std::size_t sets() const { return by_age_.size(); }

 private:
  struct Piece {
    std::size_t offset = 0;
    std::vector<std::uint8_t> bytes;
  };
  struct Set {
    FragmentKey key;
    Timestamp begun;
    std::vector<Piece> pieces;  ///< in order of offset, never overlapping
    std::size_t received = 0;
    std::optional<std::size_t> total;
    bool refused = false;
  };
  using Sets = std::list<Set>;  ///< oldest first
  struct Hasher {
    HashKey key;
    std::size_t operator()(const FragmentKey& fragment) const;
  };

  [[nodiscard]] Set& set_for(Timestamp at, const FragmentKey& key);
  [[nodiscard]] std::optional<DecodeError> insert(Set& set, std::size_t offset, Bytes payload);
  [[nodiscard]] Result<std::optional<Bytes>, DecodeError> refuse(Set& set, Malformation why);
  [[nodiscard]] Bytes assemble(Set& set);
  void drop(Sets::iterator set);
  void empty(Set& set);

  FragmentLimits limits_;
  Sets by_age_;
  std::unordered_map<FragmentKey, Sets::iterator, Hasher> by_key_;
  std::vector<std::uint8_t> whole_;
  Timestamp now_{};
  std::size_t held_ = 0;
  std::uint64_t evicted_ = 0;
};

}  // namespace edgewatch::wire

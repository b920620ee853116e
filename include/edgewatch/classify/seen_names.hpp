// Names that many clients use, counted so that the next edition of a list can be tried on them. In memory
// alone and bounded. No client is kept: a name has 64 bits, and who uses it sets the one that a keyed hash of
// the name and the address says, under a key that ends with the process. Safe from any thread.
#pragma once

#include "edgewatch/base/hash.hpp"
#include "edgewatch/base/time.hpp"
#include "edgewatch/net/address.hpp"
#include "edgewatch/net/host_name.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace edgewatch::classify {

class SeenNames {
 public:
  SeenNames(HashKey key, std::size_t most_names) : key_(key), most_names_(most_names), names_(0, Hash{key}) {}

  void note(const net::HostName& name, const net::IpAddress& client, Timestamp at);

  struct Seen {
    net::HostName name;
    unsigned clients = 0;  ///< at least so many: two may have set the same bit. At most 64 are told apart
  };
  /// Names that at least so many clients used in the 18 to 24 hours before the last note, in order of names.
  [[nodiscard]] std::vector<Seen> seen_by(unsigned clients) const;

 private:
  static constexpr std::size_t spans = 4;  ///< of six hours
  struct Clients {
    std::array<std::uint64_t, spans> used{};  ///< the bits of each span, the one that runs first
    std::int64_t span = 0;                    ///< that of the first
    void move_to(std::int64_t now);
    [[nodiscard]] unsigned count() const;
  };
  struct Hash {
    HashKey key;
    std::size_t operator()(const std::string& text) const {
      return siphash(key, Bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
    }
  };
  void make_room();

  mutable std::mutex mutex_;
  HashKey key_;
  std::size_t most_names_;
  std::unordered_map<std::string, Clients, Hash> names_;
  std::int64_t span_ = 0;         ///< that runs
  std::int64_t full_since_ = -1;  ///< the span in which no room could be made
};

}  // namespace edgewatch::classify

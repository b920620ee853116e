// Which DNS questions are open, so that an answer is believed only where it was asked for: by this client, of
// this server, with this id (RFC 5452 section 3). Of fixed size; one thread.
#pragma once

#include "edgewatch/base/hash.hpp"
#include "edgewatch/base/time.hpp"
#include "edgewatch/net/address.hpp"
#include "edgewatch/net/host_name.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace edgewatch::observe {

class Questions {
 public:
  /// A question stays open for `patience`; resolvers ask again long before.
  static constexpr Duration patience = std::chrono::seconds(30);

  /// `bytes`: memory for all of them.
  Questions(HashKey hash_key, std::size_t bytes);

  struct Asked {
    net::Endpoint client;
    net::Endpoint server;
    std::uint16_t id = 0;
    const net::HostName& qname;
    std::uint16_t qtype = 0;
    /// The client's side of the frame; not part of what is asked.
    std::optional<net::MacAddress> mac = std::nullopt;
  };
  enum class Was : std::uint8_t {
    not_asked,
    asked_elsewhere,  ///< from another MAC address than the answer goes to
    asked,
  };
  /// Stands for all of a question but the client's MAC address; never 0.
  using Key = std::uint64_t;
  /// Asks memory for where the question stands or will stand, for what takes a while comes between.
  [[nodiscard]] Key expect(const Asked& question) const;
  void ask(const Asked& question, Timestamp at);
  /// Whether it was asked within `patience`. It may be answered again: resolvers' answers come twice.
  [[nodiscard]] Was was_asked(Key key, const std::optional<net::MacAddress>& mac, Timestamp at);
  /// Questions that gave way before their patience was over.
  [[nodiscard]] std::uint64_t evicted() const { return evicted_ + (evicts(waiting_) ? 1 : 0); }

 private:
  struct Place {
    Key key = 0;
    Timestamp at = Timestamp::min();
    std::optional<net::MacAddress> mac;
  };
  static constexpr std::size_t places_a_row = 4;
  [[nodiscard]] Key key_of(const Asked& question) const;
  [[nodiscard]] std::size_t row_of(Key key) const { return (key >> 1U & (rows_ - 1)) * places_a_row; }
  [[nodiscard]] std::size_t place_for(Key key) const;
  [[nodiscard]] bool evicts(const Place& question) const;
  void catch_up();

  HashKey hash_key_;
  std::size_t rows_;
  std::vector<Place> places_;  ///< rows of four; the oldest of a row gives way
  Place waiting_;              ///< the last that was asked, until its row has come from memory
  std::uint64_t evicted_ = 0;
};

}  // namespace edgewatch::observe

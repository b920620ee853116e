// What the DNS answers of each client said, for as long as the client may act upon them: facts under a client
// and a subject, in bounded memory. It never asks a clock and forgets nothing because time passes: a fact
// says until when it holds, and the caller compares. Owns its facts; one thread.
#pragma once

#include "edgewatch/base/hash.hpp"
#include "edgewatch/base/time.hpp"
#include "edgewatch/net/address.hpp"

#include "place_index.hpp"
#include "record_log.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace edgewatch::observe {

class AnswerStore {
 public:
  enum class Kind : std::uint8_t {
    address,      ///< subject: an address; name: what the client asked for
    alias,        ///< subject: the target of an HTTPS record; name: what the client asked for
    binding,      ///< subject: a name with an HTTPS answer; no name
    public_name,  ///< subject: the public name of an ECH configuration; no name
  };
  struct Fact {
    std::string_view name;  ///< empty: none, or names that are too many to keep; good until the next learn()
    Timestamp until;
    std::uint8_t flags = 0;
  };
  struct Acquaintance {
    Timestamp since;             ///< when the client was first met
    Timestamp incomplete_until;  ///< until then something that it was answered may be forgotten here
  };
  /// More names than this under one subject are not told apart: that they are several is all that is kept.
  static constexpr std::size_t most_names = 8;
  /// Those, and that there are more.
  class Facts {
   public:
    void add(const Fact& fact) { facts_[size_++] = fact; }
    [[nodiscard]] bool empty() const { return size_ == 0; }
    [[nodiscard]] bool full() const { return size_ == facts_.size(); }
    [[nodiscard]] const Fact* begin() const { return facts_.data(); }
    [[nodiscard]] const Fact* end() const { return facts_.data() + size_; }

   private:
    std::array<Fact, most_names + 1> facts_{};
    std::size_t size_ = 0;
  };
  /// A client that was met, until another is.
  using ClientPlace = std::uint32_t;
  /// What several facts may be about: a view.
  struct Name {
    std::string_view text;
    std::uint32_t hash = 0;
  };

  /// A fact is still found this long after it held, while there is room.
  static constexpr Duration lingering = std::chrono::minutes(15);

  AnswerStore(HashKey key, std::size_t bytes);

  /// The client is there: `since` is kept from the first time.
  ClientPlace meet(const net::IpAddress& client, Timestamp at);
  /// A fact that is known already holds for the longer of the two spans, with the newer flags. It is found
  /// after the next catch_up().
  void learn(ClientPlace client, Kind kind, Bytes subject, Name name, Timestamp at, Timestamp until,
             std::uint8_t flags = 0);
  [[nodiscard]] Name name(std::string_view text) const;
  /// Puts what was learned where it is found. Most of what a fact costs is waiting for memory, so a few wait
  /// together; whoever asks must call this first.
  void catch_up();
  /// In no order that means anything.
  [[nodiscard]] Facts find(ClientPlace client, Kind kind, Bytes subject) const;
  [[nodiscard]] const Acquaintance& acquaintance(ClientPlace client) const {
    return clients_[client].acquaintance;
  }
  void forget(const net::IpAddress& client);

  /// Memory held, in bytes, and its limit.
  [[nodiscard]] std::size_t held() const;
  [[nodiscard]] std::size_t limit() const { return limit_; }
  /// Facts given up for want of room while they still held, those of clients that were given up left out;
  /// clients given up.
  [[nodiscard]] std::uint64_t evicted_facts() const { return evicted_facts_; }
  [[nodiscard]] std::uint64_t evicted_clients() const { return evicted_clients_; }

 private:
  // 128 keyed bits stand for client, kind and subject.
  using Digest = std::array<std::uint64_t, 2>;
  /// Stands in the log with the characters of the name behind it.
  struct Kept {
    Digest digest{};
    Timestamp until{};
    std::uint32_t client = 0;
    std::uint32_t client_id = 0;
    std::uint32_t name_hash = 0;
    std::uint16_t name_length = 0;
    std::uint8_t flags = 0;
    bool renewed = false;  ///< since it came to stand where it stands
    bool gone = false;

    [[nodiscard]] std::uint32_t hash() const { return static_cast<std::uint32_t>(digest[0]); }
    [[nodiscard]] std::string_view name() const {
      return {reinterpret_cast<const char*>(this + 1), name_length};
    }
    [[nodiscard]] std::size_t bytes() const { return sizeof(Kept) + name_length; }
  };
  struct Client {
    net::IpAddress address;
    std::uint32_t hash = 0;
    std::uint32_t id = 0;  ///< another whenever what was kept of it is to be forgotten
    std::uint32_t facts = 0;
    std::uint32_t older = PlaceIndex::nothing;  ///< the list of all, by when they were last met
    std::uint32_t newer = PlaceIndex::nothing;
    Acquaintance acquaintance;
    Timestamp latest = Timestamp::min();  ///< until when something that was learned of it holds
    Timestamp moved = Timestamp::min();   ///< when it came to the young end of the list
  };

  /// A fact that is to be put where it is found.
  struct Waiting {
    Kept fact;
    Timestamp at{};
    std::array<char, 128> name;  ///< longer ones do not wait
  };

  void put(Kept& fact, std::string_view name, Timestamp at);
  [[nodiscard]] std::uint32_t hash_of(const net::IpAddress& address) const;
  [[nodiscard]] std::uint32_t find_client(const net::IpAddress& address) const;
  [[nodiscard]] std::uint32_t insert_client(const net::IpAddress& address, Timestamp at);
  [[nodiscard]] Digest digest_of(const Client& client, Kind kind, Bytes subject) const;
  [[nodiscard]] Kept& kept(std::uint32_t place) { return *reinterpret_cast<Kept*>(facts_.at(place)); }
  [[nodiscard]] const Kept& kept(std::uint32_t place) const {
    return *reinterpret_cast<const Kept*>(facts_.at(place));
  }
  [[nodiscard]] Client* owner_of(const Kept& fact);
  void insert(const Kept& fact, std::string_view name);
  void remove(std::uint32_t place);
  void link(std::uint32_t place);
  void unlink(std::uint32_t place);
  void remove_client(std::uint32_t place);
  void begin_anew(Client& client);
  void sweep();
  void look_ahead();
  void give_up_oldest();
  void make_room();

  HashKey key_;
  std::array<Waiting, 8> waiting_;
  std::size_t first_waiting_ = 0;
  std::size_t count_waiting_ = 0;
  std::size_t limit_;
  std::size_t most_facts_;
  std::size_t most_facts_of_a_client_;
  std::size_t most_clients_;
  RecordLog facts_;                  ///< in the order they were learned
  std::size_t dead_ = 0;             ///< of them, those that nobody finds any more
  std::size_t expected_ = 0;         ///< of them from the oldest on, those whose going was prepared
  std::uint32_t last_expected_ = 0;  ///< the last of those
  PlaceIndex fact_places_;
  std::vector<Client> clients_;
  std::vector<std::uint32_t> free_clients_;
  PlaceIndex client_places_;
  std::uint32_t oldest_client_ = PlaceIndex::nothing;
  std::uint32_t newest_client_ = PlaceIndex::nothing;
  std::uint32_t last_client_id_ = 0;
  Timestamp now_ = Timestamp::min();              ///< the greatest stamp of a fact or a meeting
  Timestamp forgotten_until_ = Timestamp::min();  ///< of clients that were given up
  std::uint64_t evicted_facts_ = 0;
  std::uint64_t evicted_clients_ = 0;
};

}  // namespace edgewatch::observe

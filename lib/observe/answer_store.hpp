// What the DNS answers of each client said, for as long as the client may act upon them: facts under a client
// and a subject, in bounded memory. It never asks a clock and forgets nothing because time passes: a fact
// says until when it holds, and the caller compares. Owns its facts; one thread.
#pragma once

#include "edgewatch/base/hash.hpp"
#include "edgewatch/base/time.hpp"
#include "edgewatch/net/address.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace edgewatch::observe {

/// Places in a deque, linked from the oldest to the newest.
inline constexpr std::uint32_t no_place = 0xffffffff;
struct Links {
  std::uint32_t older = no_place;
  std::uint32_t newer = no_place;
};
struct Ends {
  std::uint32_t oldest = no_place;
  std::uint32_t newest = no_place;
};

/// Names by number, each kept once however many facts speak of it.
class NamePool {
 public:
  explicit NamePool(HashKey key) : places_(0, Hash{key}) {}
  /// One more fact speaks of this name.
  [[nodiscard]] std::uint32_t take(std::string_view name);
  void drop(std::uint32_t place);
  /// Good until it is dropped by the last.
  [[nodiscard]] std::string_view text(std::uint32_t place) const { return names_[place].text; }
  [[nodiscard]] std::size_t held() const { return held_; }

 private:
  struct Hash {
    HashKey key;
    std::size_t operator()(std::string_view text) const noexcept;
  };
  struct Name {
    std::string text;
    std::uint32_t uses = 0;
  };
  std::deque<Name> names_;
  std::vector<std::uint32_t> free_;
  std::unordered_map<std::string_view, std::uint32_t, Hash> places_;
  std::size_t held_ = 0;
};

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

  /// A fact is still found this long after it held, while there is room.
  static constexpr Duration lingering = std::chrono::minutes(15);

  AnswerStore(HashKey key, std::size_t bytes);

  /// The client is there: `since` is kept from the first time.
  void meet(const net::IpAddress& client, Timestamp at);
  /// A fact that is known already holds for the longer of the two spans, with the newer flags.
  void learn(const net::IpAddress& client, Kind kind, Bytes subject, std::string_view name, Timestamp at,
             Timestamp until, std::uint8_t flags = 0);
  /// In no order that means anything.
  [[nodiscard]] std::vector<Fact> find(const net::IpAddress& client, Kind kind, Bytes subject) const;
  [[nodiscard]] std::optional<Acquaintance> acquaintance(const net::IpAddress& client) const;
  void forget(const net::IpAddress& client);

  /// Memory held, in bytes, and its limit.
  [[nodiscard]] std::size_t held() const;
  [[nodiscard]] std::size_t limit() const { return limit_; }
  [[nodiscard]] std::size_t size() const { return facts_.size() - free_facts_.size(); }
  [[nodiscard]] std::size_t clients() const { return clients_.size() - free_clients_.size(); }
  /// Facts given up for want of room while they still held; clients given up.
  [[nodiscard]] std::uint64_t evicted_facts() const { return evicted_facts_; }
  [[nodiscard]] std::uint64_t evicted_clients() const { return evicted_clients_; }

 private:
  // 128 keyed bits stand for client, kind and subject: nobody finds two that meet.
  using Digest = std::array<std::uint64_t, 2>;
  struct Kept {
    Digest digest{};
    Timestamp until{};
    std::uint32_t name = no_place;
    std::uint32_t client = no_place;
    std::uint32_t next = no_place;  ///< in the same bucket
    Links all;
    Links own;  ///< of the same client
    std::uint8_t flags = 0;
  };
  struct Client {
    net::IpAddress address;
    Acquaintance acquaintance;
    std::uint32_t facts = 0;
    Ends own;
    Links all;
  };
  struct AddressHash {
    HashKey key;
    std::size_t operator()(const net::IpAddress& address) const noexcept;
  };

  [[nodiscard]] Digest digest_of(const net::IpAddress& client, Kind kind, Bytes subject) const;
  [[nodiscard]] std::uint32_t& bucket_of(const Digest& digest) { return buckets_[digest[0] & mask_]; }
  [[nodiscard]] std::uint32_t client_of(const net::IpAddress& address, Timestamp at);
  [[nodiscard]] std::uint32_t insert(const Digest& digest, std::uint32_t client);
  void renew(std::uint32_t place);
  void remove(std::uint32_t place);
  void remove_client(std::uint32_t client);
  void evict(std::uint32_t place);
  void make_room();

  HashKey first_key_;
  HashKey second_key_;
  std::size_t limit_;
  std::size_t most_facts_of_a_client_;
  NamePool names_;
  std::deque<Kept> facts_;
  std::vector<std::uint32_t> free_facts_;
  Ends all_facts_;
  std::deque<Client> clients_;
  std::vector<std::uint32_t> free_clients_;
  Ends all_clients_;
  std::unordered_map<net::IpAddress, std::uint32_t, AddressHash> client_places_;
  std::vector<std::uint32_t> buckets_;
  std::uint64_t mask_ = 0;
  Timestamp now_ = Timestamp::min();              ///< the greatest stamp of a fact or a meeting
  Timestamp forgotten_until_ = Timestamp::min();  ///< of clients that were given up
  std::uint64_t evicted_facts_ = 0;
  std::uint64_t evicted_clients_ = 0;
};

}  // namespace edgewatch::observe

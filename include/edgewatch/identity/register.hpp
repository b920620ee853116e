// The tenancy register: who held an address at a moment, and how firmly (IDENTITY 3). It owns everything it
// was told; it is fed in order of recording and asked on one thread. Its answers depend on what was recorded
// and on the moment asked for, never on a clock.
#pragma once

#include "edgewatch/identity/timeline.hpp"
#include "edgewatch/model/attribution.hpp"
#include "edgewatch/model/sighting.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <variant>
#include <vector>

namespace edgewatch::identity {

struct Person {
  model::PersonId id;
  std::string display_name;
  std::string department;
  std::vector<std::string> groups;
  std::vector<std::string> accounts;  ///< compared without case; stand for the person in every source
  std::string calendar;
  std::optional<std::chrono::minutes> break_allowance;
  [[nodiscard]] bool not_monitored() const;  ///< in group `not-monitored`
};
/// A row of assignments.csv: a device or address that belongs to one person.
struct Assignment {
  std::variant<net::IpAddress, net::MacAddress> key;
  model::PersonId person;
  model::Interval valid;
};
/// An address that is somebody's at a moment.
struct Holding {
  net::IpAddress address;
  model::PersonId person;
  bool operator==(const Holding&) const = default;
};
/// What the configuration says of the network ([identity]).
struct Topology {
  std::vector<net::MacAddress>
      routers;             ///< MACs that carry many people's traffic: they say nothing of the device
  net::NetworkSet shared;  ///< addresses of several users (terminal servers, kiosks): nobody's
};

class Register {
 public:
  Register() = default;
  /// `recorded_at` is what the bindings of static assignments are stamped with: the moment the configuration
  /// was read.
  Register(std::vector<Person> people, std::vector<Assignment> assignments, Topology topology = {},
           Timestamp recorded_at = {});

  /// Events come in order of `recorded_at`. A late one changes answers for the time it speaks of; where it
  /// takes time from somebody, `drain_amendments` says so.
  void apply(const model::TenancyEvent& event);
  /// A frame of the client shows which device has the address. False where that is nothing new, which is
  /// cheap to find.
  bool see(const model::Client& client, Timestamp at);
  /// Somebody said on the wire, unproven, that the device has the address: it takes away from whoever is
  /// known to have it, and gives nobody anything.
  void contradict(const net::IpAddress& address, const net::MacAddress& mac, Timestamp at);
  /// Takes a new list of people and assignments and keeps what the tenancy feed said (SIGHUP).
  void replace_static(std::vector<Person> people, std::vector<Assignment> assignments, Timestamp recorded_at);
  /// Who was behind `client` at `at`. In doubt nobody: rivals give Basis::conflict, shared devices and
  /// addresses Basis::shared_device.
  [[nodiscard]] model::Attribution attribute(const model::Client& client, Timestamp at) const;
  /// Every address that is somebody's at `at`, as `attribute` says of a packet from the device that had it
  /// last; in order of addresses.
  [[nodiscard]] std::vector<Holding> holdings(Timestamp at) const;
  /// When whoever is there at `at` ceases to be, as far as is known by now: the first moment after it, up to
  /// `limit`, that is another's or nobody's. Nothing where there is none.
  [[nodiscard]] std::optional<Timestamp> held_until(const model::Client& client, Timestamp at,
                                                    Timestamp limit) const;
  /// The intervals opened or changed since the last call, for the ledger, in order of recording. An interval
  /// of no length takes back one with the same layer, key, value and start. Those of not-monitored people,
  /// and of their devices, are left out.
  [[nodiscard]] std::vector<model::Binding> drain_bindings();
  /// Time that late evidence took from somebody since the last call.
  [[nodiscard]] std::vector<model::Amendment> drain_amendments();
  /// An interval as `drain_bindings` gave it once: a register that is told all of a moment's answers
  /// `attribute` for that moment as the one that gave them, `not_monitored` aside.
  void restore(const model::Binding& binding);
  /// Forgets what ended before `at`; nobody will ask for an earlier moment.
  void forget_before(Timestamp at);

  /// Changes where an answer may have; for whoever keeps a copy.
  [[nodiscard]] std::uint64_t revision() const { return revision_; }
  /// Every address of which anything is known.
  [[nodiscard]] std::vector<net::IpAddress> addresses() const;
  /// A MAC that carries many people's traffic and says nothing of who holds an address.
  [[nodiscard]] bool is_router(const net::MacAddress& mac) const { return routers_.contains(mac); }
  [[nodiscard]] const std::vector<Person>& people() const { return people_; }
  /// Addresses of which frames were not noted for want of room.
  [[nodiscard]] std::uint64_t unseen() const { return unseen_; }
  /// Whether there is anybody who is not monitored.
  [[nodiscard]] bool any_not_monitored() const { return !exempt_.empty(); }
  /// The person an id or account stands for, compared without case; null for an unknown one. Good until
  /// `replace_static`.
  [[nodiscard]] const Person* find(const std::string& id_or_account) const;

 private:
  using Key = std::variant<net::IpAddress, net::MacAddress>;
  struct Owner {
    model::PersonId person;
    model::Interval valid;
    model::BindingId binding = 0;
  };
  struct Shared {
    model::Interval valid;
    bool crowd = false;  ///< by sign: not even the device says whose it is
  };
  /// What is known of one device, or of one address taken for a device.
  struct Tenancy {
    SessionTimeline sessions;
    std::vector<Shared> shared;
    std::vector<Owner> owners;
  };
  struct Address {
    Tenancy tenancy;
    LeaseTimeline leases;
  };
  struct Place;  // where a client was found
  struct Claim;  // what the sessions there say
  /// Who a place was attributed to, for a while.
  struct Stretch {
    model::Interval valid;
    model::Attribution who;
  };

  void load_static(std::vector<Person> people, std::vector<Assignment> assignments, Timestamp recorded_at);
  void apply_lease(const model::TenancyEvent& event);
  void apply_logon(const model::TenancyEvent& event);
  void apply_session_change(const model::TenancyEvent& event);
  void apply_shared(const model::TenancyEvent& event);
  template <class Change>
  void change_leases(const net::IpAddress& address, Timestamp recorded_at, Change change);
  template <class Change>
  bool change_sessions(const Key& key, Timestamp recorded_at, Change change);
  void note_crowd(const Key& key, const model::TenancyEvent& by);
  void note_shared(const Key& key, const Shared& shared, const model::TenancyEvent& by);
  [[nodiscard]] Tenancy& tenancy_of(const Key& key);
  [[nodiscard]] std::vector<Key> keys_of(const model::TenancyEvent& event) const;

  [[nodiscard]] std::vector<Key> keys_meant(const model::TenancyEvent& event) const;

  void amending(const std::vector<Key>& keys, Timestamp recorded_at, model::TenancyEvent::Source source,
                const std::function<void()>& change);
  [[nodiscard]] std::vector<Stretch> history(const Key& key, const model::Interval& within) const;
  void add_boundaries(const Key& key, std::vector<Timestamp>& out) const;
  void amend(const Stretch& before, const Stretch& after, Timestamp recorded_at,
             model::TenancyEvent::Source source);
  [[nodiscard]] std::optional<net::MacAddress> leased_to(const net::IpAddress& address, Timestamp at) const;
  [[nodiscard]] std::optional<std::chrono::seconds> lifetime_of(const model::TenancyEvent& event) const;
  [[nodiscard]] bool is_exempt(const model::PersonId& person) const { return exempt_.contains(person); }
  [[nodiscard]] bool is_exempt_device(const net::MacAddress& mac) const;

  [[nodiscard]] Place locate(const model::Client& client, Timestamp at) const;
  [[nodiscard]] bool is_others_device(const Place& place, const model::PersonId& person, Timestamp at) const;
  [[nodiscard]] Claim claim(const Place& place, Timestamp at) const;
  void attribute_static(model::Attribution& out, const Place& place, Timestamp at) const;
  void attribute_nobody(model::Attribution& out, const Place& place, const Claim& claim, Timestamp at) const;
  [[nodiscard]] bool involves_exempt(const Place& place, const Claim& claim, Timestamp at) const;

  std::vector<Person> people_;
  std::unordered_map<std::string, std::size_t> by_account_;  // lower case; ids and accounts
  std::unordered_set<model::PersonId> exempt_;               // group not-monitored
  std::unordered_map<net::MacAddress, Tenancy> devices_;
  std::unordered_map<net::IpAddress, Address> addresses_;
  std::unordered_set<net::MacAddress> routers_;
  net::NetworkSet shared_networks_;
  std::vector<model::Binding> static_bindings_;  // as last given out
  std::vector<model::Binding> changed_;
  std::vector<model::Amendment> amendments_;
  std::uint64_t unseen_ = 0;
  std::uint64_t revision_ = 0;
};

}  // namespace edgewatch::identity

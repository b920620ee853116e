// What packets on the wire say of who held an address, as tenancy, as far as it is believed (IDENTITY 1).
// Anybody can send a packet: only the word of servers that are listed makes somebody responsible, and of an
// access server only what is signed with its secret. Owns what it remembers of open sessions, within a bound;
// one thread.
#pragma once

#include "edgewatch/model/attribution.hpp"
#include "edgewatch/model/sign.hpp"
#include "edgewatch/net/address.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

namespace edgewatch::identity {

/// Whose word on the wire is believed ([identity]). Access servers have secrets instead: what is signed with
/// one is believed.
struct Trust {
  net::NetworkSet dhcp_servers;      ///< and relays: who sends the answer that clients get
  net::NetworkSet kerberos_servers;  ///< key distribution centres
  /// ARP and Neighbour Discovery, which any machine on the link can send in another's name: they may end what
  /// is known of an address, or also say whose it is.
  enum class Neighbours : std::uint8_t { cut, bind };
  Neighbours neighbours = Neighbours::cut;
};

class SignReader {
 public:
  /// Since the start; for `status`, which names nobody.
  struct Tallies {
    std::uint64_t unbelieved = 0;  ///< signs of servers that are not listed, or without a true signature
    std::uint64_t too_late = 0;    ///< RADIUS packets that came more than a day after the event
    std::uint64_t contested = 0;   ///< leases of an address that another device's lease still held
    std::uint64_t no_room = 0;     ///< sessions and leases beyond the bound
  };

  explicit SignReader(Trust trust = {}) : trust_(std::move(trust)) {}

  /// In the order in which they are to be told. Signs come in order of their packets.
  [[nodiscard]] std::vector<model::TenancyEvent> read(const model::IdentitySign& sign);
  [[nodiscard]] const Tallies& tallies() const { return tallies_; }
  void forget_before(Timestamp at);

 private:
  using Events = std::vector<model::TenancyEvent>;
  /// Who signed it, the access server that it is about, and its Acct-Session-Id.
  using SessionKey = std::tuple<net::IpAddress, net::IpAddress, std::string>;
  struct Session {
    std::string account;
    std::optional<net::MacAddress> mac;
    std::set<net::IpAddress> addresses;
    Timestamp last;
  };
  struct Lease {
    net::MacAddress mac;
    Timestamp until;
  };

  void read_lease(const model::IdentitySign& sign, Events& events);
  void read_neighbour(const model::IdentitySign& sign, Events& events) const;
  void read_ticket(const model::IdentitySign& sign, Events& events);
  void read_session(const model::IdentitySign& sign, Events& events);
  void begin_or_go_on(const model::IdentitySign& sign, const SessionKey& key, Events& events);
  void end(const model::IdentitySign& sign, const SessionKey& key, const Session& session, Events& events);

  Trust trust_;
  std::map<SessionKey, Session> sessions_;
  std::unordered_map<net::IpAddress, Lease> leases_;
  Tallies tallies_;
};

}  // namespace edgewatch::identity

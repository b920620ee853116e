// What the gateway decides by, and what it counts: the rule book, lists and tenancy as they are now, asked by
// the very function that the ledger's decisions come from. One thread.
#pragma once

#include "edgewatch/config/configuration.hpp"
#include "edgewatch/identity/register.hpp"
#include "edgewatch/model/sighting.hpp"
#include "edgewatch/model/usage.hpp"
#include "edgewatch/net/address.hpp"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace edgewatch::runtime {

/// Immutable, so that it is handed over without a lock being held while it is asked.
struct GatewaySnapshot {
  std::shared_ptr<const config::Configuration> configuration;
  std::shared_ptr<const identity::Register> tenancy;
};

/// Whose packets wait for a verdict though nobody listens: the networks of rules that fail closed, and where
/// they speak of people or groups, the addresses that these have at `at`.
struct ClosedClients {
  net::NetworkSet networks;
  std::size_t people_nowhere = 0;  ///< people of such rules who have no address that is known
};
[[nodiscard]] ClosedClients closed_clients(const GatewaySnapshot& snapshot, Timestamp at);
/// Whether a decision depends on who has an address.
[[nodiscard]] bool speaks_of_people(const policy::RuleBook& book);
/// Whether a decision can change by the clock alone.
[[nodiscard]] bool depends_on_time(const policy::RuleBook& book);

class GatewayJudge {
 public:
  /// `mechanism` is what its attempts were held back by.
  explicit GatewayJudge(GatewaySnapshot snapshot, std::string mechanism = "gateway")
      : snapshot_(std::move(snapshot)), mechanism_(std::move(mechanism)) {}
  void take(GatewaySnapshot snapshot) { snapshot_ = std::move(snapshot); }
  [[nodiscard]] const GatewaySnapshot& snapshot() const { return snapshot_; }

  /// Of a name that somebody uses or asks for now; an attempt that is blocked is counted.
  [[nodiscard]] model::Decision decide(const model::Sighting& sighting);
  /// Of a connection that would carry names past us. Other than names, its server's address counts: it is
  /// never refused where that is the council's own or one of `own_ends`.
  [[nodiscard]] model::Decision decide(const model::BypassSign& sign);
  /// The same of connections that are under way: no attempt.
  [[nodiscard]] model::Decision look(const model::Sighting& sighting) const;
  [[nodiscard]] model::Decision look(const model::BypassSign& sign) const;
  /// What somebody is told by plain HTTP who was refused.
  [[nodiscard]] std::string page(const model::Sighting& sighting) const;
  /// The attempts of minutes before that one, each told once.
  [[nodiscard]] std::vector<model::BlockCount> take_blocks(UtcMinute before);

 private:
  struct Judged {
    model::Attribution who;
    std::optional<model::Classification> listed;
    model::Decision decision;
  };
  [[nodiscard]] Judged judge(const model::Sighting& sighting) const;
  [[nodiscard]] Judged judge(const model::BypassSign& sign) const;
  void count(const model::Sighting& sighting, const Judged& judged);

  using BlockKey = std::tuple<UtcMinute, net::IpAddress, std::string, std::string>;
  GatewaySnapshot snapshot_;
  std::string mechanism_;
  std::map<BlockKey, model::BlockCount> blocks_;
  std::map<std::pair<net::IpAddress, net::HostName>, Timestamp> last_;  ///< attempts within this minute
};

/// The sensor takes a reset or an answer in the server's name for the server's, be it our own: what the
/// gateway told of a minute or of one beside it is not told a second time as observed. One thread.
class ToldByGateway {
 public:
  void note(const std::vector<model::BlockCount>& blocks);
  void take_out(std::vector<model::BlockCount>& observed) const;

 private:
  using Key = std::tuple<UtcMinute, net::IpAddress, std::string, std::string>;
  static Key key_of(const model::BlockCount& block);
  std::set<Key> told_;
};

}  // namespace edgewatch::runtime

// The order of the stages, and nothing else: what names mean, identity, classify, policy, account. Events in,
// rows out. Owns the register, the accountant and what is remembered of open flows; shares the immutable
// catalogue and rule book. One thread.
#pragma once

#include "edgewatch/account/accountant.hpp"
#include "edgewatch/base/hash.hpp"
#include "edgewatch/base/id_map.hpp"
#include "edgewatch/classify/catalogue.hpp"
#include "edgewatch/classify/list_set.hpp"
#include "edgewatch/classify/list_trial.hpp"
#include "edgewatch/classify/seen_names.hpp"
#include "edgewatch/identity/register.hpp"
#include "edgewatch/identity/sign_reader.hpp"
#include "edgewatch/identity/source_clocks.hpp"
#include "edgewatch/model/event.hpp"
#include "edgewatch/observe/coverage_causes.hpp"
#include "edgewatch/observe/name_judge.hpp"
#include "edgewatch/policy/rule_book.hpp"
#include "edgewatch/policy/rule_tally.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace edgewatch::pipeline {

/// Which of somebody's devices: its MAC, or the address where that is not known.
[[nodiscard]] std::string device_of(const model::Attribution& who, const model::Client& client);

/// What a reload swaps as one.
struct Policies {
  std::shared_ptr<const classify::Catalogue> catalogue;
  std::shared_ptr<const policy::RuleBook> rules;
  std::shared_ptr<const classify::ListSet> lists = std::make_shared<const classify::ListSet>();
  std::shared_ptr<classify::ListTrial> trial{};  ///< of `lists`, live only; null: none is under way
};

struct Options {
  HashKey hash_key;       ///< of host names in the accountant's memory
  bool findings = false;  ///< whether to give findings: a replay that prints them; never the daemon
  std::size_t answer_bytes = std::size_t{16} << 20U;  ///< memory for what clients' DNS answers said
  identity::Trust trust = {};                         ///< whose word of identity on the wire is believed
  classify::SeenNames* seen_names = nullptr;          ///< live only: outlives the pipeline
  /// What a rule blocks does not get through, and a page that says so is no use of the service.
  bool blocks_are_enforced = false;
};

/// Rows since the last drain, each list in the order it came to be.
struct Output {
  std::vector<model::Finding> findings;
  std::vector<model::UsageSlice> slices;
  std::vector<model::Exclusion> exclusions;
  std::vector<model::BlockCount> blocks;
  std::vector<model::Coverage> coverage;
  std::vector<model::Binding> bindings;
  std::vector<model::Amendment> amendments;  ///< of minutes that may have been given out before
  std::vector<model::ClockStep> clock_steps;
  std::vector<model::RuleMatches> rule_matches;  ///< each day's so far, of rules that spoke
  [[nodiscard]] bool empty() const;
};

/// Sightings of one service since the start, for live views that name nobody.
struct ServiceCount {
  model::ServiceId service;
  std::uint64_t connections = 0;
  std::uint64_t bytes_up = 0;
  std::uint64_t bytes_down = 0;
};

class Pipeline {
 public:
  Pipeline(Policies policies, identity::Register tenancy, account::Method method, Options options);

  /// Events of one source come in order of time; those of several nearly so.
  void consume(const model::Event& event);
  void consume(model::Event&& event);
  /// From the next event on. Flows that are open keep the classification they were given.
  void swap(Policies policies);
  /// People and assignments from `at` on. An assignment that is no longer listed was in force until then.
  void replace_people(std::vector<identity::Person> people, std::vector<identity::Assignment> assignments,
                      Timestamp at);
  /// End of input: what is left becomes final.
  void finish();
  /// The same where watching stopped at a moment (SIGTERM): nothing is credited after it.
  void finish(Timestamp stopped);
  [[nodiscard]] Output drain();
  /// In byte order of the service.
  [[nodiscard]] std::vector<ServiceCount> service_counts() const;
  /// Flows by how they were named and signs of what goes past us, in coverage rows so far.
  [[nodiscard]] const observe::CauseTotals& cause_totals() const { return causes_.totals(); }
  /// What was forgotten of DNS answers for want of memory.
  /// And of identity what was not believed.
  [[nodiscard]] std::vector<observe::Tally> tallies() const;
  /// Who held what, as far as was consumed.
  [[nodiscard]] const identity::Register& tenancy() const { return register_; }
  /// Sources of identity whose clock is off.
  [[nodiscard]] std::vector<identity::SourceClocks::Reading> source_clocks() const {
    return source_clocks_.readings();
  }

 private:
  /// What a name is listed as.
  struct Listed {
    model::Classification classification;
    net::HostName host;
  };
  /// What is remembered of a flow whose name is known, or may be an outer one.
  struct NamedFlow {
    std::unique_ptr<const Listed> listed;
    std::uint64_t host_key = 0;
    model::NameEvidence evidence = model::NameEvidence::none;
    bool name_in_doubt = false;
  };
  /// Several answers to one question (A, AAAA, HTTPS) are one attempt.
  struct RefusedName {
    net::IpAddress client;
    net::HostName name;
    auto operator<=>(const RefusedName&) const = default;
  };
  /// Somebody's last use of a client, while it may be held.
  struct LastUse {
    model::Client client;
    model::PersonId person;
    Timestamp at;
  };
  using BlockKey = std::tuple<UtcMinute, net::IpAddress, std::string, std::string, std::string>;

  void on(model::Sighting sighting);
  void on(const model::Answer& answer);
  void on(const model::FlowSecond& second);
  void on(const model::FlowEnd& end);
  void on(const model::Coverage& coverage);
  void on(const net::FrameLoss& loss);
  void on(const model::Tick& tick);
  void on(const model::ClockStep& step);
  void on(const model::Reload& reload);
  void on(const model::TenancyEvent& event);
  void on(const model::IdentitySign& sign);
  void on(const model::BypassSign& sign);

  void note_name(const net::HostName& name, const model::Client& client, Timestamp at);
  [[nodiscard]] observe::Judgement judge(model::Sighting sensed, const model::Classification* listed);
  void note_question(const model::Answer& answer);
  void note_chain(const model::Answer& answer);
  void note_causes(model::NameEvidence sensed, const observe::Judgement& judged,
                   const model::Classification* classification);
  void count_sign(const model::Sighting& sighting, model::BypassSign::Kind kind);
  void tell_change(const model::TenancyEvent& event);
  void tell(const model::TenancyEvent& event);
  template <class Change>
  void change(Timestamp now, Change change);
  [[nodiscard]] model::Attribution see(const model::Client& client, Timestamp at);
  [[nodiscard]] bool show_holder(const model::Client& client, Timestamp at);
  void note_amendments();
  void withdraw(std::vector<model::UsageSlice>& slices) const;
  void note_holder(const net::IpAddress& address, const net::MacAddress& device);
  void note_asker(const model::Client& client);
  void forget_holder(const net::IpAddress& address);
  [[nodiscard]] bool drop_if_not_monitored(const model::Attribution& who);

  [[nodiscard]] bool is_accounted(const model::FlowSecond& second);
  void settle_step();
  void begin_anew(Timestamp at, Duration step);
  void move_time(Timestamp at);
  void take_bindings();
  void end_holds(const model::Client& client, Timestamp at);
  void end_holds(const model::Binding& ended, Timestamp now);
  [[nodiscard]] model::Attribution whole_minute(model::Attribution who, const model::Client& client,
                                                Timestamp at) const;
  void note_use(const model::Attribution& who, const model::Client& client, Timestamp at);
  [[nodiscard]] bool end_foreseen(const LastUse& use, Timestamp now);
  void end_minute(const model::Attribution& who, const model::Client& client, Timestamp at);
  void confirm_assignments(UtcMinute now);
  void flush_blocks(UtcMinute before);
  void count_block(const model::Finding& finding, const std::string& mechanism);
  void give(account::Output output);

  Policies policies_;
  observe::NameJudge judge_;
  observe::CoverageCauses causes_;
  identity::Register register_;
  identity::SignReader signs_;
  identity::SourceClocks source_clocks_;
  account::Method method_;
  std::optional<account::Accountant> accountant_;
  Duration clock_set_{0};
  Duration clock_set_before_{0};
  std::optional<model::ClockStep> announced_;  ///< of which no second was told yet
  bool set_since_announced_ = false;           ///< a second told of a step before it was announced
  std::vector<model::Interval> passed_;        ///< what the clock had shown before it was set
  Timestamp since_step_ = Timestamp::min();
  Timestamp last_second_{};  ///< told since then
  Options options_;
  policy::RuleTally rule_tally_;
  bool rules_name_hosts_ = false;  ///< else a name that is on no list concerns nobody
  IdMap<NamedFlow> named_flows_;
  std::unordered_map<net::IpAddress, net::MacAddress> holders_;  ///< who last had the address, by any sign
  std::map<RefusedName, Timestamp> refused_names_;
  std::map<BlockKey, model::BlockCount> blocks_;
  std::map<model::ServiceId, ServiceCount> counts_;
  std::uint64_t refused_behind_cname_ = 0;  ///< answers
  std::optional<UtcMinute> minute_;
  std::unordered_map<net::IpAddress, LastUse> last_uses_;
  std::vector<model::Amendment> amendments_;  ///< of minutes that are not final yet
  std::vector<model::Binding> standing_;      ///< assignments: intervals that no event recorded
  Output output_;
};

}  // namespace edgewatch::pipeline

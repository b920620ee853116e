#include "edgewatch/pipeline/pipeline.hpp"

#include "edgewatch/classify/classify.hpp"

#include <algorithm>
#include <utility>

namespace edgewatch::pipeline {
namespace {

using namespace std::chrono_literals;

/// A browser asks A, AAAA and HTTPS within this time of each other for one click.
constexpr Duration one_attempt = 2s;
/// Attempts that are told apart by client; of more, as in a flood in made-up names, client and person are
/// left out.
constexpr std::size_t most_apart = 65536;
/// A minute's blocks are complete once this much later time has been seen (sources may lag each other).
constexpr std::chrono::minutes block_lag = 1min;
/// Nobody asks who held an address longer ago than this: the accountant looks back minutes.
constexpr std::chrono::hours tenancy_memory{24};
/// By so long after a step the sensor has told every second from before it.
constexpr Duration seconds_are_told = 5s;
/// Steps of the clock after which it is known what it had shown before.
constexpr std::size_t most_passed = 16;
/// Minutes are given out before they are this old.
constexpr std::chrono::minutes amended_until{20};
constexpr std::uint8_t nxdomain = 3;  // RFC 1035 4.1.1, RFC 9499

std::uint64_t key_of(HashKey key, const net::HostName& host) {
  const std::string& text = host.text();
  return siphash(key, Bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

template <class Row>
void append(std::vector<Row>& to, std::vector<Row> rows) {
  to.insert(to.end(), std::make_move_iterator(rows.begin()), std::make_move_iterator(rows.end()));
}

bool is_worth_saying(const model::Classification* listed, const model::Decision& decision) {
  const bool is_use = listed != nullptr && !listed->service.empty() && listed->role != model::Role::system;
  return is_use || decision.rule.has_value();
}

/// What a name amounts to that somebody used or asked for.
model::Finding finding_of(const Policies& policies, const model::Attribution& who, Timestamp at,
                          const model::Client& client, const net::Endpoint& server, net::HostName name,
                          model::Decision decision) {
  model::Finding finding;
  finding.at = at;
  finding.client = client;
  finding.server = server;
  finding.person = who.person;
  finding.classification = classify::classify(*policies.catalogue, *policies.lists, name);
  finding.name = std::move(name);
  finding.decision = std::move(decision);
  return finding;
}

}  // namespace

bool Output::empty() const {
  return findings.empty() && slices.empty() && exclusions.empty() && blocks.empty() && coverage.empty() &&
         bindings.empty() && amendments.empty() && rule_matches.empty();
}

Pipeline::Pipeline(Policies policies, identity::Register tenancy, account::Method method, Options options)
    : policies_(std::move(policies)),
      judge_(observe::NameJudgeOptions{options.answer_bytes, options.hash_key}),
      register_(std::move(tenancy)),
      signs_(options.trust),
      method_(std::move(method)),
      accountant_(std::in_place, method_),
      options_(std::move(options)),
      rule_tally_(*policies_.rules),
      rules_name_hosts_(policy::names_hosts(*policies_.rules)) {}

void Pipeline::consume(const model::Event& event) {
  std::visit([this](const auto& e) { on(e); }, event);
}

void Pipeline::consume(model::Event&& event) {
  std::visit([this](auto& e) { on(std::move(e)); }, event);
}

void Pipeline::swap(Policies policies) {
  policies_ = std::move(policies);
  rule_tally_.take(*policies_.rules);
  rules_name_hosts_ = policy::names_hosts(*policies_.rules);
}

void Pipeline::replace_people(std::vector<identity::Person> people,
                              std::vector<identity::Assignment> assignments, Timestamp at) {
  take_bindings();
  register_.replace_static(std::move(people), std::move(assignments), Timestamp{});
  for (model::Binding& changed : register_.drain_bindings()) {
    const auto same = [&](const model::Binding& b) {
      return b.layer == changed.layer && b.key == changed.key && b.value == changed.value &&
             b.valid.from == changed.valid.from;
    };
    const auto known = std::find_if(standing_.begin(), standing_.end(), same);
    const bool taken_back = changed.valid.to == changed.valid.from;
    if (taken_back && known != standing_.end()) {
      // The register takes it back whole; but minutes were accounted by it, so it is told as in force until
      // now.
      changed.valid.to = std::max(changed.valid.from, std::min(known->valid.to, at));
    }
    if (known != standing_.end()) standing_.erase(known);
    if (!taken_back) standing_.push_back(changed);
    changed.recorded_at = at;
    output_.bindings.push_back(std::move(changed));
  }
}

void Pipeline::on(model::Sighting sighting) {
  // A name that only the client's bytes claim could have been forged by anybody on the wire: never evidence
  // (ENFORCEMENT 0.10).
  if (sighting.confirmation != model::Confirmation::acknowledged) return;
  move_time(sighting.at);
  if (show_holder(sighting.client, sighting.at)) return;
  const model::NameEvidence sensed = sighting.evidence;
  const model::Classification* listed = policies_.catalogue->look_up(sighting.host);
  observe::Judgement judged = judge(std::move(sighting), listed);
  model::Sighting& named = judged.sighting;
  if (named.evidence == model::NameEvidence::none) {
    note_causes(sensed, judged, nullptr);
    return;
  }
  // The outer name of a hello is never the site.
  const bool is_outer = named.evidence == model::NameEvidence::outer_name_only;
  if (named.evidence != sensed) listed = is_outer ? nullptr : policies_.catalogue->look_up(named.host);
  const auto with_lists =
      is_outer ? std::nullopt : classify::with_lists(listed, *policies_.lists, named.host);
  if (with_lists) listed = &*with_lists;
  note_causes(sensed, judged, listed);
  if (named.flow != 0) {
    NamedFlow& flow = *named_flows_.emplace(named.flow).first;
    const bool is_use = listed != nullptr && (listed->record || listed->role == model::Role::system);
    flow.listed = is_use ? std::make_unique<const Listed>(Listed{*listed, named.host}) : nullptr;
    flow.host_key = key_of(options_.hash_key, named.host);
    flow.evidence = named.evidence;
    flow.name_in_doubt = named.hidden == model::Hidden::ech;
  }
  if (is_outer) return;
  note_name(named.host, named.client, named.at);
  // Most names are on no list, and mostly no rule names any.
  if (listed == nullptr && !rules_name_hosts_) return;
  const model::Attribution who = register_.attribute(named.client, named.at);
  model::Decision decision = policy::decide(*policies_.rules, who, listed, named.host, named.at);
  if (!is_worth_saying(listed, decision)) return;
  rule_tally_.note(decision, named.at);
  if (listed != nullptr && !listed->service.empty()) {
    ServiceCount& count = counts_[listed->service];
    count.service = listed->service;
    ++count.connections;
  }
  // An attempt is held against a person without a grade, so the name must have stood there in the clear.
  const bool is_certain =
      named.hidden != model::Hidden::ech && named.evidence != model::NameEvidence::dns_answer_address;
  const bool is_blocked = decision.verdict == model::Verdict::block;
  if (is_blocked && options_.blocks_are_enforced && named.flow != 0)
    named_flows_.emplace(named.flow).first->listed = nullptr;
  const bool blocks = is_blocked && is_certain;
  if (!blocks && !options_.findings) return;
  model::Finding finding = finding_of(policies_, who, named.at, named.client, named.server,
                                      std::move(named.host), std::move(decision));
  finding.evidence = named.evidence;
  if (blocks) count_block(finding, "observed");
  if (options_.findings) output_.findings.push_back(std::move(finding));
}

void Pipeline::on(const model::Answer& answer) {
  if (answer.confirmation != model::Confirmation::acknowledged) return;
  move_time(answer.at);
  // Who asked matters for few answers: to know whom not to watch, and where policy says something.
  if (register_.any_not_monitored() && drop_if_not_monitored(register_.attribute(answer.client, answer.at)))
    return;
  note_question(answer);
  note_asker(answer.client);
  judge_.learn(answer);
  note_name(answer.qname, answer.client, answer.at);
  note_chain(answer);
  // Where the resolver answers, the connection is what counts.
  const bool may_be_refused = answer.rcode == nxdomain;
  if (!may_be_refused && !options_.findings) return;
  const model::Classification* listed = policies_.catalogue->look_up(answer.qname);
  const auto with_lists = classify::with_lists(listed, *policies_.lists, answer.qname);
  if (with_lists) listed = &*with_lists;
  if (listed == nullptr && !rules_name_hosts_) return;
  const model::Attribution who =
      may_be_refused ? see(answer.client, answer.at) : register_.attribute(answer.client, answer.at);
  model::Decision decision = policy::decide(*policies_.rules, who, listed, answer.qname, answer.at);
  if (!is_worth_saying(listed, decision)) return;
  const bool refused = decision.verdict == model::Verdict::block && may_be_refused;
  if (!refused && !options_.findings) return;
  model::Finding finding =
      finding_of(policies_, who, answer.at, answer.client, answer.server, answer.qname, std::move(decision));
  finding.evidence = model::NameEvidence::dns_question;
  if (refused) {
    // The resolver refused it, so no connection will follow to be counted. Where it answers, the connection
    // is the attempt.
    Timestamp& last =
        refused_names_.try_emplace({answer.client.address, answer.qname}, Timestamp::min()).first->second;
    if (last == Timestamp::min() || answer.at - last > one_attempt) {
      rule_tally_.note(finding.decision, answer.at);
      count_block(finding, "resolver");
    }
    last = std::max(last, answer.at);
  }
  if (options_.findings) output_.findings.push_back(std::move(finding));
}

/// A name that stands for one which policy refuses, and is not refused itself (ENFORCEMENT A5 row 4):
/// counted, for whoever follows it says the innocent name alone.
void Pipeline::note_chain(const model::Answer& answer) {
  if (answer.chain.empty()) return;
  const auto refuses = [&](const net::HostName& name) {
    const model::Classification* listed = policies_.catalogue->look_up(name);
    const auto with_lists = classify::with_lists(listed, *policies_.lists, name);
    if (with_lists) listed = &*with_lists;
    if (!policy::may_refuse(*policies_.rules, listed, name)) return false;
    const model::Attribution who = register_.attribute(answer.client, answer.at);
    return policy::decide(*policies_.rules, who, listed, name, answer.at).verdict == model::Verdict::block;
  };
  if (std::ranges::any_of(answer.chain, refuses) && !refuses(answer.qname)) ++refused_behind_cname_;
}

void Pipeline::on(const model::FlowSecond& second) {
  const bool is_told = is_accounted(second);
  move_time(second.at);
  const model::Attribution who = whole_minute(see(second.client, second.at), second.client, second.at);
  if (drop_if_not_monitored(who)) {
    named_flows_.erase(second.flow);
    return;
  }
  note_use(who, second.client, second.at);
  if (!is_told) return;
  account::Activity activity;
  activity.at = second.at;
  activity.flow = second.flow;
  activity.subject = model::Subject(who);
  activity.device = device_of(who, second.client);
  activity.up = second.up;
  activity.down = second.down;
  activity.identity = who.grade;
  activity.binding = who.binding;
  if (const NamedFlow* named = second.flow == 0 ? nullptr : named_flows_.find(second.flow)) {
    const NamedFlow& flow = *named;
    activity.host_key = flow.host_key;
    activity.evidence = flow.evidence;
    activity.name_in_doubt = flow.name_in_doubt;
    const model::Classification* listed = flow.listed ? &flow.listed->classification : nullptr;
    if (listed != nullptr && listed->role == model::Role::system) {
      activity.unlisted_system = true;
    } else if (listed != nullptr && listed->record) {
      const model::Decision decision =
          policy::decide(*policies_.rules, who, listed, flow.listed->host, second.at);
      activity.service = listed->service;
      activity.category = listed->category;
      activity.family = listed->family;
      activity.role = listed->role;
      activity.purpose = decision.purpose;
      if (!policies_.rules->authorised.empty()) {
        const Timestamp next = minute_of(second.at) + std::chrono::minutes(1);
        activity.purpose_next_minute =
            policy::decide(*policies_.rules, who, listed, flow.listed->host, next).purpose;
      }
      activity.rule_book = decision.revision;
      activity.catalogue = listed->revision;
      ServiceCount& count = counts_[*activity.service];
      count.service = *activity.service;
      count.bytes_up += second.up;
      count.bytes_down += second.down;
    }
  }
  accountant_->add(activity);
}

/// No duration is measured across a step of the clock (TIME 2.5): to accounting it is a stop and a start, and
/// what look-ahead could still change is weak. What the clock shows a second time was told already.
bool Pipeline::is_accounted(const model::FlowSecond& second) {
  const auto is_other = [&](Duration set) { return std::chrono::abs(second.clock_set - set) > 1s; };
  const auto has_passed = [&](const model::Interval& passed) { return passed.contains(second.at); };
  if (is_other(clock_set_)) {
    // Another thread's last word by the clock as it was.
    if (!passed_.empty() && !is_other(clock_set_before_) && has_passed(passed_.back())) return false;
    begin_anew(second.at, second.clock_set - clock_set_);
    clock_set_before_ = std::exchange(clock_set_, second.clock_set);
    set_since_announced_ = !announced_;
    announced_.reset();
  }
  last_second_ = std::max(last_second_, second.at);
  return std::ranges::none_of(passed_, has_passed);
}

/// Nothing was used since the clock was set.
void Pipeline::settle_step() {
  if (!announced_) return;
  begin_anew(announced_->at, announced_->step);
  clock_set_before_ = std::exchange(clock_set_, clock_set_ + announced_->step);
  announced_.reset();
}

void Pipeline::begin_anew(Timestamp at, Duration step) {
  const Timestamp before = at - step;
  accountant_->clock_step(at, step);
  // How long it was silent until the step is not certain, so that nothing is overdue.
  account::Output told = accountant_->finish(std::min(before, last_second_ + 1s));
  Timestamp passed = before;
  for (const model::UsageSlice& slice : told.slices)
    passed = std::max<Timestamp>(passed, slice.minute + 1min);
  give(std::move(told));
  accountant_.emplace(method_);
  accountant_->clock_step(at, step);
  if (passed_.size() >= most_passed) passed_.erase(passed_.begin());
  passed_.push_back({since_step_, passed});
  since_step_ = at;
  last_second_ = at;
  minute_ = minute_of(at);
}

void Pipeline::on(const model::FlowEnd& end) {
  if (end.flow != 0) named_flows_.erase(end.flow);
  causes_.end(end);
}

void Pipeline::on(const model::Coverage& coverage) {
  const std::uint64_t lost = coverage.lost_in_kernel + coverage.lost_in_queue;
  if (coverage.state == model::Coverage::State::watched) {
    // A minute that the clock went through a second time is told apart by its fraction; what was lost the
    // first time still counts, as of another source.
    const UtcMinute minute = minute_of(coverage.interval.from);
    const bool again = coverage.interval.from != minute;
    const auto source = static_cast<std::uint16_t>(again ? ~coverage.number : coverage.number);
    accountant_->loss(minute, source, coverage.seen, lost);
  }
  output_.coverage.push_back(causes_.complete(coverage));
}

// Loss reaches us a second time, summed, in the coverage of its minute.
void Pipeline::on(const net::FrameLoss& /*loss*/) {}

void Pipeline::on(const model::Tick& tick) {
  if (announced_ && tick.at - announced_->at > seconds_are_told) settle_step();
  move_time(tick.at);
}

void Pipeline::on(const model::ClockStep& step) {
  accountant_->clock_step(step.at, step.step);
  if (!set_since_announced_) announced_ = step;
  set_since_announced_ = false;
  output_.clock_steps.push_back(step);
}

// The runtime answers a Reload by calling swap(); the event only keeps its place in a recorded run.
void Pipeline::on(const model::Reload& /*reload*/) {}

void Pipeline::on(const model::BypassSign& sign) {
  if (register_.attribute(sign.client, sign.at).not_monitored) return;
  causes_.count(sign);
  // What passes in a tunnel is nobody's use of a service (TIME 5), whatever its server is called.
  if (sign.flow != 0 && causes_.is_tunnel(sign.flow)) named_flows_.erase(sign.flow);
}

void Pipeline::count_block(const model::Finding& finding, const std::string& mechanism) {
  // Class `inappropriate` keeps the person and neither name, service nor category: what was tried may itself
  // be special-category data.
  const bool inappropriate = finding.decision.rule_class == model::RuleClass::inappropriate;
  // Of a name that lists alone know, the rule says what it was blocked for.
  const bool with_service =
      finding.classification && !finding.classification->service.empty() && !inappropriate;
  const UtcMinute minute = minute_of(finding.at);
  const model::RuleId rule = finding.decision.rule.value_or(model::RuleId());
  const std::string service = with_service ? finding.classification->service.text() : "";
  BlockKey key{minute, finding.client.address, service, rule.text(), mechanism};
  const bool is_one_too_many = blocks_.size() >= most_apart && !blocks_.contains(key);
  if (is_one_too_many) std::get<net::IpAddress>(key) = {};
  model::BlockCount& count = blocks_[std::move(key)];
  if (count.attempts == 0) {
    count.minute = minute;
    if (!is_one_too_many) {
      count.client = finding.client;
      count.person = finding.person;
    }
    count.rule = rule;
    count.rule_class = finding.decision.rule_class;
    count.mechanism = mechanism;
    if (with_service) {
      count.service = finding.classification->service;
      count.category = finding.classification->category;
    }
  }
  ++count.attempts;
}

void Pipeline::flush_blocks(UtcMinute before) {
  while (!blocks_.empty() && blocks_.begin()->second.minute < before) {
    output_.blocks.push_back(std::move(blocks_.begin()->second));
    blocks_.erase(blocks_.begin());
  }
}

void Pipeline::move_time(Timestamp at) {
  const UtcMinute minute = minute_of(at);
  if (minute_ && minute <= *minute_) return;  // time never moves back
  using std::chrono::days;
  const bool new_day = !minute_ || std::chrono::floor<days>(minute) != std::chrono::floor<days>(*minute_);
  minute_ = minute;
  if (new_day) {
    confirm_assignments(minute);
    register_.forget_before(minute - tenancy_memory);
    signs_.forget_before(minute - tenancy_memory);
  }
  std::erase_if(last_uses_, [&](const auto& entry) { return end_foreseen(entry.second, at); });
  flush_blocks(minute - block_lag);
  std::erase_if(refused_names_, [&](const auto& entry) { return at - entry.second > one_attempt; });
  if (announced_) return;  // the clock was set, and the last seconds from before it may be still to come
  give(accountant_->advance(at));
  // What is final by now was given out as it was; the ledger amends it.
  std::erase_if(amendments_,
                [&](const model::Amendment& each) { return each.withdrawn.to < minute - amended_until; });
}

void Pipeline::give(account::Output output) {
  note_amendments();
  withdraw(output.slices);
  append(output_.slices, std::move(output.slices));
  append(output_.exclusions, std::move(output.exclusions));
}

void Pipeline::finish() {
  settle_step();
  flush_blocks(UtcMinute::max());
  give(accountant_->finish());
}

void Pipeline::finish(Timestamp stopped) {
  settle_step();
  flush_blocks(UtcMinute::max());
  give(accountant_->finish(stopped));
}

// An assignment is not learned from an event but stands in a file, so it is recorded as seen in force on each
// day that is watched; the retention of an interval counts from when it was last so.
void Pipeline::confirm_assignments(UtcMinute now) {
  take_bindings();
  for (model::Binding& binding : standing_) {
    if (binding.valid.to <= now || now + std::chrono::days(1) <= binding.valid.from) continue;
    binding.recorded_at = now;
    output_.bindings.push_back(binding);
    binding.recorded_at = Timestamp{};
  }
}

Output Pipeline::drain() {
  take_bindings();
  note_amendments();
  output_.rule_matches = rule_tally_.drain();
  return std::exchange(output_, {});
}

std::vector<ServiceCount> Pipeline::service_counts() const {
  std::vector<ServiceCount> out;
  out.reserve(counts_.size());
  for (const auto& [service, count] : counts_) out.push_back(count);
  return out;
}

}  // namespace edgewatch::pipeline

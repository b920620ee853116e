#include "edgewatch/account/accountant.hpp"

#include "edgewatch/account/subject_account.hpp"

#include <algorithm>
#include <cassert>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace edgewatch::account {
namespace {

/// Stamps outside are a damaged capture's; inside, spans can be added and taken without a wrap.
constexpr Timestamp calendar_end = std::chrono::sys_days(std::chrono::year(3000) / 1 / 1);
bool is_in_calendar(Timestamp at) { return at >= Timestamp{} && at < calendar_end; }

/// In the words of model::Exclusion.
std::string to_string(Excluded reason) {
  switch (reason) {
    case Excluded::embedded:
      return "embedded";
    case Excluded::push:
      return "push";
    case Excluded::advert:
      return "advert";
    case Excluded::background:
      return "background";
    case Excluded::follower:
      return "follower";
    case Excluded::no_continuation:
      return "no-continuation";
  }
  return "no-continuation";
}

/// Roles that can never count.
std::optional<Excluded> excluded_role(model::Role role) {
  switch (role) {
    case model::Role::embed:
      return Excluded::embedded;
    case model::Role::push:
      return Excluded::push;
    case model::Role::ads:
      return Excluded::advert;
    default:
      return std::nullopt;
  }
}

/// Few things are said of very many exchanges: they share them.
class Provenances {
 public:
  ProvenancePtr share(Provenance provenance) {
    const auto found = known_.find(provenance);
    if (found != known_.end()) return found->second;
    if (known_.size() >= limit_) {
      std::erase_if(known_, [](const auto& entry) { return entry.second.use_count() == 1; });
      limit_ = std::max(least, 2 * known_.size());
    }
    auto shared = std::make_shared<const Provenance>(provenance);
    known_.emplace(std::move(provenance), shared);
    return shared;
  }

 private:
  static constexpr std::size_t least = 1'024;
  std::size_t limit_ = least;
  std::map<Provenance, ProvenancePtr> known_;
};

Exchange second_of_flow(const Activity& activity) {
  Exchange second;
  second.at = activity.at;
  second.flow = activity.flow;
  second.host_key = activity.host_key;
  second.up = activity.up;
  second.down = activity.down;
  second.role = activity.role;
  return second;
}

}  // namespace

class Accountant::Impl {
 public:
  explicit Impl(Method method) : method_(std::move(method)), rows_(method_) {
    assert(method_.look_ahead() <= method_.lag);
  }

  void add(const Activity& activity);
  void loss(UtcMinute minute, std::uint16_t source, std::uint64_t seen, std::uint64_t lost) {
    coverage_.lost(minute, source, seen, lost);
  }
  void clock_step(Timestamp at, Duration step);
  void tenancy_ended(const model::Subject& subject, const std::string& device, Timestamp at);
  Output advance(Timestamp now);
  Output finish(std::optional<Timestamp> stopped);
  [[nodiscard]] Dropped dropped() const { return dropped_; }

 private:
  struct Holder {
    model::Subject subject;
    Timestamp last;
  };
  void note_holder(const Activity& activity);
  [[nodiscard]] bool keep(const Activity& activity, Device& device);
  void count(const model::Subject& subject, Timestamp at, Excluded reason);
  void finalise(SubjectAccount& account, const model::Subject& subject, Timestamp final, End end);
  void forget(Timestamp final);
  Output take();

  Method method_;
  Provenances provenances_;
  Coverage coverage_;
  std::map<model::Subject, SubjectAccount> subjects_;
  std::unordered_map<std::string, Holder> holders_;  // of devices, while a hold may be open on them
  MinuteRows rows_;
  std::map<std::tuple<model::Subject, CivilDate, std::string>, std::uint32_t> exclusions_;
  Timestamp final_;   // 1970: nothing is
  Timestamp latest_;  // greatest stamp that was seen
  Dropped dropped_;
};

void Accountant::Impl::note_holder(const Activity& activity) {
  if (activity.subject.kind() != model::Subject::Kind::person) return;
  const auto [holder, is_new] = holders_.try_emplace(activity.device, Holder{activity.subject, activity.at});
  if (!is_new && holder->second.subject != activity.subject) {
    tenancy_ended(holder->second.subject, activity.device, activity.at);
    holder->second.subject = activity.subject;
  }
  holder->second.last = std::max(holder->second.last, activity.at);
}

void Accountant::Impl::add(const Activity& activity) {
  if (!is_in_calendar(activity.at) || activity.at < final_) {
    ++dropped_.late;
    return;
  }
  latest_ = std::max(latest_, activity.at);
  note_holder(activity);
  const bool is_system = activity.service ? activity.role == model::Role::system : activity.unlisted_system;
  if (is_system) return;
  SubjectAccount& account = subjects_[activity.subject];
  Device* device = account.device(activity.device, method_);
  if (device != nullptr && keep(activity, *device)) return;
  ++dropped_.no_room;
  account.overflowed(minute_of(activity.at));
}

bool Accountant::Impl::keep(const Activity& activity, Device& device) {
  Exchange second = second_of_flow(activity);
  if (!activity.service) return device.add_unlisted(second, method_);
  if (const std::optional<Excluded> reason = excluded_role(activity.role)) {
    if (device.add_excluded(activity.at, *reason, method_)) count(activity.subject, activity.at, *reason);
    return true;
  }
  second.provenance =
      provenances_.share({*activity.service, activity.category, activity.purpose, activity.evidence,
                          activity.identity, activity.catalogue, activity.rule_book, activity.name_in_doubt,
                          activity.binding, activity.purpose_next_minute.value_or(activity.purpose)});
  return device.add_listed(second, method_);
}

void Accountant::Impl::count(const model::Subject& subject, Timestamp at, Excluded reason) {
  if (!subject.person()) return;  // counts are kept per person only
  const CivilDate day{std::chrono::floor<std::chrono::days>(at)};
  ++exclusions_[{subject, day, to_string(reason)}];
}

void Accountant::Impl::clock_step(Timestamp at, Duration step) {
  if (!is_in_calendar(at) || !is_in_calendar(at - step)) return;
  coverage_.clock_stepped(minute_of(at));
  coverage_.clock_stepped(minute_of(at - step));
  for (auto& [subject, account] : subjects_) account.end_holds(at - step);
}

void Accountant::Impl::tenancy_ended(const model::Subject& subject, const std::string& device, Timestamp at) {
  const auto account = subjects_.find(subject);
  if (account != subjects_.end() && is_in_calendar(at)) account->second.end_holds(device, at);
}

void Accountant::Impl::finalise(SubjectAccount& account, const model::Subject& subject, Timestamp final,
                                End end) {
  for (const auto& [at, reason] : account.finalise(subject, final, end, coverage_, method_, rows_)) {
    count(subject, at, reason);
  }
}

void Accountant::Impl::forget(Timestamp final) {
  std::erase_if(subjects_, [](const auto& entry) { return entry.second.is_empty(); });
  std::erase_if(holders_, [&](const auto& entry) { return entry.second.last < final; });
  coverage_.forget_before(minute_of(final - method_.cadence_span));
}

Output Accountant::Impl::take() {
  Output output;
  output.slices = rows_.take();
  for (const auto& [key, count] : exclusions_) {
    const auto& [subject, day, reason] = key;
    output.exclusions.push_back({subject, day, reason, count});
  }
  exclusions_.clear();
  return output;
}

Output Accountant::Impl::advance(Timestamp now) {
  if (!is_in_calendar(now)) return {};
  latest_ = std::max(latest_, now);
  const Timestamp final = minute_of(now - method_.lag);
  if (final <= final_) return {};
  for (auto& [subject, account] : subjects_) finalise(account, subject, final, {});
  final_ = final;
  forget(final);
  return take();
}

Output Accountant::Impl::finish(std::optional<Timestamp> stopped) {
  if (stopped && is_in_calendar(*stopped)) {
    latest_ = std::max(latest_, *stopped);
    for (auto& [subject, account] : subjects_) account.end_holds(*stopped);
  }
  for (auto& [subject, account] : subjects_) {
    const Timestamp over = std::max(account.over_at(method_).value_or(final_), final_);
    finalise(account, subject, over, {latest_, stopped.has_value()});
  }
  subjects_.clear();
  holders_.clear();
  final_ = calendar_end;
  return take();
}

Accountant::Accountant(Method method) : impl_(std::make_unique<Impl>(std::move(method))) {}
Accountant::~Accountant() = default;
void Accountant::add(const Activity& activity) { impl_->add(activity); }
void Accountant::loss(UtcMinute minute, std::uint16_t source, std::uint64_t seen, std::uint64_t lost) {
  impl_->loss(minute, source, seen, lost);
}
void Accountant::clock_step(Timestamp at, Duration step) { impl_->clock_step(at, step); }
void Accountant::tenancy_ended(const model::Subject& subject, const std::string& device, Timestamp at) {
  impl_->tenancy_ended(subject, device, at);
}
Output Accountant::advance(Timestamp now) { return impl_->advance(now); }
Output Accountant::finish() { return impl_->finish(std::nullopt); }
Output Accountant::finish(Timestamp stopped) { return impl_->finish(stopped); }
Accountant::Dropped Accountant::dropped() const { return impl_->dropped(); }

}  // namespace edgewatch::account

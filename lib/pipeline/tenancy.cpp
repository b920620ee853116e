// Who held what: the feed and what packets say of it, and what late evidence takes back.
#include "edgewatch/pipeline/pipeline.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

namespace edgewatch::pipeline {
namespace {

using namespace std::chrono_literals;
using Kind = model::TenancyEvent::Kind;
using Word = identity::SourceClocks::Word;

/// A lease that was told so long after its start is an old one, read from a file, and says nothing of clocks.
constexpr Duration old_lease = 10min;

/// No action is held for longer, nor is a renewal of what keeps somebody where they are told later.
constexpr Duration longest_hold = 2min;

/// Sources that have a clock of their own. What is listed by hand has none.
bool has_clock(const model::TenancyEvent& event) {
  using Source = model::TenancyEvent::Source;
  if (event.source == Source::static_list || event.source == Source::admin || event.kind == Kind::shared)
    return false;
  if (event.sender == model::TenancyEvent::our_clock) return false;
  const bool lease = event.kind == Kind::lease || event.kind == Kind::release;
  return !lease || event.recorded_at - event.valid.from <= old_lease;
}

bool ends(const model::TenancyEvent& event) {
  return event.kind == Kind::logoff || event.kind == Kind::lock || event.kind == Kind::release;
}

/// Others may have been there before. Who unlocks a screen had locked it.
bool begins(const model::TenancyEvent& event) {
  return event.kind == Kind::lease || event.kind == Kind::logon;
}

/// A source that lags may be slow or its clock behind: what begins is then moved, what ends stays, so that
/// nobody holds anything for longer than either reading allows.
void correct(model::TenancyEvent& event, Duration offset) {
  const Duration end = std::min(offset, Duration(0));
  event.valid.from = std::min(event.valid.from + (ends(event) ? end : offset), event.recorded_at);
  if (event.valid.to != Timestamp::max()) event.valid.to += end;
}

auto key_of(const model::UsageSlice& slice) {
  return std::tuple(slice.minute, slice.subject.text(), slice.service, model::to_string(slice.kind),
                    model::to_string(slice.grade), model::to_string(slice.purpose));
}

}  // namespace

std::string device_of(const model::Attribution& who, const model::Client& client) {
  return who.device ? who.device->to_string() : client.address.to_string();
}

/// A frame shows which device has the address. The first of another may change whose it is.
model::Attribution Pipeline::see(const model::Client& client, Timestamp at) {
  model::Attribution who = register_.attribute(client, at);
  if (who.not_monitored || !register_.see(client, at)) return who;
  return register_.attribute(client, at);
}

/// The same where it hardly ever matters whose it is: true for somebody who is not monitored.
bool Pipeline::show_holder(const model::Client& client, Timestamp at) {
  if (register_.any_not_monitored()) return drop_if_not_monitored(see(client, at));
  register_.see(client, at);
  return false;
}

void Pipeline::on(const model::TenancyEvent& event) {
  if (!has_clock(event)) {
    tell(event);
    return;
  }
  const auto [word, offset] =
      source_clocks_.judge(model::to_string(event.source), event.sender, event.recorded_at, event.valid.from);
  if (word == Word::off) return tell_change(event);
  model::TenancyEvent corrected = event;
  correct(corrected, offset);
  // Whoever was there until then is so by neither reading; whoever came is by both from now on.
  if (word == Word::uncertain && begins(event)) tell_change(event);
  if (corrected.valid.from < corrected.valid.to) tell(corrected);
}

/// The clock is too far off to say since when anybody holds anything. That something changed is believed all
/// the same, or whoever was there would go on holding what others have by now: it ends when the event came,
/// and already at the time it states where that lies before.
void Pipeline::tell_change(const model::TenancyEvent& event) {
  model::TenancyEvent end = event;
  if (event.kind == Kind::lease) {
    end.kind = Kind::release;
    end.mac.reset();
  } else if (!ends(event)) {
    end.kind = Kind::logoff;
    end.person.clear();
    end.session.clear();
  }
  end.valid = {event.recorded_at, Timestamp::max()};
  tell(end);
  if (event.valid.from >= event.recorded_at) return;
  end.valid.from = event.valid.from;
  tell(end);
}

void Pipeline::tell(const model::TenancyEvent& event) {
  if (ends(event) && (event.address || event.mac)) {
    // Whoever held the machine until now is credited no further: a lock is the one strong sign of absence
    // there is (IDENTITY 3).
    const Timestamp at = event.valid.from == Timestamp::min() ? event.recorded_at : event.valid.from;
    end_holds({event.address.value_or(net::IpAddress()), event.mac, 0}, at);
  }
  change(event.recorded_at, [&] { register_.apply(event); });
  if (!event.address) return;
  if (event.kind == Kind::release) {
    forget_holder(*event.address);
  } else if (event.mac) {
    note_holder(*event.address, *event.mac);
  }
  static_cast<void>(
      drop_if_not_monitored(register_.attribute({*event.address, event.mac, 0}, event.recorded_at)));
}

/// A change of the register, with what follows for what was accounted already.
template <class Change>
void Pipeline::change(Timestamp now, Change change) {
  take_bindings();
  change();
  const std::size_t known = output_.bindings.size();
  take_bindings();
  for (std::size_t i = known; i < output_.bindings.size(); ++i) end_holds(output_.bindings[i], now);
  note_amendments();
}

/// Whoever holds that machine at `at` is credited no further.
void Pipeline::end_holds(const model::Client& client, Timestamp at) {
  const model::Attribution who = register_.attribute(client, at);
  if (who.person) accountant_->tenancy_ended(model::Subject(who), device_of(who, client), at);
}

/// The same for whoever had what ended by `now`: a session, also where an event named nothing but that, or an
/// address that went to another machine. An end that is only foreseen may yet be put off.
void Pipeline::end_holds(const model::Binding& ended, Timestamp now) {
  const Timestamp at = ended.valid.to;
  if (at > now || ended.value.empty() || at == Timestamp::min()) return;
  const bool of_address = ended.layer == model::Binding::Layer::address_to_device;
  if (!of_address && ended.state != model::Binding::State::held) return;
  model::Client client;
  client.address = net::IpAddress::parse(ended.key).value_or(net::IpAddress());
  client.mac = net::MacAddress::parse(of_address ? ended.value : ended.key);
  model::Attribution who = register_.attribute(client, at - Duration(1));
  if (!of_address) {
    who.person = model::PersonId(ended.value);
    who.binding = ended.id();
    if (register_.attribute(client, at).person == who.person) return;  // known by another word from then on
  }
  if (who.person) end_minute(who, client, at);
}

/// Whoever was there is no longer: what they did is held no further, and the minute is not wholly theirs.
void Pipeline::end_minute(const model::Attribution& who, const model::Client& client, Timestamp at) {
  accountant_->tenancy_ended(model::Subject(who), device_of(who, client), at);
  const UtcMinute next = minute_of(at) + std::chrono::minutes(1);
  if (at == minute_of(at)) return;
  model::Attribution nobody = who;
  nobody.person.reset();
  amendments_.push_back({.person = *who.person,
                         .binding = who.binding,
                         .withdrawn = {at, next},
                         .recorded_at = at,
                         .instead = model::Subject(nobody),
                         .why = model::Binding::State::left,
                         .source = model::TenancyEvent::Source::admin});
}

/// A minute is somebody's only where they are there for the whole of it (IDENTITY 3): of the one in which
/// they came, what was before and after is the device's.
model::Attribution Pipeline::whole_minute(model::Attribution who, const model::Client& client,
                                          Timestamp at) const {
  const Timestamp begun = minute_of(at);
  if (!who.person || who.held.from <= begun || register_.attribute(client, begun).person == who.person)
    return who;
  who.person.reset();
  who.binding = 0;
  who.grade = model::IdentityGrade::c;
  return who;
}

void Pipeline::note_use(const model::Attribution& who, const model::Client& client, Timestamp at) {
  if (!who.person) return;
  const auto [known, is_new] = last_uses_.try_emplace(client.address, LastUse{client, *who.person, at});
  if (is_new) return;
  LastUse& use = known->second;
  if (use.person != *who.person || use.client.mac != client.mac) {
    static_cast<void>(end_foreseen(use, at));
    use = {client, *who.person, at};
  }
  use.at = std::max(use.at, at);
}

/// A lease or a session whose end was told with its beginning, and which nobody renewed, is over then, and so
/// is what was held open by it. True where there is no more to ask of that use.
bool Pipeline::end_foreseen(const LastUse& use, Timestamp now) {
  const Timestamp over = use.at + longest_hold;
  const auto until = register_.held_until(use.client, use.at, std::min(over, now));
  if (!until) return over <= now;
  const model::Attribution who = register_.attribute(use.client, use.at);
  if (who.person) end_minute(who, use.client, *until);
  return true;
}

/// Only servers that are listed say whose an address is; but that it has changed hands is believed of any
/// sign: it only takes away.
void Pipeline::on(const model::IdentitySign& sign) {
  using Sign = model::IdentitySign::Kind;
  const auto told = signs_.read(sign);
  const bool claims = sign.address && sign.mac && (sign.kind == Sign::lease || sign.kind == Sign::neighbour);
  if (claims && told.empty()) {
    change(sign.at, [&] { register_.contradict(*sign.address, *sign.mac, sign.at); });
    note_holder(*sign.address, *sign.mac);
  }
  for (const model::TenancyEvent& event : told) tell(event);
}

void Pipeline::note_amendments() {
  for (model::Amendment& amendment : register_.drain_amendments()) {
    amendments_.push_back(amendment);
    output_.amendments.push_back(std::move(amendment));
  }
}

/// Minutes that are given out only now are amended before anybody saw them.
void Pipeline::withdraw(std::vector<model::UsageSlice>& slices) const {
  if (amendments_.empty()) return;
  std::map<decltype(key_of(slices.front())), model::UsageSlice> rows;
  for (model::UsageSlice& slice : slices) {
    const auto amendment =
        std::find_if(amendments_.begin(), amendments_.end(),
                     [&](const model::Amendment& each) { return model::is_amended(slice, each); });
    if (amendment != amendments_.end()) {
      if (!amendment->instead) continue;
      model::stand_instead(slice, *amendment);
    }
    auto key = key_of(slice);
    const auto [row, is_new] = rows.try_emplace(std::move(key), slice);
    if (!is_new) model::add_up(row->second, slice);
  }
  slices.clear();
  for (auto& [key, slice] : rows) slices.push_back(std::move(slice));
}

void Pipeline::take_bindings() {
  for (model::Binding& binding : register_.drain_bindings()) {
    auto& list = binding.recorded_at == Timestamp{} ? standing_ : output_.bindings;
    list.push_back(std::move(binding));
  }
}

std::vector<observe::Tally> Pipeline::tallies() const {
  std::vector<observe::Tally> out = judge_.tallies();
  const identity::SignReader::Tallies& signs = signs_.tallies();
  if (refused_behind_cname_ != 0) out.push_back({"refused-behind-cname", refused_behind_cname_});
  out.push_back({"identity-unbelieved", signs.unbelieved});
  out.push_back({"identity-too-late", signs.too_late});
  out.push_back({"identity-contested", signs.contested});
  out.push_back({"identity-no-room", signs.no_room + register_.unseen()});
  return out;
}

}  // namespace edgewatch::pipeline

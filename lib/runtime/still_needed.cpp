// Which of the events in the spool the register may still ask for.
#include "edgewatch/base/text.hpp"

#include "tenancy_spool.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>

namespace edgewatch::runtime {
namespace {

using namespace std::chrono_literals;
using Event = model::TenancyEvent;
using Kind = Event::Kind;
using Place = std::variant<net::IpAddress, net::MacAddress>;

constexpr Duration tenancy_memory = 24h;  // as the pipeline's
/// A session that is older is forgotten, still open or not.
constexpr Duration longest_memory = 24h * 30;

bool is_lease(const Event& event) { return event.kind == Kind::lease || event.kind == Kind::release; }
bool is_screen(const Event& event) { return event.kind == Kind::lock || event.kind == Kind::unlock; }
bool is_ticket(const Event& event) {
  return event.source == Event::Source::dc || event.source == Event::Source::kerberos;
}

class Weighing {
 public:
  Weighing(const std::vector<Event>& events, Timestamp now)
      : events_(events), now_(now), needed_(events.size()) {}

  std::vector<bool> weigh() {
    find_places();
    for (const auto& [place, own] : places_) weigh_place(own);
    weigh_leases();
    return std::move(needed_);
  }

 private:
  /// Sessions by the device they are on, as the register finds it: the one named, or whose the address is.
  void find_places() {
    std::map<net::IpAddress, std::size_t> holder;
    under_.assign(events_.size(), std::nullopt);
    for (std::size_t i = 0; i < events_.size(); ++i) {
      const Event& event = events_[i];
      if (is_lease(event)) {
        if (event.address && event.kind == Kind::lease) holder[*event.address] = i;
        if (event.address && event.kind == Kind::release) holder.erase(*event.address);
        continue;
      }
      if (event.kind == Kind::shared) {
        needed_[i] = true;
        continue;
      }
      if (!event.address) {
        if (event.mac) places_[*event.mac].push_back(i);
        continue;
      }
      const auto lease = holder.find(*event.address);
      const bool is_held = lease != holder.end() && events_[lease->second].valid.to > event.valid.from;
      if (lease != holder.end()) under_[i] = lease->second;
      const auto leased_to = is_held ? events_[lease->second].mac : std::nullopt;
      // A logon that names both says which device has the address.
      if (event.kind == Kind::logon && event.mac && event.mac != leased_to) {
        if (!under_[i]) under_[i] = i;
        holder[*event.address] = i;
      }
      places_[event.mac   ? Place(*event.mac)
              : leased_to ? Place(*leased_to)
                          : Place(*event.address)]
          .push_back(i);
    }
  }

  /// Rivals, and who was there last, can only be told from the whole of what happened since nobody was there:
  /// all of that is kept, and the round before it. One person's own comings and goings say no more than the
  /// last of them.
  void weigh_place(const std::vector<std::size_t>& own) {
    std::set<std::pair<std::string, std::string>> open;  // session, person
    std::size_t from = 0, round = 0;
    std::set<std::string> people;
    for (std::size_t n = 0; n < own.size(); ++n) {
      const Event& event = events_[own[n]];
      const std::string person = ascii_lower(event.person);
      if (!person.empty()) people.insert(person);
      if (event.kind == Kind::logon || event.kind == Kind::unlock) open.insert({event.session, person});
      if (event.kind != Kind::logoff || open.empty()) continue;
      std::erase_if(open, [&](const auto& each) {
        return event.session.empty() ? person.empty() || each.second == person : each.first == event.session;
      });
      if (!open.empty() || event.valid.from > now_ - tenancy_memory) continue;
      from = round;
      round = n + 1;
    }
    std::map<std::pair<bool, std::string>, std::size_t>
        last;  // of one person, by screen or ticket, and session
    for (std::size_t n = from; n < own.size(); ++n) {
      const Event& event = events_[own[n]];
      needed_[own[n]] = event.valid.from > now_ - longest_memory;
      const bool repeats = is_screen(event) || (is_ticket(event) && event.kind == Kind::logon);
      if (people.size() > 1 || !repeats || event.valid.from > now_ - tenancy_memory) continue;
      const auto [before, is_first] = last.try_emplace({is_screen(event), event.session}, own[n]);
      if (!is_first) needed_[std::exchange(before->second, own[n])] = false;
    }
  }

  /// A lease that has ended, or was taken over, before the cutoff is needed only where it says on which
  /// device a session began; and then what came after it at that address is.
  void weigh_leases() {
    const Timestamp cutoff = now_ - tenancy_memory;
    std::map<net::IpAddress, std::size_t> first, holder;
    for (std::size_t i = 0; i < events_.size(); ++i) {
      if (!needed_[i] || !under_[i]) continue;
      const auto [known, is_new] = first.try_emplace(*events_[i].address, *under_[i]);
      if (!is_new) known->second = std::min(known->second, *under_[i]);
    }
    for (std::size_t i = 0; i < events_.size(); ++i) {
      const Event& event = events_[i];
      if (!is_lease(event) || !event.address) continue;
      needed_[i] = event.valid.to > cutoff && (event.kind == Kind::lease || event.valid.from > cutoff);
      if (event.valid.from <= cutoff) {
        const auto before = holder.find(*event.address);
        const bool ends_it = before != holder.end() && (event.kind == Kind::lease || !event.mac ||
                                                        event.mac == events_[before->second].mac);
        if (ends_it) needed_[before->second] = false;
        if (event.kind == Kind::lease) holder[*event.address] = i;
      }
    }
    for (std::size_t i = 0; i < events_.size(); ++i) {
      if (!is_lease(events_[i]) || !events_[i].address) continue;
      const auto found = first.find(*events_[i].address);
      if (found != first.end() && i >= found->second) needed_[i] = true;
    }
    for (const auto& [address, i] : first) needed_[i] = true;
  }

  const std::vector<Event>& events_;
  Timestamp now_;
  std::vector<bool> needed_;
  std::map<Place, std::vector<std::size_t>> places_;
  std::vector<std::optional<std::size_t>> under_;  ///< the lease that says on which device a session is
};

}  // namespace

std::vector<Event> still_needed(std::vector<Event> events, Timestamp now) {
  const std::vector<bool> needed = Weighing(events, now).weigh();
  std::size_t kept = 0;
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (!needed[i]) continue;
    if (kept != i) events[kept] = std::move(events[i]);
    ++kept;
  }
  events.resize(kept);
  return events;
}

}  // namespace edgewatch::runtime

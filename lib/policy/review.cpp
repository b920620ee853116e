#include "edgewatch/policy/review.hpp"

#include "scope.hpp"

#include <algorithm>
#include <bitset>
#include <iterator>
#include <map>
#include <unordered_map>

#include <fmt/format.h>

namespace edgewatch::policy {
namespace {

constexpr std::chrono::days soon{14};
constexpr unsigned minutes_a_day = 24 * 60;
constexpr std::size_t minutes_a_week = std::size_t{7} * minutes_a_day;
/// The minutes of four weeks: a day may be a bank holiday or none, and so may the day before it, on which a
/// window that runs past midnight began.
using Week = std::bitset<4 * minutes_a_week>;
constexpr unsigned today_bit = 1;
constexpr unsigned yesterday_bit = 2;

void add_window(const WeeklyWindow& window, Week& week) {
  const unsigned length =
      (window.to_minute + minutes_a_day - window.from_minute - 1) % minutes_a_day + 1;  // a day at most
  for (unsigned day = 0; day < 7; ++day) {
    if ((window.days & (1U << day)) == 0) continue;
    for (unsigned minute = window.from_minute; minute < window.from_minute + length; ++minute) {
      const unsigned began = minute < minutes_a_day ? today_bit : yesterday_bit;
      for (unsigned holidays = 0; holidays < 4; ++holidays) {
        const bool alone = window.bank_holidays == BankHolidays::alone;
        if (window.bank_holidays != BankHolidays::as_any_day && ((holidays & began) != 0) != alone) continue;
        week.set(holidays * minutes_a_week + (day * minutes_a_day + minute) % minutes_a_week);
      }
    }
  }
}

Week week_of(const std::vector<WeeklyWindow>& schedule) {
  Week week;
  if (schedule.empty()) week.set();
  for (const WeeklyWindow& window : schedule) add_window(window, week);
  return week;
}

/// Rules by their places in the book, rising.
using Places = std::vector<std::size_t>;
/// Of things that rules speak of, those of which the same rules do stand here as one, by those rules.
using Kinds = std::set<Places>;

bool has(const Places& places, std::size_t place) { return std::ranges::binary_search(places, place); }

bool is_about_people(const Rule& rule) { return !rule.people.empty() || !rule.groups.empty(); }

constexpr const char* not_asked = "nothing of theirs is read, and no rule is asked";

/// The book laid out so that "does anything remain to this rule?" is a question about few kinds of
/// destinations, people, networks and hours.
class Reviewer {
 public:
  Reviewer(const RuleBook& book, const Ground& ground) : book_(book) {
    for (std::size_t i = 0; i < book.rules.size(); ++i) {
      const Rule& rule = book.rules[i];
      weeks_.push_back(week_of(rule.schedule));
      for (const auto& category : rule.categories) note(speaks_of_category_[category.text()], i);
      for (const auto& service : rule.services) note(speaks_of_service_[service.text()], i);
      for (const auto& name : rule.names) note(speaks_of_name_[name.text()], i);
    }
    lay_out_destinations(ground);
    lay_out_people(ground);
    lay_out_networks(ground);
  }

  [[nodiscard]] RuleReview of(std::size_t place) const {
    RuleReview out;
    const Rule& rule = book_.rules[place];
    const auto any = [place](const Kinds& kinds) {
      return std::ranges::any_of(kinds, [place](const Places& kind) { return has(kind, place); });
    };
    if (!any(destinations_))
      return {"nothing listed is of its categories or services", "", "take it out, or name what is listed"};
    if (is_about_people(rule) && people_of(book_, rule).empty())
      return {"nobody is in its groups", "", "take it out, or put people into them in people.csv"};
    if (is_about_people(rule) && !any(people_))
      return {fmt::format("everybody it is about is in group not-monitored: {}", not_asked), "",
              "take it out, or say whom else it is for"};
    if (!rule.networks.empty() && !any(networks_))
      return {fmt::format("all its networks are excluded, or none of the council's (exclude, inside): {}",
                          not_asked),
              "", "take it out, or name networks that are watched"};
    if (const auto by = fewest_takers(place, destinations_)) {
      out.never = in_words(place, *by, "all of it");
      out.advice = "take it out, or put it before what takes its place";
    } else if (out.contradicted = contradicted(place); !out.contradicted.empty()) {
      out.advice = "take one of them out, or put first what is to hold";
    }
    return out;
  }

 private:
  static void note(Places& places, std::size_t place) {
    if (places.empty() || places.back() != place) places.push_back(place);
  }
  static void append(const std::unordered_map<std::string_view, Places>& from, std::string_view key,
                     Places& to) {
    const auto found = from.find(key);
    if (found != from.end()) to.insert(to.end(), found->second.begin(), found->second.end());
  }

  /// The rules that speak of a name; of what service it is, where it is of one.
  [[nodiscard]] Places speaking_of(const net::HostName& name, const Ground::Host* as) const {
    Places out;
    for (std::size_t up = 0; up < name.label_count(); ++up) append(speaks_of_name_, name.suffix(up), out);
    if (as != nullptr) {
      append(speaks_of_service_, as->service.text(), out);
      append(speaks_of_category_, as->category.text(), out);
    }
    std::ranges::sort(out);
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
  }

  void lay_out_destinations(const Ground& ground) {
    std::unordered_map<std::string_view, const Ground::Host*> listed;
    for (const Ground::Host& host : ground.hosts) {
      listed.emplace(host.name.text(), &host);
      const Places kind = speaking_of(host.name, &host);
      destinations_.insert(kind);
      of_service_[host.service.text()].insert(kind);
      of_category_[host.category.text()].insert(kind);
    }
    for (const model::Category& category : ground.categories) {
      Places kind;
      append(speaks_of_category_, category.text(), kind);
      destinations_.insert(kind);
      of_category_[category.text()].insert(kind);
    }
    for (const Rule& rule : book_.rules) {
      for (const net::HostName& name : rule.names) {
        if (of_name_.contains(name.text())) continue;
        const Ground::Host* as = nullptr;
        for (std::size_t up = 0; as == nullptr && up < name.label_count(); ++up) {
          const auto found = listed.find(name.suffix(up));
          if (found != listed.end()) as = found->second;
        }
        const Places kind = speaking_of(name, as);
        destinations_.insert(kind);
        of_name_[name.text()].insert(kind);
      }
    }
  }

  void lay_out_people(const Ground& ground) {
    std::map<model::PersonId, Places> kinds;
    for (std::size_t i = 0; i < book_.rules.size(); ++i) {
      for (const model::PersonId& person : people_of(book_, book_.rules[i])) kinds[person].push_back(i);
    }
    for (const auto& [person, kind] : kinds) {
      if (!ground.unmonitored.contains(person)) people_.insert(kind);
    }
  }

  /// Where networks begin and end, other rules begin to speak.
  void lay_out_networks(const Ground& ground) {
    std::vector<net::IpAddress> beginnings{net::IpAddress(), *net::IpAddress::parse("::")};
    const auto add = [&](const net::NetworkSet& networks) {
      for (const net::Network& network : networks) {
        beginnings.push_back(prefix_of(network).base);
        if (const auto next = behind(network)) beginnings.push_back(*next);
      }
    };
    add(ground.inside);
    add(ground.exclude);
    for (const Rule& rule : book_.rules) add(rule.networks);
    for (const net::IpAddress& address : beginnings) {
      if (!ground.inside.empty() && !net::contains(ground.inside, address)) continue;
      if (net::contains(ground.exclude, address)) continue;
      Places kind;
      for (std::size_t i = 0; i < book_.rules.size(); ++i) {
        if (net::contains(book_.rules[i].networks, address)) kind.push_back(i);
      }
      networks_.insert(std::move(kind));
    }
    if (networks_.empty()) networks_.insert(Places());  // nobody is watched: that is not the rules' fault
  }

  /// The earlier rules that decide whatever the rule says of these destinations, `only` that one where it is
  /// given; nothing where anything is left to it.
  [[nodiscard]] std::optional<Places> takers(std::size_t place, const Kinds& destinations,
                                             std::optional<std::size_t> only = std::nullopt) const {
    static const Kinds somebody_unknown{Places()};
    const Rule& rule = book_.rules[place];
    std::set<std::size_t> out;
    for (const Places& destination : destinations) {
      if (!has(destination, place)) continue;
      // Of whom nothing is known rules about people do not speak: what is left to nobody is left to none.
      for (const Places& person : is_about_people(rule) ? people_ : somebody_unknown) {
        if (is_about_people(rule) && !has(person, place)) continue;
        for (const Places& network : networks_) {
          if (!rule.networks.empty() && !has(network, place)) continue;
          Week left = weeks_[place];
          for (const std::size_t i : destination) {
            if (i >= place || (only && i != *only) || !speaks(i, person, network)) continue;
            if ((left & weeks_[i]).none()) continue;
            left &= ~weeks_[i];
            out.insert(i);
          }
          if (left.any()) return std::nullopt;
        }
      }
    }
    return Places(out.begin(), out.end());
  }
  [[nodiscard]] bool speaks(std::size_t place, const Places& person, const Places& network) const {
    const Rule& rule = book_.rules[place];
    return (!is_about_people(rule) || has(person, place)) && (rule.networks.empty() || has(network, place));
  }

  /// The same, by one rule where one is enough.
  [[nodiscard]] std::optional<Places> fewest_takers(std::size_t place, const Kinds& destinations) const {
    auto all = takers(place, destinations);
    if (!all || all->size() < 2) return all;
    for (const std::size_t i : *all) {
      if (auto one = takers(place, destinations, i)) return one;
    }
    return all;
  }

  [[nodiscard]] std::string in_words(std::size_t place, const Places& by, const std::string& what) const {
    const Rule& first = book_.rules[by.front()];
    if (by.size() == 1) {
      const bool same = first.action == book_.rules[place].action;
      return fmt::format("rule {} stands before it and takes {}{}", first.id.text(), what,
                         same ? "" : fmt::format(", to {}", to_string(first.action)));
    }
    std::string rules;
    for (const std::size_t i : by) {
      rules += fmt::format("{}{} ({})", rules.empty() ? "" : ", ", book_.rules[i].id.text(),
                           to_string(book_.rules[i].action));
    }
    return fmt::format("rules {} stand before it and together take {}", rules, what);
  }

  /// What the rule names and others decide otherwise before it, though something else is left to it.
  [[nodiscard]] std::string contradicted(std::size_t place) const {
    const Rule& rule = book_.rules[place];
    std::map<Places, std::vector<std::string>> taken;
    const auto look_at = [&](const std::unordered_map<std::string_view, Kinds>& all, const auto& named) {
      for (const auto& each : named) {
        const auto kinds = all.find(each.text());
        if (kinds == all.end()) continue;
        const auto by = fewest_takers(place, kinds->second);
        if (by &&
            std::ranges::any_of(*by, [&](std::size_t i) { return book_.rules[i].action != rule.action; }))
          taken[*by].push_back(each.text());
      }
    };
    look_at(of_category_, rule.categories);
    look_at(of_service_, rule.services);
    look_at(of_name_, rule.names);
    std::string out;
    for (const auto& [by, what] : taken)
      out += (out.empty() ? "" : "; ") + in_words(place, by, first_of(what));
    return out;
  }
  static std::string first_of(const std::vector<std::string>& all) {
    constexpr std::size_t most = 5;
    std::string out;
    for (std::size_t i = 0; i < std::min(all.size(), most); ++i) out += (i == 0 ? "" : ", ") + all[i];
    return all.size() <= most ? out : fmt::format("{} and {} more", out, all.size() - most);
  }

  const RuleBook& book_;
  std::vector<Week> weeks_;  ///< by rule
  std::unordered_map<std::string_view, Places> speaks_of_category_, speaks_of_service_, speaks_of_name_;
  Kinds destinations_, people_, networks_;
  std::unordered_map<std::string_view, Kinds> of_category_, of_service_, of_name_;  ///< destinations
};

bool overlap(const model::Interval& a, const model::Interval& b, Timestamp from) {
  return std::max({a.from, b.from, from}) < std::min(a.to, b.to);
}

bool is_for(const RuleBook& book, const AuthorisedUse& use, const model::PersonId& person) {
  if (use.person) return *use.person == person;
  const auto groups = book.groups.find(person);
  return groups != book.groups.end() && std::ranges::find(groups->second, use.group) != groups->second.end();
}

}  // namespace

std::vector<RuleReview> review_rules(const RuleBook& book, const Ground& ground) {
  const Reviewer reviewer(book, ground);
  std::vector<RuleReview> out;
  out.reserve(book.rules.size());
  for (std::size_t i = 0; i < book.rules.size(); ++i) out.push_back(reviewer.of(i));
  return out;
}

std::vector<Contradiction> contradictions(const RuleBook& book, Timestamp now) {
  std::vector<Contradiction> out;
  for (std::size_t w = 0; w < book.withdrawals.size(); ++w) {
    const Withdrawal& withdrawal = book.withdrawals[w];
    for (std::size_t a = 0; a < book.authorised.size(); ++a) {
      const AuthorisedUse& use = book.authorised[a];
      if (!is_for(book, use, withdrawal.person) || !overlap(withdrawal.valid, use.valid, now)) continue;
      Contradiction both{w, a, {}};
      std::ranges::copy_if(withdrawal.services, std::back_inserter(both.services),
                           [&](const model::ServiceId& service) {
                             return std::ranges::find(use.services, service) != use.services.end();
                           });
      if (!both.services.empty()) out.push_back(std::move(both));
    }
  }
  return out;
}

std::string dates_to_mind(const model::Interval& valid, const std::optional<CivilDate>& review,
                          Timestamp now) {
  const CivilDate today = london_date(now);
  const CivilDate horizon(std::chrono::sys_days(today) + soon);
  if (valid.to <= now) return "ended on " + format_date(london_date(valid.to - Duration(1)));
  std::string out;
  if (valid.from > now) out = "begins on " + format_date(london_date(valid.from));
  const auto add = [&out](const std::string& text) { out += (out.empty() ? "" : "; ") + text; };
  if (valid.to != Timestamp::max()) {
    const CivilDate last = london_date(valid.to - Duration(1));
    if (last <= horizon) add("ends on " + format_date(last));
  }
  if (review && *review <= today) add("review was due on " + format_date(*review));
  if (review && *review > today && *review <= horizon) add("review is due on " + format_date(*review));
  return out;
}

}  // namespace edgewatch::policy

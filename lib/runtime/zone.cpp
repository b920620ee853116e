#include "zone.hpp"

#include "edgewatch/classify/classify.hpp"

#include <algorithm>
#include <utility>

namespace edgewatch::runtime {
namespace {

using enforce::ZoneAction;

/// By labels from the last one on, so that what lies below a name follows it.
bool stands_before(std::string_view a, std::string_view b) {
  const auto rank = [](char c) { return c == '.' ? 0 : static_cast<unsigned char>(c); };
  return std::lexicographical_compare(a.rbegin(), a.rend(), b.rbegin(), b.rend(),
                                      [&](char x, char y) { return rank(x) < rank(y); });
}

bool is_at_or_below(std::string_view name, std::string_view ancestor) {
  return name.ends_with(ancestor) &&
         (name.size() == ancestor.size() || name[name.size() - ancestor.size() - 1] == '.');
}

ZoneAction action(bool refused) { return refused ? ZoneAction::nxdomain : ZoneAction::pass_through; }

}  // namespace

/// Whether a name, and one below it that nothing lists, are refused.
struct ZoneNames::Answers {
  bool itself = false;
  bool below = false;
};

ZoneNames::ZoneNames(config::Policies policies) : policies_(std::move(policies)) {
  const auto own = [this](const net::HostName& name) { names_.emplace_back(own_.emplace_back(name.text())); };
  names_.reserve(policies_.lists->size());
  policies_.lists->for_each([&](const classify::ListSet::Entry& entry) { names_.push_back(entry.name); });
  const classify::Catalogue& catalogue = policies_.catalogue;
  for (std::size_t service = 0; service < catalogue.services().size(); ++service) {
    for (const auto& host : catalogue.hosts(service)) own(host.host);
  }
  for (const auto& rule : policies_.rules.rules) {
    for (const auto& name : rule.names) own(name);
  }
  for (const net::HostName& name : enforce::canaries()) own(name);
  std::ranges::sort(names_, stands_before);
  names_.erase(std::unique(names_.begin(), names_.end()), names_.end());
  const auto begins_a_name = [&](std::string_view name) { return name.starts_with(nobodys_label_ + '.'); };
  while (std::ranges::any_of(names_, begins_a_name)) nobodys_label_ += '0';
}

ZoneNames::Answers ZoneNames::answers(const model::Attribution& who, Timestamp at, Canaries canaries,
                                      const net::HostName& name) const {
  const auto is_canary = [&](const net::HostName& canary) { return name.is_at_or_below(canary); };
  if (canaries == Canaries::refused && std::ranges::any_of(enforce::canaries(), is_canary))
    return {true, true};
  const auto is_refused = [&](const net::HostName& asked) {
    const auto listed = classify::classify(policies_.catalogue, *policies_.lists, asked);
    return policy::decide(policies_.rules, who, listed, asked, at).verdict == model::Verdict::block;
  };
  Answers out{is_refused(name), false};
  // Only lists tell a name from what lies below it.
  const auto below = policies_.lists->size() == 0
                         ? std::nullopt
                         : net::HostName::from_dotted(nobodys_label_ + '.' + name.text());
  out.below = below ? is_refused(*below) : out.itself;
  return out;
}

template <class Underneath>
void ZoneNames::walk(const model::Attribution& who, Timestamp at, Canaries canaries, Underneath underneath,
                     const Take& take) const {
  struct Told {
    std::string_view name;
    std::optional<ZoneAction> below;
  };
  std::vector<Told> above;  // those that were told and that the name lies below
  for (const std::string_view text : names_) {
    while (!above.empty() && !is_at_or_below(text, above.back().name)) above.pop_back();
    const std::optional<ZoneAction> covered = above.empty() ? std::nullopt : above.back().below;
    const auto name = net::HostName::from_dotted(text);
    if (!name || !name->is_matchable()) continue;
    const Answers wanted = answers(who, at, canaries, *name);
    const Answers given = covered ? Answers{covered == ZoneAction::nxdomain, covered == ZoneAction::nxdomain}
                                  : underneath(*name);
    if (wanted.itself == given.itself && wanted.below == given.below) continue;
    if (!covered) {
      const enforce::ZoneEntry entry{
          *name, wanted.itself != given.itself ? std::optional(action(wanted.itself)) : std::nullopt,
          wanted.below != given.below ? std::optional(action(wanted.below)) : std::nullopt};
      take(entry);
      above.push_back({text, entry.below});
      continue;
    }
    const std::size_t top = text.size() - above.back().name.size();
    // From the shortest of the names between to the longest.
    std::vector<std::string_view> between;
    for (std::size_t dot = text.find('.'); dot != std::string_view::npos && dot + 1 < top;
         dot = text.find('.', dot + 1))
      between.push_back(text.substr(dot + 1));
    for (auto each = between.rbegin(); each != between.rend(); ++each) {
      take(enforce::ZoneEntry{net::HostName::from_dotted(*each).value(), *covered});
      above.push_back({*each, covered});
    }
    take({*name, action(wanted.itself), action(wanted.below)});
    above.push_back({text, action(wanted.below)});
  }
}

void ZoneNames::tell(const model::Attribution& who, Timestamp at, Canaries canaries, const Take& take) const {
  walk(
      who, at, canaries, [](const net::HostName&) { return Answers{}; }, take);
}

void ZoneNames::tell_before(const model::Attribution& others, const model::Attribution& who, Timestamp at,
                            Canaries canaries, const Take& take) const {
  walk(
      who, at, canaries, [&](const net::HostName& name) { return answers(others, at, canaries, name); },
      take);
}

std::vector<enforce::ZoneEntry> zone_for(const ZoneNames& names, const model::Attribution& who, Timestamp at,
                                         ZoneNames::Canaries canaries) {
  std::vector<enforce::ZoneEntry> out;
  names.tell(who, at, canaries, [&out](const enforce::ZoneEntry& entry) { out.push_back(entry); });
  return out;
}

}  // namespace edgewatch::runtime

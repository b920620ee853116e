#include "edgewatch/classify/classify.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace edgewatch::classify {
namespace {

/// Of a name that lists alone know: no service, and so nothing that could be kept as somebody's use.
model::Classification of_list(const model::ListMatch& first) {
  model::Classification out;
  out.category = first.category;
  out.role = model::Role::unknown;
  out.record = false;
  out.matched = net::HostName::from_dotted(first.entry).value_or(net::HostName());
  out.line = fmt::format("{}:{}", first.list, first.line);
  out.revision = first.revision;
  return out;
}

}  // namespace

std::optional<model::Classification> with_lists(const model::Classification* listed, const ListSet& lists,
                                                const net::HostName& name) {
  std::vector<model::ListMatch> matches;
  for (const ListSet::Match& match : lists.match(name)) {
    const ListSet::List& list = lists.lists()[match.list];
    matches.push_back({list.name, list.category, std::string(match.name), match.line, lists.revision()});
  }
  if (matches.empty()) return std::nullopt;
  model::Classification out = listed != nullptr ? *listed : of_list(matches.front());
  // A page of a service that is listed among adult sites tells of private life, whatever the service is.
  out.record = out.record && std::ranges::all_of(matches, [](const model::ListMatch& match) {
                 return may_be_recorded(match.category);
               });
  out.lists = std::move(matches);
  return out;
}

std::optional<model::Classification> classify(const Catalogue& catalogue, const ListSet& lists,
                                              const net::HostName& name) {
  auto listed = catalogue.classify(name);
  auto with = with_lists(listed ? &*listed : nullptr, lists, name);
  return with ? with : listed;
}

}  // namespace edgewatch::classify

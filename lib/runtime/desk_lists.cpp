// What a list that `edgewatch lists` has fetched, and not taken, would change for names that are in use.
#include "edgewatch/config/list_set_file.hpp"
#include "edgewatch/runtime/exit_code.hpp"

#include "answer.hpp"
#include "desk.hpp"
#include "list_sets.hpp"
#include "list_store.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include <fmt/format.h>

namespace edgewatch::runtime {
namespace {

/// A name that fewer use is nobody's business here, whatever a list says of it.
constexpr unsigned fewest_clients = 10;

/// Rules that block what is on lists of that category; whom and when they say.
std::string blocking_rules(const policy::RuleBook& book, const model::Category& category) {
  std::string out;
  for (const policy::Rule& rule : book.rules) {
    if (rule.action == model::Verdict::block &&
        std::ranges::find(rule.categories, category) != rule.categories.end())
      out += (out.empty() ? "" : ", ") + rule.id.text();
  }
  return out.empty() ? "-" : out;
}

using Row = std::vector<std::string>;

/// What `after` says of a name that `before` does not.
void add_rows(const classify::ListSet& before, const classify::ListSet& after, const std::string& change,
              const classify::SeenNames::Seen& seen, const policy::RuleBook& book, std::vector<Row>& rows) {
  std::set<std::string> known;
  for (const auto& match : before.match(seen.name)) known.insert(before.lists()[match.list].name);
  for (const auto& match : after.match(seen.name)) {
    const classify::ListSet::List& list = after.lists()[match.list];
    if (known.contains(list.name)) continue;
    rows.push_back({list.name, change, seen.name.text(), std::string(match.name),
                    match.line == 0 ? "-" : std::to_string(match.line),
                    fmt::format("at least {}", seen.clients), blocking_rules(book, list.category)});
  }
}

/// The lines that the set does not know, of the rows with that change: out of the editions it is made of.
void look_up_lines(const std::filesystem::path& list_sets, const classify::ListSet& set,
                   const std::string& change, std::vector<Row>& rows) {
  for (const classify::ListSet::List& list : set.lists()) {
    const auto is_without = [&](const Row& row) {
      return row[0] == list.name && row[1] == change && row[4] == "-";
    };
    std::set<std::string, std::less<>> names;
    for (const Row& row : rows) {
      if (is_without(row)) names.insert(row[3]);
    }
    if (names.empty()) continue;
    const auto folder = list.edition == 0 ? list_sets / rehearsed_lists : list_sets.parent_path();
    const auto lines = ListStore(folder, list.name).lines_of(list.edition, names);
    for (Row& row : rows) {
      if (!is_without(row)) continue;
      if (const auto line = lines.find(row[3]); line != lines.end()) row[4] = std::to_string(line->second);
    }
  }
}

}  // namespace

Response Desk::rehearse_lists(const Officer& /*officer*/, const Request& request) {
  const config::Policies& policies = configuration_->policies;
  if (configuration_->list_sets.empty())
    return {unavailable, "", "edgewatch: the daemon's lists.toml names no list\n"};
  const auto candidate = config::open_list_set(configuration_->list_sets / rehearsed_set);
  if (!candidate) {
    return {unavailable, "",
            "edgewatch: the daemon finds no list to try; is its lists.toml the one that --lists names?\n"};
  }
  const auto names = seen_names_.seen_by(fewest_clients);
  Rows rows{{"list", "change", "name", "entry", "line", "clients", "rules"}, {}};
  for (const auto& seen : names) {
    add_rows(*policies.lists, *candidate, "listed", seen, policies.rules, rows.cells);
    add_rows(*candidate, *policies.lists, "freed", seen, policies.rules, rows.cells);
  }
  look_up_lines(configuration_->list_sets, *candidate, "listed", rows.cells);
  look_up_lines(configuration_->list_sets, *policies.lists, "freed", rows.cells);
  const auto listed = std::ranges::count_if(rows.cells, [](const Row& row) { return row[1] == "listed"; });
  const std::string summary = fmt::format(
      "tried on {} names that at least {} clients used in the last 18 to 24 hours: {} newly listed, {} "
      "freed\n",
      names.size(), fewest_clients, listed, static_cast<std::ptrdiff_t>(rows.cells.size()) - listed);
  Response out = in_rows(rows, request, "no name would be newly listed, or freed");
  if (out.exit_code == fine) out.error = summary;
  return out;
}

}  // namespace edgewatch::runtime

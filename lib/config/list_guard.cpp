#include "edgewatch/config/list_guard.hpp"

#include "edgewatch/base/text.hpp"
#include "edgewatch/classify/catalogue.hpp"

#include "list_protected.hpp"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

namespace edgewatch::config {
namespace {

/// Of lines with the same fault so many are named.
constexpr std::size_t most_named = 10;

std::tuple<std::string_view, ListVerdict, Reach> key(const ListEntry& entry) {
  return {entry.name, entry.verdict, entry.reach};
}

/// Gathers faults, of each kind the first few and how many more there are.
class Faults {
 public:
  Faults(std::string name, const ParsedList& list) : name_(std::move(name)), list_(&list) {}

  void add(std::string what, std::string advice) {
    problems_.push_back({name_, 0, 0, std::move(what), std::move(advice)});
  }
  void add(ListPlace place, std::string what, std::string advice) {
    const std::string& file = list_->files[place.file];
    problems_.push_back(
        {file.empty() ? name_ : name_ + '/' + file, place.line, 0, std::move(what), std::move(advice)});
  }
  void more(std::size_t found, std::string_view kind) {
    if (found > most_named) add(fmt::format("{} more {}", found - most_named, kind), "");
  }
  [[nodiscard]] Problems take() { return std::move(problems_); }

 private:
  std::string name_;
  const ParsedList* list_;
  Problems problems_;
};

void add_lost_includes(const ParsedList& list, Faults& faults) {
  for (const LostInclude& lost : list.lost_includes())
    faults.add(lost.place, lost.what, "what it lists is missing; look at 'part', or at what is published");
  faults.more(list.refused(LineRefusal::lost_include).count, to_string(LineRefusal::lost_include));
}

void judge_lines(const ParsedList& list, const ListGuards& guards, Faults& faults) {
  for (const ListPlace& place : list.refused(LineRefusal::everything).first)
    faults.add(place, "this line would list the whole web", "the list is broken or not to be trusted");
  if (list.parse_rate() < guards.least_parse_rate) {
    faults.add(fmt::format("only {:.1f} % of the lines could be read, fewer than {:.1f} %",
                           100 * list.parse_rate(), 100 * guards.least_parse_rate),
               "look at what is published, or at 'format' in lists.toml");
    for (std::size_t i = 0; i < line_refusals; ++i) {
      const auto refusal = static_cast<LineRefusal>(i);
      if (!is_wrong(refusal) || refusal == LineRefusal::everything) continue;
      if (refusal == LineRefusal::lost_include) {
        add_lost_includes(list, faults);
        continue;
      }
      const RefusedLines& lines = list.refused(refusal);
      const char* advice = refusal == LineRefusal::unended
                               ? "it may have been cut; where it is whole, end it with a line end"
                               : "";
      for (const ListPlace& place : lines.first) faults.add(place, std::string(to_string(refusal)), advice);
      faults.more(lines.count, to_string(refusal));
    }
  }
  if (list.size() < guards.fewest)
    faults.add(list.size() == 0 ? "the list is empty" : fmt::format("{} entries are too few", list.size()),
               fmt::format("at least {} are asked for", guards.fewest));
}

void judge_names(const ParsedList& list, const ListGuards& guards, Faults& faults) {
  const ProtectedNames names(guards);
  std::size_t hidden = 0;
  std::size_t suffixes = 0;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const ListEntry entry = list[i];
    if (entry.verdict == ListVerdict::excepted) continue;
    if (auto what = names.hidden_by(entry)) {
      if (hidden++ < most_named)
        faults.add(entry.place, std::move(*what), "if the list is good otherwise, name it in 'without'");
    } else if (classify::is_public_suffix(*net::HostName::from_dotted(entry.name))) {
      if (suffixes++ < most_named)
        faults.add(entry.place, fmt::format("under '{}' anybody may have a name", entry.name),
                   "if the list is good otherwise, name it in 'without'");
    }
  }
  faults.more(hidden, "lines hide protected names");
  faults.more(suffixes, "lines are public suffixes");
}

/// Whether it changed no more than it may.
bool judge_change(const ParsedList& before, const ParsedList& list, double most, std::string_view since,
                  Faults& faults) {
  const ListChange changed = change(before, list);
  const auto bound = static_cast<std::size_t>(most * static_cast<double>(before.size()));
  if (changed.came <= bound && changed.went <= bound) return true;
  faults.add(fmt::format("{} names came and {} went, of {} {}; {:.0f} % are the bound", changed.came,
                         changed.went, before.size(), since, 100 * most),
             "compare with `edgewatch lists diff`, then `edgewatch lists update --accept` if it is right");
  return false;
}

void judge_growth(std::size_t before, const ParsedList& list, double most, Faults& faults) {
  const auto bound = static_cast<std::size_t>(most * static_cast<double>(before));
  const std::size_t by = list.size() > before ? list.size() - before : before - list.size();
  if (by <= bound) return;
  faults.add(fmt::format("{} entries, {} at the baseline of 30 days; {:.0f} % more or fewer are the bound",
                         list.size(), before, 100 * most),
             "it crept there: look at its history, then `edgewatch lists update --accept` if it is right");
}

/// Against what it was yesterday and long ago. Of what came at once no more is said.
void judge_past(const ParsedList& list, const ListGuards& guards, const ListPast& past, Faults& faults) {
  const bool is_oldest = past.active != nullptr && past.oldest == past.active;
  const double most = is_oldest ? std::min(guards.most_change, guards.most_drift) : guards.most_change;
  if (past.active != nullptr && !judge_change(*past.active, list, most, "in the active list", faults)) return;
  if (past.oldest != nullptr && !is_oldest)
    judge_change(*past.oldest, list, guards.most_drift, "in the oldest edition kept", faults);
  if (past.baseline_size) judge_growth(*past.baseline_size, list, guards.most_drift, faults);
}

}  // namespace

bool is_page(std::string_view text) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  // No format of lists has a line that begins so.
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && text[first] == '<';
}

void compare(const ParsedList& before, const ParsedList& after,
             const std::function<void(Difference, const ListEntry&)>& visit) {
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < before.size() || j < after.size()) {
    if (j == after.size() || (i < before.size() && key(before[i]) < key(after[j]))) {
      visit(Difference::went, before[i++]);
    } else if (i == before.size() || key(after[j]) < key(before[i])) {
      visit(Difference::came, after[j++]);
    } else {
      ++i;
      ++j;
    }
  }
}

ListChange change(const ParsedList& before, const ParsedList& after) {
  ListChange out;
  compare(before, after, [&](Difference difference, const ListEntry&) {
    ++(difference == Difference::came ? out.came : out.went);
  });
  return out;
}

Problems remarks(const std::string& name, const ParsedList& list) {
  Faults faults(name, list);
  add_lost_includes(list, faults);
  return faults.take();
}

Problems judge(const std::string& name, const ParsedList& list, const ListGuards& guards,
               const ListPast& past, ChangeGuard change_guard) {
  Faults faults(name, list);
  judge_lines(list, guards, faults);
  judge_names(list, guards, faults);
  if (change_guard == ChangeGuard::waived) return faults.take();
  judge_past(list, guards, past, faults);
  return faults.take();
}

}  // namespace edgewatch::config

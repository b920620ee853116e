#include "list_sets.hpp"

#include "edgewatch/config/list_edition.hpp"
#include "edgewatch/config/list_set_file.hpp"

#include "atomic_file.hpp"
#include "file_lock.hpp"
#include "list_store.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <system_error>

#include <fmt/format.h>

namespace edgewatch::runtime {
namespace {

constexpr std::size_t sets_kept = 10;
/// What a set begins with that is not in force, and would be if the list behind it went back.
constexpr std::string_view ready_mark = "ready.";
using Lists = std::vector<classify::ListSet::List>;

Lists active_lists(const config::ListSettings& settings) {
  Lists out;
  for (const config::ListSource& source : settings.lists) {
    const auto state = ListStore(settings.folder, source.name).load();
    if (state && state->active != 0) out.push_back({source.name, source.category, state->active});
  }
  return out;
}

bool is_of(const std::filesystem::path& file, const Lists& lists) {
  // Ten sets of millions of names: sums are looked at only of the one that it may be.
  if (const auto said = config::lists_said_by(file); said && *said != lists) return false;
  const auto set = config::open_list_set(file);
  return set && set->lists() == lists;
}

void put_in_force(const std::filesystem::path& folder, const std::filesystem::path& file) {
  const auto draft = folder / "current.new";
  std::filesystem::remove(draft);
  std::filesystem::create_symlink(file.filename(), draft);
  std::filesystem::rename(draft, folder / "current");
}

void compile(const config::ListSettings& settings, const Lists& lists, AtomicFile& to) {
  std::vector<config::ParsedList> editions;
  editions.reserve(lists.size());
  std::vector<config::SetMember> members;
  for (const auto& list : lists) {
    auto edition = ListStore(settings.folder, list.name).edition(list.edition);
    if (!edition)
      throw std::runtime_error(fmt::format("{}: edition {}: {}", list.name, list.edition, edition.error()));
    editions.push_back(std::move(edition).value());
    members.push_back({list, &editions.back()});
  }
  config::write_list_set(members, random_hash_key(), [&](std::string_view piece) { to.append(piece); });
}

/// What begins so in the folder: the set, its lists, and drafts of either.
std::vector<std::filesystem::path> files_beginning_with(const std::filesystem::path& folder,
                                                        std::string_view beginning) {
  std::error_code error;
  std::vector<std::filesystem::path> out;
  for (const auto& file : std::filesystem::directory_iterator(folder, error)) {
    if (file.path().filename().string().starts_with(beginning)) out.push_back(file.path());
  }
  return out;
}
void remove_beginning_with(const std::filesystem::path& folder, std::string_view beginning) {
  std::error_code error;
  for (const auto& file : files_beginning_with(folder, beginning)) std::filesystem::remove_all(file, error);
}
void remove_rehearsal(const std::filesystem::path& folder) { remove_beginning_with(folder, rehearsed_set); }

/// What processes left that were killed at their work.
void tidy_up(const std::filesystem::path& lists, const std::filesystem::path& sets) {
  {
    const FileLock alone(lists / rehearsal_lock, FileLock::For::group);
    if (alone.state() == FileLock::State::held) remove_rehearsal(sets);
  }
  std::error_code error;
  for (const auto& file : std::filesystem::directory_iterator(sets, error)) {
    const std::string name = file.path().filename();
    if (const std::size_t end = name.find(".set."); end != std::string::npos)
      remove_beginning_with(sets, name);
  }
}

}  // namespace

void prepare_going_back(const config::ListSettings& settings) {
  const auto folder = settings.folder / config::list_set_folder;
  const Lists lists = active_lists(settings);
  auto stale = files_beginning_with(folder, ready_mark);
  const auto kept = config::kept_list_sets(folder);
  const auto says = [](const std::filesystem::path& file, const Lists& wanted) {
    const auto said = config::lists_said_by(file);
    return said && *said == wanted;
  };
  std::size_t most = sets_kept;
  for (const auto& list : lists) {
    const auto state = ListStore(settings.folder, list.name).load();
    const unsigned before = state ? before_active(*state) : 0;
    if (before == 0) continue;
    Lists wanted = lists;
    std::ranges::find(wanted, list)->edition = before;
    if (std::ranges::any_of(kept, [&](const auto& file) { return says(file, wanted); })) continue;
    if (most-- == 0) break;
    const auto ready = folder / (std::string(ready_mark) + list.name);
    std::erase(stale, ready);
    if (says(ready, wanted)) continue;
    AtomicFile file(ready);
    compile(settings, wanted, file);
    file.commit();
  }
  std::error_code gone_is_enough;
  for (const auto& file : stale) std::filesystem::remove(file, gone_is_enough);
}

void bring_set_up_to_date(const config::ListSettings& settings) {
  const Lists lists = active_lists(settings);
  const auto folder = settings.folder / config::list_set_folder;
  std::filesystem::create_directories(folder);
  tidy_up(settings.folder, folder);
  if (is_of(folder / "current", lists)) return;
  const auto sets = config::kept_list_sets(folder);
  const auto same = std::ranges::find_if(sets, [&](const auto& file) { return is_of(file, lists); });
  if (same != sets.end()) return put_in_force(folder, *same);
  const auto ready = files_beginning_with(folder, ready_mark);
  const auto prepared = std::ranges::find_if(ready, [&](const auto& file) { return is_of(file, lists); });
  const unsigned number = sets.empty() ? 1 : config::list_set_number(sets.front()) + 1;
  const auto made = folder / fmt::format("{:06}.set", number);
  if (prepared != ready.end()) {
    std::filesystem::rename(*prepared, made);
  } else {
    AtomicFile file(made);
    compile(settings, lists, file);
    file.commit();
  }
  put_in_force(folder, made);
  for (std::size_t i = sets_kept - 1; i < sets.size(); ++i) std::filesystem::remove(sets[i]);
}

void look_up_lines(const std::filesystem::path& list_sets, const classify::ListSet& set,
                   const std::vector<model::Classification*>& found) {
  for (const classify::ListSet::List& list : set.lists()) {
    std::vector<model::ListMatch*> without;
    std::set<std::string, std::less<>> names;
    for (model::Classification* each : found) {
      for (model::ListMatch& match : each->lists) {
        if (match.line != 0 || match.list != list.name) continue;
        without.push_back(&match);
        names.insert(match.entry);
      }
    }
    if (names.empty()) continue;
    const auto lines = ListStore(list_sets.parent_path(), list.name).lines_of(list.edition, names);
    for (model::ListMatch* match : without) {
      if (const auto line = lines.find(match->entry); line != lines.end()) match->line = line->second;
    }
  }
  for (model::Classification* each : found) {
    if (each->service.empty() && !each->lists.empty())
      each->line = fmt::format("{}:{}", each->lists[0].list, each->lists[0].line);
  }
}

RehearsedSet::RehearsedSet(const config::ListSettings& settings,
                           const std::map<std::string, config::ParsedList>& lists)
    : folder_(settings.folder / config::list_set_folder),
      gone_on_signal_([folder = folder_] { remove_rehearsal(folder); }) {
  // A destructor is for what was made whole.
  try {
    write(settings, lists);
  } catch (...) {
    remove_rehearsal(folder_);
    throw;
  }
}

void RehearsedSet::write(const config::ListSettings& settings,
                         const std::map<std::string, config::ParsedList>& lists) const {
  std::vector<config::ParsedList> editions;
  editions.reserve(settings.lists.size());
  std::vector<config::SetMember> members;
  for (const config::ListSource& source : settings.lists) {
    const auto tried = lists.find(source.name);
    if (tried != lists.end()) {
      members.push_back({{source.name, source.category, 0}, &tried->second});
      continue;
    }
    const ListStore store(settings.folder, source.name);
    const auto state = store.load();
    if (!state || state->active == 0) continue;
    auto edition = store.edition(state->active);
    if (!edition)
      throw std::runtime_error(
          fmt::format("{}: edition {}: {}", source.name, state->active, edition.error()));
    editions.push_back(std::move(edition).value());
    members.push_back({{source.name, source.category, state->active}, &editions.back()});
  }
  std::filesystem::create_directories(folder_);
  if (members.size() > 1) {
    for (const auto& [name, list] : lists) ListStore(folder_ / rehearsed_lists, name).write_edition(0, list);
  }
  AtomicFile file(folder_ / rehearsed_set);
  config::write_list_set(members, random_hash_key(), [&](std::string_view piece) { file.append(piece); });
  file.commit();
}

RehearsedSet::~RehearsedSet() { remove_rehearsal(folder_); }

}  // namespace edgewatch::runtime

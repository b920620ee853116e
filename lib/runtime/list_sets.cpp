#include "list_sets.hpp"

#include "edgewatch/config/list_edition.hpp"
#include "edgewatch/config/list_set_file.hpp"

#include "atomic_file.hpp"
#include "list_store.hpp"

#include <algorithm>
#include <stdexcept>
#include <system_error>

#include <fmt/format.h>

namespace edgewatch::runtime {
namespace {

constexpr std::size_t sets_kept = 10;
using Lists = std::vector<classify::ListSet::List>;

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

}  // namespace

void bring_set_up_to_date(const config::ListSettings& settings) {
  Lists lists;
  for (const config::ListSource& source : settings.lists) {
    const auto state = ListStore(settings.folder, source.name).load();
    if (state && state->active != 0) lists.push_back({source.name, source.category, state->active});
  }
  const auto folder = settings.folder / config::list_set_folder;
  std::filesystem::create_directories(folder);
  if (is_of(folder / "current", lists)) return;
  const auto sets = config::kept_list_sets(folder);
  const auto same = std::ranges::find_if(sets, [&](const auto& file) { return is_of(file, lists); });
  if (same != sets.end()) return put_in_force(folder, *same);
  const unsigned number = sets.empty() ? 1 : config::list_set_number(sets.front()) + 1;
  const auto made = folder / fmt::format("{:06}.set", number);
  AtomicFile file(made);
  compile(settings, lists, file);
  file.commit();
  put_in_force(folder, made);
  for (std::size_t i = sets_kept - 1; i < sets.size(); ++i) std::filesystem::remove(sets[i]);
}

RehearsedSet::RehearsedSet(const config::ListSettings& settings,
                           const std::map<std::string, config::ParsedList>& lists)
    : file_(settings.folder / config::list_set_folder / rehearsed_set),
      lists_(settings.folder / config::list_set_folder / rehearsed_lists) {
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
  std::filesystem::create_directories(file_.parent_path());
  if (members.size() > 1) {
    for (const auto& [name, list] : lists) ListStore(lists_, name).write_edition(0, list);
  }
  AtomicFile file(file_);
  config::write_list_set(members, random_hash_key(), [&](std::string_view piece) { file.append(piece); });
  file.commit();
}

RehearsedSet::~RehearsedSet() {
  std::error_code gone_is_enough;
  std::filesystem::remove(file_, gone_is_enough);
  std::filesystem::remove_all(lists_, gone_is_enough);
}

}  // namespace edgewatch::runtime

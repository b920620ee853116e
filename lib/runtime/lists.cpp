#include "edgewatch/runtime/lists.hpp"

#include "edgewatch/base/text.hpp"
#include "edgewatch/runtime/exit_code.hpp"

#include "answer.hpp"
#include "clock.hpp"
#include "file_lock.hpp"
#include "list_sets.hpp"
#include "list_update.hpp"
#include "rows.hpp"

#include <algorithm>
#include <charconv>
#include <functional>
#include <stdexcept>
#include <system_error>

#include <fmt/format.h>

namespace edgewatch::runtime {
namespace {

using config::ListEntry;
using config::ListSettings;
using config::ListSource;

/// What a command did, in rows beside what it said of its lists; a table without rows is the sentence.
void answer(const Rows& rows, const Request& request, const std::string& when_empty, Response& out) {
  const Response printed = in_rows(rows, request, when_empty);
  out.output += printed.output;
  out.error += printed.error;
  if (printed.exit_code != fine) out.exit_code = printed.exit_code;
}

std::string no_list(const std::filesystem::path& file) {
  return fmt::format("{} names no list; its comments show how one is named", file.string());
}

bool is_for_people(const Request& request) { return option(request, "format", "table") == "table"; }

Response refusal(int exit_code, const std::string& what) {
  return {exit_code, {}, "edgewatch lists: " + what + '\n'};
}

/// Reads lists.toml and does the rest with it; the disk's refusals become answers.
Response with_settings(const std::filesystem::path& file,
                       const std::function<Response(const ListSettings&)>& act) {
  const auto settings = config::load_lists(file);
  if (!settings) {
    Response out{bad_configuration, {}, {}};
    for (const Problem& problem : settings.error()) out.error += to_string(problem) + '\n';
    return out;
  }
  try {
    return act(*settings);
  } catch (const std::system_error& error) {
    const bool denied =
        error.code() == std::errc::permission_denied || error.code() == std::errc::operation_not_permitted;
    return refusal(denied ? not_permitted : io_error,
                   fmt::format("{}; lists belong to group edgewatch-ict", error.what()));
  }
}

/// The lists that the words name, all where there are none; a word that names none is an answer.
Result<std::vector<ListSource>, Response> chosen(const ListSettings& settings,
                                                 const std::vector<std::string>& names) {
  if (names.empty()) return settings.lists;
  std::vector<ListSource> out;
  for (const std::string& name : names) {
    const auto found = std::find_if(settings.lists.begin(), settings.lists.end(),
                                    [&](const ListSource& list) { return list.name == name; });
    if (found == settings.lists.end())
      return Failure{refusal(usage, fmt::format("no list is called '{}'", name))};
    out.push_back(*found);
  }
  return out;
}

/// For what changes the folder: nobody else does meanwhile, and the set in force follows.
enum class GoingBack : std::uint8_t { as_it_is, prepared };
Response alone(const ListSettings& settings, const std::function<Response()>& act,
               GoingBack going_back = GoingBack::as_it_is) {
  std::filesystem::create_directories(settings.folder);
  const FileLock lock(settings.folder / "lists.lock", FileLock::For::group);
  if (lock.state() == FileLock::State::taken)
    return refusal(try_again, "another update is at work; try again later");
  if (lock.state() == FileLock::State::failed)
    return refusal(not_permitted, "the folder of lists cannot be written; join group edgewatch-ict");
  Response out = act();
  try {
    bring_set_up_to_date(settings);
  } catch (const std::runtime_error& error) {  // the disk's refusals are among them
    out.error += fmt::format("edgewatch lists: the set in force stays: {}\n", error.what());
    if (out.exit_code == fine) out.exit_code = io_error;
    return out;
  }
  if (going_back == GoingBack::as_it_is) return out;
  try {
    prepare_going_back(settings);
  } catch (const std::runtime_error& error) {
    out.error +=
        fmt::format("edgewatch lists: going back will take longer than it should: {}\n", error.what());
  }
  return out;
}

std::string age(std::optional<Timestamp> at, Timestamp now) {
  if (!at) return "-";
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(now - *at).count();
  constexpr std::int64_t hour = 60;
  constexpr std::int64_t day = 24 * hour;
  if (minutes < hour) return fmt::format("{} min", minutes);
  return minutes < 2 * day ? fmt::format("{} h", minutes / hour) : fmt::format("{} days", minutes / day);
}

constexpr std::array<std::string_view, 4> reach_words{"", "itself", "below", "both"};

std::vector<std::string> cells_of(std::string_view change, const ListEntry& entry) {
  return {std::string(change), std::string(entry.name),
          std::string(reach_words[static_cast<std::size_t>(entry.reach)]) +
              (entry.verdict == config::ListVerdict::excepted ? " excepted" : ""),
          std::to_string(entry.place.line)};
}

std::optional<unsigned> number_of(const std::string& word) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  return error == std::errc() && end == word.data() + word.size() && number > 0 ? std::optional(number)
                                                                                : std::nullopt;
}

std::string first_error(const std::string& list, const ListState& state) {
  if (state.errors.size() < 2) return state.errors.empty() ? "" : state.errors.front();
  return fmt::format("{} (and {} more: edgewatch lists status {})", state.errors.front(),
                     state.errors.size() - 1, list);
}

/// What the last attempt said of a list, and the editions that are kept.
std::string history_of(const std::string& list, const ListState& state) {
  std::string out;
  if (!state.errors.empty()) out += fmt::format("\nthe last update of {} said:\n", list);
  for (const std::string& error : state.errors) out += fmt::format("  {}\n", terminal_text(error));
  Rows kept{{"edition", "accepted", "entries", "state"}, {}};
  for (const ListEdition& edition : state.editions) {
    kept.cells.push_back({std::to_string(edition.number), second_or_open(edition.at),
                          std::to_string(edition.entries),
                          edition.number == state.active ? "active"
                          : edition.rolled_back          ? "gone back from"
                                                         : ""});
  }
  if (kept.cells.empty()) return out;
  return out +
         fmt::format("\nkept of {}, to go back to with: edgewatch lists rollback {} --to EDITION\n", list,
                     list) +
         render(kept, RowFormat::table);
}

std::string numbers_of(const ListState& state) {
  std::string out;
  for (const ListEdition& edition : state.editions)
    out += fmt::format("{}{}", out.empty() ? "" : ", ", edition.number);
  return out.empty() ? "none" : out;
}

struct Sides {
  std::string from, to;
};
/// What `diff` compares where nothing is asked.
Sides usual_sides(const ListStore& store, const ListState& state) {
  const std::string active = std::to_string(state.active);
  if (store.refused()) return {active, "refused"};
  return {std::to_string(before_active(state)), active};
}

std::string edition_words(const std::string& side) {
  if (side == "refused") return "what was refused last";
  return side == "0" ? "nothing" : "edition " + side;
}

Result<config::ParsedList, Response> side(const std::string& name, const ListStore& store,
                                          const ListState& state, const std::string& word) {
  if (word == "0") return config::ParsedList();  // before the first edition
  const auto number = number_of(word);
  if (!number && word != "refused") return Failure{refusal(usage, "an edition is a number, or 'refused'")};
  if (number && state.find(*number) == nullptr)
    return Failure{refusal(unavailable, fmt::format("of '{}' no edition {} is kept; kept are {}", name, word,
                                                    numbers_of(state)))};
  auto list = number ? store.edition(*number) : store.refused();
  if (!list)
    return Failure{refusal(
        unavailable, number ? fmt::format("edition {} of '{}': {}", word, name, list.error())
                            : fmt::format("of '{}' nothing was refused since it was last taken, or what was "
                                          "is damaged",
                                          name))};
  return std::move(list).value();
}

/// Names that one of the lists lists and the other does not.
void compare_seen(const std::string& list, const config::ParsedList& before, const config::ParsedList& after,
                  const SeenNames& seen, Rows& rows) {
  for (const auto& [name, how] : seen) {
    const auto old_entry = match(before, name);
    const auto new_entry = match(after, name);
    if (old_entry.has_value() == new_entry.has_value()) continue;
    const ListEntry& entry = new_entry ? *new_entry : *old_entry;
    rows.cells.push_back({list, new_entry ? "listed" : "freed", name.text(), std::string(entry.name),
                          std::to_string(entry.place.line), std::to_string(how.clients.size()),
                          std::to_string(how.times)});
  }
}

/// Fetches and judges the lists that are to be tried, and uses each that was read, also where it would be
/// refused: `out` says so then.
template <class Use>
std::optional<Response> try_lists(const ListSettings& settings, const Request& request, Response& out,
                                  Use use) {
  const std::string only = option(request, "list");
  const auto lists = chosen(settings, only.empty() ? std::vector<std::string>{} : std::vector{only});
  if (!lists) return lists.error();
  for (const ListSource& source : *lists) {
    const ListStore store(settings.folder, source.name);
    const auto state = store.load();
    if (!state) return refusal(io_error, state.error());
    ListCandidate got =
        candidate(settings, source, store, *state, wall_clock(), Asking::afresh, config::ChangeGuard::held);
    for (const std::string& error : got.errors) out.error += error + '\n';
    if (got.outcome == ListOutcome::refused) out.exit_code = not_permitted;
    if (got.outcome == ListOutcome::failed && out.exit_code == fine) out.exit_code = unavailable;
    if (got.list) use(source, store, *state, *got.list);
  }
  return std::nullopt;
}

}  // namespace

Response update_lists(const std::filesystem::path& file, const Request& request) {
  return with_settings(file, [&](const ListSettings& settings) {
    const auto lists = chosen(settings, request.words);
    if (!lists) return lists.error();
    const bool accept = !option(request, "accept").empty();
    if (accept && request.words.empty())
      return refusal(usage, "--accept is for lists that are named: it takes a change that nobody looked at");
    return alone(
        settings,
        [&] {
          Response out;
          Rows rows{{"list", "outcome", "entries", "came", "went"}, {}};
          for (const ListSource& source : *lists) {
            const ListUpdate done = update(settings, source, wall_clock(),
                                           accept ? config::ChangeGuard::waived : config::ChangeGuard::held);
            rows.cells.push_back({source.name, to_string(done.outcome), std::to_string(done.entries),
                                  std::to_string(done.change.came), std::to_string(done.change.went)});
            for (const std::string& error : done.errors) out.error += error + '\n';
            if (done.outcome == ListOutcome::refused) out.exit_code = not_permitted;
            if (done.outcome == ListOutcome::failed && out.exit_code == fine) out.exit_code = unavailable;
          }
          answer(rows, request, no_list(file), out);
          return out;
        },
        GoingBack::prepared);
  });
}

Response list_status(const std::filesystem::path& file, const Request& request) {
  return with_settings(file, [&](const ListSettings& settings) {
    const auto lists = chosen(settings, request.words);
    if (!lists) return lists.error();
    const Timestamp now = wall_clock();
    Response out;
    std::string history;
    Rows rows{{"list", "category", "edition", "entries", "age", "checked", "outcome", "parse_rate",
               "passed_over", "error"},
              {}};
    for (const ListSource& source : *lists) {
      const auto state = ListStore(settings.folder, source.name).load();
      if (!state) {
        out.error += source.name + ": " + state.error() + '\n';
        out.exit_code = io_error;
        continue;
      }
      const ListEdition* active = state->find(state->active);
      std::string passed_over;
      for (const auto& [reason, count] : state->lines.refused)
        passed_over += fmt::format("{}{} {}", passed_over.empty() ? "" : ", ", count, reason);
      constexpr double percent = 100;
      const bool was_read =
          state->active != 0 || state->lines.parse_rate > 0 || !state->lines.refused.empty();
      rows.cells.push_back({source.name, source.category.text(),
                            active == nullptr ? "-" : std::to_string(active->number),
                            active == nullptr ? "0" : std::to_string(active->entries),
                            age(active == nullptr ? std::nullopt : std::optional(active->at), now),
                            age(state->checked, now), state->outcome.empty() ? "never" : state->outcome,
                            was_read ? fmt::format("{:.1f}", percent * state->lines.parse_rate) : "-",
                            passed_over, first_error(source.name, *state)});
      if (!request.words.empty() && is_for_people(request)) history += history_of(source.name, *state);
    }
    answer(rows, request, no_list(file), out);
    out.output += history;
    return out;
  });
}

Response diff_list(const std::filesystem::path& file, const Request& request) {
  return with_settings(file, [&](const ListSettings& settings) {
    const auto lists = chosen(settings, request.words);
    if (!lists) return lists.error();
    if (lists->size() != 1) return refusal(usage, "name one list");
    const ListStore store(settings.folder, lists->front().name);
    const auto state = store.load();
    if (!state) return refusal(io_error, state.error());
    Sides sides = usual_sides(store, *state);
    if (!option(request, "from").empty()) sides.from = option(request, "from");
    if (!option(request, "to").empty()) sides.to = option(request, "to");
    const std::string& name = lists->front().name;
    const auto from = side(name, store, *state, sides.from);
    if (!from) return from.error();
    const auto to = side(name, store, *state, sides.to);
    if (!to) return to.error();
    Rows rows{{"change", "name", "reach", "line"}, {}};
    std::size_t came = 0;
    config::compare(*from, *to, [&](config::Difference difference, const ListEntry& entry) {
      came += difference == config::Difference::came ? 1 : 0;
      rows.cells.push_back(cells_of(difference == config::Difference::came ? "came" : "went", entry));
    });
    Response out;
    if (is_for_people(request))
      out.error = fmt::format("{}: from {} to {}: {} came, {} went\n", name, edition_words(sides.from),
                              edition_words(sides.to), came, rows.cells.size() - came);
    answer(rows, request, "they say the same", out);
    return out;
  });
}

Response roll_back_list(const std::filesystem::path& file, const Request& request) {
  return with_settings(file, [&](const ListSettings& settings) {
    const auto lists = chosen(settings, request.words);
    if (!lists) return lists.error();
    if (lists->size() != 1) return refusal(usage, "name one list");
    return alone(settings, [&] {
      const std::string& name = lists->front().name;
      const ListStore store(settings.folder, name);
      auto loaded = store.load();
      if (!loaded) return refusal(io_error, loaded.error());
      ListState state = std::move(loaded).value();
      const std::string word = option(request, "to");
      const unsigned to = word.empty() ? before_active(state) : number_of(word).value_or(0);
      if (to == state.active || state.find(to) == nullptr)
        return refusal(
            unavailable,
            fmt::format("'{}' has no such edition to go back to; active is {}, kept are {}", name,
                        state.active == 0 ? "none" : std::to_string(state.active), numbers_of(state)));
      if (const auto damage = store.edition_damage(to))
        return refusal(bad_input, fmt::format("edition {}: {}", to, *damage));
      for (ListEdition& edition : state.editions) {
        if (edition.number == to) edition.rolled_back = false;
        if (edition.number > to && edition.number <= state.active) edition.rolled_back = true;
      }
      state.activate(to, wall_clock());
      store.save(state);
      return Response{
          fine, fmt::format("{}: edition {} is active, {} entries\n", name, to, state.find(to)->entries), {}};
    });
  });
}

Response rehearse_lists(const std::filesystem::path& file, const Request& request, const SeenNames& seen) {
  return with_settings(file, [&](const ListSettings& settings) {
    Response out;
    Rows rows{{"list", "change", "name", "entry", "line", "clients", "times"}, {}};
    const auto compare = [&](const ListSource& source, const ListStore& store, const ListState& state,
                             const config::ParsedList& list) {
      const auto active = store.edition(state.active);
      compare_seen(source.name, active ? *active : config::ParsedList(), list, seen, rows);
    };
    if (const auto wrong = try_lists(settings, request, out, compare)) return *wrong;
    answer(rows, request, "no name of the capture would be newly listed, or freed", out);
    return out;
  });
}

Response rehearse_lists(const std::filesystem::path& file, const Request& request,
                        const std::filesystem::path& socket) {
  return with_settings(file, [&](const ListSettings& settings) {
    Response out;
    std::map<std::string, config::ParsedList> lists;
    const auto keep = [&](const ListSource& source, const ListStore&, const ListState&,
                          config::ParsedList& list) { lists.emplace(source.name, std::move(list)); };
    if (const auto wrong = try_lists(settings, request, out, keep)) return *wrong;
    Response said;
    std::filesystem::create_directories(settings.folder);
    const FileLock lock(settings.folder / rehearsal_lock, FileLock::For::group);
    if (lock.state() == FileLock::State::taken)
      return refusal(try_again, "another rehearsal is at work; try again later");
    try {
      const RehearsedSet set(settings, lists);
      said = ask(socket, {"lists rehearse", request.options, {}});
    } catch (const std::system_error&) {
      throw;
    } catch (const std::runtime_error& damaged) {
      return refusal(io_error, damaged.what());
    }
    out.output = std::move(said.output);
    out.error += said.error;
    if (said.exit_code != fine) out.exit_code = said.exit_code;
    return out;
  });
}

}  // namespace edgewatch::runtime

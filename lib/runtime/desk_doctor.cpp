// The part of the desk that looks at everything the daemon depends on, and says what to do. Names nobody.
#include "edgewatch/config/check.hpp"
#include "edgewatch/config/list_sources.hpp"
#include "edgewatch/policy/review.hpp"
#include "edgewatch/runtime/exit_code.hpp"

#include "answer.hpp"
#include "clock.hpp"
#include "desk.hpp"
#include "doctor.hpp"
#include "role_groups.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace edgewatch::runtime {
namespace {

std::map<std::string, Result<ListState, std::string>> lists_of(const std::filesystem::path& file) {
  std::map<std::string, Result<ListState, std::string>> out;
  std::error_code none;
  if (!std::filesystem::exists(file, none)) return out;
  const auto settings = config::load_lists(file);
  if (!settings) return out;  // its mistakes are the configuration's
  for (const config::ListSource& source : settings->lists)
    out.emplace(source.name, ListStore(settings->folder, source.name).load());
  return out;
}

/// Of the files whose mistakes are counted: another text where one was written.
std::string looks_of(const config::Settings& settings) {
  std::string out;
  const auto add = [&out](const std::filesystem::path& file) {
    std::error_code none;
    const auto written = std::filesystem::last_write_time(file, none);
    if (!none) out += fmt::format("{}={};", file.string(), written.time_since_epoch().count());
  };
  for (const auto* file : {&settings.file, &settings.people, &settings.assignments, &settings.rules,
                           &settings.catalogue, &settings.lists})
    add(*file);
  std::error_code none;
  for (auto entry = std::filesystem::directory_iterator(settings.catalogue, none);
       !none && entry != std::filesystem::directory_iterator(); entry.increment(none))
    add(entry->path());
  return out;
}

/// A backup is named after its moment, `20261121T053000Z`.
std::optional<CivilDate> day_of(const std::string& backup) {
  return backup.size() < 8
             ? std::nullopt
             : parse_date(backup.substr(0, 4) + '-' + backup.substr(4, 2) + '-' + backup.substr(6, 2));
}

}  // namespace

void Desk::remember_health(Timestamp now) {
  constexpr auto every = std::chrono::minutes(30);
  if (newer_ && now >= newer_->at && now - newer_->at < every) return;
  older_ = std::exchange(newer_, Circumstances::Before{now, health_.report()});
}

const std::vector<Told>& Desk::look_through_again(Timestamp now) {
  constexpr auto soon = std::chrono::seconds(30);
  const auto moment = std::chrono::steady_clock::now();
  std::string looks = looks_of(configuration_->settings);
  if (!files_looked_at_ || moment - *files_looked_at_ > soon || looks != files_looked_ ||
      configuration_ != files_looked_by_) {
    files_told_ = look_through(now);
    const std::vector<policy::RuleReview> reviews =
        policy::review_rules(configuration_->policies.rules, config::ground(*configuration_));
    rules_that_never_speak_ = static_cast<std::size_t>(
        std::ranges::count_if(reviews, [](const auto& review) { return !review.never.empty(); }));
    files_looked_ = std::move(looks);
    files_looked_by_ = configuration_;
    files_looked_at_ = moment;
  }
  return files_told_;
}

Response Desk::doctor(const Officer& /*officer*/, const Request& request) {
  const config::Settings& settings = configuration_->settings;
  Circumstances now;
  now.now = wall_clock();
  now.health = health_.report();
  // Less than some minutes say nothing of rates.
  constexpr auto worth_comparing = std::chrono::minutes(5);
  if (const auto& then = older_ ? older_ : newer_; then && now.now - then->at >= worth_comparing)
    now.before = then;
  for (const Told& each : look_through_again(now.now)) {
    if (each.problem.file == "register") continue;  // what is due there is told by itself
    ++(each.is_error ? now.files.errors : now.files.warnings);
  }
  now.clock_kept_right = clock_kept_right_;
  now.lists = lists_of(settings.lists);
  now.rules.all = configuration_->policies.rules.rules.size();
  now.rules.never = rules_that_never_speak_;
  now.rules.reviews_due = reviews_due(now.now);
  now.ledger.heartbeat = ledger_.status().last_heartbeat;
  if (settings.ledger != ":memory:") {
    std::error_code none;
    const auto space = std::filesystem::space(settings.ledger.parent_path(), none);
    if (!none) {
      now.ledger.disk_free = space.available;
      now.ledger.disk = space.capacity;
    }
  }
  now.ledger.purged = ledger_.retention().certified;
  if (const auto names = backups_.names(); !names.empty()) now.ledger.newest_backup = day_of(names.back());
  const RoleMembers members = role_members();
  for (const auto& [group, accounts] : members) now.roles.members[group] = accounts.size();
  now.roles.in_two = in_two_roles(members).size();

  const std::vector<Diagnosis> found = examine(now, *configuration_);
  Rows rows{{"state", "what", "found", "advice"}, {}};
  for (const Diagnosis& each : found)
    rows.cells.push_back(
        {to_string(each.state), each.what, each.found, each.advice.empty() ? "-" : each.advice});
  const auto of = [&](Diagnosis::State state) { return std::ranges::count(found, state, &Diagnosis::state); };
  const auto wrong_ones = of(Diagnosis::State::wrong);
  Response response = in_rows(rows, request, "",
                              fmt::format("wrong: {}; deserve a look: {}; well: {}", wrong_ones,
                                          of(Diagnosis::State::look), of(Diagnosis::State::well)));
  if (response.exit_code == fine && wrong_ones > 0)
    response.exit_code = now.files.errors > 0 ? bad_configuration : unavailable;
  return response;
}

}  // namespace edgewatch::runtime

#include "edgewatch/evidence/purge.hpp"

#include "edgewatch/evidence/holds.hpp"

#include "purge_files.hpp"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace edgewatch::evidence {
namespace {

/// Public for ever, so it counts and dates, and names nobody.
std::string certificate_text(const PurgeOutcome& outcome) {
  const store::PurgeResult& result = outcome.result;
  nlohmann::ordered_json certificate;
  certificate["cutoff"] = format_date(result.cutoff);
  certificate["removed"] = result.rows;
  certificate["oldest_left"] = result.oldest_left ? nlohmann::ordered_json(format_date(*result.oldest_left))
                                                  : nlohmann::ordered_json();
  certificate["open_cases"] = result.open_cases;
  certificate["holds"] = nlohmann::ordered_json::array();
  for (const model::Hold& hold : outcome.holds) {
    certificate["holds"].push_back(
        {{"number", hold.number}, {"ground", to_string(hold.ground)}, {"until", format_date(hold.until)}});
  }
  certificate["held"] = result.held_rows;
  certificate["backups"] = outcome.backups.kept;
  certificate["backups_removed"] = outcome.backups.removed;
  certificate["bytes_returned"] = result.bytes_returned;
  return certificate.dump();
}

constexpr auto longest_leap = std::chrono::hours(48);
constexpr auto least_behind = std::chrono::minutes(2);  // what a clock that is set right now and then may be
constexpr auto remember_every = std::chrono::minutes(5);

constexpr const char* how_to_confirm =
    "where it is right, the daemon's own user says why: edgewatch purge --confirm REASON";

std::string second(Timestamp at) { return format_rfc3339(std::chrono::floor<std::chrono::seconds>(at)); }

std::optional<Timestamp> newest_record(const store::Ledger& ledger, const store::RetentionState& state) {
  const store::Status status = ledger.status();
  std::optional<Timestamp> newest;
  const auto take = [&](const std::optional<Timestamp>& at) {
    if (at && (!state.excused || *at > *state.excused) && (!newest || *at > *newest)) newest = at;
  };
  take(status.newest_minute);
  take(status.last_heartbeat);
  return newest;
}

std::string behind(Timestamp newest, Timestamp now) {
  if (now >= newest - least_behind) return {};
  return fmt::format(
      "the clock says {}, and there are records of {}: one of the two is wrong; set the clock; {}",
      second(now), second(newest), how_to_confirm);
}

std::string ahead(Timestamp sure, Timestamp now, Clock clock) {
  if (clock == Clock::synchronised || now - sure <= longest_leap) return {};
  return fmt::format(
      "the clock is {} hours ahead of {}, the last time that was sure, and nothing synchronises it; see that "
      "it is right (timedatectl); {}",
      std::chrono::floor<std::chrono::hours>(now - sure).count(), second(sure), how_to_confirm);
}

std::uint64_t total(const std::map<std::string, std::uint64_t>& rows) {
  return std::accumulate(rows.begin(), rows.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const auto& row) { return sum + row.second; });
}

/// Why this run would rather be confirmed first; empty when it need not be.
std::string objection(store::Ledger& ledger, const PurgeRequest& request, const store::PurgeResult& would,
                      const std::vector<model::Hold>& holds, Timestamp now) {
  const store::RetentionState state = ledger.retention();
  const std::optional<Timestamp> newest = newest_record(ledger, state);
  const std::optional<Timestamp> latest = state.trusted && newest ? std::max(state.trusted, newest)
                                          : state.trusted         ? state.trusted
                                                                  : newest;
  if (!latest) return {};
  if (std::string why = behind(*latest, now); !why.empty()) return why;
  std::uint64_t due = total(would.rows);
  if (due == 0) return {};
  if (std::string why = ahead(state.trusted.value_or(*latest), now, request.clock); !why.empty()) return why;
  // What was confirmed and then stopped half way is not asked about again.
  if (state.confirmed)
    due -= std::min(due, total(ledger.purge(*state.confirmed, store::PurgeMode::dry_run, holds).rows));
  if (due * 2 <= would.all_rows) return {};
  return fmt::format("{} of {} rows would go, which is over half; see what: edgewatch purge --dry-run; {}",
                     due, would.all_rows, how_to_confirm);
}

/// From here on the run is confirmed, until it has its certificate.
void confirm(store::Ledger& ledger, AuditLog& audit, const Officer& officer, const PurgeRequest& request,
             const std::string& why, CivilDate last_due, Timestamp now) {
  audit.append(officer, Action::purge, {}, Outcome::permitted,
               {.person = std::nullopt,
                .period = std::nullopt,
                .text = fmt::format("confirmed: {}; against: {}", request.confirmed, why),
                .officer = {}},
               now, "confirmed against a guard");
  store::RetentionState state = ledger.retention();
  const std::optional<Timestamp> newest = newest_record(ledger, state);
  if (newest && *newest > now) state.excused = newest;
  state.trusted = now;
  state.confirmed = last_due;
  ledger.keep(state);
}

}  // namespace

CivilDate cutoff(CivilDate today, int years) {
  CivilDate last = years_after(today, -years);
  // 29 February is due on 28 February, which is a day before the same date would come round.
  while (years_after(next_day(last), years) <= today) last = next_day(last);
  return last;
}

Result<PurgeOutcome, Refusal> purge(store::Ledger& ledger, AuditLog& audit, const Officer& officer,
                                    const PurgeRequest& request, Timestamp now) {
  const bool dry = request.mode == store::PurgeMode::dry_run;
  if (auto refusal = refuse_role(audit, officer, dry ? Action::purge_dry_run : Action::purge, now))
    return Failure{*refusal};
  if (request.years < 1)
    return Failure{Refusal{64, "records are kept at least one year; set retention.years to 1 or more"}};

  const CivilDate last_due = cutoff(request.today, request.years);
  const Timestamp before = london_midnight(next_day(last_due));
  PurgeOutcome outcome;
  outcome.holds = holds_on(ledger, request.today);
  const Cases cases = cases_at(ledger, last_due, outcome.holds);
  const store::PurgeResult would = ledger.purge(last_due, store::PurgeMode::dry_run, outcome.holds);
  const std::string why = objection(ledger, request, would, outcome.holds, now);
  if (dry) {
    outcome.result = would;
    outcome.objection = why;
    if (const std::uint64_t due = audit.store().due_details(before, cases.kept, cases.gone); due > 0)
      outcome.result.rows["audit_detail"] = due;
    return outcome;
  }
  if (!why.empty() && request.confirmed.empty()) {
    audit.append(officer, Action::purge, {}, Outcome::refused,
                 {.person = std::nullopt, .period = std::nullopt, .text = why, .officer = {}}, now);
    return Failure{Refusal{77, why}};
  }
  if (!why.empty()) confirm(ledger, audit, officer, request, why, last_due, now);
  outcome.result = purge_files(ledger, audit.store(), last_due, outcome.holds);
  outcome.backups = Backups(request.backups).purge(last_due, outcome.holds);
  if (!outcome.result.clean || !outcome.backups.trouble.empty()) return outcome;

  outcome.certificate =
      audit.append(officer, Action::purge, {}, Outcome::permitted, {}, now, certificate_text(outcome)).seq;
  // Only now: were the program stopped before this, the next certificate would name these rows again, and
  // none would be lost.
  ledger.purge_certified();
  audit.store().purge_certified();
  store::RetentionState state = ledger.retention();
  state.certified = now;
  ledger.keep(state);
  return outcome;
}

std::string note_time(store::Ledger& ledger, Timestamp now, Clock clock) {
  store::RetentionState state = ledger.retention();
  const std::optional<Timestamp> sure = state.trusted ? state.trusted : newest_record(ledger, state);
  if (sure) {
    if (std::string why = behind(*sure, now); !why.empty()) return why;
    if (std::string why = ahead(*sure, now, clock); !why.empty()) return why;
  }
  if (!state.trusted || now - *state.trusted >= remember_every) {
    state.trusted = now;
    ledger.keep(state);
  }
  return {};
}

}  // namespace edgewatch::evidence

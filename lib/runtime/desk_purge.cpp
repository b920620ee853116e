// The part of the desk that deletes, and says what was deleted.
#include "edgewatch/runtime/exit_code.hpp"

#include "answer.hpp"
#include "clock.hpp"
#include "desk.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

namespace edgewatch::runtime {
namespace {

using evidence::Action;
using evidence::Role;

constexpr auto missed_after = std::chrono::hours(48);  // the timer runs daily
constexpr auto try_again_after = std::chrono::minutes(1);

std::string outcome_text(const evidence::PurgeOutcome& outcome, bool dry_run) {
  const store::PurgeResult& result = outcome.result;
  std::string out = fmt::format("{} records of {} and earlier:\n", dry_run ? "would delete" : "deleted",
                                format_date(result.cutoff));
  for (const auto& [table, count] : result.rows) out += fmt::format("  {:<14} {}\n", table, count);
  if (!outcome.holds.empty())
    out +=
        fmt::format("holds respected: {}; rows kept by them: {}\n", outcome.holds.size(), result.held_rows);
  if (result.open_cases > 0) out += fmt::format("cases still open, and kept: {}\n", result.open_cases);
  out +=
      fmt::format("oldest record left: {}\n", result.oldest_left ? format_date(*result.oldest_left) : "none");
  if (!outcome.objection.empty()) out += fmt::format("would be refused: {}\n", outcome.objection);
  if (outcome.certificate)
    out += fmt::format("certificate: entry {} of the audit chain\n", *outcome.certificate);
  return out;
}

evidence::Clock kernel_clock() {
  return clock_is_synchronised() ? evidence::Clock::synchronised : evidence::Clock::alone;
}

}  // namespace

Response Desk::purge(const Officer& officer, const Request& request) {
  const bool dry_run = !option(request, "dry-run").empty();
  const Timestamp now = wall_clock();
  const evidence::PurgeRequest wanted{london_date(now),
                                      configuration_->settings.retention_years,
                                      dry_run ? store::PurgeMode::dry_run : store::PurgeMode::remove,
                                      kernel_clock(),
                                      backups_.folder(),
                                      option(request, "confirm")};
  if (!dry_run && evidence::note_time(ledger_, now, kernel_clock()).empty()) publish_statistics(now);
  const auto outcome = purge_with_reserve(officer, wanted, now);
  const auto alarm = [&](const std::string& text) {
    health_.update([&](HealthReport& report) {
      report.alarms.erase("purge");
      if (!text.empty()) report.alarms["purge"] = text;
    });
  };
  if (!outcome) {
    if (dry_run || outcome.error().exit_code != not_permitted) return refused(outcome.error());
    alarm("refused: " + outcome.error().sentence);
    overdue_ = !ledger_
                    .purge(evidence::cutoff(wanted.today, wanted.years), store::PurgeMode::dry_run,
                           evidence::holds_on(ledger_, wanted.today))
                    .rows.empty();
    return refused(outcome.error());
  }
  const std::string text = outcome_text(*outcome, dry_run);
  if (dry_run) return {fine, text, ""};
  overdue_ = false;
  note_cases(now);
  note_clock(now);
  if (const std::string& trouble = outcome->backups.trouble; !trouble.empty()) {
    alarm(trouble);
    return {try_again, text, fmt::format("edgewatch: {}; then run it again\n", trouble)};
  }
  if (!outcome->result.clean) {
    alarm("rows are deleted, but a reader kept the files from being cleaned; run it again");
    return {try_again, text,
            "edgewatch: somebody reads the ledger, so deleted bytes are still in its files; run it again\n"};
  }
  alarm("");
  health_.update([](HealthReport& report) { report.alarms.erase("purge missed"); });
  return {fine, text, ""};
}

Result<evidence::PurgeOutcome, evidence::Refusal> Desk::purge_with_reserve(
    const Officer& officer, const evidence::PurgeRequest& wanted, Timestamp now) {
  try {
    return evidence::purge(ledger_, audit_, officer, wanted, now);
  } catch (const store::StoreError& error) {
    if (!error.disk_is_full()) throw;
    spdlog::warn("purge: {}; the space that is kept for it is released", error.what());
  }
  reserve_.release();
  const auto outcome = evidence::purge(ledger_, audit_, officer, wanted, now);
  keep_reserve();
  return outcome;
}

void Desk::keep_reserve() {
  const bool kept = reserve_.keep();
  health_.update([&](HealthReport& report) {
    report.alarms.erase("reserve");
    if (!kept) {
      report.alarms["reserve"] = fmt::format(
          "the disk of the ledger has no {} MiB to keep for a purge; free some space, or on a full disk "
          "nothing can be deleted",
          Reserve::bytes >> 20U);
    }
  });
}

Response Desk::answer_purge_timer(const Peer& peer, const Request& request) {
  const Officer timer{peer.uid, "purge timer", Role::timer};
  if (peer.uid != ::geteuid()) {
    const std::string text = fmt::format("{}: the purge timer's socket", request.command);
    audit_.append({peer.uid, peer.user, Role::timer}, Action::purge, {}, evidence::Outcome::refused,
                  {{}, {}, text, {}}, wall_clock());
    return {not_permitted, "", "edgewatch: this socket is the purge timer's\n"};
  }
  return carry_out(timer, request);
}

void Desk::purge_by_itself() {
  purge_again_at_.reset();
  try {
    const Response response =
        purge({static_cast<std::uint32_t>(::geteuid()), "edgewatchd", Role::timer}, {"purge", {}, {}});
    if (response.exit_code == try_again) purge_again_at_ = wall_clock() + try_again_after;
    if (response.exit_code != fine) spdlog::warn("purge: {}", response.error);
  } catch (const store::StoreError& error) {
    spdlog::error("purge: {}", error.what());
    purge_again_at_ = wall_clock() + try_again_after;
    health_.update([&](HealthReport& report) { report.alarms["purge"] = error.what(); });
  }
}

void Desk::purge_at_start() {
  purge_by_itself();
  keep_reserve();
}

void Desk::note_clock(Timestamp now) {
  const evidence::Clock clock = kernel_clock();
  clock_kept_right_ = clock == evidence::Clock::synchronised;
  const std::string doubt = evidence::note_time(ledger_, now, clock);
  health_.update([&](HealthReport& report) {
    report.alarms.erase("clock");
    if (!doubt.empty()) report.alarms["clock"] = doubt;
  });
}

void Desk::look_after_retention() {
  const Timestamp now = wall_clock();
  remember_health(now);
  if (purge_again_at_ && now >= *purge_again_at_) purge_by_itself();
  try {
    keep_reserve();
    note_clock(now);
    note_cases(now);
    const auto certified = ledger_.retention().certified;
    health_.update([&](HealthReport& report) {
      report.alarms.erase("purge missed");
      if (certified && now - *certified > missed_after) {
        report.alarms["purge missed"] = fmt::format(
            "the last that ended in a certificate was on {}; it should run daily: systemctl "
            "status edgewatch-purge.timer",
            format_date(london_date(*certified)));
      }
    });
  } catch (const store::StoreError& error) {
    spdlog::error("retention: {}", error.what());  // looked at again
  }
}

Response Desk::back_up(const Officer& officer, const Request& /*request*/) {
  const auto made = backups_.make(ledger_, audit_, officer, wall_clock());
  if (!made) return refused(made.error());
  std::string kept;
  for (const std::string& name : backups_.names()) kept += fmt::format("  {}\n", name);
  return {
      fine,
      fmt::format("backup {} is whole, in {}; to go back: stop edgewatchd, remove ledger.db* and audit.db* "
                  "and put those of the backup in their place, start it\nkept, and purged with the "
                  "ledger (the newest {}):\n{}",
                  *made, (backups_.folder() / *made).string(), evidence::Backups::most, kept),
      ""};
}

Response Desk::list_certificates(const Officer& officer, const Request& request) {
  const auto all = evidence::certificates(audit_, officer, wall_clock());
  if (!all) return refused(all.error());
  Rows rows{{"entry", "time", "cutoff", "rows", "holds", "rows_held", "oldest_left"}, {}};
  for (const evidence::Certificate& each : *all) {
    std::uint64_t removed = 0;
    for (const auto& [table, count] : each.removed) removed += count;
    rows.cells.push_back({std::to_string(each.seq), second_or_open(each.at), each.cutoff,
                          std::to_string(removed), std::to_string(each.holds.size()),
                          std::to_string(each.held_rows), each.oldest_left});
  }
  return in_rows(rows, request, "no purge has ended in a certificate yet");
}

Response Desk::show_certificate(const Officer& officer, const Request& request) {
  const auto all = evidence::certificates(audit_, officer, wall_clock());
  if (!all) return refused(all.error());
  const std::string wanted = option(request, "entry");
  const auto found = wanted.empty() ? (all->empty() ? all->end() : std::prev(all->end()))
                                    : std::ranges::find_if(*all, [&](const evidence::Certificate& each) {
                                        return std::to_string(each.seq) == wanted;
                                      });
  if (found == all->end())
    return wrong("there is no such certificate; edgewatch certificate list shows them");
  return {fine, evidence::in_words(*found), ""};
}

}  // namespace edgewatch::runtime

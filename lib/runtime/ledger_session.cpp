#include "ledger_session.hpp"

#include "edgewatch/runtime/exit_code.hpp"

#include "coverage_sum.hpp"
#include "reserve.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>

namespace edgewatch::runtime {

namespace {

std::unique_ptr<FileLock> lock(const std::filesystem::path& ledger) {
  if (ledger == ":memory:") return nullptr;
  const std::string path = ledger.string() + ".lock";
  auto held = std::make_unique<FileLock>(path);
  if (held->state() == FileLock::State::failed) {
    throw store::StoreError(io_error, fmt::format("{}: {}; check that its folder exists and may be written",
                                                  path, std::strerror(errno)));
  }
  if (held->state() == FileLock::State::taken) {
    throw store::StoreError(
        try_again,
        fmt::format("{}: another edgewatchd holds this ledger; stop it first or name another ledger",
                    ledger.string()));
  }
  return held;
}

const std::filesystem::path& with_room(const std::filesystem::path& ledger) {
  Reserve(ledger).release_where_disk_is_full();
  return ledger;
}

}  // namespace

LedgerSession::LedgerSession(const std::filesystem::path& file)
    : lock_(lock(file)), ledger_(with_room(file)) {}

LedgerSession::~LedgerSession() {
  try {
    ledger_.settle();
  } catch (const store::StoreError&) {
    // The hour that runs stays as it was told, which the next run packs.
    return;
  }
}

void LedgerSession::begin(Timestamp at, const account::Method& method, const config::Policies& policies) {
  run_ = at;
  const auto last = ledger_.status().last_heartbeat;
  if (last && *last < at) {
    model::Coverage gap;
    gap.source = "edgewatchd";
    gap.interval = {*last, at};
    gap.state = model::Coverage::State::gap;
    ledger_.write(std::vector<model::Coverage>{gap});
  }
  ledger_.write_method(method.version, method.to_json(), at);
  revise(at, policies);
}

void LedgerSession::count_on(Timestamp at) {
  before_ = ledger_.coverage({london_date(at), london_date(at)});
  std::erase_if(before_, [&](const model::Coverage& row) {
    return row.state != model::Coverage::State::watched || row.interval.from != minute_of(at);
  });
}

std::vector<model::Coverage> LedgerSession::with_what_was_before(std::vector<model::Coverage> rows) const {
  for (model::Coverage& row : rows) {
    const auto earlier = std::ranges::find_if(before_, [&](const model::Coverage& before) {
      return row.state == before.state && row.interval.from == before.interval.from &&
             row.source == before.source;
    });
    if (earlier == before_.end()) continue;
    add_up(row, *earlier);
    for (std::size_t i = 0; i < row.signs.size(); ++i) row.signs.at(i) += earlier->signs.at(i);
    row.tls_with_dns += earlier->tls_with_dns;
    row.ambiguous += earlier->ambiguous;
  }
  return rows;
}

void LedgerSession::revise(Timestamp at, const config::Policies& policies) {
  ledger_.put_in_force("catalogue", policies.catalogue.revision(), at);
  ledger_.put_in_force("rule_book", policies.rules.revision, at);
  ledger_.put_in_force("lists", policies.lists->revision(), at);
  ledger_.write_revision("catalogue", policies.catalogue.revision(),
                         fmt::format("services: {}", policies.catalogue.services().size()), at);
  if (!policies.lists->lists().empty()) {
    ledger_.write_revision(
        "lists", policies.lists->revision(),
        fmt::format("lists: {}, names: {}", policies.lists->lists().size(), policies.lists->size()), at);
  }
  ledger_.write_revision("rule_book", policies.rules.revision,
                         fmt::format("rules: {}", policies.rules.rules.size()), at);
  std::vector<model::RuleId> rules;
  for (const policy::Rule& rule : policies.rules.rules) rules.push_back(rule.id);
  if (at != Timestamp{}) ledger_.write_rules_in_force(rules, at);  // else of a capture with nothing in it
}

void LedgerSession::write_exclusions(const std::vector<model::Exclusion>& more) {
  std::map<ExclusionKey, std::uint32_t> sums = excluded_;
  std::vector<model::Exclusion> told;
  for (const model::Exclusion& exclusion : more) {
    const ExclusionKey key{exclusion.subject, exclusion.utc_day, exclusion.reason};
    sums[key] += exclusion.count;
    told.push_back(exclusion);
    told.back().count = sums[key];
  }
  ledger_.write(told, run_);
  // Only now: what failed is told again whole.
  const CivilDate oldest(std::chrono::sys_days(more.back().utc_day) - std::chrono::days(2));
  std::erase_if(sums, [&](const auto& entry) { return std::get<CivilDate>(entry.first) < oldest; });
  excluded_ = std::move(sums);
}

void LedgerSession::write(const pipeline::Output& output) {
  if (!output.slices.empty()) ledger_.write(output.slices);
  if (!output.blocks.empty()) ledger_.write(output.blocks);
  if (!output.coverage.empty()) ledger_.write(with_what_was_before(output.coverage));
  if (!output.bindings.empty()) ledger_.write(output.bindings);
  ledger_.amend(output.amendments);
  ledger_.write(output.rule_matches, run_);
  for (const model::ClockStep& step : output.clock_steps) ledger_.write_clock_step(step.at, step.step);
  // Increments, so last: nothing after it can fail and have the whole told again.
  if (!output.exclusions.empty()) write_exclusions(output.exclusions);
}

}  // namespace edgewatch::runtime

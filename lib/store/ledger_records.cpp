#include "edgewatch/store/ledger.hpp"

#include "intern.hpp"
#include "ledger_impl.hpp"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

namespace edgewatch::store {
namespace {

/// SQLite's integers are signed; a count that large is a fault elsewhere, and must not come back negative.
std::int64_t count_of(std::uint64_t value) {
  return static_cast<std::int64_t>(std::min<std::uint64_t>(value, std::numeric_limits<std::int64_t>::max()));
}

}  // namespace

void Ledger::write(const std::vector<model::Exclusion>& exclusions, Timestamp run) {
  if (exclusions.empty()) return;
  Transaction transaction(impl_->connection);
  {
    Interner interner(impl_->connection);
    Statement put(impl_->connection,
                  "INSERT INTO exclusion(utc_day, subject_id, reason, run_us, count) VALUES (:day, :subject, "
                  ":reason, :run, :count) "
                  "ON CONFLICT DO UPDATE SET count = max(count, excluded.count)");
    for (const model::Exclusion& exclusion : exclusions) {
      const std::int64_t day = days(exclusion.utc_day);
      put.bind(":day", day)
          .bind(":subject", interner.subject(exclusion.subject, day))
          .bind(":reason", exclusion.reason)
          .bind(":run", micros(run))
          .bind(":count", exclusion.count)
          .run();
    }
  }
  transaction.commit();
}

void Ledger::write(const std::vector<model::BlockCount>& blocks) {
  if (blocks.empty()) return;
  // First summed over what may not be kept (clients; people or services by class), then written.
  std::map<std::tuple<std::int64_t, std::string, std::string, std::string>, std::uint64_t> people;
  std::map<std::tuple<std::int64_t, std::string, std::string, std::string, std::string, int>, std::uint64_t>
      services;
  for (const model::BlockCount& block : blocks) {
    const std::int64_t minute = minutes(block.minute);
    if (block.rule_class == model::RuleClass::inappropriate) {
      people[{minute, block.rule.text(), block.person ? block.person->text() : "", block.mechanism}] +=
          block.attempts;
    } else {
      services[{minute, block.rule.text(), block.service ? block.service->text() : "", block.mechanism,
                block.category ? block.category->text() : "", static_cast<int>(block.rule_class)}] +=
          block.attempts;
    }
  }
  Transaction transaction(impl_->connection);
  Statement put_person(impl_->connection,
                       "INSERT INTO block_inappropriate(minute, rule, person, mechanism, attempts) VALUES "
                       "(:minute, :rule, :person, :mechanism, "
                       ":attempts) ON CONFLICT DO UPDATE SET attempts = max(attempts, excluded.attempts)");
  for (const auto& [key, attempts] : people) {
    put_person.bind(":minute", std::get<0>(key))
        .bind(":rule", std::get<1>(key))
        .bind(":person", std::get<2>(key));
    put_person.bind(":mechanism", std::get<3>(key)).bind(":attempts", count_of(attempts)).run();
  }
  Statement put_service(impl_->connection,
                        "INSERT INTO block_policy(minute, rule, rule_class, service, category, mechanism, "
                        "attempts) VALUES (:minute, :rule, :class, "
                        ":service, :category, :mechanism, :attempts) ON CONFLICT DO UPDATE SET attempts = "
                        "max(attempts, excluded.attempts)");
  for (const auto& [key, attempts] : services) {
    put_service.bind(":minute", std::get<0>(key))
        .bind(":rule", std::get<1>(key))
        .bind(":service", std::get<2>(key));
    put_service.bind(":mechanism", std::get<3>(key))
        .bind(":category", std::get<4>(key))
        .bind(":class", std::get<5>(key));
    put_service.bind(":attempts", count_of(attempts)).run();
  }
  transaction.commit();
}

std::vector<model::Exclusion> Ledger::exclusions(const model::Leave& leave,
                                                 const model::DateRange& period) const {
  std::vector<model::Exclusion> found;
  const auto dates = common(leave.period(), period);
  if (!dates) return found;
  const model::Subject subject = model::Subject::of_person(leave.person());
  // Day by day: the key begins with the day, and everybody else's rows lie between two of one person.
  Statement read(impl_->connection,
                 "SELECT reason, sum(count) FROM exclusion WHERE utc_day = :day AND subject_id = "
                 "(SELECT subject_id FROM subject WHERE name = :name) GROUP BY reason ORDER BY reason");
  // Each by itself is found at an end of the key; both at once would be looked for in every row.
  Statement ends(impl_->connection,
                 "SELECT ifnull((SELECT min(utc_day) FROM exclusion), 1), "
                 "ifnull((SELECT max(utc_day) FROM exclusion), 0)");
  static_cast<void>(ends.step());
  const std::int64_t last = std::min(days(dates->last), ends.number(1));
  for (std::int64_t day = std::max(days(dates->first), ends.number(0)); day <= last; ++day) {
    read.bind(":day", day).bind(":name", subject.text());
    while (read.step()) found.push_back({subject, from_days(day), read.text(0), read.as<std::uint32_t>(1)});
    read.reset();
  }
  return found;
}

std::vector<model::ClockStep> Ledger::clock_steps(const model::DateRange& period) const {
  std::vector<model::ClockStep> found;
  const Span span = span_of(period);
  Statement read(
      impl_->connection,
      "SELECT at_us, step_us FROM clock_step WHERE at_us >= :from AND at_us < :to ORDER BY at_us, step_us");
  read.bind(":from", micros(span.from)).bind(":to", micros(span.to));
  while (read.step()) found.push_back({from_micros(read.number(0)), Duration(read.number(1))});
  return found;
}

std::vector<PersonBlocks> Ledger::blocks_by_person(const model::DateRange& period) const {
  std::vector<PersonBlocks> found;
  const Span span = span_of(period);
  Statement read(
      impl_->connection,
      "SELECT person, rule, mechanism, sum(attempts), min(minute), max(minute) FROM "
      "block_inappropriate WHERE minute >= :from AND minute < :to GROUP BY 1, 2, 3 ORDER BY 1, 2, 3");
  read.bind(":from", minutes(minute_of(span.from))).bind(":to", minutes(minute_of(span.to)));
  while (read.step()) {
    PersonBlocks each;
    if (std::string person = read.text(0); !person.empty()) each.person = model::PersonId(std::move(person));
    each.rule = model::RuleId(read.text(1));
    each.mechanism = read.text(2);
    each.attempts = read.as<std::uint64_t>(3);
    each.first = from_minutes(read.number(4));
    each.last = from_minutes(read.number(5));
    found.push_back(std::move(each));
  }
  return found;
}

std::vector<BlockRecord> Ledger::blocks(const model::DateRange& period) const {
  std::vector<BlockRecord> found;
  const Span span = span_of(period);
  Statement read(
      impl_->connection,
      "SELECT minute, rule, 0 AS class, '' AS service, mechanism, sum(attempts) FROM block_inappropriate "
      "WHERE minute >= :from AND minute < :to GROUP BY minute, rule, mechanism "
      "UNION ALL SELECT minute, rule, rule_class, service, mechanism, attempts FROM block_policy "
      "WHERE minute >= :from AND minute < :to ORDER BY 1, 2, 4, 5");
  read.bind(":from", minutes(minute_of(span.from))).bind(":to", minutes(minute_of(span.to)));
  while (read.step()) {
    BlockRecord record;
    record.minute = from_minutes(read.number(0));
    record.rule = model::RuleId(read.text(1));
    record.rule_class = read.as<model::RuleClass>(2);
    if (std::string service = read.text(3); !service.empty())
      record.service = model::ServiceId(std::move(service));
    record.mechanism = read.text(4);
    record.attempts = read.as<std::uint64_t>(5);
    found.push_back(std::move(record));
  }
  return found;
}

}  // namespace edgewatch::store

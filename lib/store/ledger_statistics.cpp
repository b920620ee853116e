// The council's statistics: made once of each month while its minutes are there, kept as they were told.
#include "edgewatch/store/ledger.hpp"

#include "ledger_impl.hpp"
#include "publication.hpp"

#include <unordered_map>

namespace edgewatch::store {
namespace {

CivilDate next_month(CivilDate first) {
  return CivilDate((first.year() / first.month() + std::chrono::months(1)) / std::chrono::day(1));
}

/// The department of each subject that is a person, by number.
std::unordered_map<std::uint32_t, std::string> departments_of(
    Connection& connection, const std::map<model::PersonId, std::string>& departments) {
  std::unordered_map<std::uint32_t, std::string> out;
  Statement read(connection, "SELECT subject_id, name FROM subject");
  while (read.step()) {
    const auto person = model::Subject::parse(read.text(1)).person();
    if (!person) continue;
    const auto found = departments.find(*person);
    out.emplace(read.as<std::uint32_t>(0), found == departments.end() ? std::string() : found->second);
  }
  return out;
}

bool counts(const Circumstance& c) {
  return c.grade != model::Grade::weak && c.kind == model::Kind::interactive &&
         c.purpose == model::Purpose::personal;
}

MonthOfUse month_of_use(Connection& connection, UsageBook& book, CivilDate month,
                        const std::map<model::PersonId, std::string>& departments) {
  const auto of_person = departments_of(connection, departments);
  MonthOfUse use;
  const auto add = [](People& people, std::uint32_t who, const MinuteRecord& record) {
    Use& sum = people[who];
    sum.lower += record.lower;
    sum.best += record.seconds;
  };
  const Span span =
      span_of({month, CivilDate(std::chrono::sys_days(next_month(month)) - std::chrono::days(1))});
  book.visit(hours(span.from), hours(span.to),
             [&](std::uint32_t subject, std::int64_t hour, std::span<const MinuteRecord> records) {
               const auto person = of_person.find(subject);
               if (person == of_person.end()) return;
               const CivilDate day = london_date(from_minutes(hour * 60));
               const Dictionary& dictionary = book.dictionary();
               for (const MinuteRecord& record : records) {
                 const Circumstance& c = *dictionary.circumstance(record.circumstance);
                 if (!counts(c) || record.seconds == 0) continue;
                 add(use.services[{dictionary.category(c.category), dictionary.service(c.service)}], subject,
                     record);
                 add(use.departments[person->second], subject, record);
                 add(use.crossed[{person->second, dictionary.category(c.category)}], subject, record);
                 add(use.days[day], subject, record);
               }
             });
  return use;
}

}  // namespace

void Ledger::publish_statistics(CivilDate month, const std::map<model::PersonId, std::string>& departments) {
  Connection& connection = impl_->connection;
  UsageBook& book = *impl_->book;
  change(connection, book, [&] { book.pack_before(hours(london_midnight(next_month(month)))); });
  std::vector<StatisticsCell> cells;
  {
    const Snapshot snapshot(connection);
    cells = publication_of(month, month_of_use(connection, book, month, departments));
  }
  Transaction transaction(connection);
  // Never told twice: two tellings that differ would tell what came between.
  Statement made(connection, "INSERT INTO statistics_month(month) VALUES (:month) ON CONFLICT DO NOTHING");
  made.bind(":month", days(month)).run();
  if (connection.changes() == 0) return;
  Statement put(connection,
                "INSERT INTO statistics_cell VALUES (:month, :split, :position, :key, "
                "CASE WHEN :split = 5 THEN :department END, :people, :lower, :best)");
  std::int64_t position = 0;
  for (const StatisticsCell& each : cells) {
    put.bind(":month", days(month))
        .bind(":split", static_cast<int>(each.split))
        .bind(":position", position++)
        .bind(":key", each.key)
        .bind(":department", each.department)
        .bind(":people", each.people)
        .bind(":lower", each.lower_hours)
        .bind(":best", each.best_hours)
        .run();
  }
  transaction.commit();
}

std::vector<CivilDate> Ledger::statistics_months() const {
  std::vector<CivilDate> months;
  Statement read(impl_->connection, "SELECT month FROM statistics_month ORDER BY month");
  while (read.step()) months.push_back(from_days(read.number(0)));
  return months;
}

std::vector<StatisticsCell> Ledger::statistics(CivilDate first, CivilDate last,
                                               StatisticsCell::Split split) const {
  std::vector<StatisticsCell> cells;
  Statement read(
      impl_->connection,
      "SELECT month, key, ifnull(department, ''), people, lower_hours, best_hours FROM statistics_cell WHERE "
      "split = :split AND month BETWEEN :first AND :last ORDER BY month, department, key");
  read.bind(":split", static_cast<int>(split)).bind(":first", days(first)).bind(":last", days(last));
  while (read.step()) {
    cells.push_back({.month = from_days(read.number(0)),
                     .split = split,
                     .key = read.text(1),
                     .department = read.text(2),
                     .people = read.as<std::uint64_t>(3),
                     .lower_hours = read.as<std::uint64_t>(4),
                     .best_hours = read.as<std::uint64_t>(5)});
  }
  return cells;
}

std::optional<CivilDate> Ledger::oldest_day() const {
  const Snapshot snapshot(impl_->connection);
  const auto hour = impl_->book->oldest_hour(0);
  return hour ? std::optional(london_date(from_minutes(*hour * 60))) : std::nullopt;
}

}  // namespace edgewatch::store

#include "held.hpp"

#include "ledger_impl.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace edgewatch::store {

Held::Held(Connection& connection, const std::vector<model::Hold>& holds)
    : connection_(connection), spans_(holds) {
  if (!any()) return;
  connection.execute(
      "CREATE TEMP TABLE IF NOT EXISTS held(person TEXT NOT NULL, subject_id INTEGER, case_reference TEXT, "
      "first_day INTEGER NOT NULL, last_day INTEGER NOT NULL, from_us INTEGER NOT NULL, to_us INTEGER NOT "
      "NULL, from_hour INTEGER NOT NULL, to_hour INTEGER NOT NULL) STRICT");
  // Each row that is due asks whether it is held: of hundreds of holds only its own person's are looked at.
  connection.execute("CREATE INDEX IF NOT EXISTS temp.held_subject ON held(subject_id)");
  connection.execute("CREATE INDEX IF NOT EXISTS temp.held_person ON held(person)");
  connection.execute("DELETE FROM temp.held");
  Statement put(connection,
                "INSERT INTO temp.held VALUES (:person, (SELECT subject_id FROM subject WHERE name = "
                ":person), :case, :first, :last, :from, :to, :from_hour, :to_hour)");
  for (const model::Hold& hold : spans_) {
    const Span span = span_of(hold.period);
    put.bind(":person", hold.person.text())
        .bind(":first", days(hold.period.first))
        .bind(":last", days(hold.period.last))
        .bind(":from", micros(span.from))
        .bind(":to", micros(span.to))
        .bind(":from_hour", hours(span.from))
        .bind(":to_hour", hours(span.to));
    if (hold.ground == model::Hold::Ground::hr_case) {
      put.bind(":case", hold.reference);
    } else {
      put.bind_null(":case");
    }
    put.run();
  }
  Statement known(connection,
                  "SELECT subject_id, from_hour, to_hour FROM temp.held WHERE subject_id IS NOT NULL");
  while (known.step()) hours_.push_back({known.as<std::uint32_t>(0), known.number(1), known.number(2)});
}

Held::~Held() {
  if (!any()) return;
  try {
    connection_.execute("DELETE FROM temp.held");
  } catch (const StoreError&) {
    // In memory, of this connection alone: the next purge empties it first.
    return;
  }
}

std::string Held::spared(const char* condition) const {
  if (!any() || condition == nullptr) return {};
  return fmt::format(" AND NOT EXISTS (SELECT 1 FROM temp.held h WHERE {})", condition);
}

std::string Held::kept(const char* condition) const {
  if (!any() || condition == nullptr) return " AND 0";
  return fmt::format(" AND EXISTS (SELECT 1 FROM temp.held h WHERE {})", condition);
}

bool Held::covers(std::uint32_t subject, std::int64_t hour) const {
  return std::ranges::any_of(
      hours_, [&](const Hours& of) { return of.subject == subject && hour >= of.from && hour < of.to; });
}

bool Held::names(std::uint32_t subject) const {
  return std::ranges::any_of(hours_, [&](const Hours& of) { return of.subject == subject; });
}

}  // namespace edgewatch::store

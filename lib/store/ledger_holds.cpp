// Holds as they are kept. A hold that was released stays on record until its time.
#include "edgewatch/store/ledger.hpp"

#include "ledger_impl.hpp"

#include <algorithm>

namespace edgewatch::store {

std::int64_t Ledger::add(const model::Hold& hold) {
  Transaction transaction(impl_->connection);
  Statement(
      impl_->connection,
      "INSERT INTO hold(ground, reference, person, first_day, last_day, until_day, approved_by, reason, "
      "entered_by, entered_us, end_day) VALUES (:ground, :reference, :person, :first, :last, :until, "
      ":approved_by, :reason, :entered_by, :entered, :until)")
      .bind(":ground", static_cast<int>(hold.ground))
      .bind(":reference", hold.reference)
      .bind(":person", hold.person.text())
      .bind(":first", days(hold.period.first))
      .bind(":last", days(hold.period.last))
      .bind(":until", days(hold.until))
      .bind(":approved_by", hold.approved_by)
      .bind(":reason", hold.reason)
      .bind(":entered_by", hold.entered_by)
      .bind(":entered", micros(hold.entered_at))
      .run();
  const std::int64_t number = impl_->connection.number("SELECT last_insert_rowid()");
  transaction.commit();
  return number;
}

void Ledger::release(std::int64_t number, const model::Hold::Released& released) {
  Statement(impl_->connection,
            "UPDATE hold SET released_us = :at, released_by = :by, release_approved_by = :approved_by, "
            "end_day = min(end_day, :day) WHERE number = :number AND released_us IS NULL")
      .bind(":at", micros(released.at))
      .bind(":by", released.by)
      .bind(":approved_by", released.approved_by)
      .bind(":day", days(london_date(released.at)))
      .bind(":number", number)
      .run();
}

std::vector<model::Hold> Ledger::holds() const {
  std::vector<model::Hold> all;
  Statement read(impl_->connection,
                 "SELECT number, ground, reference, person, first_day, last_day, until_day, approved_by, "
                 "reason, entered_by, entered_us, released_us, released_by, release_approved_by FROM hold "
                 "ORDER BY number");
  while (read.step()) {
    model::Hold hold;
    hold.number = read.number(0);
    hold.ground = read.as<model::Hold::Ground>(1);
    hold.reference = read.text(2);
    hold.person = model::PersonId(read.text(3));
    hold.period = {from_days(read.number(4)), from_days(read.number(5))};
    hold.until = from_days(read.number(6));
    hold.approved_by = read.text(7);
    hold.reason = read.text(8);
    hold.entered_by = read.text(9);
    hold.entered_at = from_micros(read.number(10));
    if (!read.is_null(11)) hold.released = {from_micros(read.number(11)), read.text(12), read.text(13)};
    all.push_back(std::move(hold));
  }
  return all;
}

}  // namespace edgewatch::store

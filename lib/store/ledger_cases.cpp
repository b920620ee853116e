#include "edgewatch/store/ledger.hpp"

#include "ledger_impl.hpp"

namespace edgewatch::store {
namespace {

constexpr const char* columns =
    "SELECT reference, person, reason, grounds, first_day, last_day, authorised_by, officer, opened_by_uid, "
    "opened_us, closed_us, unlocked_us, second_person, ends_day FROM case_file ";

model::Case read_case(const Statement& row) {
  model::Case record;
  record.reference = model::CaseReference(row.text(0));
  record.person = model::PersonId(row.text(1));
  record.reason = row.as<model::CaseReason>(2);
  record.grounds = row.text(3);
  record.period = {from_days(row.number(4)), from_days(row.number(5))};
  record.authorised_by = row.text(6);
  record.officer = row.text(7);
  record.opened_by_uid = row.as<std::uint32_t>(8);
  record.opened_at = from_micros(row.number(9));
  if (!row.is_null(10)) record.closed_at = from_micros(row.number(10));
  if (!row.is_null(11)) record.unlocked_at = from_micros(row.number(11));
  if (!row.is_null(12)) record.covert = model::Covert{row.text(12), from_days(row.number(13))};
  return record;
}

}  // namespace

void Ledger::open_case(const model::Case& record) {
  Statement insert(impl_->connection,
                   "INSERT INTO case_file VALUES (:reference, :person, :reason, :grounds, :first, :last, "
                   ":authorised_by, :officer, :uid, :opened, "
                   ":closed, :unlocked, :second_person, :ends)");
  insert.bind(":reference", record.reference.text())
      .bind(":person", record.person.text())
      .bind(":reason", static_cast<int>(record.reason))
      .bind(":grounds", record.grounds)
      .bind(":first", days(record.period.first))
      .bind(":last", days(record.period.last))
      .bind(":authorised_by", record.authorised_by)
      .bind(":officer", record.officer)
      .bind(":uid", record.opened_by_uid)
      .bind(":opened", micros(record.opened_at));
  const auto instant = [&](const char* name, const std::optional<Timestamp>& at) {
    at ? insert.bind(name, micros(*at)) : insert.bind_null(name);
  };
  instant(":closed", record.closed_at);
  instant(":unlocked", record.unlocked_at);
  if (record.covert) {
    insert.bind(":second_person", record.covert->second_person).bind(":ends", days(record.covert->ends));
  } else {
    insert.bind_null(":second_person").bind_null(":ends");
  }
  insert.run();
}

void Ledger::close_case(const model::CaseReference& reference, Timestamp at) {
  // A second closing keeps the first date: retention runs from it.
  Statement(impl_->connection,
            "UPDATE case_file SET closed_us = :at WHERE reference = :reference AND closed_us IS NULL")
      .bind(":at", micros(at))
      .bind(":reference", reference.text())
      .run();
}

void Ledger::unlock_case(const model::CaseReference& reference, Timestamp at) {
  Statement(impl_->connection, "UPDATE case_file SET unlocked_us = :at WHERE reference = :reference")
      .bind(":at", micros(at))
      .bind(":reference", reference.text())
      .run();
}

std::optional<model::Case> Ledger::find_case(const model::CaseReference& reference) const {
  Statement read(impl_->connection, std::string(columns) + "WHERE reference = :reference");
  read.bind(":reference", reference.text());
  if (!read.step()) return std::nullopt;
  return read_case(read);
}

std::vector<model::Case> Ledger::cases() const {
  std::vector<model::Case> all;
  Statement read(impl_->connection, std::string(columns) + "ORDER BY reference");
  while (read.step()) all.push_back(read_case(read));
  return all;
}

std::int64_t Ledger::add(const model::CaseNote& note) {
  Transaction transaction(impl_->connection);
  Statement put(
      impl_->connection,
      "INSERT INTO case_note(reference, kind, text, day, supersedes, entered_by, entered_us) VALUES "
      "(:reference, :kind, :text, :day, :supersedes, :by, :at)");
  put.bind(":reference", note.reference.text())
      .bind(":kind", static_cast<int>(note.kind))
      .bind(":text", note.text)
      .bind(":by", note.entered_by)
      .bind(":at", micros(note.entered_at));
  note.day ? put.bind(":day", days(*note.day)) : put.bind_null(":day");
  note.supersedes ? put.bind(":supersedes", *note.supersedes) : put.bind_null(":supersedes");
  put.run();
  const std::int64_t number = impl_->connection.number("SELECT last_insert_rowid()");
  transaction.commit();
  return number;
}

std::vector<model::CaseNote> Ledger::notes_of(const model::CaseReference& reference) const {
  std::vector<model::CaseNote> all;
  Statement read(impl_->connection,
                 "SELECT number, kind, text, day, supersedes, entered_by, entered_us FROM case_note WHERE "
                 "reference = :reference ORDER BY number");
  read.bind(":reference", reference.text());
  while (read.step()) {
    model::CaseNote note;
    note.number = read.number(0);
    note.reference = reference;
    note.kind = read.as<model::CaseNote::Kind>(1);
    note.text = read.text(2);
    if (!read.is_null(3)) note.day = from_days(read.number(3));
    if (!read.is_null(4)) note.supersedes = read.number(4);
    note.entered_by = read.text(5);
    note.entered_at = from_micros(read.number(6));
    all.push_back(std::move(note));
  }
  return all;
}

std::vector<model::CaseReference> Ledger::due_cases(CivilDate cutoff) const {
  std::vector<model::CaseReference> due;
  Statement read(impl_->connection,
                 "SELECT reference FROM case_file WHERE closed_us < :bound ORDER BY reference");
  read.bind(":bound", micros(london_midnight(next_day(cutoff))));
  while (read.step()) due.emplace_back(read.text(0));
  return due;
}

}  // namespace edgewatch::store

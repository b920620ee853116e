// The part of the ledger about the rule book: matches, books that were in force, and the register.
#include "edgewatch/base/text.hpp"
#include "edgewatch/store/ledger.hpp"

#include "ledger_impl.hpp"
#include "packed_text.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace edgewatch::store {
namespace {

/// Texts of books that were in force, and how many of them, are bounded.
constexpr std::size_t longest_text = std::size_t{1} << 20U;
constexpr std::int64_t most_texts = 200;
constexpr std::int64_t most_books = 1000;

void bind_time(Statement& statement, const char* name, Timestamp at, Timestamp open) {
  if (at == open) {
    statement.bind_null(name);
  } else {
    statement.bind(name, micros(at));
  }
}
void bind_day(Statement& statement, const char* name, const std::optional<CivilDate>& date) {
  if (date) {
    statement.bind(name, days(*date));
  } else {
    statement.bind_null(name);
  }
}
void bind_text(Statement& statement, const char* name, const std::optional<std::string>& text) {
  if (text) {
    statement.bind(name, std::string_view(*text));
  } else {
    statement.bind_null(name);
  }
}

Timestamp time_in(const Statement& row, int column, Timestamp open) {
  return row.is_null(column) ? open : from_micros(row.number(column));
}
std::optional<CivilDate> day_in(const Statement& row, int column) {
  return row.is_null(column) ? std::nullopt : std::optional(from_days(row.number(column)));
}

std::string joined(const std::vector<model::ServiceId>& services) {
  std::string out;
  for (const model::ServiceId& service : services) out += (out.empty() ? "" : " ") + service.text();
  return out;
}
std::vector<model::ServiceId> services_in(const std::string& text) {
  std::vector<model::ServiceId> out;
  for (const std::string_view part : split(text, ' ')) out.emplace_back(std::string(part));
  return out;
}
std::string joined(const std::vector<WeeklyWindow>& hours) {
  std::string out;
  for (const WeeklyWindow& window : hours) out += (out.empty() ? "" : ";") + to_string(window);
  return out;
}
/// Windows that an older or a damaged file cannot say are an error: hours left out would authorise more.
std::vector<WeeklyWindow> hours_in(Connection& connection, const std::string& text) {
  std::vector<WeeklyWindow> out;
  if (text.empty()) return out;
  for (const std::string_view part : split(text, ';')) {
    const auto window = parse_window(std::string(part));
    if (!window) {
      throw StoreError(74, fmt::format("{}: the hours of an authorisation are damaged; restore a backup",
                                       connection.file().string()));
    }
    out.push_back(*window);
  }
  return out;
}

using CatalogueFiles = std::vector<model::KeptRuleBook::CatalogueFile>;

std::int64_t last_number(Connection& connection) { return connection.number("SELECT last_insert_rowid()"); }

void set_end(Connection& connection, const char* table, std::int64_t number, Timestamp end) {
  Statement update(connection, fmt::format("UPDATE {} SET end_us = :end WHERE number = :number", table));
  bind_time(update, ":end", end, Timestamp::max());
  update.bind(":number", number).run();
}

std::vector<model::RegisteredAuthorisation::Review> reviews_of(Connection& connection, std::int64_t number) {
  std::vector<model::RegisteredAuthorisation::Review> out;
  Statement read(connection,
                 "SELECT reviewed_us, reviewed_by, approved_by, goes_on, next_day FROM authorisation_review "
                 "WHERE number = :number ORDER BY reviewed_us");
  read.bind(":number", number);
  while (read.step()) {
    out.push_back(
        {from_micros(read.number(0)), read.text(1), read.text(2), read.number(3) != 0, day_in(read, 4)});
  }
  return out;
}

/// The text of a file as the catalogue before had it, else as a new one.
std::int64_t text_of(Connection& connection, const model::KeptRuleBook::CatalogueFile& file) {
  const std::vector<std::uint8_t> packed = pack(file.text);
  Statement known(connection,
                  "SELECT t.number FROM catalogue_file f JOIN catalogue_text t ON t.number = f.text WHERE "
                  "f.catalogue = (SELECT max(catalogue) FROM catalogue_file) AND f.path = :path AND "
                  "t.packed = :packed");
  known.bind(":path", file.path).bind(":packed", Bytes(packed));
  if (known.step()) return known.number(0);
  Statement(connection, "INSERT INTO catalogue_text(packed) VALUES (:packed)")
      .bind(":packed", Bytes(packed))
      .run();
  return last_number(connection);
}

/// Unless it is kept already, or too long to keep.
void write_catalogue(Connection& connection, const model::KeptRuleBook& book) {
  std::size_t length = 0;
  for (const auto& file : book.catalogue_files) length += file.text.size();
  if (length == 0 || length > longest_text) return;
  Statement known(connection, "SELECT number FROM catalogue WHERE revision = :revision");
  if (known.bind(":revision", book.catalogue.text()).step()) return;
  // Before it is the last itself, so that what did not change is found in the one before.
  std::vector<std::int64_t> texts;
  for (const auto& file : book.catalogue_files) texts.push_back(text_of(connection, file));
  Statement(connection, "INSERT INTO catalogue(revision) VALUES (:revision)")
      .bind(":revision", book.catalogue.text())
      .run();
  const std::int64_t number = last_number(connection);
  Statement put(connection,
                "INSERT INTO catalogue_file(catalogue, position, path, text) VALUES (:catalogue, :position, "
                ":path, :text)");
  for (std::size_t i = 0; i < texts.size(); ++i) {
    put.bind(":catalogue", number)
        .bind(":position", static_cast<std::int64_t>(i))
        .bind(":path", book.catalogue_files[i].path)
        .bind(":text", texts[i])
        .run();
  }
  Statement(connection, "DELETE FROM catalogue WHERE number <= :number - :most")
      .bind(":number", number)
      .bind(":most", most_texts)
      .run();
}

CatalogueFiles catalogue_files(Connection& connection, const std::string& revision) {
  CatalogueFiles out;
  Statement read(
      connection,
      "SELECT f.path, t.packed FROM catalogue c JOIN catalogue_file f ON f.catalogue = c.number JOIN "
      "catalogue_text t ON t.number = f.text WHERE c.revision = :revision ORDER BY f.position");
  read.bind(":revision", revision);
  while (read.step()) {
    auto text = unpack(read.blob(1), longest_text);
    if (!text) {
      throw StoreError(74, fmt::format("{}: a catalogue of a past time is damaged; restore a backup",
                                       connection.file().string()));
    }
    out.push_back({read.text(0), std::move(*text)});
  }
  return out;
}

}  // namespace

void Ledger::write(const std::vector<model::RuleMatches>& matches, Timestamp run) {
  if (matches.empty()) return;
  Transaction transaction(impl_->connection);
  Statement put(
      impl_->connection,
      "INSERT INTO rule_match(day, rule, run_us, matches, last_us) VALUES (:day, :rule, :run, "
      ":matches, :last) ON CONFLICT DO UPDATE SET matches = max(matches, excluded.matches), last_us "
      "= max(last_us, excluded.last_us)");
  for (const model::RuleMatches& each : matches) {
    put.bind(":day", days(each.day))
        .bind(":rule", each.rule.text())
        .bind(":run", micros(run))
        .bind(":matches", each.matches)
        .bind(":last", micros(each.last))
        .run();
  }
  transaction.commit();
}

void Ledger::write_rules_in_force(const std::vector<model::RuleId>& rules, Timestamp at) {
  Transaction transaction(impl_->connection);
  std::set<std::string> gone;
  Statement known(impl_->connection, "SELECT rule FROM rule_since");
  while (known.step()) gone.insert(known.text(0));
  Statement put(impl_->connection,
                "INSERT INTO rule_since(rule, since_us) VALUES (:rule, :at) ON CONFLICT DO NOTHING");
  for (const model::RuleId& rule : rules) {
    gone.erase(rule.text());
    put.bind(":rule", rule.text()).bind(":at", micros(at)).run();
  }
  Statement remove(impl_->connection, "DELETE FROM rule_since WHERE rule = :rule");
  for (const std::string& rule : gone) remove.bind(":rule", rule).run();
  transaction.commit();
}

std::vector<RuleUse> Ledger::rule_use() const {
  std::vector<RuleUse> all;
  Statement read(impl_->connection,
                 "SELECT s.rule, s.since_us, coalesce(sum(m.matches), 0), max(m.last_us) FROM rule_since s "
                 "LEFT JOIN rule_match m ON m.rule = s.rule GROUP BY s.rule ORDER BY s.rule");
  while (read.step()) {
    all.push_back({.rule = model::RuleId(read.text(0)),
                   .since = from_micros(read.number(1)),
                   .matches = read.as<std::uint64_t>(2),
                   .last = read.is_null(3) ? std::nullopt : std::optional(from_micros(read.number(3)))});
  }
  return all;
}

void Ledger::write_rule_book(const model::KeptRuleBook& book) {
  Connection& connection = impl_->connection;
  const std::optional<std::string> rules =
      book.rules && book.rules->size() <= longest_text ? book.rules : std::nullopt;
  Transaction transaction(connection);
  std::int64_t text = 0;
  {
    Statement last(
        connection,
        "SELECT t.number, b.revision = :revision AND b.catalogue = :catalogue AND b.lists = :lists "
        "FROM rule_book b JOIN rule_text t ON t.number = b.text WHERE b.to_us IS NULL AND t.rules IS "
        ":rules AND t.members = :members");
    last.bind(":revision", book.revision.text()).bind(":catalogue", book.catalogue.text());
    last.bind(":lists", book.lists.text()).bind(":members", book.members);
    bind_text(last, ":rules", rules);
    if (last.step()) {
      if (last.number(1) != 0) return;
      text = last.number(0);
    }
  }
  if (text == 0) {
    Statement put(connection, "INSERT INTO rule_text(rules, members) VALUES (:rules, :members)");
    bind_text(put, ":rules", rules);
    put.bind(":members", book.members).run();
    text = last_number(connection);
  }
  // A replay may tell of a time before what is known: then that is over as it begins.
  Statement(connection, "UPDATE rule_book SET to_us = max(from_us, :at) WHERE to_us IS NULL")
      .bind(":at", micros(book.from))
      .run();
  Statement(connection,
            "INSERT INTO rule_book(from_us, revision, catalogue, lists, text) VALUES (:from, :revision, "
            ":catalogue, :lists, :text)")
      .bind(":from", micros(book.from))
      .bind(":revision", book.revision.text())
      .bind(":catalogue", book.catalogue.text())
      .bind(":lists", book.lists.text())
      .bind(":text", text)
      .run();
  write_catalogue(connection, book);
  Statement(connection,
            "DELETE FROM rule_book WHERE text <= :text - :most_texts OR number <= (SELECT "
            "max(number) FROM rule_book) - :most_books")
      .bind(":text", text)
      .bind(":most_texts", most_texts)
      .bind(":most_books", most_books)
      .run();
  transaction.commit();
}

std::optional<model::KeptRuleBook> Ledger::rule_book_at(Timestamp at) const {
  Statement read(
      impl_->connection,
      "SELECT b.from_us, b.revision, b.catalogue, b.lists, t.rules, t.members FROM rule_book b JOIN "
      "rule_text t ON t.number = b.text WHERE b.from_us <= :at AND (b.to_us IS NULL OR b.to_us > "
      ":at) ORDER BY b.number DESC LIMIT 1");
  read.bind(":at", micros(at));
  if (!read.step()) return std::nullopt;
  return model::KeptRuleBook{
      .from = from_micros(read.number(0)),
      .revision = model::Revision(read.text(1)),
      .catalogue = model::Revision(read.text(2)),
      .lists = model::Revision(read.text(3)),
      .rules = read.is_null(4) ? std::nullopt : std::optional(read.text(4)),
      .members = read.text(5),
      .catalogue_files = catalogue_files(impl_->connection, read.text(2)),
  };
}

std::int64_t Ledger::add(const model::RegisteredWithdrawal& entry) {
  Transaction transaction(impl_->connection);
  Statement put(impl_->connection,
                "INSERT INTO withdrawal(person, services, from_us, to_us, reference, approved_by, "
                "entered_by, entered_us, end_us) VALUES (:person, :services, :from, :to, :reference, "
                ":approved_by, :entered_by, :entered, :to)");
  put.bind(":person", entry.person.text())
      .bind(":services", joined(entry.services))
      .bind(":from", micros(entry.valid.from))
      .bind(":reference", entry.reference.text())
      .bind(":approved_by", entry.approved_by)
      .bind(":entered_by", entry.entered_by)
      .bind(":entered", micros(entry.entered_at));
  bind_time(put, ":to", entry.valid.to, Timestamp::max());
  put.run();
  const std::int64_t number = last_number(impl_->connection);
  transaction.commit();
  return number;
}

void Ledger::lift(std::int64_t number, const model::RegisteredWithdrawal::Lifted& lifted) {
  // A second lifting keeps the first: access was given back then.
  Statement(
      impl_->connection,
      "UPDATE withdrawal SET lifted_us = :at, lifted_by = :by, lift_approved_by = :approved_by, end_us = "
      "min(coalesce(to_us, :at), :at) WHERE number = :number AND lifted_us IS NULL")
      .bind(":at", micros(lifted.at))
      .bind(":by", lifted.by)
      .bind(":approved_by", lifted.approved_by)
      .bind(":number", number)
      .run();
}

std::int64_t Ledger::add(const model::RegisteredAuthorisation& entry) {
  Transaction transaction(impl_->connection);
  Statement put(
      impl_->connection,
      "INSERT INTO authorisation(person, member_of, services, purpose, account, from_us, to_us, "
      "hours, approved_by, entered_by, entered_us, review_day, end_us) VALUES (:person, :member_of, "
      ":services, :purpose, :account, :from, :to, :hours, :approved_by, :entered_by, :entered, "
      ":review, :to)");
  bind_text(put, ":person", entry.person ? std::optional(entry.person->text()) : std::nullopt);
  bind_text(put, ":member_of", entry.person ? std::nullopt : std::optional(entry.group));
  put.bind(":services", joined(entry.services))
      .bind(":purpose", entry.purpose)
      .bind(":account", entry.account)
      .bind(":from", micros(entry.valid.from))
      .bind(":hours", joined(entry.hours))
      .bind(":approved_by", entry.approved_by)
      .bind(":entered_by", entry.entered_by)
      .bind(":entered", micros(entry.entered_at));
  bind_time(put, ":to", entry.valid.to, Timestamp::max());
  bind_day(put, ":review", entry.review_date);
  put.run();
  const std::int64_t number = last_number(impl_->connection);
  transaction.commit();
  return number;
}

void Ledger::review(std::int64_t number, const model::RegisteredAuthorisation::Review& review) {
  Transaction transaction(impl_->connection);
  Statement put(impl_->connection,
                "INSERT INTO authorisation_review(number, reviewed_us, reviewed_by, approved_by, goes_on, "
                "next_day) VALUES (:number, :at, :by, :approved_by, :goes_on, :next)");
  put.bind(":number", number)
      .bind(":at", micros(review.at))
      .bind(":by", review.by)
      .bind(":approved_by", review.approved_by)
      .bind(":goes_on", review.goes_on ? 1 : 0);
  bind_day(put, ":next", review.next);
  put.run();
  if (!review.goes_on) {
    Statement end(impl_->connection, "SELECT end_us FROM authorisation WHERE number = :number");
    end.bind(":number", number);
    const Timestamp before = end.step() ? time_in(end, 0, Timestamp::max()) : Timestamp::max();
    end.reset();
    set_end(impl_->connection, "authorisation", number, std::min(before, review.at));
  }
  transaction.commit();
}

model::Register Ledger::read_register() const {
  const Snapshot snapshot(impl_->connection);
  model::Register out;
  Statement withdrawn(impl_->connection,
                      "SELECT number, person, services, from_us, to_us, reference, approved_by, entered_by, "
                      "entered_us, lifted_us, lifted_by, lift_approved_by FROM withdrawal ORDER BY number");
  while (withdrawn.step()) {
    model::RegisteredWithdrawal entry;
    entry.number = withdrawn.number(0);
    entry.person = model::PersonId(withdrawn.text(1));
    entry.services = services_in(withdrawn.text(2));
    entry.valid = {from_micros(withdrawn.number(3)), time_in(withdrawn, 4, Timestamp::max())};
    entry.reference = model::CaseReference(withdrawn.text(5));
    entry.approved_by = withdrawn.text(6);
    entry.entered_by = withdrawn.text(7);
    entry.entered_at = from_micros(withdrawn.number(8));
    if (!withdrawn.is_null(9))
      entry.lifted = {from_micros(withdrawn.number(9)), withdrawn.text(10), withdrawn.text(11)};
    out.withdrawals.push_back(std::move(entry));
  }
  Statement authorised(impl_->connection,
                       "SELECT number, person, member_of, services, purpose, account, from_us, to_us, hours, "
                       "approved_by, entered_by, entered_us, review_day FROM authorisation ORDER BY number");
  while (authorised.step()) {
    model::RegisteredAuthorisation entry;
    entry.number = authorised.number(0);
    if (!authorised.is_null(1)) entry.person = model::PersonId(authorised.text(1));
    if (!authorised.is_null(2)) entry.group = authorised.text(2);
    entry.services = services_in(authorised.text(3));
    entry.purpose = authorised.text(4);
    entry.account = authorised.text(5);
    entry.valid = {from_micros(authorised.number(6)), time_in(authorised, 7, Timestamp::max())};
    entry.hours = hours_in(impl_->connection, authorised.text(8));
    entry.approved_by = authorised.text(9);
    entry.entered_by = authorised.text(10);
    entry.entered_at = from_micros(authorised.number(11));
    entry.review_date = day_in(authorised, 12);
    entry.reviews = reviews_of(impl_->connection, entry.number);
    out.authorisations.push_back(std::move(entry));
  }
  return out;
}

}  // namespace edgewatch::store

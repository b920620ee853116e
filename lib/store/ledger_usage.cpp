#include "edgewatch/store/ledger.hpp"

#include "intern.hpp"
#include "ledger_impl.hpp"

#include <algorithm>
#include <map>
#include <span>
#include <string_view>
#include <tuple>

namespace edgewatch::store {
namespace {

constexpr int seconds_in_minute = 60;

/// What tells the rows of one subject in one minute apart.
struct RowKey {
  std::int64_t service = 0;
  int kind = 0;
  int grade = 0;
  int purpose = 0;
  bool operator<(const RowKey& other) const {
    return std::tie(service, kind, grade, purpose) <
           std::tie(other.service, other.kind, other.grade, other.purpose);
  }
};

struct Row {
  int seconds = 0;
  int lower = 0;
  int reasons = 0;
  int weakest_name = 0;
  int weakest_identity = 0;
  std::int64_t provenance = 0;
  bool operator==(const Row&) const = default;
};

using Rows = std::map<RowKey, Row>;

/// Concurrent time was displaced by another service and is never summed (CONTRACT, `minutes`).
bool is_summed(int kind) { return kind != static_cast<int>(model::Kind::concurrent); }

int owned_seconds(const Rows& rows) {
  int sum = 0;
  for (const auto& [key, row] : rows) sum += is_summed(key.kind) ? row.seconds : 0;
  return sum;
}

/// The slice as a row, within the bounds that the table checks.
Row row_of(const model::UsageSlice& slice, std::int64_t provenance) {
  Row row;
  row.seconds = std::min<int>(slice.seconds, seconds_in_minute);
  const bool counted = slice.grade != model::Grade::weak && slice.kind != model::Kind::concurrent;
  row.lower = counted ? std::min<int>(slice.lower_seconds, row.seconds) : 0;
  row.reasons = slice.reasons;
  row.weakest_name = static_cast<int>(slice.weakest_name);
  row.weakest_identity = static_cast<int>(slice.weakest_identity);
  row.provenance = provenance;
  return row;
}

/// The same minute told twice is the larger of both, never their sum; so the order and number of tellings
/// cannot raise a figure.
Row merged(const Row& held, const Row& told, int room) {
  if (held.seconds == 0) {
    Row first = told;
    first.seconds = std::min(told.seconds, room);
    first.lower = std::min(told.lower, first.seconds);
    return first;
  }
  Row both = held;
  if (told.seconds > held.seconds) {
    both.seconds += std::min(told.seconds - held.seconds, room);
    both.provenance = told.provenance;
  }
  both.lower = std::min(std::max(held.lower, told.lower), both.seconds);
  both.reasons |= told.reasons;
  both.weakest_name = std::min(held.weakest_name, told.weakest_name);
  both.weakest_identity = std::min(held.weakest_identity, told.weakest_identity);
  return both;
}

class UsageWriter {
 public:
  explicit UsageWriter(Connection& connection)
      : interner_(connection),
        read_(connection,
              "SELECT service_id, kind, grade, purpose, seconds, lower_seconds, reasons, weakest_name, "
              "weakest_identity, provenance_id "
              "FROM usage WHERE hour = :hour AND subject_id = :subject AND minute = :minute"),
        put_(connection,
             "INSERT INTO usage VALUES (:hour, :subject, :minute, :service, :kind, :grade, :purpose, "
             ":seconds, :lower, :reasons, :name, :identity, "
             ":provenance) ON CONFLICT DO UPDATE SET seconds = excluded.seconds, lower_seconds = "
             "excluded.lower_seconds, reasons = excluded.reasons, "
             "weakest_name = excluded.weakest_name, weakest_identity = excluded.weakest_identity, "
             "provenance_id = excluded.provenance_id") {}

  /// All slices of one subject in one minute.
  void write(std::span<const model::UsageSlice* const> group) {
    const model::UsageSlice& first = *group.front();
    hour_ = hours(first.minute);
    minute_ = minutes(first.minute) - hour_ * 60;
    subject_ = interner_.subject(first.subject, days(london_date(first.minute)));
    const Rows before = read();
    Rows after = before;
    for (const model::UsageSlice* slice : group) add(*slice, after);
    for (const auto& [key, row] : after) {
      const auto held = before.find(key);
      if (row.seconds > 0 && (held == before.end() || !(held->second == row))) put(key, row);
    }
  }

 private:
  Rows read() {
    Rows rows;
    read_.bind(":hour", hour_).bind(":subject", subject_).bind(":minute", minute_);
    while (read_.step()) {
      rows[{read_.number(0), read_.as<int>(1), read_.as<int>(2), read_.as<int>(3)}] = {
          read_.as<int>(4), read_.as<int>(5), read_.as<int>(6),
          read_.as<int>(7), read_.as<int>(8), read_.number(9)};
    }
    read_.reset();
    return rows;
  }

  void add(const model::UsageSlice& slice, Rows& rows) {
    const RowKey key{interner_.service(slice.service), static_cast<int>(slice.kind),
                     static_cast<int>(slice.grade), static_cast<int>(slice.purpose)};
    const int room = is_summed(key.kind) ? seconds_in_minute - owned_seconds(rows) : seconds_in_minute;
    Row& row = rows[key];
    row = merged(row, row_of(slice, interner_.provenance(slice)), std::max(room, 0));
  }

  void put(const RowKey& key, const Row& row) {
    put_.bind(":hour", hour_)
        .bind(":subject", subject_)
        .bind(":service", key.service)
        .bind(":minute", minute_)
        .bind(":kind", key.kind)
        .bind(":grade", key.grade)
        .bind(":purpose", key.purpose)
        .bind(":seconds", row.seconds)
        .bind(":lower", row.lower)
        .bind(":reasons", row.reasons)
        .bind(":name", row.weakest_name)
        .bind(":identity", row.weakest_identity)
        .bind(":provenance", row.provenance)
        .run();
  }

  Interner interner_;
  Statement read_;
  Statement put_;
  std::int64_t hour_ = 0;
  std::int64_t minute_ = 0;
  std::int64_t subject_ = 0;
};

bool same_group(const model::UsageSlice* a, const model::UsageSlice* b) {
  return a->minute == b->minute && a->subject == b->subject;
}

/// What rows refer to by number. A few hundred lines at most, so they are read whole and the big table is
/// read alone.
struct Texts {
  std::map<std::int64_t, std::string> services;
  std::map<std::int64_t, model::UsageSlice> provenances;  ///< with the provenance's fields set
};

Texts read_texts(Connection& connection) {
  Texts texts;
  Statement services(connection, "SELECT service_id, name FROM service");
  while (services.step()) texts.services[services.number(0)] = services.text(1);
  Statement provenances(connection,
                        "SELECT provenance_id, category, catalogue, rule_book, method FROM provenance");
  while (provenances.step()) {
    model::UsageSlice& slice = texts.provenances[provenances.number(0)];
    slice.category = model::Category(provenances.text(1));
    slice.catalogue = model::Revision(provenances.text(2));
    slice.rule_book = model::Revision(provenances.text(3));
    slice.method = provenances.text(4);
  }
  return texts;
}

model::UsageSlice read_slice(const Statement& row, std::int64_t hour, const model::Subject& subject,
                             const Texts& texts) {
  model::UsageSlice slice = texts.provenances.at(row.number(9));
  slice.subject = subject;
  slice.service = model::ServiceId(texts.services.at(row.number(1)));
  slice.minute = from_minutes(hour * 60 + row.number(0));
  slice.kind = row.as<model::Kind>(2);
  slice.grade = row.as<model::Grade>(3);
  slice.purpose = row.as<model::Purpose>(4);
  slice.seconds = row.as<std::uint8_t>(5);
  slice.lower_seconds = row.as<std::uint8_t>(6);
  slice.reasons = row.as<model::Reasons>(7);
  slice.weakest_name = row.as<model::NameEvidence>(8);
  slice.weakest_identity = row.as<model::IdentityGrade>(10);
  return slice;
}

auto place(const model::UsageSlice& slice) {
  return std::tuple<UtcMinute, std::string_view, model::Kind, model::Grade, model::Purpose>(
      slice.minute, slice.service.text(), slice.kind, slice.grade, slice.purpose);
}

}  // namespace

void Ledger::write(const std::vector<model::UsageSlice>& slices) {
  std::vector<const model::UsageSlice*> ordered;
  ordered.reserve(slices.size());
  for (const model::UsageSlice& slice : slices) {
    if (slice.seconds > 0) ordered.push_back(&slice);
  }
  if (ordered.empty()) return;
  std::stable_sort(ordered.begin(), ordered.end(), [](const auto* a, const auto* b) {
    return a->minute != b->minute ? a->minute < b->minute : a->subject < b->subject;
  });
  Transaction transaction(impl_->connection);
  {
    UsageWriter writer(impl_->connection);
    for (auto from = ordered.begin(); from != ordered.end();) {
      const auto to =
          std::find_if_not(from, ordered.end(), [&](const auto* slice) { return same_group(*from, slice); });
      writer.write({from, to});
      from = to;
    }
  }
  transaction.commit();
}

std::vector<model::UsageSlice> Ledger::usage(const model::CaseAuthority& authority,
                                             const model::DateRange& period) const {
  std::vector<model::UsageSlice> found;
  const auto dates = common(authority.period(), period);
  if (!dates) return found;
  Connection& connection = impl_->connection;
  const Snapshot snapshot(connection);
  const model::Subject subject = model::Subject::of_person(authority.person());
  Statement who(connection, "SELECT subject_id FROM subject WHERE name = :name");
  if (!who.bind(":name", subject.text()).step()) return found;

  // The key begins with the hour, so a person is found by going straight to their place in each hour there is
  // (PERFORMANCE, "SQLite").
  const Span span = span_of(*dates);
  // Two subqueries: SQLite goes straight to a minimum or a maximum, and searches everything for both at once.
  Statement bounds(connection,
                   "SELECT (SELECT min(hour) FROM usage WHERE hour >= :from AND hour < :to), "
                   "(SELECT max(hour) FROM usage WHERE hour >= :from AND hour < :to)");
  bounds.bind(":from", hours(span.from)).bind(":to", hours(span.to));
  if (!bounds.step() || bounds.is_null(0)) return found;
  Statement read(connection,
                 "SELECT minute, service_id, kind, grade, purpose, seconds, lower_seconds, reasons, "
                 "weakest_name, provenance_id, weakest_identity "
                 "FROM usage WHERE hour = :hour AND subject_id = :subject");
  const Texts texts = read_texts(connection);
  read.bind(":subject", who.number(0));
  for (std::int64_t hour = bounds.number(0); hour <= bounds.number(1); ++hour) {
    read.bind(":hour", hour);
    while (read.step()) found.push_back(read_slice(read, hour, subject, texts));
    read.reset();
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return place(a) < place(b); });
  return found;
}

}  // namespace edgewatch::store

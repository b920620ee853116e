#include "pack_minutes.hpp"

#include "usage_book.hpp"

#include <map>
#include <utility>

namespace edgewatch::store {
namespace {

/// What a row of before referred to by number.
struct Provenance {
  std::uint32_t category = 0;
  std::uint32_t judged_by = 0;
};

std::map<std::int64_t, Provenance> read_provenances(Connection& connection, Dictionary& dictionary) {
  std::map<std::int64_t, Provenance> all;
  Statement read(connection,
                 "SELECT provenance_id, category, catalogue, rule_book, method FROM provenance_before");
  while (read.step()) {
    const JudgedBy judged{model::Revision(read.text(2)), model::Revision(read.text(3)), read.text(4)};
    all[read.number(0)] = {dictionary.category(read.text(1)), dictionary.judged_by(judged)};
  }
  return all;
}

ToldRecord read_record(const Statement& row, const std::map<std::int64_t, Provenance>& provenances,
                       Dictionary& dictionary) {
  const Provenance& provenance = provenances.at(row.number(12));
  const Circumstance circumstance{row.as<std::uint32_t>(3),        provenance.category,
                                  row.as<model::Kind>(4),          row.as<model::Grade>(5),
                                  row.as<model::Purpose>(6),       row.as<model::Reasons>(9),
                                  row.as<model::NameEvidence>(10), row.as<model::IdentityGrade>(11)};
  ToldRecord told;
  told.hour = row.as<std::uint32_t>(0);
  told.subject = row.as<std::uint32_t>(1);
  told.record.judged_by = provenance.judged_by;
  told.record.minute = row.as<std::uint8_t>(2);
  told.record.circumstance = dictionary.circumstance(circumstance, Dictionary::Numbered::kept);
  told.record.seconds = row.as<std::uint8_t>(7);
  told.record.lower = row.as<std::uint8_t>(8);
  return told;
}

}  // namespace

void pack_minutes(Connection& connection) {
  constexpr std::size_t enough = 100'000;
  {
    UsageBook book(connection);
    const auto provenances = read_provenances(connection, book.dictionary());
    Statement read(
        connection,
        "SELECT hour, subject_id, minute, service_id, kind, grade, purpose, seconds, lower_seconds, "
        "reasons, weakest_name, weakest_identity, provenance_id FROM usage_before "
        "ORDER BY hour, subject_id, minute, service_id, kind, grade, purpose");
    std::vector<ToldRecord> told;
    while (read.step()) {
      const ToldRecord record = read_record(read, provenances, book.dictionary());
      if (told.size() >= enough && told.back().hour != record.hour) book.pack(std::exchange(told, {}));
      told.push_back(record);
    }
    book.pack(std::move(told));
  }
  connection.execute("DROP TABLE usage_before");
  connection.execute("DROP TABLE provenance_before");
}

}  // namespace edgewatch::store

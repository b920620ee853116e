#include "intern.hpp"

namespace edgewatch::store {
namespace {

std::int64_t returned_id(Statement& insert) {
  const std::int64_t id = insert.step() ? insert.number(0) : 0;
  insert.run();
  return id;
}

}  // namespace

// The updates that change nothing are there because only a changed row is RETURNed.
Interner::Interner(Connection& connection)
    : put_subject_(
          connection,
          "INSERT INTO subject(name, last_day) VALUES (:name, :day) "
          "ON CONFLICT(name) DO UPDATE SET last_day = max(last_day, excluded.last_day) RETURNING subject_id"),
      put_service_(connection,
                   "INSERT INTO service(name) VALUES (:name) ON CONFLICT(name) DO UPDATE SET name = name "
                   "RETURNING service_id"),
      put_provenance_(connection,
                      "INSERT INTO provenance(category, catalogue, rule_book, method) VALUES (:category, "
                      ":catalogue, :rule_book, :method) "
                      "ON CONFLICT(category, catalogue, rule_book, method) DO UPDATE SET method = method "
                      "RETURNING provenance_id") {}

std::int64_t Interner::subject(const model::Subject& subject, std::int64_t date) {
  Known& known = subjects_[subject.text()];
  if (known.id == 0 || known.last_day < date) {
    put_subject_.bind(":name", subject.text()).bind(":day", date);
    known = {returned_id(put_subject_), date};
  }
  return known.id;
}

std::int64_t Interner::service(const model::ServiceId& service) {
  std::int64_t& id = services_[service.text()];
  if (id == 0) {
    put_service_.bind(":name", service.text());
    id = returned_id(put_service_);
  }
  return id;
}

std::int64_t Interner::provenance(const model::UsageSlice& slice) {
  std::int64_t& id =
      provenances_[{slice.category.text(), slice.catalogue.text(), slice.rule_book.text(), slice.method}];
  if (id == 0) {
    put_provenance_.bind(":category", slice.category.text())
        .bind(":catalogue", slice.catalogue.text())
        .bind(":rule_book", slice.rule_book.text())
        .bind(":method", slice.method);
    id = returned_id(put_provenance_);
  }
  return id;
}

}  // namespace edgewatch::store

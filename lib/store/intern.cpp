#include "intern.hpp"

namespace edgewatch::store {
namespace {

/// The number in the first row, 0 where there is none.
std::int64_t id_from(Statement& statement) {
  const std::int64_t id = statement.step() ? statement.number(0) : 0;
  statement.reset();
  return id;
}

void bind_provenance(Statement& statement, const model::UsageSlice& slice) {
  statement.bind(":category", slice.category.text())
      .bind(":catalogue", slice.catalogue.text())
      .bind(":rule_book", slice.rule_book.text())
      .bind(":method", slice.method);
}

}  // namespace

Interner::Interner(Connection& connection)
    : find_subject_(connection, "SELECT subject_id, last_day FROM subject WHERE name = :name"),
      put_subject_(connection,
                   "INSERT INTO subject(name, last_day) VALUES (:name, :day) "
                   "ON CONFLICT(name) DO UPDATE SET last_day = max(last_day, excluded.last_day)"),
      find_service_(connection, "SELECT service_id FROM service WHERE name = :name"),
      put_service_(connection, "INSERT INTO service(name) VALUES (:name)"),
      find_provenance_(connection,
                       "SELECT provenance_id FROM provenance WHERE category = :category AND catalogue = "
                       ":catalogue AND rule_book = :rule_book AND "
                       "method = :method"),
      put_provenance_(connection,
                      "INSERT INTO provenance(category, catalogue, rule_book, method) VALUES (:category, "
                      ":catalogue, :rule_book, :method)") {}

std::int64_t Interner::subject(const model::Subject& subject, std::int64_t date) {
  Known& known = subjects_[subject.text()];
  if (known.id != 0 && known.last_day >= date) return known.id;
  find_subject_.bind(":name", subject.text());
  const auto find = [&] {
    if (find_subject_.step()) known = {find_subject_.number(0), find_subject_.number(1)};
    find_subject_.reset();
  };
  find();
  if (known.id == 0 || known.last_day < date) {
    put_subject_.bind(":name", subject.text()).bind(":day", date).run();
    find();
  }
  return known.id;
}

std::int64_t Interner::service(const model::ServiceId& service) {
  std::int64_t& id = services_[service.text()];
  if (id != 0) return id;
  find_service_.bind(":name", service.text());
  id = id_from(find_service_);
  if (id == 0) {
    put_service_.bind(":name", service.text()).run();
    id = id_from(find_service_);
  }
  return id;
}

std::int64_t Interner::provenance(const model::UsageSlice& slice) {
  std::int64_t& id =
      provenances_[{slice.category.text(), slice.catalogue.text(), slice.rule_book.text(), slice.method}];
  if (id != 0) return id;
  bind_provenance(find_provenance_, slice);
  id = id_from(find_provenance_);
  if (id == 0) {
    bind_provenance(put_provenance_, slice);
    put_provenance_.run();
    id = id_from(find_provenance_);
  }
  return id;
}

}  // namespace edgewatch::store

#include "intern.hpp"

namespace edgewatch::store {

Interner::Interner(Connection& connection)
    : find_(connection, "SELECT subject_id, last_day FROM subject WHERE name = :name"),
      put_(connection,
           "INSERT INTO subject(name, last_day) VALUES (:name, :day) "
           "ON CONFLICT(name) DO UPDATE SET last_day = max(last_day, excluded.last_day)") {}

std::int64_t Interner::subject(const model::Subject& subject, std::int64_t date) {
  Known& known = subjects_[subject.text()];
  if (known.id != 0 && known.last_day >= date) return known.id;
  find_.bind(":name", subject.text());
  const auto find = [&] {
    if (find_.step()) known = {find_.number(0), find_.number(1)};
    find_.reset();
  };
  find();
  if (known.id == 0 || known.last_day < date) {
    put_.bind(":name", subject.text()).bind(":day", date).run();
    find();
  }
  return known.id;
}

}  // namespace edgewatch::store

// Subjects as numbers, for the rows that keep a subject from the purge by its date (exclusions). Lives inside
// one transaction: another connection may purge a subject between two. Private to this module.
#pragma once

#include "edgewatch/model/attribution.hpp"

#include "connection.hpp"

#include <map>
#include <string>

namespace edgewatch::store {

class Interner {
 public:
  explicit Interner(Connection& connection);

  /// `date` is that of the row about to name the subject: it keeps the subject from the purge until then.
  [[nodiscard]] std::int64_t subject(const model::Subject& subject, std::int64_t date);

 private:
  struct Known {
    std::int64_t id = 0;
    std::int64_t last_day = 0;
  };
  // Looked for first: nearly always it is there, and an upsert would write a page for nothing.
  Statement find_;
  Statement put_;
  std::map<std::string, Known> subjects_;
};

}  // namespace edgewatch::store

// Texts that many rows share, kept once. Lives inside one transaction: another connection may purge a subject
// between two. Private to this module.
#pragma once

#include "edgewatch/model/usage.hpp"

#include "connection.hpp"

#include <map>
#include <string>
#include <tuple>

namespace edgewatch::store {

class Interner {
 public:
  explicit Interner(Connection& connection);

  /// `date` is that of the row about to name the subject: it keeps the subject from the purge until then.
  [[nodiscard]] std::int64_t subject(const model::Subject& subject, std::int64_t date);
  [[nodiscard]] std::int64_t service(const model::ServiceId& service);
  [[nodiscard]] std::int64_t provenance(const model::UsageSlice& slice);

 private:
  struct Known {
    std::int64_t id = 0;
    std::int64_t last_day = 0;
  };
  // Looked for first: nearly always it is there, and an upsert would write a page for nothing.
  Statement find_subject_;
  Statement put_subject_;
  Statement find_service_;
  Statement put_service_;
  Statement find_provenance_;
  Statement put_provenance_;
  std::map<std::string, Known> subjects_;
  std::map<std::string, std::int64_t> services_;
  std::map<std::tuple<std::string, std::string, std::string, std::string>, std::int64_t> provenances_;
};

}  // namespace edgewatch::store

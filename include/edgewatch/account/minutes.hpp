// Claims on seconds to rows: one per (minute, subject, service, kind, grade, purpose), with the grade that
// identity, name and coverage allow (TIME 2.4, `final grade`). Own memory; one thread.
#pragma once

#include "edgewatch/account/coverage.hpp"
#include "edgewatch/account/ownership.hpp"

#include <map>
#include <string>
#include <tuple>
#include <vector>

namespace edgewatch::account {

/// The best grade that the way the name was learned allows: an address from DNS is moderate, and so is a name
/// that may be the outer one of a hello that hides the true one; a guess is weak.
[[nodiscard]] model::Grade best_grade(model::NameEvidence evidence, bool name_in_doubt);
/// The best grade that the attribution allows: only A and B stand for a person.
[[nodiscard]] model::Grade best_grade(model::IdentityGrade identity);

class MinuteRows {
 public:
  explicit MinuteRows(const Method& method) : version_(method.version) {}
  void add(const model::Subject& subject, const Claim& claim, Coverage::Cap cap);
  /// All rows, in the byte order of CONTRACT `minutes`; none are left.
  [[nodiscard]] std::vector<model::UsageSlice> take();

 private:
  using Key = std::tuple<UtcMinute, std::string, model::ServiceId, std::string, std::string, std::string>;
  struct Row {
    model::UsageSlice slice;
    bool active = false;
  };
  std::string version_;
  std::map<Key, Row> rows_;
};

}  // namespace edgewatch::account

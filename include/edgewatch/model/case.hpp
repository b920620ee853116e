// A case, and the authority that only a case can give. Owned values; any thread.
#pragma once

#include "edgewatch/base/time.hpp"
#include "edgewatch/model/ids.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace edgewatch::evidence {
class Authorities;
}

namespace edgewatch::model {

/// Civil dates in Europe/London, both ends included.
struct DateRange {
  CivilDate first;
  CivilDate last;
  [[nodiscard]] bool contains(CivilDate date) const { return first <= date && date <= last; }
  bool operator==(const DateRange&) const = default;
};

enum class CaseReason : std::uint8_t { excessive_time, breach_of_rules };
/// `excessive-time`, `breach-of-rules`.
[[nodiscard]] std::string to_string(CaseReason reason);
[[nodiscard]] std::optional<CaseReason> parse_case_reason(const std::string& text);

struct Case {
  CaseReference reference;
  PersonId person;
  CaseReason reason = CaseReason::excessive_time;
  std::string grounds;
  DateRange period;
  std::string authorised_by;
  std::string officer;
  std::uint32_t opened_by_uid = 0;
  Timestamp opened_at;
  std::optional<Timestamp> closed_at;
  [[nodiscard]] bool is_open() const { return !closed_at.has_value(); }
};

/// Leave to read one person's use over one period, in one open case. Its only maker is
/// `evidence::Authorities`, which writes the audit entry first (ARCHITECTURE D5, law): code that holds no
/// authority cannot call the reads that need one.
class CaseAuthority {
 public:
  [[nodiscard]] const CaseReference& reference() const { return reference_; }
  [[nodiscard]] const PersonId& person() const { return person_; }
  [[nodiscard]] const DateRange& period() const { return period_; }

 private:
  friend class edgewatch::evidence::Authorities;
  CaseAuthority(CaseReference reference, PersonId person, DateRange period)
      : reference_(std::move(reference)), person_(std::move(person)), period_(period) {}
  CaseReference reference_;
  PersonId person_;
  DateRange period_;
};

}  // namespace edgewatch::model

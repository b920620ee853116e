// An order that one person's records of some days be kept past their time: the only exception to deletion
// (EVIDENCE 7). Owned values; any thread.
#pragma once

#include "edgewatch/base/time.hpp"
#include "edgewatch/model/case.hpp"
#include "edgewatch/model/ids.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace edgewatch::model {

struct Hold {
  enum class Ground : std::uint8_t { hr_case, subject_access, claim };
  struct Released {
    Timestamp at;
    std::string by;  ///< the officer's account
    std::string approved_by;
    bool operator==(const Released&) const = default;
  };
  std::int64_t number = 0;  ///< given by the ledger
  Ground ground = Ground::hr_case;
  std::string reference;  ///< of the case, the request or the claim
  PersonId person;
  DateRange period;  ///< whose records are kept
  CivilDate until;   ///< the last day on which it holds
  std::string approved_by;
  std::string reason;
  std::string entered_by;  ///< the officer's account
  Timestamp entered_at;
  std::optional<Released> released;
  [[nodiscard]] bool holds_on(CivilDate today) const { return !released && today <= until; }
  bool operator==(const Hold&) const = default;
};
/// `case`, `sar`, `claim`.
[[nodiscard]] std::string to_string(Hold::Ground ground);

}  // namespace edgewatch::model

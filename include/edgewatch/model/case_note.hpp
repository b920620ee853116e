// What is written down in a case after it was opened: whether the person was told, the headings of the case
// form, and what the person answers. A note is never changed; a later one may supersede it, and both stay.
// Owned values; any thread.
#pragma once

#include "edgewatch/base/time.hpp"
#include "edgewatch/model/ids.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace edgewatch::model {

struct CaseNote {
  enum class Kind : std::uint8_t {
    informed,      ///< `text`: who told the person; `day`: when
    not_informed,  ///< `text`: why not; `day`: when that is looked at again
    challenge,     ///< of the person, against what the reports say
    // Headings of the case form, after Barbulescu v Romania (ECtHR 61496/08); the sixth, reasons, are the
    // grounds of the case.
    notice,
    extent,
    less_intrusive,
    consequences,
    safeguards,
  };
  std::int64_t number = 0;  ///< given by the ledger
  CaseReference reference;
  Kind kind = Kind::challenge;
  std::string text;
  std::optional<CivilDate> day;
  std::optional<std::int64_t> supersedes;  ///< number of a challenge in the same case
  std::string entered_by;                  ///< the officer's account
  Timestamp entered_at;
  bool operator==(const CaseNote&) const = default;
};
/// For people: `Person informed`, `Challenge`, `Notice given`.
[[nodiscard]] std::string to_string(CaseNote::Kind kind);

}  // namespace edgewatch::model

// What a purge leaves where it lies: records of people that somebody ordered to be kept. Lists them in a
// table of its connection alone, for conditions over the ledger's tables. Private to this module; one thread.
#pragma once

#include "edgewatch/model/hold.hpp"

#include "connection.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace edgewatch::store {

class Held {
 public:
  Held(Connection& connection, const std::vector<model::Hold>& holds);
  ~Held();
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;

  [[nodiscard]] bool any() const { return !spans_.empty(); }
  /// ` AND NOT EXISTS (...)` of a row that no hold `h` meets; nothing where nothing is held, so that such a
  /// purge costs what it did.
  [[nodiscard]] std::string spared(const char* condition) const;
  /// ` AND EXISTS (...)` of a row that one does meet; false where there is none.
  [[nodiscard]] std::string kept(const char* condition) const;
  [[nodiscard]] bool covers(std::uint32_t subject, std::int64_t hour) const;
  [[nodiscard]] bool names(std::uint32_t subject) const;

 private:
  struct Hours {
    std::uint32_t subject;
    std::int64_t from;
    std::int64_t to;
  };
  Connection& connection_;
  std::vector<model::Hold> spans_;
  std::vector<Hours> hours_;  ///< of those whom the ledger knows
};

// Conditions over a row and a hold `h`.
namespace held_when {
inline constexpr const char* usage =
    "h.subject_id = usage.subject_id AND usage.hour >= h.from_hour AND usage.hour < h.to_hour";
inline constexpr const char* exclusion =
    "h.subject_id = exclusion.subject_id AND exclusion.utc_day BETWEEN h.first_day AND h.last_day";
inline constexpr const char* block =
    "h.person = block_inappropriate.person AND block_inappropriate.minute >= h.from_hour * 60 AND "
    "block_inappropriate.minute < h.to_hour * 60";
// Without them a report of the days that are kept could not say how sure it is. They name nobody.
inline constexpr const char* coverage = "coverage.from_us < h.to_us AND coverage.to_us > h.from_us";
inline constexpr const char* clock_step = "clock_step.at_us >= h.from_us AND clock_step.at_us < h.to_us";
// The person's own intervals, and the addresses of the devices that they held.
inline constexpr const char* binding =
    "binding.valid_from_us < h.to_us AND binding.valid_to_us > h.from_us AND (binding.value = h.person OR "
    "(binding.layer = 0 AND EXISTS (SELECT 1 FROM binding d WHERE d.value = h.person AND d.layer = 1 AND "
    "d.holder = binding.value AND d.valid_from_us < binding.valid_to_us AND d.valid_to_us > "
    "binding.valid_from_us)))";
inline constexpr const char* amendment =
    "h.person = amendment.person AND amendment.from_us < h.to_us AND amendment.to_us > h.from_us";
inline constexpr const char* withdrawal =
    "h.person = withdrawal.person AND withdrawal.from_us < h.to_us AND withdrawal.end_us > h.from_us";
inline constexpr const char* authorisation =
    "h.person = authorisation.person AND authorisation.from_us < h.to_us AND authorisation.end_us > "
    "h.from_us";
inline constexpr const char* day_salt =
    "h.subject_id = day_salt.subject_id AND day_salt.day BETWEEN h.first_day AND h.last_day";
// Digests that name nobody; without them what is held could not be shown to be what was sealed.
inline constexpr const char* day_seal = "day_seal.day BETWEEN h.first_day AND h.last_day";
inline constexpr const char* case_file = "h.case_reference = case_file.reference";
}  // namespace held_when

}  // namespace edgewatch::store

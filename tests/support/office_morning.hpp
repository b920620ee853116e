// The office morning: eleven people of an invented small council and one visitor on the guest network, 08:30
// to 12:30 in London, with what each of them truly did. Synthetic throughout: no real person and no recorded
// traffic. The service names are real, because the catalogue is under test.
#pragma once

#include "edgewatch/base/time.hpp"

#include "support/behaviour.hpp"
#include "support/recording.hpp"
#include "support/story.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace edgewatch::support {

struct OfficeMember {
  std::string person;
  std::string display_name;
  std::string department;
  std::string groups;  ///< `;`-separated
  Machine machine;
};
/// p01 to p11.
[[nodiscard]] const std::vector<OfficeMember>& office_members();
/// The visitor's machine, in a network that is excluded.
[[nodiscard]] const Machine& office_guest();

/// One stretch of attention (kind interactive) or of media left playing (kind playing), or, with an empty
/// span, a service the machine was in contact with though nobody used it.
struct TrueUse {
  std::string person;
  std::string service;
  std::string kind;
  std::string purpose;  ///< personal | authorised
  Span span;
};

struct OfficeMorning {
  Story story;
  std::vector<TrueUse> truth;  ///< in order of person, service, kind, time
  /// The capture. A second of work; the truth above costs nothing.
  [[nodiscard]] Recording record() const;
};
/// `date` is the civil date in London; the same date and seed give the same bytes.
[[nodiscard]] OfficeMorning office_morning(CivilDate date, std::uint64_t seed);

/// `person service kind seconds purpose visits`, one row per person, service and kind; TSV with a header.
[[nodiscard]] std::string truth_table(const std::vector<TrueUse>& truth);
/// `person service kind from to purpose`, one row per visit; TSV with a header.
[[nodiscard]] std::string visit_table(const std::vector<TrueUse>& truth);

/// Writes edgewatch.toml, people.csv, assignments.csv and rules.toml that fit the morning into `folder`,
/// which is made. `catalogue` is written as given. Throws std::runtime_error.
void write_office_configuration(const std::filesystem::path& folder, const std::string& catalogue,
                                CivilDate date);

}  // namespace edgewatch::support

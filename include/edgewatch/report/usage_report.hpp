// One person's use in one case, as an HR officer, a union representative and the person will all read it
// (EVIDENCE 4): the values, and their four forms. All forms say the same figures and carry the same caveats.
// Owned values and pure functions; any thread.
#pragma once

#include "edgewatch/base/time.hpp"
#include "edgewatch/model/calendar.hpp"
#include "edgewatch/model/case.hpp"
#include "edgewatch/model/case_note.hpp"
#include "edgewatch/model/event.hpp"
#include "edgewatch/model/usage.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace edgewatch::report {

/// Which rows were asked for, where it is not all of them; an empty set is every one.
struct Selection {
  enum class Hours : std::uint8_t { any, working, outside };  ///< working: the lunch window too
  std::set<model::ServiceId> services;
  std::set<model::Category> categories;
  Hours hours = Hours::any;
  [[nodiscard]] bool is_everything() const {
    return services.empty() && categories.empty() && hours == Hours::any;
  }
};

struct UsageReport {
  /// A catalogue or rule book that was in force.
  struct Revision {
    std::string kind;
    model::Revision revision;
    std::string description;
    Timestamp first;  ///< seen in force from and to
    Timestamp last;
  };
  struct Method {
    std::string version;
    std::string constants_json;
  };
  /// Late evidence took minutes back: what stands in `rows` is what is left.
  struct Amended {
    model::Amendment amendment;
    std::uint64_t minutes = 0;
  };
  /// Somebody looked at this person's data under this case.
  struct Access {
    Timestamp at;
    std::uint32_t uid = 0;
    std::string officer;  ///< name of the account; empty once it is purged
    std::string what;     ///< what was asked for, in words
  };

  model::Case record;
  std::string display_name;                  ///< from people.csv; may be hostile text
  model::Calendar calendar;                  ///< of the person, as configured now
  std::chrono::minutes break_allowance{30};  ///< of the person, for each day (TIME 2.6)
  model::DateRange period;                   ///< asked for and answered: civil dates in Europe/London
  std::vector<model::CaseNote> notes;        ///< of the case, in order of writing
  std::map<model::ServiceId, std::string>
      service_names;                    ///< for people; the id stands where a name is missing
  std::vector<model::UsageSlice> rows;  ///< of that person and period
  std::vector<model::Exclusion> exclusions;
  std::vector<model::Coverage> coverage;  ///< as recorded, or sums of it
  std::vector<model::Binding> bindings;
  std::vector<model::ClockStep> clock_steps;
  std::vector<Amended> amendments;
  std::vector<model::UsageSlice> superseded;  ///< what stood in the amended minutes, by minute, then run
  std::vector<Revision> revisions;
  std::vector<Method> methods;
  std::vector<Access> accesses;
  Selection selection;
  std::string despite;          ///< why the report is given although a limit is missed; printed
  bool roles_combined = false;  ///< one person may have been officer, ICT and auditor (EVIDENCE 2); printed
  std::string program_version;
  Timestamp generated_at;
};

/// Keeps the rows that were asked for and says so in the report. Later selections narrow it.
void select(UsageReport& report, Selection wanted);
/// Why the figures are too unsure to be given without a reason (EVIDENCE 4.5), a sentence each; nothing where
/// they are not.
[[nodiscard]] std::vector<std::string> missed_limits(const UsageReport& report);

/// For a terminal: plain lines, about 100 columns, every control byte made visible.
[[nodiscard]] std::string to_text(const UsageReport& report);
/// RFC 4180, formulas neutralised. One table; the column `record` says what a line is (case, headline,
/// caveat, total, working-time, minute, superseded, exclusion, coverage, gap, revision).
[[nodiscard]] std::string to_csv(const UsageReport& report);
/// One object; keys in a fixed order; times RFC 3339 in UTC, with London's beside the minutes.
[[nodiscard]] std::string to_json(const UsageReport& report);
/// One self-contained page: no script, nothing fetched, prints to A4.
[[nodiscard]] std::string to_html(const UsageReport& report);

}  // namespace edgewatch::report

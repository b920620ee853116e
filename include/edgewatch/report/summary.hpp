// The figures of a report, added up once for all its forms. Owned values and pure functions; any thread.
#pragma once

#include "edgewatch/report/usage_report.hpp"
#include "edgewatch/report/working_time.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace edgewatch::report {

/// Counted is what is strong or moderate. Everything else stands apart.
struct Figures {
  Time interactive;                    ///< counted, outside authorised use
  Time playing;                        ///< counted, outside authorised use
  Time authorised;                     ///< counted, interactive and playing
  std::chrono::seconds weak{0};        ///< never counted
  std::chrono::seconds concurrent{0};  ///< played while another service was used; never summed
  void add(const model::UsageSlice& row);
  [[nodiscard]] bool counts_something() const;
  bool operator==(const Figures&) const = default;
};

/// One service on one civil date, with the first and last minute that has a row.
struct DayLine {
  CivilDate date;
  model::ServiceId service;
  Figures figures;
  UtcMinute first;
  UtcMinute last;
};

struct CoverageSummary {
  std::uint64_t seen = 0;
  std::uint64_t lost = 0;
  std::uint64_t refused = 0;
  std::uint64_t named = 0;
  std::uint64_t unnamed_ech = 0;
  std::uint64_t unnamed_doh = 0;
  std::uint64_t unnamed_tunnel = 0;
  std::uint64_t unnamed_other = 0;
  std::array<std::uint64_t, model::bypass_kinds> signs{};  ///< by BypassSign::Kind
  std::uint64_t tls_with_dns = 0;
  std::uint64_t ambiguous = 0;
  bool causes_measured =
      false;  ///< somewhere in the period: the figures by cause and the signs say something
  std::chrono::seconds causes_not_measured{0};  ///< of the time that was watched
  std::vector<model::Interval> gaps;            ///< within the period, overlapping ones joined, in order
  std::chrono::seconds gap_time{0};
  std::optional<double> named_share;  ///< 0..1; none where no flow was seen
  std::optional<double> lost_share;   ///< 0..1; none where no frame was seen
  bool nothing_watched = true;        ///< there is no coverage at all: an empty report then says nothing
};

struct Summary {
  Figures total;  ///< of every hour of the day
  WorkingTime working;
  std::map<model::ServiceId, Figures> services;
  std::vector<DayLine> days;         ///< in order of date and service
  std::set<CivilDate> days_counted;  ///< with counted interactive time outside authorised use
  int days_in_period = 0;
  std::map<model::Grade, std::chrono::seconds> counted_by_grade;
  std::map<model::IdentityGrade, std::chrono::seconds> counted_by_identity;
  std::map<model::NameEvidence, std::chrono::seconds> counted_by_name;
  std::map<model::Reasons, std::chrono::seconds> weak_by_reasons;
  std::map<std::string, std::uint64_t> exclusions;  ///< by reason
  CoverageSummary coverage;
};

[[nodiscard]] Summary summarise(const UsageReport& report);

}  // namespace edgewatch::report

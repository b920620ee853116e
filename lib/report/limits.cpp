#include "limits.hpp"

#include "edgewatch/report/usage_report.hpp"

#include "words.hpp"

#include <fmt/format.h>

namespace edgewatch::report {
namespace {

constexpr double names_wanted = 0.9;
constexpr double identity_wanted = 0.8;

/// Of the counted time, at grade A or B.
double certain_share(const Summary& summary) {
  std::chrono::seconds certain{0};
  std::chrono::seconds all{0};
  for (const auto& [grade, time] : summary.counted_by_identity) {
    all += time;
    if (grade >= model::IdentityGrade::b) certain += time;
  }
  return all.count() == 0 ? 1.0 : static_cast<double>(certain.count()) / static_cast<double>(all.count());
}

}  // namespace

std::vector<std::string> missed_limits(const Summary& summary) {
  std::vector<std::string> missed;
  const auto named = summary.coverage.named_share;
  if (named && *named < names_wanted) {
    missed.push_back(fmt::format(
        "only {} of connections had a name that could be seen; the method wants 90 %.", percent(named)));
  }
  if (const double certain = certain_share(summary); certain < identity_wanted) {
    missed.push_back(
        fmt::format("only {} of the counted time stands at identity grade A or B; the method wants 80 %.",
                    percent(certain)));
  }
  return missed;
}

std::vector<std::string> missed_limits(const UsageReport& report) { return missed_limits(summarise(report)); }

}  // namespace edgewatch::report

#include "edgewatch/evidence/doubts.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace edgewatch::evidence {

std::string doubts(const report::UsageReport& report) {
  return fmt::format("{}", fmt::join(missed_limits(report), " "));
}

std::string too_unsure(const std::string& doubts) {
  return fmt::format(
      "{} That is too little to rest figures about a person on; where they are needed all the same, give "
      "--despite REASON, which is printed with them",
      doubts);
}

}  // namespace edgewatch::evidence

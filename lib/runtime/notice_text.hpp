// What staff are told of the monitoring, and what the data protection officer is, both from the configuration
// in force: no word of theirs has to be kept true by hand. Names no member of staff. Pure; any thread.
#pragma once

#include "edgewatch/config/configuration.hpp"
#include "edgewatch/report/document.hpp"

#include <string>
#include <vector>

namespace edgewatch::runtime {

[[nodiscard]] report::Document notice_of(const config::Configuration& configuration);
[[nodiscard]] report::Document dpia_of(const config::Configuration& configuration);

/// The document as lines, a thought each, for keeping and comparing.
[[nodiscard]] std::string lines_of(const report::Document& document);
/// What two such texts do not share.
struct Drift {
  std::vector<std::string> gone;
  std::vector<std::string> fresh;
  [[nodiscard]] bool any() const { return !gone.empty() || !fresh.empty(); }
};
[[nodiscard]] Drift drift_between(const std::string& before, const std::string& now);

}  // namespace edgewatch::runtime

// Tables of a disclosure: written by who discloses, read again by who verifies. Whatever is read would be
// written the same. Private to this module; any thread.
#pragma once

#include "edgewatch/base/result.hpp"
#include "edgewatch/model/usage.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace edgewatch::evidence {

/// Minute records: those that stand and those that an amendment took the place of.
struct BundleRows {
  std::vector<model::UsageSlice> standing;
  std::vector<model::UsageSlice> superseded;
};
[[nodiscard]] std::string minutes_table(const BundleRows& rows);
/// Of that subject; or which line is not one.
[[nodiscard]] Result<BundleRows, std::string> read_minutes(std::string_view text,
                                                           const model::Subject& subject);

[[nodiscard]] std::string coverage_table(const std::vector<model::Coverage>& coverage);
[[nodiscard]] Result<std::vector<model::Coverage>, std::string> read_coverage(std::string_view text);

[[nodiscard]] std::string identity_table(const std::vector<model::Binding>& bindings);

}  // namespace edgewatch::evidence

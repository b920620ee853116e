#include "edgewatch/store/day_seal.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace edgewatch::store {

std::string canonical_minute(const model::UsageSlice& slice) {
  const std::string reasons = model::reason_names(slice.reasons);
  return fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}",
                     format_minute(slice.minute), slice.service.text(), slice.category.text(),
                     to_string(slice.kind), to_string(slice.grade), to_string(slice.purpose), slice.seconds,
                     slice.lower_seconds, reasons, to_string(slice.weakest_name),
                     to_string(slice.weakest_identity), slice.binding, slice.catalogue.text(),
                     slice.rule_book.text(), slice.method, slice.run);
}

std::string leaf_text(const model::Subject& subject, CivilDate day,
                      const std::vector<model::UsageSlice>& first_told) {
  std::vector<std::string> lines;
  lines.reserve(first_told.size());
  for (const model::UsageSlice& slice : first_told) lines.push_back(canonical_minute(slice));
  std::sort(lines.begin(), lines.end());
  std::string text = fmt::format("edgewatch-leaf-1\n{}\n{}\n", format_date(day), subject.text());
  for (const std::string& line : lines) text += line + '\n';
  return text;
}

}  // namespace edgewatch::store

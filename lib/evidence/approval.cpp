#include "approval.hpp"

#include "edgewatch/base/text.hpp"

#include "reference.hpp"

#include <fmt/format.h>

namespace edgewatch::evidence {

std::string mistake_in_approver(const std::string& approved_by, const Officer& officer) {
  if (trim(approved_by).empty()) return "say who approved it: --approved-by NAME";
  if (approved_by.size() > longest_name) return fmt::format("a name is over {} bytes", longest_name);
  if (ascii_lower(trim(approved_by)) == ascii_lower(officer.name))
    return "whoever enters it cannot approve it too; --approved-by names somebody else";
  return {};
}

}  // namespace edgewatch::evidence

// Two people for what one alone must not do. Private to evidence.
#pragma once

#include "edgewatch/evidence/roles.hpp"

#include <string>

namespace edgewatch::evidence {

/// What is wrong with who is said to have approved; empty when nothing is.
[[nodiscard]] std::string mistake_in_approver(const std::string& approved_by, const Officer& officer);

}  // namespace edgewatch::evidence

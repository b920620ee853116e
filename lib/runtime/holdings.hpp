// Whose addresses are, as the analysis hands it to whoever keeps zones. A value.
#pragma once

#include "edgewatch/base/time.hpp"
#include "edgewatch/identity/register.hpp"

#include <memory>
#include <vector>

namespace edgewatch::runtime {

struct Holdings {
  std::shared_ptr<const std::vector<identity::Holding>> all;  ///< null: not known yet
  Timestamp as_of{};                                          ///< when they were looked up
};

}  // namespace edgewatch::runtime

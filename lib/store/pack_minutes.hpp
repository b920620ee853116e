// The part of migration 3 that SQL cannot do. Private to this module.
#pragma once

#include "connection.hpp"

namespace edgewatch::store {

/// Packs the rows of `usage_before` into `usage` and drops what they stood in. Within the migration's
/// transaction.
void pack_minutes(Connection& connection);

}  // namespace edgewatch::store

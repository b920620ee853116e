// What is in force against the known ways past enforcement, out of the configuration and the daemon's alarms.
// Pure; any thread.
#pragma once

#include "edgewatch/base/time.hpp"
#include "edgewatch/config/configuration.hpp"
#include "edgewatch/enforce/bypass.hpp"

#include "health.hpp"

namespace edgewatch::runtime {

/// Withdrawals count from their first moment to their last; a schedule's hours are not asked.
[[nodiscard]] enforce::Deployment deployment_of(const config::Configuration& configuration,
                                                const HealthReport& health, Timestamp now);

}  // namespace edgewatch::runtime

// The access servers of the configuration as the sensor takes them.
#pragma once

#include "edgewatch/config/configuration.hpp"
#include "edgewatch/observe/observer.hpp"

#include <vector>

namespace edgewatch::runtime {

[[nodiscard]] inline std::vector<observe::RadiusClient> radius_clients(const config::Settings& settings) {
  std::vector<observe::RadiusClient> out;
  for (const config::RadiusClient& client : settings.radius_clients)
    out.push_back({client.address, client.secret});
  return out;
}

}  // namespace edgewatch::runtime

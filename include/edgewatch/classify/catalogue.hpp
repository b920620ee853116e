// The catalogue of services: which service and role a name belongs to, and which line says so. Immutable once
// built; any thread.
#pragma once

#include "edgewatch/base/problem.hpp"
#include "edgewatch/base/result.hpp"
#include "edgewatch/model/classification.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace edgewatch::classify {

struct HostEntry {
  net::HostName host;
  model::Role role = model::Role::core;
  std::string file;
  std::size_t line = 0;
};
struct ServiceDefinition {
  model::ServiceId id;
  std::string name;
  std::string family;
  model::Category category;
  bool record = true;
  std::vector<HostEntry> hosts;
  std::string file;
  std::size_t line = 0;
};

class Catalogue {
 public:
  Catalogue() = default;  ///< empty: everything is unlisted
  /// Every mistake at once: an id twice, a host in two services, a public suffix (libpsl), a host without a
  /// service.
  static Result<Catalogue, Problems> build(std::vector<ServiceDefinition> services, model::Revision revision);

  /// A listed name stands for itself and everything below it; the longest match wins. Nothing when no entry
  /// matches.
  [[nodiscard]] std::optional<model::Classification> classify(const net::HostName& host) const;
  [[nodiscard]] const std::vector<ServiceDefinition>& services() const { return services_; }
  [[nodiscard]] const ServiceDefinition* find(const model::ServiceId& id) const;
  [[nodiscard]] const model::Revision& revision() const { return revision_; }

 private:
  struct Slot {
    std::size_t service = 0;
    std::size_t host = 0;
  };
  std::vector<ServiceDefinition> services_;
  std::unordered_map<std::string, Slot> by_host_;
  model::Revision revision_;
};

}  // namespace edgewatch::classify

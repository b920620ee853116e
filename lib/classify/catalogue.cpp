#include "edgewatch/classify/catalogue.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace edgewatch::classify {
namespace {

bool is_id(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

Problem at(const ServiceDefinition& service, std::string what, std::string advice) {
  return {service.file, service.line, service.column, std::move(what), std::move(advice)};
}
Problem at(const HostEntry& entry, std::string what, std::string advice) {
  return {entry.file, entry.line, entry.column, std::move(what), std::move(advice)};
}

void check_service(const ServiceDefinition& service, Problems& problems) {
  const std::string& id = service.id.text();
  if (!is_id(id)) {
    problems.push_back(at(service, fmt::format("service id '{}' is not of the form [a-z0-9-]+", id),
                          "use lower-case letters, digits and hyphens, as in 'photo-share'"));
  }
  if (service.name.empty()) {
    problems.push_back(
        at(service, fmt::format("service '{}' has no name", id), "add name = \"...\" as people know it"));
  }
  if (!is_id(service.category.text())) {
    problems.push_back(
        at(service, fmt::format("service '{}' has no valid category", id),
           "add category = \"social\" or another name of lower-case letters, digits and hyphens"));
  }
  if (service.hosts.empty()) {
    problems.push_back(at(service, fmt::format("service '{}' has no hosts", id),
                          "add [service.hosts] with core = [\"...\"], or remove the service"));
  }
  if (id == system_service && service.record) {
    problems.push_back(at(service, "service 'system' must not be recorded", "add record = false"));
  }
}

void check_host(const ServiceDefinition& service, const HostEntry& entry, Problems& problems) {
  const std::string& host = entry.host.text();
  if (!entry.host.is_matchable() || entry.host.is_ip_literal()) {
    problems.push_back(at(entry, fmt::format("'{}' is not a host name", host),
                          "write a name such as photos.example, without scheme or path"));
  } else if (is_public_suffix(entry.host)) {
    problems.push_back(at(entry,
                          fmt::format("'{}' is a public suffix: it would take in every site below it", host),
                          "list the service's own name below it"));
  }
  const bool is_system_service = service.id.text() == system_service;
  if (is_system_service != (entry.role == model::Role::system)) {
    problems.push_back(at(entry,
                          fmt::format("'{}' has role {} in service '{}'", host, model::to_string(entry.role),
                                      service.id.text()),
                          "role system belongs to the service 'system' and to no other"));
  }
}

model::Classification classification_of(const ServiceDefinition& service, const HostEntry& entry,
                                        const model::Revision& revision) {
  return {.service = service.id,
          .service_name = service.name,
          .family = service.family,
          .category = service.category,
          .role = entry.role,
          .record = service.record,
          .matched = entry.host,
          .line = fmt::format("{}:{}", entry.file, entry.line),
          .revision = revision};
}

}  // namespace

Result<Catalogue, Problems> Catalogue::build(std::vector<ServiceDefinition> services,
                                             model::Revision revision) {
  Catalogue out;
  out.services_ = std::move(services);
  out.revision_ = std::move(revision);
  Problems problems;
  for (std::size_t i = 0; i < out.services_.size(); ++i) {
    const ServiceDefinition& service = out.services_[i];
    check_service(service, problems);
    const auto [first, is_new] = out.by_id_.try_emplace(service.id.text(), i);
    if (!is_new) {
      const ServiceDefinition& other = out.services_[first->second];
      problems.push_back(at(
          service,
          fmt::format("service id '{}' stands already at {}:{}", service.id.text(), other.file, other.line),
          "give every service an id of its own, or put the hosts of both in one"));
    }
    for (const HostEntry& entry : service.hosts) {
      check_host(service, entry, problems);
      const auto [known, added] =
          out.by_host_.try_emplace(entry.host.text(), classification_of(service, entry, out.revision_));
      if (!added) {
        problems.push_back(at(entry,
                              fmt::format("host '{}' stands already at {} (service '{}', role {})",
                                          entry.host.text(), known->second.line, known->second.service.text(),
                                          model::to_string(known->second.role)),
                              "keep it in one service and one role"));
      }
    }
  }
  if (!problems.empty()) return Failure{std::move(problems)};
  return out;
}

const model::Classification* Catalogue::look_up(const net::HostName& host) const {
  if (!host.is_matchable()) return nullptr;
  std::string_view rest = host.text();
  while (true) {
    if (const auto found = by_host_.find(rest); found != by_host_.end()) return &found->second;
    const std::size_t dot = rest.find('.');
    if (dot == std::string_view::npos) return nullptr;
    rest.remove_prefix(dot + 1);
  }
}

std::optional<model::Classification> Catalogue::classify(const net::HostName& host) const {
  const model::Classification* found = look_up(host);
  if (found == nullptr) return std::nullopt;
  return *found;
}

const ServiceDefinition* Catalogue::find(const model::ServiceId& id) const {
  const auto found = by_id_.find(id.text());
  return found == by_id_.end() ? nullptr : &services_[found->second];
}

bool Catalogue::has_category(const model::Category& category) const {
  return std::any_of(services_.begin(), services_.end(),
                     [&](const auto& service) { return service.category == category; });
}

}  // namespace edgewatch::classify

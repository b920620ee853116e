#include "edgewatch/classify/catalogue.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/ranges.h>

namespace edgewatch::classify {
namespace {

/// A closed list, in order: of what is special the next word would always be missing (`mental-health`,
/// `lgbt`). Gambling is not here for the illness it may be. Ads, malware and their like are of lists, and say
/// something of a name and nothing of who asks for it.
constexpr std::array<std::string_view, 19> recordable{
    "ads",          "ai-chat",         "blogs",           "comments", "conferencing", "doh",      "ech",
    "file-sharing", "forum",           "gaming",          "malware",  "messaging",    "phishing", "podcasts",
    "social",       "streaming-audio", "streaming-video", "tracking", "vpn"};
static_assert(std::ranges::is_sorted(recordable));

bool is_id(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

Problem at(const ServiceDefinition& service, std::string what, std::string advice) {
  return {service.file, service.line, service.column, std::move(what), std::move(advice)};
}
Problem at(const ServiceDefinition& service, const HostEntry& entry, std::string what, std::string advice) {
  return {service.file, entry.line, entry.column, std::move(what), std::move(advice)};
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
  if (service.record && is_id(service.category.text()) && !may_be_recorded(service.category)) {
    problems.push_back(at(
        service,
        fmt::format("service '{}' would be recorded, and its category '{}' is none of those that are known "
                    "to tell nothing of somebody's private life (UK GDPR Article 9)",
                    id, service.category.text()),
        fmt::format("add record = false: it may still be blocked and counted; what may be recorded is {}",
                    fmt::join(recordable, ", "))));
  }
  if (id == system_service && service.record) {
    problems.push_back(at(service, "service 'system' must not be recorded", "add record = false"));
  }
}

void check_address(const ServiceDefinition& service, const AddressEntry& entry, Problems& problems) {
  if (service.category.text() == doh_category) return;
  problems.push_back(
      {service.file, entry.line, entry.column,
       fmt::format("service '{}' lists addresses and is not of category doh", service.id.text()),
       "a service is known by its names; only resolvers are known by address"});
}

void check_host(const ServiceDefinition& service, const HostEntry& entry, Problems& problems) {
  const std::string& host = entry.host.text();
  if (!entry.host.is_matchable() || entry.host.is_ip_literal()) {
    problems.push_back(at(service, entry, fmt::format("'{}' is not a host name", host),
                          "write a name such as photos.example, without scheme or path"));
  } else if (is_public_suffix(entry.host)) {
    problems.push_back(at(service, entry,
                          fmt::format("'{}' is a public suffix: it would take in every site below it", host),
                          "list the service's own name below it"));
  }
  const bool is_system_service = service.id.text() == system_service;
  if (is_system_service != (entry.role == model::Role::system)) {
    problems.push_back(at(service, entry,
                          fmt::format("'{}' has role {} in service '{}'", host, model::to_string(entry.role),
                                      service.id.text()),
                          "role system belongs to the service 'system' and to no other"));
  }
}

}  // namespace

bool may_be_recorded(const model::Category& category) {
  return std::ranges::binary_search(recordable, category.text());
}

std::uint32_t Catalogue::classification_of(Content& content, std::size_t service, model::Role role) {
  // The hosts of a service stand together, and so do those of a role.
  const ServiceDefinition& of = content.services[service];
  for (std::size_t i = content.classifications.size(); i > 0; --i) {
    const model::Classification& known = content.classifications[i - 1];
    if (known.service != of.id) break;
    if (known.role == role) return static_cast<std::uint32_t>(i - 1);
  }
  model::Classification added;
  added.service = of.id;
  added.service_name = of.name;
  added.family = of.family;
  added.category = of.category;
  added.role = role;
  added.record = of.record;
  added.revision = content.revision;
  content.classifications.push_back(std::move(added));
  content.service_of.push_back(static_cast<std::uint32_t>(service));
  return static_cast<std::uint32_t>(content.classifications.size() - 1);
}

void Catalogue::add_hosts(Content& content, std::size_t service, Problems& problems) {
  ServiceDefinition& of = content.services[service];
  content.first_host.push_back(content.hosts.end());
  for (const HostEntry& entry : of.hosts) {
    check_host(of, entry, problems);
    // Odd names are mistakes, which check_host() told.
    if (!entry.host.is_matchable()) continue;
    const auto known = content.hosts.add(entry.host, {classification_of(content, service, entry.role),
                                                      static_cast<std::uint32_t>(entry.line)});
    if (!known) continue;
    const model::Classification& as = content.classifications[known->value];
    const ServiceDefinition& there = content.services[content.service_of[known->value]];
    problems.push_back(
        at(of, entry,
           fmt::format("host '{}' stands already at {}:{} (service '{}', role {})", entry.host.text(),
                       there.file, known->line, as.service.text(), model::to_string(as.role)),
           "keep it in one service and one role"));
  }
  // The index has them, in a third of the memory. (`= {}` would keep the room.)
  of.hosts = std::vector<HostEntry>();
}

Result<Catalogue, Problems> Catalogue::build(std::vector<ServiceDefinition> services,
                                             model::Revision revision) {
  auto content = std::make_shared<Content>();
  content->services = std::move(services);
  content->revision = std::move(revision);
  NameIndex::Room room;
  for (const ServiceDefinition& service : content->services) {
    room.names += service.hosts.size();
    for (const HostEntry& entry : service.hosts) room.characters += entry.host.text().size();
  }
  content->hosts = NameIndex(random_hash_key(), room);
  Problems problems;
  for (std::size_t i = 0; i < content->services.size(); ++i) {
    const ServiceDefinition& service = content->services[i];
    check_service(service, problems);
    const auto [first, is_new] = content->by_id.try_emplace(service.id.text(), i);
    if (!is_new) {
      const ServiceDefinition& other = content->services[first->second];
      problems.push_back(at(
          service,
          fmt::format("service id '{}' stands already at {}:{}", service.id.text(), other.file, other.line),
          "give every service an id of its own, or put the hosts of both in one"));
    }
    for (const AddressEntry& entry : service.addresses) {
      check_address(service, entry, problems);
      content->resolvers.try_emplace(entry.address, i);
    }
    add_hosts(*content, i, problems);
  }
  if (!problems.empty()) return Failure{std::move(problems)};
  Catalogue out;
  out.content_ = std::move(content);
  return out;
}

std::vector<HostEntry> Catalogue::hosts(std::size_t service) const {
  const Content& content = *content_;
  const bool last = service + 1 == content.services.size();
  const std::uint32_t end = last ? content.hosts.end() : content.first_host[service + 1];
  std::vector<HostEntry> out;
  for (std::uint32_t at = content.first_host[service]; at != end; at = content.hosts.after(at)) {
    const NameIndex::Hit host = content.hosts.at(at);
    out.push_back({net::HostName::from_dotted(host.name).value(),
                   content.classifications[host.entry.value].role, host.entry.line, 0});
  }
  return out;
}

const model::Classification* Catalogue::look_up(const net::HostName& host) const {
  const auto found = content_->hosts.find(host);
  return found ? &content_->classifications[found->entry.value] : nullptr;
}

std::optional<model::Classification> Catalogue::classify(const net::HostName& host) const {
  const auto found = content_->hosts.find(host);
  if (!found) return std::nullopt;
  const std::uint32_t listed_as = found->entry.value;
  model::Classification out = content_->classifications[listed_as];
  out.matched = net::HostName::from_dotted(found->name).value_or(host);
  out.line =
      fmt::format("{}:{}", content_->services[content_->service_of[listed_as]].file, found->entry.line);
  return out;
}

const ServiceDefinition* Catalogue::resolver_at(const net::IpAddress& address) const {
  const auto found = content_->resolvers.find(address);
  return found == content_->resolvers.end() ? nullptr : &content_->services[found->second];
}

const ServiceDefinition* Catalogue::find(const model::ServiceId& id) const {
  const auto found = content_->by_id.find(id.text());
  return found == content_->by_id.end() ? nullptr : &content_->services[found->second];
}

bool Catalogue::has_category(const model::Category& category) const {
  return std::any_of(content_->services.begin(), content_->services.end(),
                     [&](const auto& service) { return service.category == category; });
}

}  // namespace edgewatch::classify

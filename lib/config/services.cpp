#include "readers.hpp"
#include "text_file.hpp"

#include <fmt/format.h>

namespace edgewatch::config {
namespace {

using model::Role;
constexpr Role roles[] = {Role::core,  Role::content, Role::media, Role::app,   Role::chat,
                          Role::embed, Role::push,    Role::ads,   Role::system};

void read_hosts(TomlTable& table, classify::ServiceDefinition& service) {
  for (const Role role : roles) {
    for (const auto& text : table.strings(model::to_string(role))) {
      if (const auto host = net::HostName::from_user(text.value)) {
        service.hosts.push_back({*host, role, text.place.line, text.place.column});
      } else {
        table.problem(text.place, fmt::format("'{}' is not a host name", text.value),
                      "write the bare name, as photos.example; it stands for everything below it too");
      }
    }
  }
}

void read_addresses(TomlTable& table, classify::ServiceDefinition& service) {
  for (const auto& text : table.strings("addresses")) {
    if (const auto address = net::IpAddress::parse(text.value)) {
      service.addresses.push_back({*address, text.place.line, text.place.column});
    } else {
      table.problem(text.place, fmt::format("'{}' is not an IP address", text.value),
                    "write it as 192.0.2.53 or 2001:db8::53, without a prefix or port");
    }
  }
}

classify::ServiceDefinition read_service(TomlTable& table) {
  classify::ServiceDefinition service;
  service.file = table.file();
  service.line = table.place().line;
  service.column = table.place().column;
  service.id = model::ServiceId(table.text("id"));
  service.name = table.text("name");
  service.family = table.text("family");
  service.category = model::Category(table.text("category"));
  service.record = table.boolean("record").value_or(true);
  read_addresses(table, service);
  if (auto hosts = table.table("hosts")) {
    read_hosts(*hosts, service);
    hosts->finish();
  }
  table.finish();
  return service;
}

}  // namespace

void read_services(const std::string& text, const std::string& file,
                   std::vector<classify::ServiceDefinition>& services, Problems& problems) {
  const auto tree = parse_toml(text, file, problems);
  if (!tree) return;
  TomlTable root(*tree, file, problems);
  for (TomlTable& table : root.tables("service")) services.push_back(read_service(table));
  root.finish();
}

}  // namespace edgewatch::config

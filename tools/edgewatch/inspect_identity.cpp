#include "inspect_identity.hpp"

#include "edgewatch/base/text.hpp"

#include "look_through.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace edgewatch::tools {
namespace {

using model::IdentitySign;

std::string_view kind_of(const IdentitySign& sign) {
  switch (sign.source) {
    case IdentitySign::Source::dhcp:
      return "dhcp4";
    case IdentitySign::Source::dhcpv6:
      return "dhcp6";
    case IdentitySign::Source::radius:
      return "radius-acct";
    case IdentitySign::Source::kerberos:
      return "krb";
    case IdentitySign::Source::arp:
      return "arp";
    case IdentitySign::Source::ndp:
      break;
  }
  return "ndp";
}

std::string_view said_of(const IdentitySign& sign) {
  switch (sign.kind) {
    case IdentitySign::Kind::lease:
      return "lease";
    case IdentitySign::Kind::release:
      return "release";
    case IdentitySign::Kind::neighbour:
      return "neighbour";
    case IdentitySign::Kind::session_start:
      return "start";
    case IdentitySign::Kind::session_update:
      return "update";
    case IdentitySign::Kind::session_stop:
      return "stop";
    case IdentitySign::Kind::sessions_over:
      return "sessions-over";
    case IdentitySign::Kind::ticket:
      return "ticket";
    case IdentitySign::Kind::ticket_refresh:
      break;
  }
  return "ticket-refresh";
}

std::string more_of(const IdentitySign& sign) {
  std::vector<std::string> parts{std::string(said_of(sign))};
  const auto add = [&parts](std::string_view key, const std::string& value) {
    if (!value.empty()) parts.push_back(fmt::format("{}={}", key, value));
  };
  if (sign.lifetime) add("lifetime", std::to_string(sign.lifetime->count()));
  add("device", sign.device_id);
  add("session", sign.session);
  if (sign.access_server) add("access-server", sign.access_server->to_string());
  if (sign.server) add("by", sign.server->to_string());
  if (sign.vlan != 0) add("vlan", std::to_string(sign.vlan));
  return fmt::format("{}", fmt::join(parts, ","));
}

void print_sign(const IdentitySign& sign, const std::string& capture) {
  const std::string& name = sign.account.empty() ? sign.host_name : sign.account;
  fmt::print("{}\t{}\t{}\t{}\t{}\t{}\t{}\n", tsv_cell(capture), epoch_text(sign.at), kind_of(sign),
             sign.address ? sign.address->to_string() : "", sign.mac ? sign.mac->to_string() : "",
             tsv_cell(name), tsv_cell(more_of(sign)));
}

}  // namespace

int inspect_identity(std::span<const std::string> files) {
  const int exit_code = look_through(files, [](const model::Event& event, const std::string& capture) {
    if (const auto* sign = std::get_if<IdentitySign>(&event)) print_sign(*sign, capture);
  });
  return std::max(exit_code, finish_output());
}

}  // namespace edgewatch::tools

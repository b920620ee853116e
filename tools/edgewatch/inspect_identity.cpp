#include "inspect_identity.hpp"

#include "edgewatch/base/text.hpp"
#include "edgewatch/capture/source.hpp"
#include "edgewatch/observe/observer.hpp"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace edgewatch::tools {
namespace {

using model::IdentitySign;

constexpr int exit_input_output = 74;
constexpr std::uint64_t frames_between_drains = 256;

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
  if (sign.vlan != 0) add("vlan", std::to_string(sign.vlan));
  return fmt::format("{}", fmt::join(parts, ","));
}

std::string epoch_text(Timestamp at) {
  constexpr std::int64_t micros_in_second = 1000000;
  const std::int64_t micros = std::max<std::int64_t>(at.time_since_epoch().count(), 0);
  return fmt::format("{}.{:06}", micros / micros_in_second, micros % micros_in_second);
}

void print_signs(observe::Observer& observer, const std::string& capture) {
  for (const model::Event& event : observer.drain()) {
    const auto* sign = std::get_if<IdentitySign>(&event);
    if (sign == nullptr) continue;
    const std::string& name = sign->account.empty() ? sign->host_name : sign->account;
    fmt::print("{}\t{}\t{}\t{}\t{}\t{}\t{}\n", tsv_cell(capture), epoch_text(sign->at), kind_of(*sign),
               sign->address ? sign->address->to_string() : "", sign->mac ? sign->mac->to_string() : "",
               tsv_cell(name), tsv_cell(more_of(*sign)));
  }
}

void warn(const std::string& text) { fmt::print(stderr, "edgewatch inspect: {}\n", terminal_text(text)); }

int inspect_file(const std::string& path) {
  std::unique_ptr<capture::PacketSource> source;
  try {
    source = capture::open_file(path, 0);
  } catch (const capture::SourceError& error) {
    warn(error.what());
    return error.exit_code();
  }
  observe::Observer observer({}, {source->name()});
  int exit_code = 0;
  try {
    for (bool more = true; more;) {
      const capture::Step step = source->next();
      if (const auto* end = std::get_if<capture::EndOfInput>(&step)) {
        if (end->cut) warn("warning: " + end->detail);
        more = false;
      } else if (const auto* frame = std::get_if<net::Frame>(&step)) {
        observer.see(*frame);
        if (frame->number % frames_between_drains == 0) print_signs(observer, source->name());
      }
    }
  } catch (const capture::SourceError& error) {
    warn(error.what());
    exit_code = error.exit_code();
  }
  observer.finish();
  print_signs(observer, source->name());
  return exit_code;
}

}  // namespace

int inspect_identity(std::span<const std::string> files) {
  int exit_code = 0;
  for (const std::string& file : files) exit_code = std::max(exit_code, inspect_file(file));
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0) {
    warn("standard output cannot be written");
    exit_code = std::max(exit_code, exit_input_output);
  }
  return exit_code;
}

}  // namespace edgewatch::tools

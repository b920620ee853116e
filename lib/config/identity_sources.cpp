#include "edgewatch/config/identity_sources.hpp"

#include "edgewatch/base/text.hpp"
#include "edgewatch/config/csv.hpp"

#include "readers.hpp"
#include "text_file.hpp"

#include <algorithm>
#include <charconv>
#include <set>

#include <fmt/format.h>
#include <unistd.h>

namespace edgewatch::config {
namespace {

using Format = LeaseFile::Format;
using Transport = SyslogListener::Transport;
using Role = SyslogSender::Role;

std::filesystem::path located(const TomlTable& table, const std::string& written) {
  return (std::filesystem::absolute(table.file()).parent_path() / written).lexically_normal();
}

/// `10.20.2.5:1813`, `[2001:db8:20::5]:1813`.
std::optional<net::Endpoint> parse_endpoint(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  const auto address = net::IpAddress::parse(host);
  std::uint16_t port = 0;
  const std::string_view digits = text.substr(colon + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (!address || address->is_v4() == bracketed || error != std::errc() ||
      end != digits.data() + digits.size() || port == 0)
    return std::nullopt;
  return net::Endpoint{*address, port};
}

std::optional<net::Endpoint> read_endpoint(TomlTable& table, std::string_view key) {
  const auto written = table.string(key);
  if (!written) return std::nullopt;
  const auto at = parse_endpoint(written->value);
  if (!at) {
    table.problem(written->place, fmt::format("'{}' is not an address and a port", written->value),
                  fmt::format("write it as {} = \"10.20.2.5:1813\" or \"[2001:db8:20::5]:1813\"", key));
  }
  return at;
}

std::vector<LeaseFile> read_lease_files(TomlTable& identity) {
  std::vector<LeaseFile> out;
  for (TomlTable& source : identity.tables("sources")) {
    source.require("file", "name the lease file, as file = \"/var/lib/misc/dnsmasq.leases\"");
    source.require("format", "say what wrote it: dnsmasq, kea or isc");
    const auto format = source.word("format", {"dnsmasq", "kea", "isc"});
    const auto file = source.string("file");
    source.finish();
    if (!format || !file || file->value.empty()) continue;
    const LeaseFile fresh{*format == "kea"   ? Format::kea
                          : *format == "isc" ? Format::isc
                                             : Format::dnsmasq,
                          located(source, file->value)};
    if (std::ranges::find(out, fresh.file, &LeaseFile::file) != out.end()) {
      source.problem(file->place, fmt::format("lease file '{}' stands twice", file->value),
                     "keep one of them");
    } else {
      out.push_back(fresh);
    }
  }
  return out;
}

/// A file that must be there before the daemon starts: a certificate, a key.
std::filesystem::path read_needed_file(TomlTable& table, std::string_view key, const std::string& advice) {
  const auto written = table.string(key);
  if (!written) {
    table.problem(table.place(), fmt::format("'{}' is missing", key), advice);
    return {};
  }
  const auto path = located(table, written->value);
  if (access(path.c_str(), R_OK) != 0)
    table.problem(written->place, fmt::format("'{}' cannot be read", path.string()), advice);
  return path;
}

std::vector<SyslogListener> read_listeners(TomlTable& identity) {
  std::vector<SyslogListener> out;
  for (TomlTable& table : identity.tables("syslog_listeners")) {
    table.require("listen", "say where, as listen = \"10.20.2.5:6514\"");
    table.require("transport", "say how it comes: udp, tcp or tls");
    SyslogListener listener;
    const auto transport = table.word("transport", {"udp", "tcp", "tls"});
    const auto at = read_endpoint(table, "listen");
    if (transport) {
      listener.transport = *transport == "tls"   ? Transport::tls
                           : *transport == "tcp" ? Transport::tcp
                                                 : Transport::udp;
    }
    if (transport && listener.transport == Transport::tls) {
      listener.certificate = read_needed_file(table, "certificate", "name our certificate, in PEM");
      listener.key =
          read_needed_file(table, "key", "name the certificate's key, in PEM, readable by edgewatch");
      listener.authority =
          read_needed_file(table, "authority", "name who signs the senders' certificates, in PEM");
    }
    table.finish();
    if (!transport || !at) continue;
    listener.at = *at;
    const bool twice = std::ranges::any_of(out, [&](const SyslogListener& other) {
      return other.at == *at && (other.transport == Transport::udp) == (listener.transport == Transport::udp);
    });
    if (twice)
      table.problem_at("listen", "two listeners at one address and port", "give each a port of its own");
    out.push_back(std::move(listener));
  }
  return out;
}

std::vector<SyslogSender> read_senders(TomlTable& identity) {
  std::vector<SyslogSender> out;
  for (TomlTable& table : identity.tables("syslog_senders")) {
    table.require("from", "name who sends, as from = \"10.20.3.4\" or a network");
    table.require("role", "say what it is: workstation, dc or collector");
    const auto from = table.string("from");
    const auto role = table.word("role", {"workstation", "dc", "collector"});
    table.finish();
    if (!from || !role) continue;
    NetworkText network = parse_network(from->value);
    if (!network.network) {
      table.problem(from->place, std::move(network.what), std::move(network.advice));
      continue;
    }
    out.push_back({*network.network, *role == "dc"          ? Role::dc
                                     : *role == "collector" ? Role::collector
                                                            : Role::workstation});
  }
  return out;
}

std::vector<std::string> read_service_accounts(TomlTable& identity) {
  std::vector<std::string> out;
  for (const auto& text : identity.strings("service_accounts")) {
    const std::size_t star = text.value.find('*');
    if (text.value.empty() || text.value == "*" ||
        (star != std::string::npos && star + 1 != text.value.size())) {
      identity.problem(text.place, fmt::format("'{}' is not an account", text.value),
                       "write a name, or its beginning and a '*', as \"svc-*\"");
    } else {
      out.push_back(ascii_lower(text.value));
    }
  }
  return out;
}

}  // namespace

std::string to_string(Format format) {
  return format == Format::kea ? "kea" : format == Format::isc ? "isc" : "dnsmasq";
}

std::string to_string(Transport transport) {
  return transport == Transport::tls ? "tls" : transport == Transport::tcp ? "tcp" : "udp";
}

IdentitySources read_identity_sources(TomlTable& identity, const Settings& settings) {
  IdentitySources out;
  out.lease_files = read_lease_files(identity);
  out.radius_listen = read_endpoint(identity, "radius_listen");
  if (out.radius_listen && settings.radius_clients.empty()) {
    identity.problem_at("radius_listen", "no access server is listed, so nothing would be believed",
                        "list them under radius_clients, each with its secret");
  }
  out.syslog_listeners = read_listeners(identity);
  out.syslog_senders = read_senders(identity);
  if (!out.syslog_listeners.empty() && out.syslog_senders.empty()) {
    identity.problem_at("syslog_listeners", "no sender is listed, so nothing would be believed",
                        "list them under syslog_senders, each with its role");
  }
  out.service_accounts = read_service_accounts(identity);
  if (const auto file = identity.string("computers")) out.computers = located(identity, file->value);
  if (const auto file = identity.string("spool")) {
    out.spool = located(identity, file->value);
  } else if (settings.ledger != ":memory:") {
    out.spool = settings.ledger.parent_path() / "identity.csv";
  }
  return out;
}

std::vector<Computer> read_computers(const std::string& text, const std::string& file, Problems& problems) {
  const CsvTable table(text, file, {"computer", "mac"}, {});
  problems.insert(problems.end(), table.problems().begin(), table.problems().end());
  std::vector<Computer> out;
  std::set<std::string> names;
  for (std::size_t row = 0; row < table.size(); ++row) {
    const CsvCell& name = table.cell(row, "computer");
    const CsvCell& cell = table.cell(row, "mac");
    const auto mac = net::MacAddress::parse(cell.text);
    if (!mac) {
      problems.push_back({file, cell.line, cell.column, fmt::format("'{}' is not a MAC address", cell.text),
                          "write it as 02:00:5e:10:00:01"});
    }
    if (name.text.empty() || !names.insert(ascii_lower(name.text)).second) {
      problems.push_back({file, name.line, name.column,
                          fmt::format("computer '{}' is empty or stands twice", name.text),
                          "give each computer one line"});
    }
    if (mac) out.push_back({ascii_lower(name.text), *mac});
  }
  return out;
}

}  // namespace edgewatch::config

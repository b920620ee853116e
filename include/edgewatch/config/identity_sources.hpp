// Where the daemon learns who held an address (`[identity]`): lease files it follows, sockets it listens on,
// and who is believed there. Plain structs that own what they hold; any thread.
#pragma once

#include "edgewatch/net/address.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace edgewatch::config {

struct LeaseFile {
  enum class Format : std::uint8_t { dnsmasq, kea, isc };
  Format format = Format::dnsmasq;
  std::filesystem::path file;
};

struct SyslogListener {
  enum class Transport : std::uint8_t { udp, tcp, tls };
  Transport transport = Transport::udp;
  net::Endpoint at;
  std::filesystem::path certificate, key;  ///< TLS: PEM, ours
  std::filesystem::path authority;         ///< TLS: PEM, who signs the senders' certificates
};

struct SyslogSender {
  enum class Role : std::uint8_t {
    workstation,  ///< speaks of itself: who sits there is behind the address it sends from
    dc,           ///< a domain controller: tickets, which name the client's address
    collector,    ///< passes on what both say; a workstation's device comes from computers.csv
  };
  net::Network from;
  Role role = Role::workstation;
};

/// A row of computers.csv: which device a computer is.
struct Computer {
  std::string name;  ///< lower case; without dots it stands for that name in any domain
  net::MacAddress mac;
};

struct IdentitySources {
  std::vector<LeaseFile> lease_files;              ///< `sources`
  std::optional<net::Endpoint> radius_listen;      ///< `radius_listen`
  std::vector<SyslogListener> syslog_listeners;    ///< `syslog_listeners`
  std::vector<SyslogSender> syslog_senders;        ///< `syslog_senders`
  std::vector<std::string> service_accounts;       ///< lower case; a `*` at the end stands for anything
  std::optional<std::filesystem::path> computers;  ///< `computers`
  std::optional<std::filesystem::path> spool;      ///< `spool`; nothing for a ledger in memory
  [[nodiscard]] bool any() const {
    return !lease_files.empty() || radius_listen.has_value() || !syslog_listeners.empty();
  }
};

[[nodiscard]] std::string to_string(LeaseFile::Format format);             ///< as configured
[[nodiscard]] std::string to_string(SyslogListener::Transport transport);  ///< as configured

}  // namespace edgewatch::config

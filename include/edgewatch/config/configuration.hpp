// Reads, checks and describes the configuration. Every mistake of every file is found at once, with file,
// line, column, what and advice (exit 78). Plain structs; no threads.
#pragma once

#include "edgewatch/base/problem.hpp"
#include "edgewatch/base/result.hpp"
#include "edgewatch/classify/catalogue.hpp"
#include "edgewatch/identity/register.hpp"
#include "edgewatch/net/address.hpp"
#include "edgewatch/policy/rule_book.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace edgewatch::config {

/// edgewatch.toml: sealed at start. Paths are absolute once read (they are written relative to the file
/// itself).
struct Settings {
  std::filesystem::path file;
  net::NetworkSet inside;
  net::NetworkSet exclude;
  std::filesystem::path people;
  std::filesystem::path assignments;
  std::filesystem::path rules;
  std::filesystem::path catalogue;
  std::filesystem::path lists;
  struct Capture {
    std::vector<std::string> interfaces;
    int snap_length = 65535;
    int ring_mib = 64;
    int threads = 1;
  } capture;
  struct Sensor {
    std::size_t memory_mib = 64;
  } sensor;
  std::filesystem::path ledger = "/var/lib/edgewatch/ledger.db";  ///< `sqlite:` taken off
  std::filesystem::path socket_folder = "/run/edgewatch";         ///< `[runtime] sockets`
  int retention_years = 1;
  std::string enforcement_mode = "observe";
  bool roles_combined = false;
  struct Governance {
    std::string controller, purpose, notice, dpia_reference;
  } governance;
};

/// What reload may swap.
struct Policies {
  classify::Catalogue catalogue;
  policy::RuleBook rules;
};
struct Configuration {
  Settings settings;
  std::vector<identity::Person> people;
  std::vector<identity::Assignment> assignments;
  Policies policies;
};

/// Reads the main file and every file it names. All problems of all files, in file order.
[[nodiscard]] Result<Configuration, Problems> load(const std::filesystem::path& file);
/// Reads rules, catalogue and people again under the settings of a running daemon (SIGHUP).
[[nodiscard]] Result<Configuration, Problems> reload(const Settings& settings);
/// The tenancy feed of CONTRACT, whole.
[[nodiscard]] Result<std::vector<model::TenancyEvent>, Problems> load_tenancy(
    const std::filesystem::path& file);

}  // namespace edgewatch::config

// One reader for each file of the configuration. Each takes the file's text, adds every mistake to `problems`
// and gives what could be read, so that the next file's references can still be checked. Private to config.
#pragma once

#include "edgewatch/config/configuration.hpp"
#include "edgewatch/config/list_sources.hpp"

#include "toml_reader.hpp"

#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace edgewatch::config {

/// edgewatch.toml, without the files it names; nothing after a syntax error.
[[nodiscard]] std::optional<Settings> read_settings(const std::string& text,
                                                    const std::filesystem::path& file, Problems& problems);

struct People {
  std::vector<identity::Person> list;
  std::unordered_map<std::string, std::size_t> by_id;
  bool known =
      true;  ///< false where the file could not be read at all: then nothing is said of unknown references
  [[nodiscard]] const identity::Person* find(const std::string& id) const;
};
[[nodiscard]] People read_people(const std::string& text, const std::string& file,
                                 const std::vector<model::Calendar>& calendars, Problems& problems);

[[nodiscard]] std::vector<identity::Assignment> read_assignments(const std::string& text,
                                                                 const std::string& file,
                                                                 const People& people, Problems& problems);

/// One file of the catalogue folder, added to `services`.
void read_services(const std::string& text, const std::string& file,
                   std::vector<classify::ServiceDefinition>& services, Problems& problems);

/// What rules may speak of.
struct Vocabulary {
  const People& people;
  std::set<std::string> services;
  std::set<std::string> categories;
  bool services_known = true;    ///< false where the catalogue could not be read
  bool categories_known = true;  ///< false where the catalogue or lists.toml could not be read
};
[[nodiscard]] policy::RuleBook read_rules(const std::string& text, const std::string& file,
                                          const Vocabulary& vocabulary, Problems& problems);

/// lists.toml; its folder and files lie beside `file`.
[[nodiscard]] ListSettings read_lists(const std::string& text, const std::filesystem::path& file,
                                      Problems& problems);

/// Categories that CONTRACT names: a rule may speak of them before any service has them.
[[nodiscard]] const std::set<std::string>& contract_categories();

/// `["mon-fri 08:30-12:00"]` under that key.
[[nodiscard]] std::vector<WeeklyWindow> read_windows(TomlTable& table, std::string_view key);
/// `radius_clients = [{ address = "10.20.2.9", secret_file = "radius.secret" }]` of `[identity]`.
[[nodiscard]] std::vector<RadiusClient> read_radius_clients(TomlTable& identity);
/// Lease files, listeners, senders and the spool of `[identity]`; what is written there beside them stays for
/// the caller.
[[nodiscard]] IdentitySources read_identity_sources(TomlTable& identity, const Settings& settings);
[[nodiscard]] std::vector<Computer> read_computers(const std::string& text, const std::string& file,
                                                   Problems& problems);
/// CIDR networks under that key.
[[nodiscard]] net::NetworkSet read_networks(TomlTable& table, std::string_view key);

}  // namespace edgewatch::config

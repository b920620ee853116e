// Reads, checks and describes the configuration. Every mistake of every file is found at once, with file,
// line, column, what and advice (exit 78); a syntax error ends that file's list only. Plain structs that own
// what they hold; any thread.
#pragma once

#include "edgewatch/base/problem.hpp"
#include "edgewatch/base/result.hpp"
#include "edgewatch/classify/catalogue.hpp"
#include "edgewatch/classify/list_set.hpp"
#include "edgewatch/config/identity_sources.hpp"
#include "edgewatch/identity/register.hpp"
#include "edgewatch/identity/sign_reader.hpp"
#include "edgewatch/model/calendar.hpp"
#include "edgewatch/model/register.hpp"
#include "edgewatch/net/address.hpp"
#include "edgewatch/policy/rule_book.hpp"

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edgewatch::config {

/// An access server whose RADIUS accounting is believed. The secret comes from a file of its own and is never
/// printed.
struct RadiusClient {
  net::IpAddress address;
  std::string secret;
  bool operator==(const RadiusClient&) const = default;
};

/// edgewatch.toml: sealed at start. Paths are absolute once read (they are written relative to the file
/// itself).
struct Settings {
  std::filesystem::path file;
  std::map<std::string, std::string> said;  ///< what the file says, by key; only to be compared
  net::NetworkSet inside;
  net::NetworkSet exclude;
  std::filesystem::path people;
  std::filesystem::path assignments;
  std::filesystem::path rules;
  std::filesystem::path catalogue;
  std::filesystem::path lists;
  /// Files that the main file does not name may be absent: they are then empty.
  struct Optional {
    bool people = true;
    bool assignments = true;
    bool rules = true;
    bool catalogue = true;
  } optional;
  struct Capture {
    std::vector<std::string> interfaces;
    int snap_length = 65535;
    int ring_mib = 64;
    net::NetworkSet tunnel_ends;  ///< who may carry what others say: routers, mirrors, access controllers
    int threads = 1;
  } capture;
  struct Sensor {
    std::size_t memory_mib = 64;
    /// A quarter is for what clients' DNS answers said, on the analysis side; the rest for frames.
    [[nodiscard]] std::size_t answers_mib() const { return memory_mib / 4; }
    [[nodiscard]] std::size_t frames_mib() const { return memory_mib - answers_mib(); }
  } sensor;
  identity::Topology topology;               ///< `[identity] routers`, `shared`
  identity::Trust trust;                     ///< `[identity] dhcp_servers`, `kerberos_servers`, `neighbours`
  std::vector<RadiusClient> radius_clients;  ///< `[identity] radius_clients`
  IdentitySources identity;                  ///< the rest of `[identity]`
  std::filesystem::path ledger = "/var/lib/edgewatch/ledger.db";  ///< `sqlite:` taken off
  std::filesystem::path socket_folder = "/run/edgewatch";         ///< `[runtime] sockets`
  int retention_years = 1;
  std::string enforcement_mode = "observe";
  struct Gateway {
    bool refuse_quic = false;        ///< `[enforcement] quic = "block"`
    bool refuse_unparsable = false;  ///< `[enforcement] on_unparsable = "block"`
    /// `[enforcement] own_ends`: resolvers and ends of tunnels outside that are the council's own, or that it
    /// lets be used: never refused by port, shape or address. Names are judged there as anywhere.
    net::NetworkSet own_ends;
    /// `[enforcement] page_contact` and `page_appeal`, of the page that plain HTTP gets; see
    /// `block_page_words`.
    std::string page_contact, page_appeal;
  } gateway;
  std::string mirror_inject;  ///< `[enforcement] inject`: the interface that resets and answers leave by
  /// `[enforcement] zones` and what belongs to them: response policy zones that are kept current.
  struct Zones {
    std::filesystem::path folder;     ///< empty: none are kept
    std::vector<std::string> reload;  ///< what makes the resolver read them anew; empty: nothing is run
    std::filesystem::path bind_view;  ///< what each view of BIND includes; empty: no views are written
  } zones;
  /// What was blocked, for others to gather; names nobody unless `name_people`.
  struct Events {
    bool journal = true;         ///< `[enforcement] events_journal`
    std::filesystem::path file;  ///< `[enforcement] events_file`; empty: none is written
    bool name_people = false;  ///< `[enforcement] events_name_people`: in the file, of class `inappropriate`
  } events;
  std::vector<model::Calendar> calendars;  ///< the first is everybody's who names none; never empty
  bool roles_combined = false;
  bool covert_cases = false;  ///< `[cases] covert`
  struct Governance {
    std::string controller, purpose, notice, dpia_reference;
  } governance;
};

/// Whom to ask, and what to do against it, as the gateway's page says: where `[enforcement]` does not, the
/// controller and the notice of `[governance]`; empty where neither does. Views into the settings.
struct BlockPageWords {
  std::string_view contact, appeal;
};
[[nodiscard]] BlockPageWords block_page_words(const Settings& settings);

/// What reload may swap.
struct Policies {
  classify::Catalogue catalogue;
  policy::RuleBook rules;
  std::shared_ptr<const classify::ListSet> lists = std::make_shared<const classify::ListSet>();
};
struct Configuration {
  Settings settings;
  std::vector<identity::Person> people;
  std::vector<identity::Assignment> assignments;
  std::vector<Computer> computers;
  Policies policies;
  std::filesystem::path list_sets;  ///< where the compiled lists lie; empty where lists.toml names none
  std::string lists_trouble;        ///< why other lists are used than should be; empty where they are those
  std::string rules_text;           ///< of rules.toml, as it was read
  std::vector<model::KeptRuleBook::CatalogueFile> catalogue_files;  ///< the same of the catalogue
};

/// Reads the main file and every file it names. All problems of all files, in file order.
[[nodiscard]] Result<Configuration, Problems> load(const std::filesystem::path& file);
/// Reads rules, catalogue, lists and people again under the settings of a running daemon (SIGHUP).
[[nodiscard]] Result<Configuration, Problems> reload(const Settings& settings);
/// The tenancy feed of CONTRACT, whole, in order of `recorded_at`. An empty `valid_from` is `recorded_at`.
[[nodiscard]] Result<std::vector<model::TenancyEvent>, Problems> load_tenancy(
    const std::filesystem::path& file);
/// An event as a line of that feed, and the line of its header; both with their line ends.
[[nodiscard]] std::string tenancy_row(const model::TenancyEvent& event);
[[nodiscard]] const std::string& tenancy_header();

/// The settings in force, one `key = value` a line, for people (`edgewatchd --check-config`, `status`).
[[nodiscard]] std::string describe(const Settings& settings);

}  // namespace edgewatch::config

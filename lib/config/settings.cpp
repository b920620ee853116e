#include "edgewatch/base/text.hpp"

#include "readers.hpp"
#include "text_file.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace edgewatch::config {
namespace {

/// A path written in the file, made absolute from the file's folder.
std::filesystem::path located(const std::filesystem::path& file, const std::string& written) {
  return (std::filesystem::absolute(file).parent_path() / written).lexically_normal();
}

std::filesystem::path read_path(TomlTable& table, std::string_view key, const std::filesystem::path& file,
                                const std::string& otherwise) {
  const auto written = table.string(key);
  if (written && written->value.empty())
    table.problem(written->place, fmt::format("'{}' is empty", key), "name a file, or leave the key out");
  return located(file, written ? written->value : otherwise);
}

void read_files(TomlTable& root, Settings& settings) {
  settings.optional = {!root.has("people"), !root.has("assignments"), !root.has("rules"),
                       !root.has("catalogue")};
  settings.people = read_path(root, "people", settings.file, "people.csv");
  settings.assignments = read_path(root, "assignments", settings.file, "assignments.csv");
  settings.rules = read_path(root, "rules", settings.file, "rules.toml");
  settings.catalogue = read_path(root, "catalogue", settings.file, "catalogue");
  settings.lists = read_path(root, "lists", settings.file, "lists.toml");
}

void read_capture(TomlTable& root, Settings& settings) {
  if (auto capture = root.table("capture")) {
    for (const auto& name : capture->strings("interfaces")) {
      if (name.value.empty() || std::count(settings.capture.interfaces.begin(),
                                           settings.capture.interfaces.end(), name.value) != 0) {
        capture->problem(name.place, fmt::format("interface '{}' is empty or stands twice", name.value),
                         "name each interface once");
      } else {
        settings.capture.interfaces.push_back(name.value);
      }
    }
    if (const auto n = capture->integer("snap_length", 256, 262144))
      settings.capture.snap_length = static_cast<int>(n->value);
    if (const auto n = capture->integer("ring_mib", 1, 4096))
      settings.capture.ring_mib = static_cast<int>(n->value);
    settings.capture.tunnel_ends = read_networks(*capture, "tunnel_ends");
    if (const auto n = capture->integer("threads", 1, 64))
      settings.capture.threads = static_cast<int>(n->value);
    constexpr std::size_t most_threads = 255;  // a flow's number has eight bits for its thread
    if (settings.capture.interfaces.size() * static_cast<std::size_t>(settings.capture.threads) >
        most_threads) {
      capture->problem_at(
          "threads",
          fmt::format("{} interfaces of {} threads each are more than {} threads",
                      settings.capture.interfaces.size(), settings.capture.threads, most_threads),
          "lower 'threads'; as many as the machine has processors is enough");
    }
    capture->finish();
  }
  if (auto sensor = root.table("sensor")) {
    if (const auto n = sensor->integer("memory_mib", 16, 65536))
      settings.sensor.memory_mib = static_cast<std::size_t>(n->value);
    sensor->finish();
  }
}

/// After the storage: the spool lies beside the ledger.
void read_identity(TomlTable& root, Settings& settings) {
  auto identity = root.table("identity");
  if (!identity) return;
  settings.topology.shared = read_networks(*identity, "shared");
  for (const auto& text : identity->strings("routers")) {
    if (const auto mac = net::MacAddress::parse(text.value)) {
      settings.topology.routers.push_back(*mac);
    } else {
      identity->problem(text.place, fmt::format("'{}' is not a MAC address", text.value),
                        "write it as 02:00:5e:10:00:01");
    }
  }
  settings.trust.dhcp_servers = read_networks(*identity, "dhcp_servers");
  settings.trust.kerberos_servers = read_networks(*identity, "kerberos_servers");
  if (const auto neighbours = identity->word("neighbours", {"cut", "bind"}); neighbours == "bind")
    settings.trust.neighbours = identity::Trust::Neighbours::bind;
  settings.radius_clients = read_radius_clients(*identity);
  settings.identity = read_identity_sources(*identity, settings);
  identity->finish();
}

void read_storage(TomlTable& root, Settings& settings) {
  constexpr std::string_view scheme = "sqlite:";
  settings.ledger = located(settings.file, settings.ledger.string());
  if (auto storage = root.table("storage")) {
    if (const auto ledger = storage->string("ledger")) {
      if (ledger->value.starts_with(scheme) && ledger->value.size() > scheme.size()) {
        const std::string path = ledger->value.substr(scheme.size());
        // SQLite's own word for a ledger that is gone with the process: no file, so no path to complete.
        settings.ledger = path == ":memory:" ? std::filesystem::path(path) : located(settings.file, path);
      } else {
        storage->problem(ledger->place, fmt::format("'{}' is not a ledger", ledger->value),
                         "write it as ledger = \"sqlite:/var/lib/edgewatch/ledger.db\"");
      }
    }
    storage->finish();
  }
  if (auto runtime = root.table("runtime")) {
    settings.socket_folder = read_path(*runtime, "sockets", settings.file, settings.socket_folder.string());
    runtime->finish();
  }
  if (auto retention = root.table("retention")) {
    // The councils' policy: no longer than one year. More is for a written retention schedule, never for
    // ever.
    if (const auto years = retention->integer("years", 1, 7))
      settings.retention_years = static_cast<int>(years->value);
    retention->finish();
  }
}

/// A path as it can stand between quotes in a resolver's configuration.
std::filesystem::path read_quotable_path(TomlTable& table, std::string_view key,
                                         const std::filesystem::path& file) {
  if (!table.has(key)) return {};
  const std::filesystem::path path = read_path(table, key, file, "");
  const auto is_odd = [](char c) { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < ' '; };
  if (std::ranges::any_of(path.string(), is_odd))
    table.problem_at(key, fmt::format("'{}' cannot stand in a resolver's configuration", key),
                     "name a path without quotes and backslashes");
  return path;
}

void read_zones(TomlTable& enforcement, Settings& settings) {
  settings.zones.folder = read_quotable_path(enforcement, "zones", settings.file);
  settings.zones.bind_view = read_quotable_path(enforcement, "zones_bind_view", settings.file);
  for (const auto& word : enforcement.strings("zones_reload")) settings.zones.reload.push_back(word.value);
  if (!settings.zones.reload.empty() && !settings.zones.reload.front().starts_with('/')) {
    enforcement.problem_at(
        "zones_reload", "the command is not named by its whole path",
        "write it as zones_reload = [\"/usr/sbin/unbound-control\", \"reload_keep_cache\"]");
  }
  for (const char* key : {"zones_reload", "zones_bind_view"}) {
    if (enforcement.has(key) && settings.zones.folder.empty())
      enforcement.problem_at(key, fmt::format("'{}' without 'zones'", key),
                             "name the folder of the zones, or leave this out");
  }
}

/// A mirror can do less than a gateway: what it cannot do is a mistake, not a silence.
void check_mirror(TomlTable& enforcement, const Settings& settings) {
  if (settings.mirror_inject.empty()) {
    enforcement.problem_at(
        "mode", "a mirror port without 'inject' could only watch",
        "name the interface in the clients' segment that resets and DNS answers are to leave "
        "by, as inject = \"eth2\"");
  }
  if (settings.capture.interfaces.size() != 1) {
    enforcement.problem_at("mode",
                           "resets and answers go into one segment, so one interface is to show that segment",
                           "name the mirror's interface, and no other, in [capture] interfaces");
  }
  if (settings.gateway.refuse_quic)
    enforcement.problem_at("quic", "QUIC cannot be reset from a mirror port",
                           "have the firewall reject UDP port 443, so that browsers fall back to TCP");
  if (settings.gateway.refuse_unparsable)
    enforcement.problem_at("on_unparsable", "a mirror ends a connection by its name or not at all",
                           "leave it out, or use mode = \"gateway\"");
}

void read_enforcement(TomlTable& root, Settings& settings) {
  auto enforcement = root.table("enforcement");
  if (!enforcement) return;
  settings.enforcement_mode =
      enforcement->word("mode", {"observe", "gateway", "mirror"}).value_or(settings.enforcement_mode);
  if (settings.enforcement_mode == "gateway" && settings.capture.interfaces.empty()) {
    enforcement->problem_at("mode", "a gateway that captures nothing could not account what it lets through",
                            "name the interface towards the clients in [capture] interfaces");
  }
  // Both speak of packets in the path; they are checked in any mode, so that a file written for a gateway is
  // right on the day it is switched on.
  settings.gateway.refuse_quic = enforcement->word("quic", {"allow", "block"}) == "block";
  settings.gateway.refuse_unparsable = enforcement->word("on_unparsable", {"allow", "block"}) == "block";
  settings.mirror_inject = enforcement->text("inject");
  if (settings.enforcement_mode == "mirror") check_mirror(*enforcement, settings);
  settings.gateway.own_ends = read_networks(*enforcement, "own_ends");
  settings.gateway.page_contact = enforcement->text("page_contact");
  settings.gateway.page_appeal = enforcement->text("page_appeal");
  read_zones(*enforcement, settings);
  settings.events.journal = enforcement->boolean("events_journal").value_or(true);
  if (enforcement->has("events_file"))
    settings.events.file = read_path(*enforcement, "events_file", settings.file, "");
  settings.events.name_people = enforcement->boolean("events_name_people").value_or(false);
  if (settings.events.name_people && settings.events.file.empty()) {
    enforcement->problem_at("events_name_people",
                            "people are named in events_file and nowhere else, and there is none",
                            "add events_file = \"...\", or leave people unnamed");
  }
  enforcement->finish();
}

/// `12:00-14:00`, by way of the window reader, whose hours these are.
void read_lunch(TomlTable& table, model::Calendar& calendar) {
  const auto lunch = table.string("lunch");
  if (!lunch) return;
  const auto window = parse_window("mon " + lunch->value);
  if (!window || window->from_minute >= window->to_minute) {
    table.problem(lunch->place, fmt::format("'{}' is not a lunch window", lunch->value),
                  "write it as lunch = \"12:00-14:00\"");
    return;
  }
  calendar.lunch_from_minute = window->from_minute;
  calendar.lunch_to_minute = window->to_minute;
}

void read_calendars(TomlTable& root, Settings& settings) {
  for (TomlTable& table : root.tables("calendar")) {
    model::Calendar calendar;
    table.require("name", "add name = \"...\"; people.csv names it in its column calendar");
    calendar.name = table.text("name");
    const bool twice = std::any_of(settings.calendars.begin(), settings.calendars.end(),
                                   [&](const model::Calendar& other) { return other.name == calendar.name; });
    if (twice)
      table.problem_at("name", fmt::format("calendar '{}' stands twice", calendar.name),
                       "give each a name of its own");
    calendar.hours = read_windows(table, "hours");
    const auto speaks_of_them = [](const WeeklyWindow& window) {
      return window.bank_holidays != BankHolidays::as_any_day;
    };
    if (std::ranges::any_of(calendar.hours, speaks_of_them))
      table.problem_at("hours", "bank holidays are days off in every calendar",
                       "leave them out of the hours");
    read_lunch(table, calendar);
    calendar.days_off = table.dates("bank_holidays");
    table.finish();
    settings.calendars.push_back(std::move(calendar));
  }
  if (settings.calendars.empty()) settings.calendars.emplace_back();
}

void read_governance(TomlTable& root, Settings& settings) {
  if (auto roles = root.table("roles")) {
    settings.roles_combined = roles->boolean("combined").value_or(false);
    roles->finish();
  }
  if (auto cases = root.table("cases")) {
    settings.covert_cases = cases->boolean("covert").value_or(false);
    cases->finish();
  }
  if (auto governance = root.table("governance")) {
    settings.governance.controller = governance->text("controller");
    settings.governance.purpose = governance->text("purpose");
    settings.governance.notice = governance->text("notice");
    settings.governance.dpia_reference = governance->text("dpia_reference");
    governance->finish();
  }
}

/// All of a value but where it stands.
std::string whole(const TomlNode& node) {
  std::string out = fmt::format("{} {} {} {} {}", static_cast<int>(node.type), node.text, node.integer,
                                format_date(node.date), node.instant.time_since_epoch().count());
  for (const TomlNode& item : node.items) out += fmt::format("\n[{}]", whole(item));
  for (const TomlMember& member : node.members)
    out += fmt::format("\n{} = {}", member.key, whole(member.value));
  return out;
}

void note_what_is_said(const TomlNode& table, const std::string& above,
                       std::map<std::string, std::string>& said) {
  for (const TomlMember& member : table.members) {
    if (member.value.type == TomlNode::Type::table) {
      note_what_is_said(member.value, above + member.key + ".", said);
    } else {
      said[above + member.key] = whole(member.value);
    }
  }
}

}  // namespace

net::NetworkSet read_networks(TomlTable& table, std::string_view key) {
  net::NetworkSet out;
  for (const auto& text : table.strings(key)) {
    NetworkText read = parse_network(text.value);
    if (read.network) {
      out.push_back(*read.network);
    } else {
      table.problem(text.place, std::move(read.what), std::move(read.advice));
    }
  }
  return out;
}

std::vector<WeeklyWindow> read_windows(TomlTable& table, std::string_view key) {
  std::vector<WeeklyWindow> out;
  for (const auto& text : table.strings(key)) {
    if (const auto window = parse_window(text.value)) {
      out.push_back(*window);
    } else {
      table.problem(
          text.place, fmt::format("'{}' is not a window of the week", text.value),
          "write it as \"mon-fri 08:30-12:00\" or \"sat 22:00-02:00\", hours from 00:00 to 24:00, and "
          "\"not bank-holidays\" behind them where it leaves those out");
    }
  }
  return out;
}

BlockPageWords block_page_words(const Settings& settings) {
  const Settings::Gateway& page = settings.gateway;
  const Settings::Governance& council = settings.governance;
  return {page.page_contact.empty() ? council.controller : page.page_contact,
          page.page_appeal.empty() ? council.notice : page.page_appeal};
}

std::optional<Settings> read_settings(const std::string& text, const std::filesystem::path& file,
                                      Problems& problems) {
  Settings settings;
  settings.file = file;
  const auto tree = parse_toml(text, file.string(), problems);
  if (!tree) return std::nullopt;
  note_what_is_said(*tree, "", settings.said);
  TomlTable root(*tree, file.string(), problems);
  const std::size_t before = problems.size();
  settings.inside = read_networks(root, "inside");
  if (!root.has("inside")) {
    problems.push_back({file.string(), 1, 1, "'inside' is missing",
                        "name the council's networks, as inside = [\"10.20.0.0/16\"]"});
  } else if (settings.inside.empty() && problems.size() == before) {
    root.problem_at("inside", "'inside' is empty, so nobody could be a client",
                    "name the council's networks, as inside = [\"10.20.0.0/16\"]");
  }
  settings.exclude = read_networks(root, "exclude");
  read_files(root, settings);
  read_capture(root, settings);
  read_storage(root, settings);
  read_identity(root, settings);
  read_enforcement(root, settings);
  read_calendars(root, settings);
  read_governance(root, settings);
  root.finish();
  return settings;
}

namespace {

std::string describe(const model::Calendar& calendar) {
  std::vector<std::string> hours;
  for (const WeeklyWindow& window : calendar.hours) hours.push_back(to_string(window));
  return fmt::format("{}: {}, lunch {}-{}, days off besides bank holidays: {}", calendar.name,
                     calendar.is_flexitime() ? "flexitime" : fmt::format("{}", fmt::join(hours, ", ")),
                     format_clock(calendar.lunch_from_minute), format_clock(calendar.lunch_to_minute),
                     calendar.days_off.size());
}

}  // namespace

std::string describe(const Settings& settings) {
  const auto networks = [](const net::NetworkSet& set) {
    std::vector<std::string> texts;
    for (const net::Network& network : set) texts.push_back(network.to_string());
    return fmt::format("{}", fmt::join(texts, ", "));
  };
  std::string out;
  const auto line = [&](std::string_view key, const std::string& value) {
    out += fmt::format("{} = {}\n", key, value);
  };
  line("inside", networks(settings.inside));
  line("exclude", networks(settings.exclude));
  line("people", settings.people.string());
  line("assignments", settings.assignments.string());
  line("rules", settings.rules.string());
  line("catalogue", settings.catalogue.string());
  line("capture.interfaces", fmt::format("{}", fmt::join(settings.capture.interfaces, ", ")));
  line("capture.snap_length", std::to_string(settings.capture.snap_length));
  line("capture.ring_mib", std::to_string(settings.capture.ring_mib));
  line("capture.tunnel_ends", networks(settings.capture.tunnel_ends));
  line("capture.threads", std::to_string(settings.capture.threads));
  line("sensor.memory_mib", std::to_string(settings.sensor.memory_mib));
  line("identity.shared", networks(settings.topology.shared));
  line("identity.dhcp_servers", networks(settings.trust.dhcp_servers));
  line("identity.kerberos_servers", networks(settings.trust.kerberos_servers));
  line("identity.neighbours",
       settings.trust.neighbours == identity::Trust::Neighbours::bind ? "bind" : "cut");
  std::vector<std::string> access_servers;
  for (const RadiusClient& client : settings.radius_clients)
    access_servers.push_back(client.address.to_string());
  line("identity.radius_clients", fmt::format("{}", fmt::join(access_servers, ", ")));
  for (const LeaseFile& source : settings.identity.lease_files)
    line("identity.sources", to_string(source.format) + " " + source.file.string());
  if (const auto& at = settings.identity.radius_listen)
    line("identity.radius_listen", fmt::format("{} port {}", at->address.to_string(), at->port));
  for (const SyslogListener& listener : settings.identity.syslog_listeners) {
    line("identity.syslog_listeners", fmt::format("{} {} port {}", to_string(listener.transport),
                                                  listener.at.address.to_string(), listener.at.port));
  }
  if (settings.identity.spool) line("identity.spool", settings.identity.spool->string());
  line("storage.ledger", "sqlite:" + settings.ledger.string());
  line("runtime.sockets", settings.socket_folder.string());
  line("retention.years", std::to_string(settings.retention_years));
  line("enforcement.mode", settings.enforcement_mode);
  line("enforcement.quic", settings.gateway.refuse_quic ? "block" : "allow");
  line("enforcement.on_unparsable", settings.gateway.refuse_unparsable ? "block" : "allow");
  if (!settings.mirror_inject.empty()) line("enforcement.inject", settings.mirror_inject);
  line("enforcement.own_ends", networks(settings.gateway.own_ends));
  if (settings.enforcement_mode == "gateway") {
    const BlockPageWords page = block_page_words(settings);
    line("enforcement.page_contact", std::string(page.contact));
    line("enforcement.page_appeal", std::string(page.appeal));
  }
  if (const Settings::Zones& zones = settings.zones; !zones.folder.empty()) {
    line("enforcement.zones", zones.folder.string());
    line("enforcement.zones_reload", fmt::format("{}", fmt::join(zones.reload, " ")));
    line("enforcement.zones_bind_view", zones.bind_view.string());
  }
  line("enforcement.events_journal", settings.events.journal ? "true" : "false");
  line("enforcement.events_file", settings.events.file.string());
  if (settings.events.name_people) line("enforcement.events_name_people", "true");
  for (const model::Calendar& calendar : settings.calendars) line("calendar", describe(calendar));
  line("roles.combined", settings.roles_combined ? "true" : "false");
  line("cases.covert", settings.covert_cases ? "true" : "false");
  line("governance.controller", settings.governance.controller);
  return out;
}

}  // namespace edgewatch::config

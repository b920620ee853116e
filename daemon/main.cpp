// edgewatchd: options and exit codes. What it does lies in runtime.
#include "edgewatch/runtime/daemon.hpp"
#include "edgewatch/runtime/exit_code.hpp"
#include "edgewatch/runtime/replay.hpp"

#include <iostream>

#include <CLI/CLI.hpp>

namespace {

using namespace edgewatch;

int run(int argc, char** argv) {
  CLI::App app{
      "edgewatchd watches DNS and TLS/QUIC server names at the network edge and accounts time on listed "
      "services.\n"
      "Without --replay it runs as the daemon until SIGTERM; SIGHUP reads the rules again.",
      "edgewatchd"};
  app.footer(
      "Examples:\n"
      "  edgewatchd --check-config --config /etc/edgewatch/edgewatch.toml\n"
      "  edgewatchd --replay morning.pcap --config ./edgewatch.toml --print minutes");
  std::string configuration;
  bool check = false;
  std::vector<std::string> files;
  std::string tenancy;
  std::string events;
  std::string record;
  std::string print;
  std::string database;
  std::size_t threads = 1;
  app.add_option("--config", configuration,
                 "configuration file (default: " + runtime::installed_configuration().string() + ")");
  app.add_flag("--check-config", check, "read the configuration, say every problem, and end");
  auto* replay = app.add_option(
      "--replay", files, "captures to read in place of interfaces (pcap, pcapng; - is standard input)");
  app.add_option("--tenancy", tenancy, "tenancy feed (CSV) for the replay")->needs(replay);
  app.add_option("--events", events, "events file (TSV) for the replay: clock steps, loss, ticks, reloads")
      ->needs(replay);
  app.add_option(
         "--record-events", record,
         "write an events file of this run (clock steps, loss, reloads), so that a capture made beside "
         "it can be replayed")
      ->excludes(replay);
  app.add_option("--print", print, "print a table of the replay as TSV")
      ->check(CLI::IsMember({"minutes", "findings", "coverage", "blocks"}))
      ->needs(replay);
  app.add_option("--database", database, "keep what the replay finds in this ledger")->needs(replay);
  app.add_option("--threads", threads,
                 "threads for the sensor's part of the replay; the output is the same (default: 1)")
      ->check(CLI::Range(1, 4))
      ->needs(replay);
  app.set_version_flag("--version", std::string("edgewatchd ") + EDGEWATCH_VERSION);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? runtime::fine : runtime::usage;
  }
  const auto given = [](const std::string& text) {
    return text.empty() ? std::optional<std::filesystem::path>() : std::optional<std::filesystem::path>(text);
  };
  const std::filesystem::path file = given(configuration).value_or(runtime::installed_configuration());
  if (check) return runtime::check_configuration(file, std::cout, std::cerr);
  if (files.empty()) return runtime::run_daemon(file, given(record), std::cerr);
  runtime::ReplayOptions options;
  options.files = files;
  options.configuration = given(configuration);
  options.tenancy = given(tenancy);
  options.events = given(events);
  options.print = runtime::parse_table(print);
  options.database = given(database);
  options.threads = threads;
  return runtime::replay(options, std::cout, std::cerr);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    std::ios::sync_with_stdio(false);
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "edgewatchd: " << error.what() << '\n';
    return edgewatch::runtime::io_error;
  }
}

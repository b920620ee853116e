// edgewatch-bench-capture: the captures that the benchmarks read, and the configuration they are replayed
// under. All of it is invented.
#include "captures.hpp"
#include "configuration.hpp"

#include <exception>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace {

using namespace edgewatch::benchmark;

constexpr int exit_usage = 64;
constexpr int exit_output = 74;

int run(int argc, char** argv) {
  CLI::App app{"Writes captures of invented traffic, seeded, with what they truly say.",
               "edgewatch-bench-capture"};
  app.require_subcommand(1);
  app.footer("Example: edgewatch-bench-capture mixed --output mixed.pcap --truth mixed.tsv");
  Order order;
  Summary (*write)(const Order&) = nullptr;
  const auto capture = [&](const std::string& kind, const std::string& what, Summary (*with)(const Order&)) {
    CLI::App* command = app.add_subcommand(kind, what);
    command->add_option("--output", order.capture, "pcap file to write")->required();
    command->add_option("--truth", order.truth, "TSV of what it says: kind, name, count");
    command->add_option("--seed", order.seed, "the same seed and size give the same bytes")
        ->capture_default_str();
    if (with == write_traffic)
      command->add_option("--size-mib", order.mib, "about so large (0: the usual size)");
    if (with == write_flood) command->add_option("--count", order.count, "how many (0: the usual number)");
    command->callback([&order, &write, kind, with] {
      order.kind = kind;
      write = with;
    });
  };
  capture("mixed", "63 s at the edge of 2,000 clients, 2 GiB", write_traffic);
  capture("newflow", "230,000 connections that open, say hello and close, 512 MiB", write_traffic);
  capture("dns", "634,000 questions with answers, 256 MiB", write_traffic);
  capture("half-open", "1 M connections that are only asked for", write_flood);
  capture("partial-hellos", "1 M connections with the first 512 bytes of a hello", write_flood);
  capture("random-names", "1 M questions for names that were never asked before", write_flood);
  capture("first-fragments", "100,000 fragments whose datagrams are never whole", write_flood);
  capture("colliding-flows", "300,000 connections crafted against a hash of source ^ destination ^ ports",
          write_flood);
  capture("random-flows", "as many that are not crafted", write_flood);

  std::string folder;
  std::string catalogue;
  std::size_t listed = 200000;
  CLI::App* configuration = app.add_subcommand("configuration", "the configuration for the replays");
  configuration->add_option("--folder", folder, "folder to write, made if missing")->required();
  configuration->add_option("--catalogue", catalogue, "folder of the shipped catalogue")->required();
  configuration->add_option("--listed", listed, "names in the list beside it")->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : exit_usage;
  }
  if (write == nullptr) {
    write_configuration(folder, catalogue, listed);
    return 0;
  }
  const Summary summary = write(order);
  fmt::print("{} packets, {} bytes, {:.1f} % of them in full-size packets\n", summary.packets, summary.bytes,
             100.0 * static_cast<double>(summary.full_size_bytes) / static_cast<double>(summary.bytes));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "edgewatch-bench-capture: {}\n", error.what());
    return exit_output;
  }
}

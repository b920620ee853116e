// edgewatch-generate: synthetic captures with known truth, for the tests and for tools/run. No real person
// and no recorded traffic is in any of them.
#include "edgewatch/base/time.hpp"

#include "generator/delay.hpp"
#include "generator/load.hpp"
#include "generator/send_frames.hpp"
#include "generator/send_hello.hpp"
#include "generator/story_file.hpp"
#include "support/office_morning.hpp"
#include "support/story.hpp"

#include <exception>
#include <filesystem>
#include <stdexcept>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace {

using namespace edgewatch;

constexpr int exit_usage = 64;
constexpr int exit_output = 74;
constexpr int exit_unavailable = 69;

Bytes bytes_of(const std::string& text) {
  return Bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
}

struct OfficeChoice {
  std::string date;
  std::string output;
  std::string truth;
  std::string visits;
  std::string config_folder;
  std::string catalogue = "catalogue";
  std::uint64_t seed = 1;
};

int write_office(const OfficeChoice& choice) {
  const auto date = parse_date(choice.date);
  if (!date) {
    fmt::print(stderr, "edgewatch-generate: {} is not a date like 2026-11-17\n", choice.date);
    return exit_usage;
  }
  const support::OfficeMorning morning = support::office_morning(*date, choice.seed);
  morning.record().write(choice.output);
  if (!choice.truth.empty()) support::write_file(choice.truth, bytes_of(support::truth_table(morning.truth)));
  if (!choice.visits.empty())
    support::write_file(choice.visits, bytes_of(support::visit_table(morning.truth)));
  if (!choice.config_folder.empty())
    support::write_office_configuration(choice.config_folder, choice.catalogue, *date);
  return 0;
}

struct StoryChoice {
  std::string file;
  std::string output;
  std::string start = "2026-11-17T10:00:00Z";
  std::uint64_t seed = 1;
  std::size_t snap_length = 128;
  std::size_t segments_per_packet = 1;
};

int write_story(const StoryChoice& choice) {
  const auto start = parse_rfc3339(choice.start);
  if (!start) {
    fmt::print(stderr, "edgewatch-generate: {} is not a time like 2026-11-17T10:00:00Z\n", choice.start);
    return exit_usage;
  }
  support::StoryOptions options;
  options.seed = choice.seed;
  options.start = *start;
  options.snap_length = choice.snap_length;
  options.segments_per_packet = choice.segments_per_packet;
  support::Story story(options);
  generator::tell_from_file(story, choice.file);
  story.write(choice.output);
  return 0;
}

int say_hello(const generator::HelloRequest& request) {
  if (request.server.empty()) {
    for (const support::Buffer& message : generator::hello_of(request))
      fmt::print("{:02x}\n", fmt::join(message, ""));
    return 0;
  }
  const std::size_t answered = generator::send_hello(request);
  fmt::print("answered {} bytes\n", answered);
  return 0;
}

int flood(const generator::FrameRequest& request) {
  const generator::FramesSent sent = generator::send_frames(request);
  fmt::print("{} frames in {:.3f} s\n", sent.frames, sent.seconds);
  return 0;
}

int load(const generator::LoadRequest& request) {
  const generator::LoadResult result = generator::put_load(request);
  const auto say = [](const char* kind, const generator::LoadCounts& counts) {
    fmt::print("{} served {} reset {} timed_out {} other {} answered {}\n", kind, counts.served, counts.reset,
               counts.timed_out, counts.other, counts.answered);
  };
  say("others", result.others);
  say("listed", result.listed);
  fmt::print("seconds {:.3f} connect_p50 {:.0f} first_p50 {:.0f} first_p99 {:.0f}\n", result.seconds,
             result.connect_p50, result.first_p50, result.first_p99);
  return 0;
}

void add_office(CLI::App& program, OfficeChoice& choice) {
  CLI::App* office = program.add_subcommand(
      "office-morning", "a small council office, 08:30 to 12:30 in London, with its truth");
  office->add_option("--date", choice.date, "civil date in London, e.g. 2026-11-17")->required();
  office->add_option("--output", choice.output, "the capture, pcap")->required();
  office->add_option("--truth", choice.truth, "true seconds per person, service and kind, TSV");
  office->add_option("--visits", choice.visits, "true visits with begin and end, TSV");
  office->add_option("--config-dir", choice.config_folder,
                     "also write a configuration that fits, into this folder");
  office->add_option("--catalogue", choice.catalogue, "what that configuration names as its catalogue")
      ->capture_default_str();
  office->add_option("--seed", choice.seed)->capture_default_str();
  office->footer(
      "Example: edgewatch-generate office-morning --date 2026-11-17 --output office.pcap --truth truth.tsv");
}

void add_story(CLI::App& program, StoryChoice& choice) {
  CLI::App* story = program.add_subcommand("story", "a capture of the acts in a file");
  story
      ->add_option("file", choice.file,
                   "one act a line, e.g. ex<TAB>0.5<TAB>pc<TAB>www.example<TAB>900<TAB>50000")
      ->required();
  story->add_option("--output", choice.output, "the capture, pcap")->required();
  story->add_option("--start", choice.start)->capture_default_str();
  story->add_option("--seed", choice.seed)->capture_default_str();
  story->add_option("--snap", choice.snap_length, "bytes kept of bulk packets, 0 for all")
      ->capture_default_str();
  story
      ->add_option("--segments", choice.segments_per_packet,
                   "segments one captured packet stands for, up to 44")
      ->check(CLI::Range(1, 44))
      ->capture_default_str();
  story->footer("Example: edgewatch-generate story visit.tsv --output visit.pcap");
}

void add_hello(CLI::App& program, generator::HelloRequest& request) {
  CLI::App* hello = program.add_subcommand("hello", "say one hello to a real server over a real socket");
  hello->add_option("--kind", request.kind)->required()->check(CLI::IsMember({"tls", "quic"}));
  hello->add_option("--name", request.name, "server name")->required();
  hello->add_option("--server", request.server, "IP address; without one the messages are printed, in hex");
  hello->add_option("--port", request.port)->capture_default_str();
  hello->add_option("--split", request.split, "tls: bytes of the first write, 0 for half")
      ->capture_default_str();
  hello->add_option("--seed", request.seed)->capture_default_str();
  hello->footer(
      "Example: edgewatch-generate hello --kind tls --name www.example --server 192.0.2.1 --port 443");
}

void add_frames(CLI::App& program, generator::FrameRequest& request) {
  CLI::App* frames = program.add_subcommand("frames", "send so many frames over an interface");
  frames->add_option("--interface", request.interface)->required();
  frames->add_option("--count", request.frames)->required();
  frames->add_option("--shape", request.shape)
      ->capture_default_str()
      ->check(CLI::IsMember({"tcp", "fragments"}));
  frames->add_option("--connections", request.connections)->capture_default_str();
  frames->add_option("--payload", request.payload, "bytes in each segment")->capture_default_str();
  frames->add_option("--rate", request.rate, "frames a second, 0 for as fast as it goes")
      ->capture_default_str();
  frames->footer("Example: edgewatch-generate frames --interface veth0 --count 1000000");
}

void add_load(CLI::App& program, generator::LoadRequest& request, std::uint16_t& serve) {
  CLI::App* load = program.add_subcommand(
      "load", "so many connections with a hello each; says what became of them, and how soon (microseconds)");
  load->add_option("--server", request.server, "IPv4 address")->required();
  load->add_option("--port", request.port)->capture_default_str();
  load->add_option("--count", request.count)->capture_default_str();
  load->add_option("--parallel", request.parallel)->capture_default_str();
  load->add_option("--name", request.name)->capture_default_str();
  load->add_option("--listed", request.listed, "a name that every --each-th connection says instead");
  load->add_option("--each", request.each)->capture_default_str();
  load->add_option("--segments", request.segments, "writes that a hello goes out in")->capture_default_str();
  load->add_option("--rounds", request.rounds, "answers that one needs to be served")->capture_default_str();
  load->add_option("--patience", request.patience_ms, "milliseconds for one connection")
      ->capture_default_str();
  load->add_option("--rate", request.rate, "connections begun in a second at most; 0: as many as can be")
      ->capture_default_str();
  load->footer("Example: edgewatch-generate load --server 198.51.100.10 --count 10000 --parallel 50");
  CLI::App* server = program.add_subcommand("serve", "answer such connections until ended");
  server->add_option("--port", serve)->required();
  server->footer("Example: edgewatch-generate serve --port 443");
}

void add_delay(CLI::App& program, generator::DelayRequest& request, long& microseconds) {
  CLI::App* delay =
      program.add_subcommand("delay", "a wire between two namespaces on which frames take their time");
  delay->add_option("--from", request.from, "namespace of one end")->required();
  delay->add_option("--from-name", request.from_name, "the interface made there")->required();
  delay->add_option("--to", request.to, "namespace of the other end")->required();
  delay->add_option("--to-name", request.to_name, "the interface made there")->required();
  delay->add_option("--each-way", microseconds, "microseconds")->capture_default_str();
  delay->footer(
      "Example: edgewatch-generate delay --from r --from-name toserver --to s --to-name eth0 --each-way "
      "2500");
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App program(
      "Makes synthetic captures with known truth. No real person and no recorded traffic is in any of them.");
  program.require_subcommand(1);
  OfficeChoice office;
  StoryChoice story;
  generator::HelloRequest hello;
  generator::FrameRequest frames;
  add_office(program, office);
  add_story(program, story);
  add_hello(program, hello);
  add_frames(program, frames);
  generator::LoadRequest connections;
  std::uint16_t serve = 0;
  add_load(program, connections, serve);
  generator::DelayRequest wire;
  long each_way = wire.each_way.count();
  add_delay(program, wire, each_way);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return program.exit(error) == 0 ? 0 : exit_usage;
  }
  try {
    if (program.got_subcommand("office-morning")) return write_office(office);
    if (program.got_subcommand("story")) return write_story(story);
    if (program.got_subcommand("frames")) return flood(frames);
    if (program.got_subcommand("load")) return load(connections);
    if (program.got_subcommand("serve")) generator::serve_load(serve);
    wire.each_way = std::chrono::microseconds(each_way);
    if (program.got_subcommand("delay")) generator::delay_frames(wire);
    return say_hello(hello);
  } catch (const std::invalid_argument& problem) {
    fmt::print(stderr, "edgewatch-generate: {}\n", problem.what());
    return exit_usage;
  } catch (const std::exception& problem) {
    fmt::print(stderr, "edgewatch-generate: {}\n", problem.what());
    const bool makes_file = program.got_subcommand("office-morning") || program.got_subcommand("story");
    return makes_file ? exit_output : exit_unavailable;
  }
}

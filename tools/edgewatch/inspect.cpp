#include "inspect.hpp"

#include "edgewatch/base/text.hpp"
#include "edgewatch/capture/source.hpp"
#include "edgewatch/observe/observer.hpp"

#include <algorithm>
#include <cstdio>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace edgewatch::tools {
namespace {

constexpr int exit_input_output = 74;
// Often enough that what waits to be printed stays small.
constexpr std::uint64_t frames_between_drains = 256;

struct Line {
  std::string capture;
  Timestamp at;
  std::string client;
  std::string server;
  std::string kind;
  std::string name;
};

std::string epoch_text(Timestamp at) {
  constexpr std::int64_t micros_in_second = 1000000;
  const std::int64_t micros = std::max<std::int64_t>(at.time_since_epoch().count(), 0);
  return fmt::format("{}.{:06}", micros / micros_in_second, micros % micros_in_second);
}

/// Prints lines as they come, so that nothing of a large capture is kept.
class Printer {
 public:
  explicit Printer(InspectFormat format) : format_(format) {}

  void begin() {
    if (format_ == InspectFormat::table) {
      fmt::print("{:<28} {:<20} {:<24} {:<24} {:<9} {}\n", "CAPTURE", "TIME (UTC)", "CLIENT", "SERVER",
                 "KIND", "NAME");
    } else if (format_ == InspectFormat::json) {
      fmt::print("[");
    }
  }

  void print(const Line& line) {
    switch (format_) {
      case InspectFormat::tsv:
        fmt::print("{}\t{}\t{}\t{}\t{}\t{}\n", tsv_cell(line.capture), epoch_text(line.at), line.client,
                   line.server, line.kind, line.name);
        break;
      case InspectFormat::table: {
        const auto second = std::chrono::floor<std::chrono::seconds>(line.at);
        fmt::print("{:<28} {:<20} {:<24} {:<24} {:<9} {}\n", terminal_text(line.capture),
                   format_rfc3339(second), line.client, line.server, line.kind, terminal_text(line.name));
        break;
      }
      case InspectFormat::json:
        print_json(line);
        break;
    }
    any_ = true;
  }

  /// Whether all of it could be written.
  [[nodiscard]] bool end() {
    if (format_ == InspectFormat::json) fmt::print("{}]\n", any_ ? "\n" : "");
    return std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
  }

 private:
  void print_json(const Line& line) const {
    nlohmann::ordered_json row;
    row["capture"] = line.capture;
    row["time"] = format_rfc3339(line.at);
    row["client"] = line.client;
    row["server"] = line.server;
    row["kind"] = line.kind;
    row["name"] = line.name;
    constexpr auto replace =
        nlohmann::ordered_json::error_handler_t::replace;  // a file name may be any bytes
    fmt::print("{}\n{}", any_ ? "," : "", row.dump(-1, ' ', false, replace));
  }

  InspectFormat format_;
  bool any_ = false;
};

std::optional<Line> line_of(const model::Event& event, const std::string& capture) {
  if (const auto* sighting = std::get_if<model::Sighting>(&event)) {
    if (sighting->confirmation != model::Confirmation::claimed) return std::nullopt;
    return Line{capture,
                sighting->at,
                sighting->client.address.to_string(),
                sighting->server.address.to_string(),
                to_string(sighting->evidence),
                sighting->host.text()};
  }
  if (const auto* answer = std::get_if<model::Answer>(&event)) {
    return Line{
        capture, answer->at,          answer->client.address.to_string(), answer->server.address.to_string(),
        "dns-r", answer->qname.text()};
  }
  return std::nullopt;
}

void print_events(observe::Observer& observer, const std::string& capture, Printer& printer) {
  for (const model::Event& event : observer.drain()) {
    if (const auto line = line_of(event, capture)) printer.print(*line);
  }
}

void warn(const std::string& text) { fmt::print(stderr, "edgewatch inspect: {}\n", terminal_text(text)); }

/// The exit code for this file. What was read before an error is printed all the same.
int inspect_file(const std::string& path, Printer& printer) {
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
    for (;;) {
      const capture::Step step = source->next();
      if (const auto* end = std::get_if<capture::EndOfInput>(&step)) {
        if (end->cut) warn("warning: " + end->detail);
        break;
      }
      const auto* frame = std::get_if<net::Frame>(&step);
      if (frame == nullptr) continue;
      observer.see(*frame);
      if (frame->number % frames_between_drains == 0) print_events(observer, source->name(), printer);
    }
  } catch (const capture::SourceError& error) {
    warn(error.what());
    exit_code = error.exit_code();
  }
  observer.finish();
  print_events(observer, source->name(), printer);
  return exit_code;
}

}  // namespace

int inspect(std::span<const std::string> files, InspectFormat format) {
  Printer printer(format);
  printer.begin();
  int exit_code = 0;
  for (const std::string& file : files) exit_code = std::max(exit_code, inspect_file(file, printer));
  if (!printer.end()) {
    warn("standard output cannot be written");
    exit_code = std::max(exit_code, exit_input_output);
  }
  return exit_code;
}

}  // namespace edgewatch::tools

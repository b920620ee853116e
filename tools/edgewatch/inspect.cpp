#include "inspect.hpp"

#include "edgewatch/base/text.hpp"

#include "look_through.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace edgewatch::tools {
namespace {

struct Line {
  std::string capture;
  Timestamp at;
  std::string client;
  std::string server;
  std::string kind;
  std::string name;
};

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

  void end() {
    if (format_ == InspectFormat::json) fmt::print("{}]\n", any_ ? "\n" : "");
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

}  // namespace

int inspect(std::span<const std::string> files, InspectFormat format) {
  Printer printer(format);
  printer.begin();
  const int exit_code = look_through(files, [&](const model::Event& event, const std::string& capture) {
    if (const auto line = line_of(event, capture)) printer.print(*line);
  });
  printer.end();
  return std::max(exit_code, finish_output());
}

}  // namespace edgewatch::tools

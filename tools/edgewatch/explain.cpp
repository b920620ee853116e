#include "explain.hpp"

#include "edgewatch/base/text.hpp"
#include "edgewatch/capture/source.hpp"
#include "edgewatch/config/configuration.hpp"
#include "edgewatch/observe/observer.hpp"
#include "edgewatch/wire/trace.hpp"

#include "look_through.hpp"

#include <cstdio>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace edgewatch::tools {
namespace {

constexpr int exit_usage = 64;
constexpr int exit_bad_input = 65;
constexpr int exit_configuration = 78;

/// Calls `use(frame)` for the frames up to `number`; false where the file ends before.
template <class Use>
bool read_until(const std::string& path, std::uint64_t number, std::uint64_t& last, Use&& use) {
  const auto source = capture::open_file(path, 0);
  for (;;) {
    const capture::Step step = source->next();
    if (std::holds_alternative<capture::EndOfInput>(step)) return false;
    const auto* frame = std::get_if<net::Frame>(&step);
    if (frame == nullptr) continue;
    last = frame->number;
    use(*frame);
    if (frame->number >= number) return true;
  }
}

std::string client_text(const model::Client& client) {
  std::string text = client.address.to_string();
  if (client.mac) text += " (" + client.mac->to_string() + ")";
  return text;
}

std::string server_text(const net::Endpoint& server) {
  const std::string address = server.address.to_string();
  return fmt::format("{} port {}", address, server.port);
}

/// Why a hello's name, or its want of one, is not the last word.
std::string_view hidden_text(model::Hidden hidden) {
  switch (hidden) {
    case model::Hidden::esni:
      return "; the hello has ESNI, which hides the true one";
    case model::Hidden::ech:
      return "; the hello has ECH, or GREASE that looks like it: the true one may be another";
    case model::Hidden::no:
      break;
  }
  return "";
}

/// What an event says of the frame; nothing for those that are about time or about traffic of before.
struct Sayer {
  std::optional<std::string> operator()(const model::Sighting& sighting) const {
    if (sighting.evidence == model::NameEvidence::none) {
      if (sighting.hidden == model::Hidden::no) return std::nullopt;
      return fmt::format("no name{}, client {}, server {}", hidden_text(sighting.hidden),
                         client_text(sighting.client), server_text(sighting.server));
    }
    const bool sure = sighting.confirmation == model::Confirmation::acknowledged;
    return fmt::format("{}: {} {}, client {}, server {}{}",
                       sure ? "name acknowledged by the server" : "name claimed",
                       to_string(sighting.evidence), sighting.host.text(), client_text(sighting.client),
                       server_text(sighting.server), hidden_text(sighting.hidden));
  }
  std::optional<std::string> operator()(const model::Answer& answer) const {
    return fmt::format("DNS answer: {} type {}, rcode {}, {} addresses, {} aliases, client {}",
                       answer.qname.text(), answer.qtype, answer.rcode, answer.addresses.size(),
                       answer.chain.size(), client_text(answer.client));
  }
  std::optional<std::string> operator()(const model::FlowEnd& end) const {
    return fmt::format("flow {} is over", end.flow);
  }
  std::optional<std::string> operator()(const model::IdentitySign& sign) const {
    return fmt::format("sign of identity: address {}, device {}",
                       sign.address ? sign.address->to_string() : std::string("none"),
                       sign.mac ? sign.mac->to_string() : std::string("none"));
  }
  std::optional<std::string> operator()(const model::BypassSign& sign) const {
    return fmt::format("sign of bypass: {}, client {}, server {}", to_string(sign.kind),
                       client_text(sign.client), server_text(sign.server));
  }
  template <class Other>
  std::optional<std::string> operator()(const Other& /*event*/) const {
    return std::nullopt;
  }
};

/// What the sensor says of the last frame: its layers, and the events and counters that it moved.
class Verdict {
 public:
  Verdict(const std::string& source, observe::ObserverOptions options)
      : observer_(std::move(options), {source}) {}

  void see(const net::Frame& frame, bool last) {
    if (last) {
      // Whatever falls due before this frame is not about it.
      observer_.tick(frame.at);
      static_cast<void>(observer_.drain());
      for (const observe::Tally& tally : observer_.tallies()) before_[tally.name] = tally.count;
      observer_.explain_into(&trace_);
    }
    observer_.see(frame);
    if (!last) static_cast<void>(observer_.drain());
  }

  [[nodiscard]] const wire::Trace& trace() const { return trace_; }

  [[nodiscard]] std::vector<std::string> lines() {
    std::vector<std::string> out;
    for (const model::Event& event : observer_.drain()) {
      if (auto line = std::visit(Sayer{}, event)) out.push_back(std::move(*line));
    }
    for (const observe::Tally& tally : observer_.tallies()) {
      if (tally.count != before_[tally.name]) out.push_back("counted: " + tally.name);
    }
    return out;
  }

 private:
  wire::Trace trace_;
  observe::Observer observer_;
  std::map<std::string, std::uint64_t> before_;
};

std::string place(const wire::TraceLayer& layer) {
  switch (layer.within) {
    case wire::TraceLayer::Within::frame:
      return fmt::format("{}", layer.offset);
    case wire::TraceLayer::Within::datagram:
      return fmt::format("datagram {}", layer.offset);
    case wire::TraceLayer::Within::stream:
      return fmt::format("stream {}", layer.offset);
    case wire::TraceLayer::Within::crypto:
      return fmt::format("crypto {}", layer.offset);
  }
  return {};
}

void print_layers(const wire::Trace& trace) {
  fmt::print("\n{:>14} {:>7}  {:<14} {}\n", "OFFSET", "LENGTH", "LAYER", "WHAT");
  for (const wire::TraceLayer& layer : trace.layers()) {
    const std::string length = layer.length == 0 ? std::string("-") : fmt::format("{}", layer.length);
    fmt::print("{:>14} {:>7}  {:<14} {}\n", place(layer), length, terminal_text(layer.layer),
               terminal_text(layer.meaning));
  }
}

void print_head(const std::string& path, const net::Frame& frame) {
  fmt::print("frame {} of {}, {}: {} bytes on the wire, {} captured, link type {}\n", frame.number,
             terminal_text(path), format_rfc3339(frame.at), frame.wire_length, frame.bytes.size(),
             static_cast<unsigned>(frame.link));
}

void print_verdict(const std::vector<std::string>& lines) {
  fmt::print("\nThe sensor:\n");
  for (const std::string& line : lines) fmt::print("  {}\n", terminal_text(line));
  if (lines.empty()) fmt::print("  nothing of this frame alone\n");
}

/// Whose word the sensor of that configuration takes, and whom it may watch. Claimed names are said all the
/// same: they are what is asked about.
observe::ObserverOptions options_of(const config::Settings& settings) {
  observe::ObserverOptions options;
  options.inside = settings.inside;
  options.exclude = settings.exclude;
  options.memory_mib = settings.sensor.frames_mib();
  options.tunnel_ends = settings.capture.tunnel_ends;
  for (const config::RadiusClient& client : settings.radius_clients)
    options.radius_clients.push_back({client.address, client.secret});
  return options;
}

int explain_frame(const std::string& path, std::uint64_t number, observe::ObserverOptions options) {
  Verdict verdict(path, std::move(options));
  std::uint64_t last = 0;
  const bool found = read_until(path, number, last, [&](const net::Frame& frame) {
    const bool ours = frame.number == number;
    if (ours) print_head(path, frame);
    verdict.see(frame, ours);
  });
  if (!found) {
    warn(fmt::format("{} has no frame {}: its last is {}", path, number, last));
    return exit_bad_input;
  }
  print_layers(verdict.trace());
  print_verdict(verdict.lines());
  return finish_output();
}

}  // namespace

int explain(const std::string& path, std::uint64_t number, const std::string& configuration) {
  if (number == 0) {
    warn("frames are counted from 1");
    return exit_usage;
  }
  observe::ObserverOptions options;
  if (!configuration.empty()) {
    const auto loaded = config::load(configuration);
    if (!loaded) {
      for (const Problem& problem : loaded.error()) warn(to_string(problem));
      return exit_configuration;
    }
    options = options_of(loaded->settings);
  }
  try {
    return explain_frame(path, number, std::move(options));
  } catch (const capture::SourceError& error) {
    warn(error.what());
    return error.exit_code();
  }
}

}  // namespace edgewatch::tools

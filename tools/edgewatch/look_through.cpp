#include "look_through.hpp"

#include "edgewatch/base/text.hpp"
#include "edgewatch/capture/source.hpp"
#include "edgewatch/observe/observer.hpp"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <utility>

#include <fmt/format.h>

namespace edgewatch::tools {
namespace {

constexpr int exit_input_output = 74;
// Often enough that what waits to be printed stays small.
constexpr std::uint64_t frames_between_drains = 256;

void say_all(observe::Observer& observer, const std::string& capture, const Say& say) {
  for (const model::Event& event : observer.drain()) say(event, capture);
}

int look_through(const std::string& path, const Say& say, std::string_view command) {
  std::unique_ptr<capture::PacketSource> source;
  try {
    source = capture::open_file(path, 0);
  } catch (const capture::SourceError& error) {
    warn(error.what(), command);
    return error.exit_code();
  }
  observe::ObserverOptions options;
  options.judge_checksums = false;
  observe::Observer observer(std::move(options), {source->name()});
  int exit_code = 0;
  try {
    for (;;) {
      const capture::Step step = source->next();
      if (const auto* end = std::get_if<capture::EndOfInput>(&step)) {
        if (end->cut) warn("warning: " + end->detail, command);
        break;
      }
      const auto* frame = std::get_if<net::Frame>(&step);
      if (frame == nullptr) continue;
      observer.see(*frame);
      if (frame->number % frames_between_drains == 0) say_all(observer, source->name(), say);
    }
  } catch (const capture::SourceError& error) {
    warn(error.what(), command);
    exit_code = error.exit_code();
  }
  observer.finish();
  say_all(observer, source->name(), say);
  return exit_code;
}

}  // namespace

int look_through(std::span<const std::string> files, const Say& say, std::string_view command) {
  int exit_code = 0;
  for (const std::string& file : files) exit_code = std::max(exit_code, look_through(file, say, command));
  return exit_code;
}

int finish_output() {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return 0;
  warn("standard output cannot be written");
  return exit_input_output;
}

void warn(const std::string& text, std::string_view command) {
  fmt::print(stderr, "edgewatch {}: {}\n", command, terminal_text(text));
}

std::string epoch_text(Timestamp at) {
  constexpr std::int64_t micros_in_second = 1000000;
  const std::int64_t micros = std::max<std::int64_t>(at.time_since_epoch().count(), 0);
  return fmt::format("{}.{:06}", micros / micros_in_second, micros % micros_in_second);
}

}  // namespace edgewatch::tools

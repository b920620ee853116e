#include "events_recorder.hpp"

#include <chrono>
#include <stdexcept>
#include <variant>

#include <fmt/format.h>
#include <fmt/ostream.h>

namespace edgewatch::runtime {

EventsRecorder::EventsRecorder(const std::filesystem::path& file) : out_(file, std::ios::trunc) {
  out_ << "utc_time\tkind\tvalue\n" << std::flush;
  if (!out_) throw std::runtime_error(fmt::format("events file {}: cannot be written", file.string()));
}

void EventsRecorder::row(Timestamp at, const char* kind, long long value) {
  fmt::print(out_, "{}\t{}\t{}\n", format_rfc3339(at), kind, value);
  out_.flush();
}

void EventsRecorder::note(const model::Event& event) {
  if (const auto* step = std::get_if<model::ClockStep>(&event)) {
    row(step->at, "clock_step", std::chrono::round<std::chrono::seconds>(step->step).count());
  } else if (const auto* loss = std::get_if<net::FrameLoss>(&event)) {
    row(loss->at, "loss", static_cast<long long>(loss->lost_in_kernel + loss->lost_in_queue));
  } else if (const auto* reload = std::get_if<model::Reload>(&event)) {
    row(reload->at, "reload", 0);
  }
}

}  // namespace edgewatch::runtime

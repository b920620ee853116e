// Writes the events file of CONTRACT beside a live capture: what a capture file cannot carry, so that the run
// can be replayed. It names nobody. One thread.
#pragma once

#include "edgewatch/model/event.hpp"

#include <filesystem>
#include <fstream>

namespace edgewatch::runtime {

class EventsRecorder {
 public:
  /// Begins a new file; throws std::runtime_error where it cannot be written.
  explicit EventsRecorder(const std::filesystem::path& file);

  /// Writes a clock step, a loss or a reload; passes over everything else. Ticks are left out: they change no
  /// answer, and there is one a second. What cannot be written any more is lost, and `ok()` says so.
  void note(const model::Event& event);
  [[nodiscard]] bool ok() const { return static_cast<bool>(out_); }

 private:
  void row(Timestamp at, const char* kind, long long value);
  std::ofstream out_;
};

}  // namespace edgewatch::runtime

// Frames of captures, merged by time, in batches that are ready to be shared out: each with the shard that
// its hosts belong to, the seconds at which logical time moves on, and the events that a file cannot carry in
// their places. One thread at a time; a batch belongs to whoever holds it.
#pragma once

#include "edgewatch/base/hash.hpp"
#include "edgewatch/capture/packet_file.hpp"
#include "edgewatch/model/event.hpp"

#include "time_axis.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <string>
#include <vector>

namespace edgewatch::runtime {

/// The work of a replay is always parted in so many, by the hosts of a frame, however many threads do it: so
/// the same input gives the same bytes.
inline constexpr std::uint32_t shards = 4;

/// A place in a batch: before frame n is 2n, at frame n 2n + 1.
using Place = std::uint32_t;

struct FrameBatch {
  capture::Batch content;
  /// What a shard is to do, in order: a frame by its number, or time moving on to that of the frame.
  struct Step {
    std::uint32_t frame = 0;
    bool is_tick = false;
  };
  std::array<std::vector<Step>, shards> steps;
  struct Injected {
    std::uint32_t before_frame = 0;
    model::Event event;
    Timestamp on_axis{};  ///< its time, for those who work on the axis
  };
  std::vector<Injected> injected;     ///< in order
  std::vector<std::string> warnings;  ///< of inputs that ended early
  TimeAxis axis;                      ///< as it is at its end; its frames have their stamps on it
  Timestamp last{};                   ///< logical time at its end, in UTC

  void clear();
};

class FrameBatches {
 public:
  /// `injected` in order of time.
  FrameBatches(const std::vector<std::string>& files, std::vector<model::Event> injected, HashKey key);
  ~FrameBatches();

  [[nodiscard]] std::vector<std::string> source_names() const;
  /// Fills the batch anew; false at the end of all input, and what is injected behind it stands in the batch.
  /// Throws capture::SourceError, and then for ever: what came before by time was given.
  bool next(FrameBatch& batch);
  [[nodiscard]] const TimeAxis& axis() const { return axis_; }
  /// Whether next() may wait for somebody who writes: one of the inputs is no file. Any thread.
  [[nodiscard]] bool may_wait() const { return may_wait_; }

 private:
  class Input;
  bool read(FrameBatch& batch);
  bool merge(FrameBatch& batch);
  void arrange(FrameBatch& batch);
  void inject_until(Timestamp at, std::uint32_t frame, FrameBatch& batch);
  void set_forward(model::ClockStep& step, Timestamp next);

  std::vector<std::unique_ptr<Input>> inputs_;
  std::deque<model::Event> injected_;
  HashKey key_;
  std::vector<Timestamp> last_of_source_;
  std::exception_ptr failure_;  ///< of one of several inputs
  bool may_wait_ = false;
  bool begun_ = false;
  TimeAxis axis_;
  std::uint64_t leaps_back_ = 0;
  Timestamp stamp_ = Timestamp::min();  ///< of the last frame, as it was captured
  Timestamp now_{};                     ///< the greatest stamp so far, on the axis
  Timestamp second_{};                  ///< its whole second
};

}  // namespace edgewatch::runtime

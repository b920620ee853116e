#include "frame_batches.hpp"

#include "edgewatch/wire/decode.hpp"

#include "events_file.hpp"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace edgewatch::runtime {
namespace {

using namespace std::chrono_literals;

// ARCHITECTURE 5: a backward step of over a second in one source is a clock event.
constexpr Duration backward_step = 1s;
constexpr std::uint64_t most_leaps_back = 16;

Timestamp second_of(Timestamp at) { return std::chrono::floor<std::chrono::seconds>(at); }

}  // namespace

void FrameBatch::clear() {
  content.frames.clear();
  for (auto& list : steps) list.clear();
  injected.clear();
  warnings.clear();
}

/// One file and the frame that waits in it.
class FrameBatches::Input {
 public:
  Input(const std::string& path, std::uint16_t number) : file_(capture::open_packet_file(path, number)) {}

  [[nodiscard]] const std::string& name() const { return file_->name(); }
  [[nodiscard]] capture::PacketFile& file() { return *file_; }
  [[nodiscard]] const net::Frame* head() const { return head_ ? &*head_ : nullptr; }
  void advance() {
    head_.reset();
    const capture::Step step = file_->next();
    if (const auto* frame = std::get_if<net::Frame>(&step)) head_ = *frame;
  }
  /// What is to be said of how it ended; once.
  [[nodiscard]] std::optional<std::string> warning() {
    if (std::exchange(warned_, true) || !file_->end().cut) return std::nullopt;
    return fmt::format("warning: {}; what came before was read\n", file_->end().detail);
  }

 private:
  std::unique_ptr<capture::PacketFile> file_;
  std::optional<net::Frame> head_;
  bool warned_ = false;
};

FrameBatches::FrameBatches(const std::vector<std::string>& files, std::vector<model::Event> injected,
                           HashKey key)
    : injected_(std::make_move_iterator(injected.begin()), std::make_move_iterator(injected.end())),
      key_(key) {
  for (const std::string& file : files) {
    inputs_.push_back(std::make_unique<Input>(file, static_cast<std::uint16_t>(inputs_.size())));
    std::error_code error;
    may_wait_ = may_wait_ || file == "-" || !std::filesystem::is_regular_file(file, error);
  }
  last_of_source_.assign(inputs_.size(), Timestamp::min());
  if (inputs_.size() > 1) {
    for (auto& input : inputs_) input->advance();
  }
}

FrameBatches::~FrameBatches() = default;

std::vector<std::string> FrameBatches::source_names() const {
  std::vector<std::string> names;
  for (const auto& input : inputs_) names.push_back(input->name());
  return names;
}

bool FrameBatches::next(FrameBatch& batch) {
  batch.clear();
  const bool more = inputs_.size() == 1 ? read(batch) : merge(batch);
  arrange(batch);
  if (!more) inject_until(Timestamp::max(), 0, batch);
  batch.axis = axis_;
  batch.last = axis_.to_utc(now_);
  return more;
}

bool FrameBatches::read(FrameBatch& batch) {
  Input& input = *inputs_.front();
  if (input.file().next_batch(batch.content)) return true;
  if (auto warning = input.warning()) batch.warnings.push_back(std::move(*warning));
  return false;
}

/// The frames of several files by time, the first named before the others, copied together.
bool FrameBatches::merge(FrameBatch& batch) {
  if (failure_) std::rethrow_exception(failure_);
  std::size_t used = 0;
  for (;;) {
    Input* best = nullptr;
    for (auto& input : inputs_) {
      const net::Frame* head = input->head();
      if (head == nullptr) {
        if (auto warning = input->warning()) batch.warnings.push_back(std::move(*warning));
      } else if (best == nullptr || head->at < best->head()->at) {
        best = input.get();
      }
    }
    if (best == nullptr) return !batch.content.frames.empty();
    net::Frame frame = *best->head();
    const std::size_t length = frame.bytes.size();
    if (batch.content.frames.empty()) {
      batch.content.bytes.resize(std::max(capture::default_block_bytes, length), 0);
    } else if (batch.content.bytes.size() - used < length) {
      return true;
    }
    std::uint8_t* place = batch.content.bytes.data() + used;
    if (length != 0) std::memcpy(place, frame.bytes.data(), length);
    frame.bytes = Bytes(place, length);
    used += length;
    batch.content.frames.push_back(frame);
    try {
      best->advance();
    } catch (const capture::SourceError&) {
      failure_ = std::current_exception();  // what came before it is given first
      return true;
    }
  }
}

/// Says which shard does what, and when logical time moves on for all of them: at each frame that begins a
/// second, so that no shard's events come later than others' for want of frames.
void FrameBatches::arrange(FrameBatch& batch) {
  auto& frames = batch.content.frames;
  for (std::uint32_t i = 0; i < frames.size(); ++i) {
    net::Frame& frame = frames[i];
    if (!injected_.empty()) inject_until(frame.at, i, batch);
    Timestamp& last = last_of_source_[frame.source];
    if (last != Timestamp::min() && frame.at + backward_step < last) {
      const model::ClockStep step{frame.at, frame.at - last};
      // Of several captures the others' clocks were not set; and one whose stamps go back over and over is
      // not in order, rather than of a clock that was set.
      if (inputs_.size() == 1 && ++leaps_back_ <= most_leaps_back) axis_.set(frame.at, step.step);
      batch.injected.push_back({i, step, axis_.on_axis(frame.at)});
    }
    stamp_ = last = frame.at;
    frame.at = axis_.on_axis(frame.at);
    if (!begun_ || frame.at > now_) {
      now_ = frame.at;
      if (!begun_ || now_ - second_ >= 1s) {
        second_ = second_of(now_);
        for (auto& list : batch.steps) list.push_back({i, true});
      }
      begun_ = true;
    }
    batch.steps[wire::hosts_of(frame, key_) % shards].push_back({i, false});
  }
}

void FrameBatches::inject_until(Timestamp at, std::uint32_t frame, FrameBatch& batch) {
  while (!injected_.empty() && time_of(injected_.front()) <= at) {
    model::Event event = std::move(injected_.front());
    injected_.pop_front();
    if (auto* step = std::get_if<model::ClockStep>(&event); step != nullptr && at != Timestamp::max())
      set_forward(*step, at);
    const Timestamp on_axis = axis_.on_axis(time_of(event));
    batch.injected.push_back({frame, std::move(event), on_axis});
  }
}

/// That the clock was set forward no capture tells; it is believed as far as the stamps do leap.
void FrameBatches::set_forward(model::ClockStep& step, Timestamp next) {
  if (step.step <= Duration(0) || stamp_ == Timestamp::min()) return;
  // Told by the clock as it was before.
  if (step.at + 1s < stamp_ + step.step) step.at += step.step;
  axis_.set(next, std::clamp(next - stamp_, Duration(0), step.step));
}

}  // namespace edgewatch::runtime

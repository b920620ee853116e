// Batches of events from the capture threads to the analysis thread. Bounded: when it is full a capture
// thread waits, the kernel's ring fills, and what it then drops is counted there and shown. Safe from any
// thread.
#pragma once

#include "edgewatch/model/event.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace edgewatch::runtime {

/// What one capture thread says at a time.
struct EventBatch {
  std::size_t thread = 0;  ///< over all threads
  std::vector<model::Event> events;
  /// The thread's logical time: what it says next is no earlier, but for frames that came out of order.
  Timestamp until = Timestamp::min();
};

class EventQueue {
 public:
  explicit EventQueue(std::size_t most_batches) : most_(most_batches) {}

  /// Waits while the queue is full; after close() the batch is let go.
  void push(EventBatch batch) {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [this] { return closed_ || batches_.size() < most_; });
    if (closed_) return;
    batches_.push_back(std::move(batch));
    filled_.notify_one();
  }
  /// The next batch; nothing when none came in time, or when the queue is closed and empty.
  std::optional<EventBatch> pop(std::chrono::milliseconds wait) {
    std::unique_lock lock(mutex_);
    filled_.wait_for(lock, wait, [this] { return closed_ || !batches_.empty(); });
    if (batches_.empty()) return std::nullopt;
    EventBatch batch = std::move(batches_.front());
    batches_.pop_front();
    room_.notify_one();
    return batch;
  }
  /// Nothing more goes in; what is in can still be taken out.
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    room_.notify_all();
    filled_.notify_all();
  }
  [[nodiscard]] bool drained() const {
    const std::lock_guard lock(mutex_);
    return closed_ && batches_.empty();
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable room_, filled_;
  std::deque<EventBatch> batches_;
  std::size_t most_;
  bool closed_ = false;
};

}  // namespace edgewatch::runtime

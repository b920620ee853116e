// What is to be gone where somebody ends the process by a signal (SIGINT, SIGTERM, SIGHUP), which then ends
// by it as it would have. The calling thread must be the only one that does not block those; one object at a
// time.
#pragma once

#include <atomic>
#include <csignal>
#include <functional>
#include <thread>

namespace edgewatch::runtime {

class GoneOnSignal {
 public:
  /// `remove` may be called on another thread as long as the object lives.
  explicit GoneOnSignal(std::function<void()> remove);
  /// Signals do again what they did before.
  ~GoneOnSignal();
  GoneOnSignal(const GoneOnSignal&) = delete;
  GoneOnSignal& operator=(const GoneOnSignal&) = delete;

 private:
  void wait();

  std::function<void()> remove_;
  sigset_t signals_{}, before_{};
  std::atomic<bool> over_ = false;
  std::thread thread_;
};

}  // namespace edgewatch::runtime

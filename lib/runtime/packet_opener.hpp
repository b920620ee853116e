// Opens packet sockets for threads that may not (ENFORCEMENT S2): an interface that was taken away comes back
// while the daemon runs. Its thread alone keeps CAP_NET_RAW, and reads nothing that comes from a wire.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <thread>

namespace edgewatch::runtime {

class PacketOpener {
 public:
  PacketOpener();
  /// Nobody may wait for it any more.
  ~PacketOpener();
  PacketOpener(const PacketOpener&) = delete;
  PacketOpener& operator=(const PacketOpener&) = delete;

  /// Calls it in that thread; throws what it throws. Any thread.
  void call(std::function<void()> open);

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::packaged_task<void()>> asked_;  ///< guarded
  bool stopping_ = false;                         ///< guarded
  std::thread thread_;
};

}  // namespace edgewatch::runtime

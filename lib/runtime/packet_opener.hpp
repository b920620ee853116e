// Opens packet sockets for threads that may not (ENFORCEMENT S2): an interface that was taken away comes back
// while the daemon runs. Its thread alone keeps CAP_NET_RAW, and reads nothing that comes from a wire.
#pragma once

#include "edgewatch/capture/source.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <thread>

namespace edgewatch::runtime {

class PacketOpener {
 public:
  using Source = std::unique_ptr<capture::PacketSource>;

  PacketOpener();
  /// Nobody may wait for it any more.
  ~PacketOpener();
  PacketOpener(const PacketOpener&) = delete;
  PacketOpener& operator=(const PacketOpener&) = delete;

  /// What `open` gives or throws, called in that thread. Any thread.
  [[nodiscard]] Source open(std::function<Source()> open);

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::packaged_task<Source()>> asked_;  ///< guarded
  bool stopping_ = false;                           ///< guarded
  std::thread thread_;
};

}  // namespace edgewatch::runtime

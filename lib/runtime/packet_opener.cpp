#include "packet_opener.hpp"

#include "capabilities.hpp"

#include <utility>

#include <linux/capability.h>

namespace edgewatch::runtime {

PacketOpener::PacketOpener() : thread_([this] { run(); }) {}

PacketOpener::~PacketOpener() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void PacketOpener::call(std::function<void()> open) {
  std::packaged_task<void()> task(std::move(open));
  std::future<void> opened = task.get_future();
  {
    const std::lock_guard lock(mutex_);
    asked_.push_back(std::move(task));
  }
  wake_.notify_one();
  opened.get();
}

void PacketOpener::run() {
  // As root, in tests, it keeps what else opening takes.
  give_up_capabilities({CAP_NET_ADMIN, CAP_NET_BIND_SERVICE});
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return stopping_ || !asked_.empty(); });
    if (stopping_) return;
    std::packaged_task<void()> task = std::move(asked_.front());
    asked_.pop_front();
    lock.unlock();
    task();
    lock.lock();
  }
}

}  // namespace edgewatch::runtime

#include "generator/delay.hpp"

#include "support/byte_writer.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <deque>
#include <optional>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace edgewatch::generator {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t largest_frame = 65536;

[[noreturn]] void fail(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

int open_tap(const std::string& where, const std::string& name) {
  const std::string path = "/run/netns/" + where;
  const int home = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (home < 0 || setns(home, CLONE_NEWNET) != 0) fail(path);
  close(home);
  const int tap = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);
  ifreq wish{};
  wish.ifr_flags = IFF_TAP | IFF_NO_PI;
  name.copy(std::data(wish.ifr_name), IFNAMSIZ - 1);
  if (tap < 0 || ioctl(tap, TUNSETIFF, &wish) != 0) fail("tap " + name);
  return tap;
}

/// One direction: frames in the order they came, each with when it is due.
class Way {
 public:
  Way(int in, int out, Clock::duration late) : in_(in), out_(out), late_(late) {}

  void take() {
    static std::array<std::uint8_t, largest_frame> room;
    for (ssize_t size = 0; (size = read(in_, room.data(), room.size())) > 0;) {
      const Bytes frame(room.data(), static_cast<std::size_t>(size));
      frames_.push_back({Clock::now() + late_, support::Buffer(frame.begin(), frame.end())});
    }
  }
  void give() {
    for (; !frames_.empty() && frames_.front().due <= Clock::now(); frames_.pop_front()) {
      const support::Buffer& frame = frames_.front().bytes;
      // An interface that is down drops what it is given, as a wire would.
      static_cast<void>(write(out_, frame.data(), frame.size()) < 0);
    }
  }
  [[nodiscard]] std::optional<Clock::time_point> due() const {
    return frames_.empty() ? std::nullopt : std::optional(frames_.front().due);
  }

 private:
  struct Late {
    Clock::time_point due;
    support::Buffer bytes;
  };
  int in_, out_;
  Clock::duration late_;
  std::deque<Late> frames_;
};

}  // namespace

void delay_frames(const DelayRequest& request) {
  const int one = open_tap(request.from, request.from_name);
  const int other = open_tap(request.to, request.to_name);
  prctl(PR_SET_TIMERSLACK, 1);
  std::array<Way, 2> ways{Way(one, other, request.each_way), Way(other, one, request.each_way)};
  fmt::print("ready\n");
  std::fflush(stdout);
  std::array<pollfd, 2> both{pollfd{one, POLLIN, 0}, pollfd{other, POLLIN, 0}};
  for (;;) {
    std::optional<Clock::duration> wait;
    for (const Way& way : ways) {
      const auto due = way.due();
      if (due) wait = std::min(wait.value_or(Clock::duration::max()), *due - Clock::now());
    }
    timespec longest{};
    if (wait) longest.tv_nsec = std::clamp<long>(wait->count(), 0, 999'999'999);
    ppoll(both.data(), both.size(), wait ? &longest : nullptr, nullptr);
    for (Way& way : ways) {
      way.take();
      way.give();
    }
  }
}

}  // namespace edgewatch::generator

// A wire between two network namespaces on which every frame takes its time: a tap interface in each, and
// what goes into one comes out of the other later. Needs CAP_SYS_ADMIN and CAP_NET_ADMIN. One thread.
#pragma once

#include <chrono>
#include <string>

namespace edgewatch::generator {

struct DelayRequest {
  std::string from, from_name;  ///< namespace as /run/netns has it, and the interface that is made there
  std::string to, to_name;
  std::chrono::microseconds each_way{2500};
};
/// Makes both interfaces, says `ready`, and carries frames until the process is ended.
[[noreturn]] void delay_frames(const DelayRequest& request);

}  // namespace edgewatch::generator

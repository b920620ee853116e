// Sends a counted number of frames over an interface as fast as it goes, or at a rate: what the accounting of
// live capture and its speed are measured with. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace edgewatch::generator {

struct FrameRequest {
  std::string interface;
  std::string shape = "tcp";  ///< tcp: segments of both directions; fragments: UDP datagrams in two pieces
  std::uint64_t frames = 0;
  std::size_t connections = 1000;  ///< of 10.20.0.0/16 with 198.51.100.0/24
  std::size_t payload = 256;       ///< bytes in each segment
  std::uint64_t rate = 0;          ///< frames a second; 0: as fast as it goes
};

struct FramesSent {
  std::uint64_t frames = 0;  ///< taken by the kernel; a full queue behind that is counted by the interface
  double seconds = 0;
};

/// Throws std::system_error where the interface is not there or not up, std::invalid_argument for a wish that
/// makes no sense.
[[nodiscard]] FramesSent send_frames(const FrameRequest& request);

}  // namespace edgewatch::generator

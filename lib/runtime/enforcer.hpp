// Who makes the network match the decisions while packets go by: the gateway, or the mirror. One of them or
// none.
#pragma once

#include "edgewatch/config/configuration.hpp"
#include "edgewatch/identity/register.hpp"
#include "edgewatch/model/usage.hpp"
#include "edgewatch/net/frame.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace edgewatch::runtime {

/// Looks at frames as they are captured, before anything else does. Of one capture thread.
class FrameEye {
 public:
  FrameEye() = default;
  virtual ~FrameEye() = default;
  FrameEye(const FrameEye&) = delete;
  FrameEye& operator=(const FrameEye&) = delete;
  virtual void see(const net::Frame& frame) = 0;
  /// A few times a second, also where nothing comes.
  virtual void look_after() = 0;
};

class Enforcer {
 public:
  Enforcer() = default;
  virtual ~Enforcer() = default;
  Enforcer(const Enforcer&) = delete;
  Enforcer& operator=(const Enforcer&) = delete;

  /// New connections are judged by it at once, and those under way that it refuses are cut. Any thread.
  virtual void swap(std::shared_ptr<const config::Configuration> configuration) = 0;
  /// Who holds which address from now on. Any thread.
  virtual void swap(std::shared_ptr<const identity::Register> tenancy) = 0;
  /// Attempts of minutes that are over, each told once. Any thread.
  [[nodiscard]] virtual std::vector<model::BlockCount> take_blocks() = 0;
  /// Times in which packets passed without a verdict, that are over; each told once. Of 0 packets where our
  /// rules were not in the kernel, and nobody counted. Any thread.
  [[nodiscard]] virtual std::vector<model::GatewayGap> take_gaps() { return {}; }
  /// An eye for one more capture thread; null: it needs none. The enforcer outlives it.
  [[nodiscard]] virtual std::unique_ptr<FrameEye> eye() { return nullptr; }
  /// What is to come: where edgewatchd is started anew at once, what the kernel was told stays, as after a
  /// kill.
  enum class Then : std::uint8_t { nothing, another_start };
  /// Ends it; what is left of attempts is told by the next take_blocks().
  virtual void stop(Then then) = 0;
};

}  // namespace edgewatch::runtime

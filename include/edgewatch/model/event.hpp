// The one stream from the sensor side to the analysis side. Loss, ticks, clock steps and tenancy changes are
// events in it, so that a recorded run replays with them in place (ARCHITECTURE 2). Owned values; any thread.
#pragma once

#include "edgewatch/model/attribution.hpp"
#include "edgewatch/model/sighting.hpp"
#include "edgewatch/model/sign.hpp"
#include "edgewatch/model/usage.hpp"
#include "edgewatch/net/frame.hpp"

#include <variant>

namespace edgewatch::model {

struct Tick {
  Timestamp at;
};
/// The wall clock of a source moved by `step` between two stamps; `at` is the stamp after it.
struct ClockStep {
  Timestamp at;
  Duration step{0};
};
/// Swap the rule book and catalogue for those the runtime holds ready.
struct Reload {
  Timestamp at;
};

using Event = std::variant<Sighting, Answer, FlowSecond, FlowEnd, Coverage, net::FrameLoss, Tick, ClockStep,
                           Reload, TenancyEvent, IdentitySign, BypassSign>;

}  // namespace edgewatch::model

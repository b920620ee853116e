#include "clock.hpp"

#include <memory>

#include <sys/timex.h>
#include <systemd/sd-bus.h>

namespace edgewatch::runtime {
namespace {

/// Of one call: long enough for timedated to be started for us on a busy machine, well below the watchdog.
constexpr std::uint64_t patience_us = 10'000'000;

/// What systemd's timedated says, which looks at the kernel's clock with a right of its own. False also where
/// nobody answers.
bool timedated_says_synchronised() {
  sd_bus* opened = nullptr;
  if (sd_bus_open_system(&opened) < 0) return false;
  const std::unique_ptr<sd_bus, decltype(&sd_bus_flush_close_unref)> bus(opened, &sd_bus_flush_close_unref);
  sd_bus_set_method_call_timeout(bus.get(), patience_us);
  int said = 0;
  return sd_bus_get_property_trivial(bus.get(), "org.freedesktop.timedate1", "/org/freedesktop/timedate1",
                                     "org.freedesktop.timedate1", "NTPSynchronized", nullptr, 'b',
                                     &said) >= 0 &&
         said != 0;
}

}  // namespace

bool clock_is_synchronised() {
  timex state{};
  const int said = ::adjtimex(&state);
  if (said == -1) return timedated_says_synchronised();
  return said != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
}

}  // namespace edgewatch::runtime

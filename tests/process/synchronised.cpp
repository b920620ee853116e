// Preloaded by the process tests beside libfaketime: whether the clock is kept right must not depend on the
// machine that the tests run on.
#include <cstdlib>
#include <cstring>

#include <sys/timex.h>

extern "C" int adjtimex(timex* state) noexcept {
  const char* said = std::getenv("EWTEST_CLOCK");
  const bool alone = said != nullptr && std::strcmp(said, "alone") == 0;
  constexpr long unknown_us = 16'000'000;  // the kernel's error where nobody tells it the time
  state->status = alone ? STA_UNSYNC : STA_PLL;
  state->maxerror = alone ? unknown_us : 1'000;
  return alone ? TIME_ERROR : TIME_OK;
}

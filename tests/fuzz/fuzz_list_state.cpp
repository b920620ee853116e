// What is kept of a list between updates, as somebody may have changed it: it is refused, or a state that
// updates and goes back as one that was written.
#include "laws.hpp"
#include "list_store.hpp"

#include <algorithm>

using namespace edgewatch;
using fuzz::law;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::Exact exact({data, size});
  auto state = runtime::read_state({reinterpret_cast<const char*>(exact.bytes().data()), size});
  if (!state) return 0;
  law(state->active == 0 || state->find(state->active) != nullptr, "the active edition is one of those kept");
  const auto again = runtime::read_state(runtime::state_text(*state));
  law(again && runtime::state_text(*again) == runtime::state_text(*state),
      "a state written and read again is the same");
  constexpr Timestamp now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 17);
  // As an update does.
  const unsigned number = state->editions.empty() ? 1 : state->editions.back().number + 1;
  state->editions.push_back({number, now, 7, "", false, {}});
  state->activate(number, now);
  law(state->active == number && state->find(number) != nullptr, "what is taken is active");
  law(state->editions.size() <= runtime::editions_kept, "no more are kept than should be");
  law(state->baseline(now).has_value(), "there is a size to compare with");
  law(runtime::read_state(runtime::state_text(*state)).has_value(), "and it is a state again");
  // As going back does, to each.
  for (const runtime::ListEdition& edition : std::vector(state->editions)) {
    state->activate(edition.number, now);
    law(state->find(edition.number) != nullptr, "what is gone back to is kept");
  }
  return 0;
}

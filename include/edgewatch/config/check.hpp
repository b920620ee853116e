// What is odd in a configuration that is right in its form: told apart from mistakes, and no reason not to
// start. Pure; any thread.
#pragma once

#include "edgewatch/config/configuration.hpp"
#include "edgewatch/policy/review.hpp"

namespace edgewatch::config {

/// What rules may speak of, as catalogue and lists have it.
[[nodiscard]] policy::Listed listed(const Policies& policies);

/// Each with its file, line and what to do: rules that can never match, withdrawals and authorisations that
/// have ended, that nobody approved, whose review is due; a catalogue with nothing in it.
[[nodiscard]] Problems warnings(const Configuration& configuration, Timestamp now);

}  // namespace edgewatch::config

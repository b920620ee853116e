// What is odd in a configuration that is right in its form: told apart from mistakes, and no reason not to
// start. Pure; any thread.
#pragma once

#include "edgewatch/config/configuration.hpp"
#include "edgewatch/policy/review.hpp"

namespace edgewatch::config {

/// What rules may speak of, as catalogue and lists have it, and whom they reach. Where zones are kept, a
/// resolver refuses also to networks of which nothing is read.
[[nodiscard]] policy::Ground ground(const Configuration& configuration);

/// A withdrawal and an authorised use that speak of the same use, as a sentence; `rules.toml:12` or the
/// register's entry says which they are.
[[nodiscard]] std::string in_words(const policy::Contradiction& both, const policy::RuleBook& book);

/// Each with its file, line and what to do: rules that can never match or that others contradict, withdrawals
/// and authorisations that have ended, that speak against each other, that nobody approved, whose review is
/// due; a catalogue with nothing in it. Of what was entered by command its contradictions alone.
[[nodiscard]] Problems warnings(const Configuration& configuration, Timestamp now);

/// The keys of the main file that say something else by now than at the start, since when nobody has looked
/// at them; nothing where the file cannot be read, which is told elsewhere.
[[nodiscard]] Problems changed_since_start(const Settings& in_force);

}  // namespace edgewatch::config

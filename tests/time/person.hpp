// Invented people and machines with their truth: the ten behaviours that the method's targets are set on
// (TIME 3.1, 6.2), and the days on which nobody uses anything. The same kind and seed give the same day.
#pragma once

#include "time/day.hpp"

namespace edgewatch::truth {

/// The ten behaviours, in the order of the tables.
[[nodiscard]] const std::vector<std::string>& kinds();
/// Those of them on which nobody uses anything, or a page for two minutes before work begins.
[[nodiscard]] const std::vector<std::string>& idle_kinds();
/// Throws std::invalid_argument for an unknown kind.
[[nodiscard]] Day person_day(const std::string& kind, std::uint64_t seed);

/// One of a council's machines on a day when nobody uses a listed service: work, and a mixture of news with
/// widgets, tabs left open since yesterday, apps that refresh, messages pushed, webmail with pictures.
[[nodiscard]] Day unused_day(std::uint64_t seed);

/// So many news pages, each with widgets, and nothing else.
[[nodiscard]] Day embeds_day(std::uint64_t seed, std::size_t pages);

/// How a page that is left open asks for news.
enum class Poll : std::uint8_t { on_the_minute, half_minute, jittered, two_minutes, five_minutes };
inline constexpr std::size_t poll_styles = 5;
/// Two minutes of use, then the page left open for eight hours beside work.
[[nodiscard]] Day background_day(Poll style, std::uint64_t seed);

}  // namespace edgewatch::truth

// How each kind of time is drawn: told apart by pattern as well as by shade, so that a print in black and
// white says the same, and in colours that people who see colours differently can tell apart. The shades are
// classes of the page's style, which knows them for light, dark and paper. Private to this module.
#pragma once

#include "edgewatch/model/usage.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace edgewatch::report {

/// What a second can be, in the order in which a bar is stacked.
enum class Shade : std::uint8_t { interactive, playing, authorised, weak };
inline constexpr std::size_t shade_count = 4;
[[nodiscard]] Shade shade_of(const model::UsageSlice& row);
[[nodiscard]] std::string_view class_of(Shade shade);

/// The patterns that all pictures refer to; once in a page, before them.
[[nodiscard]] std::string patterns();
/// What the shades of a picture mean: classes with their words.
[[nodiscard]] std::string legend(const std::vector<std::pair<std::string_view, std::string>>& shades);

/// A coordinate: to a tenth, in as few characters as it takes.
[[nodiscard]] std::string place(double at);
/// A rectangle of a path.
void put_box(std::string& path, double left, double bottom, double wide, double high);

}  // namespace edgewatch::report

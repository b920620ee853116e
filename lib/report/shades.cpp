#include "shades.hpp"

#include "edgewatch/base/text.hpp"

#include <array>
#include <cmath>

#include <fmt/format.h>

namespace edgewatch::report {

Shade shade_of(const model::UsageSlice& row) {
  if (row.grade == model::Grade::weak) return Shade::weak;
  if (row.purpose == model::Purpose::authorised) return Shade::authorised;
  return row.kind == model::Kind::playing ? Shade::playing : Shade::interactive;
}

std::string_view class_of(Shade shade) {
  constexpr std::array<std::string_view, shade_count> names{"active", "playing", "authorised", "weak"};
  return names.at(static_cast<std::size_t>(shade));
}

std::string patterns() {
  return R"svg(<svg width="0" height="0" aria-hidden="true" focusable="false" class="patterns"><defs>
<pattern id="upto" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="4" height="4" class="ground"/><rect width="1.6" height="4" class="active"/></pattern>
<pattern id="playing" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)"><rect width="5" height="5" class="ground"/><rect width="2.5" height="5" class="play"/></pattern>
<pattern id="authorised" width="4" height="4" patternUnits="userSpaceOnUse"><rect width="4" height="4" class="ground"/><rect width="4" height="1.5" class="work"/></pattern>
<pattern id="weak" width="4" height="4" patternUnits="userSpaceOnUse"><rect width="4" height="4" class="ground"/><circle cx="2" cy="2" r="1" class="dot"/></pattern>
<pattern id="lunch" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6" class="core"/><circle cx="1.5" cy="1.5" r="0.8" class="crumb"/></pattern>
<pattern id="gap" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" class="ground"/><path d="M0 0h1.2v6h-1.2zM0 0h6v1.2h-6z" class="dot"/></pattern>
</defs></svg>
)svg";
}

std::string legend(const std::vector<std::pair<std::string_view, std::string>>& shades) {
  std::string out = "<ul class=\"legend\">";
  for (const auto& [shade, words] : shades) {
    out += fmt::format(
        R"(<li><svg width="22" height="12" aria-hidden="true" focusable="false"><rect x="0.5" y="0.5" width="21" height="11" class="{} framed"/></svg> {}</li>)",
        shade, html_text(words));
  }
  return out + "</ul>\n";
}

std::string place(double at) { return fmt::format("{}", std::round(at * 10) / 10); }

void put_box(std::string& path, double left, double bottom, double wide, double high) {
  path +=
      fmt::format("M{} {}h{}v{}h{}z", place(left), place(bottom), place(wide), place(-high), place(-wide));
}

}  // namespace edgewatch::report

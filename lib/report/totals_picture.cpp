#include "totals_picture.hpp"

#include "edgewatch/base/text.hpp"

#include "shades.hpp"
#include "words.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

namespace edgewatch::report {
namespace {

// In SVG units, which are CSS pixels where the page is wide enough.
constexpr int width = 680;
constexpr int label_width = 150;
constexpr int words_width = 150;
constexpr int bar_width = width - label_width - words_width;
constexpr int bar_height = 11;
constexpr int pitch = 19;
constexpr int between_services = 9;

struct Bar {
  Shade shade = Shade::interactive;
  Time time;
};

std::vector<Bar> bars_of(const Figures& figures) {
  std::vector<Bar> out;
  if (figures.interactive.best.count() > 0) out.push_back({Shade::interactive, figures.interactive});
  if (figures.playing.best.count() > 0) out.push_back({Shade::playing, figures.playing});
  if (figures.authorised.best.count() > 0) out.push_back({Shade::authorised, figures.authorised});
  return out;
}

/// Up to the lower figure the bar is full, from there to the best estimate it is half as high.
void put_bar(std::string& svg, int top, const Bar& bar, std::chrono::seconds most) {
  const auto wide = [&](std::chrono::seconds time) {
    return bar_width * static_cast<double>(time.count()) / static_cast<double>(most.count());
  };
  const double lower = wide(bar.time.lower);
  std::string path;
  if (lower > 0) put_box(path, label_width, top + bar_height, lower, bar_height);
  put_box(path, label_width + lower, top + bar_height, wide(bar.time.best) - lower, bar_height / 2.0);
  svg += fmt::format(R"(<path class="{} framed" d="{}"/>)", class_of(bar.shade), path);
  svg += fmt::format(R"(<text x="{}" y="{}" class="lane">{}</text>)",
                     place(label_width + wide(bar.time.best) + 8), top + bar_height - 1, both(bar.time));
}

}  // namespace

std::string totals_picture(const UsageReport& report, const Summary& summary) {
  std::chrono::seconds most{0};
  int height = 0;
  for (const auto& [service, figures] : summary.services) {
    const std::vector<Bar> bars = bars_of(figures);
    for (const Bar& bar : bars) most = std::max(most, bar.time.best);
    if (!bars.empty()) height += static_cast<int>(bars.size()) * pitch + between_services;
  }
  if (most.count() == 0) return {};
  std::string svg = fmt::format(
      R"(<svg viewBox="0 0 {} {}" role="img" aria-label="Time on each service; the table below has the same figures">)",
      width, height);
  int top = 2;
  for (const auto& [service, figures] : summary.services) {
    const std::vector<Bar> bars = bars_of(figures);
    if (bars.empty()) continue;
    svg += fmt::format(R"(<text x="{}" y="{}" text-anchor="end" class="service">{}</text>)", label_width - 10,
                       top + bar_height - 1, html_text(shortened(service_name(report, service), 22)));
    for (const Bar& bar : bars) {
      put_bar(svg, top, bar, most);
      top += pitch;
    }
    top += between_services;
  }
  return legend({{"active", "interactive"}, {"playing", "playing"}, {"authorised", "authorised for work"}}) +
         "<p class=\"key\">High up to the lower figure, low from there to the best estimate.</p>\n<figure>" +
         svg + "</svg></figure>\n";
}

}  // namespace edgewatch::report

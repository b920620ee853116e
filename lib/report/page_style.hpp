// How the page looks: on a screen, light or dark, and on A4. Private to this module.
#pragma once

#include <string>

namespace edgewatch::report {

/// At the edges of each printed page, beside its number.
struct RunningWords {
  std::string top_left;
  std::string top_right;
  std::string bottom_left;
};

[[nodiscard]] std::string page_style(const RunningWords& running);

}  // namespace edgewatch::report

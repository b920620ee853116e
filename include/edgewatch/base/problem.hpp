// An operator's mistake, told so that it can be mended: where, what, and what to do. All mistakes of a file
// are gathered and shown at once (exit 78). Owned values.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace edgewatch {

struct Problem {
  std::string file;
  std::size_t line = 0;    ///< from 1; 0 where no line applies (a missing file)
  std::size_t column = 0;  ///< from 1; 0 where no column applies
  std::string what;
  std::string advice;

  bool operator==(const Problem&) const = default;
};
using Problems = std::vector<Problem>;

/// `file:line:column: what; advice` (CONTRACT), leaving out what is zero or empty.
[[nodiscard]] std::string to_string(const Problem& problem);

}  // namespace edgewatch

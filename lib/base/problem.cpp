#include "edgewatch/base/problem.hpp"

namespace edgewatch {

std::string to_string(const Problem& problem) {
  std::string out = problem.file;
  if (problem.line != 0) out += ':' + std::to_string(problem.line);
  if (problem.line != 0 && problem.column != 0) out += ':' + std::to_string(problem.column);
  if (!out.empty()) out += ": ";
  out += problem.what;
  if (!problem.advice.empty()) out += "; " + problem.advice;
  return out;
}

}  // namespace edgewatch

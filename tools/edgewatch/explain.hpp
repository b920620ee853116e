// `edgewatch inspect --explain FRAME FILE`: one frame, layer by layer, with why each was accepted or refused,
// and what the sensor said of it. Needs no daemon and no rights. No payload is printed: names and lengths
// alone.
#pragma once

#include <cstdint>
#include <string>

namespace edgewatch::tools {

/// Prints to standard output. `number` counts from 1. The file is read three times, so it cannot be standard
/// input (64). Returns the exit code: 65 where the file has no such frame.
[[nodiscard]] int explain(const std::string& path, std::uint64_t number);

}  // namespace edgewatch::tools

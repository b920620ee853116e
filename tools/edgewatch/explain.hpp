// `edgewatch inspect --explain FRAME FILE`: one frame, layer by layer, with why each was accepted or refused,
// and what the sensor said of it. Needs no daemon and no rights. No payload is printed: names and lengths
// alone.
#pragma once

#include <cstdint>
#include <string>

namespace edgewatch::tools {

/// Prints to standard output, in one reading of the file up to that frame (`-` is standard input). `number`
/// counts from 1. With a configuration (edgewatch.toml) the frame is judged as its daemon would: by `inside`,
/// `exclude`, `tunnel_ends` and the access servers' secrets, which are not printed; empty: nothing of that is
/// asked, as `inspect` does. Returns the exit code: 65 where the file has no such frame, 78 where the
/// configuration has mistakes.
[[nodiscard]] int explain(const std::string& path, std::uint64_t number, const std::string& configuration);

}  // namespace edgewatch::tools

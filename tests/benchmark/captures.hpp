// The captures that the benchmarks read (PERFORMANCE, "mixed", "newflow", "dns") and the floods (issue 3,
// "Bounded"). The same seed and size give the same bytes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace edgewatch::benchmark {

struct Order {
  std::string kind;
  std::filesystem::path capture;
  std::filesystem::path truth;  ///< empty: none is written
  std::uint64_t seed = 1;
  std::uint64_t mib = 0;    ///< traffic: about the size of the file; 0 for the usual one
  std::uint64_t count = 0;  ///< floods: flows, hellos, names or fragments; 0 for the usual number
};

/// What was written.
struct Summary {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  std::uint64_t full_size_bytes = 0;
};

/// `mixed`, `newflow` or `dns`.
Summary write_traffic(const Order& order);
/// `half-open`, `partial-hellos`, `random-names`, `first-fragments`, `colliding-flows`, `random-flows`.
Summary write_flood(const Order& order);

}  // namespace edgewatch::benchmark

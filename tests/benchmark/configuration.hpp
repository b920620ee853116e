// The configuration under which the benchmark captures are replayed: 2,000 people by static assignment,
// rules, the shipped catalogue and a list of invented names. Throws std::runtime_error.
#pragma once

#include <cstdint>
#include <filesystem>

namespace edgewatch::benchmark {

/// Writes the folder, which is made. `shipped` is the folder of the shipped catalogue; `listed` is how many
/// names the list has, of which one in fifty belongs to a site that the captures visit.
void write_configuration(const std::filesystem::path& folder, const std::filesystem::path& shipped,
                         std::size_t listed);

}  // namespace edgewatch::benchmark

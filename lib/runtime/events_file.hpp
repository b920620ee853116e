// The events file of CONTRACT (`--events`): what a capture cannot carry. Owned values; one thread.
#pragma once

#include "edgewatch/base/problem.hpp"
#include "edgewatch/base/result.hpp"
#include "edgewatch/model/event.hpp"

#include <filesystem>
#include <vector>

namespace edgewatch::runtime {

/// The rows in order of time; every mistake of the file at once. Loss is counted for source 0.
[[nodiscard]] Result<std::vector<model::Event>, Problems> load_events(const std::filesystem::path& file);
[[nodiscard]] Timestamp time_of(const model::Event& event);

}  // namespace edgewatch::runtime

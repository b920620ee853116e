// How much memory the accountant holds for so many devices at once, each of which does what a person in heavy
// use does from ten to eleven.
#pragma once

#include "edgewatch/pipeline/pipeline.hpp"

#include <cstddef>
#include <cstdint>

namespace edgewatch::truth {

struct Memory {
  std::size_t bytes = 0;  ///< resident at the most, beyond what there was before
  std::uint64_t activities = 0;
  std::uint64_t dropped = 0;  ///< for want of room
};
[[nodiscard]] Memory accountant_memory(const pipeline::Policies& policies, std::size_t devices);

}  // namespace edgewatch::truth

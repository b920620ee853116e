// Whether a parser reads the names that devices and people have in a message. Whose address may not be
// watched has none read.
#pragma once

#include <cstdint>

namespace edgewatch::wire {

enum class Texts : std::uint8_t { read, pass_over };

}  // namespace edgewatch::wire

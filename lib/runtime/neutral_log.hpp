// What we log goes to the journal, where a line is a statement of ours: so no text of strangers may end it,
// turn it round or colour it. Any thread.
#pragma once

#include <memory>

#include <spdlog/formatter.h>

namespace edgewatch::runtime {

/// Makes each message neutral as for a terminal, one line that is cut after about 4,096 bytes; around it
/// stands what `inner` makes of it.
[[nodiscard]] std::unique_ptr<spdlog::formatter> neutral_formatter(std::unique_ptr<spdlog::formatter> inner);

}  // namespace edgewatch::runtime

// What the forms of `edgewatch inspect` share: reading captures to their ends and saying what went wrong. One
// thread.
#pragma once

#include "edgewatch/base/time.hpp"
#include "edgewatch/model/event.hpp"

#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace edgewatch::tools {

/// Is given each event and the base name of its capture.
using Say = std::function<void(const model::Event& event, const std::string& capture)>;

/// Reads the captures one after the other, as the sensor would, and gives what it says in order; keeps
/// nothing of them. What was read before an error is given all the same. The worst of CONTRACT's exit codes.
[[nodiscard]] int look_through(std::span<const std::string> files, const Say& say,
                               std::string_view command = "inspect");

/// Flushes standard output; the exit code where it cannot be written, else 0.
[[nodiscard]] int finish_output();

/// One line on standard error, of that command.
void warn(const std::string& text, std::string_view command = "inspect");
/// Seconds since 1970 with six digits behind the point, as CONTRACT's TSV has them.
[[nodiscard]] std::string epoch_text(Timestamp at);

}  // namespace edgewatch::tools

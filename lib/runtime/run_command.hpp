// A command of the council's, run to its end.
#pragma once

#include <atomic>
#include <chrono>
#include <string>
#include <vector>

namespace edgewatch::runtime {

struct CommandEnd {
  std::string trouble;  ///< empty where it ended with 0; else `exit code 3`, `ended by signal 9`, ...
  std::chrono::milliseconds took{0};
};

/// Without a shell, with our environment, nothing to read, what it says thrown away and none of our ambient
/// capabilities. Where it takes longer than `patience`, or `give_up` is set, it is ended with all that it
/// started. Precondition: at least the program's path.
[[nodiscard]] CommandEnd run_command(const std::vector<std::string>& command, std::chrono::seconds patience,
                                     const std::atomic<bool>& give_up);

}  // namespace edgewatch::runtime

// The daemon: configuration, ledger, watch, control sockets, signals, systemd. Owns nothing beyond the call.
#pragma once

#include <filesystem>
#include <optional>
#include <ostream>

namespace edgewatch::runtime {

/// Runs until SIGTERM or SIGINT and returns CONTRACT's exit code. SIGHUP reads rules and catalogue again; a
/// mistake in them leaves the old ones in force and says so. Every configuration problem is said on `errors`
/// before anything is opened. With `record` an events file (CONTRACT, `--events`) is written beside the run.
[[nodiscard]] int run_daemon(const std::filesystem::path& configuration,
                             const std::optional<std::filesystem::path>& record, std::ostream& errors);

/// Reads the configuration, says every problem or that there is none, and returns 0 or 78.
[[nodiscard]] int check_configuration(const std::filesystem::path& configuration, std::ostream& out,
                                      std::ostream& errors);

}  // namespace edgewatch::runtime

// A capture through the same path as live traffic: files, tenancy feed and events merged by time, on one
// thread, by direct call, or the sensor's part on several. The same input gives the same bytes. Owns nothing
// beyond the call.
#pragma once

#include <filesystem>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace edgewatch::runtime {

enum class Table { minutes, findings, coverage, blocks };
[[nodiscard]] std::optional<Table> parse_table(const std::string& word);

struct ReplayOptions {
  std::vector<std::string> files;  ///< `-` is standard input
  std::optional<std::filesystem::path> configuration;
  std::optional<std::filesystem::path> tenancy;
  std::optional<std::filesystem::path> events;
  std::optional<Table> print;  ///< TSV to `out`
  std::optional<std::filesystem::path> database;
  std::size_t threads = 1;  ///< of the sensor, from 1 to 4; the same bytes come out
};

/// Replays and returns CONTRACT's exit code; what went wrong is said on `errors`, in words that say what to
/// do.
[[nodiscard]] int replay(const ReplayOptions& options, std::ostream& out, std::ostream& errors);

/// Where the installed configuration lives. `--print` refuses it: a replay must be no way round a case.
[[nodiscard]] const std::filesystem::path& installed_configuration();

}  // namespace edgewatch::runtime

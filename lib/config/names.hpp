// names.csv: who stands behind the ids of people.csv, the only file that says so. Private to config.
#pragma once

#include "readers.hpp"

namespace edgewatch::config {

/// Beside people.csv; it may be absent.
[[nodiscard]] std::filesystem::path names_file(const Settings& settings);
/// Puts display names and accounts beside the ids of `people`. Refused where everybody may read the file:
/// whoever reads it knows who stands behind the ids in every copy of the ledger.
void load_names(const std::filesystem::path& file, People& people, Problems& problems);
/// The same of its text.
void read_names(const std::string& text, const std::string& file, People& people, Problems& problems);

}  // namespace edgewatch::config

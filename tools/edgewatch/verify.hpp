// `edgewatch verify`: checks a disclosure; needs no daemon, no database, no network and no rights.
#pragma once

#include <string>

namespace edgewatch::tools {

/// Prints to standard output what was checked, and to standard error what is wrong. `key`: file of the
/// council's public key, empty for none. Returns the exit code: 65 for what is not authentic.
[[nodiscard]] int verify(const std::string& path, const std::string& key);

}  // namespace edgewatch::tools

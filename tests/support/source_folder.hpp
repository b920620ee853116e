// Where the project's own files are, for tests that read what is shipped. One object knows the path, so that
// all others are the same wherever the tree is compiled, and a compiler's cache serves every clone.
#pragma once

#include <filesystem>

namespace edgewatch::support {

[[nodiscard]] std::filesystem::path source_folder();

}  // namespace edgewatch::support

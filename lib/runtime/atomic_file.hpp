// Files that are whole or not there. Throws std::system_error where the disk refuses.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace edgewatch::runtime {

/// Makes the file whole beside its place, on the disk, before it has its name. Readable to its owner and
/// group.
void write_atomically(const std::filesystem::path& file, std::string_view text);

}  // namespace edgewatch::runtime

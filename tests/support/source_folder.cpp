#include "support/source_folder.hpp"

namespace edgewatch::support {

std::filesystem::path source_folder() { return EDGEWATCH_SOURCE_DIR; }

}  // namespace edgewatch::support

// All active lists as one file, which is mapped where names are looked up. The last ten are kept; the link
// `current` says which one is in force and goes from one to another at once.
#pragma once

#include "edgewatch/config/list_sources.hpp"

namespace edgewatch::runtime {

/// Sees to it that the set in force is of the lists' active editions: one that is kept, or else a new one.
/// Throws std::system_error where the disk refuses, std::runtime_error where an active edition is damaged;
/// the set in force stays then.
void bring_set_up_to_date(const config::ListSettings& settings);

}  // namespace edgewatch::runtime

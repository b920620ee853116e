// What the catalogue and the published lists together say of a name. The catalogue alone says which service
// it is; a list adds its category, and takes nothing away but that the use may be kept. Pure functions; any
// thread.
#pragma once

#include "edgewatch/classify/catalogue.hpp"
#include "edgewatch/classify/list_set.hpp"
#include "edgewatch/model/classification.hpp"

#include <optional>

namespace edgewatch::classify {

/// What the catalogue says of a name (null: nothing) with what lists add to it; nothing where no list lists
/// the name, so that the catalogue's word stands as it is.
[[nodiscard]] std::optional<model::Classification> with_lists(const model::Classification* listed,
                                                              const ListSet& lists,
                                                              const net::HostName& name);
/// All of it, with the host or entry that matched and its line; nothing where neither knows the name.
[[nodiscard]] std::optional<model::Classification> classify(const Catalogue& catalogue, const ListSet& lists,
                                                            const net::HostName& name);

}  // namespace edgewatch::classify

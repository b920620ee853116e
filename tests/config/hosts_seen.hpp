// What the shipped catalogue must say of every host that was seen in the corpus of real captures. Judged by
// hand, not made from the catalogue.
#pragma once

#include "shipped.hpp"

#include <vector>

namespace edgewatch::config {

/// Every host of the corpus's services_seen.tsv. A row that begins with a dot is for all names below: shards
/// of a network, and blogs, whose names may be people's. `-` is a name that belongs to no service.
[[nodiscard]] const std::vector<Expectation>& hosts_seen();

}  // namespace edgewatch::config

// Why an address was attributed as it was, from what the identity ledger holds of it: the same rules that
// attributed it, and their words. Pure; any thread.
#pragma once

#include "edgewatch/identity/register.hpp"
#include "edgewatch/model/attribution.hpp"

#include <string>
#include <vector>

namespace edgewatch::identity {

struct Explanation {
  model::Attribution attribution;
  std::string sentence;  ///< whose it was and by what, or why it is nobody's
};

/// Of a client at that address. `standing`: what is known of the address, and of the devices that had it, in
/// order of start. Where frames of a device came from the address, the answer is that of its frames; the
/// configuration is today's.
[[nodiscard]] Explanation explain(const net::IpAddress& address, Timestamp at,
                                  const std::vector<model::Binding>& standing, const Topology& topology);

/// What one interval says, in plain words.
[[nodiscard]] std::string in_words(const model::Binding& binding);

}  // namespace edgewatch::identity

// The header that a load balancer puts before a connection it passes on, so that the server learns who the
// client was (haproxy.org, "The PROXY protocol", versions 1 and 2). Pure; any thread.
#pragma once

#include "edgewatch/base/bytes.hpp"

#include <cstddef>

namespace edgewatch::wire {

/// How long the PROXY header at the front of a stream is; 0 where none stands there, or not all of it. What
/// it says is not read: the balancer is the client of the connection that is seen.
[[nodiscard]] std::size_t proxy_header_length(Bytes stream);

}  // namespace edgewatch::wire

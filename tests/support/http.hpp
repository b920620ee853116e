// Plain HTTP/1.1 messages (RFC 9112). Functions of their arguments; any thread.
#pragma once

#include "support/byte_writer.hpp"
#include "support/random.hpp"

#include <string>
#include <string_view>

namespace edgewatch::support {

/// A GET of a desktop browser.
[[nodiscard]] Buffer http_request(std::string_view host, std::string_view path);
/// A 200 response whose body is `body` bytes of noise.
[[nodiscard]] Buffer http_response(std::size_t body, Random& random);

}  // namespace edgewatch::support

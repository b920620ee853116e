// Requests and responses as JSON text. Hostile text gives nothing, never an exception. Pure; any thread.
#pragma once

#include "edgewatch/runtime/control.hpp"

#include <optional>
#include <string>

namespace edgewatch::runtime {

[[nodiscard]] std::string to_json(const Request& request);
[[nodiscard]] std::string to_json(const Response& response);
[[nodiscard]] std::optional<Request> parse_request(const std::string& text);
[[nodiscard]] std::optional<Response> parse_response(const std::string& text);

}  // namespace edgewatch::runtime

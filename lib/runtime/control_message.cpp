#include "control_message.hpp"

#include <nlohmann/json.hpp>

namespace edgewatch::runtime {
namespace {

using nlohmann::json;

/// Bytes that are not UTF-8 are replaced rather than refused: an answer must reach its asker.
std::string dump(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

}  // namespace

std::string to_json(const Request& request) {
  return dump({{"command", request.command}, {"options", request.options}, {"words", request.words}});
}

std::string to_json(const Response& response) {
  return dump({{"exit", response.exit_code}, {"output", response.output}, {"error", response.error}});
}

std::optional<Request> parse_request(const std::string& text) {
  const json value = json::parse(text, nullptr, false);
  if (!value.is_object()) return std::nullopt;
  try {
    return Request{value.at("command").get<std::string>(),
                   value.value("options", std::map<std::string, std::string>{}),
                   value.value("words", std::vector<std::string>{})};
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

std::optional<Response> parse_response(const std::string& text) {
  const json value = json::parse(text, nullptr, false);
  if (!value.is_object()) return std::nullopt;
  try {
    return Response{value.at("exit").get<int>(), value.at("output").get<std::string>(),
                    value.at("error").get<std::string>()};
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

}  // namespace edgewatch::runtime

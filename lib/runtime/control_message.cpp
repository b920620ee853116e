#include "control_message.hpp"

#include <algorithm>

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
  json message{{"exit", response.exit_code}, {"output", response.output}, {"error", response.error}};
  if (!response.bytes.empty()) message["follow"] = response.bytes.size();
  return dump(message);
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
  // The line ends where the bytes begin that follow it.
  const std::size_t end = std::min(text.find('\n'), text.size());
  const json value =
      json::parse(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end), nullptr, false);
  if (!value.is_object()) return std::nullopt;
  try {
    Response response{value.at("exit").get<int>(), value.at("output").get<std::string>(),
                      value.at("error").get<std::string>()};
    const auto follow = value.value("follow", std::size_t{0});
    if (follow > 0 && (end == text.size() || text.size() - end - 1 != follow)) return std::nullopt;
    if (follow > 0) response.bytes = text.substr(end + 1);
    return response;
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

}  // namespace edgewatch::runtime

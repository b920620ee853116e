// The control socket's protocol, one request and one answer a connection: a line of JSON each way; behind the
// answer's the bytes that it announces. The client
// side, for the command. One thread.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace edgewatch::runtime {

struct Request {
  std::string command;                         ///< `report`, `case open`, ...
  std::map<std::string, std::string> options;  ///< long option names without dashes
  std::vector<std::string> words;              ///< positional arguments
};
struct Response {
  int exit_code = 0;       ///< CONTRACT's
  std::string output;      ///< for standard output, or for --output
  std::string error;       ///< for standard error, with what to do
  std::string bytes = {};  ///< follow the answer in pieces; for --output alone
  bool reached = true;     ///< false where no daemon was asked: the sentence is the client's own
};

/// Longest request and answer, in bytes.
inline constexpr std::size_t longest_request = std::size_t{1} << 20U;
inline constexpr std::size_t longest_response = std::size_t{256} << 20U;

/// Sends one request and waits for its answer. Where the daemon cannot be reached the answer says so itself:
/// exit 69 (no daemon), 77 (not a member of the socket's group), 74 (the connection broke).
[[nodiscard]] Response ask(const std::filesystem::path& socket, const Request& request);

}  // namespace edgewatch::runtime

// A list fetched by https (libcurl). One thread; waits.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace edgewatch::runtime {

struct FetchRequest {
  std::string url;
  /// What the server said of what we have (RFC 9110 section 13.1); empty: fetch it whatever it is.
  std::string etag, last_modified;
  std::size_t most_bytes = 0;
  std::chrono::seconds timeout{60};    ///< for the whole of it
  std::filesystem::path certificates;  ///< who may vouch for the server (PEM); empty: whom the system trusts
};

struct Fetched {
  enum class Outcome : std::uint8_t {
    fresh,
    unchanged,  ///< 304: `body` is empty
    too_large,
    failed,  ///< not there, not whole, not vouched for, or too slow
  };
  Outcome outcome = Outcome::failed;
  std::string body, etag, last_modified;
  std::string error;  ///< in words, with the server and without the rest of the URL: it may hold a key
};

/// Takes from a line of an answer's header what says of the list which one it is.
void note_header(std::string_view line, Fetched& fetched);

/// Follows redirections to other https URLs, at most five. What was not fetched whole is nothing.
[[nodiscard]] Fetched fetch(const FetchRequest& request);

}  // namespace edgewatch::runtime

// Many connections that say a hello each, and the server that answers it: what a gateway between them costs,
// and whether it lets through whom it should and nobody else. One thread each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace edgewatch::generator {

struct LoadRequest {
  std::string server;  ///< IP address
  std::uint16_t port = 443;
  std::string name = "www.other.example";
  std::string listed;  ///< said by every `each`-th connection; none when empty
  std::size_t each = 10;
  std::size_t count = 10000;
  std::size_t parallel = 1;
  std::size_t segments = 2;  ///< writes that the hello goes out in
  std::size_t rounds =
      1;  ///< answers until it is served: with 2 the first is to the hello, the second content
  int patience_ms = 10000;  ///< for one connection
  std::size_t rate = 0;     ///< connections begun in a second at most; 0: as many as can be
};
/// What became of connections of one kind.
struct LoadCounts {
  std::size_t served = 0, reset = 0, timed_out = 0, other = 0;
  std::size_t answered = 0;  ///< whatever became of them: those whose hello had an answer
};
struct LoadResult {
  LoadCounts listed, others;
  double seconds = 0;
  double connect_p50 = 0, first_p50 = 0, first_p99 = 0;  ///< microseconds, of others that were served
};
[[nodiscard]] LoadResult put_load(const LoadRequest& request);

/// Answers each whole TLS record of a client with six bytes until the process is ended.
[[noreturn]] void serve_load(std::uint16_t port);

}  // namespace edgewatch::generator

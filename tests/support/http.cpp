#include "support/http.hpp"

#include <fmt/format.h>

namespace edgewatch::support {

Buffer http_request(std::string_view host, std::string_view path) {
  const std::string text = fmt::format(
      "GET {} HTTP/1.1\r\nHost: {}\r\nConnection: keep-alive\r\nUser-Agent: Mozilla/5.0 (X11; Linux "
      "x86_64)\r\n"
      "Accept: */*\r\nAccept-Encoding: gzip, deflate\r\n\r\n",
      path, host);
  return Buffer(text.begin(), text.end());
}

Buffer http_response(std::size_t body, Random& random) {
  const std::string head = fmt::format(
      "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: {}\r\nConnection: "
      "keep-alive\r\n\r\n",
      body);
  Buffer out(head.begin(), head.end());
  append_noise(out, body, random);
  return out;
}

}  // namespace edgewatch::support

#include "edgewatch/wire/proxy_header.hpp"

#include "load.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace edgewatch::wire {

std::size_t proxy_header_length(Bytes stream) {
  using std::string_view_literals::operator""sv;
  constexpr std::size_t longest_line = 107;  // section 2.1, its CRLF included
  const std::string_view text(reinterpret_cast<const char*>(stream.data()),
                              std::min(stream.size(), longest_line));
  if (text.starts_with("PROXY "sv)) {
    const std::size_t end = text.find("\r\n"sv);
    return end == std::string_view::npos ? 0 : end + 2;
  }
  constexpr std::string_view signature = "\r\n\r\n\0\r\nQUIT\n"sv;
  constexpr std::size_t header = 16;  // section 2.2: signature, version and command, family, length
  if (stream.size() < header || !text.starts_with(signature) || stream[signature.size()] >> 4 != 2) return 0;
  const std::size_t whole = header + be16(stream.data() + header - 2);
  return whole <= stream.size() ? whole : 0;
}

}  // namespace edgewatch::wire

#include "list_reader.hpp"

#include "edgewatch/base/text.hpp"
#include "edgewatch/net/address.hpp"

#include <algorithm>

namespace edgewatch::config {
namespace {

constexpr std::size_t longest_line = 4096;

bool is_address(std::string_view word) {
  // A network is an address here as well; brackets and a zone (RFC 4007) do not make it a name.
  if (word.starts_with('[') && word.ends_with(']')) word = word.substr(1, word.size() - 2);
  return net::IpAddress::parse(std::string(word.substr(0, word.find_first_of("/%")))).has_value();
}

/// Why no name stands there.
LineRefusal reason(std::string_view word) {
  if (word == "*" || word == "." || word == "/" || word == "*." || word == "*.*")
    return LineRefusal::everything;
  if (is_address(word)) return LineRefusal::address;
  const bool is_markup = word.find_first_of("<>\"") != std::string_view::npos;
  if (!is_markup && !word.starts_with(':') && word.find_first_of("/:?=") != std::string_view::npos)
    return LineRefusal::url;
  return LineRefusal::not_a_name;
}

}  // namespace

ListLines::ListLines(std::string_view text, std::uint16_t file, ParsedList& out)
    : rest_(text), out_(&out), place_{file, 0} {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (rest_.starts_with(byte_order_mark)) rest_.remove_prefix(byte_order_mark.size());
}

std::optional<std::string_view> ListLines::next() {
  while (!rest_.empty()) {
    ++place_.line;
    const std::size_t end = rest_.find('\n');
    if (end == std::string_view::npos) {
      rest_ = {};
      out_->refuse(LineRefusal::unended, place_);
      break;
    }
    std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.size() <= longest_line) return line;
    out_->refuse(LineRefusal::too_long, place_);
  }
  return std::nullopt;
}

std::string_view take_word(std::string_view& line) {
  const std::size_t first = std::min(line.find_first_not_of(" \t"), line.size());
  const std::size_t end = std::min(line.find_first_of(" \t", first), line.size());
  const std::string_view word = line.substr(first, end - first);
  line.remove_prefix(end);
  return word;
}

std::string_view before_comment(std::string_view line, char sign) {
  return trim(line.substr(0, line.find(sign)));
}

Result<net::HostName, LineRefusal> listed_name(std::string_view word) {
  if (auto name = net::HostName::from_user(word)) return std::move(*name);
  return Failure{reason(word)};
}

void add_name(ParsedList& out, std::string_view word, Reach reach, ListVerdict verdict, ListPlace place) {
  const bool is_all = word == "*." || word == ".";
  if (!is_all && word.starts_with("*.")) {
    word.remove_prefix(2);
  } else if (!is_all && word.starts_with('.')) {
    word.remove_prefix(1);
  }
  if (net::HostName::is_plain(word)) {
    out.add(word, reach, verdict, place);
  } else if (const auto name = listed_name(word)) {
    out.add(name->text(), reach, verdict, place);
  } else {
    out.refuse(name.error(), place);
  }
}

bool is_sinkhole(std::string_view address) {
  const auto parsed = net::IpAddress::parse(std::string(address));
  if (!parsed) return false;
  const auto bytes = parsed->bytes();
  constexpr std::uint8_t loopback = 127;
  if (bytes.size() == 4 && bytes[0] == loopback) return true;
  return std::all_of(bytes.begin(), bytes.end() - 1, [](std::uint8_t byte) { return byte == 0; }) &&
         bytes.back() <= (bytes.size() == 4 ? 0 : 1);
}

}  // namespace edgewatch::config

// The files of a repository behind each other, parted by form feeds: a, b, c and so on, of which a is read.
#include "list_laws.hpp"

using namespace edgewatch;

namespace {

/// Of the files behind the first the text is whole, though the first be cut.
config::ParsedList read(std::string_view first, const std::string& rest) {
  std::vector<config::ListFile> files{{"data/a", std::string(first)}};
  std::string_view left = rest;
  for (char name = 'b'; name <= 'h' && !left.empty(); ++name) {
    const std::size_t end = std::min(left.find('\f'), left.size());
    files.push_back({std::string("data/") + name, std::string(left.substr(0, end))});
    left.remove_prefix(std::min(end + 1, left.size()));
  }
  auto list = config::parse_list({config::ListFormat::v2fly, "a", {"-cn"}}, files);
  fuzz::law(list.has_value(), "the part is there");
  return std::move(list).value();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(text.find('\f'), size);
  const std::string rest(text.substr(std::min(end + 1, size)));
  fuzz::check_list(config::ListFormat::v2fly, {data, end},
                   [&](std::string_view first) { return read(first, rest); });
  return 0;
}

// Whatever was downloaded: it unpacks within its bounds or is refused, and what is a tree of squidGuard is
// read as one.
#include "edgewatch/config/list.hpp"

#include "laws.hpp"

#include <algorithm>

using namespace edgewatch;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t most_bytes = 1U << 20U;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const config::ListShape shape{config::ListFormat::ut1, "adult", {}};
  const auto files = config::unpack_list(bytes, shape, most_bytes);
  if (!files) {
    fuzz::law(!files.error().empty(), "a refusal says why");
    return 0;
  }
  std::size_t unpacked = 0;
  for (const config::ListFile& file : *files) unpacked += file.text.size();
  fuzz::law(unpacked <= most_bytes, "no more is unpacked than was allowed");
  const auto list = config::parse_list(shape, *files);
  if (!list) return 0;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const config::ListEntry entry = (*list)[i];
    fuzz::law(entry.place.file < files->size(), "an entry has a file");
    const std::string& text = (*files)[entry.place.file].text;
    fuzz::law(entry.place.line <= static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')),
              "an entry has a line of its file");
  }
  return 0;
}

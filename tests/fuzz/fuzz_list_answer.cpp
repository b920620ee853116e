// What a server says beside a list: a line of its header, where the first byte is even, else a file of
// digests.
#include "edgewatch/config/list_signature.hpp"

#include "laws.hpp"
#include "list_fetch.hpp"

#include <algorithm>

using namespace edgewatch;
using fuzz::law;

namespace {

void check_header(std::string_view line) {
  runtime::Fetched fetched;
  fetched.etag = "\"before\"";
  runtime::note_header(line, fetched);
  for (const std::string& validator : {fetched.etag, fetched.last_modified}) {
    law(validator.size() <= line.size() + 8, "a validator is what the line says");
    law(std::ranges::all_of(validator, [](char c) { return c >= ' ' && c <= '~'; }),
        "what is sent again ends no line");
  }
}

void check_digests(std::string_view text) {
  const std::string other(64, 'a');
  const auto found = config::published_digest(text, "https://lists.example/all/adult.txt");
  if (found) {
    law(found->size() == 64 && found->find_first_not_of("0123456789abcdef") == std::string::npos,
        "a digest has 64 digits");
    const bool is_there = std::ranges::search(text, *found, [](char a, char b) {
                            return (a >= 'A' && a <= 'Z' ? a + ('a' - 'A') : a) == b;
                          }).begin() != text.end();
    law(is_there, "and stands in the text");
  }
  const std::string named = other + "  adult.txt\n";
  law(config::published_digest(named + std::string(text), "adult.txt") == other,
      "the first that is named holds");
  const auto of_line = config::published_digest(std::string(text) + '\n' + named, "adult.txt");
  law(of_line.has_value(), "a line that names it is found, whatever stands before it");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const fuzz::Exact exact(Bytes(data + 1, size - 1));
  const std::string_view text(reinterpret_cast<const char*>(exact.bytes().data()), size - 1);
  if (data[0] % 2 == 0) {
    check_header(text);
  } else {
    check_digests(text);
  }
  return 0;
}

// The head of a compiled set of lists that somebody forged, sum and all, before an index that is whole: what
// is found is of one of its lists and stands at or above what was asked. The input is the head's lines.
#include "edgewatch/classify/list_set.hpp"

#include "laws.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include <fmt/format.h>

using namespace edgewatch;

namespace {

struct alignas(64) Block {
  std::array<std::uint8_t, 64> bytes;
};

std::string small_image() {
  classify::NameIndex index({1, 2}, {20, 400});
  for (std::uint32_t i = 0; i < 20; ++i)
    index.add_new((i % 2 == 0 ? "a.n" : "n") + std::to_string(i) + ".example", {i % 5, i * 100});
  index.settle();
  return index.image();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string image = small_image();
  constexpr std::size_t sum_length = 4 + 32 + 1;
  std::string file = "edgewatch list set 2\n" + std::string(reinterpret_cast<const char*>(data), size) + '\n';
  file.append((64 - (file.size() + sum_length) % 64) % 64, '\n');
  const auto sum = siphash_128({}, 0, Bytes(reinterpret_cast<const std::uint8_t*>(file.data()), file.size()));
  file += fmt::format("sum\t{:016x}{:016x}\n", sum[0], sum[1]) + image;
  const std::unique_ptr<Block[]> memory(new Block[file.size() / sizeof(Block) + 1]);
  std::memcpy(memory.get(), file.data(), file.size());
  const auto set = classify::ListSet::over(Bytes(memory[0].bytes.data(), file.size()));
  if (!set) return 0;
  fuzz::law(classify::ListSet::said_by(file) == set->lists(), "its beginning says of which lists it is");
  fuzz::law(set->lists().size() <= classify::ListSet::most_lists, "lists are bounded");
  std::size_t told = 0;
  set->for_each([&](const classify::ListSet::Entry& entry) {
    ++told;
    for (const classify::ListClaim& claim : entry.claims)
      fuzz::law(claim.list < set->lists().size(), "a claim is of a list");
  });
  fuzz::law(told <= 20, "every name once");
  for (const char* text : {"a.n2.example", "x.n3.example", "example", "n19.example", "a.b.c.d.e.f"}) {
    for (const auto& match : set->match(*net::HostName::from_dotted(text))) {
      fuzz::law(match.list < set->lists().size(), "a match is of a list");
      fuzz::law(std::string_view(text).ends_with(match.name), "an entry is a suffix of what was asked");
    }
  }
  return 0;
}

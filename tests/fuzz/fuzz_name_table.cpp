// A file of an index that somebody forged, sum and all: a look-up and a walk through its names stay within it
// and end. The input is laid over the image of a small index.
#include "edgewatch/classify/name_index.hpp"

#include "laws.hpp"

#include <algorithm>
#include <array>
#include <cstring>

using namespace edgewatch;

namespace {

// Of the header, which is two lines long.
constexpr std::size_t sum_at = 16;
constexpr std::size_t summed_from = 32;
constexpr std::size_t lines_at = 56;
constexpr std::size_t sum_of_lines_at = 96;
constexpr std::size_t sum_of_records_at = 112;
constexpr std::size_t header = 128;
constexpr std::size_t line = 64;
constexpr std::size_t zeros_behind = 512;

struct alignas(64) Block {
  std::array<std::uint8_t, 64> bytes;
};

std::string small_image() {
  classify::NameIndex index({1, 2}, {40, 800});
  for (std::uint32_t i = 0; i < 40; ++i) {
    const auto name = net::HostName::from_dotted((i % 2 == 0 ? "a.n" : "n") + std::to_string(i) + ".example");
    index.add(*name, {i, i * 100});
  }
  return index.image();
}

/// Makes its sums right, as far as there is anything to sum up.
void sum_up(std::uint8_t* image, std::size_t size) {
  const auto put_sum = [&](std::size_t at, Bytes of) {
    const auto sum = siphash_128({}, 0, of);
    std::memcpy(image + at, sum.data(), sizeof sum);
  };
  const std::size_t body = size - header - zeros_behind;
  std::uint64_t lines = 0;
  std::memcpy(&lines, image + lines_at, sizeof lines);
  if (lines <= body / line) {
    put_sum(sum_of_lines_at, {image + header, lines * line});
    put_sum(sum_of_records_at, {image + header + lines * line, body - lines * line});
  }
  put_sum(sum_at, {image + summed_from, header - summed_from});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::string image = small_image();
  static const std::size_t blocks = (image.size() + sizeof(Block) - 1) / sizeof(Block);
  if (size < 2) return 0;
  const std::unique_ptr<Block[]> memory(new Block[blocks]);
  auto* bytes = reinterpret_cast<std::uint8_t*>(memory.get());
  std::memcpy(bytes, image.data(), image.size());
  const std::size_t at = (std::size_t{data[0]} << 8U | data[1]) % image.size();
  std::memcpy(bytes + at, data + 2, std::min(size - 2, image.size() - at));
  sum_up(bytes, image.size());
  const auto table = classify::NameTable::over(Bytes(bytes, image.size()));
  if (!table) return 0;
  for (const char* text : {"a.n2.example", "x.n3.example", "example", "n39.example", "a.b.c.d.e.f"}) {
    const auto hit = table->find(*net::HostName::from_dotted(text));
    if (hit)
      fuzz::law(std::string_view(text).ends_with(hit->name), "what is found is a suffix of what was asked");
  }
  for (std::uint32_t record = table->begin(); record < table->end();) {
    const auto name = table->at(record).name;
    fuzz::law(reinterpret_cast<const std::uint8_t*>(name.data() + name.size()) <= bytes + image.size(),
              "a name lies in the image");
    const std::uint32_t next = table->after(record);
    fuzz::law(next > record, "going through the names comes to an end");
    record = next;
  }
  return 0;
}

// Runs a fuzz target over every file of the folders given: the seeds and the finds of earlier runs, as a
// test. A file *.pack holds many inputs, each behind its length in four bytes. Exits 1 when there was no file
// or a pack is no pack.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

void run(const std::vector<std::uint8_t>& bytes) {
  const std::unique_ptr<std::uint8_t[]> exact(new std::uint8_t[bytes.size()]);
  std::copy(bytes.begin(), bytes.end(), exact.get());
  LLVMFuzzerTestOneInput(exact.get(), bytes.size());
}

bool run_pack(const std::vector<std::uint8_t>& pack) {
  constexpr std::size_t width = 4;
  for (std::size_t at = 0; at < pack.size();) {
    if (pack.size() - at < width) return false;
    std::size_t length = 0;
    for (std::size_t i = 0; i < width; ++i) length = length << 8U | pack[at + i];
    at += width;
    if (pack.size() - at < length) return false;
    const auto begin = pack.begin() + static_cast<std::ptrdiff_t>(at);
    run({begin, begin + static_cast<std::ptrdiff_t>(length)});
    at += length;
  }
  return true;
}

}  // namespace

int main(int count, char** arguments) {
  std::vector<std::filesystem::path> files;
  for (int i = 1; i < count; ++i)
    for (const auto& entry : std::filesystem::directory_iterator(arguments[i]))
      if (entry.is_regular_file()) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const auto& file : files) {
    std::printf("%s\n", file.c_str());
    std::fflush(stdout);  // so that a crash names its file
    std::ifstream stream(file, std::ios::binary);
    const std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>(stream), {}};
    if (file.extension() != ".pack") {
      run(bytes);
    } else if (!run_pack(bytes)) {
      return 1;
    }
  }
  return files.empty() ? 1 : 0;
}

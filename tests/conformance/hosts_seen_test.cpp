// The table of hosts that were seen leaves none of the corpus out, and holds for each by its whole name.
#include "config/hosts_seen.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace edgewatch::config {
namespace {

/// The row for a name: its own, else that of the longest name above it.
const Expectation* row_for(const std::string& name) {
  const Expectation* best = nullptr;
  std::size_t length = 0;
  for (const Expectation& row : hosts_seen()) {
    const std::string_view text(row.name);
    const bool fits = text.front() == '.' ? name.ends_with(text) : name == text;
    const std::size_t weight = text.front() == '.' ? text.size() : name.size() + 1;
    if (!fits || weight <= length) continue;
    best = &row;
    length = weight;
  }
  return best;
}

TEST(ShippedCatalogue, TheTableHasARowForEveryHostOfTheCorpus) {
  const char* corpus = std::getenv("EDGEWATCH_CORPUS");
  ASSERT_NE(corpus, nullptr) << "names the corpus of captures; ctest sets it";
  const auto path = std::filesystem::path(corpus) / "services_seen.tsv";
  std::ifstream file(path);
  ASSERT_TRUE(file) << path << ": cannot be read; where the corpus is gone, configure again";
  std::string line;
  std::getline(file, line);
  std::size_t hosts = 0;
  while (std::getline(file, line)) {
    const std::size_t first = line.find('\t') + 1;
    const std::string name = line.substr(first, line.find('\t', first) - first);
    const Expectation* row = row_for(name);
    ASSERT_NE(row, nullptr) << name;
    EXPECT_EQ(answer(name), row->answer) << name;
    ++hosts;
  }
  EXPECT_GE(hosts, 200U);
}

}  // namespace
}  // namespace edgewatch::config

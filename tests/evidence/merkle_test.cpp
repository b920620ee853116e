#include "edgewatch/evidence/merkle.hpp"

#include "edgewatch/base/text.hpp"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace edgewatch::evidence {
namespace {

using store::Digest;

std::string hex_of(const Digest& digest) {
  std::string text;
  for (const std::uint8_t byte : digest) text += fmt::format("{:02x}", byte);
  return text;
}

/// The inputs and results that the Certificate Transparency project publishes for its tree (RFC 9162's).
std::vector<Digest> published() {
  const std::vector<std::vector<std::uint8_t>> inputs{
      {},
      {0x00},
      {0x10},
      {0x20, 0x21},
      {0x30, 0x31},
      {0x40, 0x41, 0x42, 0x43},
      {0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57},
      {0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f}};
  std::vector<Digest> leaves;
  for (const auto& input : inputs) leaves.push_back(merkle_leaf({input}));
  return leaves;
}

TEST(Merkle, RootsAreThePublishedOnes) {
  const auto leaves = published();
  EXPECT_EQ(hex_of(merkle_root({})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex_of(merkle_root(std::span(leaves).first(1))),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
  EXPECT_EQ(hex_of(merkle_root(std::span(leaves).first(3))),
            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77");
  EXPECT_EQ(hex_of(merkle_root(leaves)), "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
}

TEST(Merkle, PathsLeadToTheRootAndFromNowhereElse) {
  std::vector<Digest> leaves;
  for (std::uint8_t size = 1; size <= 40; ++size) {
    const std::vector<std::uint8_t> data{size};
    leaves.push_back(merkle_leaf({data}));
    const Digest root = merkle_root(leaves);
    for (std::size_t at = 0; at < leaves.size(); ++at) {
      auto path = MerkleTree(leaves).path(at);
      EXPECT_EQ(MerkleTree(leaves).root(), root);
      EXPECT_EQ(merkle_root_by(leaves[at], at, leaves.size(), path), root);
      for (std::size_t other = 0; other < leaves.size(); ++other) {
        if (other == at) continue;
        EXPECT_NE(merkle_root_by(leaves[other], at, leaves.size(), path), root);
      }
      EXPECT_NE(merkle_root_by(leaves[at], leaves.size(), leaves.size(), path), root);
      if (path.empty()) continue;
      path.front()[0] ^= 1U;
      EXPECT_NE(merkle_root_by(leaves[at], at, leaves.size(), path), root);
      path.pop_back();
      EXPECT_NE(merkle_root_by(leaves[at], at, leaves.size(), path), root);
    }
  }
}

}  // namespace
}  // namespace edgewatch::evidence

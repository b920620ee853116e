#include "edgewatch/evidence/merkle.hpp"

#include "sha256.hpp"

#include <array>
#include <cassert>

namespace edgewatch::evidence {
namespace {

using store::Digest;

constexpr std::array<std::uint8_t, 1> leaf_prefix{0};
constexpr std::array<std::uint8_t, 1> node_prefix{1};

Digest node(const Digest& left, const Digest& right) { return sha256({node_prefix, left, right}); }

}  // namespace

Digest merkle_leaf(std::initializer_list<Bytes> parts) {
  std::vector<std::uint8_t> bytes{leaf_prefix.front()};
  for (const Bytes part : parts) bytes.insert(bytes.end(), part.begin(), part.end());
  return sha256({bytes});
}

Digest merkle_root(std::span<const Digest> leaves) {
  MerkleFrontier frontier;
  for (const Digest& leaf : leaves) frontier.add(leaf);
  return frontier.root();
}

MerkleTree::MerkleTree(std::vector<Digest> leaves) {
  levels_.push_back(std::move(leaves));
  while (levels_.back().size() > 1) {
    const std::vector<Digest>& below = levels_.back();
    std::vector<Digest> level;
    level.reserve(below.size() / 2 + 1);
    for (std::size_t at = 0; at + 1 < below.size(); at += 2) level.push_back(node(below[at], below[at + 1]));
    if (below.size() % 2 != 0) level.push_back(below.back());
    levels_.push_back(std::move(level));
  }
}

Digest MerkleTree::root() const { return levels_.back().empty() ? sha256({}) : levels_.back().front(); }

std::vector<Digest> MerkleTree::path(std::size_t position) const {
  assert(position < levels_.front().size());
  std::vector<Digest> path;
  for (const std::vector<Digest>& level : levels_) {
    const std::size_t neighbour = position ^ 1U;
    if (neighbour < level.size()) path.push_back(level[neighbour]);
    position /= 2;
  }
  return path;
}

std::optional<Digest> merkle_root_by(const Digest& leaf, std::uint64_t position, std::uint64_t size,
                                     std::span<const Digest> path) {
  if (position >= size) return std::nullopt;
  std::uint64_t at = position;
  std::uint64_t last = size - 1;
  Digest root = leaf;
  for (const Digest& other : path) {
    if (last == 0) return std::nullopt;
    if ((at & 1U) != 0 || at == last) {
      root = node(other, root);
      while ((at & 1U) == 0 && at != 0) {
        at >>= 1U;
        last >>= 1U;
      }
    } else {
      root = node(root, other);
    }
    at >>= 1U;
    last >>= 1U;
  }
  if (last != 0) return std::nullopt;
  return root;
}

void MerkleFrontier::add(const Digest& leaf) {
  ++size_;
  std::pair<std::uint64_t, Digest> whole{1, leaf};
  while (!whole_.empty() && whole_.back().first == whole.first) {
    whole = {whole.first * 2, node(whole_.back().second, whole.second)};
    whole_.pop_back();
  }
  whole_.push_back(whole);
}

Digest MerkleFrontier::root() const {
  if (whole_.empty()) return sha256({});
  Digest root = whole_.back().second;
  for (auto next = whole_.rbegin() + 1; next != whole_.rend(); ++next) root = node(next->second, root);
  return root;
}

}  // namespace edgewatch::evidence

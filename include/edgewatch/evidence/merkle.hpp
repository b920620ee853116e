// Merkle trees as in RFC 9162, section 2.1, over SHA-256: one digest for many entries, and a short path that
// shows one of them to be in it without showing the others. Pure functions and values; any thread.
#pragma once

#include "edgewatch/base/bytes.hpp"
#include "edgewatch/store/audit_store.hpp"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace edgewatch::evidence {

/// SHA-256(0x00 || parts).
[[nodiscard]] store::Digest merkle_leaf(std::initializer_list<Bytes> parts);
/// Of leaves, which are digests already; of none SHA-256 of nothing.
[[nodiscard]] store::Digest merkle_root(std::span<const store::Digest> leaves);
/// A tree of which paths are asked.
class MerkleTree {
 public:
  explicit MerkleTree(std::vector<store::Digest> leaves);
  [[nodiscard]] store::Digest root() const;
  /// What leads from that leaf to the root, from the leaf up. Precondition: the leaf is there.
  [[nodiscard]] std::vector<store::Digest> path(std::size_t position) const;

 private:
  std::vector<std::vector<store::Digest>>
      levels_;  ///< from the leaves up; one without a neighbour is moved up
};
/// The root that the path leads to in a tree of `size` leaves; nothing where it cannot be a path of such a
/// tree (RFC 9162, 2.1.3.2).
[[nodiscard]] std::optional<store::Digest> merkle_root_by(const store::Digest& leaf, std::uint64_t position,
                                                          std::uint64_t size,
                                                          std::span<const store::Digest> path);

/// The root of a tree that grows at its end, without keeping its leaves.
class MerkleFrontier {
 public:
  void add(const store::Digest& leaf);
  [[nodiscard]] store::Digest root() const;
  [[nodiscard]] std::uint64_t size() const { return size_; }

 private:
  std::uint64_t size_ = 0;
  std::vector<std::pair<std::uint64_t, store::Digest>> whole_;  ///< subtrees and their sizes, falling
};

}  // namespace edgewatch::evidence

// A file's bytes as mapping gives them, without a file.
#pragma once

#include "edgewatch/base/bytes.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <string>

namespace edgewatch::classify {

/// An image where a mapped file would begin.
class Mapped {
 public:
  explicit Mapped(const std::string& image)
      : size_(image.size()), memory_(new Block[size_ / sizeof(Block) + 1]) {
    std::copy(image.begin(), image.end(), reinterpret_cast<char*>(memory_.get()));
  }
  [[nodiscard]] Bytes bytes() const { return {reinterpret_cast<const std::uint8_t*>(memory_.get()), size_}; }

 private:
  struct alignas(64) Block {
    std::array<char, 64> bytes;
  };
  std::size_t size_;
  std::unique_ptr<Block[]> memory_;
};

}  // namespace edgewatch::classify

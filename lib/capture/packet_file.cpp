#include "edgewatch/capture/packet_file.hpp"

#include "file_format.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include <fmt/format.h>

namespace edgewatch::capture {
namespace {

constexpr int exit_unreadable = 65;

std::string why_no_capture(Bytes beginning) {
  struct Packing {
    std::string_view mark, advice;
  };
  using namespace std::string_view_literals;
  constexpr std::array packings{Packing{"\x1f\x8b"sv, "gzip; unpack it first, as by gunzip"sv},
                                Packing{"\xfd"
                                        "7zXZ"sv,
                                        "xz; unpack it first, as by unxz"sv},
                                Packing{"\x28\xb5\x2f\xfd"sv, "zstd; unpack it first, as by unzstd"sv},
                                Packing{"BZh"sv, "bzip2; unpack it first, as by bunzip2"sv}};
  if (beginning.empty()) return "it is empty";
  const std::string_view text(reinterpret_cast<const char*>(beginning.data()), beginning.size());
  for (const Packing& packing : packings) {
    if (text.starts_with(packing.mark)) return fmt::format("it is packed by {}", packing.advice);
  }
  return "it begins like no pcap, pcapng or snoop file";
}

}  // namespace

void Block::resize(std::size_t size, std::size_t kept) {
  if (size == size_) return;
  auto bytes = std::make_unique_for_overwrite<std::uint8_t[]>(size);
  if (kept != 0) std::memcpy(bytes.get(), bytes_.get(), kept);
  bytes_ = std::move(bytes);
  size_ = size;
}

PacketFile::PacketFile(Refill refill, std::string display_name, std::string name, std::uint16_t source,
                       std::size_t block_bytes)
    : refill_(std::move(refill)),
      display_name_(std::move(display_name)),
      name_(std::move(name)),
      source_(source),
      block_bytes_(std::max<std::size_t>(block_bytes, 1)) {
  open();
}

PacketFile::~PacketFile() = default;

void PacketFile::open() {
  rest_.resize(longest_header);
  std::size_t size = 0;
  while (size < longest_header && !exhausted_) {
    const std::size_t got = refill_(std::span(rest_).subspan(size));
    exhausted_ = got == 0;
    size += got;
  }
  rest_.resize(size);
  read_ = size;
  for (const auto open_as : {open_classic, open_pcapng, open_snoop}) {
    Opened opened = open_as(rest_, source_);
    if (!opened.format) continue;
    format_ = std::move(opened.format);
    rest_.erase(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(opened.taken));
    return;
  }
  throw SourceError(exit_unreadable, fmt::format("{}: not a capture that can be read (offset 0): {}",
                                                 display_name_, why_no_capture(rest_)));
}

/// Takes what the input gives at once, over what is to be left out; false at its end.
bool PacketFile::read_on(Block& block, std::size_t& size) {
  const std::size_t got = refill_({block.data() + size, block.size() - size});
  exhausted_ = got == 0;
  read_ += got;
  const std::size_t left_out = static_cast<std::size_t>(std::min<std::uint64_t>(skip_, got));
  skip_ -= left_out;
  if (left_out != 0) std::memmove(block.data() + size, block.data() + size + left_out, got - left_out);
  size += got - left_out;
  return !exhausted_;
}

/// Puts the rest of the block before and what comes next into `block`, until the format can go on. A record
/// that is larger than a block makes it grow as its bytes arrive, never by what its length says.
void PacketFile::fill(Block& block, std::size_t& size) {
  size = rest_.size();
  if (block.size() < block_bytes_ || block.size() > 2 * std::max(block_bytes_, wanted_)) {
    block.resize(block_bytes_, 0);
  }
  if (block.size() <= size) block.resize(2 * size, 0);
  std::copy(rest_.begin(), rest_.end(), block.data());
  while (!exhausted_ && (size < std::max<std::size_t>(wanted_, 1) || skip_ != 0)) {
    if (size == block.size()) block.resize(2 * size, size);
    if (!read_on(block, size)) return;
  }
}

bool PacketFile::next_batch(Batch& batch) {
  if (given_ < own_.frames.size()) {  // next() was used before; what it has not given yet comes first
    own_.frames.erase(own_.frames.begin(), own_.frames.begin() + static_cast<std::ptrdiff_t>(given_));
    std::swap(batch, own_);
    own_.frames.clear();
    given_ = 0;
    return true;
  }
  batch.frames.clear();
  while (batch.frames.empty()) {
    if (damage_) throw SourceError(exit_unreadable, *damage_);
    if (over_) return false;
    std::size_t size = 0;
    fill(batch.bytes, size);
    if (size < std::max<std::size_t>(wanted_, 1) || skip_ != 0) {
      finish(size);
    } else {
      walk(batch, size);
    }
  }
  return true;
}

void PacketFile::walk(Batch& batch, std::size_t size) {
  Walk walk = format_->walk({batch.bytes.data(), size}, batch.frames);
  const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(walk.taken, size));
  if (walk.damage) {
    damage_ = fmt::format("{}: offset {}, after frame {}: {}", display_name_, read_ - (size - taken),
                          format_->count(), *walk.damage);
    return;
  }
  skip_ = walk.taken - taken;
  wanted_ = walk.wanted;
  rest_.assign(batch.bytes.data() + taken, batch.bytes.data() + size);
}

void PacketFile::finish(std::size_t left) {
  over_ = true;
  if (left == 0 && skip_ == 0) return;
  end_ = EndOfInput{true, fmt::format("{}: cut at its end, offset {}, after frame {}", display_name_, read_,
                                      format_->count())};
}

Step PacketFile::next() {
  if (given_ == own_.frames.size()) {
    given_ = 0;
    own_.frames.clear();
    if (!next_batch(own_)) return end_;
  }
  return own_.frames[given_++];
}

}  // namespace edgewatch::capture

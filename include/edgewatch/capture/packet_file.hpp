// Capture files, read without libpcap: pcap, pcapng and snoop, in blocks of the size the caches like. Beside
// `next()` there are batches: frames together with the bytes they view, so that a replay can hand them to
// other threads. A PacketFile is used by one thread at a time; a Batch belongs to whoever holds it.
#pragma once

#include "edgewatch/capture/source.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace edgewatch::capture {

/// Bytes on the heap that are not cleared when they are made. Moving a block keeps views into it good.
class Block {
 public:
  [[nodiscard]] std::uint8_t* data() const { return bytes_.get(); }
  [[nodiscard]] std::size_t size() const { return size_; }
  /// Makes it `size` bytes, keeping the first `kept` of what stood there.
  void resize(std::size_t size, std::size_t kept);

 private:
  std::unique_ptr<std::uint8_t[]> bytes_;
  std::size_t size_ = 0;
};

/// Frames in order and the bytes they view. The frames are good as long as the batch lives (wherever it is
/// moved to) and until it is given to `next_batch()` again, which uses its memory once more.
struct Batch {
  std::vector<net::Frame> frames;
  Block bytes;
};

/// Fills the front of what it is given, at least one byte of it, and says how much; 0 at the end of the
/// input. Throws SourceError.
using Refill = std::function<std::size_t(std::span<std::uint8_t>)>;

class FileFormat;

class PacketFile final : public PacketSource {
 public:
  /// `display_name` stands in messages, `name` in coverage rows. A batch takes `block_bytes` at a time, and
  /// more only for a record that is larger. Throws SourceError where the input does not begin like a capture.
  PacketFile(Refill refill, std::string display_name, std::string name, std::uint16_t source,
             std::size_t block_bytes);
  ~PacketFile() override;
  PacketFile(const PacketFile&) = delete;
  PacketFile& operator=(const PacketFile&) = delete;

  Step next() override;
  [[nodiscard]] const std::string& name() const override { return name_; }

  /// The next frames, at least one; false at the end of the input, and `end()` then says how it ended. What
  /// stood before a damaged place is given first; the next call throws SourceError 65, as every one after it.
  /// `next()` and this may be mixed: each frame is given once.
  bool next_batch(Batch& batch);
  /// How the input ended; only after the end.
  [[nodiscard]] const EndOfInput& end() const { return end_; }

 private:
  void open();
  bool read_on(Block& block, std::size_t& size);
  void fill(Block& block, std::size_t& size);
  void walk(Batch& batch, std::size_t size);
  void finish(std::size_t left);

  Refill refill_;
  std::string display_name_;
  std::string name_;
  std::uint16_t source_;
  std::size_t block_bytes_;
  std::unique_ptr<FileFormat> format_;
  std::vector<std::uint8_t> rest_;  ///< the beginning of a record whose end is in the next block
  std::size_t wanted_ = 0;          ///< bytes that the format needs to go on
  std::uint64_t skip_ = 0;          ///< bytes to leave out before `rest_` begins
  std::uint64_t read_ = 0;          ///< bytes taken from the input
  bool exhausted_ = false;          ///< the input has no more
  bool over_ = false;
  std::optional<std::string> damage_;
  EndOfInput end_;
  Batch own_;  ///< what next() gives from
  std::size_t given_ = 0;
};

/// Read at once. Chosen by measurement (README): the block and what is made of it stay in the second-level
/// cache.
inline constexpr std::size_t default_block_bytes = std::size_t{256} * 1024;

/// As `open_file`, for whoever wants batches.
[[nodiscard]] std::unique_ptr<PacketFile> open_packet_file(const std::string& path, std::uint16_t source,
                                                           std::size_t block_bytes = default_block_bytes);

}  // namespace edgewatch::capture

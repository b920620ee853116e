// A capture in memory: frames with stamps, put in order and written as a pcap file or given to a stage as
// `net::Frame`s. It owns all bytes; frames it gives borrow them until the next `add`. One thread.
#pragma once

#include "edgewatch/base/time.hpp"
#include "edgewatch/net/frame.hpp"

#include "support/forge.hpp"

#include <cstdint>
#include <filesystem>
#include <vector>

namespace edgewatch::support {

class Recording {
 public:
  explicit Recording(net::LinkType link = net::LinkType::ethernet) : link_(link) {}

  /// A frame as captured; `wire_length` 0 says that all of it is there.
  void add(Timestamp at, Bytes frame, std::uint32_t wire_length = 0);
  void add(Timestamp at, const ForgedFrame& frame) { add(at, frame.bytes, frame.wire_length); }
  /// All of another recording, after what is here.
  void add(const Recording& other);
  /// Puts the frames in order of their stamps; those of one stamp stay in the order they were added.
  void arrange();

  [[nodiscard]] std::size_t size() const { return packets_.size(); }
  [[nodiscard]] bool empty() const { return packets_.empty(); }
  /// Frame `i` from 0, numbered from 1.
  [[nodiscard]] net::Frame frame(std::size_t i) const&;
  [[nodiscard]] std::vector<net::Frame> frames() const&;
  net::Frame frame(std::size_t) && = delete;  // it would outlive its bytes
  std::vector<net::Frame> frames() && = delete;

  /// The classic pcap format with microsecond stamps, little-endian.
  [[nodiscard]] Buffer pcap() const;
  /// Throws std::runtime_error naming the file where it cannot be written.
  void write(const std::filesystem::path& path) const;

 private:
  struct Packet {
    Timestamp at;
    std::size_t offset = 0;
    std::uint32_t length = 0;
    std::uint32_t wire_length = 0;
  };
  net::LinkType link_;
  Buffer bytes_;
  std::vector<Packet> packets_;
};

/// Writes `bytes` as the whole of a file. Throws std::runtime_error naming the file.
void write_file(const std::filesystem::path& path, Bytes bytes);

}  // namespace edgewatch::support

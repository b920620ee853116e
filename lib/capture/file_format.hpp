// What the three forms of capture file share: each is given bytes from its place in the file on and makes
// frames of the whole records among them. A format knows nothing of files and blocks, keeps no view between
// two calls, and remembers what a header said. One thread.
#pragma once

#include "edgewatch/net/frame.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace edgewatch::capture {

/// How far a format came.
struct Walk {
  /// Bytes that are done with. May be more than there were: what follows is to be left out unread.
  std::uint64_t taken = 0;
  /// How many bytes are needed after `taken` to go on; always more than are there.
  std::size_t wanted = 0;
  /// The record after `taken` cannot be, and why; nothing after it can be found.
  std::optional<std::string> damage;
};

class FileFormat {
 public:
  explicit FileFormat(std::uint16_t source) : source_(source) {}
  virtual ~FileFormat() = default;
  FileFormat(const FileFormat&) = delete;
  FileFormat& operator=(const FileFormat&) = delete;

  /// Adds the frames of the whole records at the front of `bytes`; they view `bytes`.
  virtual Walk walk(Bytes bytes, std::vector<net::Frame>& frames) = 0;
  /// Frames made so far.
  [[nodiscard]] std::uint64_t count() const { return count_; }

 protected:
  void add(std::vector<net::Frame>& frames, Timestamp at, net::LinkType link, Bytes bytes,
           std::uint32_t wire_length) {
    frames.push_back({at, link, bytes, wire_length, source_, ++count_});
  }

 private:
  std::uint16_t source_;
  std::uint64_t count_ = 0;
};

/// Numbers in the byte order of the file. The caller has checked that the bytes are there.
class Order {
 public:
  enum class Swap : bool { no, yes };
  explicit Order(Swap swap = Swap::no) : swap_(swap == Swap::yes) {}
  [[nodiscard]] std::uint16_t u16(const std::uint8_t* at) const {
    std::uint16_t value = 0;
    std::memcpy(&value, at, sizeof(value));
    return swap_ ? __builtin_bswap16(value) : value;
  }
  [[nodiscard]] std::uint32_t u32(const std::uint8_t* at) const {
    std::uint32_t value = 0;
    std::memcpy(&value, at, sizeof(value));
    return swap_ ? __builtin_bswap32(value) : value;
  }
  [[nodiscard]] std::uint64_t u64(const std::uint8_t* at) const {
    std::uint64_t value = 0;
    std::memcpy(&value, at, sizeof(value));
    return swap_ ? __builtin_bswap64(value) : value;
  }

 private:
  bool swap_;
};

/// A record larger than this is no packet: IP has 64 KiB, and what offload makes of it 512 KiB.
inline constexpr std::uint32_t largest_packet = std::uint32_t{16} << 20U;
/// What every file may hold, whatever its header says: libpcap's own bound.
inline constexpr std::uint32_t usual_packet = 262144;

/// A stamp outside the years 1970 to 9999 (a damaged or hostile file) is brought to the nearer end.
[[nodiscard]] inline Timestamp stamp_of(std::int64_t seconds, std::uint64_t micros) {
  constexpr std::int64_t last_second_of_9999 = 253402300799;
  constexpr std::uint64_t micros_in_second = 1000000;
  return Timestamp(std::chrono::seconds(std::clamp<std::int64_t>(seconds, 0, last_second_of_9999)) +
                   Duration(std::min(micros, micros_in_second - 1)));
}

/// The LINKTYPE_ value of a number that stands in a file. A few below 100 are values of systems that once
/// numbered in their own way (pcap-linktype(7)).
[[nodiscard]] net::LinkType link_type_in_file(std::uint32_t number);

/// What a file must have before its form can be told.
inline constexpr std::size_t longest_header = 28;

/// The format of a file that begins with `head` (its first `longest_header` bytes, or all there are), and how
/// much of `head` is done with; nothing where it is no capture.
struct Opened {
  std::unique_ptr<FileFormat> format;
  std::size_t taken = 0;
};
[[nodiscard]] Opened open_classic(Bytes head, std::uint16_t source);
[[nodiscard]] Opened open_pcapng(Bytes head, std::uint16_t source);
[[nodiscard]] Opened open_snoop(Bytes head, std::uint16_t source);

}  // namespace edgewatch::capture

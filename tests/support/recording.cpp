#include "support/recording.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <stdexcept>

#include <fmt/format.h>

namespace edgewatch::support {
namespace {

constexpr std::uint32_t snap_length = 262144;  // of the file: no frame here is longer

void little_endian(Buffer& out, std::uint64_t value, std::size_t width) {
  for (std::size_t i = 0; i < width; ++i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

}  // namespace

void Recording::add(Timestamp at, Bytes frame, std::uint32_t wire_length) {
  const auto length = static_cast<std::uint32_t>(frame.size());
  packets_.push_back(Packet{at, bytes_.size(), length, std::max(wire_length, length)});
  append(bytes_, frame);
}

void Recording::add(const Recording& other) {
  for (const Packet& packet : other.packets_)
    add(packet.at, Bytes(other.bytes_).subspan(packet.offset, packet.length), packet.wire_length);
}

void Recording::arrange() {
  std::stable_sort(packets_.begin(), packets_.end(),
                   [](const Packet& a, const Packet& b) { return a.at < b.at; });
}

net::Frame Recording::frame(std::size_t i) const& {
  const Packet& packet = packets_.at(i);
  net::Frame frame;
  frame.at = packet.at;
  frame.link = link_;
  frame.bytes = Bytes(bytes_).subspan(packet.offset, packet.length);
  frame.wire_length = packet.wire_length;
  frame.number = i + 1;
  return frame;
}

std::vector<net::Frame> Recording::frames() const& {
  std::vector<net::Frame> out;
  out.reserve(packets_.size());
  for (std::size_t i = 0; i < packets_.size(); ++i) out.push_back(frame(i));
  return out;
}

Buffer Recording::pcap() const {
  Buffer out;
  out.reserve(24 + bytes_.size() + 16 * packets_.size());
  little_endian(out, 0xa1b2c3d4, 4);
  little_endian(out, 2, 2);
  little_endian(out, 4, 2);
  little_endian(out, 0, 8);
  little_endian(out, snap_length, 4);
  little_endian(out, static_cast<std::uint16_t>(link_), 4);
  for (const Packet& packet : packets_) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(packet.at);
    little_endian(out, static_cast<std::uint64_t>(seconds.time_since_epoch().count()), 4);
    little_endian(out, static_cast<std::uint64_t>((packet.at - seconds).count()), 4);
    little_endian(out, packet.length, 4);
    little_endian(out, packet.wire_length, 4);
    append(out, Bytes(bytes_).subspan(packet.offset, packet.length));
  }
  return out;
}

void Recording::write(const std::filesystem::path& path) const { write_file(path, pcap()); }

void write_file(const std::filesystem::path& path, Bytes bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file)
    throw std::runtime_error(fmt::format("{}: cannot be written: {}", path.string(), std::strerror(errno)));
}

}  // namespace edgewatch::support

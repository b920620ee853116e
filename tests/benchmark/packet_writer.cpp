#include "packet_writer.hpp"

#include "support/random.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace edgewatch::benchmark {
namespace {

constexpr std::size_t buffer_size = std::size_t{4} << 20;
constexpr std::size_t record_header = 16;
constexpr std::size_t smallest_frame = 60;
constexpr std::size_t full_size = 1300;
constexpr std::size_t noise_size = std::size_t{1} << 20;
constexpr std::size_t largest_noise = std::size_t{1} << 16;

void put16(std::uint8_t* to, std::uint32_t value) {
  to[0] = static_cast<std::uint8_t>(value >> 8);
  to[1] = static_cast<std::uint8_t>(value);
}

void put32(std::uint8_t* to, std::uint32_t value) {
  put16(to, value >> 16);
  put16(to + 2, value & 0xffff);
}

void put32_little(std::uint8_t* to, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) to[i] = static_cast<std::uint8_t>(value >> (8 * i));
}

std::uint16_t checksum(std::uint64_t sum) {
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

std::runtime_error failure(const std::string& name) {
  return std::runtime_error(fmt::format("{}: {}", name, std::strerror(errno)));
}

}  // namespace

Path::Path(Protocol protocol, const support::Link& link, const net::Endpoint& from, const net::Endpoint& to) {
  const bool v4 = from.address.is_v4();
  const auto number = static_cast<std::uint8_t>(protocol);
  std::copy_n(link.to.bytes().begin(), 6, header_.begin());
  std::copy_n(link.from.bytes().begin(), 6, header_.begin() + 6);
  put16(header_.data() + 12, v4 ? 0x0800 : 0x86dd);
  std::uint8_t* const ip = header_.data() + ip_at_;
  if (v4) {
    ip[0] = 0x45;
    ip[6] = 0x40;  // may not be fragmented
    ip[8] = 64;
    ip[9] = number;
    std::copy_n(from.address.bytes().begin(), 4, ip + 12);
    std::copy_n(to.address.bytes().begin(), 4, ip + 16);
    ip_sum_ = support::internet_sum(Bytes(ip, 20));
  } else {
    transport_at_ = 54;
    ip[0] = 0x60;
    ip[6] = number;
    ip[7] = 64;
    std::copy_n(from.address.bytes().begin(), 16, ip + 8);
    std::copy_n(to.address.bytes().begin(), 16, ip + 24);
  }
  std::uint8_t* const transport = header_.data() + transport_at_;
  put16(transport, from.port);
  put16(transport + 2, to.port);
  size_ = static_cast<std::uint8_t>(transport_at_ + (protocol == Protocol::tcp ? 20 : 8));
  transport_sum_ = std::uint32_t{support::internet_sum(from.address.bytes())} +
                   support::internet_sum(to.address.bytes()) + number + from.port + to.port;
}

Ends ends(Path::Protocol protocol, const net::MacAddress& client_mac, const net::Endpoint& client,
          const net::Endpoint& server) {
  const net::MacAddress router({0x02, 0x00, 0x5e, 0x10, 0xff, 0x01});
  return {Path(protocol, {client_mac, router, {}}, client, server),
          Path(protocol, {router, client_mac, {}}, server, client)};
}

Bytes noise(std::size_t at, std::size_t size) {
  static const support::Buffer block = support::Random(0x6e6f697365).bytes(noise_size);
  return Bytes(block).subspan(at % (noise_size - largest_noise), size);
}

PacketWriter::PacketWriter(const std::filesystem::path& file) : name_(file.string()), buffer_(buffer_size) {
  file_ = open(name_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file_ < 0) throw failure(name_);
  std::uint8_t* const head = buffer_.data();
  std::fill_n(head, 24, std::uint8_t{0});
  put32_little(head, 0xa1b2c3d4);
  head[4] = 2;
  head[6] = 4;
  put32_little(head + 16, 65535);
  put32_little(head + 20, 1);  // Ethernet
  used_ = 24;
}

PacketWriter::~PacketWriter() {
  if (file_ >= 0) close(file_);
}

void PacketWriter::flush() {
  std::size_t written = 0;
  while (written < used_) {
    const ssize_t now = write(file_, buffer_.data() + written, used_ - written);
    if (now < 0) throw failure(name_);
    written += static_cast<std::size_t>(now);
  }
  bytes_ += used_;
  used_ = 0;
}

void PacketWriter::finish() {
  flush();
  if (close(std::exchange(file_, -1)) != 0) throw failure(name_);
}

std::uint8_t* PacketWriter::begin(Timestamp at, std::size_t size) {
  const std::size_t kept = std::max(size, smallest_frame);
  if (used_ + record_header + kept > buffer_.size()) flush();
  std::uint8_t* const record = buffer_.data() + used_;
  const auto micros = at.time_since_epoch().count();
  put32_little(record, static_cast<std::uint32_t>(micros / 1000000));
  put32_little(record + 4, static_cast<std::uint32_t>(micros % 1000000));
  put32_little(record + 8, static_cast<std::uint32_t>(kept));
  put32_little(record + 12, static_cast<std::uint32_t>(kept));
  if (size < smallest_frame) std::fill(record + record_header + size, record + record_header + kept, 0);
  used_ += record_header + kept;
  ++packets_;
  if (kept >= full_size) full_size_bytes_ += record_header + kept;
  return record + record_header;
}

std::uint8_t* PacketWriter::begin_transport(Timestamp at, const Path& path, std::size_t transport_length) {
  std::uint8_t* const frame = begin(at, path.transport_at_ + transport_length);
  std::memcpy(frame, path.header_.data(), path.size_);
  std::uint8_t* const ip = frame + path.ip_at_;
  if (path.transport_at_ == 34) {
    const std::uint32_t length = static_cast<std::uint32_t>(20 + transport_length);
    put16(ip + 2, length);
    put16(ip + 4, ++ip_id_);
    put16(ip + 10, checksum(std::uint64_t{path.ip_sum_} + length + ip_id_));
  } else {
    put16(ip + 4, static_cast<std::uint32_t>(transport_length));
  }
  return frame + path.transport_at_;
}

void PacketWriter::tcp(Timestamp at, const Path& path, const support::TcpFields& fields, Bytes payload,
                       std::uint16_t record) {
  const std::size_t options = (fields.options.size() + 3) / 4 * 4;
  const std::size_t transport_length = 20 + options + payload.size();
  std::uint8_t* const transport = begin_transport(at, path, transport_length);
  put32(transport + 4, fields.sequence);
  put32(transport + 8, fields.acknowledgement);
  transport[12] = static_cast<std::uint8_t>((20 + options) << 2);
  transport[13] = fields.flags;
  put16(transport + 14, fields.window);
  put32(transport + 16, 0);
  if (options > 0) {
    std::fill_n(transport + 20, options, std::uint8_t{0});
    std::memcpy(transport + 20, fields.options.data(), fields.options.size());
  }
  std::uint8_t* const body = transport + 20 + options;
  if (!payload.empty()) std::memcpy(body, payload.data(), payload.size());
  if (record != 0 && payload.size() >= 5) {
    body[0] = 23;  // application data, RFC 8446 5.1
    put16(body + 1, 0x0303);
    put16(body + 3, record);
  }
  const std::uint64_t sum = std::uint64_t{path.transport_sum_} + transport_length +
                            support::internet_sum(Bytes(transport + 4, transport_length - 4));
  put16(transport + 16, checksum(sum));
}

void PacketWriter::udp(Timestamp at, const Path& path, Bytes payload) {
  const std::size_t transport_length = 8 + payload.size();
  std::uint8_t* const transport = begin_transport(at, path, transport_length);
  put16(transport + 4, static_cast<std::uint32_t>(transport_length));
  put16(transport + 6, 0);
  std::memcpy(transport + 8, payload.data(), payload.size());
  const std::uint16_t sum =
      checksum(std::uint64_t{path.transport_sum_} + 2 * transport_length + support::internet_sum(payload));
  put16(transport + 6, sum == 0 ? 0xffff : sum);
}

void PacketWriter::frame(Timestamp at, Bytes bytes) {
  std::memcpy(begin(at, bytes.size()), bytes.data(), bytes.size());
}

}  // namespace edgewatch::benchmark

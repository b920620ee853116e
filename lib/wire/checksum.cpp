#include "edgewatch/wire/checksum.hpp"

#include "load.hpp"

#include <array>
#include <bit>
#include <cstring>

namespace edgewatch::wire {
namespace {

constexpr std::uint16_t all_ones = 0xffff;  // what a sum over its own checksum comes to

template <class Number>
Number load(const std::uint8_t* at) {
  Number number = 0;
  std::memcpy(&number, at, sizeof number);
  return number;
}

std::uint16_t fold(std::uint64_t sum) {
  sum = (sum & 0xffffffffU) + (sum >> 32U);
  sum = (sum & 0xffffU) + (sum >> 16U);
  sum = (sum & 0xffffU) + (sum >> 16U);
  sum = (sum & 0xffffU) + (sum >> 16U);
  return static_cast<std::uint16_t>(sum);
}

/// In the machine's own byte order: a ones' complement sum may be turned at its end (RFC 1071 section 2B).
/// Sums of 32-bit words in 64 bits, where no carry is lost, so that they can be made side by side.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
__attribute__((target_clones("avx2", "default")))
#endif
std::uint64_t
sum_of(Bytes bytes) {
  constexpr std::size_t word = sizeof(std::uint32_t);
  constexpr std::size_t side_by_side = 16;
  const std::uint8_t* at = bytes.data();
  std::size_t left = bytes.size();
  std::array<std::uint64_t, side_by_side> sums{};
  for (; left >= side_by_side * word; left -= side_by_side * word, at += side_by_side * word) {
    std::array<std::uint32_t, side_by_side> words;
    std::memcpy(words.data(), at, sizeof words);
    for (std::size_t i = 0; i < side_by_side; ++i) sums[i] += words[i];
  }
  std::uint64_t sum = 0;
  for (const std::uint64_t one : sums) sum += one;
  for (; left >= word; left -= word, at += word) sum += load<std::uint32_t>(at);
  std::uint32_t last = 0;
  if (left != 0) std::memcpy(&last, at, left);  // zeros behind the last byte, in either byte order
  return sum + last;
}

/// The same of a few bytes, a multiple of four.
std::uint64_t sum_of_header(Bytes bytes) {
  std::uint64_t sum = 0;
  for (std::size_t at = 0; at < bytes.size(); at += sizeof(std::uint32_t))
    sum += load<std::uint32_t>(bytes.data() + at);
  return sum;
}

std::uint16_t big_endian(std::uint16_t number) {
  if constexpr (std::endian::native == std::endian::big) return number;
  return static_cast<std::uint16_t>((number << 8) | (number >> 8));
}

enum : std::uint8_t { protocol_tcp = 6, protocol_udp = 17, protocol_icmpv6 = 58 };

/// The verdict on the segment: its sum and that of the pseudo-header, addresses, protocol and length.
Checksum judge_segment(const Datagram& datagram, std::uint8_t protocol) {
  if (datagram.segment.empty() || datagram.segment.size() < datagram.segment_length) return Checksum::unknown;
  std::uint64_t sum = sum_of(datagram.segment);
  sum += sum_of_header(datagram.from.address.bytes()) + sum_of_header(datagram.to.address.bytes());
  std::uint64_t words = big_endian(fold(sum));
  words += protocol;
  words += datagram.segment_length;
  return fold(words) == all_ones ? Checksum::good : Checksum::bad;
}

Checksum judge_udp(const Datagram& datagram) {
  constexpr std::size_t checksum_at = 6;
  if (datagram.segment.size() < checksum_at + 2) return Checksum::unknown;
  if (be16(datagram.segment.data() + checksum_at) != 0) return judge_segment(datagram, protocol_udp);
  return datagram.from.address.is_v4() ? Checksum::good : Checksum::bad;
}

}  // namespace

std::string_view to_string(Checksum checksum) {
  switch (checksum) {
    case Checksum::unknown:
      return "unknown";
    case Checksum::good:
      return "good";
    case Checksum::bad:
      return "bad";
  }
  return "unknown";
}

std::uint16_t internet_sum(Bytes bytes) { return big_endian(fold(sum_of(bytes))); }

Checksum checksum_of(const Datagram& datagram) {
  if (!datagram.ipv4_header.empty() && fold(sum_of_header(datagram.ipv4_header)) != all_ones)
    return Checksum::bad;
  switch (datagram.transport) {
    case Transport::tcp:
      return judge_segment(datagram, protocol_tcp);
    case Transport::udp:
      return judge_udp(datagram);
    case Transport::icmpv6:
      return judge_segment(datagram, protocol_icmpv6);
    case Transport::arp:
    case Transport::none:
      break;
  }
  return Checksum::unknown;
}

}  // namespace edgewatch::wire

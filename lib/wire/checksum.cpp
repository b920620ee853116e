#include "edgewatch/wire/checksum.hpp"

#include "load.hpp"

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

/// Adds, the carry coming round to the lowest bit: 2^64-1 is a multiple of 2^16-1, so nothing is lost.
void add(std::uint64_t& sum, std::uint64_t number) {
  const bool carry = __builtin_add_overflow(sum, number, &sum);
  sum += carry ? 1U : 0U;
}

/// The last few bytes with zeros behind them, as the machine would load them. Most segments are longer than a
/// word, and then it is one load that goes back into what was added already.
std::uint64_t last_of(Bytes bytes, std::size_t few) {
  constexpr std::size_t word = sizeof(std::uint64_t);
  if (std::endian::native == std::endian::little && bytes.size() >= word)
    return load<std::uint64_t>(bytes.data() + bytes.size() - word) >> 8 * (word - few);
  std::uint64_t last = 0;
  std::memcpy(&last, bytes.data() + bytes.size() - few, few);
  return last;
}

/// In the machine's own byte order: a ones' complement sum may be turned at its end (RFC 1071 section 2B).
/// Four sums side by side, since each add waits for its own carry; sums of half as wide words, which
/// compilers vectorise, were measured and are slower at every length.
std::uint64_t sum_of(Bytes bytes) {
  constexpr std::size_t word = sizeof(std::uint64_t);
  const std::uint8_t* at = bytes.data();
  std::size_t left = bytes.size();
  std::uint64_t a = 0;
  std::uint64_t b = 0;
  std::uint64_t c = 0;
  std::uint64_t d = 0;
  for (; left >= 4 * word; left -= 4 * word, at += 4 * word) {
    add(a, load<std::uint64_t>(at));
    add(b, load<std::uint64_t>(at + word));
    add(c, load<std::uint64_t>(at + 2 * word));
    add(d, load<std::uint64_t>(at + 3 * word));
  }
  for (; left >= word; left -= word, at += word) add(a, load<std::uint64_t>(at));
  if (left != 0) add(a, last_of(bytes, left));
  add(a, b);
  add(c, d);
  add(a, c);
  return a;
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
  add(sum, sum_of_header(datagram.from.address.bytes()));
  add(sum, sum_of_header(datagram.to.address.bytes()));
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

// snoop (RFC 1761): what Solaris writes. All numbers big-endian.
#include "file_format.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include <fmt/format.h>

namespace edgewatch::capture {
namespace {

constexpr std::size_t header_length = 16;
constexpr std::size_t record_header = 24;

Order big_endian() {
  return Order(std::endian::native == std::endian::little ? Order::Swap::yes : Order::Swap::no);
}

class SnoopFormat final : public FileFormat {
 public:
  SnoopFormat(net::LinkType link, std::uint16_t source) : FileFormat(source), link_(link) {}

  Walk walk(Bytes bytes, std::vector<net::Frame>& frames) override {
    const Order order = big_endian();
    std::size_t at = 0;
    while (bytes.size() - at >= record_header) {
      const std::uint8_t* record = bytes.data() + at;
      const std::uint32_t kept = order.u32(record + 4);
      const std::uint32_t whole = order.u32(record + 8);  // with this header and the padding
      if (whole < record_header || whole - record_header < kept || whole > largest_packet) {
        return {at, record_header,
                fmt::format("a record of {} bytes that holds {} of a packet", whole, kept)};
      }
      if (bytes.size() - at < whole) return {at, whole, {}};
      add(frames, stamp_of(order.u32(record + 16), order.u32(record + 20)), link_,
          bytes.subspan(at + record_header, kept), order.u32(record));
      at += whole;
    }
    return {at, record_header, {}};
  }

 private:
  net::LinkType link_;
};

/// RFC 1761, "Datalink Type", as far as the link has a LINKTYPE_ value.
std::optional<net::LinkType> link_of(std::uint32_t datalink) {
  switch (datalink) {
    case 0:  // IEEE 802.3
    case 4:
      return net::LinkType::ethernet;
    case 2:  // IEEE 802.5
      return static_cast<net::LinkType>(6);
    case 8:  // FDDI
      return static_cast<net::LinkType>(10);
    default:
      return std::nullopt;
  }
}

}  // namespace

Opened open_snoop(Bytes head, std::uint16_t source) {
  constexpr std::array<std::uint8_t, 8> magic{'s', 'n', 'o', 'o', 'p', 0, 0, 0};
  constexpr std::uint32_t version = 2;
  if (head.size() < header_length || !std::equal(magic.begin(), magic.end(), head.begin())) return {};
  if (big_endian().u32(head.data() + 8) != version) return {};
  const auto link = link_of(big_endian().u32(head.data() + 12));
  if (!link) return {};
  return {std::make_unique<SnoopFormat>(*link, source), header_length};
}

}  // namespace edgewatch::capture

// pcap (draft-ietf-opsawg-pcap): a header of 24 bytes, then records in the byte order of the machine that
// wrote.
#include "file_format.hpp"

#include <utility>

#include <fmt/format.h>

namespace edgewatch::capture {
namespace {

constexpr std::uint32_t magic_micros = 0xa1b2c3d4;
constexpr std::uint32_t magic_nanos = 0xa1b23c4d;
// A patched Linux of the nineties: interface, protocol and kind of packet follow the lengths of each record.
constexpr std::uint32_t magic_modified = 0xa1b2cd34;
constexpr std::size_t header_length = 24;
constexpr std::size_t record_header = 16;
constexpr std::size_t modified_record_header = 24;

/// Before version 2.3 the two lengths of a record stood the other way round; 2.3 was written both ways.
enum class Lengths : std::uint8_t { as_now, other_way_round, either };

class ClassicFormat final : public FileFormat {
 public:
  struct Header {
    Order order;
    std::uint32_t in_micro = 1;  ///< units of a record's fraction in a microsecond
    std::size_t record = record_header;
    std::uint32_t largest = usual_packet;
    net::LinkType link = net::LinkType::ethernet;
    Lengths lengths = Lengths::as_now;
  };
  ClassicFormat(const Header& header, std::uint16_t source) : FileFormat(source), header_(header) {}

  Walk walk(Bytes bytes, std::vector<net::Frame>& frames) override {
    const Header header = header_;  // a copy, so that storing frames cannot be thought to change it
    std::size_t at = 0;
    while (bytes.size() - at >= header.record) {
      const std::uint8_t* record = bytes.data() + at;
      std::uint32_t kept = header.order.u32(record + 8);
      std::uint32_t length = header.order.u32(record + 12);
      if (header.lengths != Lengths::as_now &&
          (header.lengths == Lengths::other_way_round || kept > length)) {
        std::swap(kept, length);
      }
      if (kept > header.largest) {
        return {at, header.record,
                fmt::format("a record of {} bytes, where {} are the most", kept, header.largest)};
      }
      if (bytes.size() - at - header.record < kept) return {at, header.record + kept, {}};
      add(frames, stamp_of(header.order.u32(record), header.order.u32(record + 4) / header.in_micro),
          header.link, bytes.subspan(at + header.record, kept), length);
      at += header.record + kept;
    }
    return {at, header.record, {}};
  }

 private:
  Header header_;
};

}  // namespace

Opened open_classic(Bytes head, std::uint16_t source) {
  if (head.size() < header_length) return {};
  ClassicFormat::Header header;
  const auto is = [&](std::uint32_t magic) {
    for (const Order order : {Order(Order::Swap::no), Order(Order::Swap::yes)}) {
      if (order.u32(head.data()) != magic) continue;
      header.order = order;
      return true;
    }
    return false;
  };
  if (is(magic_nanos)) {
    header.in_micro = 1000;
  } else if (is(magic_modified)) {
    header.record = modified_record_header;
  } else if (!is(magic_micros)) {
    return {};
  }
  constexpr std::uint16_t version = 2;
  constexpr std::uint16_t version_of_dg_ux = 543;
  const std::uint16_t major = header.order.u16(head.data() + 4);
  const std::uint16_t minor = header.order.u16(head.data() + 6);
  if (major == version_of_dg_ux || (major == version && minor < 3)) {
    header.lengths = Lengths::other_way_round;
  } else if (major == version && minor == 3) {
    header.lengths = Lengths::either;
  } else if (major != version || minor > 4) {
    return {};
  }
  // Snap lengths lie: many files hold records beyond theirs. It may widen our bound, never narrow it.
  header.largest = std::clamp(header.order.u32(head.data() + 16), usual_packet, largest_packet);
  // The upper half says how long a frame check sequence is; what follows a datagram is padding to `wire`
  // anyway.
  header.link = link_type_in_file(header.order.u32(head.data() + 20) & 0xffffU);
  return {std::make_unique<ClassicFormat>(header, source), header_length};
}

net::LinkType link_type_in_file(std::uint32_t number) {
  switch (number) {
    case 11:  // ATM, RFC 1483
      return static_cast<net::LinkType>(100);
    case 12:  // raw IP, on most systems and on OpenBSD
    case 14:
      return net::LinkType::raw;
    case 13:  // SLIP of BSD/OS
      return static_cast<net::LinkType>(102);
    default:
      return static_cast<net::LinkType>(number);
  }
}

}  // namespace edgewatch::capture

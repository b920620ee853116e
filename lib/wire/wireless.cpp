#include "wireless.hpp"

#include "load.hpp"

#include <fmt/format.h>

namespace edgewatch::wire {
namespace {

constexpr std::size_t mac_length = 6;

Failure<DecodeError> refuse(Malformation kind, std::size_t offset) {
  return Failure{DecodeError{kind, offset}};
}

/// The frame control field (IEEE 802.11 section 9.2.4.1), as it is on the air.
struct FrameControl {
  std::uint8_t type = 0;
  std::uint8_t flags = 0;
  bool turned = false;  ///< the controller wrote this field, and the one with the fragment's number, the
                        ///< other way about

  [[nodiscard]] bool is_data() const { return (type & 0x0fU) == 0x08; }  // version 0, type 2
  [[nodiscard]] bool has_body() const { return (type & 0x40U) == 0; }
  [[nodiscard]] bool has_qos() const { return (type & 0x80U) != 0; }
  [[nodiscard]] bool to_ds() const { return (flags & 0x01U) != 0; }
  [[nodiscard]] bool from_ds() const { return (flags & 0x02U) != 0; }
  [[nodiscard]] bool more_fragments() const { return (flags & 0x04U) != 0; }
  [[nodiscard]] bool is_protected() const { return (flags & 0x40U) != 0; }
  [[nodiscard]] bool has_ht_control() const { return has_qos() && (flags & 0x80U) != 0; }
};

FrameControl frame_control(std::uint8_t first, std::uint8_t second) {
  // The version is 0 always: a first byte that says otherwise is the second one, turned about by the
  // controller.
  if ((first & 0x03U) != 0 && (second & 0x03U) == 0) return {second, first, true};
  return {first, second, false};
}

constexpr std::size_t basic_header = 24;

std::size_t header_length(const FrameControl& control) {
  return basic_header + (control.to_ds() && control.from_ds() ? mac_length : 0) +
         (control.has_qos() ? 2 : 0) + (control.has_ht_control() ? 4 : 0);
}

bool is_open_data(const FrameControl& control) {
  return control.is_data() && control.has_body() && !control.is_protected();
}

/// Source and destination, by the direction that the frame takes (IEEE 802.11 table 9-30).
void note_addresses(const FrameControl& control, Bytes header, Datagram& datagram) {
  const auto address = [&](std::size_t at) {
    return net::MacAddress::from_bytes(header.subspan(at, mac_length));
  };
  constexpr std::size_t first = 4;
  constexpr std::size_t second = 10;
  constexpr std::size_t third = 16;
  constexpr std::size_t fourth = 24;
  datagram.destination_mac = address(control.to_ds() ? third : first);
  std::size_t source = control.from_ds() ? third : second;
  if (control.to_ds() && control.from_ds()) source = fourth;
  datagram.source_mac = address(source);
}

/// An 802.11 frame behind `length` bytes of a header that the capturing program wrote.
LinkRead read_behind(std::string_view name, std::size_t length, Bytes frame, Walk& walk) {
  if (frame.size() < length) return refuse(Malformation::truncated, 0);
  if (walk.trace != nullptr) [[unlikely]]
    walk.trace->note(name, frame.first(length), "header of the capture");
  return read_ieee80211(frame, length, walk);
}

/// Whether radiotap's flags say that the 802.11 header is padded to a multiple of four bytes.
bool radiotap_says_padded(Bytes header) {
  constexpr std::uint32_t time_present = 1;
  constexpr std::uint32_t flags_present = 2;
  constexpr std::uint32_t more_words = 0x80000000;
  constexpr std::uint8_t padded = 0x20;
  std::size_t at = 4;
  const std::uint32_t present = header.size() < at + 4 ? 0 : le32(header.data() + at);
  for (std::uint32_t word = present; (word & more_words) != 0;) {
    at += 4;
    if (header.size() < at + 4) return false;
    word = le32(header.data() + at);
  }
  at += 4;
  if ((present & time_present) != 0) at = (at + 7) / 8 * 8 + 8;
  return (present & flags_present) != 0 && at < header.size() && (header[at] & padded) != 0;
}

}  // namespace

bool looks_like_ieee80211_data(Bytes frame) {
  if (frame.size() < basic_header) return false;
  const FrameControl control = frame_control(frame[0], frame[1]);
  return is_open_data(control) && frame.size() > header_length(control);
}

LinkRead read_ieee80211(Bytes frame, std::size_t at, Walk& walk) {
  constexpr std::size_t fragment_at = 22;
  constexpr std::size_t subframe_header = 14;
  constexpr std::uint8_t aggregate = 0x80;
  if (frame.size() < at + 2) return refuse(Malformation::truncated, at);
  const FrameControl control = frame_control(frame[at], frame[at + 1]);
  if (!is_open_data(control)) {
    if (walk.trace != nullptr) [[unlikely]] {
      walk.trace->note("802.11", frame.subspan(at, 2),
                       control.is_protected() ? "encrypted" : "no data: management, control or empty");
    }
    return NetworkPart{};
  }
  const std::size_t header = header_length(control);
  if (frame.size() < at + header) return refuse(Malformation::truncated, at);
  const Bytes whole = frame.subspan(at, header);
  if (control.more_fragments() || (whole[fragment_at + (control.turned ? 1 : 0)] & 0x0fU) != 0)
    return NetworkPart{};
  note_addresses(control, whole, walk.datagram);
  if (walk.trace != nullptr) [[unlikely]] {
    walk.trace->note("802.11", whole,
                     fmt::format("data, {} > {}", walk.datagram.source_mac->to_string(),
                                 walk.datagram.destination_mac->to_string()));
  }
  std::size_t llc = at + header;
  const std::size_t qos_at = header - 2 - (control.has_ht_control() ? 4 : 0);
  if (control.has_qos() && (whole[qos_at] & aggregate) != 0) {
    // Destination, source, length, then LLC as ever.
    if (frame.size() < llc + subframe_header) return refuse(Malformation::truncated, llc);
    walk.datagram.destination_mac = net::MacAddress::from_bytes(frame.subspan(llc, mac_length));
    walk.datagram.source_mac = net::MacAddress::from_bytes(frame.subspan(llc + mac_length, mac_length));
    llc += subframe_header;
  }
  return read_llc(frame, llc, walk);
}

LinkRead read_radiotap(Bytes frame, Walk& walk) {
  constexpr std::size_t shortest = 8;
  if (frame.size() < shortest) return refuse(Malformation::truncated, 0);
  const std::size_t length = le16(frame.data() + 2);
  if (frame[0] != 0 || length < shortest) return refuse(Malformation::link_header, 0);
  if (frame.size() < length) return refuse(Malformation::truncated, 0);
  if (!radiotap_says_padded(frame.first(length))) return read_behind("radiotap", length, frame, walk);
  // Two bytes stand between an 802.11 header and its body where the header's length is no multiple of four.
  const Bytes rest = frame.subspan(length);
  if (rest.size() < 2) return refuse(Malformation::truncated, length);
  const FrameControl control = frame_control(rest[0], rest[1]);
  const std::size_t header = header_length(control);
  if (!is_open_data(control) || header % 4 == 0) return read_behind("radiotap", length, frame, walk);
  if (rest.size() < header + 2) return refuse(Malformation::truncated, length);
  note_addresses(control, rest.first(header), walk.datagram);
  return read_llc(frame, length + header + 4 - header % 4, walk);
}

LinkRead read_prism(Bytes frame, Walk& walk) {
  constexpr std::size_t shortest = 8;
  constexpr std::size_t usual = 144;
  if (frame.size() < shortest) return refuse(Malformation::truncated, 0);
  // The number that means Prism is in the byte order of the machine; AVS came under this link type too.
  constexpr std::uint32_t avs_version = 0x80211000;
  if ((be32(frame.data()) & 0xfffff000U) == avs_version) return read_avs(frame, walk);
  const std::uint32_t little = le32(frame.data() + 4);
  const std::uint32_t big = be32(frame.data() + 4);
  const bool told = little == usual || big == usual;
  if (!told) return refuse(Malformation::link_header, 4);
  return read_behind("prism", usual, frame, walk);
}

LinkRead read_avs(Bytes frame, Walk& walk) {
  constexpr std::size_t shortest = 8;
  if (frame.size() < shortest) return refuse(Malformation::truncated, 0);
  const std::uint32_t length = be32(frame.data() + 4);
  if (length < shortest) return refuse(Malformation::link_header, 4);
  return read_behind("avs", length, frame, walk);
}

}  // namespace edgewatch::wire

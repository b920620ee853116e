// pcapng (draft-ietf-opsawg-pcapng): sections of blocks, each section in a byte order of its own and with
// interfaces of its own. libpcap gives up at an interface that differs from the first; here each packet has
// the link type, the unit of time and the offset of its own interface.
#include "file_format.hpp"

#include <fmt/format.h>

namespace edgewatch::capture {
namespace {

constexpr std::uint32_t section_header = 0x0a0d0d0a;  // reads the same in both byte orders
constexpr std::uint32_t interface_description = 1;
constexpr std::uint32_t packet_obsolete = 2;
constexpr std::uint32_t simple_packet = 3;
constexpr std::uint32_t enhanced_packet = 6;
constexpr std::uint32_t byte_order_magic = 0x1a2b3c4d;

constexpr std::size_t block_header = 8;  // type, total length
constexpr std::size_t trailer = 4;       // the total length again
constexpr std::size_t smallest_section = 28;
// A block that has to be in memory whole: the largest packet and what options may be about it.
constexpr std::uint32_t largest_block = largest_packet + 65536;
// A block that says nothing to us is left out unread when it is larger.
constexpr std::uint32_t worth_keeping = 65536;
constexpr std::size_t most_interfaces = 65536;

__extension__ using Wide = unsigned __int128;

/// if_tsresol: an interface counts time in units of 10^-n or 2^-n seconds.
class Clock {
 public:
  Clock() = default;
  explicit Clock(std::uint8_t resolution)
      : binary_((resolution & 0x80U) != 0), exponent_(resolution & 0x7fU) {}
  void set_offset(std::uint64_t two_complement) { offset_ = static_cast<std::int64_t>(two_complement); }

  [[nodiscard]] Timestamp at(std::uint64_t units) const {
    if (binary_) {
      // Above 2^-63 all of a number of 64 bits is fraction.
      const std::uint64_t seconds = exponent_ < 64 ? units >> exponent_ : 0;
      const std::uint64_t fraction = exponent_ < 64 ? units - (seconds << exponent_) : units;
      return shifted(seconds, static_cast<std::uint64_t>((Wide{fraction} * micros_in_second) >> exponent_));
    }
    if (exponent_ == micros && offset_ == 0)
      return shifted(units / micros_in_second, units % micros_in_second);
    if (exponent_ < micros) {
      const std::uint64_t in_second = power_of_ten(exponent_);
      return shifted(units / in_second, units % in_second * power_of_ten(micros - exponent_));
    }
    // 10^19 is the last power of ten that 64 bits hold; with a finer unit they do not reach a microsecond of
    // it.
    constexpr unsigned last_power = 19;
    const std::uint64_t whole =
        exponent_ - micros > last_power ? 0 : units / power_of_ten(exponent_ - micros);
    return shifted(whole / micros_in_second, whole % micros_in_second);
  }

 private:
  static constexpr unsigned micros = 6;
  static constexpr std::uint64_t micros_in_second = 1000000;

  static std::uint64_t power_of_ten(unsigned exponent) {
    std::uint64_t out = 1;
    for (; exponent > 0; --exponent) out *= 10;
    return out;
  }
  [[nodiscard]] Timestamp shifted(std::uint64_t seconds, std::uint64_t fraction) const {
    constexpr std::int64_t limit = std::int64_t{1} << 60U;  // so that the sum cannot overflow
    const auto whole = static_cast<std::int64_t>(std::min<std::uint64_t>(seconds, limit));
    return stamp_of(whole + std::clamp(offset_, -limit, limit), fraction);
  }

  bool binary_ = false;
  unsigned exponent_ = micros;
  std::int64_t offset_ = 0;
};

struct Interface {
  net::LinkType link = net::LinkType::ethernet;
  std::uint32_t snap_length = 0;  ///< 0: no limit
  Clock clock;
};

/// One block that is there whole, without its type and its two lengths.
struct BlockView {
  std::uint32_t type = 0;
  Bytes body;
};

class PcapngFormat final : public FileFormat {
 public:
  using FileFormat::FileFormat;

  Walk walk(Bytes bytes, std::vector<net::Frame>& frames) override {
    std::size_t at = 0;
    if (skipped_ != 0) {
      if (bytes.size() < trailer) return {0, trailer, {}};
      if (order_.u32(bytes.data()) != skipped_) return {0, trailer, lengths_disagree(skipped_)};
      skipped_ = 0;
      at = trailer;
    }
    while (true) {
      const Bytes left = bytes.subspan(at);
      // A section header is read in a byte order that only its fifth byte on tells.
      constexpr std::size_t enough = block_header + 4;
      if (left.size() < enough) return {at, enough, {}};
      const std::uint32_t type = order_.u32(left.data());
      if (type == section_header && !turn(left.data() + block_header)) {
        return {at, enough, "a section in no known byte order"};
      }
      const std::uint32_t length = order_.u32(left.data() + 4);
      if (auto wrong = judge(type, length)) return {at, enough, std::move(wrong)};
      if (left.size() < length) {
        if (length <= worth_keeping || is_read(type)) return {at, length, {}};
        skipped_ = length;
        return {std::uint64_t{at} + length - trailer, trailer, {}};
      }
      if (order_.u32(left.data() + length - trailer) != length) return {at, length, lengths_disagree(length)};
      if (auto wrong = take({type, left.subspan(block_header, length - block_header - trailer)}, frames)) {
        return {at, length, std::move(wrong)};
      }
      at += length;
    }
  }

 private:
  using Damage = std::optional<std::string>;

  static std::string lengths_disagree(std::uint32_t length) {
    return fmt::format("a block of {} bytes does not end where it says", length);
  }

  static bool is_read(std::uint32_t type) {
    return type == section_header || type == interface_description || type == packet_obsolete ||
           type == simple_packet || type == enhanced_packet;
  }

  bool turn(const std::uint8_t* magic) {
    for (const Order order : {Order(Order::Swap::no), Order(Order::Swap::yes)}) {
      if (order.u32(magic) != byte_order_magic) continue;
      order_ = order;
      return true;
    }
    return false;
  }

  static Damage judge(std::uint32_t type, std::uint32_t length) {
    const std::size_t least = type == section_header ? smallest_section : block_header + trailer;
    if (length < least || length % 4 != 0) return fmt::format("a block of {} bytes cannot be", length);
    if (is_read(type) && length > largest_block) {
      return fmt::format("a block of {} bytes, where {} are the most", length, largest_block);
    }
    return std::nullopt;
  }

  Damage take(const BlockView& block, std::vector<net::Frame>& frames) {
    switch (block.type) {
      case enhanced_packet:
        return take_packet(block.body, frames, [this](const std::uint8_t* at) { return order_.u32(at); });
      case packet_obsolete:  // a number of 16 bits, then a count of drops
        return take_packet(block.body, frames,
                           [this](const std::uint8_t* at) { return std::uint32_t{order_.u16(at)}; });
      case simple_packet:
        return take_simple(block.body, frames);
      case interface_description:
        return take_interface(block.body);
      case section_header:
        interfaces_.clear();
        if (order_.u16(block.body.data() + 4) == 1) return std::nullopt;
        return fmt::format("a section of version {}, where 1 is known", order_.u16(block.body.data() + 4));
      default:
        return std::nullopt;
    }
  }

  /// Enhanced and obsolete packet blocks differ in how the interface is named.
  template <class NumberOf>
  Damage take_packet(Bytes body, std::vector<net::Frame>& frames, NumberOf number_of) {
    constexpr std::size_t fixed = 20;
    if (body.size() < fixed) return "a packet block without its lengths";
    const std::uint32_t number = number_of(body.data());
    if (number >= interfaces_.size()) {
      return fmt::format("a packet of interface {}, of which nothing was said", number);
    }
    const Interface& interface = interfaces_[number];
    const std::uint64_t units =
        (std::uint64_t{order_.u32(body.data() + 4)} << 32U) | order_.u32(body.data() + 8);
    const std::uint32_t kept = order_.u32(body.data() + 12);
    if (kept > body.size() - fixed) {
      return fmt::format("a packet of {} bytes in a block that has room for {}", kept, body.size() - fixed);
    }
    add(frames, interface.clock.at(units), interface.link, body.subspan(fixed, kept),
        order_.u32(body.data() + 16));
    return std::nullopt;
  }

  /// A simple packet has no stamp; it is given the epoch, as libpcap does.
  Damage take_simple(Bytes body, std::vector<net::Frame>& frames) {
    constexpr std::size_t fixed = 4;
    if (body.size() < fixed) return "a packet block without its length";
    if (interfaces_.empty()) return "a packet of interface 0, of which nothing was said";
    const Interface& interface = interfaces_.front();
    const std::uint32_t length = order_.u32(body.data());
    std::size_t kept = std::min<std::size_t>(length, body.size() - fixed);
    if (interface.snap_length != 0) kept = std::min<std::size_t>(kept, interface.snap_length);
    add(frames, Timestamp{}, interface.link, body.subspan(fixed, kept), length);
    return std::nullopt;
  }

  Damage take_interface(Bytes body) {
    constexpr std::size_t fixed = 8;
    if (body.size() < fixed) return "an interface without its link type";
    if (interfaces_.size() == most_interfaces) return fmt::format("more than {} interfaces", most_interfaces);
    Interface interface;
    interface.link = link_type_in_file(order_.u16(body.data()));
    interface.snap_length = order_.u32(body.data() + 4);
    if (auto wrong = read_options(body.subspan(fixed), interface)) return wrong;
    interfaces_.push_back(interface);
    return std::nullopt;
  }

  /// What is wrong with a unit of time would be wrong with every stamp, so a bad option is damage.
  Damage read_options(Bytes options, Interface& interface) const {
    constexpr std::uint16_t end_of_options = 0;
    constexpr std::uint16_t time_resolution = 9;
    constexpr std::uint16_t time_offset = 14;
    std::uint64_t offset = 0;
    while (options.size() >= 4) {
      const std::uint16_t code = order_.u16(options.data());
      const std::size_t length = order_.u16(options.data() + 2);
      if (code == end_of_options) break;
      options = options.subspan(4);
      const std::size_t padded = (length + 3) / 4 * 4;
      if (padded > options.size()) return "an option of an interface that reaches past its block";
      if (code == time_resolution) {
        if (length != 1) return "a time resolution that is not one byte";
        interface.clock = Clock(options[0]);
      } else if (code == time_offset) {
        if (length != 8) return "a time offset that is not eight bytes";
        offset = order_.u64(options.data());
      }
      options = options.subspan(padded);
    }
    interface.clock.set_offset(offset);
    return std::nullopt;
  }

  Order order_;
  std::vector<Interface> interfaces_;
  std::uint32_t skipped_ = 0;  ///< length of a block left out, whose end is still to be checked
};

}  // namespace

Opened open_pcapng(Bytes head, std::uint16_t source) {
  if (head.size() < smallest_section || Order().u32(head.data()) != section_header) return {};
  const std::uint32_t magic = Order().u32(head.data() + block_header);
  if (magic != byte_order_magic && __builtin_bswap32(magic) != byte_order_magic) return {};
  return {std::make_unique<PcapngFormat>(source), 0};
}

}  // namespace edgewatch::capture

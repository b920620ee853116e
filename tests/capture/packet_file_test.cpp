// The three forms of capture file from memory, in any portions.
#include "edgewatch/capture/packet_file.hpp"

#include "support/byte_writer.hpp"

#include <algorithm>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace edgewatch::capture {
namespace {

using support::Buffer;
using support::ByteWriter;
using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::chrono_literals;

constexpr Timestamp ten_oclock{std::chrono::seconds(1763373600)};
constexpr std::uint64_t ten_in_micros = 1763373600000000;

/// Numbers in little-endian order, which ByteWriter does not have.
std::uint64_t swapped(std::uint64_t value, std::size_t width) {
  return __builtin_bswap64(value) >> (64 - 8 * width);
}

/// A file made of numbers in one byte order.
class Maker {
 public:
  enum class Order : std::uint8_t { big, little };
  explicit Maker(Order order = Order::big) : order_(order) {}
  Maker& n16(std::uint64_t value) { return number(value, 2); }
  Maker& n32(std::uint64_t value) { return number(value, 4); }
  Maker& n64(std::uint64_t value) { return number(value, 8); }
  Maker& bytes(Bytes bytes) {
    out_.bytes(bytes);
    return *this;
  }
  Maker& repeat(std::uint8_t value, std::size_t count) {
    out_.repeat(value, count);
    return *this;
  }
  [[nodiscard]] Order order() const { return order_; }
  Buffer take() { return out_.take(); }

 private:
  Maker& number(std::uint64_t value, std::size_t width) {
    out_.number(order_ == Order::big ? value : swapped(value, width), width);
    return *this;
  }
  Order order_;
  ByteWriter out_;
};

Buffer operator+(Buffer left, const Buffer& right) {
  support::append(left, right);
  return left;
}

/// A pcap header with `version`, then records of (fraction, bytes).
Buffer classic_header(std::uint32_t magic, std::uint32_t link = 1, Maker::Order order = Maker::Order::big,
                      std::uint16_t minor = 4, std::uint32_t snap_length = 65535) {
  return Maker(order).n32(magic).n16(2).n16(minor).n32(0).n32(0).n32(snap_length).n32(link).take();
}
Buffer record(std::uint32_t fraction, std::size_t kept, std::uint32_t length,
              Maker::Order order = Maker::Order::big) {
  return Maker(order).n32(1763373600).n32(fraction).n32(kept).n32(length).repeat(0x45, kept).take();
}

/// A block of pcapng: its type, its body padded to four bytes, its length on both sides.
Buffer block(std::uint32_t type, Buffer body, Maker::Order order = Maker::Order::big) {
  body.resize((body.size() + 3) / 4 * 4);
  return Maker(order).n32(type).n32(body.size() + 12).bytes(body).n32(body.size() + 12).take();
}
Buffer section(Maker::Order order = Maker::Order::big, std::uint16_t major = 1) {
  return block(0x0a0d0d0a, Maker(order).n32(0x1a2b3c4d).n16(major).n16(0).n64(~0ULL).take(), order);
}
Buffer interface(std::uint16_t link, const Buffer& options = {}, std::uint32_t snap_length = 65535,
                 Maker::Order order = Maker::Order::big) {
  return block(1, Maker(order).n16(link).n16(0).n32(snap_length).bytes(options).take(), order);
}
Buffer resolution(std::uint8_t value) { return Maker().n16(9).n16(1).bytes(Buffer{value, 0, 0, 0}).take(); }
Buffer offset(std::uint64_t seconds) { return Maker().n16(14).n16(8).n64(seconds).take(); }
Buffer enhanced(std::uint32_t interface, std::uint64_t units, std::size_t kept = 60,
                Maker::Order order = Maker::Order::big) {
  return block(6,
               Maker(order)
                   .n32(interface)
                   .n32(units >> 32U)
                   .n32(units & 0xffffffffU)
                   .n32(kept)
                   .n32(1500)
                   .repeat(0x45, kept)
                   .take(),
               order);
}
Buffer simple(std::uint32_t length, std::size_t kept) {
  return block(3, Maker().n32(length).repeat(0x45, kept).take());
}

/// Gives `content` in portions of at most `portion`.
Refill portions_of(const Buffer& content, std::size_t portion) {
  return [content, portion, at = std::size_t{0}](std::span<std::uint8_t> room) mutable {
    const std::size_t some = std::min({portion, room.size(), content.size() - at});
    std::copy_n(content.begin() + static_cast<std::ptrdiff_t>(at), some, room.begin());
    at += some;
    return some;
  };
}

struct Kept {
  Timestamp at;
  net::LinkType link;
  Buffer bytes;
  std::uint32_t wire_length;
  std::uint64_t number;
  bool operator==(const Kept&) const = default;
};
struct Reading {
  std::vector<Kept> frames;
  bool cut = false;
  std::string damage;  ///< what the SourceError says
  bool operator==(const Reading&) const = default;
};

Reading read(const Buffer& content, std::size_t block_bytes = default_block_bytes,
             std::size_t portion = 1 << 20) {
  Reading out;
  try {
    PacketFile file(portions_of(content, portion), "test.pcap", "test.pcap", 0, block_bytes);
    Batch batch;
    while (file.next_batch(batch)) {
      for (const net::Frame& f : batch.frames) {
        out.frames.push_back({f.at, f.link, {f.bytes.begin(), f.bytes.end()}, f.wire_length, f.number});
      }
    }
    out.cut = file.end().cut;
  } catch (const SourceError& error) {
    EXPECT_EQ(error.exit_code(), 65);
    out.damage = error.what();
  }
  return out;
}

std::vector<Timestamp> stamps_of(const Buffer& content) {
  std::vector<Timestamp> out;
  const Reading reading = read(content);
  EXPECT_EQ(reading.damage, "");
  for (const Kept& frame : reading.frames) out.push_back(frame.at);
  return out;
}

TEST(ClassicFile, IsReadInBothByteOrders) {
  for (const auto order : {Maker::Order::big, Maker::Order::little}) {
    const Reading reading = read(classic_header(0xa1b2c3d4, 1, order) + record(7, 60, 1500, order));
    ASSERT_EQ(reading.frames.size(), 1U);
    EXPECT_EQ(reading.frames[0].at, ten_oclock + 7us);
    EXPECT_EQ(reading.frames[0].bytes, Buffer(60, 0x45));
    EXPECT_EQ(reading.frames[0].wire_length, 1500U);
  }
}

TEST(ClassicFile, NanosecondsAreReadInBothByteOrders) {
  for (const auto order : {Maker::Order::big, Maker::Order::little}) {
    EXPECT_THAT(stamps_of(classic_header(0xa1b23c4d, 1, order) + record(7999, 60, 60, order)),
                ElementsAre(ten_oclock + 7us));
  }
}

TEST(ClassicFile, ModifiedFormHasALongerRecordHeader) {
  const Buffer more = Maker().n32(3).n16(0x800).n16(0).take();
  const Buffer one = Maker().n32(1763373600).n32(1).n32(60).n32(60).bytes(more).repeat(0x45, 60).take();
  EXPECT_THAT(stamps_of(classic_header(0xa1b2cd34) + one + one),
              ElementsAre(ten_oclock + 1us, ten_oclock + 1us));
}

TEST(ClassicFile, LengthsOfOldVersionsStandTheOtherWayRound) {
  const Buffer old = Maker().n32(1763373600).n32(1).n32(1500).n32(60).repeat(0x45, 60).take();
  for (const std::uint16_t minor : {std::uint16_t{2}, std::uint16_t{3}}) {
    const Reading reading = read(classic_header(0xa1b2c3d4, 1, Maker::Order::big, minor) + old);
    ASSERT_EQ(reading.frames.size(), 1U) << minor;
    EXPECT_EQ(reading.frames[0].bytes.size(), 60U);
    EXPECT_EQ(reading.frames[0].wire_length, 1500U);
  }
  // 2.3 was written both ways.
  EXPECT_EQ(read(classic_header(0xa1b2c3d4, 1, Maker::Order::big, 3) + record(1, 60, 1500)).frames.size(),
            1U);
}

TEST(ClassicFile, OneThatIsPackedIsSaidToBe) {
  for (const auto& [mark, how] :
       std::vector<std::pair<Buffer, const char*>>{{{0x1f, 0x8b, 8, 0, 0, 0}, "gunzip"},
                                                   {{0x28, 0xb5, 0x2f, 0xfd}, "unzstd"},
                                                   {{'B', 'Z', 'h', '9'}, "bunzip2"},
                                                   {{0xfd, '7', 'z', 'X', 'Z', 0}, "unxz"}})
    EXPECT_THAT(read(mark).damage, AllOf(HasSubstr("not a capture"), HasSubstr(how)));
}

TEST(ClassicFile, VersionThatIsNotKnownIsRefused) {
  EXPECT_THAT(read(classic_header(0xa1b2c3d4, 1, Maker::Order::big, 5) + record(1, 60, 60)).damage,
              HasSubstr("not a capture"));
}

TEST(ClassicFile, LengthOfAFrameCheckSequenceIsNoPartOfTheLinkType) {
  EXPECT_EQ(read(classic_header(0xa1b2c3d4, 0x24000001) + record(1, 64, 64)).frames.at(0).link,
            net::LinkType::ethernet);
}

TEST(ClassicFile, RawIpOfOtherSystemsIsRawIp) {
  for (const std::uint32_t number : {12U, 14U, 101U}) {
    EXPECT_EQ(read(classic_header(0xa1b2c3d4, number) + record(1, 60, 60)).frames.at(0).link,
              net::LinkType::raw);
  }
}

TEST(ClassicFile, RecordBeyondTheSnapLengthIsGivenWhole) {
  const Buffer header = classic_header(0xa1b2c3d4, 1, Maker::Order::big, 4, 96);
  EXPECT_EQ(read(header + record(1, 1500, 1500)).frames.at(0).bytes.size(), 1500U);
}

TEST(ClassicFile, RecordThatNoNetworkCarriesIsDamageAndTakesNoMemory) {
  const Reading reading = read(classic_header(0xa1b2c3d4) + record(1, 60, 60) +
                               Maker().n32(0).n32(0).n32(262145).n32(262145).take());
  EXPECT_EQ(reading.frames.size(), 1U);
  EXPECT_THAT(reading.damage, HasSubstr("test.pcap: offset 100, after frame 1: a record of 262145 bytes"));
  // Where the header allows more, 16 MiB is the end.
  const Buffer wide = classic_header(0xa1b2c3d4, 1, Maker::Order::big, 4, 0xffffffff);
  EXPECT_EQ(read(wide + record(1, 262145, 262145)).frames.size(), 1U);
  EXPECT_THAT(read(wide + Maker().n32(0).n32(0).n32((16U << 20U) + 1).n32(0).take()).damage,
              HasSubstr("a record of 16777217 bytes"));
}

TEST(ClassicFile, SecondsHaveNoSign) {
  const Buffer late = Maker().n32(0xfffffff0).n32(5).n32(0).n32(0).take();
  EXPECT_THAT(stamps_of(classic_header(0xa1b2c3d4) + late), ElementsAre(Timestamp(4294967280s + 5us)));
}

TEST(Pcapng, IsReadInBothByteOrdersWithinOneFile) {
  constexpr auto little = Maker::Order::little;
  EXPECT_THAT(stamps_of(section() + interface(1) + enhanced(0, ten_in_micros + 1) + section(little) +
                        interface(1, {}, 65535, little) + enhanced(0, ten_in_micros + 2, 60, little) +
                        section() + interface(1) + enhanced(0, ten_in_micros + 3)),
              ElementsAre(ten_oclock + 1us, ten_oclock + 2us, ten_oclock + 3us));
}

TEST(Pcapng, EachInterfaceHasItsLinkTypeAndItsClock) {
  const Buffer file = section() + interface(1) + interface(101, resolution(9)) +
                      interface(276, resolution(0x80 | 20)) + interface(113, resolution(3) + offset(3600)) +
                      enhanced(0, ten_in_micros + 5) + enhanced(1, ten_in_micros * 1000 + 5999) +
                      enhanced(2, 1763373600ULL << 20U | 1U << 19U) + enhanced(3, 1763370000123) +
                      enhanced(0, ten_in_micros + 6);
  const Reading reading = read(file);
  ASSERT_EQ(reading.frames.size(), 5U);
  EXPECT_EQ(reading.frames[0].link, net::LinkType::ethernet);
  EXPECT_EQ(reading.frames[1].link, net::LinkType::raw);
  EXPECT_EQ(reading.frames[2].link, net::LinkType::linux_sll2);
  EXPECT_EQ(reading.frames[3].link, net::LinkType::linux_sll);
  EXPECT_EQ(reading.frames[0].at, ten_oclock + 5us);
  EXPECT_EQ(reading.frames[1].at, ten_oclock + 5us);
  EXPECT_EQ(reading.frames[2].at, ten_oclock + 500000us);
  EXPECT_EQ(reading.frames[3].at, ten_oclock + 123000us);
  EXPECT_EQ(reading.frames[4].at, ten_oclock + 6us);
}

TEST(Pcapng, NoClockOverflows) {
  std::vector<Timestamp> stamps;
  for (const int value : {0, 6, 7, 19, 20, 26, 127, 128, 191, 192, 255}) {
    for (const std::uint64_t seconds : {std::uint64_t{0}, std::uint64_t{1} << 63U, ~std::uint64_t{0} >> 1U}) {
      const Buffer file = section() +
                          interface(1, resolution(static_cast<std::uint8_t>(value)) + offset(seconds)) +
                          enhanced(0, ~std::uint64_t{0});
      for (const Timestamp at : stamps_of(file)) stamps.push_back(at);
    }
  }
  EXPECT_EQ(stamps.size(), 33U);
  EXPECT_TRUE(std::ranges::all_of(
      stamps, [](Timestamp at) { return at >= Timestamp{} && at < Timestamp(253402300800s); }));
}

TEST(Pcapng, ObsoleteAndSimplePacketsAreRead) {
  const Buffer obsolete = block(2, Maker()
                                       .n16(0)
                                       .n16(77)
                                       .n32(ten_in_micros >> 32U)
                                       .n32(ten_in_micros & 0xffffffffU)
                                       .n32(5)
                                       .n32(60)
                                       .repeat(0x45, 5)
                                       .take());
  const Reading reading =
      read(section() + interface(1, {}, 96) + obsolete + simple(1500, 96) + simple(61, 61));
  ASSERT_EQ(reading.frames.size(), 3U);
  EXPECT_EQ(reading.frames[0].at, ten_oclock);
  EXPECT_EQ(reading.frames[0].bytes, Buffer(5, 0x45));
  EXPECT_EQ(reading.frames[0].wire_length, 60U);
  EXPECT_EQ(reading.frames[1].at, Timestamp{});
  EXPECT_EQ(reading.frames[1].bytes.size(), 96U);
  EXPECT_EQ(reading.frames[1].wire_length, 1500U);
  EXPECT_EQ(reading.frames[2].bytes.size(), 61U);
}

TEST(Pcapng, BlocksThatSayNothingToUsAreLeftOutWhateverTheirSize) {
  const Buffer large = block(0x0000000a, Buffer(1000000, 0x11));
  EXPECT_THAT(stamps_of(section() + interface(1) + block(5, Buffer(24)) + large + enhanced(0, ten_in_micros) +
                        block(0x40000bad, {}) + large + enhanced(0, ten_in_micros + 1)),
              ElementsAre(ten_oclock, ten_oclock + 1us));
}

TEST(Pcapng, WhatCameBeforeADamagedBlockIsGiven) {
  const Buffer begin = section() + interface(1) + enhanced(0, ten_in_micros);
  Buffer odd_end = enhanced(0, ten_in_micros);
  odd_end.back() ^= 4U;
  Buffer odd_end_of_large = block(5, Buffer(100000));
  odd_end_of_large.back() ^= 4U;
  struct Case {
    Buffer bytes;
    const char* said;
  };
  const std::vector<Case> cases{
      {odd_end, "does not end where it says"},
      {odd_end_of_large, "does not end where it says"},
      {Maker().n32(6).n32(14).n32(0).take(), "a block of 14 bytes cannot be"},
      {Maker().n32(5).n32(8).n32(0).take(), "a block of 8 bytes cannot be"},
      {Maker().n32(6).n32(0xfffffffc).n32(0).take(), "a block of 4294967292 bytes, where"},
      {enhanced(1, ten_in_micros), "a packet of interface 1, of which nothing was said"},
      {block(6, Maker().n32(0).n32(0).n32(0).n32(5).n32(5).bytes(Buffer(4)).take()), "has room for 4"},
      {block(6, Buffer(16)), "without its lengths"},
      {section(Maker::Order::big, 2), "a section of version 2"},
      {block(0x0a0d0d0a, Buffer(16)), "no known byte order"},
      {interface(1, Maker().n16(9).n16(2).n32(0).take()), "not one byte"},
      {interface(1, Maker().n16(14).n16(4).n32(0).take()), "not eight bytes"},
      {interface(1, Maker().n16(2).n16(9).n32(0).take()), "past its block"},
      {block(1, Buffer(4)), "without its link type"},
      {section() + simple(60, 60), "of interface 0, of which nothing was said"},
  };
  for (const Case& one : cases) {
    const Reading reading = read(begin + one.bytes + enhanced(0, ten_in_micros));
    EXPECT_EQ(reading.frames.size(), 1U) << one.said;
    EXPECT_THAT(reading.damage, HasSubstr(one.said));
    EXPECT_THAT(reading.damage, HasSubstr("after frame 1"));
  }
}

TEST(Pcapng, InterfacesAreBounded) {
  Buffer file = section();
  for (int i = 0; i < 65537; ++i) support::append(file, interface(1));
  EXPECT_THAT(read(file).damage, HasSubstr("more than 65536 interfaces"));
}

TEST(Snoop, IsRead) {
  const Buffer magic{'s', 'n', 'o', 'o', 'p', 0, 0, 0};
  const Buffer header = Maker().bytes(magic).n32(2).n32(4).take();
  const Buffer one =
      Maker().n32(1500).n32(61).n32(24 + 64).n32(9).n32(1763373600).n32(7).repeat(0x45, 64).take();
  const Reading reading = read(header + one + one);
  ASSERT_EQ(reading.frames.size(), 2U);
  EXPECT_EQ(reading.frames[1].at, ten_oclock + 7us);
  EXPECT_EQ(reading.frames[1].bytes, Buffer(61, 0x45));
  EXPECT_EQ(reading.frames[1].wire_length, 1500U);
  EXPECT_EQ(reading.frames[1].link, net::LinkType::ethernet);
  const Buffer short_record = Maker().n32(60).n32(60).n32(80).n32(0).n32(0).n32(0).take();
  EXPECT_THAT(read(header + one + short_record).damage,
              HasSubstr("offset 104, after frame 1: a record of 80 bytes"));
  EXPECT_THAT(read(Maker().bytes(magic).n32(3).n32(4).take() + one).damage, HasSubstr("not a capture"));
}

struct Sample {
  Buffer bytes;
  std::size_t header;  ///< without so much it is no capture
};

/// A file of each form, with a record larger than a small block.
std::vector<Sample> samples() {
  const Buffer magic{'s', 'n', 'o', 'o', 'p', 0, 0, 0};
  return {{classic_header(0xa1b2c3d4) + record(1, 60, 60) + record(2, 0, 60) + record(3, 700, 1500), 24},
          {section() + interface(1) + enhanced(0, 1) + enhanced(0, 2, 701) + block(5, Buffer(66000)) +
               interface(101) + simple(60, 60) + enhanced(1, 3),
           28},
          {Maker().bytes(magic).n32(2).n32(4).take() +
               Maker().n32(60).n32(60).n32(84).n32(0).n32(1).n32(1).repeat(0x45, 60).take(),
           16}};
}

TEST(PacketFile, SizesOfBlocksAndPortionsMakeNoDifference) {
  for (const Sample& sample : samples()) {
    const Reading whole = read(sample.bytes);
    EXPECT_EQ(whole.damage, "");
    EXPECT_FALSE(whole.cut);
    for (const std::size_t block_bytes : {13, 64, 500, 1024}) {
      for (const std::size_t portion : {7, 1000}) {
        EXPECT_EQ(read(sample.bytes, block_bytes, portion), whole) << block_bytes << ' ' << portion;
      }
    }
  }
}

TEST(PacketFile, CutFileGivesTheFramesBeforeTheCut) {
  for (const Sample& sample : samples()) {
    const Reading whole = read(sample.bytes);
    for (std::size_t length = 0; length < sample.bytes.size();
         length += length < 1200 || length + 300 > sample.bytes.size() ? 1 : 997) {
      const Reading part =
          read(Buffer(sample.bytes.begin(), sample.bytes.begin() + static_cast<std::ptrdiff_t>(length)));
      ASSERT_LE(part.frames.size(), whole.frames.size());
      EXPECT_TRUE(std::equal(part.frames.begin(), part.frames.end(), whole.frames.begin())) << length;
      EXPECT_EQ(part.damage.empty(), length >= sample.header) << length;
    }
  }
}

TEST(PacketFile, BatchesStayGoodWhileOthersAreRead) {
  Buffer content = classic_header(0xa1b2c3d4);
  for (std::uint32_t i = 0; i < 200; ++i) support::append(content, record(i, 60, 60));
  PacketFile file(portions_of(content, 1 << 20), "test.pcap", "test.pcap", 5, 1000);
  std::vector<Batch> batches;
  for (Batch batch; file.next_batch(batch); batch = Batch{}) batches.push_back(std::move(batch));
  EXPECT_GT(batches.size(), 10U);
  std::uint64_t frames = 0;
  for (const Batch& batch : batches) {
    for (const net::Frame& frame : batch.frames) {
      EXPECT_EQ(frame.at, ten_oclock + Duration(frames));
      EXPECT_EQ(frame.number, ++frames);
      EXPECT_EQ(frame.source, 5);
      EXPECT_EQ(Buffer(frame.bytes.begin(), frame.bytes.end()), Buffer(60, 0x45));
    }
  }
  EXPECT_EQ(frames, 200U);
}

TEST(PacketFile, BatchThatIsGivenBackIsFilledAgain) {
  Buffer content = classic_header(0xa1b2c3d4);
  for (std::uint32_t i = 0; i < 200; ++i) support::append(content, record(i, 60, 60));
  PacketFile file(portions_of(content, 1 << 20), "test.pcap", "test.pcap", 0, 1000);
  Batch batch;
  ASSERT_TRUE(file.next_batch(batch));
  const std::uint8_t* memory = batch.bytes.data();
  std::size_t frames = batch.frames.size();
  while (file.next_batch(batch)) frames += batch.frames.size();
  EXPECT_EQ(batch.bytes.data(), memory);
  EXPECT_EQ(frames, 200U);
}

TEST(PacketFile, StepsAndBatchesMayBeMixed) {
  Buffer content = classic_header(0xa1b2c3d4);
  for (std::uint32_t i = 0; i < 30; ++i) support::append(content, record(i, 60, 60));
  PacketFile file(portions_of(content, 1 << 20), "test.pcap", "test.pcap", 0, 1000);
  EXPECT_EQ(std::get<net::Frame>(file.next()).number, 1U);
  EXPECT_EQ(std::get<net::Frame>(file.next()).number, 2U);
  std::uint64_t last = 2;
  for (Batch batch; file.next_batch(batch);) {
    for (const net::Frame& frame : batch.frames) EXPECT_EQ(frame.number, ++last);
  }
  EXPECT_EQ(last, 30U);
  EXPECT_FALSE(std::get<EndOfInput>(file.next()).cut);
}

TEST(PacketFile, DamageIsToldAgainAtEveryCall) {
  PacketFile file(
      portions_of(classic_header(0xa1b2c3d4) + Maker().n32(0).n32(0).n32(~0U).n32(0).take(), 1 << 20),
      "test.pcap", "test.pcap", 0, 1000);
  EXPECT_THROW(file.next(), SourceError);
  EXPECT_THROW(file.next(), SourceError);
}

TEST(PacketFile, HyphenIsStandardInputAndMayBeAPipe) {
  const Buffer content = classic_header(0xa1b2c3d4) + record(1, 60, 60) + record(2, 60, 60);
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  const int before = ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
  ASSERT_EQ(::dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
  ASSERT_EQ(::write(ends[1], content.data(), 110), 110);
  const auto source = open_file("-", 0);
  EXPECT_EQ(std::get<net::Frame>(source->next()).number, 1U);  // as soon as it is there
  ASSERT_EQ(::write(ends[1], content.data() + 110, content.size() - 110), std::ssize(content) - 110);
  ::close(ends[1]);
  EXPECT_EQ(std::get<net::Frame>(source->next()).number, 2U);
  EXPECT_FALSE(std::get<EndOfInput>(source->next()).cut);
  EXPECT_EQ(source->name(), "-");
  ::close(ends[0]);
  ::dup2(before, STDIN_FILENO);
  ::close(before);
}

}  // namespace
}  // namespace edgewatch::capture

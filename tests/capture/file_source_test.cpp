#include "edgewatch/capture/source.hpp"

#include "support/byte_writer.hpp"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace edgewatch::capture {
namespace {

using support::Buffer;
using support::ByteWriter;
using testing::HasSubstr;
using namespace std::chrono_literals;

/// A file of the test's own, gone when the test is over.
class TestFile {
 public:
  explicit TestFile(const Buffer& content) : path_(std::filesystem::temp_directory_path() / name()) {
    std::ofstream(path_, std::ios::binary)
        .write(reinterpret_cast<const char*>(content.data()), std::ssize(content));
  }
  ~TestFile() { std::filesystem::remove(path_); }
  TestFile(const TestFile&) = delete;
  TestFile& operator=(const TestFile&) = delete;
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  static std::string name() {
    static int count = 0;
    return "edgewatch-" + std::to_string(::getpid()) + "-" + std::to_string(++count) + ".pcap";
  }
  std::filesystem::path path_;
};

constexpr std::uint32_t magic_micros = 0xa1b2c3d4;
constexpr std::uint32_t magic_nanos = 0xa1b23c4d;

Buffer header(std::uint32_t magic, std::uint32_t link) {
  return ByteWriter().u32(magic).u16(2).u16(4).u32(0).u32(0).u32(65535).u32(link).take();
}
ByteWriter& record(ByteWriter& to, std::uint32_t seconds, std::uint32_t fraction, std::size_t kept,
                   std::uint32_t length) {
  return to.u32(seconds).u32(fraction).u32(kept).u32(length).repeat(0x45, kept);
}
Buffer capture(std::uint32_t magic, std::uint32_t link, const std::vector<std::uint32_t>& fractions) {
  ByteWriter out;
  out.bytes(header(magic, link));
  for (const std::uint32_t fraction : fractions) record(out, 1763373600, fraction, 60, 1500);
  return out.take();
}

net::Frame frame_of(PacketSource& source) {
  const Step step = source.next();
  return std::get<net::Frame>(step);
}
EndOfInput end_of(PacketSource& source) { return std::get<EndOfInput>(source.next()); }

int exit_code_of(const std::string& path) {
  try {
    const auto source = open_file(path, 0);
    while (!std::holds_alternative<EndOfInput>(source->next())) continue;
  } catch (const SourceError& error) {
    EXPECT_THAT(error.what(), HasSubstr(path));
    return error.exit_code();
  }
  return 0;
}

constexpr Timestamp ten_oclock{std::chrono::seconds(1763373600)};

TEST(FileSource, GivesFramesInOrderWithTheirStampsAndLengths) {
  const TestFile file(capture(magic_micros, 1, {5, 999999}));
  const auto source = open_file(file.path(), 3);
  const net::Frame first = frame_of(*source);
  EXPECT_EQ(first.at, ten_oclock + 5us);
  EXPECT_EQ(first.bytes.size(), 60U);
  EXPECT_EQ(first.wire_length, 1500U);
  EXPECT_EQ(first.source, 3);
  EXPECT_EQ(first.number, 1U);
  EXPECT_EQ(first.link, net::LinkType::ethernet);
  EXPECT_EQ(frame_of(*source).at, ten_oclock + 999999us);
  EXPECT_FALSE(end_of(*source).cut);
  EXPECT_FALSE(end_of(*source).cut);
}

TEST(FileSource, NanosecondsAreCutToMicroseconds) {
  const TestFile file(capture(magic_nanos, 1, {1999}));
  EXPECT_EQ(frame_of(*open_file(file.path(), 0)).at, ten_oclock + 1us);
}

TEST(FileSource, NamesTheLinkTypeAsFilesDo) {
  const TestFile raw(capture(magic_micros, 101, {0}));
  EXPECT_EQ(frame_of(*open_file(raw.path(), 0)).link, net::LinkType::raw);
  const TestFile cooked(capture(magic_micros, 276, {0}));
  EXPECT_EQ(frame_of(*open_file(cooked.path(), 0)).link, net::LinkType::linux_sll2);
}

TEST(FileSource, IsNamedByTheBaseNameOfItsFile) {
  const TestFile file(capture(magic_micros, 1, {}));
  EXPECT_EQ(open_file(file.path(), 0)->name(), std::filesystem::path(file.path()).filename());
}

TEST(FileSource, FileCutAnywhereInARecordGivesWhatCameBeforeAndSaysSo) {
  const Buffer whole = capture(magic_micros, 1, {1, 2});
  const std::size_t second = 24 + 16 + 60;
  for (std::size_t length = second + 1; length < whole.size(); ++length) {
    const TestFile file(Buffer(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)));
    const auto source = open_file(file.path(), 0);
    EXPECT_EQ(frame_of(*source).at, ten_oclock + 1us);
    const EndOfInput end = end_of(*source);
    ASSERT_TRUE(end.cut) << length;
    EXPECT_THAT(end.detail, HasSubstr(file.path()));
    EXPECT_THAT(end.detail, HasSubstr("offset " + std::to_string(length)));
  }
}

TEST(FileSource, DamagedRecordIs65AndNamesTheOffset) {
  ByteWriter out;
  out.bytes(capture(magic_micros, 1, {1}));
  record(out, 1763373600, 2, 60, 60).patch_u16(24 + 16 + 60 + 8, 0x7fff);
  const TestFile file(out.take());
  const auto source = open_file(file.path(), 0);
  EXPECT_EQ(frame_of(*source).number, 1U);
  try {
    static_cast<void>(source->next());
    FAIL() << "the record's length is impossible";
  } catch (const SourceError& error) {
    EXPECT_EQ(error.exit_code(), 65);
    EXPECT_THAT(error.what(), HasSubstr(file.path()));
    EXPECT_THAT(error.what(), HasSubstr("offset 100"));
  }
}

TEST(FileSource, WhatIsNoCaptureIs65AndWhatIsMissingIs74) {
  const TestFile text(ByteWriter().text("<html>404 not found</html>").take());
  EXPECT_EQ(exit_code_of(text.path()), 65);
  const TestFile empty({});
  EXPECT_EQ(exit_code_of(empty.path()), 65);
  EXPECT_EQ(exit_code_of(text.path() + ".missing"), 74);
  EXPECT_EQ(exit_code_of(std::filesystem::temp_directory_path().string()), 74);
}

/// Blocks of pcapng (draft-ietf-opsawg-pcapng), big-endian.
Buffer section() {
  return ByteWriter().u32(0x0a0d0d0a).u32(28).u32(0x1a2b3c4d).u16(1).u16(0).u64(~0ULL).u32(28).take();
}
Buffer interface(std::uint16_t link) {
  return ByteWriter().u32(1).u32(20).u16(link).u16(0).u32(65535).u32(20).take();
}
Buffer packet(std::uint64_t micros, std::uint32_t interface = 0) {
  return ByteWriter()
      .u32(6)
      .u32(92)
      .u32(interface)
      .u32(micros >> 32)
      .u32(micros & 0xffffffff)
      .u32(60)
      .u32(60)
      .repeat(0x45, 60)
      .u32(92)
      .take();
}

TEST(FileSource, ReadsPcapng) {
  const TestFile file(
      ByteWriter().bytes(section()).bytes(interface(1)).bytes(packet(1763373600000007)).take());
  const auto source = open_file(file.path(), 0);
  EXPECT_EQ(frame_of(*source).at, ten_oclock + 7us);
  EXPECT_FALSE(end_of(*source).cut);
}

TEST(FileSource, PcapngGivesEachPacketTheLinkTypeOfItsInterface) {
  const TestFile file(ByteWriter()
                          .bytes(section())
                          .bytes(interface(1))
                          .bytes(packet(1763373600000007))
                          .bytes(interface(101))
                          .bytes(packet(1763373600000008, 1))
                          .bytes(packet(1763373600000009))
                          .take());
  const auto source = open_file(file.path(), 0);
  EXPECT_EQ(frame_of(*source).link, net::LinkType::ethernet);
  EXPECT_EQ(frame_of(*source).link, net::LinkType::raw);
  EXPECT_EQ(frame_of(*source).link, net::LinkType::ethernet);
  EXPECT_FALSE(end_of(*source).cut);
}

TEST(LiveSource, InterfaceThatDoesNotExistIsRefusedByName) {
  try {
    static_cast<void>(open_interface("no-such-if0", 0, {}));
    FAIL() << "there is no such interface";
  } catch (const SourceError& error) {
    EXPECT_THAT(error.exit_code(), testing::AnyOf(69, 77));
    EXPECT_THAT(error.what(), HasSubstr("no-such-if0"));
  }
}

}  // namespace
}  // namespace edgewatch::capture

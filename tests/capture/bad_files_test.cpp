// The bad input D19 of ENFORCEMENT C2 as far as it concerns files: a file cut at its end gives what came
// before and says so; no capture, or a damaged header, is 65; no such file is 74.
#include "edgewatch/capture/source.hpp"

#include "support/byte_writer.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

namespace edgewatch::capture {
namespace {

using support::Buffer;
using support::ByteWriter;

struct Outcome {
  int exit_code = 0;
  std::size_t frames = 0;
  bool cut = false;
};

/// What reading a file of these bytes comes to.
Outcome outcome_of(Bytes content) {
  std::string path = (std::filesystem::temp_directory_path() / "edgewatch-bad-XXXXXX").string();
  ::close(::mkstemp(path.data()));
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
  Outcome outcome;
  try {
    const auto source = open_file(path, 0);
    for (;;) {
      const Step step = source->next();
      outcome.frames += std::holds_alternative<net::Frame>(step) ? 1 : 0;
      if (const auto* end = std::get_if<EndOfInput>(&step)) {
        outcome.cut = end->cut;
        break;
      }
    }
  } catch (const SourceError& error) {
    outcome.exit_code = error.exit_code();
  }
  std::filesystem::remove(path);
  return outcome;
}

/// Two packets in a section of pcapng (draft-ietf-opsawg-pcapng), big-endian.
Buffer pcapng() {
  ByteWriter out;
  out.u32(0x0a0d0d0a).u32(28).u32(0x1a2b3c4d).u16(1).u16(0).u64(~0ULL).u32(28);
  out.u32(1).u32(20).u16(1).u16(0).u32(65535).u32(20);
  for (int i = 0; i < 2; ++i)
    out.u32(6).u32(92).u32(0).u32(0x00064000).u32(7).u32(60).u32(60).repeat(0x45, 60).u32(92);
  return out.take();
}
constexpr std::size_t headers = 28 + 20;
constexpr std::size_t packet = 92;

TEST(BadInputs, D19_PcapngCutWithinAPacketGivesThePacketsBeforeAndSaysSo) {
  const Buffer whole = pcapng();
  EXPECT_EQ(outcome_of(whole).frames, 2U);
  EXPECT_FALSE(outcome_of(whole).cut);
  for (std::size_t length = headers + packet + 1; length < whole.size(); ++length) {
    const Outcome outcome = outcome_of(Bytes(whole).first(length));
    ASSERT_EQ(outcome.exit_code, 0) << length;
    EXPECT_EQ(outcome.frames, 1U) << length;
    EXPECT_TRUE(outcome.cut) << length;
  }
}

TEST(BadInputs, D19_PcapngWhoseFirstHeaderIsCutIsNoCapture) {
  const Buffer whole = pcapng();
  for (std::size_t length = 0; length < 28; ++length)
    EXPECT_EQ(outcome_of(Bytes(whole).first(length)).exit_code, 65) << length;
}

TEST(BadInputs, D19_DamagedSectionHeaderIs65) {
  Buffer damaged = pcapng();
  damaged[8] = 0;  // the byte-order magic
  EXPECT_EQ(outcome_of(damaged).exit_code, 65);
}

TEST(BadInputs, D19_FrameOfNoBytesIsAFrame) {
  const Buffer file = ByteWriter()
                          .u32(0xa1b2c3d4)
                          .u16(2)
                          .u16(4)
                          .u64(0)
                          .u32(65535)
                          .u32(1)
                          .u32(1763373600)
                          .u32(0)
                          .u32(0)
                          .u32(0)
                          .take();
  EXPECT_EQ(outcome_of(file).frames, 1U);
  EXPECT_EQ(outcome_of(file).exit_code, 0);
}

}  // namespace
}  // namespace edgewatch::capture

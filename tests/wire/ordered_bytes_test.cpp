#include "edgewatch/wire/hello_assembler.hpp"

#include "protocol_builders.hpp"

#include <algorithm>
#include <numeric>
#include <random>

#include <gtest/gtest.h>

namespace edgewatch::wire {
namespace {

using namespace test;

struct Segment {
  std::uint32_t sequence;
  Buffer bytes;
};
/// A stream cut at every `size` bytes.
std::vector<Segment> cut(Bytes stream, std::size_t size, std::uint32_t first) {
  std::vector<Segment> out;
  for (std::size_t at = 0; at < stream.size(); at += size) {
    const Bytes part = stream.subspan(at, std::min(size, stream.size() - at));
    out.push_back({first + static_cast<std::uint32_t>(at), Buffer(part.begin(), part.end())});
  }
  return out;
}
void add(StreamPrefix& stream, const Segment& segment) {
  const Exact copy(segment.bytes);
  EXPECT_FALSE(stream.add(segment.sequence, copy));
}
std::string name_in(const StreamPrefix& stream) {
  const auto state = read_tls_prefix(stream.prefix());
  const auto* hello = std::get_if<ClientHello>(&state);
  return hello != nullptr && hello->server_name ? hello->server_name->text() : "";
}
std::string text_of(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

TEST(StreamPrefix, EveryOrderOfSixSegmentsGivesTheSameStream) {
  const Buffer stream = in_records(browser_hello("www.photo.example"));
  const auto segments = cut(stream, stream.size() / 6 + 1, 0xfffffe00);  // the numbers wrap within the stream
  ASSERT_EQ(segments.size(), 6U);
  std::vector<std::size_t> order(6);
  std::iota(order.begin(), order.end(), 0);
  do {
    StreamPrefix prefix(hello_limit);
    prefix.anchor(0xfffffe00);
    for (const auto i : order) {
      EXPECT_EQ(name_in(prefix), "");
      add(prefix, segments[i]);
    }
    EXPECT_TRUE(std::ranges::equal(prefix.prefix(), stream));
    EXPECT_EQ(name_in(prefix), "www.photo.example");
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(StreamPrefix, OneBytePerSegmentWorksInAnyOrder) {
  const Buffer stream = in_records(browser_hello("www.photo.example"));
  auto segments = cut(stream, 1, 7);
  ASSERT_GT(segments.size(), 1800U);
  std::mt19937 random(1);
  for (int round = 0; round < 4; ++round) {
    if (round == 1) std::reverse(segments.begin(), segments.end());
    if (round == 2) std::shuffle(segments.begin(), segments.end(), random);
    if (round == 3)  // every other byte first: as many holes as there can be
      std::stable_partition(segments.begin(), segments.end(),
                            [](const Segment& s) { return s.sequence % 2 == 0; });
    StreamPrefix prefix(hello_limit);
    prefix.anchor(7);
    std::size_t most = 0;
    for (const auto& segment : segments) {
      add(prefix, segment);
      most = std::max(most, prefix.held());
    }
    EXPECT_EQ(name_in(prefix), "www.photo.example") << round;
    EXPECT_LT(most, 128U * 1024) << round;
  }
}

TEST(StreamPrefix, AHoleIsNeverFilled) {
  StreamPrefix prefix(hello_limit);
  prefix.anchor(100);
  add(prefix, {105, Buffer{5, 6, 7}});
  EXPECT_TRUE(prefix.prefix().empty());
  add(prefix, {100, Buffer{0, 1, 2, 3}});
  EXPECT_EQ(prefix.prefix().size(), 4U);
  add(prefix, {104, Buffer{4}});
  EXPECT_TRUE(std::ranges::equal(prefix.prefix(), Buffer{0, 1, 2, 3, 4, 5, 6, 7}));
}

TEST(StreamPrefix, RandomOverlapsAndRepetitionsThatAgreeGiveTheStream) {
  Buffer stream(700);
  std::mt19937 random(2);
  for (auto& byte : stream) byte = static_cast<std::uint8_t>(random());
  for (int round = 0; round < 200; ++round) {
    OrderedBytes bytes(stream.size());
    std::vector<bool> seen(stream.size());
    for (int i = 0; i < 60; ++i) {
      const std::size_t at = random() % stream.size();
      const std::size_t length = 1 + random() % std::min<std::size_t>(90, stream.size() - at);
      const Exact piece(Bytes(stream).subspan(at, length));
      ASSERT_FALSE(bytes.add(at, piece));
      for (std::size_t j = at; j < at + length; ++j) seen[j] = true;
      const auto known = static_cast<std::size_t>(std::find(seen.begin(), seen.end(), false) - seen.begin());
      ASSERT_TRUE(std::ranges::equal(bytes.prefix(), Bytes(stream).first(known)));
    }
  }
}

TEST(StreamPrefix, WhatIsReadMayBeForgottenAndWhatCameAheadOfItsTurnStays) {
  const std::vector<std::uint8_t> bytes{1, 2, 3, 4, 5, 6, 7, 8};
  const auto part = [&](std::size_t from, std::size_t to) { return Bytes(bytes).subspan(from, to - from); };
  for (const Anchor kind : {Anchor::syn, Anchor::first_seen}) {
    constexpr std::uint32_t first = 0xfffffffe;
    StreamPrefix stream(hello_limit);
    stream.anchor(first, kind);
    ASSERT_FALSE(stream.add(first + 5, part(5, 8)));
    ASSERT_FALSE(stream.add(first, part(0, 3)));
    stream.drop_prefix();
    EXPECT_TRUE(stream.prefix().empty());
    ASSERT_FALSE(stream.add(first, part(0, 3))) << "sent again, and no part of what follows";
    EXPECT_TRUE(stream.prefix().empty());
    ASSERT_FALSE(stream.add(first + 2, part(2, 5)));
    EXPECT_TRUE(std::ranges::equal(stream.prefix(), part(3, 8)));
    stream.drop_prefix();
    EXPECT_EQ(stream.held(), 0U);
  }
}

TEST(StreamPrefix, SegmentsThatDisagreeAreRefusedAndWhatWasHeldStays) {
  StreamPrefix prefix(hello_limit);
  prefix.anchor(0);
  add(prefix, {0, {'a', 'b', 'c', 'd'}});
  add(prefix, {10, {'k', 'l', 'm'}});
  const auto kind = [&](std::uint32_t at, std::string_view text) {
    const auto wrong = prefix.add(at, view(text));
    return wrong ? std::optional(wrong->kind) : std::nullopt;
  };
  EXPECT_EQ(kind(2, "cX"), Malformation::stream_overlap);
  EXPECT_EQ(kind(3, "dXYZ....Xlm"), Malformation::stream_overlap);
  EXPECT_EQ(kind(8, "iXk"), std::nullopt);
  EXPECT_EQ(kind(12, "X"), Malformation::stream_overlap);
  EXPECT_EQ(kind(4, "efgh"), std::nullopt);
  EXPECT_EQ(text_of(prefix.prefix()), "abcdefghiXklm");
}

TEST(StreamPrefix, WhatComesBeforeTheSynIsLeftOut) {
  StreamPrefix prefix(hello_limit);
  prefix.anchor(1000);
  add(prefix, {999, {'?'}});  // a keep-alive
  add(prefix, {998, {'?', '?', 'a', 'b'}});
  add(prefix, {1002, {'c'}});
  EXPECT_EQ(text_of(prefix.prefix()), "abc");
}

TEST(StreamPrefix, MidStreamAnEarlierSegmentMovesTheStartBack) {
  StreamPrefix prefix(hello_limit);
  prefix.anchor(3, Anchor::first_seen);
  add(prefix, {3, {'d', 'e'}});
  add(prefix, {7, {'h'}});
  add(prefix, {0xfffffffe, {'a', 'b', 'x'}});
  EXPECT_EQ(text_of(prefix.prefix()), "abx");
  add(prefix, {1, {'y', 'z'}});
  EXPECT_EQ(text_of(prefix.prefix()), "abxyzde");
  add(prefix, {5, {'f', 'g'}});
  EXPECT_EQ(text_of(prefix.prefix()), "abxyzdefgh");
  add(prefix, {0xfffffffd, {'?'}});  // a keep-alive's one byte moves nothing
  EXPECT_EQ(text_of(prefix.prefix()), "abxyzdefgh");
}

TEST(StreamPrefix, NothingIsTakenBeforeTheAnchor) {
  StreamPrefix prefix(hello_limit);
  add(prefix, {0, {'a'}});
  EXPECT_FALSE(prefix.anchored());
  EXPECT_TRUE(prefix.prefix().empty());
}

TEST(StreamPrefix, BytesPastTheLimitAreLeftOutAndASegmentWhollyPastItIsRefused) {
  StreamPrefix prefix(10);
  prefix.anchor(0);
  add(prefix, {0, Buffer(8, 'a')});
  add(prefix, {8, Buffer(100, 'b')});
  EXPECT_EQ(text_of(prefix.prefix()), "aaaaaaaabb");
  const auto wrong = prefix.add(10, view("c"));
  ASSERT_TRUE(wrong);
  EXPECT_EQ(wrong->kind, Malformation::hello_limit);
  EXPECT_LT(prefix.held(), 64U);
}

TEST(OrderedBytes, TheNumberOfHolesIsBounded) {
  OrderedBytes bytes(hello_limit);
  std::optional<DecodeError> wrong;
  std::uint64_t at = 1;
  for (; at < hello_limit && !wrong; at += 2) wrong = bytes.add(at, view("x"));
  ASSERT_TRUE(wrong);
  EXPECT_EQ(wrong->kind, Malformation::hello_limit);
  EXPECT_LT(bytes.held(), 256U * 1024);
}

}  // namespace
}  // namespace edgewatch::wire

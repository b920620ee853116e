// Stamps of a capture on the axis that runs on: what leaps, and what is merely out of order.
#include "frame_batches.hpp"

#include "support/forge.hpp"
#include "support/recording.hpp"

#include <filesystem>

#include <gtest/gtest.h>

namespace edgewatch::runtime {
namespace {

using namespace std::chrono_literals;

const Timestamp ten = parse_rfc3339("2026-11-17T10:00:00Z").value();

/// The stamps on the axis of frames that were captured at these.
std::vector<Timestamp> on_axis(const std::vector<Timestamp>& stamps, std::vector<model::Event> told = {}) {
  support::Recording recording;
  for (const Timestamp at : stamps) recording.add(at, support::Buffer(60));
  const auto path = std::filesystem::path(testing::TempDir()) / "frame_batches_test.pcap";
  recording.write(path);
  FrameBatches batches({path.string()}, std::move(told), HashKey{});
  FrameBatch batch;
  std::vector<Timestamp> out;
  for (bool more = true; more;) {
    more = batches.next(batch);
    for (const net::Frame& frame : batch.content.frames) out.push_back(frame.at);
  }
  std::filesystem::remove(path);
  return out;
}

TEST(FrameBatches, RunOnWhereStampsGoBackOrLeapAsTheEventsFileSays) {
  EXPECT_EQ(on_axis({ten, ten + 5s, ten - 1h, ten - 1h + 3s}),
            (std::vector<Timestamp>{ten, ten + 5s, ten + 5s, ten + 8s}));
  EXPECT_EQ(on_axis({ten, ten + 1h + 2s, ten + 1h + 4s}, {model::ClockStep{ten + 1h + 1s, 1h}}),
            (std::vector<Timestamp>{ten, ten + 2s, ten + 4s}));
  EXPECT_EQ(on_axis({ten, ten + 1h + 2s}), (std::vector<Timestamp>{ten, ten + 1h + 2s})) << "an idle hour";
}

TEST(FrameBatches, BelieveNoStepThatTheStampsDoNotShow) {
  EXPECT_EQ(on_axis({ten, ten + 2s, ten + 4s}, {model::ClockStep{ten + 1s, 1h}}).back(), ten + 2s)
      << "not further than they leapt";
}

TEST(FrameBatches, RunNoFasterForACaptureThatIsNotInOrder) {
  std::vector<Timestamp> stamps;
  stamps.reserve(2000);
  for (int i = 0; i < 2000; ++i) stamps.push_back(ten + i * 1ms + (i % 2 == 0 ? 2s : 0s));
  EXPECT_LT(on_axis(stamps).back() - ten, 1min);
}

}  // namespace
}  // namespace edgewatch::runtime

#include "events_recorder.hpp"

#include "events_file.hpp"

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include <gtest/gtest.h>

namespace edgewatch::runtime {
namespace {

TEST(EventsRecorder, WritesWhatAReplayReads) {
  const auto file = std::filesystem::path(testing::TempDir()) / "events.tsv";
  const Timestamp nine = *parse_rfc3339("2026-11-17T09:00:00Z");
  {
    EventsRecorder recorder(file);
    recorder.note(model::ClockStep{nine, std::chrono::milliseconds(-3000400)});
    recorder.note(net::FrameLoss{nine + std::chrono::seconds(1), 1, 7, 2});
    recorder.note(model::Tick{nine});
    recorder.note(model::Reload{nine + std::chrono::seconds(2)});
    EXPECT_TRUE(recorder.ok());
  }
  const auto events = load_events(file);
  std::filesystem::remove(file);
  ASSERT_TRUE(events);
  ASSERT_EQ(events->size(), 3U);
  const auto* step = std::get_if<model::ClockStep>(&(*events)[0]);
  ASSERT_NE(step, nullptr);
  EXPECT_EQ(step->at, nine);
  EXPECT_EQ(step->step, std::chrono::seconds(-3000));
  const auto* loss = std::get_if<net::FrameLoss>(&(*events)[1]);
  ASSERT_NE(loss, nullptr);
  EXPECT_EQ(loss->lost_in_kernel, 9U);
  EXPECT_TRUE(std::holds_alternative<model::Reload>((*events)[2]));
}

TEST(EventsRecorder, SaysWhenItCannotWrite) {
  EXPECT_THROW(EventsRecorder("/nonexistent/events.tsv"), std::runtime_error);
}

}  // namespace
}  // namespace edgewatch::runtime

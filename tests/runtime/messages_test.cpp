#include "control_message.hpp"
#include "event_queue.hpp"
#include "events_file.hpp"
#include "rows.hpp"

#include <filesystem>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>

namespace edgewatch::runtime {
namespace {

TEST(ControlMessage, IsReadBackAsItWasWritten) {
  const Request request{
      "case open", {{"grounds", "line one\nline two \"quoted\" \x1b[31m"}}, {"www.example"}};
  const std::string line = to_json(request);
  EXPECT_EQ(line.find('\n'), std::string::npos);
  const auto read = parse_request(line).value();
  EXPECT_EQ(read.command, request.command);
  EXPECT_EQ(read.options, request.options);
  EXPECT_EQ(read.words, request.words);
  const auto answer = parse_response(to_json(Response{77, "out", "err"})).value();
  EXPECT_EQ(answer.exit_code, 77);
  EXPECT_EQ(answer.output, "out");
  EXPECT_EQ(answer.error, "err");
}

TEST(ControlMessage, RefusesWhatIsNoRequestWithoutThrowing) {
  for (const char* text :
       {"", "{", "[]", "null", "{}", "{\"command\":1}", "{\"command\":\"x\",\"options\":[1]}",
        "{\"command\":\"x\",\"words\":{\"a\":1}}", "{\"command\":\"x\",\"options\":{\"a\":1}}", "\xff\xfe"}) {
    EXPECT_FALSE(parse_request(text)) << text;
  }
}

TEST(ControlMessage, IsNoneWhereItAnnouncesOtherBytesThanFollow) {
  const std::string said = R"({"exit":0,"output":"","error":"","follow":)";
  EXPECT_EQ(parse_response(said + "3}\nabc")->bytes, "abc");
  for (const char* rest : {"3}", "3}\n", "3}\nab", "3}\nabcd", "-1}", "18446744073709551615}", "-1}\n"})
    EXPECT_FALSE(parse_response(said + rest)) << rest;
}

TEST(ControlMessage, CarriesBytesThatAreNotUtf8AsReplacements) {
  EXPECT_TRUE(parse_response(to_json(Response{0,
                                              "a\xff"
                                              "b",
                                              ""})));
}

TEST(Rows, AreNeutralInEachForm) {
  const Rows rows{{"name", "count"}, {{"=cmd", "1"}, {"a\x1b]0;x\x07\u202e", "22"}}};
  EXPECT_EQ(render(rows, RowFormat::table),
            "name                   count\n=cmd                   1\na\\x1b]0;x\\x07\\u{202e}  22\n");
  EXPECT_NE(render(rows, RowFormat::csv).find("'=cmd,1\r\n"), std::string::npos);
  EXPECT_NE(render(rows, RowFormat::json).find("\"count\": \"22\""), std::string::npos);
  EXPECT_EQ(render({{"name"}, {}}, RowFormat::json), "[]\n");
}

class EventsFile : public testing::Test {
 protected:
  std::filesystem::path write(const std::string& text) {
    std::ofstream(file_) << text;
    return file_;
  }
  void TearDown() override { std::filesystem::remove(file_); }
  std::filesystem::path file_ =
      std::filesystem::temp_directory_path() /
      ("events-" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()) + ".tsv");
};

TEST_F(EventsFile, GivesItsRowsInOrderOfTime) {
  const auto events = load_events(
      write("utc_time\tkind\tvalue\n2026-11-17T10:02:00Z\tloss\t12\n2026-11-17T10:01:00Z\tclock_step\t-120\n"
            "2026-11-17T10:03:00Z\ttick\t\n2026-11-17T10:04:00Z\treload\t\n"));
  ASSERT_TRUE(events);
  ASSERT_EQ(events->size(), 4U);
  EXPECT_EQ(std::get<model::ClockStep>((*events)[0]).step, std::chrono::seconds(-120));
  EXPECT_EQ(std::get<net::FrameLoss>((*events)[1]).lost_in_kernel, 12U);
  EXPECT_TRUE(std::holds_alternative<model::Tick>((*events)[2]));
  EXPECT_TRUE(std::holds_alternative<model::Reload>((*events)[3]));
}

TEST_F(EventsFile, TellsEveryMistakeWithItsLine) {
  const auto events = load_events(
      write("time\tkind\tvalue\nnoon\ttick\t\n2026-11-17T10:01:00Z\tleap\t1\n2026-11-17T10:01:00Z\tloss\t-1\n"
            "2026-11-17T10:01:00Z\tclock_step\tmuch\n2026-11-17T10:01:00Z\ttick\n"
            "2026-11-17T10:01:00Z\tclock_step\t-9223372036854775808\n"));
  ASSERT_FALSE(events);
  ASSERT_EQ(events.error().size(), 7U);
  for (std::size_t i = 0; i < 7; ++i) EXPECT_EQ(events.error()[i].line, i + 1);
}

TEST_F(EventsFile, SaysWhenItIsNotThere) { EXPECT_FALSE(load_events(file_)); }

TEST(EventQueue, HoldsBackTheWriterWhenFullAndLosesNothing) {
  EventQueue queue(2);
  std::thread writer([&queue] {
    for (int i = 0; i < 100; ++i) queue.push({0, {model::Tick{Timestamp(std::chrono::seconds(i))}}, {}});
    queue.close();
  });
  int next = 0;
  while (!queue.drained()) {
    const auto batch = queue.pop(std::chrono::milliseconds(1000));
    if (!batch) continue;
    EXPECT_EQ(std::get<model::Tick>(batch->events.front()).at, Timestamp(std::chrono::seconds(next)));
    ++next;
  }
  writer.join();
  EXPECT_EQ(next, 100);
}

TEST(EventQueue, LetsAWaitingWriterGoWhenItCloses) {
  EventQueue queue(1);
  queue.push({});
  std::thread writer([&queue] { queue.push({0, {model::Tick{}}, {}}); });
  queue.close();
  writer.join();
  EXPECT_TRUE(queue.pop(std::chrono::milliseconds(0)));
  EXPECT_TRUE(queue.drained());
}

}  // namespace
}  // namespace edgewatch::runtime

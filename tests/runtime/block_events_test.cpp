#include "block_events.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::runtime {
namespace {

using ::testing::ElementsAre;

model::BlockCount attempt(const char* rule, const char* address, const char* person) {
  model::BlockCount out;
  out.minute = minute_of(parse_rfc3339("2026-11-17T10:05:07Z").value());
  out.client.address = net::IpAddress::parse(address).value();
  out.person = model::PersonId(person);
  out.service = model::ServiceId("video");
  out.category = model::Category("streaming-video");
  out.rule = model::RuleId(rule);
  out.mechanism = "resolver";
  out.attempts = 2;
  return out;
}

policy::RuleBook book() {
  policy::RuleBook out;
  out.rules.resize(2);
  out.rules[0].id = model::RuleId("everybody");
  out.rules[1].id = model::RuleId("one");
  out.rules[1].people = {model::PersonId("p17")};
  return out;
}

TEST(BlockEvents, FoldAllClientsOfAMinuteAndNameNobody) {
  EXPECT_THAT(
      block_events({attempt("everybody", "192.0.2.17", "p17"), attempt("everybody", "192.0.2.18", "p18"),
                    attempt("one", "192.0.2.17", "p17"), attempt("withdrawal:1", "192.0.2.17", "p17")},
                   book()),
      ElementsAre(R"({"time":"2026-11-17T10:05Z","event":"block","rule":"everybody","class":"policy",)"
                  R"("service":"video","category":"streaming-video","mechanism":"resolver","attempts":4})"));
}

TEST(BlockEvents, OfInappropriateThingsNeitherServiceNorCategoryIsTold) {
  model::BlockCount block = attempt("everybody", "192.0.2.17", "p17");
  block.rule_class = model::RuleClass::inappropriate;
  block.service.reset();
  block.category.reset();
  EXPECT_THAT(block_events({block}, book()),
              ElementsAre(R"({"time":"2026-11-17T10:05Z","event":"block","rule":"everybody",)"
                          R"("class":"inappropriate","mechanism":"resolver","attempts":2})"));
}

TEST(BlockEvents, NameThePersonWhereTheCouncilAsksForItInClassInappropriateAlone) {
  model::BlockCount inappropriate = attempt("one", "192.0.2.17", "p17");
  inappropriate.rule_class = model::RuleClass::inappropriate;
  inappropriate.service.reset();
  inappropriate.category.reset();
  model::BlockCount nobodys = attempt("everybody", "192.0.2.19", "");
  nobodys.rule_class = model::RuleClass::inappropriate;
  nobodys.person.reset();
  nobodys.service.reset();
  nobodys.category.reset();
  EXPECT_THAT(
      block_events_with_people(
          {inappropriate, inappropriate, nobodys, attempt("everybody", "192.0.2.17", "p17")}, book()),
      ElementsAre(R"({"time":"2026-11-17T10:05Z","event":"block","rule":"everybody","class":"inappropriate",)"
                  R"("mechanism":"resolver","attempts":2})",
                  R"({"time":"2026-11-17T10:05Z","event":"block","rule":"everybody","class":"policy",)"
                  R"("service":"video","category":"streaming-video","mechanism":"resolver","attempts":2})",
                  R"({"time":"2026-11-17T10:05Z","event":"block","rule":"one","class":"inappropriate",)"
                  R"("person":"p17","mechanism":"resolver","attempts":4,"evidence":"question"})"))
      << "of a rule about one person too, who has to be one to be named";
}

TEST(BlockEvents, WhatWasOnlyObservedWouldHaveBeenBlocked) {
  model::BlockCount block = attempt("everybody", "192.0.2.17", "p17");
  block.mechanism = "observed";
  EXPECT_THAT(block_events({block}, book()),
              ElementsAre(R"({"time":"2026-11-17T10:05Z","event":"would_block","rule":"everybody",)"
                          R"("class":"policy","service":"video","category":"streaming-video",)"
                          R"("mechanism":"observed","attempts":2})"));
}

/// A folder of one's own, gone with the test.
struct Folder {
  Folder() {
    std::string name = "/tmp/ewtest-events-XXXXXX";
    path = mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] long lines(const char* name) const {
    std::ifstream file(path / name);
    return std::count(std::istreambuf_iterator<char>(file), {}, '\n');
  }
  std::filesystem::path path;
};

TEST(BlockEvents, AreAppendedToTheFileAndAfterARotationToANewOne) {
  const Folder folder;
  config::Settings settings;
  settings.events = {false, folder.path / "blocks.jsonl"};
  Health health;
  BlockEvents events(settings, health);
  events.tell({attempt("everybody", "192.0.2.17", "p17")}, book());
  events.tell({attempt("everybody", "192.0.2.17", "p17")}, book());
  EXPECT_EQ(folder.lines("blocks.jsonl"), 2);
  std::filesystem::rename(folder.path / "blocks.jsonl", folder.path / "blocks.jsonl.1");
  events.tell({attempt("everybody", "192.0.2.17", "p17")}, book());
  EXPECT_EQ(folder.lines("blocks.jsonl.1"), 3) << "until it is told";
  events.reopen();
  events.tell({attempt("everybody", "192.0.2.17", "p17")}, book());
  EXPECT_EQ(folder.lines("blocks.jsonl"), 1);
  EXPECT_TRUE(health.report().alarms.empty());
}

TEST(BlockEvents, AFileThatCannotBeWrittenIsAnAlarmUntilItCan) {
  const Folder folder;
  config::Settings settings;
  settings.events = {false, folder.path / "not-yet" / "blocks.jsonl"};
  Health health;
  BlockEvents events(settings, health);
  events.tell({attempt("everybody", "192.0.2.17", "p17")}, book());
  EXPECT_TRUE(health.report().alarms.contains("block events"));
  std::filesystem::create_directory(folder.path / "not-yet");
  events.tell({attempt("everybody", "192.0.2.17", "p17")}, book());
  EXPECT_EQ(folder.lines("not-yet/blocks.jsonl"), 1);
  EXPECT_TRUE(health.report().alarms.empty());
}

}  // namespace
}  // namespace edgewatch::runtime

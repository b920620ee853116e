#include "zone.hpp"

#include <gtest/gtest.h>

namespace edgewatch::runtime {
namespace {

const Timestamp noon = parse_rfc3339("2026-11-17T12:00:00Z").value();

net::HostName name(const char* text) { return net::HostName::from_dotted(text).value(); }

classify::Catalogue catalogue() {
  const auto host = [](const char* text, model::Role role) {
    return classify::HostEntry{name(text), role, 1, 1};
  };
  classify::ServiceDefinition video;
  video.id = model::ServiceId("video");
  video.name = "Video";
  video.category = model::Category("streaming-video");
  video.hosts = {host("video.example", model::Role::core), host("ads.video.example", model::Role::ads),
                 host("video-cdn.example", model::Role::media)};
  return classify::Catalogue::build({video}, model::Revision("c")).value();
}

policy::Rule rule(const char* id, model::Verdict action) {
  policy::Rule out;
  out.id = model::RuleId(id);
  out.action = action;
  return out;
}

std::string told(const policy::RuleBook& book) {
  std::string out;
  for (const auto& entry : zone_for_everybody(catalogue(), book, noon)) {
    out += (entry.action == enforce::ZoneAction::nxdomain ? "-" : "+") + entry.name.text() + ' ';
  }
  return out;
}

TEST(ZoneForEverybody, IsEmptyWhereNothingIsBlocked) { EXPECT_EQ(told({}), ""); }

TEST(ZoneForEverybody, NamesEachHostOfABlockedServiceOnceAndNoneBelowIt) {
  policy::RuleBook book;
  book.rules = {rule("no-video", model::Verdict::block)};
  book.rules[0].services = {model::ServiceId("video")};
  EXPECT_EQ(told(book), "-video-cdn.example -video.example ");
}

TEST(ZoneForEverybody, LetsThroughWhatAnEarlierRuleAllows) {
  policy::RuleBook book;
  book.rules = {rule("training", model::Verdict::allow), rule("no-video", model::Verdict::block)};
  book.rules[0].names = {name("training.video.example")};
  book.rules[1].categories = {model::Category("streaming-video")};
  EXPECT_EQ(told(book), "+training.video.example -video-cdn.example -video.example ");
}

TEST(ZoneForEverybody, LeavesOutWhatHoldsForSomePeopleOnlyAndWhatIsOnlyLogged) {
  policy::RuleBook book;
  book.rules = {rule("her", model::Verdict::block), rule("noted", model::Verdict::log)};
  book.rules[0].names = {name("one.example")};
  book.rules[0].people = {model::PersonId("p17")};
  book.rules[1].names = {name("two.example")};
  EXPECT_EQ(told(book), "");
}

}  // namespace
}  // namespace edgewatch::runtime

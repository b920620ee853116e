// Stories of hidden names, from packets to minutes: a site behind ECH, a browser that only pretends (GREASE),
// and the draft before it (ESNI).
#include "edgewatch/observe/observer.hpp"
#include "edgewatch/pipeline/pipeline.hpp"

#include "support/behaviour.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::golden {
namespace {

using support::Story;
using testing::IsEmpty;

const Timestamp ten = parse_rfc3339("2026-11-17T10:00:00Z").value();
const support::Machine p17{net::MacAddress({2, 0, 0x5e, 0x10, 0, 0x11}),
                           net::IpAddress::parse("10.20.1.17").value(), 0};
const support::Site photo_share{"www.photo.example", "static.photo.example", "img.photo.example", ""};

net::HostName name(const char* text) { return net::HostName::from_dotted(text).value(); }

pipeline::Policies policies() {
  const auto service = [](const char* id, const char* host) {
    classify::ServiceDefinition out;
    out.id = model::ServiceId(id);
    out.name = id;
    out.category = model::Category("social");
    out.hosts = {{name(host), model::Role::core, 1}};
    return out;
  };
  auto catalogue = classify::Catalogue::build(
      {service("photo-share", "photo.example"), service("cover-site", "cover.example")},
      model::Revision("c1"));
  return {std::make_shared<const classify::Catalogue>(std::move(catalogue).value()),
          std::make_shared<const policy::RuleBook>()};
}

identity::Register people() {
  identity::Person person;
  person.id = model::PersonId("p17");
  identity::Assignment machine;
  machine.key = p17.mac;
  machine.person = person.id;
  return {{person}, {machine}};
}

struct Told {
  int strong = 0;
  int moderate = 0;
  int of_the_outer_name = 0;
  model::Coverage coverage;  ///< sums
};

Told told(const Story& story) {
  observe::ObserverOptions options;
  options.inside = {net::Network::parse("10.20.0.0/16").value()};
  observe::Observer observer(options, {"story"});
  pipeline::Pipeline stages(policies(), people(), account::Method{}, pipeline::Options{});
  using std::chrono_literals::operator""h;
  model::TenancyEvent logon;  // so that identity is firm, and it is the name that decides
  logon.recorded_at = ten - 1h;
  logon.kind = model::TenancyEvent::Kind::logon;
  logon.mac = p17.mac;
  logon.person = "p17";
  logon.valid.from = logon.recorded_at;
  logon.source = model::TenancyEvent::Source::windows;
  stages.consume(logon);
  const support::Recording recording = story.record();
  for (const net::Frame& frame : recording.frames()) observer.see(frame);
  observer.finish();
  for (const model::Event& event : observer.drain()) stages.consume(event);
  stages.consume(model::Tick{ten + std::chrono::hours(2)});
  stages.finish();
  const pipeline::Output out = stages.drain();
  Told sum;
  for (const auto& slice : out.slices) {
    if (slice.service.text() == "cover-site") sum.of_the_outer_name += slice.seconds;
    if (slice.service.text() != "photo-share") continue;
    if (slice.grade == model::Grade::strong) sum.strong += slice.seconds;
    if (slice.grade == model::Grade::moderate) sum.moderate += slice.seconds;
  }
  for (const auto& row : out.coverage) {
    sum.coverage.named += row.named;
    sum.coverage.unnamed_ech += row.unnamed_ech;
    sum.coverage.unnamed_other += row.unnamed_other;
    sum.coverage.ambiguous += row.ambiguous;
  }
  return sum;
}

/// Three minutes on the site.
Story three_minutes(std::uint64_t seed) {
  Story story(seed, ten);
  support::visit(story, p17, ten, 180, photo_share);
  return story;
}

const std::vector<const char*> hosts = {"www.photo.example", "static.photo.example", "img.photo.example"};

TEST(HiddenNames, ABrowserThatPretendsToHideIsSeenAsFirmlyAsAny) {
  const Told story = told(three_minutes(1));
  EXPECT_GE(story.strong, 150);
  EXPECT_EQ(story.moderate, 0);
  EXPECT_EQ(story.coverage.unnamed_ech + story.coverage.unnamed_other, 0U);
  EXPECT_GE(story.coverage.named, 3U);
}

TEST(HiddenNames, ASiteBehindTheOuterNameOfAnotherIsKnownByTheClientsOwnDnsAlone) {
  Story story = three_minutes(2);
  for (const char* host : hosts) story.host(host).ech_public_name = "www.cover.example";
  const Told seen = told(story);
  EXPECT_EQ(seen.of_the_outer_name, 0);
  EXPECT_EQ(seen.strong, 0);
  EXPECT_GE(seen.moderate, 150);
  EXPECT_EQ(seen.coverage.unnamed_ech, 0U);
}

TEST(HiddenNames, ASiteThatSharesItsAddressWithAnotherStaysHidden) {
  Story story = three_minutes(3);
  const net::IpAddress shared = story.host("www.shop.example").address;
  for (const char* host : hosts) {
    story.host(host).ech_public_name = "www.cover.example";
    story.host(host).address = shared;
  }
  story.resolve(p17, ten - std::chrono::seconds(2), "www.shop.example");
  const Told seen = told(story);
  EXPECT_EQ(seen.strong + seen.moderate + seen.of_the_outer_name, 0);
  EXPECT_GE(seen.coverage.unnamed_ech, 3U);
  EXPECT_EQ(seen.coverage.ambiguous, seen.coverage.unnamed_ech);
  EXPECT_EQ(seen.coverage.named, 0U);
}

TEST(HiddenNames, AnEncryptedNameOfTheOldDraftIsKnownByDnsOrNotAtAll) {
  Story alone = three_minutes(4);
  for (const char* host : hosts) alone.host(host).esni = true;
  const Told seen = told(alone);
  EXPECT_EQ(seen.strong, 0);
  EXPECT_GE(seen.moderate, 150);
  Story shared = three_minutes(4);
  const net::IpAddress address = shared.host("www.shop.example").address;
  for (const char* host : hosts) {
    shared.host(host).esni = true;
    shared.host(host).address = address;
  }
  shared.resolve(p17, ten - std::chrono::seconds(2), "www.shop.example");
  const Told hidden = told(shared);
  EXPECT_EQ(hidden.strong + hidden.moderate, 0);
  EXPECT_GE(hidden.coverage.unnamed_ech, 3U);
  EXPECT_EQ(hidden.coverage.unnamed_other, 0U);
}

}  // namespace
}  // namespace edgewatch::golden

#include "edgewatch/enforce/response_policy_zone.hpp"

#include <gtest/gtest.h>

namespace edgewatch::enforce {
namespace {

net::HostName name(const char* text) { return net::HostName::from_dotted(text).value(); }

TEST(ResponsePolicyZone, RefusesANameAndEverythingBelowItAndLetsAnExceptionThrough) {
  const std::string zone = response_policy_zone({{name("videos.example"), ZoneAction::nxdomain},
                                                 {name("training.videos.example"), ZoneAction::pass_through}},
                                                {"council.rpz", 7});
  EXPECT_EQ(zone,
            "; edgewatch response policy zone\n"
            "$ORIGIN council.rpz.\n"
            "$TTL 60\n"
            "@ SOA localhost. root.localhost. 7 60 60 604800 60\n"
            "@ NS localhost.\n"
            "training.videos.example CNAME rpz-passthru.\n"
            "*.training.videos.example CNAME rpz-passthru.\n"
            "videos.example CNAME .\n"
            "*.videos.example CNAME .\n"
            "; names: 2\n");
}

TEST(ResponsePolicyZone, TellsANameFromWhatLiesBelowIt) {
  const std::string zone = response_policy_zone(
      {{name("alone.example"), ZoneAction::nxdomain, {}}, {name("below.example"), {}, ZoneAction::nxdomain}},
      {});
  EXPECT_NE(zone.find("\nalone.example CNAME .\n*.below.example CNAME .\n"), std::string::npos) << zone;
}

TEST(ResponsePolicyZone, WritesEachNameOnceAndNoneThatIsNotAHostName) {
  const auto odd = net::HostName::from_dotted("a\nb.example").value();
  const std::string zone = response_policy_zone({{name("a.example"), ZoneAction::nxdomain},
                                                 {odd, ZoneAction::nxdomain},
                                                 {name("a.example"), ZoneAction::nxdomain}},
                                                {});
  EXPECT_EQ(zone.find("\\010"), std::string::npos);
  EXPECT_EQ(zone.find("\na.example"), zone.rfind("\na.example"));
  EXPECT_NE(zone.find("names: 1"), std::string::npos);
}

TEST(ResponsePolicyZone, NoNameIsWrittenThatWouldSpeakOfAddresses) {
  const std::string zone = response_policy_zone({{name("8.0.0.0.10.rpz-ip"), ZoneAction::nxdomain},
                                                 {name("32.17.1.20.10.rpz-client-ip"), ZoneAction::nxdomain},
                                                 {name("rpz-ip.example"), ZoneAction::nxdomain}},
                                                {});
  EXPECT_NE(zone.find("\nrpz-ip.example CNAME .\n*.rpz-ip.example CNAME .\n; names: 1\n"), std::string::npos)
      << zone;
  EXPECT_EQ(zone.find("10.rpz-"), std::string::npos) << zone;
}

TEST(ResponsePolicyZone, NoNameIsWrittenThatWouldBeTooLongInAZone) {
  const auto name_of = [](std::size_t length) {
    std::string text = ".example";
    while (text.size() < length) text.insert(0, text.size() % 41 == 0 ? "." : "l");
    return net::HostName::from_dotted(text).value();
  };
  const std::string kept = response_policy_zone(
      {{name_of(220), ZoneAction::nxdomain}, {name_of(221), ZoneAction::nxdomain}}, {"", 1});
  EXPECT_NE(kept.find("\n*." + name_of(220).text() + " CNAME .\n; names: 1\n"), std::string::npos) << kept;
  const std::string in_a_long_one = response_policy_zone(
      {{name_of(200), ZoneAction::nxdomain}, {name_of(201), ZoneAction::nxdomain}}, {name_of(50).text(), 1});
  EXPECT_NE(in_a_long_one.find("; names: 1\n"), std::string::npos) << in_a_long_one;
}

TEST(ResponsePolicyZone, HasASerialThatCanBeReadAgain) {
  EXPECT_EQ(serial_of(response_policy_zone({{name("a.example"), ZoneAction::nxdomain}},
                                           {"edgewatch.rpz", 4'294'967'295U})),
            4'294'967'295U);
  EXPECT_EQ(serial_of("@ SOA localhost. root.localhost. 7"), std::nullopt);
  EXPECT_EQ(serial_of(""), std::nullopt);
}

/// RFC 1982, 3.2: what a resolver takes for newer.
bool is_newer(std::uint32_t next, std::uint32_t than) {
  return next != than && static_cast<std::uint32_t>(next - than) < 0x8000'0000U;
}

TEST(ResponsePolicyZone, SerialRisesWhateverTheClockDoes) {
  constexpr std::uint64_t day = 86'400;
  constexpr std::uint64_t now = 1'795'000'000;
  EXPECT_EQ(next_serial({}, now), now);
  EXPECT_EQ(next_serial(now - 10, now), now);
  EXPECT_EQ(next_serial(now, now), now + 1);
  EXPECT_EQ(next_serial(now, now - day), now + 1);
  EXPECT_EQ(next_serial(4'294'967'295U, 4'294'967'295U), 1U);  // zero means "none" to some resolvers

  std::uint32_t serial = next_serial({}, now);
  for (const std::uint64_t clock :
       {now + day, now - 400 * day, now, now + 400 * day, now, std::uint64_t{0}}) {
    const std::uint32_t next = next_serial(serial, clock);
    EXPECT_TRUE(is_newer(next, serial)) << serial << " then " << next;
    serial = next;
  }
}

}  // namespace
}  // namespace edgewatch::enforce

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
            "; edgewatch response policy zone, names: 2\n"
            "$ORIGIN council.rpz.\n"
            "$TTL 60\n"
            "@ SOA localhost. root.localhost. 7 60 60 604800 60\n"
            "@ NS localhost.\n"
            "training.videos.example CNAME rpz-passthru.\n"
            "*.training.videos.example CNAME rpz-passthru.\n"
            "videos.example CNAME .\n"
            "*.videos.example CNAME .\n");
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

}  // namespace
}  // namespace edgewatch::enforce

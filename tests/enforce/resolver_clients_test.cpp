#include "edgewatch/enforce/resolver_clients.hpp"

#include <gtest/gtest.h>

namespace edgewatch::enforce {
namespace {

net::Network network(const char* text) { return net::Network::parse(text).value(); }

ResolverZones zones() {
  return {"/zones",
          "all.rpz",
          {"office.rpz", "one.rpz"},
          {{network("10.20.1.17"), "one.rpz"},
           {network("10.20.1.0/24"), "office.rpz"},
           {network("2001:db8::17"), "one.rpz"}}};
}

TEST(ResolverClients, OfUnboundAreTagsAndTheZonesThatHaveThem) {
  EXPECT_EQ(
      unbound_include(zones()),
      "# edgewatch: which addresses are answered by which zones; written anew whenever that changes.\n"
      "# Unbound goes by the narrowest network alone: an access-control: of one that lies within a network "
      "below\n"
      "# hides its tag, and who has a tag may ask.\n"
      "server:\n"
      "  define-tag: \"edgewatch-0\"\n"
      "  define-tag: \"edgewatch-1\"\n"
      "  access-control-tag: 10.20.1.17/32 \"edgewatch-1\"\n"
      "  access-control-tag: 10.20.1.0/24 \"edgewatch-0\"\n"
      "  access-control-tag: 2001:db8::17/128 \"edgewatch-1\"\n"
      "rpz:\n"
      "  name: \"edgewatch-0.rpz\"\n"
      "  zonefile: \"/zones/office.rpz\"\n"
      "  tags: \"edgewatch-0\"\n"
      "rpz:\n"
      "  name: \"edgewatch-1.rpz\"\n"
      "  zonefile: \"/zones/one.rpz\"\n"
      "  tags: \"edgewatch-1\"\n"
      "rpz:\n"
      "  name: \"all.rpz\"\n"
      "  zonefile: \"/zones/all.rpz\"\n");
}

TEST(ResolverClients, OfBindAreViewsThatLeaveOutWhatIsNarrowerAndAnothers) {
  const std::string text = bind_include(zones(), "/etc/bind/view.conf");
  EXPECT_NE(text.find("view \"office.rpz\" {\n"
                      "  match-clients { !10.20.1.17/32; 10.20.1.0/24; };\n"
                      "  response-policy { zone \"office.rpz\"; zone \"all.rpz\"; } break-dnssec yes "
                      "min-update-interval 1 "),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("match-clients { 2001:db8::17/128; 10.20.1.17/32; };"), std::string::npos) << text;
  EXPECT_NE(text.find("view \"all.rpz\" {\n  match-clients { any; };"), std::string::npos) << text;
  EXPECT_NE(text.find("include \"/etc/bind/view.conf\";\n};\n"), std::string::npos) << text;
}

}  // namespace
}  // namespace edgewatch::enforce

#include "edgewatch/enforce/bypass.hpp"

#include <gtest/gtest.h>

namespace edgewatch::enforce {
namespace {

using Mode = Deployment::Mode;

Deployment full(Mode mode) {
  Deployment out;
  out.mode = mode;
  out.refuses = true;
  out.categories = {"doh", "vpn"};
  return out;
}

/// `1 blocks gateway`, a line a row.
std::string told(const Deployment& deployment) {
  std::string out;
  for (const BypassRow& row : bypass_table()) {
    const BypassAnswer what = answer(row, deployment);
    out += std::to_string(row.number) + ' ' + std::string(to_string(what.effect)) +
           (what.by.empty() ? "" : " " + what.by) + '\n';
  }
  return out;
}

int with(const Deployment& deployment, Effect at_least) {
  int out = 0;
  for (const BypassRow& row : bypass_table()) out += answer(row, deployment).effect >= at_least ? 1 : 0;
  return out;
}

TEST(Bypass, TwentyOneOfTwentyFourAreBlockedAtAGatewayTwentyThreeToldAndOneIsImpossible) {
  const Deployment gateway = full(Mode::gateway);
  EXPECT_EQ(bypass_table().size(), 24U);
  EXPECT_EQ(with(gateway, Effect::blocks), 21);
  EXPECT_EQ(with(gateway, Effect::detects), 23);
  EXPECT_EQ(told(gateway),
            "1 blocks gateway\n2 blocks gateway\n3 blocks gateway\n4 detects gateway\n5 blocks gateway\n"
            "6 blocks gateway\n7 blocks gateway\n8 blocks gateway\n9 blocks gateway\n10 blocks gateway\n"
            "11 detects gateway\n12 cannot\n13 blocks gateway\n14 blocks gateway\n15 blocks gateway\n"
            "16 blocks gateway\n17 blocks gateway\n18 blocks gateway\n19 blocks gateway\n20 blocks gateway\n"
            "21 blocks gateway\n22 blocks gateway\n23 blocks gateway\n24 blocks gateway\n");
}

TEST(Bypass, AMirrorCannotEndQuicAndSaysSo) {
  EXPECT_EQ(told(full(Mode::mirror)),
            "1 blocks mirror\n2 blocks mirror\n3 blocks mirror\n4 detects mirror\n5 detects mirror\n"
            "6 blocks mirror\n7 blocks mirror\n8 detects mirror\n9 detects mirror\n10 detects mirror\n"
            "11 detects mirror\n12 cannot\n13 detects mirror\n14 blocks mirror\n15 blocks mirror\n"
            "16 blocks mirror\n17 detects mirror\n18 detects mirror\n19 detects mirror\n20 detects mirror\n"
            "21 detects mirror\n22 detects mirror\n23 detects mirror\n24 detects mirror\n");
}

TEST(Bypass, ASensorBesideAResolverBlocksWhatIsAskedThereAndDetectsTheRest) {
  Deployment zones = full(Mode::observe);
  zones.zones = true;
  EXPECT_EQ(told(zones),
            "1 blocks resolver\n2 blocks resolver\n3 blocks resolver\n4 detects sensor\n5 blocks resolver\n"
            "6 blocks resolver\n7 detects sensor\n8 detects sensor\n9 detects sensor\n10 blocks resolver\n"
            "11 detects sensor\n12 cannot\n13 detects sensor\n14 detects sensor\n15 detects sensor\n"
            "16 detects sensor\n17 blocks resolver\n18 detects sensor\n19 detects sensor\n20 detects sensor\n"
            "21 detects sensor\n22 detects sensor\n23 detects sensor\n24 blocks resolver\n");
}

TEST(Bypass, WhatNoRuleRefusesIsNotBlockedAndTheRowSaysWhichRuleIsMissing) {
  Deployment gateway = full(Mode::gateway);
  gateway.categories = {"vpn"};
  const BypassRow& doh = bypass_table()[8];
  EXPECT_EQ(answer(doh, gateway).effect, Effect::detects);
  EXPECT_TRUE(answer(doh, gateway).note.starts_with("needs a rule that blocks category doh; "));
  EXPECT_EQ(with(gateway, Effect::blocks), 19);
  gateway.refuses = false;
  EXPECT_EQ(with(gateway, Effect::blocks), 0);
  Deployment blind;
  blind.watches = false;
  EXPECT_EQ(with(blind, Effect::detects), 0);
}

}  // namespace
}  // namespace edgewatch::enforce

#include "edgewatch/enforce/bypass.hpp"

#include <gtest/gtest.h>

namespace edgewatch::enforce {
namespace {

using Mode = Deployment::Mode;

Deployment full(Mode mode) {
  Deployment out;
  out.mode = mode;
  out.refuses.everybody = true;
  out.categories["doh"].everybody = true;
  out.categories["vpn"].everybody = true;
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
  gateway.categories.erase("doh");
  const BypassRow& doh = bypass_table()[8];
  EXPECT_EQ(answer(doh, gateway).effect, Effect::detects);
  EXPECT_TRUE(answer(doh, gateway).note.starts_with("needs a rule that blocks category doh; "));
  EXPECT_EQ(with(gateway, Effect::blocks), 19);
  gateway.refuses = {};
  gateway.categories.clear();
  EXPECT_EQ(with(gateway, Effect::blocks), 0);
  EXPECT_TRUE(answer(bypass_table()[0], gateway).note.starts_with("needs a rule that blocks anything; "));
  Deployment blind;
  blind.watches = false;
  EXPECT_EQ(with(blind, Effect::detects), 0);
}

TEST(Bypass, WhereRulesAreForSomeOrAtSomeHoursTheRowSaysSo) {
  const auto limit = [](const Reach& reach) {
    Deployment gateway = full(Mode::gateway);
    gateway.refuses = reach;
    return answer(bypass_table()[0], gateway).limit;
  };
  EXPECT_EQ(limit({.everybody = true, .some = true}), "");
  EXPECT_EQ(limit({.some = true, .some_at_some_hours = true}), "for some");
  EXPECT_EQ(limit({.everybody_at_some_hours = true}), "at some hours");
  EXPECT_EQ(limit({.everybody_at_some_hours = true, .some = true}), "for some or at some hours");
  EXPECT_EQ(limit({.some_at_some_hours = true}), "for some at some hours");
  Deployment gateway = full(Mode::gateway);
  gateway.categories["doh"] = {.some = true};
  EXPECT_EQ(answer(bypass_table()[8], gateway).limit, "for some") << "by the rule that it needs";
  EXPECT_EQ(answer(bypass_table()[0], gateway).limit, "");
}

TEST(Bypass, WhileSomethingIsOutOfOrderItBlocksNothingAndTheRowSaysWhatIsWrong) {
  Deployment both = full(Mode::gateway);
  both.path_trouble = "gateway: no table";
  EXPECT_EQ(with(both, Effect::blocks), 0);
  EXPECT_EQ(answer(bypass_table()[7], both).note, "ALARM gateway: no table");
  both.zones = true;
  EXPECT_EQ(answer(bypass_table()[0], both).by, "resolver");
  EXPECT_EQ(answer(bypass_table()[0], both).note, "ALARM gateway: no table; names are compared without case");
  both.resolver_trouble = "zones reload: not reloaded";
  EXPECT_EQ(with(both, Effect::blocks), 0);
  EXPECT_EQ(answer(bypass_table()[1], both).note,
            "ALARM gateway: no table; zones reload: not reloaded; one dot is taken off");
  EXPECT_EQ(answer(bypass_table()[1], both).by, "sensor");
}

TEST(Bypass, ASensorSaysWhichModeWouldBlockAndNothingAsIfItDid) {
  const Deployment observe = full(Mode::observe);
  EXPECT_EQ(answer(bypass_table()[7], observe).note, "needs mode gateway");
  EXPECT_EQ(answer(bypass_table()[13], observe).note, "needs mode gateway or mirror");
  EXPECT_EQ(answer(bypass_table()[4], observe).note, "needs mode gateway or zones");
  EXPECT_EQ(answer(bypass_table()[10], observe).note, "");
  for (const BypassRow& row : bypass_table()) {
    EXPECT_EQ(answer(row, observe).note.find("refused"), std::string::npos) << row.number;
  }
  EXPECT_EQ(answer(bypass_table()[7], full(Mode::mirror)).note, "needs mode gateway");
}

}  // namespace
}  // namespace edgewatch::enforce

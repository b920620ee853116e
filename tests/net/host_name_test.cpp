#include "edgewatch/net/host_name.hpp"

#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace edgewatch::net {
namespace {

Bytes bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
HostName name(std::string_view text) { return HostName::from_dotted(text).value(); }

TEST(HostName, FoldsAsciiCaseAndOneTrailingDot) {
  EXPECT_EQ(name("WWW.Council.Example.").text(), "www.council.example");
  EXPECT_EQ(name("www.council.example"),
            HostName::from_labels({bytes("WWW"), bytes("council"), bytes("example")}));
  EXPECT_FALSE(HostName::from_dotted("www.council.example.."));
}

TEST(HostName, ADotInsideALabelNeverPartsLabels) {
  const auto odd = HostName::from_labels({bytes("council.example")}).value();
  EXPECT_EQ(odd.text(), "council\\046example");
  EXPECT_FALSE(odd.is_at_or_below(name("example")));
  EXPECT_FALSE(odd.is_matchable());
  EXPECT_EQ(odd.label_count(), 1U);
}

TEST(HostName, EscapesEveryOddByte) {
  EXPECT_EQ(HostName::from_labels({bytes(std::string_view("\x1b]\n\0", 4))}).value().text(),
            "\\027\\093\\010\\000");
  EXPECT_EQ(name("=cmd|x.example").text(), "\\061cmd\\124x.example");
}

TEST(HostName, KeepsTheLimitsOfRfc1035) {
  const std::string label(63, 'a');
  EXPECT_TRUE(HostName::from_labels(
      {bytes(label), bytes(label), bytes(label), bytes(std::string_view(label).substr(0, 61))}));
  EXPECT_FALSE(HostName::from_labels(
      {bytes(label), bytes(label), bytes(label), bytes(std::string_view(label).substr(0, 62))}));
  EXPECT_FALSE(HostName::from_labels({bytes(label + "a")}));
  EXPECT_FALSE(HostName::from_labels({bytes("a"), bytes("")}));
  EXPECT_FALSE(HostName::from_dotted(""));
  EXPECT_FALSE(HostName::from_dotted("a..b"));
  EXPECT_EQ(HostName::from_labels({}).value().text(), ".");
}

TEST(HostName, LiesBelowWholeLabelsOnly) {
  EXPECT_TRUE(name("a.photo.example").is_at_or_below(name("photo.example")));
  EXPECT_TRUE(name("photo.example").is_at_or_below(name("photo.example")));
  EXPECT_FALSE(name("myphoto.example").is_at_or_below(name("photo.example")));
  EXPECT_TRUE(name("a.example").is_at_or_below(HostName()));
}

TEST(HostName, WalksItsSuffixes) {
  EXPECT_EQ(name("a.b.example").suffix(0), "a.b.example");
  EXPECT_EQ(name("a.b.example").suffix(2), "example");
  EXPECT_EQ(name("a.b.example").suffix(3), ".");
  EXPECT_EQ(name("a.b.example").label_count(), 3U);
}

TEST(HostNameBuilder, LabelsTogetherGiveWhatLabelsOneByOneGive) {
  std::mt19937 random(20);
  const std::string_view usual = "abcXYZ019-_";
  HostNameBuilder builder;
  for (int round = 0; round < 20'000; ++round) {
    std::vector<std::string> labels(random() % 7);
    std::vector<std::uint8_t> run;
    std::vector<Bytes> views;
    for (std::string& label : labels) {
      const std::size_t length = random() % 8 == 0 ? 1 + random() % 63 : 1 + random() % 12;
      for (std::size_t i = 0; i < length; ++i)
        label += random() % 200 == 0 ? static_cast<char>(random()) : usual[random() % usual.size()];
      run.push_back(static_cast<std::uint8_t>(length));
      run.insert(run.end(), label.begin(), label.end());
      views.emplace_back(reinterpret_cast<const std::uint8_t*>(label.data()), label.size());
    }
    const auto expected = HostName::from_labels(views);
    // In two parts, as behind a compression pointer.
    std::size_t part = 0;
    for (std::size_t i = 0; i < labels.size() / 2; ++i) part += 1 + labels[i].size();
    builder.clear();
    const bool taken = builder.add_run(Bytes(run).first(part)) && builder.add_run(Bytes(run).subspan(part));
    ASSERT_EQ(taken, expected.has_value());
    if (!taken) continue;
    HostName together;
    builder.build(together);
    ASSERT_EQ(together, *expected);
  }
}

TEST(HostName, TakesWhatPeopleTypeToALabels) {
  EXPECT_EQ(HostName::from_user("B\u00fccher.example").value().text(), "xn--bcher-kva.example");
  EXPECT_EQ(HostName::from_user("Forum.Example").value().text(), "forum.example");
  EXPECT_FALSE(HostName::from_user("bad name.example"));
  EXPECT_FALSE(HostName::from_user("192.0.2.1"));
  EXPECT_FALSE(HostName::from_user(""));
}

TEST(HostName, APlainTextIsReadAsItIsAndNothingElseIsPlain) {
  const std::string longest(63, 'a');
  for (const std::string& text : {std::string("photos.example"), std::string("a-b.c_d.x1y"),
                                  std::string("_dmarc.example"), longest + ".example"}) {
    EXPECT_TRUE(HostName::is_plain(text)) << text;
    EXPECT_EQ(HostName::from_user(text).value().text(), text);
  }
  for (const std::string& text :
       {std::string(), std::string("."), std::string("photos.example."), std::string(".photos.example"),
        std::string("photos..example"), std::string("Photos.example"), std::string("-a.example"),
        std::string("a-.example"), std::string("a--b.example"), std::string("192.0.2.1"),
        std::string("a b.example"), std::string("a\0b.example", 11), std::string("b\u00fccher.example"),
        std::string("a\\046b.example"), longest + "a.example", "example." + longest + 'a',
        longest + '.' + longest + '.' + longest + '.' + longest})
    EXPECT_FALSE(HostName::is_plain(text)) << text;
}

TEST(HostName, WhateverIsPlainIsWhatFromUserGives) {
  std::mt19937_64 random(3);
  std::size_t plain = 0;
  for (int i = 0; i < 200000; ++i) {
    std::string text;
    for (std::size_t length = random() % 12; length > 0; --length) text += "ab1-_.Ax\0\\"[random() % 10];
    if (!HostName::is_plain(text)) continue;
    ++plain;
    ASSERT_EQ(HostName::from_user(text).value().text(), text);
  }
  EXPECT_GT(plain, 1000U);
}

TEST(HostName, WhatPeopleTypeIsTheSameNameInEitherCase) {
  for (const std::string text :
       {"photos.example", "a-b.c_d.example", "a--b.example", "-a.example", "a-.example", "_a.example",
        "a..example", ".example", "example.", "xn--bcher-kva.example", "xn--a.example", "192.0.2.1"}) {
    std::string upper = text;
    for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    EXPECT_EQ(HostName::from_user(text), HostName::from_user(upper)) << text;
  }
  EXPECT_FALSE(HostName::from_user(std::string(64, 'a') + ".example"));
}

TEST(HostName, KnowsAnAddressFromAName) {
  EXPECT_TRUE(name("192.0.2.1").is_ip_literal());
  EXPECT_TRUE(name("2001:db8::1").is_ip_literal());
  EXPECT_FALSE(name("www.example").is_ip_literal());
}

}  // namespace
}  // namespace edgewatch::net

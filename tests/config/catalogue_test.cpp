// The shipped catalogue as a whole: its order, what it must not hold, and what it says of every host that was
// seen in the corpus of real captures.
#include "hosts_seen.hpp"
#include "shipped.hpp"

#include <map>
#include <string>

#include <gtest/gtest.h>

namespace edgewatch::config {
namespace {

TEST(ShippedCatalogue, HoldsServicesOfEveryKindThePoliciesName) {
  std::map<std::string, int> kinds;
  for (const auto& service : shipped().policies.catalogue.services()) ++kinds[service.category.text()];
  EXPECT_GE(shipped().policies.catalogue.services().size(), 500U);
  EXPECT_GE(kinds["social"], 30);
  EXPECT_GE(kinds["streaming-video"], 60);
  EXPECT_GE(kinds["streaming-audio"], 30);
  EXPECT_GE(kinds["messaging"], 15);
  EXPECT_GE(kinds["forum"], 40);
  EXPECT_GE(kinds["dating"], 30);
  EXPECT_GE(kinds["gaming"], 60);
  EXPECT_GE(kinds["blogs"], 15);
  EXPECT_GE(kinds["conferencing"], 7);
  EXPECT_GE(kinds["ai-chat"], 20);
  EXPECT_GE(kinds["file-sharing"], 40);
  EXPECT_GE(kinds["vpn"], 40);
  EXPECT_GE(kinds["doh"], 15);
}

/// Services stand in their files by id and hosts in their role by name, so that whoever looks for one finds
/// its place; the hosts of the machine itself are grouped by maker.
TEST(ShippedCatalogue, IsInOrder) {
  const classify::ServiceDefinition* before = nullptr;
  const auto& catalogue = shipped().policies.catalogue;
  for (std::size_t place = 0; place < catalogue.services().size(); ++place) {
    const auto& service = catalogue.services()[place];
    if (before != nullptr && before->file == service.file) {
      EXPECT_LT(before->id.text(), service.id.text()) << service.file;
    }
    before = &service;
    const auto hosts = catalogue.hosts(place);
    for (std::size_t i = 1; i < hosts.size() && service.id.text() != classify::system_service; ++i) {
      const classify::HostEntry& former = hosts[i - 1];
      const classify::HostEntry& latter = hosts[i];
      if (former.role != latter.role) continue;
      EXPECT_LT(former.host.text(), latter.host.text()) << service.id.text();
    }
  }
}

TEST(ShippedCatalogue, NoHostSaysWhatOneAboveItSaysAlready) {
  const auto& catalogue = shipped().policies.catalogue;
  for (std::size_t place = 0; place < catalogue.services().size(); ++place) {
    const auto& service = catalogue.services()[place];
    for (const auto& entry : catalogue.hosts(place)) {
      const std::string& name = entry.host.text();
      const auto above =
          catalogue.classify(net::HostName::from_dotted(name.substr(name.find('.') + 1)).value());
      EXPECT_FALSE(above && above->service == service.id && above->role == entry.role)
          << name << " below " << above->matched.text();
    }
  }
}

TEST(ShippedCatalogue, WhatACloudCarriesForAnybodyBelongsToNobody) {
  for (const char* name : {"d111111abcdef8.cloudfront.net",
                           "some-bucket.s3.amazonaws.com",
                           "some.akamaized.net",
                           "some-a.akamaihd.net",
                           "e1234.b.akamaiedge.net",
                           "some.com.edgekey.net",
                           "some.com.edgesuite.net",
                           "some.map.fastly.net",
                           "some.global.ssl.fastly.net",
                           "some.azureedge.net",
                           "some.blob.core.windows.net",
                           "some.azurefd.net",
                           "some.googleusercontent.com",
                           "storage.cloud.google.com",
                           "some.cloudflare.net",
                           "cdnjs.cloudflare.com",
                           "challenges.cloudflare.com",
                           "some.b-cdn.net",
                           "some.cloudinary.com",
                           "some.imgix.net",
                           "cdn.jsdelivr.net",
                           "unpkg.com",
                           "some.llnwd.net",
                           "players.brightcove.net",
                           "content.jwplatform.com",
                           "fast.wistia.net",
                           "www.googletagmanager.com",
                           "www.google-analytics.com",
                           "securepubads.g.doubleclick.net",
                           "static.hotjar.com",
                           "some.zendesk.com",
                           "cdn.shopify.com"})
    EXPECT_EQ(answer(name), "-") << name;
}

TEST(ShippedCatalogue, WhereTheRestOfASiteIsNewsWorkOrAShopOnlyThePartIsListed) {
  expect_all({{"f1tv.formula1.com", "f1-tv core"},
              {"www.formula1.com", "-"},
              {"fantasy.premierleague.com", "fantasy-premier-league core"},
              {"www.premierleague.com", "-"},
              {"community.screwfix.com", "screwfix-community core"},
              {"www.screwfix.com", "-"},
              {"forums.overclockers.co.uk", "overclockers-forums core"},
              {"www.overclockers.co.uk", "-"},
              {"live-uk.s4c-cdn.co.uk", "s4c-clic media"},
              {"www.s4c.cymru", "-"},
              {"virgintvgo.virginmedia.com", "virgin-tv-go core"},
              {"www.virginmedia.com", "-"},
              {"player.bfi.org.uk", "bfi-player core"},
              {"www.bfi.org.uk", "-"},
              {"onedrive.live.com", "onedrive core"},
              {"council-my.sharepoint.com", "-"},
              {"drive.proton.me", "proton-drive core"},
              {"mail.proton.me", "-"},
              {"chat.mistral.ai", "le-chat core"},
              {"api.openai.com", "-"},
              {"tieba.baidu.com", "tieba core"},
              {"www.baidu.com", "-"},
              {"www.icloud.com", "-"},
              {"www.gumtree.com", "-"},
              {"www.autotrader.co.uk", "-"},
              {"www.ebay.co.uk", "-"},
              {"www.nhs.uk", "-"}});
}

TEST(ShippedCatalogue, WhatIsPlayedOrReadInOtherPeoplesPagesOpensNoVisit) {
  expect_all({{"streamable.com", "streamable embed"},
              {"st.chatango.com", "chatango embed"},
              {"games.arkadium.com", "arkadium embed"},
              {"player.blubrry.com", "blubrry embed"},
              {"matrix.to", "element embed"},
              {"i.ibb.co", "imgbb content"},
              {"html-classic.itch.zone", "itch-io content"},
              {"public-ubiservices.ubi.com", "ubisoft push"},
              {"lol.dyn.riotcdn.net", "riot-games push"},
              {"slackb.com", "slack push"}});
}

TEST(ShippedCatalogue, WhatOnlyPeopleOfOneMindMeetOrConfideInIsNotRecorded) {
  for (const char* id : {"bitchute", "gab", "gettr", "parler", "replika", "truth-social"}) {
    const auto* service = shipped().policies.catalogue.find(model::ServiceId(id));
    ASSERT_NE(service, nullptr) << id;
    EXPECT_FALSE(service->record) << id;
  }
}

TEST(ShippedCatalogue, EveryHostSeenInRealCapturesHasTheServiceAndRoleItMustHave) {
  for (const Expectation& row : hosts_seen()) {
    const std::string name = row.name[0] == '.' ? "some" + std::string(row.name) : row.name;
    EXPECT_EQ(answer(name), row.answer) << name;
  }
}

}  // namespace
}  // namespace edgewatch::config

// The shipped catalogue as a whole: its order, what it must not hold, and what it says of every host that was
// seen in the corpus of real captures. The table of those hosts is judged by hand, not made from the
// catalogue.
#include "shipped.hpp"
#include "support/source_folder.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <string_view>

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

/// Every host of the corpus's services_seen.tsv. A row that begins with a dot is for all names below: shards
/// of a network, and blogs, whose names may be people's. `-` is a name that belongs to no service.
const std::vector<Expectation>& seen() {
  static const std::vector<Expectation> table = {
      // Meta. What connects by itself, the balancers and the boxes on other people's pages count nothing.
      {"facebook.com", "facebook core"},
      {"www.facebook.com", "facebook core"},
      {"graph.facebook.com", "facebook app"},
      {".xx.fbcdn.net", "facebook content"},
      {".fna.fbcdn.net", "facebook content"},
      {"static.ak.fbcdn.net", "facebook content"},
      {"connect.facebook.net", "facebook embed"},
      {"s-static.ak.facebook.com", "facebook embed"},
      {"static.ak.facebook.com", "facebook embed"},
      {"edge-chat.facebook.com", "facebook push"},
      {"gateway.facebook.com", "facebook push"},
      {"mqtt-mini.facebook.com", "facebook push"},
      {"mqtt.facebook.com", "facebook push"},
      {"star.c10r.facebook.com", "facebook push"},
      {"www.instagram.com", "instagram core"},
      {"graph.instagram.com", "instagram app"},
      {"i.instagram.com", "instagram app"},
      {".cdninstagram.com", "instagram content"},
      {".ak.instagram.com", "instagram content"},
      {"igcdn-photos-a-a.akamaihd.net", "instagram content"},
      {"igcdn-photos-g-a.akamaihd.net", "instagram content"},
      {"igcdn-photos-h-a.akamaihd.net", "instagram content"},
      {"telegraph-ash.instagram.com", "instagram push"},
      {"www.whatsapp.com", "whatsapp core"},
      {"static.whatsapp.net", "whatsapp content"},
      {"mmg-fna.whatsapp.net", "whatsapp content"},
      {".fna.whatsapp.net", "whatsapp content"},
      {"e13.whatsapp.net", "whatsapp chat"},
      // Google. plus.google.com is Google+, which closed in 2019.
      {"youtube.com", "youtube core"},
      {"www.youtube.com", "youtube core"},
      {"suggestqueries-clients6.youtube.com", "youtube core"},
      {"upload.youtube.com", "youtube core"},
      {"i.ytimg.com", "youtube content"},
      {"s.ytimg.com", "youtube content"},
      {"lh5.ggpht.com", "youtube content"},
      {"yt3.ggpht.com", "youtube content"},
      {".googlevideo.com", "youtube media"},
      {"youtubei.googleapis.com", "youtube app"},
      {"accounts.youtube.com", "youtube embed"},
      {"youtube.googleapis.com", "youtube embed"},
      {"s.youtube.com", "youtube push"},
      {".blogspot.com", "blogger core"},
      {".blogspot.co.il", "blogger core"},
      {".blogspot.fr", "blogger core"},
      {"chat.google.com", "google-chat chat"},
      {"hangouts.google.com", "google-chat chat"},
      {".client-channel.google.com", "google-chat push"},
      {"meet.google.com", "google-meet core"},
      {"plus.google.com", "-"},
      {"android.apis.google.com", "system system"},
      {"apis.google.com", "system system"},
      {"mtalk.google.com", "system system"},
      // Microsoft. The first is no host name: somebody asked for the wildcard of a certificate.
      {"*.teams.microsoft.com", "-"},
      {"_.teams.microsoft.com", "teams core"},
      {"teams.microsoft.com", "teams core"},
      {"api.flightproxy.teams.microsoft.com", "teams core"},
      {"chatsvcagg.svcs.teams.office.com", "teams core"},
      {"chatsvcagg.teams.microsoft.com", "teams core"},
      {"config.teams.microsoft.com", "teams core"},
      {"emea.ng.msg.teams.microsoft.com", "teams core"},
      {"eu-prod.asyncgw.teams.microsoft.com", "teams core"},
      {"euaz.tr.teams.microsoft.com", "teams core"},
      {"northeurope.notifications.teams.microsoft.com", "teams core"},
      {"api.teams.skype.com", "teams app"},
      {"eu-api.asm.skype.com", "teams app"},
      {"teams.skype.com", "teams app"},
      {"presence.teams.microsoft.com", "teams push"},
      {"trouter2-asse-a.trouter.teams.microsoft.com", "teams push"},
      {"config.edge.skype.com", "system system"},
      // X, Snapchat, Pinterest, Tumblr, VK. portal.mail.ru is a portal with mail and news.
      {"twitter.com", "x core"},
      {"platform.twitter.com", "x embed"},
      {"syndication.twitter.com", "x embed"},
      {"analytics.twitter.com", "x ads"},
      {"tr6.snapchat.com", "snapchat ads"},
      {"pinterest.com", "pinterest core"},
      {"ru.pinterest.com", "pinterest core"},
      {"www.pinterest.fr", "pinterest core"},
      {"s.pinimg.com", "pinterest content"},
      {"accounts.pinterest.com", "pinterest embed"},
      {"assets.pinterest.com", "pinterest embed"},
      {".tumblr.com", "tumblr core"},
      {"64.media.tumblr.com", "tumblr content"},
      {".userapi.com", "vk content"},
      {"portal.mail.ru", "-"},
      // Blogs and pictures. The name of a mail key is below Flickr's own; a DNS question is no use.
      {".wordpress.com", "wordpress-com core"},
      {"www.gravatar.com", "wordpress-com embed"},
      {"farm7.static.flickr.com", "flickr content"},
      {"flkr._domainkey.flickr.com", "flickr core"},
      {"i.stack.imgur.com", "stack-exchange content"},
      // Tencent, LINE, Viber. qq.com is a portal with mail and news.
      {"hkminorshort.weixin.qq.com", "wechat chat"},
      {"short.weixin.qq.com", "wechat chat"},
      {"cgi.connect.qq.com", "qq embed"},
      {"pingma.qq.com", "qq push"},
      {"qq.com", "-"},
      {"qzonestyle.gtimg.cn", "qzone content"},
      {"vv.video.qq.com", "tencent-video app"},
      {"dl-obs.official.line.naver.jp", "line content"},
      {"dl-media.viber.com", "viber content"},
      {"media.cdn.viber.com", "viber content"},
      // Netflix. geo and prodaa are balancers, of its telemetry too.
      {"netflix.com", "netflix core"},
      {"www.netflix.com", "netflix core"},
      {".nflximg.net", "netflix content"},
      {"assets.nflxext.com", "netflix content"},
      {"codex.nflxext.com", "netflix content"},
      {"tp.akam.nflximg.com", "netflix content"},
      {"api-global.netflix.com", "netflix app"},
      {"appboot.netflix.com", "netflix app"},
      {"ios.nccp.netflix.com", "netflix app"},
      {".prodaa.netflix.com", "netflix push"},
      {"ichnaea-web.netflix.com", "netflix push"},
      {"ichnaea.geo.netflix.com", "netflix push"},
      {"ichnaea.netflix.com", "netflix push"},
      {"www.geo.netflix.com", "netflix push"},
      // The BBC's news, shop and pictures belong to no service; the player does, on its news pages too.
      {"bbc.com", "-"},
      {"ichef.bbci.co.uk", "-"},
      {"m.bbc.co.uk", "-"},
      {"newsrss.bbc.co.uk", "-"},
      {"r.bbci.co.uk", "-"},
      {"sa.bbc.co.uk", "-"},
      {"sa.bbc.com", "-"},
      {"shop.bbc.com", "-"},
      {"ssl.bbc.co.uk", "-"},
      {"static.bbc.co.uk", "-"},
      {"static.bbci.co.uk", "-"},
      {"wsdownload.bbc.co.uk", "-"},
      {"www.bbc.co.uk", "-"},
      {"www.bbc.com", "-"},
      {"emp.bbci.co.uk", "bbc-iplayer embed"},
      {"open.live.bbc.co.uk", "bbc-iplayer embed"},
      // Music, television, games.
      {"www.spotify.com", "spotify core"},
      {"country-flags.scdn.co", "spotify content"},
      {"www.scdn.co", "spotify content"},
      {"sp-bootstrap.spotifycdn.com", "spotify app"},
      {"cont-sjl-1.pandora.com", "pandora media"},
      {".mzstatic.com", "apple-music content"},
      {"p53-buy.itunes.apple.com", "apple-music push"},
      {"jp.kankan.1kxun.mobi", "1kxun core"},
      {"kankan.1kxun.com", "1kxun core"},
      {"kankan.1kxun.mobi", "1kxun core"},
      {"mangaweb.1kxun.mobi", "1kxun core"},
      {"ws.1kxun.mobi", "1kxun core"},
      {"pic.1kxun.com", "1kxun content"},
      {"hkbn.content.1kxun.com", "1kxun media"},
      {"messages.1kxun.mobi", "1kxun push"},
      {"release.bigdata.1kxun.com", "1kxun push"},
      {"android.yingshi.tcclick.1kxun.com", "1kxun ads"},
      {"eu.battle.net", "battle-net core"},
      {"eu.launcher.battle.net", "battle-net push"},
      {"nydus.battle.net", "battle-net push"},
      // Meetings.
      {"zoom.us", "zoom core"},
      {".zoom.us", "zoom core"},
      {"log.zoom.us", "zoom push"},
      // Ways round the council's resolver and filter.
      {"dns.adguard.com", "doh-adguard core"},
      {"mozilla.cloudflare-dns.com", "doh-cloudflare core"},
      {"dns.google", "doh-google core"},
      {"dns.nextdns.io", "doh-nextdns core"},
      {"doh.appliedprivacy.net", "doh-others core"},
      {"doh.bortzmeyer.fr", "doh-others core"},
      {"doh.crypto.sx", "doh-others core"},
      {"doh.dnslify.com", "doh-others core"},
      {"doh.ffmuc.net", "doh-others core"},
      {"doh.libredns.gr", "doh-others core"},
      {"doh.powerdns.org", "doh-others core"},
      {"doh.seby.io", "doh-others core"},
      {"doh.xfinity.com", "doh-others core"},
      {"fi.doh.dns.snopyta.org", "doh-others core"},
      {"mask.icloud.com", "icloud-private-relay core"},
      {"eu0.sec-tunnel.com", "opera-vpn core"},
      {".surfshark.com", "surfshark core"},
      {"wgs.prod.surfshark.com", "surfshark core"},
      {"api.tunnelbear.com", "tunnelbear core"},
  };
  return table;
}

/// The row for a name: its own, else that of the longest name above it.
const Expectation* row_for(const std::string& name) {
  const Expectation* best = nullptr;
  std::size_t length = 0;
  for (const Expectation& row : seen()) {
    const std::string_view text(row.name);
    const bool fits = text.front() == '.' ? name.ends_with(text) : name == text;
    const std::size_t weight = text.front() == '.' ? text.size() : name.size() + 1;
    if (!fits || weight <= length) continue;
    best = &row;
    length = weight;
  }
  return best;
}

TEST(ShippedCatalogue, EveryHostSeenInRealCapturesHasTheServiceAndRoleItMustHave) {
  for (const Expectation& row : seen()) {
    const std::string name = row.name[0] == '.' ? "some" + std::string(row.name) : row.name;
    EXPECT_EQ(answer(name), row.answer) << name;
  }
}

TEST(ShippedCatalogue, TheTableHasARowForEveryHostOfTheCorpus) {
  const char* named = std::getenv("EDGEWATCH_CORPUS");
  const std::filesystem::path corpus =
      named != nullptr ? named : support::source_folder() / "../shared/corpus";
  std::ifstream file(corpus / "services_seen.tsv");
  if (!file) GTEST_SKIP() << "no corpus of captures at " << corpus;
  std::string line;
  std::getline(file, line);
  std::size_t hosts = 0;
  while (std::getline(file, line)) {
    const std::size_t first = line.find('\t') + 1;
    const std::string name = line.substr(first, line.find('\t', first) - first);
    const Expectation* row = row_for(name);
    ASSERT_NE(row, nullptr) << name;
    EXPECT_EQ(answer(name), row->answer) << name;
    ++hosts;
  }
  EXPECT_GE(hosts, 200U);
}

}  // namespace
}  // namespace edgewatch::config

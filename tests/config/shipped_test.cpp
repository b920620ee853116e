// The configuration and catalogue that are shipped in etc/: they load without a problem, and well-known names
// get the service and role that they must have. Real services appear here because the catalogue itself is
// under test.
#include "shipped.hpp"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

namespace edgewatch::config {
namespace {

TEST(Shipped, TheExampleConfigurationLoads) {
  EXPECT_EQ(shipped().settings.inside.size(), 2U);
  EXPECT_EQ(shipped().people.size(), 3U);
  EXPECT_EQ(shipped().assignments.size(), 3U);
  EXPECT_EQ(shipped().policies.rules.rules.size(), 2U);
  EXPECT_EQ(shipped().policies.rules.authorised.size(), 1U);
  EXPECT_TRUE(shipped().people.at(2).not_monitored());
}

TEST(Shipped, TheCatalogueHoldsTheServicesOthersRelyOn) {
  const auto& catalogue = shipped().policies.catalogue;
  std::set<std::string> with_core;
  for (std::size_t i = 0; i < catalogue.services().size(); ++i) {
    const auto hosts = catalogue.hosts(i);
    if (std::ranges::find(hosts, model::Role::core, &classify::HostEntry::role) != hosts.end())
      with_core.insert(catalogue.services()[i].id.text());
  }
  for (const char* id :
       {"facebook", "instagram", "threads",     "messenger", "whatsapp", "x",        "youtube",
        "tiktok",   "linkedin",  "viva-engage", "flickr",    "reddit",   "snapchat", "pinterest",
        "discord",  "telegram",  "twitch",      "netflix",   "spotify",  "vimeo",    "tripadvisor"}) {
    const classify::ServiceDefinition* service = catalogue.find(model::ServiceId(id));
    ASSERT_NE(service, nullptr) << id;
    EXPECT_TRUE(service->record) << id;
    EXPECT_TRUE(with_core.contains(id)) << id;
  }
}

TEST(Shipped, AtLeastFortySocialAndStreamingServicesAreRecorded) {
  const std::set<std::string> kinds = {"social", "streaming-video", "streaming-audio", "podcasts",
                                       "forum",  "blogs",           "comments"};
  const auto& services = shipped().policies.catalogue.services();
  EXPECT_GE(std::count_if(services.begin(), services.end(),
                          [&](const auto& service) {
                            return service.record && kinds.contains(service.category.text());
                          }),
            40);
}

TEST(Shipped, EveryKindTheCouncilsPoliciesNameIsThere) {
  const auto& catalogue = shipped().policies.catalogue;
  for (const char* category :
       {"social", "streaming-video", "streaming-audio", "messaging", "forum", "blogs", "podcasts", "comments",
        "gaming", "conferencing", "ai-chat", "file-sharing", "vpn", "doh", "dating"}) {
    EXPECT_TRUE(catalogue.has_category(model::Category(category))) << category;
  }
  for (const char* id :
       {"blogger", "wordpress-com", "bluesky", "mastodon", "apple-podcasts", "bbc-sounds", "mumsnet",
        "thestudentroom", "digital-spy-forums", "disqus", "openweb", "viafoura"}) {
    EXPECT_NE(catalogue.find(model::ServiceId(id)), nullptr) << id;
  }
}

TEST(Shipped, WhatRevealsSpecialCategoryDataIsNeverRecorded) {
  for (const auto& service : shipped().policies.catalogue.services()) {
    const std::string& category = service.category.text();
    const bool unrecorded =
        category == "dating" || category == "vpn" || category == "doh" || category == "system";
    EXPECT_TRUE(!unrecorded || !service.record) << service.id.text();
  }
}

TEST(Shipped, EveryServiceOfAFamilyHasAFamilyName) {
  for (const auto& service : shipped().policies.catalogue.services())
    EXPECT_FALSE(service.family.empty()) << service.id.text();
}

TEST(Shipped, WhatSomebodyTypesIsCore) {
  expect_all({{"facebook.com", "facebook core"},
              {"www.facebook.com", "facebook core"},
              {"m.facebook.com", "facebook core"},
              {"en-gb.facebook.com", "facebook core"},
              {"www.instagram.com", "instagram core"},
              {"www.threads.net", "threads core"},
              {"www.messenger.com", "messenger core"},
              {"www.whatsapp.com", "whatsapp core"},
              {"x.com", "x core"},
              {"twitter.com", "x core"},
              {"mobile.twitter.com", "x core"},
              {"www.youtube.com", "youtube core"},
              {"youtu.be", "youtube core"},
              {"m.youtube.com", "youtube core"},
              {"music.youtube.com", "youtube-music core"},
              {"www.tiktok.com", "tiktok core"},
              {"www.linkedin.com", "linkedin core"},
              {"uk.linkedin.com", "linkedin core"},
              {"www.yammer.com", "viva-engage core"},
              {"engage.cloud.microsoft", "viva-engage core"},
              {"www.flickr.com", "flickr core"},
              {"www.reddit.com", "reddit core"},
              {"old.reddit.com", "reddit core"},
              {"www.snapchat.com", "snapchat core"},
              {"www.pinterest.co.uk", "pinterest core"},
              {"discord.com", "discord core"},
              {"t.me", "telegram core"},
              {"www.twitch.tv", "twitch core"},
              {"www.netflix.com", "netflix core"},
              {"open.spotify.com", "spotify core"},
              {"vimeo.com", "vimeo core"},
              {"www.tripadvisor.co.uk", "tripadvisor core"},
              {"www.disneyplus.com", "disney-plus core"},
              {"www.primevideo.com", "prime-video core"},
              {"soundcloud.com", "soundcloud core"},
              {"music.apple.com", "apple-music core"},
              {"bsky.app", "bluesky core"},
              {"mastodon.social", "mastodon core"},
              {"someblog.tumblr.com", "tumblr core"},
              {"someblog.wordpress.com", "wordpress-com core"},
              {"someblog.blogspot.com", "blogger core"},
              {"someblog.blogspot.co.uk", "blogger core"},
              {"medium.com", "medium core"},
              {"someone.substack.com", "substack core"},
              {"www.quora.com", "quora core"},
              {"www.mumsnet.com", "mumsnet core"},
              {"forums.digitalspy.com", "digital-spy-forums core"},
              {"www.thestudentroom.co.uk", "thestudentroom core"},
              {"podcasts.apple.com", "apple-podcasts core"},
              {"audioboom.com", "audioboom core"},
              {"www.dailymotion.com", "dailymotion core"}});
}

TEST(Shipped, WhatOtherPeoplesPagesLoadIsNeverCore) {
  expect_all({{"connect.facebook.net", "facebook embed"},
              {"staticxx.facebook.com", "facebook embed"},
              {"s-static.ak.facebook.com", "facebook embed"},
              {"platform.twitter.com", "x embed"},
              {"syndication.twitter.com", "x embed"},
              {"cdn.syndication.twimg.com", "x embed"},
              {"t.co", "x embed"},
              {"www.youtube-nocookie.com", "youtube embed"},
              {"accounts.youtube.com", "youtube embed"},
              {"player.vimeo.com", "vimeo embed"},
              {"platform.linkedin.com", "linkedin embed"},
              {"assets.pinterest.com", "pinterest embed"},
              {"w.soundcloud.com", "soundcloud embed"},
              {"player.twitch.tv", "twitch embed"},
              {"geo.dailymotion.com", "dailymotion embed"},
              {"www.gravatar.com", "wordpress-com embed"},
              {"i0.wp.com", "wordpress-com embed"},
              {"launcher.spot.im", "openweb embed"},
              {"cdn.viafoura.net", "viafoura embed"},
              {"c.disquscdn.com", "disqus content"},
              {"media.tenor.com", "tenor embed"},
              {"disqus.com", "disqus embed"},
              {"omny.fm", "omny embed"},
              {"www.buzzsprout.com", "buzzsprout embed"},
              {"www.podbean.com", "podbean embed"},
              {"public.api.bsky.app", "bluesky embed"},
              {"youtube.googleapis.com", "youtube embed"},
              {"api-widget.soundcloud.com", "soundcloud embed"},
              {"emp.bbci.co.uk", "bbc-iplayer embed"},
              {"cgi.connect.qq.com", "qq embed"}});
}

TEST(Shipped, ConnectionsThatStayOpenAndPixelsCountNothing) {
  expect_all({{"edge-chat.facebook.com", "facebook push"},
              {"gateway.facebook.com", "facebook push"},
              {"mqtt-mini.facebook.com", "facebook push"},
              {"gateway-us-east1-b.discord.gg", "discord push"},
              {"gew1-dealer.spotify.com", "spotify push"},
              {"dealer.spotify.com", "spotify push"},
              {"pubsub-edge.twitch.tv", "twitch push"},
              {"ichnaea-web.netflix.com", "netflix push"},
              {"s.youtube.com", "youtube push"},
              {"10.client-channel.google.com", "google-chat push"},
              {"p53-buy.itunes.apple.com", "apple-music push"},
              {"telegraph-ash.instagram.com", "instagram push"},
              {"analytics.twitter.com", "x ads"},
              {"px.ads.linkedin.com", "linkedin ads"},
              {"snap.licdn.com", "linkedin ads"},
              {"analytics.tiktok.com", "tiktok ads"},
              {"tr.snapchat.com", "snapchat ads"},
              {"tr6.snapchat.com", "snapchat ads"},
              {"ct.pinterest.com", "pinterest ads"},
              {"alb.reddit.com", "reddit ads"}});
}

TEST(Shipped, PicturesProgramsAndVideoHaveTheirRoles) {
  expect_all({{"static.xx.fbcdn.net", "facebook content"},
              {"scontent-lhr8-1.xx.fbcdn.net", "facebook content"},
              {"instagram.faae1-1.fna.fbcdn.net", "facebook content"},
              {"scontent.cdninstagram.com", "instagram content"},
              {"igcdn-photos-a-a.akamaihd.net", "instagram content"},
              {"photos-a.ak.instagram.com", "instagram content"},
              {"i.instagram.com", "instagram app"},
              {"graph.facebook.com", "facebook app"},
              {"web.whatsapp.com", "whatsapp chat"},
              {"e13.whatsapp.net", "whatsapp chat"},
              {"mmg-fna.whatsapp.net", "whatsapp content"},
              {"pbs.twimg.com", "x content"},
              {"video.twimg.com", "x media"},
              {"i.ytimg.com", "youtube content"},
              {"yt3.ggpht.com", "youtube content"},
              {"rr4---sn-5hne6nzy.googlevideo.com", "youtube media"},
              {"youtubei.googleapis.com", "youtube app"},
              {"media.licdn.com", "linkedin content"},
              {"i.redd.it", "reddit content"},
              {"v.redd.it", "reddit media"},
              {"farm7.static.flickr.com", "flickr content"},
              {"s.pinimg.com", "pinterest content"},
              {"i.scdn.co", "spotify content"},
              {"audio-ak-spotify-com.akamaized.net", "spotify media"},
              {"ipv4-c001-lhr001-ix.1.oca.nflxvideo.net", "netflix media"},
              {"assets.nflxext.com", "netflix content"},
              {"ios.nccp.netflix.com", "netflix app"},
              {"video-weaver.lhr03.hls.ttvnw.net", "twitch media"},
              {"64.media.tumblr.com", "tumblr content"},
              {"sun9-10.userapi.com", "vk content"},
              {"is1-ssl.mzstatic.com", "apple-music content"},
              {"vod-dash-uk-live.akamaized.net", "bbc-iplayer media"},
              {"1.bp.blogspot.com", "blogger content"},
              {"hkminorshort.weixin.qq.com", "wechat chat"},
              {"vv.video.qq.com", "tencent-video app"},
              {"kankan.1kxun.mobi", "1kxun core"},
              {"cont-sjl-1.pandora.com", "pandora media"},
              {"dl-media.viber.com", "viber content"},
              {"dl-obs.official.line.naver.jp", "line content"}});
}

TEST(Shipped, WhatTheMachineAsksByItselfIsSystem) {
  expect_all({{"accounts.google.com", "system system"},
              {"fonts.googleapis.com", "system system"},
              {"www.gstatic.com", "system system"},
              {"config.edge.skype.com", "system system"},
              {"settings-win.data.microsoft.com", "system system"},
              {"www.msftconnecttest.com", "system system"},
              {"detectportal.firefox.com", "system system"},
              {"mtalk.google.com", "system system"}});
}

TEST(Shipped, WaysRoundTheFilterAreKnown) {
  expect_all({{"dns.google", "doh-google core"},
              {"mozilla.cloudflare-dns.com", "doh-cloudflare core"},
              {"dns.nextdns.io", "doh-nextdns core"},
              {"doh.libredns.gr", "doh-others core"},
              {"api.surfshark.com", "surfshark core"},
              {"eu0.sec-tunnel.com", "opera-vpn core"},
              {"mask.icloud.com", "icloud-private-relay core"}});
}

TEST(Shipped, CallsOfTeamsAreNobodysMinutesWhateverTheyAreNamed) {
  const auto& catalogue = shipped().policies.catalogue;
  EXPECT_EQ(catalogue.find(model::ServiceId("skype")), nullptr);
  for (const char* name : {"teams.microsoft.com", "api.flightproxy.teams.skype.com", "api.teams.skype.com",
                           "www.skype.com", "eu-api.asm.skype.com", "join.secure.skypeassets.com",
                           "trouter.skype.com", "webdir.online.lync.com", "config.skype.com"}) {
    const auto found = catalogue.classify(net::HostName::from_dotted(name).value());
    ASSERT_TRUE(found) << name;
    EXPECT_EQ(found->service.text(), "teams") << name;
    EXPECT_FALSE(found->record) << name;
  }
}

TEST(Shipped, ToolsOfWorkAreNotRecorded) {
  const auto& catalogue = shipped().policies.catalogue;
  for (const char* name :
       {"copilot.cloud.microsoft", "m365.cloud.microsoft", "gemini.google.com", "chat.google.com",
        "meet.google.com", "zoom.us", "stackoverflow.com", "www.capcut.com"}) {
    const auto found = catalogue.classify(net::HostName::from_dotted(name).value());
    ASSERT_TRUE(found) << name;
    EXPECT_FALSE(found->record) << name;
  }
  EXPECT_TRUE(catalogue.classify(net::HostName::from_dotted("copilot.microsoft.com").value())->record);
}

TEST(Shipped, WhereNewsOrWorkHasTheNameOfAServiceItOpensNoVisit) {
  expect_all({{"www.itv.com", "-"},
              {"www.channel4.com", "-"},
              {"magni.itv.com", "itvx app"},
              {"itvpnpdotcom.cdn1.content.itv.com", "itvx media"},
              {"ais.channel4.com", "channel-4 app"},
              {"api.channel4.com", "channel-4 content"},
              {"cdn.live.dash.c4assets.com", "channel-4 media"},
              {"ess.api.bbci.co.uk", "bbc-sounds embed"},
              {"hellorayo.co.uk", "rayo content"},
              {"www.dazn.com", "dazn content"},
              {"dcf-de-livedazn.daznedge.net", "dazn media"},
              {"gql.twitch.tv", "twitch content"},
              {"business.facebook.com", "facebook embed"},
              {"business.linkedin.com", "linkedin embed"},
              {"ads.x.com", "x ads"},
              {"ads.tiktok.com", "tiktok ads"},
              {"open.weixin.qq.com", "wechat embed"},
              {"education.minecraft.net", "minecraft embed"},
              {"www.openweb.com", "openweb embed"},
              {"www.avforums.com", "-"},
              {"www.pistonheads.com", "-"},
              {"www.netmums.com", "-"}});
}

TEST(Shipped, SigningInElsewhereOpensNoVisit) {
  expect_all({{"accounts.google.com", "system system"},
              {"login.live.com", "system system"},
              {"login.microsoftonline.com", "system system"},
              {"accounts.pinterest.com", "pinterest embed"},
              {"accounts.snapchat.com", "snapchat embed"},
              {"accounts.spotify.com", "spotify embed"},
              {"access.line.me", "line embed"},
              {"id.twitch.tv", "twitch embed"},
              {"id.vk.com", "vk embed"},
              {"api.weibo.com", "weibo embed"},
              {"api.linkedin.com", "linkedin embed"}});
}

TEST(Shipped, WorkAndNewsAreNotListed) {
  // Open by default, and data minimisation: what is no service of a policy cannot be written down at all.
  expect_all(
      {{"www.bbc.co.uk", "-"},       {"www.bbc.com", "-"},        {"www.gov.uk", "-"},
       {"www.theguardian.com", "-"}, {"outlook.office.com", "-"}, {"www.google.com", "-"},
       {"mail.google.com", "-"},     {"docs.google.com", "-"},    {"www.amazon.co.uk", "-"},
       {"www.microsoft.com", "-"},   {"en.wikipedia.org", "-"},   {"www.apple.com", "-"},
       {"appleid.apple.com", "-"},   {"www.amazon.com", "-"},     {"www.bing.com", "-"},
       {"www.yahoo.com", "-"},       {"mail.yahoo.com", "-"},     {"www.msn.com", "-"},
       {"outlook.live.com", "-"},    {"www.office.com", "-"},     {"google.com", "-"},
       {"maps.google.com", "-"},     {"www.google.co.uk", "-"},   {"news.sky.com", "-"},
       {"news.stv.tv", "-"},         {"www.qq.com", "-"},         {"www.digitalspy.com", "-"},
       {"council.example", "-"},     {"notfacebook.com", "-"},    {"facebook.com.attacker.example", "-"}});
}

}  // namespace
}  // namespace edgewatch::config

#include "edgewatch/classify/catalogue.hpp"

#include <gtest/gtest.h>

namespace edgewatch::classify {
namespace {

using model::Role;

net::HostName host(const std::string& text) { return net::HostName::from_dotted(text).value(); }

ServiceDefinition service(const std::string& id, const std::vector<std::pair<std::string, Role>>& hosts) {
  ServiceDefinition out;
  out.id = model::ServiceId(id);
  out.name = "Name of " + id;
  out.family = "family";
  out.category = model::Category("social");
  out.file = "catalogue/test.toml";
  out.line = 1;
  std::size_t line = 10;
  for (const auto& [name, role] : hosts) out.hosts.push_back({host(name), role, line++, 9});
  return out;
}

Catalogue built(std::vector<ServiceDefinition> services) {
  auto result = Catalogue::build(std::move(services), model::Revision("0123456789abcdef"));
  EXPECT_TRUE(result.has_value());
  return std::move(result).value();
}

std::vector<std::string> mistakes(std::vector<ServiceDefinition> services) {
  auto result = Catalogue::build(std::move(services), model::Revision("r"));
  std::vector<std::string> out;
  if (!result) {
    for (const Problem& problem : result.error()) out.push_back(to_string(problem));
  }
  return out;
}

TEST(Catalogue, ANameStandsForItselfAndEverythingBelowIt) {
  const Catalogue catalogue = built({service("photo-share", {{"photos.example", Role::core}})});
  EXPECT_EQ(catalogue.classify(host("photos.example"))->service.text(), "photo-share");
  EXPECT_EQ(catalogue.classify(host("www.photos.example"))->service.text(), "photo-share");
  EXPECT_EQ(catalogue.classify(host("a.b.c.photos.example"))->service.text(), "photo-share");
}

TEST(Catalogue, ANameThatOnlyEndsAlikeIsNotBelow) {
  const Catalogue catalogue = built({service("photo-share", {{"photos.example", Role::core}})});
  EXPECT_FALSE(catalogue.classify(host("myphotos.example")));
  EXPECT_FALSE(catalogue.classify(host("example")));
  EXPECT_FALSE(catalogue.classify(host("photos.example.attacker.example")));
  EXPECT_FALSE(catalogue.classify(net::HostName()));
}

TEST(Catalogue, TheLongestNameWinsWhateverTheOrder) {
  const Catalogue catalogue =
      built({service("photo-share", {{"photos.example", Role::core}, {"push.photos.example", Role::push}}),
             service("music", {{"music.photos.example", Role::core}})});
  EXPECT_EQ(catalogue.classify(host("eu.push.photos.example"))->role, Role::push);
  EXPECT_EQ(catalogue.classify(host("music.photos.example"))->service.text(), "music");
  EXPECT_EQ(catalogue.classify(host("other.photos.example"))->role, Role::core);
}

TEST(Catalogue, TheAnswerSaysWhichLineOfWhichRevision) {
  const Catalogue catalogue =
      built({service("photo-share", {{"photos.example", Role::core}, {"cdn.example", Role::content}})});
  const auto found = catalogue.classify(host("img.cdn.example"));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->line, "catalogue/test.toml:11");
  EXPECT_EQ(found->matched.text(), "cdn.example");
  EXPECT_EQ(found->service_name, "Name of photo-share");
  EXPECT_EQ(found->category.text(), "social");
  EXPECT_EQ(found->revision.text(), "0123456789abcdef");
  EXPECT_TRUE(found->record);
}

TEST(Catalogue, AnOddNameIsNeverMatched) {
  // ENFORCEMENT D6: one label with a dot byte in it is not two labels.
  const Catalogue catalogue = built({service("photo-share", {{"photos.example", Role::core}})});
  const std::string label = "www.photos.example";
  const auto one_label =
      net::HostName::from_labels({Bytes(reinterpret_cast<const std::uint8_t*>(label.data()), label.size())});
  EXPECT_FALSE(catalogue.classify(*one_label));
  EXPECT_FALSE(catalogue.classify(host("*.photos.example")));
  EXPECT_FALSE(catalogue.classify(host(std::string("a\0b.photos.example", 18))));
}

TEST(Catalogue, AnEmptyCatalogueListsNothing) {
  EXPECT_FALSE(Catalogue().classify(host("www.photos.example")));
  EXPECT_EQ(Catalogue().look_up(host("www.photos.example")), nullptr);
}

TEST(Catalogue, ACopySharesWhatItHoldsAndOutlivesTheFirst) {
  auto first = std::make_unique<Catalogue>(built({service("photo-share", {{"photos.example", Role::core}})}));
  const model::Classification* found = first->look_up(host("www.photos.example"));
  const Catalogue copy = *first;
  first.reset();
  EXPECT_EQ(copy.look_up(host("photos.example")), found);
  EXPECT_EQ(found->service.text(), "photo-share");
  EXPECT_EQ(found->role, Role::core);
  EXPECT_EQ(copy.hosts(0).at(0).host, host("photos.example"));
}

TEST(Catalogue, FindsAServiceByItsId) {
  const Catalogue catalogue = built({service("photo-share", {{"photos.example", Role::core}})});
  ASSERT_NE(catalogue.find(model::ServiceId("photo-share")), nullptr);
  EXPECT_EQ(catalogue.find(model::ServiceId("photo-share"))->name, "Name of photo-share");
  EXPECT_EQ(catalogue.find(model::ServiceId("music")), nullptr);
  EXPECT_TRUE(catalogue.has_category(model::Category("social")));
  EXPECT_FALSE(catalogue.has_category(model::Category("gaming")));
}

TEST(Catalogue, GivesBackTheHostsOfEachService) {
  const Catalogue catalogue =
      built({service("photo-share", {{"photos.example", Role::core}, {"push.photos.example", Role::push}}),
             service("music", {{"music.example", Role::media}})});
  const auto hosts = catalogue.hosts(0);
  ASSERT_EQ(hosts.size(), 2U);
  EXPECT_EQ(hosts[1].host, host("push.photos.example"));
  EXPECT_EQ(hosts[1].role, Role::push);
  EXPECT_EQ(hosts[1].line, 11U);
  ASSERT_EQ(catalogue.hosts(1).size(), 1U);
  EXPECT_EQ(catalogue.hosts(1)[0].host, host("music.example"));
}

TEST(CatalogueBuild, AnIdTwiceIsAMistakeThatNamesBothPlaces) {
  const auto found = mistakes({service("photo-share", {{"a.example", Role::core}}),
                               service("photo-share", {{"b.example", Role::core}})});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0],
            "catalogue/test.toml:1: service id 'photo-share' stands already at catalogue/test.toml:1; "
            "give every service an id of its own, or put the hosts of both in one");
}

TEST(CatalogueBuild, AHostInTwoServicesIsAMistake) {
  const auto found =
      mistakes({service("one", {{"a.example", Role::core}}), service("two", {{"a.example", Role::content}})});
  ASSERT_EQ(found.size(), 1U);
  EXPECT_NE(found[0].find("catalogue/test.toml:10:9: host 'a.example' stands already at "
                          "catalogue/test.toml:10 (service 'one', role core)"),
            std::string::npos);
}

TEST(CatalogueBuild, APublicSuffixIsRefusedAndAServiceThatHandsOutNamesIsNot) {
  EXPECT_EQ(mistakes({service("one", {{"com", Role::core}})}).size(), 1U);
  EXPECT_EQ(mistakes({service("one", {{"co.uk", Role::core}})}).size(), 1U);
  EXPECT_EQ(mistakes({service("one", {{"gov.uk", Role::core}})}).size(), 1U);
  EXPECT_TRUE(mistakes({service("one", {{"blogspot.com", Role::core}})}).empty());
  EXPECT_TRUE(is_public_suffix(net::HostName()));
  EXPECT_FALSE(is_public_suffix(host("council.gov.uk")));
}

TEST(CatalogueBuild, TellsEveryMistakeAtOnce) {
  ServiceDefinition bad = service("Photo Share", {{"com", Role::core}, {"192.0.2.1", Role::core}});
  bad.name.clear();
  bad.category = model::Category("");
  const auto found = mistakes({bad, service("empty", {})});
  EXPECT_EQ(found.size(), 6U) << "id, name, category, suffix, address, no hosts";
}

TEST(CatalogueBuild, RoleSystemBelongsToTheSystemServiceAlone) {
  ServiceDefinition system = service("system", {{"update.example", Role::system}});
  system.record = false;
  EXPECT_TRUE(mistakes({system}).empty());
  EXPECT_EQ(mistakes({service("photo-share", {{"update.example", Role::system}})}).size(), 1U);
  system.hosts.push_back({host("photos.example"), Role::core, 1, 1});
  EXPECT_EQ(mistakes({system}).size(), 1U);
  system.hosts.pop_back();
  system.record = true;
  EXPECT_EQ(mistakes({system}).size(), 1U);
}

// Of words for private life the next one would always be missing: what may be recorded is a closed list.
TEST(CatalogueBuild, OnlyWhatIsKnownToTellNothingOfPrivateLifeMayBeRecorded) {
  for (const char* category :
       {"adult", "dating", "ethnicity", "gambling", "health", "politics", "religion", "sexuality",
        "trade-union", "mental-health", "political", "trade-unions", "lgbt", "news", "socials"}) {
    ServiceDefinition private_life = service("private-life", {{"private.example", Role::core}});
    private_life.category = model::Category(category);
    EXPECT_EQ(
        mistakes({private_life}),
        std::vector<std::string>{
            std::string(
                "catalogue/test.toml:1: service 'private-life' would be recorded, and its category '") +
            category +
            "' is none of those that are known to tell nothing of somebody's private life (UK GDPR Article "
            "9); "
            "add record = false: it may still be blocked and counted; what may be recorded is ads, ai-chat, "
            "blogs, comments, conferencing, doh, ech, file-sharing, forum, gaming, malware, messaging, "
            "phishing, podcasts, social, streaming-audio, streaming-video, tracking, vpn"});
    private_life.record = false;
    EXPECT_TRUE(mistakes({private_life}).empty()) << category;
  }
  EXPECT_TRUE(may_be_recorded(model::Category("social")));
}

}  // namespace
}  // namespace edgewatch::classify

// What the library forges, read by the stages it is made for: the sensor counts what was told, the
// configuration beside the office morning is accepted, and the catalogue knows the names its people use.
#include "edgewatch/base/problem.hpp"
#include "edgewatch/config/configuration.hpp"
#include "edgewatch/observe/observer.hpp"

#include "support/behaviour.hpp"
#include "support/office_morning.hpp"
#include "support/source_folder.hpp"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::golden {
namespace {

using testing::Pair;
using testing::UnorderedElementsAre;

const Timestamp ten = parse_rfc3339("2026-11-17T10:00:00Z").value();
const support::Machine p17{net::MacAddress({2, 0, 0x5e, 0x10, 0, 0x11}),
                           net::IpAddress::parse("10.20.1.17").value(), 0};

struct Seen {
  std::map<std::string, model::NameEvidence> names;                         ///< of flows
  std::map<std::int64_t, std::pair<std::uint32_t, std::uint32_t>> seconds;  ///< up, down by second after ten
};

Seen observed(const support::Story& story) {
  observe::ObserverOptions options;
  options.inside = {net::Network::parse("10.20.0.0/16").value()};
  observe::Observer observer(options, {"story"});
  const support::Recording recording = story.record();
  for (const net::Frame& frame : recording.frames()) observer.see(frame);
  observer.finish();
  Seen seen;
  for (const model::Event& event : observer.drain()) {
    if (const auto* sighting = std::get_if<model::Sighting>(&event);
        sighting != nullptr && sighting->flow != 0)
      seen.names[sighting->host.text()] = sighting->evidence;
    if (const auto* second = std::get_if<model::FlowSecond>(&event)) {
      auto& [up, down] = seen.seconds[std::chrono::floor<std::chrono::seconds>(second->at - ten).count()];
      up += second->up;
      down += second->down;
    }
  }
  return seen;
}

TEST(Seam, TheSensorCountsExchangesOverTlsAtTheirFigures) {
  support::Story story(1, ten);
  story.exchange(p17, story.at(0.2), "www.gazette.example", 1500, 250000);
  story.exchange(p17, story.at(7.2), "www.gazette.example", 200, 60000);
  const Seen seen = observed(story);
  EXPECT_THAT(seen.names,
              UnorderedElementsAre(Pair("www.gazette.example", model::NameEvidence::tls_server_name)));
  EXPECT_THAT(seen.seconds, UnorderedElementsAre(Pair(0, Pair(1500, 250000)), Pair(7, Pair(200, 60000))));
}

TEST(Seam, TheSensorCountsExchangesOverQuicAtTheirFigures) {
  support::Story story(2, ten);
  story.host("www.gazette.example").quic = true;
  story.exchange(p17, story.at(0.2), "www.gazette.example", 1500, 250000);
  story.exchange(p17, story.at(7.2), "www.gazette.example", 200, 60000);
  const Seen seen = observed(story);
  EXPECT_THAT(seen.names,
              UnorderedElementsAre(Pair("www.gazette.example", model::NameEvidence::quic_server_name)));
  EXPECT_THAT(seen.seconds, UnorderedElementsAre(Pair(0, Pair(1500, 250000)), Pair(7, Pair(200, 60000))));
}

TEST(Seam, ConnectionsWithoutAnythingSaidHaveNoSecondOfTheClient) {  // TIME 6.3, S10
  support::Story story(3, ten);
  for (const char* host : {"www.gazette.example", "cdn1.gazette.example", "cdn2.gazette.example"})
    story.preconnect(p17, story.at(0.2), host);
  story.host("cdn3.gazette.example").quic = true;
  story.preconnect(p17, story.at(0.2), "cdn3.gazette.example");
  const Seen seen = observed(story);
  EXPECT_EQ(seen.names.size(), 4U);
  for (const auto& [second, bytes] : seen.seconds) EXPECT_EQ(bytes.first, 0U) << second;
}

TEST(Seam, TheConfigurationBesideTheOfficeMorningIsAcceptedWithTheBundledCatalogue) {
  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "office-configuration";
  support::write_office_configuration(folder, (support::source_folder() / "etc/catalogue").string(),
                                      parse_date("2026-11-17").value());
  const auto loaded = config::load(folder / "edgewatch.toml");
  std::string problems;
  if (!loaded.has_value())
    for (const Problem& problem : loaded.error()) problems += to_string(problem) + "\n";
  ASSERT_TRUE(loaded.has_value()) << problems;
  EXPECT_EQ(loaded->people.size(), 11U);
  EXPECT_EQ(loaded->assignments.size(), 11U);
  EXPECT_EQ(loaded->settings.exclude.size(), 1U);
}

TEST(Seam, TheBundledCatalogueKnowsTheSitesOfTheOfficeMorning) {
  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "office-catalogue";
  support::write_office_configuration(folder, (support::source_folder() / "etc/catalogue").string(),
                                      parse_date("2026-11-17").value());
  const auto loaded = config::load(folder / "edgewatch.toml");
  ASSERT_TRUE(loaded.has_value());
  const classify::Catalogue& catalogue = loaded->policies.catalogue;
  const auto role = [&](const std::string& name, const std::string& service) -> std::optional<model::Role> {
    const auto found = catalogue.classify(net::HostName::from_dotted(name).value());
    if (!found || found->service.text() != service) return std::nullopt;
    return found->role;
  };
  const std::vector<std::pair<std::string, support::Site>> sites = {
      {"facebook", support::facebook()}, {"x", support::x()},           {"instagram", support::instagram()},
      {"linkedin", support::linkedin()}, {"reddit", support::reddit()}, {"tiktok", support::tiktok()},
      {"youtube", support::youtube()}};
  for (const auto& [service, site] : sites) {
    EXPECT_EQ(role(site.core, service), model::Role::core) << site.core;
    EXPECT_EQ(role(site.assets, service), model::Role::content) << site.assets;
    EXPECT_EQ(role(site.content, service), model::Role::content) << site.content;
  }
  EXPECT_EQ(role(support::youtube_media(), "youtube"), model::Role::media);
  EXPECT_EQ(role("edge-chat.facebook.com", "facebook"), model::Role::push);
  EXPECT_EQ(role("connect.facebook.net", "facebook"), model::Role::embed);
  EXPECT_EQ(role("platform.twitter.com", "x"), model::Role::embed);
  EXPECT_EQ(role("graph.facebook.com", "facebook"), model::Role::app);
  EXPECT_EQ(role("i.instagram.com", "instagram"), model::Role::app);
}

}  // namespace
}  // namespace edgewatch::golden

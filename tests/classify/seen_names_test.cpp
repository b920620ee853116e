#include "edgewatch/classify/seen_names.hpp"

#include <algorithm>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::classify {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;
using testing::SizeIs;

const Timestamp morning = parse_rfc3339("2026-11-17T09:00:00Z").value();

net::HostName name(const std::string& text) { return net::HostName::from_dotted(text).value(); }
net::IpAddress client(unsigned i) {
  return net::IpAddress::parse("10.20." + std::to_string(i / 250) + "." + std::to_string(i % 250)).value();
}

void use(SeenNames& seen, const std::string& text, unsigned clients, Timestamp at) {
  for (unsigned i = 0; i < clients; ++i) seen.note(name(text), client(i), at);
}

TEST(SeenNames, TellsTheNamesThatEnoughClientsUseAndNeverMoreClientsThanThereAre) {
  SeenNames seen(random_hash_key(), 100);
  use(seen, "www.photos.example", 30, morning);
  use(seen, "www.photos.example", 30, morning + 1h);
  use(seen, "private.example", 9, morning);
  const auto told = seen.seen_by(10);
  ASSERT_THAT(told, SizeIs(1));
  EXPECT_EQ(told[0].name, name("www.photos.example"));
  EXPECT_LE(told[0].clients, 30U);
  EXPECT_GE(told[0].clients, 15U);
}

TEST(SeenNames, ForgetsWhatIsADayOld) {
  SeenNames seen(random_hash_key(), 100);
  use(seen, "old.example", 40, morning);
  use(seen, "new.example", 40, morning + 17h);
  EXPECT_THAT(seen.seen_by(10), SizeIs(2));
  use(seen, "new.example", 1, morning + 24h);
  EXPECT_THAT(seen.seen_by(10), SizeIs(1));
  use(seen, "new.example", 1, morning + 72h);
  EXPECT_THAT(seen.seen_by(10), IsEmpty());
  use(seen, "late.example", 40, morning);  // a stamp that was set back ends nothing sooner
  EXPECT_THAT(seen.seen_by(10), SizeIs(1));
}

TEST(SeenNames, AFloodOfInventedNamesDoesNotDriveOutWhatManyUse) {
  SeenNames seen(random_hash_key(), 1000);
  use(seen, "www.photos.example", 30, morning);
  for (unsigned i = 0; i < 100000; ++i)
    seen.note(name("n" + std::to_string(i) + ".flood.example"), client(i % 3), morning + 1min);
  EXPECT_THAT(seen.seen_by(10), SizeIs(1));
  EXPECT_LE(seen.seen_by(0).size(), 1000U);
}

TEST(SeenNames, IsAskedWhileAnotherThreadNotes) {
  SeenNames seen(random_hash_key(), 100);
  std::thread analysis([&] {
    for (int second = 0; second < 500; ++second)
      use(seen, "n" + std::to_string(second % 150) + ".example", 20, morning + std::chrono::seconds(second));
  });
  std::size_t most = 0;
  for (int i = 0; i < 100; ++i) most = std::max(most, seen.seen_by(10).size());
  analysis.join();
  EXPECT_LE(most, 100U);
  EXPECT_FALSE(seen.seen_by(10).empty());
}

}  // namespace
}  // namespace edgewatch::classify

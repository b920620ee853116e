#include "lease_follower.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

namespace edgewatch::runtime {
namespace {

using namespace std::chrono_literals;
using Kind = model::TenancyEvent::Kind;
using Format = config::LeaseFile::Format;

const Timestamp now = *parse_rfc3339("2026-11-17T08:00:05Z");

/// A lease file in a folder of its own, looked at in steps of a quarter of a second.
class Following : public ::testing::Test {
 protected:
  ~Following() override { std::filesystem::remove_all(folder_); }
  void write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }
  LeaseFollower follow(Format format) { return LeaseFollower({format, folder_ / "leases"}); }
  std::vector<model::TenancyEvent> look(LeaseFollower& follower) {
    moment_ += 250ms;
    return follower.look(now, moment_);
  }
  /// What comes of a change, once it has rested.
  std::vector<model::TenancyEvent> changes(LeaseFollower& follower) {
    EXPECT_TRUE(look(follower).empty()) << "a change is not read at once";
    return look(follower);
  }
  std::filesystem::path folder_ = [] {
    std::string pattern = (std::filesystem::temp_directory_path() / "edgewatch-leases-XXXXXX").string();
    return std::filesystem::path(mkdtemp(pattern.data()));
  }();
  LeaseFollower::Moment moment_{};
};

std::string dnsmasq_line(int last, long expiry = 1794906000) {
  return std::to_string(expiry) + " 02:00:5e:10:00:" + std::to_string(last) + " 10.20.1." +
         std::to_string(last) + " * *\n";
}

TEST_F(Following, FileThatIsRewrittenInPlaceIsReadOnceItRests) {
  write("leases", dnsmasq_line(17));
  auto follower = follow(Format::dnsmasq);
  EXPECT_EQ(changes(follower).size(), 1U);
  EXPECT_TRUE(look(follower).empty());
  write("leases", "");
  EXPECT_TRUE(look(follower).empty()) << "half way through rewriting: nobody is released";
  write("leases", dnsmasq_line(17) + dnsmasq_line(18));
  const auto granted = changes(follower);
  ASSERT_EQ(granted.size(), 1U);
  EXPECT_EQ(granted[0].address->to_string(), "10.20.1.18");
  write("leases", dnsmasq_line(18));
  const auto released = changes(follower);
  ASSERT_EQ(released.size(), 1U);
  EXPECT_EQ(released[0].kind, Kind::release);
}

TEST_F(Following, FileThatNeverRestsIsReadAllTheSame) {
  auto follower = follow(Format::dnsmasq);
  std::size_t seen = 0;
  for (int i = 10; i < 40; ++i) {
    write("leases", dnsmasq_line(17, 1794906000 + i) + std::string(static_cast<std::size_t>(i), '\n'));
    seen += look(follower).size();
  }
  EXPECT_GE(seen, 1U);
}

TEST_F(Following, FileThatIsReplacedIsFollowed) {
  const std::string begin =
      "lease 10.20.1.17 { starts 2 2026/11/17 08:00:00; ends 2 2026/11/17 09:00:00; binding state ";
  write("leases", begin + "active; hardware ethernet 02:00:5e:10:00:17; }\n");
  auto follower = follow(Format::isc);
  EXPECT_EQ(changes(follower).size(), 1U);
  write("leases.new", begin + "free; }\n");
  std::filesystem::rename(folder_ / "leases", folder_ / "leases~");
  std::filesystem::rename(folder_ / "leases.new", folder_ / "leases");
  EXPECT_EQ(changes(follower).at(0).kind, Kind::release);
}

TEST_F(Following, CleanUpOfKeaChangesNothing) {
  const std::string header =
      "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state\n";
  const std::string a = "10.20.1.17,02:00:5e:10:00:17,,3600,1794906000,1,0,0,,0\n";
  const std::string b = "10.20.1.18,02:00:5e:10:00:18,,3600,1794906000,1,0,0,,0\n";
  write("leases.2", header + a);
  write("leases", header + b);
  auto follower = follow(Format::kea);
  EXPECT_EQ(changes(follower).size(), 2U);
  // kea-lfc: the file is set aside, worked on, and the result takes the place of both.
  std::filesystem::rename(folder_ / "leases", folder_ / "leases.1");
  write("leases", header);
  EXPECT_TRUE(changes(follower).empty());
  write("leases.output", header + a + b);
  std::filesystem::rename(folder_ / "leases.output", folder_ / "leases.completed");
  EXPECT_TRUE(changes(follower).empty());
  std::filesystem::remove(folder_ / "leases.2");
  std::filesystem::remove(folder_ / "leases.1");
  std::filesystem::rename(folder_ / "leases.completed", folder_ / "leases.2");
  EXPECT_TRUE(changes(follower).empty());
  EXPECT_EQ(follower.table().held.size(), 2U);
}

TEST_F(Following, FileThatIsGoneIsSaidAndReleasesNobody) {
  write("leases", dnsmasq_line(17));
  auto follower = follow(Format::dnsmasq);
  EXPECT_EQ(changes(follower).size(), 1U);
  std::filesystem::remove(folder_ / "leases");
  EXPECT_TRUE(changes(follower).empty());
  EXPECT_NE(follower.error(), "");
  EXPECT_EQ(follower.error().find("02:00"), std::string::npos);
  EXPECT_EQ(follower.table().held.size(), 1U);
  write("leases", dnsmasq_line(17));
  EXPECT_TRUE(changes(follower).empty());
  EXPECT_EQ(follower.error(), "");
}

}  // namespace
}  // namespace edgewatch::runtime

#include "lease_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::runtime {
namespace {

using Kind = model::TenancyEvent::Kind;
using namespace std::chrono_literals;

net::IpAddress ip(const char* text) { return *net::IpAddress::parse(text); }
net::MacAddress mac(const char* text) { return *net::MacAddress::parse(text); }
Timestamp at(const char* text) { return *parse_rfc3339(text); }

TEST(DnsmasqLeases, TellWhoHoldsAnAddressUntilWhen) {
  const auto table = read_dnsmasq_leases(
      "1794906000 02:00:5e:10:00:17 10.20.1.17 desk-17 01:02:00:5e:10:00:17\n"
      "0 02:00:5e:10:00:18 10.20.1.18 * *\n");
  ASSERT_EQ(table.held.size(), 2U);
  EXPECT_EQ(table.held.at(ip("10.20.1.17")).mac, mac("02:00:5e:10:00:17"));
  EXPECT_EQ(table.held.at(ip("10.20.1.17")).to, at("2026-11-17T09:00:00Z"));
  EXPECT_EQ(table.held.at(ip("10.20.1.18")).to, Timestamp::max()) << "0 is for ever";
}

TEST(DnsmasqLeases, TakeNoDuidAndNoOtherHardwareForAMac) {
  const auto table = read_dnsmasq_leases(
      "1794906000 06-02:00:5e:10:00:17 10.20.1.17 * *\n"
      "duid 00:01:00:01:2a:bb:cc:dd:02:00:5e:10:00:01\n"
      "1794906000 7 2001:db8:20::17 * 00:01:00:01:2a:bb:cc:dd:02:00:5e:10:00:17\n");
  EXPECT_TRUE(table.held.empty());
  EXPECT_EQ(table.without_mac, 2U);
  EXPECT_EQ(table.unreadable, 0U);
}

TEST(DnsmasqLeases, PassOverALineThatIsBeingWritten) {
  const auto table = read_dnsmasq_leases("1794906000 02:00:5e:10:00:17 10.20.1.1");
  EXPECT_TRUE(table.held.empty());
}

constexpr const char* kea_header =
    "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_"
    "context\n";

TEST(KeaLeases, LastRowOfAnAddressHolds) {
  const std::string text = std::string(kea_header) +
                           "10.20.1.17,02:00:5e:10:00:17,,3600,1794906000,1,0,0,,0,\n"
                           "10.20.1.17,02:00:5e:10:00:18,,3600,1794909600,1,0,0,a&#x2cb,0,\n";
  const auto table = read_kea_leases({text});
  ASSERT_EQ(table.held.size(), 1U);
  const Lease& lease = table.held.at(ip("10.20.1.17"));
  EXPECT_EQ(lease.mac, mac("02:00:5e:10:00:18"));
  EXPECT_EQ(lease.from, at("2026-11-17T09:00:00Z")) << "expiry less lifetime";
  EXPECT_EQ(lease.to, at("2026-11-17T10:00:00Z"));
}

TEST(KeaLeases, ColumnsAreFoundByNameAndMoreOfThemAreWelcome) {
  const auto table =
      read_kea_leases({"address,state,expire,valid_lifetime,hwaddr\n"
                       "10.20.1.17,0,1794906000,3600,02:00:5e:10:00:17,new\n"});
  EXPECT_EQ(table.held.size(), 1U);
}

TEST(KeaLeases, RowCutShortIsUnreadable) {
  const auto table = read_kea_leases({std::string(kea_header) + "10.20.1.17,02:00\n"});
  EXPECT_TRUE(table.held.empty());
  EXPECT_EQ(table.unreadable, 1U);
}

TEST(KeaLeases, DeletedDeclinedAndReclaimedAreNobodys) {
  for (const char* row :
       {"10.20.1.17,02:00:5e:10:00:17,,0,1794906000,1,0,0,,0,\n", "10.20.1.17,,,3600,1794906000,1,0,0,,1,\n",
        "10.20.1.17,02:00:5e:10:00:17,,3600,1794906000,1,0,0,,2,\n",
        "10.20.1.17,02:00:5e:10:00:17,,3600,1794906000,1,0,0,,3,\n"}) {
    const auto table = read_kea_leases(
        {std::string(kea_header) + "10.20.1.17,02:00:5e:10:00:17,,3600,1794906000,1,0,0,,0,\n",
         std::string(kea_header) + row});
    EXPECT_TRUE(table.held.empty()) << row;
  }
}

TEST(KeaLeases, SixthVersionNamesADeviceOnlyWhereThePacketDid) {
  const std::string header =
      "address,duid,valid_lifetime,expire,subnet_id,pref_lifetime,lease_type,iaid,prefix_len,fqdn_fwd,fqdn_"
      "rev,"
      "hostname,hwaddr,state,user_context,hwtype,hwaddr_source\n";
  const auto table = read_kea_leases(
      {header + "2001:db8:20::17,00:01,3600,1794906000,1,1800,0,7,128,0,0,,02:00:5e:10:00:17,0,,1,1\n" +
       "2001:db8:20::18,00:01,3600,1794906000,1,1800,0,7,128,0,0,,02:00:5e:10:00:18,0,,1,2\n" +
       "2001:db8:21::,00:01,3600,1794906000,1,1800,2,7,56,0,0,,02:00:5e:10:00:18,0,,1,1\n"});
  ASSERT_EQ(table.held.size(), 1U);
  EXPECT_TRUE(table.held.contains(ip("2001:db8:20::17")));
  EXPECT_EQ(table.without_mac, 1U) << "made of a DUID";
}

constexpr const char* isc = R"(# The format of this file is documented in the dhcpd.leases(5) manual page.
authoring-byte-order little-endian;
server-duid "\000\001{\"";
lease 10.20.1.17 {
  starts 2 2026/11/17 08:00:00;
  ends 2 2026/11/17 09:00:00;
  cltt 2 2026/11/17 08:00:00;
  binding state active;
  next binding state free;
  rewind binding state free;
  hardware ethernet 02:00:5e:10:00:17;
  uid "\001\002";
  set vendor-class-identifier = "binding state free; }";
  client-hostname "desk-17";
}
)";

TEST(IscLeases, TellWhoHoldsAnAddress) {
  const auto table = read_isc_leases(isc);
  ASSERT_EQ(table.held.size(), 1U);
  const Lease& lease = table.held.at(ip("10.20.1.17"));
  EXPECT_EQ(lease.mac, mac("02:00:5e:10:00:17"));
  EXPECT_EQ(lease.from, at("2026-11-17T08:00:00Z"));
  EXPECT_EQ(lease.to, at("2026-11-17T09:00:00Z"));
}

TEST(IscLeases, LastDeclarationHoldsAndOneThatIsBeingWrittenIsPassedOver) {
  const std::string freed =
      std::string(isc) +
      "lease 10.20.1.17 {\n  starts 2 2026/11/17 08:00:00;\n  ends 2 2026/11/17 08:30:00;\n"
      "  binding state free;\n";
  EXPECT_EQ(read_isc_leases(freed).held.size(), 1U);
  EXPECT_TRUE(read_isc_leases(freed + "}\n").held.empty());
}

TEST(IscLeases, LocalTimesAreEpochs) {
  const auto table = read_isc_leases(
      "lease 10.20.1.17 {\n  starts epoch 1794902400; # Tue Nov 17 08:00:00 2026\n  ends never;\n"
      "  binding state active;\n  hardware ethernet 02:00:5e:10:00:17;\n}\n");
  ASSERT_EQ(table.held.size(), 1U);
  EXPECT_EQ(table.held.at(ip("10.20.1.17")).from, at("2026-11-17T08:00:00Z"));
  EXPECT_EQ(table.held.at(ip("10.20.1.17")).to, Timestamp::max());
}

LeaseTable one(const char* device, const char* to) {
  LeaseTable out;
  out.held[ip("10.20.1.17")] = {mac(device), at("2026-11-17T08:00:00Z"), at(to)};
  return out;
}

TEST(LeaseChanges, SayWhatWasGrantedRenewedMovedAndGivenBack) {
  const Timestamp now = at("2026-11-17T08:00:05Z");
  const auto first = one("02:00:5e:10:00:17", "2026-11-17T09:00:00Z");
  const auto granted = lease_changes({}, first, now);
  ASSERT_EQ(granted.size(), 1U);
  EXPECT_EQ(granted[0].kind, Kind::lease);
  EXPECT_EQ(granted[0].recorded_at, now);
  EXPECT_EQ(granted[0].valid.from, at("2026-11-17T08:00:00Z"));
  EXPECT_EQ(granted[0].valid.to, at("2026-11-17T09:00:00Z"));
  EXPECT_TRUE(lease_changes(first, first, now).empty());

  EXPECT_EQ(lease_changes(first, one("02:00:5e:10:00:17", "2026-11-17T10:00:00Z"), now).size(), 1U);
  EXPECT_EQ(lease_changes(first, one("02:00:5e:10:00:18", "2026-11-17T10:00:00Z"), now)[0].mac,
            mac("02:00:5e:10:00:18"));

  const auto released = lease_changes(first, {}, now);
  ASSERT_EQ(released.size(), 1U);
  EXPECT_EQ(released[0].kind, Kind::release);
  EXPECT_EQ(released[0].valid.from, now);
  EXPECT_TRUE(lease_changes(first, {}, at("2026-11-17T09:30:00Z")).empty()) << "it had ended by itself";
}

TEST(LeaseChanges, ServerAheadOfUsGrantsNothingInTheFuture) {
  const Timestamp now = at("2026-11-17T07:59:00Z");
  EXPECT_EQ(lease_changes({}, one("02:00:5e:10:00:17", "2026-11-17T09:00:00Z"), now)[0].valid.from, now);
  EXPECT_TRUE(lease_changes({}, one("02:00:5e:10:00:17", "2026-11-17T09:00:00Z"), at("2026-11-17T09:00:00Z"))
                  .empty());
}

}  // namespace
}  // namespace edgewatch::runtime

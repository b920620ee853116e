#include "radius_sessions.hpp"

#include "radius_listener.hpp"

#include <algorithm>
#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::runtime {
namespace {

using namespace std::chrono_literals;
using Kind = model::TenancyEvent::Kind;
using wire::radius::Accounting;
using wire::radius::Status;

const Timestamp nine = *parse_rfc3339("2026-11-17T09:00:00Z");
const net::IpAddress switch_address = *net::IpAddress::parse("10.20.2.9");

Accounting said(Status status, const std::string& user = "p17") {
  Accounting out;
  out.status = status;
  out.user_name = user;
  out.session = "ab12";
  out.calling_station = net::MacAddress::parse("02:00:5e:10:00:17");
  return out;
}
Accounting with_address(Accounting out, const char* address) {
  out.framed_address = net::IpAddress::parse(address);
  return out;
}

class RadiusAccounting : public ::testing::Test {
 protected:
  RadiusSessions::Outcome take(const Accounting& packet, Timestamp at) {
    return sessions_.take(packet, switch_address, at);
  }
  RadiusSessions sessions_{{"svc-*"}};
};

TEST_F(RadiusAccounting, StartWithoutAnAddressNamesTheDeviceAndTheInterimAddsTheAddress) {
  const auto start = take(said(Status::start), nine);
  ASSERT_EQ(start.events.size(), 1U);
  EXPECT_EQ(start.events[0].kind, Kind::logon);
  EXPECT_EQ(start.events[0].person, "p17");
  EXPECT_EQ(start.events[0].mac->to_string(), "02:00:5e:10:00:17");
  EXPECT_FALSE(start.events[0].address);
  EXPECT_EQ(start.events[0].session, "10.20.2.9/ab12");

  const auto interim = take(with_address(said(Status::interim_update), "10.20.1.17"), nine + 10s);
  ASSERT_EQ(interim.events.size(), 1U);
  EXPECT_EQ(interim.events[0].address->to_string(), "10.20.1.17");
  EXPECT_TRUE(take(with_address(said(Status::interim_update), "10.20.1.17"), nine + 20s).events.empty())
      << "nothing new";

  const auto stop = take(said(Status::stop), nine + 1h);
  ASSERT_EQ(stop.events.size(), 1U);
  EXPECT_EQ(stop.events[0].kind, Kind::logoff);
  EXPECT_EQ(stop.events[0].address->to_string(), "10.20.1.17");
  EXPECT_EQ(stop.events[0].session, "10.20.2.9/ab12");
  EXPECT_EQ(sessions_.size(), 0U);
}

TEST_F(RadiusAccounting, DelayIsTakenOffByOurOwnClock) {
  Accounting late = said(Status::start);
  late.delay = 10min;
  late.event_time = std::chrono::floor<std::chrono::seconds>(nine + 1h);
  const auto event = take(late, nine).events.at(0);
  EXPECT_EQ(event.valid.from, nine - 10min);
  EXPECT_EQ(event.sender, model::TenancyEvent::our_clock);
}

TEST_F(RadiusAccounting, TimeOfTheServersOwnClockStandsUnderItsName) {
  Accounting ahead = said(Status::start);
  ahead.event_time = std::chrono::floor<std::chrono::seconds>(nine + 40s);
  const auto event = take(ahead, nine).events.at(0);
  EXPECT_EQ(event.valid.from, nine + 40s);
  EXPECT_EQ(event.sender, "10.20.2.9");
}

TEST_F(RadiusAccounting, EndOfASilentSessionIsOfOurOwnClock) {
  static_cast<void>(take(said(Status::start), nine));
  for (const auto& event : sessions_.silent(nine + 25h))
    EXPECT_EQ(event.sender, model::TenancyEvent::our_clock);
}

TEST_F(RadiusAccounting, BypassMachinesAndOuterNamesAreNobody) {
  for (const char* user :
       {"02005e100017", "02-00-5E-10-00-17", "host/desk-17.council.example", "COUNCIL\\DESK-17$", "anonymous",
        "anonymous@council.example", "@council.example", "", "svc-print"}) {
    RadiusSessions fresh{{"svc-*"}};
    const auto outcome =
        fresh.take(with_address(said(Status::start, user), "10.20.1.17"), switch_address, nine);
    ASSERT_EQ(outcome.events.size(), 1U) << user;
    EXPECT_EQ(outcome.events[0].kind, Kind::lease) << user << ": the device, and nobody on it";
    EXPECT_EQ(outcome.events[0].person, "") << user;
    EXPECT_NE(outcome.refusal, "") << user;
  }
}

TEST_F(RadiusAccounting, OnAndOffEndEverySessionOfThatServerAlone) {
  static_cast<void>(take(said(Status::start), nine));
  Accounting elsewhere = said(Status::start, "p18");
  elsewhere.access_server = net::IpAddress::parse("10.20.2.90");
  static_cast<void>(take(elsewhere, nine));
  const auto off = take(said(Status::off), nine + 1min);
  ASSERT_EQ(off.events.size(), 1U);
  EXPECT_EQ(off.events[0].session, "10.20.2.9/ab12");
  EXPECT_EQ(sessions_.size(), 1U);
}

TEST_F(RadiusAccounting, SessionThatTurnsIntoItsMachinesEndsThePersons) {
  static_cast<void>(take(said(Status::start), nine));
  const auto machine = take(said(Status::interim_update, "host/desk-17.council.example"), nine + 1min);
  ASSERT_FALSE(machine.events.empty());
  EXPECT_EQ(machine.events[0].kind, Kind::logoff);
}

TEST_F(RadiusAccounting, SilenceEndsASessionWhenItWasLastHeardOf) {
  static_cast<void>(take(said(Status::start), nine));
  static_cast<void>(take(said(Status::interim_update), nine + 10min));
  EXPECT_TRUE(sessions_.silent(nine + 30min).empty());
  const auto ended = sessions_.silent(nine + 41min);
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(ended[0].kind, Kind::logoff);
  EXPECT_EQ(ended[0].valid.from, nine + 10min);
}

TEST_F(RadiusAccounting, StopIsKnownAgainAfterARestart) {
  const auto start = take(with_address(said(Status::start), "10.20.1.17"), nine);
  RadiusSessions again{{}};
  for (const auto& event : start.events) again.restore(event);
  const auto stop = again.take(said(Status::stop), switch_address, nine + 1min);
  ASSERT_EQ(stop.events.size(), 1U);
  EXPECT_EQ(stop.events[0].kind, Kind::logoff);
  EXPECT_EQ(stop.events[0].address->to_string(), "10.20.1.17");
}

TEST(AccountingResponse, IsSignedAndCarriesProxyStateBack) {
  std::vector<std::uint8_t> request{4, 42, 0, 20 + 6 + 5 + 4};
  wire::radius::Authenticator authenticator{};
  std::ranges::fill(authenticator, std::uint8_t{7});
  request.insert(request.end(), authenticator.begin(), authenticator.end());
  for (const std::uint8_t byte :
       std::array<std::uint8_t, 15>{40, 6, 0, 0, 0, 1, 33, 5, 'a', 'b', 'c', 33, 4, 'd', 'e'})
    request.push_back(byte);
  const auto response = accounting_response(request, "s3cret");
  ASSERT_TRUE(response);
  EXPECT_TRUE(wire::radius::is_authentic_response(*response, authenticator, "s3cret"));
  EXPECT_FALSE(wire::radius::is_authentic_response(*response, authenticator, "another"));
  EXPECT_EQ(response->size(), 20U + 5 + 4);
  EXPECT_EQ((*response)[1], 42);
}

}  // namespace
}  // namespace edgewatch::runtime

#include "scene.hpp"

#include <gtest/gtest.h>

namespace edgewatch::identity {
namespace {

using model::Basis;
using model::IdentityGrade;
using Event = model::TenancyEvent;
using Kind = Event::Kind;
using Source = Event::Source;

std::vector<Person> people() {
  return {person("p17", {}, {"COUNCIL\\seventeen", "seventeen@council.example"}), person("p18"),
          person("p19", {"not-monitored"})};
}
Assignment owns(const char* id, std::variant<net::IpAddress, net::MacAddress> key,
                model::Interval valid = {}) {
  return {key, model::PersonId(id), valid};
}

/// Builds feed rows: `event(Kind::logon, "09:00").on(laptop).by("p17").from(Source::windows)`.
struct Row {
  Event event;
  Row(Kind kind, const std::string& when) {
    event.kind = kind;
    event.recorded_at = at(when);
    event.valid.from = at(when);
  }
  Row& on(const net::MacAddress& device) {
    event.mac = device;
    return *this;
  }
  Row& on(const net::IpAddress& address) {
    event.address = address;
    return *this;
  }
  Row& by(const char* who) {
    event.person = who;
    return *this;
  }
  Row& from(Source source) {
    event.source = source;
    return *this;
  }
  Row& session(const char* id) {
    event.session = id;
    return *this;
  }
  Row& until(const std::string& when) {
    event.valid.to = at(when);
    return *this;
  }
  Row& recorded(const std::string& when) {
    event.recorded_at = at(when);
    return *this;
  }
};

struct Case {
  Register tenancy;
  explicit Case(std::vector<Assignment> assignments = {}, Topology topology = {})
      : tenancy(people(), std::move(assignments), std::move(topology)) {}
  Case& tell(const Row& row) {
    tenancy.apply(row.event);
    return *this;
  }
  [[nodiscard]] model::Attribution who(const std::string& when, const net::IpAddress& address = desk,
                                       std::optional<net::MacAddress> device = std::nullopt) const {
    return tenancy.attribute({address, device, 0}, at(when));
  }
  /// The subject a minute would stand under.
  [[nodiscard]] std::string subject(const std::string& when, const net::IpAddress& address = desk,
                                    std::optional<net::MacAddress> device = std::nullopt) const {
    return model::Subject(who(when, address, device)).text();
  }
};

TEST(Register, WhoIsUnknownStaysADeviceOrAnAddress) {
  EXPECT_EQ(Case().subject("09:00", desk, laptop), "device:02:00:5e:10:00:17");
  EXPECT_EQ(Case().subject("09:00", desk), "address:10.20.1.17");
  EXPECT_EQ(Case().who("09:00").basis, Basis::unknown);
  EXPECT_EQ(Case().who("09:00").grade, IdentityGrade::none);
}

TEST(Register, AnAssignedDeviceIsItsOwnersAtGradeB) {
  const Case c({owns("p17", laptop)});
  const auto who = c.who("09:00", desk, laptop);
  EXPECT_EQ(who.person->text(), "p17");
  EXPECT_EQ(who.basis, Basis::static_assignment);
  EXPECT_EQ(who.grade, IdentityGrade::b);
  EXPECT_EQ(c.subject("09:00", desk, other_laptop), "device:02:00:5e:10:00:18");
}

TEST(Register, AnAssignedAddressIsItsOwners) {
  const Case c({owns("p17", desk)});
  EXPECT_EQ(c.subject("09:00", desk), "p17");
  EXPECT_EQ(c.subject("09:00", desk, other_laptop), "p17") << "an unknown device contradicts nobody";
  EXPECT_EQ(c.subject("09:00", other_desk), "address:10.20.1.18");
}

TEST(Register, AnAssignmentHoldsInItsIntervalOnly) {
  const Case c(
      {owns("p17", laptop, {at("09:00"), at("12:00")}), owns("p18", laptop, {at("12:00"), at("17:00")})});
  EXPECT_EQ(c.subject("08:59:59", desk, laptop), "device:02:00:5e:10:00:17");
  EXPECT_EQ(c.subject("09:00", desk, laptop), "p17");
  EXPECT_EQ(c.subject("11:59:59", desk, laptop), "p17");
  EXPECT_EQ(c.subject("12:00", desk, laptop), "p18");
  EXPECT_EQ(c.subject("17:00", desk, laptop), "device:02:00:5e:10:00:17");
}

TEST(Register, AnAssignedAddressOnSomebodyElsesDeviceIsAConflict) {
  const Case c({owns("p17", desk), owns("p18", other_laptop)});
  const auto who = c.who("09:00", desk, other_laptop);
  EXPECT_FALSE(who.person);
  EXPECT_EQ(who.basis, Basis::conflict);
  EXPECT_EQ(who.grade, IdentityGrade::c);
  EXPECT_EQ(c.subject("09:00", desk, other_laptop), "device:02:00:5e:10:00:18");
}

TEST(Register, ALeaseLeadsFromTheAddressToTheOwnerOfTheDevice) {
  Case c({owns("p17", laptop)});
  c.tell(Row(Kind::lease, "08:00").on(desk).on(laptop).from(Source::dhcp).until("12:00"));
  EXPECT_EQ(c.who("09:00").person->text(), "p17");
  EXPECT_EQ(c.who("09:00").basis, Basis::lease);
  EXPECT_EQ(c.who("09:00").held, (model::Interval{at("08:00"), at("12:00")}));
  EXPECT_EQ(c.subject("07:59:59"), "address:10.20.1.17");
  EXPECT_EQ(c.subject("12:00"), "address:10.20.1.17");
}

TEST(Register, ARenewalCarriesALeaseOnAndAReleaseEndsIt) {
  Case c({owns("p17", laptop)});
  c.tell(Row(Kind::lease, "08:00").on(desk).on(laptop).until("10:00"));
  c.tell(Row(Kind::lease, "09:00").on(desk).on(laptop).until("11:00"));
  EXPECT_EQ(c.subject("10:30"), "p17");
  c.tell(Row(Kind::release, "10:40").on(desk).on(laptop));
  EXPECT_EQ(c.subject("10:39"), "p17");
  EXPECT_EQ(c.subject("10:40"), "address:10.20.1.17");
}

TEST(Register, ALeaseToAnotherDeviceCutsTheOlderOne) {
  Case c({owns("p17", laptop), owns("p18", other_laptop)});
  c.tell(Row(Kind::lease, "08:00").on(desk).on(laptop));
  c.tell(Row(Kind::lease, "10:00").on(desk).on(other_laptop));
  EXPECT_EQ(c.subject("09:59:59"), "p17");
  EXPECT_EQ(c.subject("10:00"), "p18");
}

TEST(Register, AnAddressSeenOnAnotherDeviceIsNobodysSinceTheFirstWasLastSeen) {
  Case c({owns("p17", laptop), owns("p18", other_laptop)});
  c.tell(Row(Kind::lease, "08:00").on(desk).on(laptop).from(Source::ndp));
  c.tell(Row(Kind::lease, "09:00").on(desk).on(laptop).from(Source::ndp));
  c.tell(Row(Kind::lease, "10:00").on(desk).on(other_laptop).from(Source::ndp));
  EXPECT_EQ(c.subject("08:30"), "p17");
  EXPECT_EQ(c.subject("09:30"), "address:10.20.1.17");
  EXPECT_EQ(c.subject("10:00"), "p18");
}

TEST(Register, TheFrameOfADeviceSaysMoreThanALease) {
  Case c({owns("p17", laptop), owns("p18", other_laptop)});
  c.tell(Row(Kind::lease, "08:00").on(desk).on(laptop));
  EXPECT_EQ(c.subject("09:00", desk, other_laptop), "p18");
}

TEST(Register, ARoutersMacSaysNothingOfTheDeviceBehindIt) {
  const net::MacAddress router = mac("02:00:5e:10:ff:01");
  Case c({owns("p17", laptop)}, {.routers = {router}, .shared = {}});
  c.tell(Row(Kind::lease, "08:00").on(desk).on(laptop));
  EXPECT_EQ(c.subject("09:00", desk, router), "p17");
  EXPECT_EQ(c.subject("09:00", other_desk, router), "address:10.20.1.18");
}

TEST(Register, ALogonOnAKnownDeviceIsGradeAUntilTheLogoff) {
  Case c;
  c.tell(Row(Kind::logon, "09:00").on(laptop).by("p17").from(Source::windows));
  c.tell(Row(Kind::logoff, "12:00").on(laptop).by("p17").from(Source::windows));
  EXPECT_EQ(c.subject("08:59:59", desk, laptop), "device:02:00:5e:10:00:17");
  EXPECT_EQ(c.who("09:00", desk, laptop).person->text(), "p17");
  EXPECT_EQ(c.who("09:00", desk, laptop).grade, IdentityGrade::a);
  EXPECT_EQ(c.who("09:00", desk, laptop).basis, Basis::logon);
  EXPECT_EQ(c.subject("12:00", desk, laptop), "device:02:00:5e:10:00:17");
}

TEST(Register, AnAccountStandsForItsPersonInAnyCase) {
  Case c;
  c.tell(Row(Kind::logon, "09:00").on(laptop).by("council\\SEVENTEEN").from(Source::windows));
  EXPECT_EQ(c.subject("09:30", desk, laptop), "p17");
  c.tell(Row(Kind::logoff, "10:00").on(laptop).by("Seventeen@Council.Example").from(Source::windows));
  EXPECT_EQ(c.subject("10:00", desk, laptop), "device:02:00:5e:10:00:17");
}

TEST(Register, ALogonByAddressFollowsTheLeasedDevice) {
  Case c;
  c.tell(Row(Kind::lease, "08:00").on(desk).on(laptop));
  c.tell(Row(Kind::logon, "09:00").on(desk).by("p17").from(Source::windows));
  EXPECT_EQ(c.who("09:30").grade, IdentityGrade::a);
  c.tell(Row(Kind::lease, "10:00").on(other_desk).on(laptop));
  EXPECT_EQ(c.subject("10:30", other_desk), "p17") << "the device moved, and the person with it";
  c.tell(Row(Kind::lease, "11:00").on(desk).on(other_laptop));
  EXPECT_EQ(c.subject("11:30", desk), "device:02:00:5e:10:00:18") << "the address is another device's now";
}

TEST(Register, ALogonByAddressAloneIsGradeBAndEndsWhereTheAddressMovesOn) {
  Case c;
  c.tell(Row(Kind::logon, "09:00").on(desk).by("p17").from(Source::windows));
  EXPECT_EQ(c.who("09:30").person->text(), "p17");
  EXPECT_EQ(c.who("09:30").grade, IdentityGrade::b);
  EXPECT_EQ(c.subject("09:30", desk, laptop), "p17");
  c.tell(Row(Kind::lease, "10:00").on(desk).on(other_laptop));
  EXPECT_EQ(c.subject("09:59"), "p17");
  EXPECT_EQ(c.subject("10:00"), "device:02:00:5e:10:00:18");
}

TEST(Register, ALogonByAddressOnSomebodyElsesDeviceIsAConflict) {
  Case c({owns("p18", other_laptop)});
  c.tell(Row(Kind::logon, "09:00").on(desk).by("p17").from(Source::windows));
  EXPECT_EQ(c.who("09:30", desk, other_laptop).basis, Basis::conflict);
  EXPECT_EQ(c.subject("09:30", desk, laptop), "p17");
}

TEST(Register, ARadiusSessionBindsTheAddressItself) {
  Case c;
  c.tell(Row(Kind::logon, "09:00").on(desk).on(laptop).by("p17").from(Source::radius).session("s1"));
  EXPECT_EQ(c.who("09:30").person->text(), "p17");
  EXPECT_EQ(c.who("09:30").basis, Basis::radius);
  EXPECT_EQ(c.who("09:30").grade, IdentityGrade::a);
  c.tell(Row(Kind::logoff, "10:00").session("s1").from(Source::radius));
  EXPECT_EQ(c.subject("10:00"), "device:02:00:5e:10:00:17");
}

TEST(Register, NobodyIsCreditedWhileTheScreenIsLocked) {
  Case c({owns("p17", laptop)});
  c.tell(Row(Kind::logon, "09:00").on(laptop).by("p17").from(Source::windows));
  c.tell(Row(Kind::lock, "10:00").on(laptop).by("p17").from(Source::windows));
  c.tell(Row(Kind::unlock, "11:00").on(laptop).by("p17").from(Source::windows));
  EXPECT_EQ(c.subject("09:59", desk, laptop), "p17");
  EXPECT_EQ(c.subject("10:00", desk, laptop), "device:02:00:5e:10:00:17") << "not even by the asset register";
  EXPECT_EQ(c.who("10:30", desk, laptop).grade, IdentityGrade::c);
  EXPECT_EQ(c.subject("11:00", desk, laptop), "p17");
}

TEST(Register, AnUnlockWeHeardNoLogonOfIsALogon) {
  Case c;
  c.tell(Row(Kind::unlock, "09:00").on(laptop).by("p17").from(Source::windows));
  EXPECT_EQ(c.subject("09:30", desk, laptop), "p17");
}

TEST(Register, WhoLoggedOffIsNotThereEvenAtTheirOwnDesk) {
  Case c({owns("p17", laptop)});
  EXPECT_EQ(c.subject("08:30", desk, laptop), "p17");
  c.tell(Row(Kind::logon, "09:00").on(laptop).by("p17").from(Source::windows));
  c.tell(Row(Kind::logoff, "12:00").on(laptop).by("p17").from(Source::windows));
  EXPECT_EQ(c.subject("12:30", desk, laptop), "device:02:00:5e:10:00:17");
}

TEST(Register, ABorrowerIsCreditedAndLeavesTheDeviceToItsOwner) {
  Case c({owns("p17", laptop)});
  c.tell(Row(Kind::logon, "10:00").on(laptop).by("p18").from(Source::windows));
  c.tell(Row(Kind::logoff, "11:00").on(laptop).by("p18").from(Source::windows));
  EXPECT_EQ(c.subject("10:30", desk, laptop), "p18");
  EXPECT_EQ(c.subject("11:30", desk, laptop), "p17");
}

TEST(Register, ANewerLogonEndsTheOlderAtItsTimeAndNeverBefore) {
  Case c;
  c.tell(Row(Kind::logon, "09:00").on(laptop).by("p17").from(Source::windows));
  c.tell(Row(Kind::logon, "10:00").on(laptop).by("p18").from(Source::windows));
  EXPECT_EQ(c.subject("09:59:59", desk, laptop), "p17");
  EXPECT_EQ(c.who("10:00", desk, laptop).person->text(), "p18");
  EXPECT_EQ(c.who("10:00", desk, laptop).grade, IdentityGrade::a);
  c.tell(Row(Kind::logoff, "11:00").on(laptop).by("p18").from(Source::windows));
  EXPECT_EQ(c.subject("11:30", desk, laptop), "device:02:00:5e:10:00:17")
      << "the older session was ended, it does not come back by itself";
}

TEST(Register, TwoLiveSessionsAreAConflictForBoth) {
  Case c;
  c.tell(Row(Kind::logon, "09:00").on(laptop).by("p17").from(Source::windows).session("1"));
  c.tell(Row(Kind::logon, "10:00").on(laptop).by("p18").from(Source::windows).session("2"));
  c.tell(Row(Kind::unlock, "10:30").on(laptop).by("p17").from(Source::windows).session("1"));
  EXPECT_EQ(c.subject("10:15", desk, laptop), "p18");
  EXPECT_EQ(c.who("10:45", desk, laptop).basis, Basis::conflict);
  EXPECT_EQ(c.who("10:45", desk, laptop).grade, IdentityGrade::c);
  EXPECT_EQ(c.subject("10:45", desk, laptop), "device:02:00:5e:10:00:17");
  c.tell(Row(Kind::logoff, "11:00").on(laptop).by("p18").from(Source::windows).session("2"));
  EXPECT_EQ(c.subject("11:30", desk, laptop), "p17");
}

TEST(Register, RivalsOnAnAddressWithoutADeviceAreUnattributed) {
  Case c;
  c.tell(Row(Kind::logon, "09:00").on(desk).by("p17").from(Source::windows));
  c.tell(Row(Kind::logon, "09:00").on(desk).by("p18").from(Source::windows));
  EXPECT_EQ(c.who("09:30").basis, Basis::conflict);
  EXPECT_EQ(c.subject("09:30"), "unattributed");
}

TEST(Register, AtEqualTimeTheFirmerSourceStands) {
  Case c;
  c.tell(Row(Kind::logon, "09:00:01").on(laptop).by("p18").from(Source::kerberos));
  c.tell(Row(Kind::logon, "09:00:02").on(laptop).by("p17").from(Source::windows));
  EXPECT_EQ(c.subject("09:30", desk, laptop), "p17");
  Case d;
  d.tell(Row(Kind::logon, "09:00").on(laptop).by("p18").from(Source::windows));
  d.tell(Row(Kind::logon, "09:00").on(laptop).by("p17").from(Source::radius));
  EXPECT_EQ(d.subject("09:30", desk, laptop), "p17");
  Case e;
  e.tell(Row(Kind::logon, "09:00").on(laptop).by("p18").from(Source::kerberos));
  e.tell(Row(Kind::logon, "09:00").on(laptop).by("p17").from(Source::kerberos));
  EXPECT_EQ(e.who("09:30", desk, laptop).basis, Basis::conflict);
}

TEST(Register, AWeakerSourceThatNamesAnotherPersonLaterLeavesBothInDoubt) {
  Case c;
  c.tell(Row(Kind::logon, "09:00").on(laptop).by("p17").from(Source::windows));
  c.tell(Row(Kind::logon, "10:00").on(laptop).by("p18").from(Source::dc));
  EXPECT_EQ(c.subject("09:59", desk, laptop), "p17");
  EXPECT_EQ(c.who("10:00", desk, laptop).basis, Basis::conflict);
}

TEST(Register, ADomainControllersWordIsGradeBForEightHoursAfterTheLastSign) {
  Case c;
  c.tell(Row(Kind::logon, "08:00").on(laptop).by("p17").from(Source::dc));
  c.tell(Row(Kind::logon, "09:00").on(laptop).by("p17").from(Source::dc));
  EXPECT_EQ(c.who("16:59", desk, laptop).person->text(), "p17");
  EXPECT_EQ(c.who("16:59", desk, laptop).grade, IdentityGrade::b);
  EXPECT_FALSE(c.who("17:00", desk, laptop).person);
  EXPECT_EQ(c.who("17:00", desk, laptop).grade, IdentityGrade::c);
}

TEST(Register, AKerberosSignHoldsForHalfTheLease) {
  Case c;
  c.tell(Row(Kind::lease, "08:00").on(desk).on(laptop).until("12:00"));
  c.tell(Row(Kind::logon, "09:00").on(desk).by("p17").from(Source::kerberos));
  EXPECT_EQ(c.subject("10:59"), "p17");
  EXPECT_EQ(c.subject("11:00"), "device:02:00:5e:10:00:17");
}

TEST(Register, AnOwnerIsCreditedAfterTheirOwnTicketRanOutButNotAfterAnothers) {
  Case own({owns("p17", laptop)});
  own.tell(Row(Kind::logon, "08:00").on(laptop).by("p17").from(Source::kerberos));
  EXPECT_EQ(own.subject("17:00", desk, laptop), "p17");
  Case others({owns("p17", laptop)});
  others.tell(Row(Kind::logon, "08:00").on(laptop).by("p18").from(Source::kerberos));
  EXPECT_EQ(others.subject("09:00", desk, laptop), "p18");
  EXPECT_EQ(others.subject("17:00", desk, laptop), "device:02:00:5e:10:00:17");
}

TEST(Register, TicketsOfTwoPeopleInTurnMakeADeviceNobodys) {
  Case c;
  c.tell(Row(Kind::logon, "09:00").on(laptop).by("p17").from(Source::kerberos));
  c.tell(Row(Kind::logon, "09:05").on(laptop).by("p18").from(Source::kerberos));
  c.tell(Row(Kind::logon, "09:10").on(laptop).by("p17").from(Source::kerberos));
  EXPECT_EQ(c.subject("09:07", desk, laptop), "p18");
  EXPECT_EQ(c.who("09:15", desk, laptop).basis, Basis::conflict);
}

TEST(Register, AStrangerOnSomebodysDeviceIsNotItsOwner) {
  Case c({owns("p17", laptop)});
  c.tell(Row(Kind::logon, "09:00").on(laptop).by("COUNCIL\\contractor").from(Source::windows));
  EXPECT_EQ(c.subject("09:30", desk, laptop), "device:02:00:5e:10:00:17");
}

TEST(Register, MachineAccountsAreNotPeople) {
  Case c({owns("p17", laptop)});
  for (const char* name : {"COUNCIL\\PC17$", "NT AUTHORITY\\SYSTEM", "ANONYMOUS LOGON", "02005e100017"}) {
    c.tell(Row(Kind::logon, "09:00").on(laptop).by(name).from(Source::radius));
  }
  EXPECT_EQ(c.subject("09:30", desk, laptop), "p17");
}

TEST(Register, ASharedAddressIsNobodysAndASharedDeviceOnlyADevice) {
  Case c({owns("p17", laptop)});
  c.tell(Row(Kind::logon, "08:00").on(laptop).by("p17").from(Source::windows));
  c.tell(Row(Kind::shared, "09:00").on(laptop).until("10:00"));
  c.tell(Row(Kind::shared, "09:00").on(other_desk));
  EXPECT_EQ(c.subject("08:30", desk, laptop), "p17");
  EXPECT_EQ(c.who("09:30", desk, laptop).basis, Basis::shared_device);
  EXPECT_EQ(c.subject("09:30", desk, laptop), "device:02:00:5e:10:00:17");
  EXPECT_EQ(c.subject("10:00", desk, laptop), "p17");
  EXPECT_EQ(c.subject("09:30", other_desk, other_laptop), "unattributed");
}

TEST(Register, NetworksListedAsSharedAreNobodys) {
  const Case c({owns("p17", desk)}, {.routers = {}, .shared = {net::Network::parse("10.20.1.0/24").value()}});
  EXPECT_EQ(c.subject("09:00"), "unattributed");
  EXPECT_EQ(c.who("09:00").basis, Basis::shared_device);
}

TEST(Register, NothingIsSaidOfAPersonWhoIsNotMonitored) {
  Case c({owns("p19", laptop), owns("p19", desk)});
  c.tell(Row(Kind::lease, "08:00").on(other_desk).on(laptop));
  c.tell(Row(Kind::logon, "09:00").on(laptop).by("p19").from(Source::windows));
  for (const char* when : {"08:30", "09:30"}) {
    const auto who = c.who(when, desk, laptop);
    EXPECT_TRUE(who.not_monitored);
    EXPECT_FALSE(who.person);
    EXPECT_FALSE(who.device);
  }
  EXPECT_TRUE(c.who("08:30", other_desk).not_monitored);
  EXPECT_TRUE(c.tenancy.drain_bindings().empty());
}

TEST(Register, DoubtAboutAnUnmonitoredPersonStaysUnmonitored) {
  Case c;
  c.tell(Row(Kind::logon, "09:00").on(laptop).by("p17").from(Source::windows));
  c.tell(Row(Kind::logon, "09:00").on(laptop).by("p19").from(Source::windows));
  EXPECT_TRUE(c.who("09:30", desk, laptop).not_monitored);
  Case locked({owns("p19", laptop)});
  locked.tell(Row(Kind::logon, "09:00").on(laptop).by("p19").from(Source::windows));
  locked.tell(Row(Kind::logoff, "10:00").on(laptop).by("p19").from(Source::windows));
  EXPECT_TRUE(locked.who("10:30", desk, laptop).not_monitored);
}

TEST(Register, SharingADeviceOrAddressDoesNotBringOutWhoIsNotMonitored) {
  const Topology shared{.routers = {}, .shared = {net::Network::parse("10.20.1.0/24").value()}};
  const auto nothing_is_said = [](const model::Attribution& who) {
    EXPECT_TRUE(who.not_monitored);
    EXPECT_FALSE(who.person);
    EXPECT_FALSE(who.device);
  };
  Case by_tenancy({owns("p19", laptop)});
  by_tenancy.tell(Row(Kind::shared, "09:00").on(laptop));
  nothing_is_said(by_tenancy.who("09:30", desk, laptop));
  const Case by_network({owns("p19", laptop)}, shared);
  nothing_is_said(by_network.who("09:30", desk, laptop));
  const Case by_address({owns("p19", desk)}, shared);
  nothing_is_said(by_address.who("09:30", desk, other_laptop));
  Case by_session({}, shared);
  by_session.tell(Row(Kind::logon, "09:00").on(laptop).by("p19").from(Source::windows));
  by_session.tell(Row(Kind::logoff, "10:00").on(laptop).by("p19").from(Source::windows));
  nothing_is_said(by_session.who("09:30", desk, laptop));
  EXPECT_FALSE(by_session.who("10:00", desk, laptop).not_monitored);
  EXPECT_EQ(by_session.who("10:00", desk, laptop).basis, Basis::shared_device);
}

TEST(Register, AMonitoredPersonOnAnUnmonitoredPersonsDeviceIsMonitored) {
  Case c({owns("p19", laptop)});
  c.tell(Row(Kind::logon, "09:00").on(laptop).by("p17").from(Source::windows));
  EXPECT_EQ(c.subject("09:30", desk, laptop), "p17");
}

TEST(Register, ALateEventSpeaksOfItsOwnTimeAndNoOther) {
  Case c;
  c.tell(Row(Kind::logon, "10:00").on(laptop).by("p18").from(Source::windows));
  c.tell(Row(Kind::logon, "09:00").on(laptop).by("p17").from(Source::windows).recorded("10:30"));
  EXPECT_EQ(c.subject("08:59", desk, laptop), "device:02:00:5e:10:00:17");
  EXPECT_EQ(c.subject("09:30", desk, laptop), "p17");
  EXPECT_EQ(c.subject("10:45", desk, laptop), "p18");
}

TEST(Register, ManySessionsKeepTheirAnswers) {
  Case c;
  for (int i = 0; i < 100; ++i) {
    Row row(Kind::logon, "08:00");
    row.event.valid.from = at("08:00") + std::chrono::minutes(i);
    c.tell(row.on(laptop).by(i % 2 == 0 ? "p17" : "p18").from(Source::windows));
  }
  for (int i = 0; i < 100; ++i) {
    const auto who = c.tenancy.attribute({desk, laptop, 0},
                                         at("08:00") + std::chrono::minutes(i) + std::chrono::seconds(30));
    ASSERT_TRUE(who.person) << i;
    EXPECT_EQ(who.person->text(), i % 2 == 0 ? "p17" : "p18") << i;
  }
}

TEST(Register, ForgettingKeepsWhatStillHolds) {
  Case c;
  c.tell(Row(Kind::lease, "08:00").on(desk).on(laptop));
  c.tell(Row(Kind::logon, "08:00").on(laptop).by("p18").from(Source::windows));
  c.tell(Row(Kind::logon, "09:00").on(laptop).by("p17").from(Source::windows));
  c.tell(Row(Kind::shared, "08:00").on(other_laptop).until("09:00"));
  c.tenancy.forget_before(at("10:00"));
  EXPECT_EQ(c.subject("10:30"), "p17");
  c.tell(Row(Kind::logoff, "11:00").on(laptop).by("p17").from(Source::windows));
  EXPECT_EQ(c.subject("10:59"), "p17");
  EXPECT_EQ(c.subject("11:00"), "device:02:00:5e:10:00:17");
}

}  // namespace
}  // namespace edgewatch::identity

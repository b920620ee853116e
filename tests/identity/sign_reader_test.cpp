#include "edgewatch/identity/sign_reader.hpp"

#include "scene.hpp"

#include <gtest/gtest.h>

namespace edgewatch::identity {
namespace {

using namespace std::chrono_literals;
using model::IdentityGrade;
using Sign = model::IdentitySign;

const net::IpAddress dhcp_server = ip("10.20.0.1");
const net::IpAddress domain_controller = ip("10.20.0.5");
const net::IpAddress access_point = ip("10.20.2.9");
const net::IpAddress other_access_point = ip("10.20.2.10");

Sign sign(Sign::Source source, Sign::Kind kind, const std::string& when) {
  Sign out;
  out.at = at(when);
  out.source = source;
  out.kind = kind;
  return out;
}
Sign lease(const std::string& when, const net::IpAddress& address, const net::MacAddress& device,
           std::chrono::seconds lifetime = 4h, const net::IpAddress& server = dhcp_server) {
  Sign out = sign(Sign::Source::dhcp, Sign::Kind::lease, when);
  out.address = address;
  out.mac = device;
  out.lifetime = lifetime;
  out.server = server;
  return out;
}
Sign ticket(const std::string& when, const char* account, Sign::Kind kind = Sign::Kind::ticket_refresh,
            const net::IpAddress& address = desk, const net::IpAddress& server = domain_controller) {
  Sign out = sign(Sign::Source::kerberos, kind, when);
  out.address = address;
  out.account = account;
  out.server = server;
  return out;
}
Sign neighbour(const std::string& when, const net::IpAddress& address, const net::MacAddress& device) {
  Sign out = sign(Sign::Source::arp, Sign::Kind::neighbour, when);
  out.address = address;
  out.mac = device;
  return out;
}
Sign session(Sign::Kind kind, const std::string& when, const char* account, const char* id = "s1",
             const net::IpAddress& server = access_point) {
  Sign out = sign(Sign::Source::radius, kind, when);
  out.account = account;
  out.session = id;
  out.mac = laptop;
  out.server = server;
  out.access_server = server;
  out.authentic = true;
  return out;
}
constexpr auto start = Sign::Kind::session_start;
constexpr auto update = Sign::Kind::session_update;
constexpr auto stop = Sign::Kind::session_stop;

/// What a pipeline does with signs, without the rest of it.
class Wire {
 public:
  explicit Wire(Trust::Neighbours neighbours = Trust::Neighbours::cut,
                std::vector<Assignment> assignments = {})
      : register_(people(), std::move(assignments)),
        reader_({{*net::Network::parse("10.20.0.1")}, {*net::Network::parse("10.20.0.5")}, neighbours}) {}

  Wire& tell(const Sign& each) {
    const auto events = reader_.read(each);
    for (const auto& event : events) register_.apply(event);
    const bool claims = each.kind == Sign::Kind::lease || each.kind == Sign::Kind::neighbour;
    if (claims && events.empty()) register_.contradict(*each.address, *each.mac, each.at);
    return *this;
  }
  Wire& frame(const std::string& when, const net::IpAddress& address, const net::MacAddress& device) {
    register_.see({address, device, 0}, at(when));
    return *this;
  }
  [[nodiscard]] model::Attribution who(const std::string& when, const net::IpAddress& address = desk,
                                       std::optional<net::MacAddress> device = std::nullopt) const {
    return register_.attribute({address, device, 0}, at(when));
  }
  [[nodiscard]] std::string subject(const std::string& when, const net::IpAddress& address = desk,
                                    std::optional<net::MacAddress> device = std::nullopt) const {
    return model::Subject(who(when, address, device)).text();
  }
  [[nodiscard]] const SignReader::Tallies& tallies() const { return reader_.tallies(); }
  [[nodiscard]] std::vector<model::Amendment> amendments() { return register_.drain_amendments(); }

 private:
  static std::vector<Person> people() {
    std::vector<Person> out;
    for (const char* id : {"p17", "p18"}) {
      Person person;
      person.id = model::PersonId(id);
      person.accounts = {std::string(id) + "@COUNCIL.EXAMPLE"};
      out.push_back(std::move(person));
    }
    return out;
  }
  Register register_;
  SignReader reader_;
};

Assignment owns(const char* id, const net::MacAddress& device) { return {device, model::PersonId(id), {}}; }

TEST(SignReader, LeaseOfAListedServerLeadsToTheDevicesOwner) {
  Wire wire(Trust::Neighbours::cut, {owns("p17", laptop)});
  wire.tell(lease("08:00", desk, laptop));
  EXPECT_EQ(wire.subject("09:00"), "p17");
  EXPECT_EQ(wire.subject("12:00"), "address:10.20.1.17") << "the lease has run out";
}

TEST(SignReader, LeaseOfAnyOtherServerMakesNobodyResponsible) {
  Wire wire(Trust::Neighbours::cut, {owns("p17", laptop)});
  wire.tell(lease("08:00", desk, laptop, 4h, ip("10.20.7.66")));
  EXPECT_EQ(wire.subject("09:00"), "address:10.20.1.17");
  EXPECT_EQ(wire.tallies().unbelieved, 1U);
}

TEST(SignReader, LeaseOfAnAddressThatIsAnothersUntilLaterIsNobodysUntilThen) {
  // Somebody who answers in the server's name cannot hand an address, and what is done from it, to a
  // colleague.
  Wire wire(Trust::Neighbours::cut, {owns("p17", laptop), owns("p18", other_laptop)});
  wire.tell(lease("08:00", desk, other_laptop)).tell(lease("09:00", desk, laptop));
  EXPECT_EQ(wire.subject("08:59"), "p18");
  EXPECT_EQ(wire.subject("09:30"), "address:10.20.1.17");
  wire.tell(lease("10:00", desk, laptop)).tell(lease("10:30", desk, other_laptop));
  EXPECT_EQ(wire.subject("10:15"), "address:10.20.1.17");
  EXPECT_EQ(wire.subject("10:45"), "address:10.20.1.17");
  EXPECT_EQ(wire.tallies().contested, 3U);
  wire.tell(lease("12:00", desk, laptop));
  EXPECT_EQ(wire.subject("12:30"), "p17");
}

TEST(SignReader, ReleaseEndsALeaseAndLetsTheServerGiveItToAnother) {
  Wire wire(Trust::Neighbours::cut, {owns("p17", laptop), owns("p18", other_laptop)});
  wire.tell(lease("08:00", desk, laptop));
  Sign release = sign(Sign::Source::dhcp, Sign::Kind::release, "09:00");
  release.address = desk;
  release.mac = laptop;
  wire.tell(release).tell(lease("09:05", desk, other_laptop));
  EXPECT_EQ(wire.subject("08:59"), "p17");
  EXPECT_EQ(wire.subject("09:02"), "address:10.20.1.17");
  EXPECT_EQ(wire.subject("09:06"), "p18");
}

TEST(SignReader, NeighbourMayOnlyTakeAwayUnlessToldOtherwise) {
  Wire wire(Trust::Neighbours::cut, {owns("p17", laptop), owns("p18", other_laptop)});
  wire.tell(neighbour("08:00", desk, laptop));
  EXPECT_EQ(wire.subject("08:30"), "address:10.20.1.17") << "any machine can say so in another's name";
  wire.tell(lease("09:00", desk, laptop)).tell(neighbour("09:10", desk, laptop));
  wire.tell(neighbour("09:20", desk, other_laptop));
  EXPECT_EQ(wire.subject("09:10"), "p17");
  EXPECT_EQ(wire.subject("09:30"), "address:10.20.1.17");
}

TEST(SignReader, AddressThatMovesIsCutAtTheLastSignOfTheOldDevice) {
  Wire wire(Trust::Neighbours::bind, {owns("p17", laptop), owns("p18", other_laptop)});
  wire.tell(neighbour("08:00", desk, laptop)).tell(neighbour("09:00", desk, laptop));
  wire.tell(neighbour("10:00", desk, other_laptop));
  EXPECT_EQ(wire.subject("08:59"), "p17");
  EXPECT_EQ(wire.subject("09:30"), "address:10.20.1.17");
  EXPECT_EQ(wire.subject("10:00"), "p18");
}

TEST(SignReader, LieAboutANeighbourTakesMinutesAndNotHoursFromWhatAServerSaid) {
  Wire wire(Trust::Neighbours::cut, {owns("p17", laptop)});
  wire.tell(lease("08:00", desk, laptop)).tell(neighbour("11:00", desk, other_laptop));
  EXPECT_EQ(wire.subject("10:54"), "p17");
  EXPECT_EQ(wire.subject("10:56"), "address:10.20.1.17");
}

TEST(SignReader, TemporaryAddressesOfIpv6AreTheDevicesThatClaimsThem) {
  Wire wire(Trust::Neighbours::bind, {owns("p17", laptop)});
  const net::IpAddress first = ip("2001:db8:20::aaaa");
  const net::IpAddress second = ip("2001:db8:20::bbbb");
  wire.tell(neighbour("08:00", first, laptop)).tell(neighbour("08:10", second, laptop));
  EXPECT_EQ(wire.subject("09:00", first), "p17");
  EXPECT_EQ(wire.subject("09:00", second), "p17");
  EXPECT_EQ(wire.subject("13:00", first), "address:2001:db8:20::aaaa") << "not seen for four hours";
}

TEST(SignReader, SessionOnADeviceThatClaimsItsOwnAddressIsNoMoreThanGradeB) {
  Wire wire(Trust::Neighbours::bind);
  wire.tell(session(start, "08:00", "p17")).tell(neighbour("08:01", desk, laptop));
  EXPECT_EQ(wire.who("09:00").grade, IdentityGrade::b);
  EXPECT_EQ(wire.who("09:00", other_desk, laptop).grade, IdentityGrade::a) << "the frame's own MAC";
}

TEST(SignReader, StartWithoutAnAddressIsJoinedThroughTheDevicesLease) {
  Wire wire;
  wire.tell(session(start, "08:00", "p17"));
  EXPECT_EQ(wire.subject("08:30"), "address:10.20.1.17");
  wire.tell(lease("08:31", desk, laptop));
  EXPECT_EQ(wire.subject("08:32"), "p17");
  EXPECT_EQ(wire.who("08:32").grade, IdentityGrade::a);
  wire.tell(session(stop, "10:00", "p17"));
  EXPECT_EQ(wire.subject("09:59"), "p17");
  EXPECT_EQ(wire.subject("10:00"), "device:02:00:5e:10:00:17");
}

TEST(SignReader, AddressComesWithAnInterimUpdateAndGoesWithTheSession) {
  Wire wire;
  Sign interim = session(update, "08:05", "p17");
  interim.address = desk;
  wire.tell(session(start, "08:00", "p17")).tell(interim);
  EXPECT_EQ(wire.subject("08:06"), "p17");
  wire.tell(session(stop, "09:00", "p17"));
  EXPECT_EQ(wire.subject("09:00"), "address:10.20.1.17");
}

TEST(SignReader, DelayIsTheEventsOwnTime) {
  Wire wire;
  Sign late = session(start, "08:00", "p17");
  late.delay = 90s;  // the packet came at 08:01:30
  wire.tell(late);
  EXPECT_EQ(wire.subject("08:00:30", other_desk, laptop), "p17");
  Sign never = session(start, "09:00", "p18", "s2");
  never.delay = 25h;
  wire.tell(never);
  EXPECT_EQ(wire.tallies().too_late, 1U);
}

TEST(SignReader, AccountingOnOrOffEndsTheSessionsOfThatAccessServerAlone) {
  Wire wire;
  wire.tell(session(start, "08:00", "p17"));
  Sign elsewhere = session(start, "08:00", "p18", "s1", other_access_point);
  elsewhere.mac = other_laptop;
  wire.tell(elsewhere);
  Sign over = sign(Sign::Source::radius, Sign::Kind::sessions_over, "09:00");
  over.server = over.access_server = access_point;
  over.authentic = true;
  wire.tell(over);
  EXPECT_EQ(wire.subject("09:00", desk, laptop), "device:02:00:5e:10:00:17");
  EXPECT_EQ(wire.subject("09:00", other_desk, other_laptop), "p18");
}

TEST(SignReader, AccessServerCannotEndASessionOfAnother) {
  Wire wire;
  wire.tell(session(start, "08:00", "p17"));
  wire.tell(session(stop, "09:00", "p17", "s1", other_access_point));
  EXPECT_EQ(wire.subject("09:30", desk, laptop), "p17");
}

TEST(SignReader, AccountingThatIsNotSignedIsNothing) {
  Wire wire;
  Sign forged = session(start, "08:00", "p17");
  forged.authentic = false;
  wire.tell(forged);
  EXPECT_EQ(wire.subject("08:30", desk, laptop), "device:02:00:5e:10:00:17");
  EXPECT_EQ(wire.tallies().unbelieved, 1U);
  wire.tell(session(start, "09:00", "p17"));
  forged = session(stop, "10:00", "p17");
  forged.authentic = false;
  wire.tell(forged);
  EXPECT_EQ(wire.subject("10:30", desk, laptop), "p17");
}

TEST(SignReader, BypassedDevicesMachinesAndAnonymousNamesAreNobody) {
  for (const char* name : {"02-00-5E-10-00-17", "02005e100017", "0200.5e10.0017", "anonymous",
                           "anonymous@council.example", "@council.example", "COUNCIL\\PC17$",
                           "PC17$@COUNCIL.EXAMPLE", "host/pc17.council.example", "WELLKNOWN/ANONYMOUS"}) {
    Wire wire(Trust::Neighbours::cut, {owns("p17", laptop)});
    Sign known = session(start, "08:00", name);
    known.address = desk;
    wire.tell(known);
    EXPECT_EQ(wire.subject("09:00"), "p17") << name << ": the device is its owner's, by the asset register";
    EXPECT_EQ(wire.who("09:00").grade, IdentityGrade::b) << name;
  }
}

TEST(SignReader, SameSessionUnderAnotherNameIsAnotherPerson) {
  Wire wire;
  wire.tell(session(start, "08:00", "p17")).tell(session(update, "09:00", "p18"));
  EXPECT_EQ(wire.subject("08:59", desk, laptop), "p17");
  EXPECT_EQ(wire.subject("09:00", desk, laptop), "p18");
  wire.tell(session(update, "10:00", "host/pc17.council.example"));
  EXPECT_EQ(wire.subject("10:00", desk, laptop), "device:02:00:5e:10:00:17");
}

TEST(SignReader, SessionThatIsNeverHeardOfAgainEndsAfterADay) {
  Wire wire;
  wire.tell(session(start, "08:00", "p17"));
  EXPECT_EQ(wire.subject("23:59", desk, laptop), "p17");
  EXPECT_EQ(wire.who("08:00", desk, laptop).held.to, at("08:00") + 24h);
}

TEST(SignReader, FirstTicketProvesNothingAndAServiceTicketDoes) {
  // An account without pre-authentication gets an AS-REP for whoever asks in its name.
  Wire wire;
  wire.tell(ticket("08:00", "p17@COUNCIL.EXAMPLE", Sign::Kind::ticket));
  EXPECT_EQ(wire.subject("08:30"), "address:10.20.1.17");
  wire.tell(ticket("09:00", "p17@COUNCIL.EXAMPLE"));
  EXPECT_EQ(wire.subject("09:30"), "p17");
  EXPECT_EQ(wire.who("09:30").grade, IdentityGrade::b);
}

TEST(SignReader, TicketOfAnUnlistedCentreIsNothing) {
  Wire wire;
  wire.tell(ticket("08:00", "p17@COUNCIL.EXAMPLE", Sign::Kind::ticket_refresh, desk, ip("10.20.7.66")));
  EXPECT_EQ(wire.subject("08:30"), "address:10.20.1.17");
  EXPECT_EQ(wire.tallies().unbelieved, 1U);
}

TEST(SignReader, WhoeverTakesAColleaguesAddressDoesNotBecomeTheColleague) {
  Wire wire;
  wire.frame("08:55", desk, laptop).tell(ticket("09:00", "p17@COUNCIL.EXAMPLE"));
  wire.frame("09:05", desk, laptop);
  EXPECT_EQ(wire.subject("09:05", desk, laptop), "p17");
  wire.frame("09:10", desk, other_laptop);
  EXPECT_EQ(wire.subject("09:10", desk, other_laptop), "device:02:00:5e:10:00:18");
  wire.frame("09:11", desk, laptop);
  EXPECT_EQ(wire.subject("09:11", desk, laptop), "p17");
}

TEST(SignReader, LogonOnAnAddressWithoutFramesIsTheFirstDevicesAndNoOthers) {
  Wire wire;
  wire.tell(ticket("09:00", "p17@COUNCIL.EXAMPLE")).frame("09:30", desk, laptop);
  EXPECT_EQ(wire.subject("09:30", desk, laptop), "p17");
  wire.frame("09:40", desk, other_laptop);
  EXPECT_EQ(wire.subject("09:40", desk, other_laptop), "device:02:00:5e:10:00:18");
  EXPECT_EQ(wire.subject("09:41", desk, laptop), "device:02:00:5e:10:00:17") << "which of the two it was";
}

TEST(SignReader, ForgedSignsNeverNameAColleague) {
  // Everything a client can send without a secret or a listed address, in every order of two.
  std::vector<Sign> forged;
  forged.push_back(lease("09:00", desk, laptop, 4h, ip("10.20.7.66")));
  forged.push_back(neighbour("09:00", desk, laptop));
  forged.push_back(ticket("09:00", "p17@COUNCIL.EXAMPLE", Sign::Kind::ticket));
  forged.push_back(ticket("09:00", "p17", Sign::Kind::ticket_refresh, desk, ip("10.20.7.66")));
  Sign unsigned_start = session(start, "09:00", "p17");
  unsigned_start.authentic = false;
  unsigned_start.address = desk;
  forged.push_back(unsigned_start);
  Sign release = sign(Sign::Source::dhcp, Sign::Kind::release, "09:00");
  release.address = desk;
  forged.push_back(release);
  for (const Sign& first : forged) {
    for (const Sign& second : forged) {
      // p18's own machine is at the address; p17's stands switched off in a drawer.
      Wire wire(Trust::Neighbours::cut, {owns("p17", laptop), owns("p18", other_laptop)});
      wire.tell(lease("08:00", desk, other_laptop)).tell(first).tell(second);
      for (const char* when : {"08:30", "08:58", "09:30", "11:00", "13:00"}) {
        EXPECT_NE(wire.subject(when), "p17");
        EXPECT_NE(wire.subject(when, desk, other_laptop), "p17");
      }
    }
  }
}

}  // namespace
}  // namespace edgewatch::identity

#include "edgewatch/model/case.hpp"
#include "edgewatch/model/event.hpp"

#include <type_traits>

#include <gtest/gtest.h>

namespace edgewatch::model {
namespace {

TEST(ReasonNames, StandInTheOrderOfTheMethod) {
  EXPECT_EQ(reason_names(0), "");
  EXPECT_EQ(reason_names(bit(Reason::cont) | bit(Reason::led)), "LED,CONT");
  EXPECT_EQ(reason_names(0xffff),
            "LED,CONT,MEDIA,HOLD_ONLY,HANDOVER_CUT,DNS_NAME,LOSS,CLOCK,BOUNCE,FOLLOWER,ISOLATED,EMBEDDED,"
            "UNATTENDED,SHORT,SHARED,CHAT");
}

TEST(Words, AreReadBackAsTheyPrint) {
  for (const Kind kind : {Kind::interactive, Kind::playing, Kind::concurrent})
    EXPECT_EQ(parse_kind(to_string(kind)), kind);
  for (const Grade grade : {Grade::weak, Grade::moderate, Grade::strong})
    EXPECT_EQ(parse_grade(to_string(grade)), grade);
  for (const Role role : {Role::core, Role::content, Role::media, Role::app, Role::chat, Role::embed,
                          Role::push, Role::ads, Role::system}) {
    EXPECT_EQ(parse_role(to_string(role)), role);
  }
  EXPECT_FALSE(parse_role("Core"));
}

TEST(Subject, IsAPersonOnlyWhereOneIsAttributed) {
  Attribution who;
  who.address = *net::IpAddress::parse("10.20.1.7");
  EXPECT_EQ(Subject(who).text(), "address:10.20.1.7");
  who.device = net::MacAddress::parse("02:00:5e:10:00:01");
  EXPECT_EQ(Subject(who).text(), "device:02:00:5e:10:00:01");
  who.person = PersonId("p17");
  EXPECT_EQ(Subject(who).text(), "p17");
  who.several_people = true;
  EXPECT_EQ(Subject(who).text(), "unattributed");
  EXPECT_FALSE(Subject(who).person());
}

TEST(Subject, IsReadBackAsItPrints) {
  for (const char* text : {"p17", "device:02:00:5e:10:00:01", "address:10.20.1.7", "unattributed"}) {
    EXPECT_EQ(Subject::parse(text).text(), text);
  }
  EXPECT_EQ(Subject::parse("device:02:00:5e:10:00:01").kind(), Subject::Kind::device);
  EXPECT_FALSE(Subject::parse("unattributed").person());
}

// ARCHITECTURE D4 and D5, law, as far as the type system can say them.
static_assert(!std::is_constructible_v<CaseAuthority, CaseReference, PersonId, DateRange>,
              "only evidence::Authorities may make a CaseAuthority");
static_assert(!std::is_default_constructible_v<CaseAuthority>,
              "only evidence::Authorities may make a CaseAuthority");
static_assert(std::is_same_v<decltype(UsageSlice::service), ServiceId>,
              "a usage record has a service, not perhaps one");

}  // namespace
}  // namespace edgewatch::model

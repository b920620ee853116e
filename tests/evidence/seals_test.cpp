#include "edgewatch/evidence/seals.hpp"

#include "edgewatch/evidence/merkle.hpp"

#include "evidence_support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::evidence {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Officer the_daemon{0, "edgewatchd", Role::timer};
const auto tuesday = date("2026-11-17");
const auto next_noon = at("2026-11-18T12:00:00Z");

class Seal : public Office {
 public:
  Seal() {
    for (const char* person : {"p17", "p18", "p19"}) write(person, "2026-11-17T10:05:00Z", 40);
    write("p17", "2026-11-17T10:06:00Z", 60);
    EXPECT_TRUE(open(request()).has_value());
  }

  void write(const std::string& person, const std::string& minute, std::uint8_t seconds) {
    model::UsageSlice slice;
    slice.subject = model::Subject::of_person(model::PersonId(person));
    slice.service = model::ServiceId("facebook");
    slice.category = model::Category("social");
    slice.minute = minute_of(at(minute));
    slice.grade = model::Grade::strong;
    slice.seconds = seconds;
    slice.lower_seconds = seconds;
    slice.binding = 7;
    slice.weakest_identity = model::IdentityGrade::a;
    slice.method = "5";
    ledger.write({slice});
  }

  std::optional<DaySeal> seal(Timestamp now = next_noon) {
    return seal_next_day(ledger, audit, the_daemon, now);
  }

  model::CaseAuthority authority() {
    return ask(hr, "HR-2026-014", "p17", "2026-11-01", "2026-11-20").value();
  }

  /// Whether what the ledger says of p17 now is what the seal was made of.
  bool is_as_sealed(const DaySeal& sealed) {
    const auto leave = authority();
    const auto leaf = ledger.sealed_leaf(leave, sealed.day);
    if (!leaf) return false;
    const std::string text = store::leaf_text(model::Subject::of_person(model::PersonId("p17")), sealed.day,
                                              ledger.first_told(leave, {sealed.day, sealed.day}));
    return merkle_root_by(sealed_leaf(leaf->salt, text), leaf->position, sealed.subjects,
                          MerkleTree(leaf->leaves).path(leaf->position)) == sealed.root;
  }
};

TEST_F(Seal, OfAClosedDayHasALeafForEachSubjectAndIsChained) {
  EXPECT_EQ(seal(at("2026-11-17T23:00:00Z")), std::nullopt);
  EXPECT_EQ(seal(at("2026-11-18T01:30:00Z")), std::nullopt);
  const auto sealed = seal(at("2026-11-18T02:00:00Z"));
  ASSERT_TRUE(sealed.has_value());
  EXPECT_EQ(sealed->day, tuesday);
  EXPECT_EQ(sealed->subjects, 3U);
  EXPECT_EQ(seal(), std::nullopt);
  const AuditEntry entry = audit.entries().at(1);
  EXPECT_EQ(entry.action, "seal day");
  EXPECT_EQ(parse_day_seal(entry.note), sealed);
  EXPECT_TRUE(is_as_sealed(*sealed));
}

TEST_F(Seal, LeafIsSaltedSoThatNobodyCanGuessItsRows) {
  const auto sealed = seal();
  const auto leave = authority();
  const auto leaf = ledger.sealed_leaf(leave, tuesday);
  ASSERT_TRUE(leaf.has_value());
  const auto text = store::leaf_text(model::Subject::of_person(model::PersonId("p17")), tuesday,
                                     ledger.first_told(leave, {tuesday, tuesday}));
  EXPECT_EQ(
      text,
      "edgewatch-leaf-1\n2026-11-17\np17\n"
      "2026-11-17T10:05Z\tfacebook\tsocial\tinteractive\tstrong\tpersonal\t40\t40\t\tnone\tA\t7\t\t\t5\t0\n"
      "2026-11-17T10:06Z\tfacebook\tsocial\tinteractive\tstrong\tpersonal\t60\t60\t\tnone\tA\t7\t\t\t5\t0\n");
  EXPECT_NE(leaf->salt, store::Salt{});
  EXPECT_TRUE(std::ranges::is_sorted(leaf->leaves));
  EXPECT_NE(merkle_root_by(sealed_leaf({}, text), leaf->position, sealed->subjects,
                           MerkleTree(leaf->leaves).path(leaf->position)),
            sealed->root);
}

TEST_F(Seal, StaysTrueWhenACorrectionTakesMinutesAway) {
  const auto sealed = seal();
  model::Amendment amendment;
  amendment.person = model::PersonId("p17");
  amendment.binding = 7;
  amendment.withdrawn = {at("2026-11-17T10:06:00Z"), at("2026-11-17T10:07:00Z")};
  amendment.recorded_at = next_noon;
  amendment.why = model::Binding::State::conflict;
  ledger.amend({amendment});
  const auto leave = authority();
  EXPECT_EQ(ledger.usage(leave, {tuesday, tuesday}).size(), 1U);
  EXPECT_TRUE(is_as_sealed(*sealed));
  EXPECT_EQ(seal(), std::nullopt);
}

TEST_F(Seal, ShowsWhatWasToldOrChangedAfterIt) {
  const auto sealed = seal();
  write("p17", "2026-11-17T10:06:00Z", 59);  // told again and no larger: nothing changes
  EXPECT_TRUE(is_as_sealed(*sealed));
  write("p17", "2026-11-17T10:09:00Z", 1);
  EXPECT_FALSE(is_as_sealed(*sealed));
}

TEST_F(Seal, StoppedBeforeItsEntryIsMadeOfTheSameLeaves) {
  const auto leaves = ledger.seal(tuesday, sealed_leaf, [] { return store::Salt{1}; });
  write("p17", "2026-11-17T10:09:00Z", 1);
  ledger.settle();
  EXPECT_THAT(ledger.unsealed_days(date("2026-11-18")), ElementsAre(tuesday));
  EXPECT_EQ(seal()->root, merkle_root(leaves));
  EXPECT_THAT(ledger.unsealed_days(date("2026-11-18")), IsEmpty());
}

TEST_F(Seal, StaysWhenTheRowsAreGoneAndTheSaltsGoWithThePerson) {
  const auto sealed = seal();
  model::Hold hold;
  hold.ground = model::Hold::Ground::claim;
  hold.reference = "ET-1";
  hold.person = model::PersonId("p17");
  hold.period = {tuesday, tuesday};
  hold.until = date("2028-12-31");
  const auto kept = ledger.purge(tuesday, store::PurgeMode::remove, {hold});
  EXPECT_EQ(kept.rows.at("day_salt"), 2U);
  EXPECT_TRUE(is_as_sealed(*sealed));  // what is held can still be shown to be what was sealed
  const auto gone = ledger.purge(tuesday, store::PurgeMode::remove);
  EXPECT_EQ(gone.rows.at("day_salt"), 3U);
  EXPECT_EQ(gone.rows.at("day_seal"), 1U);
  EXPECT_EQ(ledger.sealed_leaf(authority(), tuesday), std::nullopt);
  EXPECT_EQ(parse_day_seal(audit.entries().at(1).note), sealed);
  EXPECT_TRUE(audit.verify().sound());
}

}  // namespace
}  // namespace edgewatch::evidence

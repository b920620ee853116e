#include "edgewatch/evidence/disclosure.hpp"

#include "edgewatch/evidence/gather.hpp"
#include "edgewatch/evidence/seals.hpp"
#include "edgewatch/evidence/verify.hpp"

#include "evidence_support.hpp"

#include <algorithm>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace edgewatch::evidence {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

/// Minutes of several kinds on two days, of which the first is sealed; then a correction.
class Disclosing : public Office {
 public:
  Disclosing() {
    for (const char* person : {"p17", "p18", "p19", "p20", "p21"}) {
      write(person, "2026-11-17T10:05:00Z", 40, model::Kind::interactive);
      write(person, "2026-11-17T10:05:00Z", 20, model::Kind::playing);
      write(person, "2026-11-17T12:30:00Z", 60, model::Kind::interactive);
      write(person, "2026-11-19T10:05:00Z", 60, model::Kind::concurrent);
    }
    ledger.settle();
    EXPECT_TRUE(seal_next_day(ledger, audit, {0, "edgewatchd", Role::timer}, at("2026-11-18T12:00:00Z")));
    model::Coverage coverage;
    coverage.source = "eth0";
    coverage.interval = {at("2026-11-17T08:00:00Z"), at("2026-11-17T18:00:00Z")};
    coverage.seen = 1000;
    coverage.named = 95;
    coverage.unnamed_other = 5;
    ledger.write({coverage});
    EXPECT_TRUE(open(request()).has_value());
  }

  void write(const std::string& person, const std::string& minute, std::uint8_t seconds, model::Kind kind) {
    model::UsageSlice slice;
    slice.subject = model::Subject::of_person(model::PersonId(person));
    slice.service = model::ServiceId(kind == model::Kind::interactive ? "facebook" : "spotify");
    slice.category = model::Category("social");
    slice.minute = minute_of(at(minute));
    slice.kind = kind;
    slice.grade = kind == model::Kind::concurrent ? model::Grade::weak : model::Grade::strong;
    slice.seconds = seconds;
    slice.lower_seconds = kind == model::Kind::concurrent ? std::uint8_t{0} : seconds;
    slice.reasons = bit(model::Reason::led) | bit(model::Reason::chat);
    slice.weakest_name = model::NameEvidence::tls_server_name;
    slice.weakest_identity = model::IdentityGrade::a;
    slice.binding = 7;
    slice.catalogue = model::Revision("abc");
    slice.rule_book = model::Revision("def");
    slice.method = "5";
    ledger.write({slice});
  }

  void correct(const std::string& from, const std::string& to) {
    model::Amendment amendment;
    amendment.person = model::PersonId("p17");
    amendment.binding = 7;
    amendment.withdrawn = {at(from), at(to)};
    amendment.recorded_at = noon;
    amendment.why = model::Binding::State::conflict;
    ledger.amend({amendment});
  }

  DisclosureRequest wanted() {
    DisclosureRequest request;
    request.reference = model::CaseReference("HR-2026-014");
    request.to = "J Smith";
    request.their_reference = "INV-7";
    request.why = "disciplinary hearing";
    request.authorised_by = "Head of HR";
    return request;
  }

  Disclosed disclosed(const DisclosureRequest& request) {
    Names names;
    names.display_name = "Person Seventeen";
    names.program_version = "0";
    const auto authority = authorise_disclosure(ledger, audit, hr, request, names, noon).value();
    const AuditTree tree = audit.tree();
    const SignedHead head = sign(key, tree.head, tree.root, noon);
    const auto report = gather(ledger, audit, authority, std::move(names), noon);
    return disclose(ledger, audit, key, authority, report, request, head, hr);
  }

  [[nodiscard]] Verification verified(const std::vector<BundleFile>& files) const {
    return verify_bundle(files, key.public_key());
  }

  static std::string fault_of(const Verification& verification) {
    const auto& last = verification.lines.back();
    return last.good ? "" : last.file + ": " + last.text;
  }

  SigningKey key{{}};
};

TEST_F(Disclosing, TellsItsOwnLookAtTheFiguresFromSomebodysLook) {
  static_cast<void>(ask(hr, "HR-2026-014", "p17", "2026-11-17", "2026-11-17"));
  const Disclosed out = disclosed(wanted());
  const auto told = std::ranges::find(out.files, "report.json", &BundleFile::name);
  std::vector<std::string> looks;
  const auto report = nlohmann::json::parse(told->text);
  for (const auto& look : report.at("accesses")) looks.push_back(look.at("asked_for"));
  EXPECT_THAT(looks, ElementsAre("a report", HasSubstr("read by the program alone, before a disclosure"),
                                 "a disclosure out of the house"));
}

TEST_F(Disclosing, IsAuthenticWithWhatWasCorrectedAndSaysWhatIsNotSealed) {
  correct("2026-11-17T10:05:00Z", "2026-11-17T10:06:00Z");
  const Disclosed out = disclosed(wanted());
  EXPECT_THAT(out.unsealed, ElementsAre(date("2026-11-19")));
  const Verification verification = verified(out.files);
  EXPECT_EQ(fault_of(verification), "");
  ASSERT_THAT(verification.notes, SizeIs(1));
  EXPECT_THAT(verification.notes[0], HasSubstr("2026-11-19 had not been sealed"));
  const auto minutes = std::ranges::find(out.files, "minutes.tsv", &BundleFile::name);
  EXPECT_THAT(minutes->text,
              HasSubstr("2026-11-17T10:05Z\tfacebook\tsocial\tinteractive\tstrong\tpersonal\t40\t40\tLED,"
                        "CHAT\ttls-sni\tA\t7\tabc\tdef\t5\t0\tsuperseded\n"));
}

TEST_F(Disclosing, OfRecordsThatWereChangedAfterTheSealIsNotAuthentic) {
  write("p17", "2026-11-17T16:00:00Z", 60, model::Kind::interactive);
  EXPECT_EQ(fault_of(verified(disclosed(wanted()).files)),
            "minutes.tsv: the records of 2026-11-17 are not those that were sealed, or their path is not");
}

TEST_F(Disclosing, IsPackedAndUnpackedTheSame) {
  const auto files = disclosed(wanted()).files;
  const auto again = unpack(pack(files));
  ASSERT_TRUE(again.has_value()) << again.error();
  EXPECT_EQ(*again, files);
}

TEST_F(Disclosing, AByteChangedAnywhereIsFound) {
  const auto files = disclosed(wanted()).files;
  ASSERT_TRUE(verified(files).sound());
  std::mt19937_64 random{17};
  for (std::size_t which = 0; which < files.size(); ++which) {
    const std::size_t size = files[which].text.size();
    for (int i = 0; i < 200; ++i) {
      auto changed = files;
      changed[which].text[random() % size] ^= static_cast<char>(1U << (random() % 8));
      const Verification verification = verified(changed);
      ASSERT_FALSE(verification.sound()) << files[which].name;
      const std::string& named = verification.lines.back().file;
      // Of a signature it can only be said that the manifest is not what it signs.
      EXPECT_TRUE(named == files[which].name ||
                  (files[which].name == "manifest.sig" && named == "manifest.json"))
          << files[which].name << ": " << fault_of(verification);
    }
  }
}

TEST_F(Disclosing, ToSomebodyWithoutRowsIsAuthenticAndHasNone) {
  DisclosureRequest request = wanted();
  request.capacity = Capacity::witness;
  const auto files = disclosed(request).files;
  const Verification verification = verified(files);
  EXPECT_EQ(fault_of(verification), "");
  EXPECT_TRUE(std::ranges::none_of(files, [](const BundleFile& file) { return file.name == "minutes.tsv"; }));
  EXPECT_THAT(verification.notes[0], HasSubstr("without the rows"));
}

TEST_F(Disclosing, NeedsARecipientAReasonAnApproverAndToThePoliceItsBasis) {
  const auto refused = [&](auto change) {
    DisclosureRequest request = wanted();
    change(request);
    return refusal_of(authorise_disclosure(ledger, audit, hr, request, {}, noon)).exit_code;
  };
  EXPECT_EQ(refused([](auto& r) { r.to = " "; }), 64);
  EXPECT_EQ(refused([](auto& r) { r.why.clear(); }), 64);
  EXPECT_EQ(refused([](auto& r) { r.their_reference.clear(); }), 64);
  EXPECT_EQ(refused([](auto& r) { r.authorised_by = "HR-Officer"; }), 64);
  EXPECT_EQ(refused([](auto& r) { r.capacity = Capacity::police; }), 64);
  EXPECT_EQ(refused([](auto& r) { r.to = std::string(1001, 'x'); }), 64);
  EXPECT_EQ(refused([](auto& r) { r.reference = model::CaseReference("HR-9"); }), 77);
  EXPECT_EQ(refused([](auto&) {}), 0);
  EXPECT_EQ(refusal_of(authorise_disclosure(ledger, audit, ict, wanted(), {}, noon)).exit_code, 77);
  const auto entries = audit.entries([](const AuditEntry& entry) { return entry.action == "disclose"; });
  EXPECT_THAT(entries, SizeIs(9));
  EXPECT_EQ(std::ranges::count(entries, "refused", &AuditEntry::outcome), 8);
}

/// A report of these days would be refused: 95 of 100 connections were named until then, 95 of 200 now.
class DisclosingTheUnsure : public Disclosing {
 public:
  DisclosingTheUnsure() {
    model::Coverage coverage;
    coverage.source = "eth0";
    coverage.interval = {at("2026-11-18T08:00:00Z"), at("2026-11-18T18:00:00Z")};
    coverage.seen = 1000;
    coverage.unnamed_other = 100;
    ledger.write({coverage});
  }

  [[nodiscard]] std::vector<AuditEntry> told() const {
    return audit.entries([](const AuditEntry& entry) { return entry.action == "disclose"; });
  }
};

TEST_F(DisclosingTheUnsure, IsRefusedWithoutAReasonAndNoCustodyIsWritten) {
  const Refusal refusal = refusal_of(authorise_disclosure(ledger, audit, hr, wanted(), {}, noon));
  EXPECT_EQ(refusal.exit_code, 77);
  EXPECT_THAT(refusal.sentence, HasSubstr("the method wants 90 %"));
  EXPECT_THAT(refusal.sentence, HasSubstr("--despite REASON"));
  ASSERT_THAT(told(), SizeIs(1));
  EXPECT_EQ(told()[0].outcome, "refused");
  EXPECT_THAT(told()[0].detail->text, HasSubstr("the method wants 90 %"));
}

TEST_F(DisclosingTheUnsure, IsGivenForAReasonWhichStandsInCustodyAndReport) {
  DisclosureRequest request = wanted();
  request.despite = "the tribunal orders it";
  const auto files = disclosed(request).files;
  EXPECT_EQ(fault_of(verified(files)), "");
  for (const char* name : {"report.html", "report.txt", "report.csv", "report.json", "custody.tsv"}) {
    const auto file = std::ranges::find(files, name, &BundleFile::name);
    EXPECT_THAT(file->text, HasSubstr("the tribunal orders it")) << name;
  }
  ASSERT_THAT(told(), SizeIs(1));
  EXPECT_EQ(told()[0].outcome, "permitted");
}

TEST_F(Disclosing, SaysNoReasonWhereTheFiguresNeedNone) {
  DisclosureRequest request = wanted();
  request.despite = "never-needed";
  for (const BundleFile& file : disclosed(request).files)
    EXPECT_THAT(file.text, ::testing::Not(HasSubstr("never-needed"))) << file.name;
}

}  // namespace
}  // namespace edgewatch::evidence

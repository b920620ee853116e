#include "edgewatch/evidence/gather.hpp"

#include "evidence_support.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::evidence {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

class Gather : public Office {
 public:
  void write(const std::string& person, const std::string& minute) {
    model::UsageSlice slice;
    slice.subject = model::Subject::of_person(model::PersonId(person));
    slice.service = model::ServiceId("photo-share");
    slice.minute = *parse_minute(minute);
    slice.grade = model::Grade::strong;
    slice.seconds = 60;
    slice.lower_seconds = 30;
    slice.catalogue = model::Revision("c1");
    slice.method = "1";
    ledger.write({slice});
  }
};

TEST_F(Gather, BringsThePersonsRowsOfTheAuthoritysDaysAndNobodyElses) {
  write("p17", "2026-11-16T10:05Z");
  write("p17", "2026-11-17T10:05Z");
  write("p18", "2026-11-17T10:05Z");
  ledger.write_revision("catalogue", model::Revision("c1"), "services: 40", at("2026-10-01T08:00:00Z"));
  ledger.write_revision("catalogue", model::Revision("c0"), "services: 39", at("2026-09-01T08:00:00Z"));
  ledger.write_method("1", R"({"hold":60})", at("2026-11-01T08:00:00Z"));
  ledger.write_method("0", R"({"hold":30})", at("2026-09-01T08:00:00Z"));
  static_cast<void>(open(request()));
  const auto authority = ask(hr, "HR-2026-014", "p17", "2026-11-17", "2026-11-17");
  Names names;
  names.display_name = "Person Seventeen";
  const report::UsageReport report = gather(ledger, audit, *authority, names, noon);
  ASSERT_THAT(report.rows, SizeIs(1));
  EXPECT_EQ(report.rows[0].subject.text(), "p17");
  EXPECT_EQ(report.period, dates("2026-11-17", "2026-11-17"));
  ASSERT_THAT(report.revisions, SizeIs(1));
  EXPECT_EQ(report.revisions[0].revision, model::Revision("c1"));
  ASSERT_THAT(report.methods, SizeIs(1));
  EXPECT_EQ(report.methods[0].version, "1");
  ASSERT_THAT(report.accesses, SizeIs(1));
  EXPECT_EQ(report.accesses[0].officer, "hr-officer");
  EXPECT_EQ(report.accesses[0].what, "a report");
  const std::string html = report::to_html(report);
  EXPECT_THAT(html, HasSubstr("Person Seventeen (p17)"));
  EXPECT_THAT(html, Not(HasSubstr("p18")));
}

TEST_F(Gather, ListsEveryQuestionAboutThePersonThatTheCaseAnswered) {
  static_cast<void>(open(request()));
  Authorities authorities(ledger, audit);
  const model::CaseReference reference("HR-2026-014");
  const auto asked = [&](Action action, const std::string& what = {}) {
    return authorities
        .authorise(hr, reference, model::PersonId("p17"), dates("2026-11-17", "2026-11-17"), noon, action,
                   what)
        .value();
  };
  for (const Action action : {Action::who, Action::why, Action::blocks_by_person})
    static_cast<void>(asked(action));
  static_cast<void>(asked(Action::report, "46 % of connections had a name. Given all the same: it is late"));
  EXPECT_FALSE(ask(hr, "HR-2026-014", "p17", "2025-11-17", "2025-11-17").has_value());  // out of its days
  const model::CaseAuthority authority = asked(Action::report);
  std::vector<std::string> looks;
  for (const auto& look : gather(ledger, audit, authority, Names{}, noon).accesses)
    looks.push_back(look.what);
  EXPECT_THAT(looks, ::testing::ElementsAre(
                         "whose an address was", "why a name was blocked or allowed", "what rules held back",
                         "that report, to be given although its figures are unsure", "a report"));
}

}  // namespace
}  // namespace edgewatch::evidence

#include "edgewatch/classify/list_trial.hpp"

#include "mapped.hpp"

#include <thread>

#include <gtest/gtest.h>

namespace edgewatch::classify {
namespace {

using namespace std::chrono_literals;
using Verdict = ListTrial::Verdict;

const Timestamp morning = parse_rfc3339("2026-11-17T09:00:00Z").value();
net::HostName name(const std::string& text) { return net::HostName::from_dotted(text).value(); }

/// A set of one list, which keeps its file.
std::shared_ptr<const ListSet> set_of(const std::vector<std::string>& names, const char* category = "adult") {
  struct Kept {
    explicit Kept(const std::string& text) : file(text), set(*ListSet::over(file.bytes())) {}
    Mapped file;
    ListSet set;
  };
  ListSetBuilder builder({{"one", model::Category(category), 1}}, {1, 2}, {names.size(), 1000});
  for (const std::string& text : names) builder.add(text, {{0}}, 1);
  const auto kept = std::make_shared<const Kept>(builder.file());
  return {kept, &kept->set};
}

/// Minutes in each of which so many names were asked for of each kind.
void browse(ListTrial& trial, Timestamp from, int minutes, int old_names, int new_names) {
  for (int minute = 0; minute < minutes; ++minute) {
    const Timestamp at = from + std::chrono::minutes(minute);
    for (int i = 0; i < old_names; ++i) trial.note(name("www.old.example"), at);
    for (int i = 0; i < new_names; ++i) trial.note(name("www.new.example"), at);
    trial.note(name("elsewhere.example"), at + 59s);
  }
}

TEST(ListTrial, FailsWhereFiveMinutesOnEndHaveOverThreeTimesAsManyListedNames) {
  ListTrial trial(set_of({"old.example"}), set_of({"old.example", "new.example"}),
                  {model::Category("adult")});
  browse(trial, morning, 5, 20, 41);
  EXPECT_EQ(trial.verdict(), Verdict::runs) << "the fifth minute is not over";
  browse(trial, morning + 5min, 1, 0, 0);
  EXPECT_EQ(trial.verdict(), Verdict::failed);
}

TEST(ListTrial, FourBadMinutesAndAGoodOneAreNotFive) {
  ListTrial trial(set_of({"old.example"}), set_of({"old.example", "new.example"}),
                  {model::Category("adult")});
  browse(trial, morning, 4, 20, 41);
  browse(trial, morning + 4min, 1, 20, 40);
  browse(trial, morning + 5min, 5, 20, 41);
  EXPECT_EQ(trial.verdict(), Verdict::runs);
}

TEST(ListTrial, FewNamesSayNothingAndNeitherDoCategoriesThatNoRuleBlocks) {
  ListTrial few(set_of({"old.example"}), set_of({"new.example"}), {model::Category("adult")});
  browse(few, morning, 61, 0, 30);
  EXPECT_EQ(few.verdict(), Verdict::passed);
  ListTrial other(set_of({}), set_of({"new.example"}, "ads"), {model::Category("adult")});
  browse(other, morning, 61, 0, 1000);
  EXPECT_EQ(other.verdict(), Verdict::passed);
}

TEST(ListTrial, TheMorningRushIsNoReason) {
  ListTrial trial(set_of({"old.example"}), set_of({"old.example", "new.example"}),
                  {model::Category("adult")});
  browse(trial, morning, 5, 1, 0);
  browse(trial, morning + 5min, 20, 500, 3);
  EXPECT_EQ(trial.verdict(), Verdict::runs);
}

TEST(ListTrial, IsAskedForItsVerdictWhileAnotherThreadNotes) {
  const auto before = set_of({"old.example"});
  ListTrial trial(before, set_of({"old.example", "new.example"}), {model::Category("adult")});
  std::thread analysis([&] { browse(trial, morning, 6, 20, 41); });
  while (trial.verdict() == Verdict::runs) std::this_thread::yield();
  EXPECT_EQ(trial.verdict(), Verdict::failed);
  EXPECT_EQ(trial.before(), before);
  analysis.join();
}

}  // namespace
}  // namespace edgewatch::classify

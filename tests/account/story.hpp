// Stories in the notation of TIME 6.3, told from literals: `ex(t, host, up, down)` is one exchange. They
// become the activities of one device, and these the figures of one service.
#pragma once

#include "edgewatch/account/accountant.hpp"

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace edgewatch::account::testing {

/// Tuesday 17 November 2026, 10:00:00 UTC.
inline Timestamp at_ten(double seconds = 0) {
  return Timestamp(std::chrono::sys_days(std::chrono::year(2026) / 11 / 17)) + std::chrono::hours(10) +
         Duration(static_cast<std::int64_t>(seconds * 1e6));
}

/// Repeatable on every machine, which the distributions of <random> are not.
class Dice {
 public:
  explicit Dice(std::uint32_t seed) : engine_(seed) {}
  int between(int least, int most) {
    return least + static_cast<int>(engine_() % static_cast<std::uint32_t>(most - least + 1));
  }
  double fraction() { return static_cast<double>(engine_() % 1'000'000) / 1e6; }

 private:
  std::mt19937 engine_;
};

/// Names of one device's story: `www.social.example` and so on; anything not listed below is unlisted.
class Story {
 public:
  explicit Story(std::uint32_t seed = 1, std::string person = "p17",
                 std::string device = "00:00:5e:00:53:01");

  Story& ex(double t, const std::string& host, int up, int down);
  // The shorthands of TIME 6.3.
  Story& load(double t);                ///< FB-load
  Story& act(double t);                 ///< act
  Story& acts(double from, double to);  ///< acts at gaps 7,13,22,9,31,5,18,44,11,27,16,38 repeated
  Story& news(double t);                ///< news
  Story& blog_load(double t);           ///< FB-load of the micro-blog
  Story& blog_act(double t);
  Story& video_load(double t);
  Story& chunks(double from, double to);  ///< 0.6-2 MB every 5-11 s

  [[nodiscard]] std::vector<Activity> activities() const;
  Dice dice;
  model::IdentityGrade identity = model::IdentityGrade::a;
  model::NameEvidence evidence = model::NameEvidence::tls_server_name;
  bool name_in_doubt = false;
  model::Purpose purpose = model::Purpose::personal;

 private:
  struct Flow {
    std::uint64_t id = 0;
    double last = 0;
  };
  std::uint64_t flow_to(const std::string& host, double t);
  std::string person_;
  std::string device_;
  std::uint64_t flows_ = 0;
  std::map<std::string, Flow> live_;
  std::map<std::pair<std::int64_t, std::uint64_t>, Activity> seconds_;  // by (second, flow)
};

/// What the rows say of one service.
struct Figures {
  int interactive = 0;  ///< counted: strong and moderate
  int strong = 0;
  int playing = 0;  ///< counted
  int weak = 0;     ///< interactive
  int weak_playing = 0;
  int concurrent = 0;
  int lower = 0;  ///< interactive and playing
  model::Reasons reasons = 0;
  model::Reasons weak_reasons = 0;
  [[nodiscard]] bool has(model::Reason reason) const {
    return ((reasons | weak_reasons) & model::bit(reason)) != 0;
  }
};
[[nodiscard]] Figures figures(const std::vector<model::UsageSlice>& slices, const std::string& service,
                              const std::string& subject = "p17");

/// All activities in order, then finish().
[[nodiscard]] Output account(const std::vector<Activity>& activities);
[[nodiscard]] Output account(const Story& story);
[[nodiscard]] std::vector<Activity> in_order(std::vector<Activity> activities);
[[nodiscard]] std::string row_text(const model::UsageSlice& slice);

}  // namespace edgewatch::account::testing

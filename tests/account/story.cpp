#include "story.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>

#include <fmt/format.h>

namespace edgewatch::account::testing {
namespace {

struct Listed {
  const char* host;
  const char* service;
  model::Role role;
};
using model::Role;
constexpr std::array<Listed, 17> catalogue{{
    {"www.social.example", "social", Role::core},
    {"static.social.example", "social", Role::content},
    {"images.social.example", "social", Role::content},
    {"api.social.example", "social", Role::app},
    {"push.social.example", "social", Role::push},
    {"widget.social.example", "social", Role::embed},
    {"www.blog.example", "blog", Role::core},
    {"images.blog.example", "blog", Role::content},
    {"widget.blog.example", "blog", Role::embed},
    {"www.video.example", "video", Role::core},
    {"images.video.example", "video", Role::content},
    {"chunks.video.example", "video", Role::media},
    {"api.photos.example", "photos", Role::app},
    {"images.photos.example", "photos", Role::content},
    {"push.photos.example", "photos", Role::push},
    {"web.chat.example", "chat", Role::chat},
    {"accounts.browser.example", "", Role::system},
}};

std::uint64_t key_of(const std::string& host) {  // FNV-1a
  std::uint64_t key = 14'695'981'039'346'656'037ULL;
  for (const char c : host) key = (key ^ static_cast<unsigned char>(c)) * 1'099'511'628'211ULL;
  return key;
}

void name(Activity& activity, const std::string& host) {
  const auto* const listed =
      std::find_if(catalogue.begin(), catalogue.end(), [&](const Listed& l) { return host == l.host; });
  if (listed == catalogue.end()) return;
  if (listed->role == Role::system) {
    activity.unlisted_system = true;
    return;
  }
  activity.service = model::ServiceId(listed->service);
  activity.category = model::Category("social");
  activity.role = listed->role;
}

std::vector<int> gaps_repeated() {
  constexpr std::array<int, 12> gaps{7, 13, 22, 9, 31, 5, 18, 44, 11, 27, 16, 38};
  constexpr std::size_t enough = 4'000;  // a day's worth
  std::vector<int> out(enough);
  for (std::size_t i = 0; i < enough; ++i) out[i] = gaps[i % gaps.size()];
  return out;
}

}  // namespace

Story::Story(std::uint32_t seed, std::string person, std::string device)
    : dice(seed), person_(std::move(person)), device_(std::move(device)) {}

std::uint64_t Story::flow_to(const std::string& host, double t) {
  constexpr double idle_close = 240;
  Flow& flow = live_[host];
  if (flow.id == 0 || t - flow.last >= idle_close) flow.id = ++flows_;
  flow.last = t;
  // Flow numbers of two devices never meet.
  return flow.id + (key_of(device_) & 0xffff'ffffULL) * 1'000'000ULL;
}

Story& Story::ex(double t, const std::string& host, int up, int down) {
  const std::uint64_t flow = flow_to(host, t);
  Activity& second = seconds_[{static_cast<std::int64_t>(std::floor(t)), flow}];
  if (second.flow == 0) {
    second.at = at_ten(t);
    second.flow = flow;
    second.subject =
        person_ == "unattributed" ? model::Subject() : model::Subject::of_person(model::PersonId(person_));
    second.device = device_;
    second.host_key = key_of(host);
    second.purpose = purpose;
    second.identity = identity;
    second.evidence = evidence;
    second.name_in_doubt = name_in_doubt;
    name(second, host);
  }
  second.at = std::min(second.at, at_ten(t));
  second.up += static_cast<std::uint32_t>(up);
  second.down += static_cast<std::uint32_t>(down);
  return *this;
}

Story& Story::load(double t) {
  ex(t, "www.social.example", 1'500, 250'000);
  for (int i = 0; i < 8; ++i) ex(t + 1 + i % 2, "static.social.example", 200, 60'000);
  return *this;
}

Story& Story::act(double t) {
  ex(t, "www.social.example", dice.between(1'500, 5'500), dice.between(15'000, 100'000));
  const int images = dice.between(1, 6);
  for (int i = 0; i < images; ++i) {
    ex(t + 1, "images.social.example", dice.between(90, 260), dice.between(20'000, 140'000));
  }
  return *this;
}

Story& Story::acts(double from, double to) {
  double t = from;
  for (const int gap : gaps_repeated()) {
    if (t >= to) break;
    act(t);
    t += gap;
  }
  return *this;
}

Story& Story::news(double t) {
  for (int i = 0; i < 12; ++i) ex(t + i % 3, fmt::format("cdn{}.news.example", i % 4), 400, 50'000);
  return *this;
}

Story& Story::blog_load(double t) {
  ex(t, "www.blog.example", 1'500, 250'000);
  for (int i = 0; i < 8; ++i) ex(t + 1 + i % 2, "images.blog.example", 200, 60'000);
  return *this;
}

Story& Story::blog_act(double t) {
  ex(t, "www.blog.example", dice.between(1'500, 5'500), dice.between(15'000, 100'000));
  ex(t + 1, "images.blog.example", dice.between(90, 260), dice.between(20'000, 140'000));
  return *this;
}

Story& Story::video_load(double t) {
  ex(t, "www.video.example", 900, 1'200'000);
  for (int i = 0; i < 8; ++i) ex(t + 1 + i % 2, "images.video.example", 200, 60'000);
  return *this;
}

Story& Story::chunks(double from, double to) {
  double t = from;
  while (t < to) {
    ex(t, "chunks.video.example", 700, dice.between(600'000, 2'000'000));
    t += 5 + 6 * dice.fraction();
  }
  return *this;
}

std::vector<Activity> Story::activities() const {
  std::vector<Activity> out;
  out.reserve(seconds_.size());
  for (const auto& [key, second] : seconds_) out.push_back(second);
  return in_order(std::move(out));
}

std::vector<Activity> in_order(std::vector<Activity> activities) {
  std::stable_sort(activities.begin(), activities.end(), [](const Activity& a, const Activity& b) {
    return std::tie(a.at, a.flow) < std::tie(b.at, b.flow);
  });
  return activities;
}

Figures figures(const std::vector<model::UsageSlice>& slices, const std::string& service,
                const std::string& subject) {
  Figures f;
  for (const model::UsageSlice& slice : slices) {
    if (slice.service.text() != service || slice.subject.text() != subject) continue;
    const bool counted = slice.grade > model::Grade::weak;
    (counted ? f.reasons : f.weak_reasons) |= slice.reasons;
    f.lower += slice.lower_seconds;
    if (slice.kind == model::Kind::concurrent) {
      f.concurrent += slice.seconds;
    } else if (slice.kind == model::Kind::playing) {
      (counted ? f.playing : f.weak_playing) += slice.seconds;
    } else {
      (counted ? f.interactive : f.weak) += slice.seconds;
      if (slice.grade == model::Grade::strong) f.strong += slice.seconds;
    }
  }
  return f;
}

Output account(const std::vector<Activity>& activities) {
  Accountant accountant;
  for (const Activity& activity : activities) accountant.add(activity);
  return accountant.finish();
}

Output account(const Story& story) { return account(story.activities()); }

std::string row_text(const model::UsageSlice& s) {
  return fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}", s.subject.text(), s.service.text(),
                     format_minute(s.minute), model::to_string(s.kind), s.seconds, model::to_string(s.grade),
                     model::to_string(s.purpose), model::reason_names(s.reasons), s.lower_seconds);
}

}  // namespace edgewatch::account::testing

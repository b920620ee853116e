#include "time/person.hpp"

#include "support/behaviour.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <stdexcept>

#include <fmt/format.h>

namespace edgewatch::truth {
namespace {

using support::Random;
using support::Site;

constexpr double day_begins = clock_time(8, 45);
constexpr double day_ends = clock_time(17);
constexpr const char* chunk_host = "rr3---sn-cu-aigsl7z.googlevideo.com";

/// A listed site and what it is called in the catalogue.
struct Listed {
  std::string service;
  Site site;
};
const Listed& social() {
  static const Listed listed{"facebook", support::facebook()};
  return listed;
}
const Listed& microblog() {
  static const Listed listed{"x", support::x()};
  return listed;
}
const Listed& photos() {
  static const Listed listed{"instagram", support::instagram()};
  return listed;
}

// A day is walked along in seconds with fractions, at gaps drawn by chance: nothing depends on a loop's last
// step. NOLINTBEGIN(clang-analyzer-security.FloatLoopCounter)

/// One person's machine; each member function is one thing that happens.
class Life {
 public:
  Life(const std::string& kind, std::uint64_t seed) : day_(kind, seed), random_(seed) {}
  [[nodiscard]] Day take() { return std::move(day_); }
  [[nodiscard]] Random& random() { return random_; }

  void work(double from, double to);
  /// Mail, documents, calls and telemetry of an office, with lunch between.
  void work_day() {
    work(day_begins, clock_time(12, 20));
    work(clock_time(13, 5), day_ends);
  }
  void visit(const Listed& listed, double t, double seconds, double tab_left = 0);
  void leave_tab(const Listed& listed, double t, double seconds, Poll style);
  void watch(double t, double seconds, bool present);
  void news(double t, std::size_t pages);
  void news_page(double t, bool first);
  void app_refresh(const std::string& host, const std::string& content, double from, double to);
  void keep_alive(const std::string& host, double from, double to, double least, double most);
  void update(double t);
  void webmail(double from, double to);

 private:
  double size(std::uint64_t low, std::uint64_t high) {
    return static_cast<double>(random_.between(low, high));
  }
  std::size_t number(std::uint64_t low, std::uint64_t high) {
    return static_cast<std::size_t>(random_.between(low, high));
  }
  void load(const Listed& listed, double t);
  void action(const Site& site, double t);
  void documents(double t);
  void social_widgets(double t, bool first);
  void microblog_widgets(double t, bool first);
  void embedded_player(double t);
  void play(double from, double to);
  double next_poll(Poll style);

  Day day_;
  Random random_;
};

void Life::documents(double t) {
  const std::size_t parts = number(3, 12);
  for (std::size_t i = 0; i < parts; ++i) {
    const std::string host =
        i % 2 == 1 ? "council.documents.example" : fmt::format("res{}.office.example", i % 4);
    day_.say(t + random_.uniform(0, 3), host, size(300, 1500), size(5'000, 90'000));
  }
}

void Life::work(double from, double to) {
  for (double t = from; t < to; t += random_.exponential(35)) {
    const double what = random_.unit();
    if (what < 0.4) {
      day_.say(t, "mail.office.example", size(800, 2500), size(2'000, 60'000));
    } else if (what < 0.7) {
      documents(t);
    } else {
      day_.say(t, "calls.office.example", 500, 1500);
    }
  }
  for (double t = from; t < to; t += 30) day_.say(t, "browser.events.data.microsoft.com", 1500, 400);
}

void Life::load(const Listed& listed, double t) {
  const bool is_social = listed.service == "facebook";
  day_.say(t, listed.site.core, is_social ? size(900, 2500) : size(700, 1500),
           is_social ? size(150'000, 400'000) : size(80'000, 300'000), 2);
  const std::size_t parts = is_social ? number(6, 12) : number(4, 10);
  for (std::size_t i = 0; i < parts; ++i)
    day_.say(t + random_.uniform(0, 3), listed.site.assets, size(100, 300), size(15'000, 90'000));
  if (is_social) day_.say(t + 2, listed.site.push, 600, 400);
}

void Life::action(const Site& site, double t) {
  day_.say(t, site.core, size(1500, 5500), size(8'000, 110'000));
  const std::size_t pictures = number(1, 7);
  for (std::size_t i = 0; i < pictures; ++i)
    day_.say(t + random_.uniform(0, 2), site.content, size(90, 260), size(12'000, 150'000));
}

void Life::visit(const Listed& listed, double t, double seconds, double tab_left) {
  const double end = t + seconds;
  day_.truth[listed.service].interactive.add(t, end);
  load(listed, t);
  for (double next = t + 4;;) {
    next += std::min(random_.lognormal(2.3, 0.9) + 1.5, 400.0);
    if (next >= end) break;
    action(listed.site, next);
  }
  for (double beacon = t; beacon < end; beacon += 30)
    day_.say(beacon + random_.uniform(0, 3), listed.site.core, size(2000, 6000), size(200, 500));
  keep_alive(listed.site.push, t, end, 9, 12);
  if (tab_left > 0) {
    constexpr std::array styles = {Poll::on_the_minute, Poll::half_minute, Poll::jittered};
    leave_tab(listed, end, tab_left, styles.at(number(0, 2)));
  }
}

void Life::keep_alive(const std::string& host, double from, double to, double least, double most) {
  for (double t = from; t < to; t += random_.uniform(least, most)) {
    day_.say(t, host, 40, 40);
    if (random_.chance(0.03)) day_.say(t + 1, host, 35, size(200, 1800));  // a message that nobody asked for
  }
}

double Life::next_poll(Poll style) {
  switch (style) {
    case Poll::on_the_minute:
      return random_.chance(0.25) ? 61 : 60;
    case Poll::half_minute:
      return 29 + static_cast<double>(random_.below(3));
    case Poll::jittered:
      return random_.uniform(40, 50);
    case Poll::two_minutes:
      return random_.uniform(119, 121);
    case Poll::five_minutes:
      return random_.uniform(298, 302);
  }
  return 60;
}

void Life::leave_tab(const Listed& listed, double t, double seconds, Poll style) {
  const double end = t + seconds;
  keep_alive(listed.site.push, t, end, 9, 12);
  const double request = size(1800, 3000);
  for (double next = t + 60; next < end; next += next_poll(style)) {
    day_.say(next, listed.site.core, request + size(0, 120) - 60, size(1800, 7000));
    if (random_.chance(0.03)) day_.say(next + 1, listed.site.content, 180, size(5'000, 40'000));
  }
}

void Life::play(double from, double to) {
  for (int i = 0; i < 4; ++i) day_.say(from + 1 + i, chunk_host, 700, 1'500'000);
  for (double t = from + 21; t < to - 15; t += random_.uniform(5, 11))
    day_.say(t, chunk_host, 700, size(600'000, 2'200'000), 2);
  const double every = 20 + 10.0 * static_cast<double>(random_.below(3));
  for (double t = from; t < to; t += every) day_.say(t, "www.youtube.com", 1200, 350);
}

void Life::watch(double t, double seconds, bool present) {
  const Listed video{"youtube", support::youtube()};
  const double end = t + seconds;
  TrueUse& use = day_.truth[video.service];
  (present ? use.playing : use.unattended).add(t, end);
  load(video, t);
  day_.say(t, video.site.core, 900, 900'000, 2);
  for (double begun = t; begun < end;) {
    const double ends = std::min(end, begun + random_.uniform(120, 700));
    play(begun, ends);
    begun = ends;
    if (begun >= end) break;
    day_.say(begun, video.site.core, 1800, size(60'000, 200'000));
    day_.say(begun + 1, video.site.content, 200, 60'000);
  }
}

void Life::social_widgets(double t, bool first) {
  if (random_.chance(0.9))
    day_.say(t + random_.uniform(1, 3), "www.facebook.com", size(700, 1300), size(500, 900));
  if (!random_.chance(0.6)) return;
  day_.say(t + 1, "connect.facebook.net", 400, first ? 90'000 : 2'000);
  day_.say(t + random_.uniform(2, 3), "www.facebook.com", size(900, 1500), size(20'000, 120'000));
  for (int i = 0; i < 4; ++i)
    day_.say(t + 3, "static.xx.fbcdn.net", 200, first ? size(5'000, 60'000) : 1'000);
}

void Life::microblog_widgets(double t, bool first) {
  if (!random_.chance(0.5)) return;
  day_.say(t + 1, "platform.twitter.com", 350, first ? 100'000 : 1'500);
  day_.say(t + 2.5, "syndication.twitter.com", 700, 30'000);
  day_.say(t + 3, "pbs.twimg.com", 200, 60'000);
}

void Life::embedded_player(double t) {
  if (!random_.chance(0.3)) return;
  day_.say(t + 1.5, "www.youtube.com", 900, size(300'000, 900'000), 2);
  day_.say(t + 3, "i.ytimg.com", 200, 50'000);
  for (int i = 0; i < 4; ++i) day_.say(t + 8 + 30 * i, "www.youtube.com", 1100, 300);
}

void Life::news_page(double t, bool first) {
  day_.say(t, "www.gazette.example", size(700, 1500), size(80'000, 200'000));
  const std::size_t parts = number(5, 15);
  for (std::size_t i = 0; i < parts; ++i)
    day_.say(t + random_.uniform(0, 3), fmt::format("cdn{}.gazette.example", number(1, 4)), size(100, 300),
             size(10'000, 120'000));
  social_widgets(t, first);
  microblog_widgets(t, first);
  embedded_player(t);
}

void Life::news(double t, std::size_t pages) {
  for (std::size_t i = 0; i < pages; ++i) {
    news_page(t, i == 0);
    t += random_.lognormal(4.1, 0.7);
  }
}

void Life::app_refresh(const std::string& host, const std::string& content, double from, double to) {
  for (double t = from + random_.uniform(0, 1500); t < to; t += random_.uniform(700, 2700)) {
    const std::size_t requests = number(2, 7);
    for (std::size_t i = 0; i < requests; ++i)
      day_.say(t + random_.uniform(0, 14), host, size(800, 3000), size(3'000, 60'000));
    const std::size_t pictures = number(0, 6);
    for (std::size_t i = 0; i < pictures; ++i)
      day_.say(t + random_.uniform(2, 16), content, size(100, 300), size(10'000, 200'000));
  }
}

void Life::update(double t) {
  for (int i = 0; i < 200; ++i) day_.say(t + i, "dl.updates.example", 300, 8e6);
}

// Newsletters show pictures from the listed services' own hosts, with no page of the service near them.
void Life::webmail(double from, double to) {
  for (double t = from; t < to; t += random_.uniform(15, 90)) {
    day_.say(t, "webmail.example", size(600, 1500), size(4'000, 40'000));
    if (random_.chance(0.4)) day_.say(t + 1, "i.ytimg.com", 180, size(8'000, 60'000));
    if (random_.chance(0.3)) day_.say(t + 1.4, "scontent.xx.fbcdn.net", 160, size(10'000, 60'000));
    if (random_.chance(0.3)) day_.say(t + 1.2, "pbs.twimg.com", 160, size(10'000, 60'000));
  }
}

void light(Life& life) {
  Random& random = life.random();
  const std::uint64_t visits = random.between(1, 4);
  for (std::uint64_t i = 0; i < visits; ++i) {
    const double t = clock_time(9) + random.uniform(0, 27'000);
    const auto seconds = static_cast<double>(random.between(40, 400));
    constexpr std::array tabs = {0.0, 600.0, 3600.0};
    life.visit(social(), t, seconds, tabs.at(random.below(3)));
  }
  life.news(clock_time(10) + random.uniform(0, 20'000), 5);
}

void heavy(Life& life) {
  Random& random = life.random();
  for (double t = clock_time(9, 5); t < clock_time(16, 40);) {
    const auto seconds = static_cast<double>(random.between(120, 1500));
    if (random.chance(0.7)) {
      life.visit(social(), t, seconds, random.below(3) == 0 ? 900 : 0);
    } else {
      life.visit(microblog(), t, seconds);
    }
    t += seconds + static_cast<double>(random.between(200, 3000));
  }
}

void video(Life& life) {
  Random& random = life.random();
  const std::uint64_t times = random.between(1, 4);
  for (std::uint64_t i = 0; i < times; ++i) {
    const double t = clock_time(9) + 6000.0 * static_cast<double>(i) + random.uniform(0, 2000);
    life.watch(t, static_cast<double>(random.between(300, 3500)), true);
  }
}

void mixed(Life& life) {
  Random& random = life.random();
  const auto between = [&](std::uint64_t low, std::uint64_t high) {
    return static_cast<double>(random.between(low, high));
  };
  life.visit(social(), clock_time(9, 30), between(200, 900), 7000);
  life.news(clock_time(11), 6);
  life.watch(clock_time(14), between(200, 1200), true);
  life.visit(microblog(), clock_time(15, 30), between(200, 900));
}

// NOLINTEND(clang-analyzer-security.FloatLoopCounter)

struct Behaviour {
  std::string kind;
  std::function<void(Life&)> live;
};

const std::vector<Behaviour>& behaviours() {
  static const std::vector<Behaviour> all = {
      {"none_news",
       [](Life& life) {
         const std::uint64_t times = life.random().between(2, 6);
         for (std::uint64_t i = 0; i < times; ++i) {
           const double t = clock_time(9) + life.random().uniform(0, 26'000);
           life.news(t, life.random().between(2, 9));
         }
       }},
      {"none_bgtab",
       [](Life& life) {
         life.visit(social(), clock_time(8, 50), static_cast<double>(life.random().between(45, 120)),
                    clock_time(7));
       }},
      {"none_phone",
       [](Life& life) {
         life.app_refresh("graph.facebook.com", "scontent.xx.fbcdn.net", day_begins, day_ends);
         life.app_refresh("i.instagram.com", "scontent.cdninstagram.com", day_begins, day_ends);
         life.keep_alive("edge-mqtt.facebook.com", day_begins, day_ends, 50, 70);
       }},
      {"none_clean", [](Life& life) { life.update(clock_time(11)); }},
      {"light", light},
      {"lunch",
       [](Life& life) {
         life.visit(social(), clock_time(12, 20), static_cast<double>(life.random().between(1200, 2400)),
                    1800);
         life.news(clock_time(15), 4);
       }},
      {"heavy", heavy},
      {"yt", video},
      {"yt_bg",
       [](Life& life) {
         life.watch(clock_time(9, 30), static_cast<double>(life.random().between(5000, 20'000)), false);
       }},
      {"mixed", mixed},
  };
  return all;
}

/// Seeds of different kinds of days must not give the same chance twice.
std::uint64_t mixed_seed(std::uint64_t seed, std::uint64_t kind) { return seed * 1'000'003 + kind * 7919; }

}  // namespace

const std::vector<std::string>& kinds() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> out;
    for (const Behaviour& behaviour : behaviours()) out.push_back(behaviour.kind);
    return out;
  }();
  return names;
}

const std::vector<std::string>& idle_kinds() {
  static const std::vector<std::string> names(kinds().begin(), kinds().begin() + 4);
  return names;
}

Day person_day(const std::string& kind, std::uint64_t seed) {
  const auto& all = behaviours();
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const Behaviour& behaviour) { return behaviour.kind == kind; });
  if (found == all.end()) throw std::invalid_argument("no such behaviour: " + kind);
  Life life(kind, mixed_seed(seed, static_cast<std::uint64_t>(found - all.begin())));
  life.work_day();
  found->live(life);
  Day day = life.take();
  day.seed = seed;
  return day;
}

Day unused_day(std::uint64_t seed) {
  Life life("unused", mixed_seed(seed, 100));
  Random& random = life.random();
  life.work_day();
  const std::uint64_t readings = random.between(0, 5);
  for (std::uint64_t i = 0; i < readings; ++i) {
    const double t = clock_time(9) + random.uniform(0, 26'000);
    life.news(t, random.between(1, 9));
  }
  if (random.chance(0.5))
    life.app_refresh("graph.facebook.com", "scontent.xx.fbcdn.net", day_begins, day_ends);
  if (random.chance(0.3)) life.app_refresh("i.instagram.com", photos().site.content, day_begins, day_ends);
  if (random.chance(0.5)) life.keep_alive("edge-mqtt.facebook.com", day_begins, day_ends, 50, 70);
  const auto style = static_cast<Poll>(random.below(poll_styles));
  if (random.chance(0.4)) life.leave_tab(social(), day_begins, day_ends - day_begins, style);
  if (random.chance(0.2)) life.leave_tab(microblog(), day_begins + 7, day_ends - day_begins, style);
  if (random.chance(0.3)) {
    const double t = clock_time(9) + random.uniform(0, 20'000);
    life.webmail(t, t + random.uniform(300, 2400));
  }
  Day day = life.take();
  day.seed = seed;
  return day;
}

Day embeds_day(std::uint64_t seed, std::size_t pages) {
  Life life("embeds", mixed_seed(seed, 200));
  life.news(clock_time(8), pages);
  return life.take();
}

Day background_day(Poll style, std::uint64_t seed) {
  Life life("background", mixed_seed(seed, 300 + static_cast<std::uint64_t>(style)));
  life.work_day();
  life.visit(social(), clock_time(8, 50), 120);
  life.leave_tab(social(), clock_time(8, 52), clock_time(8), style);
  return life.take();
}

}  // namespace edgewatch::truth

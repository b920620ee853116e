#include "support/behaviour.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace edgewatch::support {
namespace {

std::size_t draw(Story& story, std::uint64_t low, std::uint64_t high) {
  return static_cast<std::size_t>(story.random().between(low, high));
}

bool within(const std::vector<Span>& spans, Timestamp t) {
  return std::any_of(spans.begin(), spans.end(),
                     [t](const Span& span) { return span.from <= t && t < span.to; });
}

// 4.1 and 0.7: a median of 60 s on a page (TIME 2.3, HOLD).
double page_dwell(Story& story) { return std::min(story.random().lognormal(4.1, 0.7), 600.0); }

void facebook_widgets(Story& story, const Machine& who, Timestamp t) {
  Random& random = story.random();
  if (random.chance(0.9))
    story.exchange(who, after(t, random.uniform(1, 3)), "www.facebook.com", draw(story, 700, 1300),
                   draw(story, 500, 900));
  if (!random.chance(0.6)) return;
  story.exchange(who, after(t, 1), "connect.facebook.net", 400, draw(story, 2000, 90000));
  story.exchange(who, after(t, random.uniform(2, 3)), "www.facebook.com", draw(story, 900, 1500),
                 draw(story, 20000, 120000));
  for (int i = 0; i < 4; ++i)
    story.exchange(who, after(t, 3), "static.xx.fbcdn.net", 200, draw(story, 1000, 60000));
}

void x_widgets(Story& story, const Machine& who, Timestamp t) {
  if (!story.random().chance(0.5)) return;
  story.exchange(who, after(t, 1), "platform.twitter.com", 350, draw(story, 1500, 100000));
  story.exchange(who, after(t, 2.5), "syndication.twitter.com", 700, 30000);
  story.exchange(who, after(t, 3), "pbs.twimg.com", 200, 60000);
}

// The player of a video that nobody starts, and its beacons.
void video_embed(Story& story, const Machine& who, Timestamp t) {
  if (!story.random().chance(0.3)) return;
  story.exchange(who, after(t, 1.5), "www.youtube.com", 900, draw(story, 300000, 900000));
  story.exchange(who, after(t, 3), "i.ytimg.com", 200, 50000);
  for (int i = 0; i < 4; ++i) story.exchange(who, after(t, 8 + 30 * i), "www.youtube.com", 1100, 300);
}

void chunks(Story& story, const Machine& who, Span span) {
  for (int i = 0; i < 4; ++i) story.exchange(who, after(span.from, 1 + i), youtube_media(), 700, 1'500'000);
  for (Timestamp t = after(span.from, 20); t < span.to; t = after(t, story.random().uniform(5, 11)))
    story.exchange(who, t, youtube_media(), 700, draw(story, 600'000, 2'200'000));
}

void beacons(Story& story, const Machine& who, Span span, const std::string& host, double every) {
  for (Timestamp t = after(span.from, story.random().uniform(0, 3)); t < span.to; t = after(t, every))
    story.exchange(who, t, host, draw(story, 2000, 6000), draw(story, 200, 500));
}

void document_burst(Story& story, const Machine& who, Timestamp t) {
  const std::size_t count = draw(story, 3, 10);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string host = i % 2 == 0 ? "res.cdn.office.net" : "contoso.sharepoint.com";
    story.exchange(who, after(t, story.random().uniform(0, 1)), host, draw(story, 300, 1500),
                   draw(story, 5000, 90000));
  }
}

}  // namespace

Timestamp after(Timestamp t, double seconds) {
  return t + std::chrono::microseconds(static_cast<std::int64_t>(seconds * 1e6));
}

Site facebook() {
  return {"www.facebook.com", "static.xx.fbcdn.net", "scontent.xx.fbcdn.net", "edge-chat.facebook.com"};
}
Site x() { return {"x.com", "abs.twimg.com", "pbs.twimg.com", "api.x.com"}; }
Site instagram() {
  return {"www.instagram.com", "static.cdninstagram.com", "scontent.cdninstagram.com",
          "edge-chat.instagram.com"};
}
Site linkedin() { return {"www.linkedin.com", "static.licdn.com", "media.licdn.com", ""}; }
Site reddit() {
  return {"www.reddit.com", "www.redditstatic.com", "preview.redd.it", "gql-realtime.reddit.com"};
}
Site tiktok() {
  return {"www.tiktok.com", "sf16-website-login.neutral.ttwstatic.com", "p16-sign-va.tiktokcdn.com", ""};
}
Site youtube() { return {"www.youtube.com", "i.ytimg.com", "i.ytimg.com", ""}; }
std::string youtube_media() { return "rr3---sn-cu-aigsl7z.googlevideo.com"; }

void load(Story& story, const Machine& who, Timestamp t, const Site& site) {
  story.exchange(who, t, site.core, 1500, 250'000);
  for (int i = 0; i < 8; ++i)
    story.exchange(who, after(t, 0.4 + 2.5 * story.random().unit()), site.assets, 200, 60'000);
}

void act(Story& story, const Machine& who, Timestamp t, const Site& site) {
  story.exchange(who, t, site.core, draw(story, 1500, 5500), draw(story, 15'000, 100'000));
  const std::size_t pictures = draw(story, 1, 6);
  for (std::size_t i = 0; i < pictures; ++i) {
    const Timestamp when = after(t, story.random().uniform(0.2, 2));
    story.exchange(who, when, site.content, draw(story, 90, 260), draw(story, 20'000, 140'000));
  }
}

Span visit(Story& story, const Machine& who, Timestamp t, double seconds, const Site& site) {
  const Span span{t, after(t, seconds)};
  load(story, who, t, site);
  Timestamp next = after(t, 4);
  while (true) {
    next = after(next, std::min(story.random().lognormal(2.3, 0.9) + 1.5, 240.0));
    if (next >= span.to) break;
    act(story, who, next, site);
  }
  beacons(story, who, span, site.core, 30);
  if (!site.push.empty()) keepalive(story, who, span, site.push);
  return span;
}

void keepalive(Story& story, const Machine& who, Span span, const std::string& host, double every) {
  for (Timestamp t = span.from; t < span.to; t = after(t, every * story.random().uniform(0.9, 1.1))) {
    story.exchange(who, t, host, 40, 40);
    if (story.random().chance(0.03)) story.push(who, after(t, 1), host, draw(story, 200, 1800));
  }
}

void poll(Story& story, const Machine& who, Span span, const std::string& host, std::size_t up,
          std::size_t down, double every) {
  for (Timestamp t = span.from; t < span.to; t = after(t, every + story.random().uniform(-1, 1)))
    story.exchange(who, t, host, up - 60 + draw(story, 0, 120), down);
}

void news_page(Story& story, const Machine& who, Timestamp t, const std::string& site, Widgets widgets) {
  story.exchange(who, t, "www." + site, draw(story, 700, 1500), draw(story, 80'000, 200'000));
  const std::size_t parts = draw(story, 11, 16);
  for (std::size_t i = 0; i < parts; ++i) {
    const std::string host = fmt::format("cdn{}.{}", 1 + i % 4, site);
    const Timestamp when = after(t, 0.1 + story.random().uniform(0, 1.8));
    story.exchange(who, when, host, draw(story, 110, 300), draw(story, 10'000, 80'000));
  }
  if (widgets == Widgets::none) return;
  facebook_widgets(story, who, t);
  x_widgets(story, who, t);
  video_embed(story, who, t);
}

Timestamp read_news(Story& story, const Machine& who, Timestamp t, std::size_t pages, const std::string& site,
                    Widgets widgets) {
  for (std::size_t i = 0; i < pages; ++i) {
    news_page(story, who, t, site, widgets);
    t = after(t, page_dwell(story));
  }
  return t;
}

Span watch(Story& story, const Machine& who, Timestamp t, double seconds, Viewer viewer) {
  const Span span{t, after(t, seconds)};
  load(story, who, t, youtube());
  story.exchange(who, after(t, 0.2), "www.youtube.com", 900, 900'000);
  for (Timestamp video = t; video < span.to;) {
    const double length = viewer == Viewer::choosing ? story.random().uniform(90, 300) : seconds;
    const Span playing{video, std::min(span.to, after(video, length))};
    chunks(story, who, playing);
    for (Timestamp b = after(video, 20); b < playing.to; b = after(b, 30))
      story.exchange(who, b, "www.youtube.com", 1200, 350);
    video = playing.to;
    if (video >= span.to) break;
    story.exchange(who, video, "www.youtube.com", 1800, draw(story, 60'000, 200'000));
    story.exchange(who, after(video, 1), "i.ytimg.com", 200, 60'000);
  }
  return span;
}

Span use_app(Story& story, const Machine& who, Timestamp t, double seconds, const std::string& host,
             const std::string& content) {
  const Span span{t, after(t, seconds)};
  for (Timestamp next = t; next < span.to; next = after(next, story.random().uniform(4, 20))) {
    story.exchange(who, next, host, draw(story, 800, 3000), draw(story, 5000, 60'000));
    story.exchange(who, after(next, 1), content, draw(story, 100, 300), 80'000);
  }
  return span;
}

void app_refresh(Story& story, const Machine& who, Span span, const std::string& host,
                 const std::string& content) {
  for (Timestamp t = after(span.from, story.random().uniform(0, 1500)); t < span.to;
       t = after(t, story.random().uniform(720, 2700))) {
    const std::size_t requests = draw(story, 2, 7);
    for (std::size_t i = 0; i < requests; ++i) {
      const Timestamp when = after(t, story.random().uniform(0, 14));
      story.exchange(who, when, host, draw(story, 800, 3000), draw(story, 3000, 60'000));
    }
    const std::size_t pictures = draw(story, 0, 5);
    for (std::size_t i = 0; i < pictures; ++i)
      story.exchange(who, after(t, story.random().uniform(2, 15)), content, draw(story, 100, 300),
                     draw(story, 10'000, 120'000));
  }
}

void office_work(Story& story, const Machine& who, Span span, const std::vector<Span>& elsewhere) {
  Random& random = story.random();
  for (Timestamp t = after(span.from, random.uniform(0, 20)); t < span.to;
       t = after(t, random.exponential(40) + 0.5)) {
    const double kind = random.unit();
    if (within(elsewhere, t)) continue;
    if (kind < 0.45) {
      story.exchange(who, t, "outlook.office.com", draw(story, 800, 2500), draw(story, 2000, 60'000));
    } else if (kind < 0.70) {
      document_burst(story, who, t);
    } else if (kind < 0.85) {
      story.exchange(who, t, "teams.microsoft.com", draw(story, 400, 1500), draw(story, 800, 9000));
    } else {
      story.exchange(who, t, "intranet.council.example", draw(story, 500, 1200), draw(story, 3000, 70'000));
    }
  }
  for (Timestamp t = after(span.from, random.uniform(0, 30)); t < span.to; t = after(t, 30))
    story.exchange(who, t, "browser.events.data.microsoft.com", draw(story, 1400, 1600), 400);
  for (Timestamp t = after(span.from, random.uniform(0, 60)); t < span.to; t = after(t, 60))
    story.exchange(who, t, "outlook.office.com", draw(story, 600, 640), 900);
}

}  // namespace edgewatch::support

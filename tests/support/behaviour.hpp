// What a person or an open tab does, as exchanges of a story: the loads, acts, polls, embeds and videos that
// TIME 6.3 speaks of, with the irregular gaps of people. Sizes and gaps follow TIME 3 and 6.3. All chance is
// drawn from the story; one thread.
#pragma once

#include "support/story.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace edgewatch::support {

using Seconds = std::chrono::duration<double>;

/// `t` moved by seconds, to the microsecond.
[[nodiscard]] Timestamp after(Timestamp t, double seconds);

struct Span {
  Timestamp from;
  Timestamp to;
};

/// The host names of a service's web page.
struct Site {
  std::string core;     ///< what a person opens
  std::string assets;   ///< scripts and styles of the first load
  std::string content;  ///< pictures and clips of the feed
  std::string push;     ///< kept alive while the page is open; none when empty
};
/// The real names: they are what the catalogue has to know.
[[nodiscard]] Site facebook();
[[nodiscard]] Site x();
[[nodiscard]] Site instagram();
[[nodiscard]] Site linkedin();
[[nodiscard]] Site reddit();
[[nodiscard]] Site tiktok();
[[nodiscard]] Site youtube();
/// The video host behind youtube().
[[nodiscard]] std::string youtube_media();

/// "FB-load": the page, then eight assets within 3 s.
void load(Story& story, const Machine& who, Timestamp t, const Site& site);
/// "act": one exchange with the page, then one to six pictures.
void act(Story& story, const Machine& who, Timestamp t, const Site& site);
/// A visit of somebody present: load, acts at log-normal gaps, the page's own beacons every 30 s, keepalives.
/// Gives the span of attention.
Span visit(Story& story, const Machine& who, Timestamp t, double seconds, const Site& site);

/// 40/40 every `every` seconds (give or take a tenth), now and then a pushed message.
void keepalive(Story& story, const Machine& who, Span span, const std::string& host, double every = 10);
/// A page left open: polls of `up` bytes, give or take 60, answered by `down`, every `every` seconds give or
/// take one.
void poll(Story& story, const Machine& who, Span span, const std::string& host, std::size_t up,
          std::size_t down, double every);

enum class Widgets : std::uint8_t { none, some };
/// "news": one page of `site` and its four CDN hosts, twelve exchanges and more; some pages carry Facebook, X
/// and YouTube widgets.
void news_page(Story& story, const Machine& who, Timestamp t, const std::string& site, Widgets widgets);
/// So many pages, one after the other; gives when the last one is left.
Timestamp read_news(Story& story, const Machine& who, Timestamp t, std::size_t pages, const std::string& site,
                    Widgets widgets);

enum class Viewer : std::uint8_t { choosing, away };
/// A video page and its chunks of 0.6 to 2.2 MB every 5 to 11 s; `choosing` opens the next video by hand,
/// `away` lets one long video play.
Span watch(Story& story, const Machine& who, Timestamp t, double seconds, Viewer viewer);

/// An app in the foreground: groups of requests at gaps of 4 to 20 s.
Span use_app(Story& story, const Machine& who, Timestamp t, double seconds, const std::string& host,
             const std::string& content);
/// An app nobody looks at: bursts of up to 15 s every 12 to 45 minutes.
void app_refresh(Story& story, const Machine& who, Span span, const std::string& host,
                 const std::string& content);

/// Mail, documents and meetings of an office over `span`, with nothing done by hand during `elsewhere`;
/// telemetry and polls go on throughout.
void office_work(Story& story, const Machine& who, Span span, const std::vector<Span>& elsewhere);

}  // namespace edgewatch::support

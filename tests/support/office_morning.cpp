#include "support/office_morning.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include <fmt/format.h>

namespace edgewatch::support {
namespace {

constexpr const char* interactive = "interactive";
constexpr const char* playing = "playing";

Machine machine(const char* mac, const char* address) {
  return Machine{net::MacAddress::parse(mac).value(), net::IpAddress::parse(address).value(), 0};
}

Timestamp london_time(CivilDate date, std::chrono::minutes of_day) {
  // Midnight and the morning may have different offsets, on the two Sundays of a change.
  const Timestamp as_utc = std::chrono::sys_days(date) + of_day;
  return as_utc - london_offset(as_utc);
}

/// Tells what everybody did, and keeps the truth beside it.
class Script {
 public:
  Script(CivilDate date, std::uint64_t seed)
      : begin_(london_time(date, std::chrono::minutes(8 * 60 + 30))),
        story_(options(seed, begin_)),
        day_{begin_, at(12, 30)} {}

  OfficeMorning tell() {
    describe_hosts();
    nobody_at_the_feeds();
    news_reader();
    tab_left_open();
    video_while_working();
    heavy_instagram();
    linkedin_reader();
    press_officer();
    blocked_name();
    short_visits();
    mixed_use();
    not_monitored();
    guest();
    for (const OfficeMember& member : office_members()) settle(member);
    OfficeMorning morning{std::move(story_), std::move(truth_)};
    std::stable_sort(morning.truth.begin(), morning.truth.end(), [](const TrueUse& a, const TrueUse& b) {
      return std::tie(a.person, a.service, a.kind, a.span.from) <
             std::tie(b.person, b.service, b.kind, b.span.from);
    });
    return morning;
  }

 private:
  static StoryOptions options(std::uint64_t seed, Timestamp begin) {
    StoryOptions options;
    options.seed = seed;
    options.start = begin;
    options.segments_per_packet =
        44;  // the capture of a Linux edge behind receive offload, so that videos stay small
    return options;
  }

  Timestamp at(int hour, int minute, double second = 0) const {
    return after(begin_, (hour * 60 + minute - (8 * 60 + 30)) * 60 + second);
  }
  static const OfficeMember& member(std::size_t n) { return office_members().at(n - 1); }
  const Machine& pc(std::size_t n) const { return member(n).machine; }

  void used(std::size_t n, const char* service, const char* kind, Span span,
            const char* purpose = "personal") {
    truth_.push_back(TrueUse{member(n).person, service, kind, purpose, span});
    if (kind == interactive) away_[member(n).person].push_back(span);
  }
  void touched(std::size_t n, const char* service) {
    truth_.push_back(TrueUse{member(n).person, service, interactive, "personal", {}});
  }
  void reads(std::size_t n, Timestamp t, std::size_t pages, Widgets widgets) {
    away_[member(n).person].push_back(
        Span{t, read_news(story_, pc(n), t, pages, "gazette.example", widgets)});
  }
  void visits(std::size_t n, const char* service, Timestamp t, double seconds, const Site& site,
              const char* purpose = "personal") {
    used(n, service, interactive, visit(story_, pc(n), t, seconds, site), purpose);
  }

  void describe_hosts() {
    story_.host("www.facebook.com").aliases = {"star-mini.c10r.facebook.com"};
    story_.host("www.youtube.com").aliases = {"youtube-ui.l.google.com"};
    story_.host("www.linkedin.com").aliases = {"www-linkedin-com.l-0005.l-msedge.net", "l-0005.l-msedge.net"};
    story_.host("teams.microsoft.com").aliases = {"teams.office.com"};
    for (const char* name : {"www.linkedin.com", "media.licdn.com", "static.licdn.com", "www.instagram.com"})
      story_.host(name).quic = true;
    story_.host("static.licdn.com").quic_version = QuicVersion::v2;
  }

  // p01 uses nothing; the browser only resolves and preconnects what pages link to.
  void nobody_at_the_feeds() {
    for (const char* name : {"www.facebook.com", "x.com", "www.youtube.com", "www.instagram.com",
                             "www.linkedin.com", "www.reddit.com"})
      story_.resolve(pc(1), at(10, 12, 5), name);
    story_.preconnect(pc(1), at(10, 12, 6), "www.facebook.com");
    story_.preconnect(pc(1), at(10, 12, 6.2), "x.com");
    touched(1, "facebook");
    touched(1, "x");
    reads(1, at(10, 30), 3, Widgets::none);
  }

  // p02 reads news pages that carry widgets of Facebook, X and YouTube, and never goes there.
  void news_reader() {
    reads(2, at(8, 41), 6, Widgets::some);
    reads(2, at(10, 2), 9, Widgets::some);
    reads(2, at(11, 36), 7, Widgets::some);
    for (const char* service : {"facebook", "x", "youtube"}) touched(2, service);
  }

  // p03 looks at Facebook for two minutes and leaves the tab open all morning.
  void tab_left_open() {
    visits(3, "facebook", at(8, 52), 125, facebook());
    const Span rest{at(8, 55), day_.to};
    poll(story_, pc(3), rest, "www.facebook.com", 2500, 4000, 60);
    keepalive(story_, pc(3), rest, "edge-chat.facebook.com");
  }

  // p04 lets one long video play and works meanwhile.
  void video_while_working() {
    used(4, "youtube", playing, watch(story_, pc(4), at(9, 20), 2100, Viewer::away));
  }

  // p05 is on Instagram much of the morning; its app host refreshes by itself in between.
  void heavy_instagram() {
    visits(5, "instagram", at(8, 47), 640, instagram());
    visits(5, "instagram", at(9, 33), 820, instagram());
    visits(5, "instagram", at(10, 26), 390, instagram());
    used(5, "instagram", interactive,
         use_app(story_, pc(5), at(11, 15), 540, "i.instagram.com", "scontent.cdninstagram.com"));
    visits(5, "instagram", at(12, 4), 700, instagram());
  }

  // p06 reads LinkedIn, over QUIC.
  void linkedin_reader() {
    visits(6, "linkedin", at(9, 5), 560, linkedin());
    visits(6, "linkedin", at(11, 2), 410, linkedin());
  }

  // p07 runs the council's pages on Facebook and X: authorised.
  void press_officer() {
    visits(7, "facebook", at(9, 10), 1500, facebook(), "authorised");
    visits(7, "x", at(10, 1), 1150, x(), "authorised");
    visits(7, "facebook", at(11, 30), 900, facebook(), "authorised");
  }

  // p08 tries a gambling site: refused by the resolver six times, and twice at the hello.
  void blocked_name() {
    for (const double second : {0.0, 4.0, 31.0, 190.0, 420.0, 423.0})
      story_.refused_name(pc(8), at(10, 5, second), "casino-bets.example");
    for (const double second : {12.0, 58.0})
      story_.refused_hello(pc(8), at(11, 40, second), "www.casino-bets.example");
    visits(8, "reddit", at(9, 44), 370, reddit());
  }

  // p09 has an IPv6 address too, and X is reached over it; one TikTok visit.
  void short_visits() {
    Machine over_v6 = pc(9);
    over_v6.address = net::IpAddress::parse("2001:db8:20::19").value();
    for (const auto& [t, seconds] :
         {std::pair{at(8, 58), 210.0}, std::pair{at(10, 40), 330.0}, std::pair{at(11, 52), 150.0}})
      used(9, "x", interactive, visit(story_, over_v6, t, seconds, x()));
    visits(9, "tiktok", at(9, 50), 480, tiktok());
  }

  // p10: Facebook twice, then videos chosen by hand; the Facebook app host refreshes all morning.
  void mixed_use() {
    visits(10, "facebook", at(9, 15), 280, facebook());
    visits(10, "facebook", at(10, 52), 430, facebook());
    used(10, "youtube", playing, watch(story_, pc(10), at(11, 10), 490, Viewer::choosing));
    app_refresh(story_, pc(10), day_, "graph.facebook.com", "scontent.xx.fbcdn.net");
    reads(10, at(9, 58), 4, Widgets::some);
  }

  // p11 stands in the group not-monitored: nothing of this may appear anywhere.
  void not_monitored() {
    visits(11, "facebook", at(9, 0), 1200, facebook());
    visits(11, "x", at(10, 30), 600, x());
  }

  // Nor anything of the visitor on the guest network.
  void guest() {
    visit(story_, office_guest(), at(9, 2), 900, facebook());
    visit(story_, office_guest(), at(11, 0), 600, tiktok());
  }

  // What every machine does: the connectivity probe, and the work around everything else.
  void settle(const OfficeMember& who) {
    const Timestamp in = after(begin_, story_.random().uniform(20, 400));
    story_.plain_http(who.machine, in, "www.msftconnecttest.com", 22);
    story_.exchange(who.machine, after(in, 4), "login.microsoftonline.com", 2400, 42'000);
    office_work(story_, who.machine, Span{after(in, 10), day_.to}, away_[who.person]);
  }

  Timestamp begin_;
  Story story_;
  Span day_;
  std::vector<TrueUse> truth_;
  std::map<std::string, std::vector<Span>> away_;  ///< when nobody works by hand at that person's machine
};

}  // namespace

const std::vector<OfficeMember>& office_members() {
  static const std::vector<OfficeMember> members = [] {
    const std::vector<std::pair<std::string, std::string>> places = {{"Planning", ""},
                                                                     {"Planning", ""},
                                                                     {"Revenues", ""},
                                                                     {"Revenues", ""},
                                                                     {"Housing", ""},
                                                                     {"Housing", ""},
                                                                     {"Press", "press"},
                                                                     {"Parks", ""},
                                                                     {"Parks", ""},
                                                                     {"Elections", ""},
                                                                     {"Members", "not-monitored"}};
    std::vector<OfficeMember> out;
    for (std::size_t n = 1; n <= places.size(); ++n) {
      const auto& [department, groups] = places[n - 1];
      out.push_back(OfficeMember{fmt::format("p{:02}", n), fmt::format("Person {:02}", n), department, groups,
                                 machine(fmt::format("02:00:5e:10:00:{:02x}", n).c_str(),
                                         fmt::format("10.20.1.{}", 10 + n).c_str())});
    }
    return out;
  }();
  return members;
}

const Machine& office_guest() {
  static const Machine guest = machine("02:00:5e:99:00:01", "10.99.0.23");
  return guest;
}

Recording OfficeMorning::record() const {
  const net::IpAddress router = net::IpAddress::parse("10.20.0.1").value();
  const net::MacAddress router_mac = net::MacAddress::parse("02:00:5e:00:00:01").value();
  Recording recording = story.record();
  for (const OfficeMember& who : office_members()) {
    const Link link{who.machine.mac, router_mac, {}};
    recording.add(story.at(0), arp_request(link, who.machine.address, router));
    recording.add(story.at(0.00018), arp_reply(reversed(link), router, who.machine.address));
  }
  recording.arrange();
  return recording;
}

OfficeMorning office_morning(CivilDate date, std::uint64_t seed) { return Script(date, seed).tell(); }

}  // namespace edgewatch::support

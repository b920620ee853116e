#include "captures.hpp"

#include "conversations.hpp"
#include "support/dns.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace edgewatch::benchmark {
namespace {

using namespace std::chrono_literals;
using support::DnsType;

const Timestamp begin_of_capture = std::chrono::sys_days(std::chrono::year(2026) / 11 / 17) + 10h;
constexpr std::size_t people = 2000;
constexpr double ipv6_share = 0.10;
constexpr double mib = 1024.0 * 1024.0;

struct Share {
  double factor = 1;  ///< of the usual size
  [[nodiscard]] std::size_t of(std::size_t usual) const {
    return static_cast<std::size_t>(std::llround(static_cast<double>(usual) * factor));
  }
  [[nodiscard]] Duration of(Duration usual) const {
    return Duration(static_cast<Duration::rep>(static_cast<double>(usual.count()) * factor));
  }
};

Share share_of(const Order& order, double usual_mib) {
  return {order.mib == 0 ? 1.0 : static_cast<double>(order.mib) / usual_mib};
}

Cast draw_cast(Stage& stage) {
  support::Random& random = stage.random;
  Cast cast;
  cast.client = random.below(stage.clients);
  // Few names are asked for often, many seldom.
  const double u = random.unit();
  cast.name = static_cast<std::size_t>(u * u * static_cast<double>(stage.names.size()));
  cast.v6 = random.chance(ipv6_share);
  cast.rtt = Duration(random.between(6000, 40000));
  return cast;
}

/// The begins of `count` conversations, even over a time, in order.
class Clock {
 public:
  Clock(std::size_t count, Duration length) : count_(std::max<std::size_t>(count, 1)), length_(length) {}
  Timestamp next(support::Random& random) {
    const double at = (static_cast<double>(i_++) + random.unit()) / static_cast<double>(count_);
    return begin_of_capture + Duration(static_cast<Duration::rep>(at * static_cast<double>(length_.count())));
  }

 private:
  std::size_t i_ = 0;
  std::size_t count_;
  Duration length_;
};

/// An hour's minute at the edge of a council: each connection is looked up and then opened.
class Mixed : public Script {
 public:
  Mixed(Stage& stage, Share share)
      : stage_(stage),
        tls_(share.of(27868)),
        quic_(share.of(7608)),
        http_(share.of(1000)),
        questions_(share.of(109426)),
        clock_(tls_ + quic_ + http_, share.of(Duration(63s))) {
    weights_.resize(tls_ + quic_ + http_);
    for (double& weight : weights_) weight = std::min(stage.random.lognormal(0, 1.6), 120.0);
    const double sum = std::accumulate(weights_.begin(), weights_.end(), 0.0);
    const double segments = static_cast<double>(share.of(std::size_t{1165000}));
    for (double& weight : weights_) weight *= segments / sum;
  }

  std::optional<Begin> next() override {
    if (questions_of_this_ < std::size(types) && questions_ > 0) return question();
    if (have_cast_) return connection();
    const std::size_t left = tls_ + quic_ + http_;
    if (left == 0) return questions_ > 0 ? std::optional(question()) : std::nullopt;
    at_ = clock_.next(stage_.random);
    cast_ = draw_cast(stage_);
    have_cast_ = true;
    questions_of_this_ = 0;
    return next();
  }

 private:
  static constexpr std::uint16_t types[] = {DnsType::a, DnsType::aaaa, DnsType::https};

  Begin question() {
    const std::uint16_t type = types[questions_of_this_++ % std::size(types)];
    --questions_;
    const std::size_t records = stage_.random.below(type == DnsType::https ? 2 : 4);
    const Duration after(stage_.random.between(900, 15000));
    return {at_, std::make_unique<DnsExchange>(stage_, cast_, type, records, after)};
  }

  Begin connection() {
    have_cast_ = false;
    questions_of_this_ = std::size(types);
    const std::size_t drawn = stage_.random.below(tls_ + quic_ + http_);
    const auto full = static_cast<std::size_t>(std::llround(weights_[begun_++]));
    const Duration wait(stage_.random.between(20000, 60000));
    const std::size_t exchanges = stage_.random.below(3);
    const Mishaps mishaps{.hello_out_of_order = 0.02, .hello_sent_again = 0.01, .segment_sent_again = 0.003};
    if (drawn < quic_) {
      --quic_;
      return {at_, std::make_unique<QuicConversation>(stage_, cast_, exchanges, full, wait, mishaps)};
    }
    TcpConversation::Content content;
    content.wait = wait;
    content.full_segments = full;
    content.exchanges = exchanges;
    content.http = drawn - quic_ < http_;
    --(content.http ? http_ : tls_);
    return {at_, std::make_unique<TcpConversation>(stage_, cast_, content, mishaps)};
  }

  Stage& stage_;
  std::size_t tls_;
  std::size_t quic_;
  std::size_t http_;
  std::size_t questions_;
  Clock clock_;
  std::vector<double> weights_;
  std::size_t begun_ = 0;
  Timestamp at_ = begin_of_capture;
  Cast cast_;
  bool have_cast_ = false;
  std::size_t questions_of_this_ = std::size(types);
};

/// Nothing but connections that open, say hello and close, at the bit rate of the mixed one: 15,000 a second.
class NewFlows : public Script {
 public:
  NewFlows(Stage& stage, Share share)
      : stage_(stage), left_(share.of(230000)), clock_(left_, share.of(Duration(15s))) {}

  std::optional<Begin> next() override {
    if (left_ == 0) return std::nullopt;
    --left_;
    TcpConversation::Content content;
    content.certificate = 0;
    content.hello = stage_.random.chance(0.74) ? Stage::Size::post_quantum : Stage::Size::classic;
    const Mishaps mishaps{.hello_out_of_order = 0.02, .hello_sent_again = 0.01};
    const Timestamp at = clock_.next(stage_.random);
    return Begin{at, std::make_unique<TcpConversation>(stage_, draw_cast(stage_), content, mishaps)};
  }

 private:
  Stage& stage_;
  std::size_t left_;
  Clock clock_;
};

class Lookups : public Script {
 public:
  Lookups(Stage& stage, Share share)
      : stage_(stage), left_(share.of(634000)), clock_(left_, share.of(Duration(15s))) {}

  std::optional<Begin> next() override {
    if (left_ == 0) return std::nullopt;
    --left_;
    const std::uint16_t type = stage_.random.chance(0.55) ? DnsType::a : DnsType::aaaa;
    const std::size_t records = stage_.random.below(9);
    const Duration after(stage_.random.between(900, 30000));
    const Timestamp at = clock_.next(stage_.random);
    return Begin{at, std::make_unique<DnsExchange>(stage_, draw_cast(stage_), type, records, after)};
  }

 private:
  Stage& stage_;
  std::size_t left_;
  Clock clock_;
};

Summary play_to(const Order& order, Stage& stage, Script& script) {
  PacketWriter out(order.capture);
  play(script, out);
  out.finish();
  if (!order.truth.empty()) stage.truth.write(order.truth);
  return {out.packets(), out.bytes(), out.full_size_bytes()};
}

}  // namespace

Summary write_traffic(const Order& order) {
  if (order.kind == "mixed") {
    Stage stage(order.seed, 20000, people);
    Mixed script(stage, share_of(order, 2048));
    return play_to(order, stage, script);
  }
  if (order.kind == "newflow") {
    Stage stage(order.seed, 8000, people);
    NewFlows script(stage, share_of(order, 512));
    return play_to(order, stage, script);
  }
  Stage stage(order.seed, 50000, people);
  Lookups script(stage, share_of(order, 256));
  return play_to(order, stage, script);
}

}  // namespace edgewatch::benchmark

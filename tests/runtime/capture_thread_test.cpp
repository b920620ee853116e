// Capture threads over sources that give recorded frames: what reaches the analysis, and in which order.
#include "capture_thread.hpp"

#include "edgewatch/pipeline/pipeline.hpp"

#include "event_merge.hpp"
#include "support/conversation.hpp"
#include "support/dns.hpp"
#include "support/recording.hpp"

#include <algorithm>
#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::runtime {
namespace {

using namespace std::chrono_literals;
using support::DnsType;

const Timestamp ten = parse_rfc3339("2026-11-17T10:00:00Z").value();
constexpr std::size_t room = 100'000;  // batches: nobody waits

net::IpAddress ip(const std::string& text) { return net::IpAddress::parse(text).value(); }

const net::Endpoint resolver{ip("10.20.0.53"), 53};
const support::Link desk{net::MacAddress::parse("02:00:5e:10:00:17").value(),
                         net::MacAddress::parse("02:00:5e:10:00:01").value(),
                         {}};

/// An interface on which these frames arrive and then nothing more; `stopping` is set when it falls silent.
class Wire final : public capture::PacketSource {
 public:
  Wire(const support::Recording& recording, std::atomic<bool>& stopping)
      : frames_(recording.frames()), stopping_(stopping) {}

  capture::Step next() override {
    if (next_ < frames_.size()) return frames_[next_++];
    if (stopped_) return capture::EndOfInput{};
    stopping_ = true;
    return capture::Idle{};
  }
  /// As a ring with a few in each block: now several at once, now none, so that both ways are gone.
  std::size_t give(std::size_t most, const Taker& take) override {
    if (++asked_ % 2 == 0) return 0;
    const std::size_t end = std::min(frames_.size(), next_ + std::min<std::size_t>(most, 3));
    const std::size_t begin = next_;
    while (next_ < end) take(frames_[next_++]);
    return end - begin;
  }
  void stop() override { stopped_ = true; }
  [[nodiscard]] const std::string& name() const override { return name_; }

 private:
  std::vector<net::Frame> frames_;
  std::atomic<bool>& stopping_;
  std::size_t asked_ = 0;
  std::string name_ = "eno2";
  std::size_t next_ = 0;
  bool stopped_ = false;
};

/// One thread's share of an interface, from its first frame to its last.
/// `clock_set` is by how much the clock was set when it is first asked after the first frame.
void watch(const support::Recording& recording, std::size_t number, EventQueue& queue, Health& health,
           Duration clock_set = 0s) {
  std::atomic<bool> stopping = false;
  WatchedInterface interface("eno2", 0, 1, [&] { return std::make_unique<Wire>(recording, stopping); });
  observe::ObserverOptions options;
  options.inside = {*net::Network::parse("10.20.0.0/16")};
  options.claims = false;
  CaptureThread(interface, 0, number, options, queue, health, [clock_set, asked = 0]() mutable {
    return ++asked == 2 ? clock_set : Duration(0);
  }).run(stopping);
}

void ask(support::Recording& recording, Timestamp at, const net::Endpoint& client, std::uint16_t id,
         const std::string& name, const std::string& address) {
  recording.add(at, udp_frame(desk, client, resolver, support::dns_query(id, name, DnsType::a)));
  recording.add(at + 1ms, udp_frame(support::reversed(desk), resolver, client,
                                    support::dns_response(id, name, DnsType::a, 0,
                                                          {support::address_record(
                                                              name, ip(address), std::chrono::minutes(5))})));
}

class CaptureThreads : public testing::Test {
 protected:
  void SetUp() override {
    health_.update([](HealthReport& report) { report.sources.emplace_back(); });
  }
  Health health_;
  EventQueue queue_{room};
};

TEST_F(CaptureThreads, HandOverManyFramesAtATimeAfterTheClockWasSetBackToo) {
  support::Recording wire;
  const net::Endpoint client{ip("10.20.1.17"), 40000};
  ask(wire, ten, client, 1, "www.photo.example", "192.0.2.1");
  for (int i = 0; i < 1000; ++i) {
    ask(wire, ten - 1h + i * 2ms, client, static_cast<std::uint16_t>(2 + i), "www.photo.example",
        "192.0.2.1");
  }
  watch(wire, 0, queue_, health_);
  queue_.close();
  std::size_t batches = 0;
  std::size_t answers = 0;
  while (const auto batch = queue_.pop(0ms)) {
    ++batches;
    answers += static_cast<std::size_t>(std::ranges::count_if(
        batch->events, [](const auto& event) { return std::holds_alternative<model::Answer>(event); }));
  }
  EXPECT_EQ(answers, 1001U);
  EXPECT_LE(batches, 30U);
}

TEST_F(CaptureThreads, AConnectionGoesOnWhileTheClockIsSet) {
  for (const Duration step : {Duration(1h), Duration(-2min)}) {
    support::TlsConversation page({desk, {ip("10.20.1.17"), 40000}, {ip("192.0.2.1"), 443}},
                                  {.server_name = "www.photo.example"}, support::Random(17));
    const Timestamp open = page.open(ten);
    static_cast<void>(page.exchange(open, 500, 20'000));
    static_cast<void>(page.exchange(ten + 30s, 500, 20'000));
    support::Recording told;
    page.record(told);
    support::Recording wire;
    for (const net::Frame& frame : told.frames())
      wire.add(frame.at + (frame.at < ten + 20s ? Duration(0) : step), frame.bytes, frame.wire_length);
    EventQueue queue(room);
    watch(wire, 0, queue, health_, step);
    queue.close();
    std::vector<Timestamp> seconds;
    std::set<model::FlowId> flows;
    while (const auto batch = queue.pop(0ms)) {
      for (const model::Event& event : batch->events) {
        if (const auto* second = std::get_if<model::FlowSecond>(&event)) {
          seconds.push_back(std::chrono::floor<std::chrono::seconds>(second->at));
          flows.insert(second->flow);
        }
      }
    }
    EXPECT_EQ(seconds, (std::vector<Timestamp>{ten, ten + 30s + step}));
    EXPECT_EQ(flows.size(), 1U);
  }
}

/// What machines asked, and in another recording the connections that followed, which name nothing.
struct Morning {
  support::Recording questions;
  support::Recording connections;
};

Morning morning() {
  Morning out;
  support::Random random(17);
  for (int i = 0; i < 40; ++i) {
    const Timestamp at = ten + i * 50ms;
    const net::Endpoint client{ip("10.20.1." + std::to_string(10 + i)), 40000};
    const std::string site = "192.0.2." + std::to_string(1 + i);
    ask(out.questions, at, client, static_cast<std::uint16_t>(i), "www.photo.example", site);
    support::TlsConversation page({desk, client, {ip(site), 443}},
                                  {.server_name = {}, .ech = support::Ech::none}, random.fork());
    const Timestamp open = page.open(at + 10ms);
    page.close(page.exchange(open, 500, 20'000));
    page.record(out.connections);
  }
  out.connections.arrange();
  return out;
}

pipeline::Policies policies() {
  classify::ServiceDefinition photo;
  photo.id = model::ServiceId("photo-share");
  photo.name = "Photo Share";
  photo.family = "Test";
  photo.category = model::Category("social");
  photo.hosts = {{net::HostName::from_dotted("photo.example").value(), model::Role::core, 1}};
  auto catalogue = classify::Catalogue::build({photo}, model::Revision("c1"));
  return {std::make_shared<const classify::Catalogue>(std::move(catalogue).value()),
          std::make_shared<const policy::RuleBook>()};
}

class Analysis {
 public:
  explicit Analysis(EventQueue& queue) : queue_(queue) {}

  /// Everything in the queue until it is closed. The monotonic clock stands still, so that a slow machine
  /// changes nothing.
  void run() {
    const auto take = [this](const model::Event& event) { pipeline_.consume(event); };
    while (!queue_.drained()) {
      if (auto batch = queue_.pop(100ms)) merge_.add(std::move(*batch), {});
      merge_.give({}, take);
    }
    merge_.finish(take);
    pipeline_.finish();
  }
  long named_by_dns() {
    const auto findings = pipeline_.drain().findings;
    return std::ranges::count(findings, model::NameEvidence::dns_answer_address, &model::Finding::evidence);
  }

 private:
  EventQueue& queue_;
  EventMerge merge_{2};
  pipeline::Pipeline pipeline_{policies(), identity::Register({}, {}), account::Method{},
                               pipeline::Options{{}, true}};
};

TEST_F(CaptureThreads, AConnectionIsNamedByTheAnswerBeforeItThoughTheAnswersThreadIsReadLast) {
  const Morning seen = morning();
  watch(seen.connections, 1, queue_, health_);
  watch(seen.questions, 0, queue_, health_);
  queue_.close();
  Analysis analysis(queue_);
  analysis.run();
  EXPECT_EQ(analysis.named_by_dns(), 40);
}

TEST_F(CaptureThreads, ThatRunTogetherGiveTheSame) {
  const Morning seen = morning();
  Analysis analysis(queue_);
  std::thread analysing([&] { analysis.run(); });
  std::thread one([&] { watch(seen.questions, 0, queue_, health_); });
  std::thread other([&] { watch(seen.connections, 1, queue_, health_); });
  one.join();
  other.join();
  queue_.close();
  analysing.join();
  EXPECT_EQ(analysis.named_by_dns(), 40);
}

}  // namespace
}  // namespace edgewatch::runtime

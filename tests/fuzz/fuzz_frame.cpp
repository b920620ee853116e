// Whole frames through the decoder and the Observer, once told to whoever asks and once not. An input is a
// row of frames: link type (one byte, an index), seconds since the frame before (one byte), length (two
// bytes), bytes.
#include "edgewatch/observe/observer.hpp"
#include "edgewatch/wire/checksum.hpp"
#include "edgewatch/wire/decode.hpp"

#include "laws.hpp"
#include "support/explained.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

using namespace edgewatch;
using fuzz::law;

namespace {

// New ones at the end: seeds name them by their place.
constexpr std::array<std::uint16_t, 24> links{1,   101, 113, 276, 0,   108, 228, 229, 9,   147, 105, 127,
                                              119, 163, 239, 258, 107, 104, 204, 51,  129, 10,  6,   138};

struct Told {
  std::size_t events = 0;
  std::uint64_t seen = 0;
  std::uint64_t counted = 0;
};

struct Checker {
  Told& told;
  void operator()(const model::Sighting& sighting) const {
    fuzz::check_name(sighting.host);
    law(sighting.evidence != model::NameEvidence::none || sighting.host.is_root(),
        "a sighting says how the name was learned, or that there is none");
  }
  void operator()(const model::Answer& answer) const {
    fuzz::check_name(answer.qname);
    for (const auto& name : answer.chain) fuzz::check_name(name);
  }
  void operator()(const model::FlowSecond& second) const {
    law(second.up != 0 || second.down != 0, "a second has traffic");
    told.counted += second.up + second.down;
  }
  void operator()(const model::Coverage& coverage) const { told.seen += coverage.seen; }
  template <class Other>
  void operator()(const Other&) const {}
};

/// A trace changes nothing of what the decoder says, and every layer of it lies within what it names.
class TracedTwin {
 public:
  TracedTwin() { traced_.trace_into(&trace_); }

  void see(const net::Frame& frame) {
    const auto plain = plain_.decode(frame);
    const auto traced = traced_.decode(frame);
    law(plain.has_value() == traced.has_value(), "a trace changes no refusal");
    for (const wire::TraceLayer& layer : trace_.layers()) {
      const bool within = layer.within != wire::TraceLayer::Within::frame ||
                          layer.offset + layer.length <= frame.bytes.size();
      law(within, "a layer lies within its frame");
    }
    if (!plain) {
      law(plain.error() == traced.error(), "a trace changes no reason");
      return;
    }
    law((*plain == nullptr) == (*traced == nullptr), "a trace changes no datagram");
    if (*plain == nullptr) return;
    const wire::Datagram& ours = **plain;
    const wire::Datagram& theirs = **traced;
    law(ours.from == theirs.from && ours.to == theirs.to, "a trace changes no end");
    law(std::ranges::equal(ours.payload, theirs.payload), "a trace changes no payload");
    law(ours.encapsulations <= 4, "tunnels are walked four deep");
    law(checksum_of(ours) == checksum_of(theirs), "a checksum is the same twice");
  }

 private:
  wire::Decoder plain_{{1, 2}};
  wire::Decoder traced_{{1, 2}};
  wire::Trace trace_;
};

/// An Observer that is asked what it makes of each frame: what it tells is what it does.
class Explained {
 public:
  explicit Explained(observe::Observer& observer) : observer_(observer) { observer.explain_into(&trace_); }

  void before() { before_ = observer_.tallies(); }
  void after(const std::vector<model::Event>& said) const {
    const auto tallies = observer_.tallies();
    for (const std::string& wrong : support::disagreements({trace_.layers(), said, before_, tallies}))
      law(false, ("what is told is what is done: " + wrong).c_str());
  }

 private:
  observe::Observer& observer_;
  wire::Trace trace_;
  std::vector<observe::Tally> before_;
};

enum class Asked : std::uint8_t { no, yes };

Told run(Bytes input, Asked asked) {
  observe::ObserverOptions options;
  options.memory_mib = 2;
  options.hash_key = {1, 2};
  observe::Observer observer(options, {"fuzz"});
  std::optional<Explained> explained;
  if (asked == Asked::yes) explained.emplace(observer);
  ByteReader reader(input);
  Told told;
  TracedTwin twin;
  std::uint64_t frames = 0;
  std::uint64_t on_wire = 0;
  Timestamp at{std::chrono::hours(500000)};
  const auto take = [&] {
    std::vector<model::Event> said = observer.drain();
    for (const model::Event& event : said) {
      ++told.events;
      std::visit(Checker{told}, event);
    }
    return said;
  };
  while (reader.remaining() > 4) {
    net::Frame frame;
    frame.link = static_cast<net::LinkType>(links[reader.u8() % links.size()]);
    at += std::chrono::milliseconds(17) + std::chrono::seconds(reader.u8());
    const std::size_t length = reader.u16();
    const fuzz::Exact bytes(reader.take(std::min(length, reader.remaining())));
    frame.bytes = bytes.bytes();
    frame.at = at;
    frame.wire_length = static_cast<std::uint32_t>(frame.bytes.size());
    frame.number = ++frames;
    on_wire += frame.wire_length;
    twin.see(frame);
    if (explained) explained->before();
    observer.see(frame);
    const auto said = take();
    if (explained) explained->after(said);
  }
  observer.finish();
  static_cast<void>(take());
  law(told.seen == frames, "each frame stands in one coverage row");
  law(told.counted <= on_wire, "no more is counted than was on the wire");
  return told;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes input(data, size);
  const Told once = run(input, Asked::no);
  const Told again = run(input, Asked::yes);
  law(once.events == again.events && once.counted == again.counted,
      "the same frames give the same events, whether or not anybody asks why");
  return 0;
}

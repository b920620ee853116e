// The whole sensor: rows of frames through the Observer, once told to whoever asks and once not. What reads
// the bytes has a target of its own (fuzz_frame and the others). An input is a row of frames: link type (one
// byte, an index), seconds since the frame before (one byte), length (two bytes), bytes.
#include "edgewatch/observe/observer.hpp"

#include "laws.hpp"
#include "links.hpp"
#include "support/explained.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

using namespace edgewatch;
using fuzz::law;

namespace {

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
    frame.link = fuzz::link(reader.u8());
    at += std::chrono::milliseconds(17) + std::chrono::seconds(reader.u8());
    const std::size_t length = reader.u16();
    const fuzz::Exact bytes(reader.take(std::min(length, reader.remaining())));
    frame.bytes = bytes.bytes();
    frame.at = at;
    frame.wire_length = static_cast<std::uint32_t>(frame.bytes.size());
    frame.number = ++frames;
    on_wire += frame.wire_length;
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

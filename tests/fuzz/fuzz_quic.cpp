// QUIC datagrams of one client: as they come, or (what bytes alone would never reach) frames that this target
// seals into Initials itself. The first byte chooses; then each datagram is a two-byte length and its bytes.
#include "edgewatch/wire/hello_assembler.hpp"

#include "laws.hpp"
#include "wire/quic_sealing.hpp"

#include <string>
#include <vector>

using namespace edgewatch;
using fuzz::law;
namespace test = wire::test;

namespace {

std::vector<test::Buffer> datagrams_of(Bytes input) {
  std::vector<test::Buffer> out;
  ByteReader reader(input);
  while (reader.remaining() > 2 && out.size() < 12) {
    const std::size_t length = reader.u16() % 1500;
    const Bytes bytes = reader.take(std::min(length, reader.remaining()));
    out.emplace_back(bytes.begin(), bytes.end());
  }
  return out;
}

void seal(std::vector<test::Buffer>& frames, bool version_2) {
  static const test::InitialSpec plain{};
  static const auto keys_1 = test::sealing_keys(test::quic_v1, plain.destination);
  static const auto keys_2 = test::sealing_keys(test::quic_v2, plain.destination);
  test::InitialSpec spec;
  spec.pad_frames_to = 4;
  spec.version = version_2 ? test::quic_v2 : test::quic_v1;
  for (auto& each : frames) {
    each = test::seal_initial(spec, version_2 ? keys_2 : keys_1, each);
    ++spec.number;
  }
}

struct Told {
  std::string name;
  bool hello = false;
  bool refused = false;  // an error, a hello that is contradicted later too; or bytes that are no ClientHello
};
template <class Range>
Told feed(const Range& datagrams) {
  Told told;
  wire::QuicHello quic;
  for (const auto& each : datagrams) {
    const fuzz::Exact exact(each);
    static_cast<void>(wire::classify_quic(exact.bytes()));
    static_cast<void>(wire::looks_like_quic_initial(exact.bytes()));
    const auto state = quic.add(exact.bytes());
    law(quic.held() < 196608, "memory stays bounded");
    quic.add_answer(exact.bytes());
    if (const auto id = quic.server_id()) {
      law(id->size() <= 20, "a connection id has its bound");
      static_cast<void>(wire::is_quic_packet_to(exact.bytes(), *id));
    }
    if (const auto* hello = std::get_if<wire::ClientHello>(&state)) {
      law(!told.hello, "a hello is given once");
      told.hello = true;
      if (hello->server_name) {
        fuzz::check_name(*hello->server_name);
        told.name = hello->server_name->text();
      }
    }
    const bool is_error = std::holds_alternative<wire::DecodeError>(state);
    if (is_error || (!told.hello && !std::holds_alternative<wire::NeedMore>(state))) told.refused = true;
  }
  return told;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  auto datagrams = datagrams_of(Bytes(data + 1, size - 1));
  const bool sealed = data[0] % 4 != 0;
  if (sealed) seal(datagrams, data[0] % 4 == 1);
  const Told forwards = feed(datagrams);
  const Told backwards = feed(std::vector<test::Buffer>(datagrams.rbegin(), datagrams.rend()));
  if (sealed && !forwards.refused && !backwards.refused)
    law(forwards.hello == backwards.hello && forwards.name == backwards.name,
        "the order of datagrams changes nothing");
  if (datagrams.size() == 1) {
    for (const auto at : fuzz::cuts(datagrams[0])) {
      const Bytes front = Bytes(datagrams[0]).first(at);
      const std::vector<test::Buffer> cut{test::Buffer(front.begin(), front.end())};
      const Told part = feed(cut);
      law(!part.hello || (forwards.hello && part.name == forwards.name),
          "a cut datagram gives the whole's name or none");
    }
  }
  return 0;
}

// IP fragments against a simple model; and a datagram cut into fragments of real packets, in any order,
// against the same datagram in one. An input: how to cut and order (4 bytes), then operations or payload.
#include "edgewatch/wire/decode.hpp"

#include "laws.hpp"

#include <algorithm>
#include <optional>

using namespace edgewatch;
using fuzz::law;

namespace {

constexpr std::size_t unit = 8;
constexpr std::size_t ip_header = 20;

/// Each operation: offset in units, whether more follow, length, and bytes that the input gives.
void check_against_model(Bytes operations) {
  wire::FragmentLimits limits;
  limits.sets = 4;
  limits.pieces = 16;
  wire::Fragments fragments({1, 2}, limits);
  wire::FragmentLimits tight = limits;
  tight.sets = 2;
  tight.bytes = 1024;
  wire::Fragments bounded({1, 2}, tight);
  std::vector<std::optional<std::uint8_t>> model(4096);
  bool agrees = true;
  std::optional<std::size_t> total;
  ByteReader reader(operations);
  Timestamp at{std::chrono::hours(500000)};
  while (reader.remaining() >= 3) {
    wire::FragmentKey key;
    const std::uint8_t which = reader.u8();
    key.identification = which % 4U;
    const bool more = (which & 0x80U) != 0;
    const std::size_t offset = reader.u8() * unit;
    Bytes piece = reader.take(std::min<std::size_t>(reader.u8(), reader.remaining()));
    if (more) piece = piece.first(piece.size() / unit * unit);
    const auto added = fragments.add(at, key, offset, more, piece);
    static_cast<void>(bounded.add(at, key, offset, more, piece));
    law(bounded.sets() <= tight.sets, "no more datagrams are in the making than allowed");
    law(bounded.held() <= tight.bytes + 4096, "memory stays bounded");
    if (key.identification != 0) continue;
    for (std::size_t i = 0; i < piece.size(); ++i) {
      auto& known = model[offset + i];
      agrees = agrees && (!known || *known == piece[i]);
      known = piece[i];
    }
    if (!more) {
      agrees = agrees && (!total || *total == offset + piece.size());
      total = offset + piece.size();
    }
    if (!added || !*added) continue;
    const Bytes whole = **added;
    law(agrees, "pieces that disagree give nothing");
    for (std::size_t i = 0; i < whole.size(); ++i) law(model[i] == whole[i], "what is given was sent");
    model.assign(model.size(), std::nullopt);
    total.reset();
    return;  // what comes after may be of another datagram with the same number
  }
}

std::vector<std::uint8_t> ipv4(Bytes payload, std::size_t offset, bool more) {
  const std::size_t length = ip_header + payload.size();
  const std::size_t field = offset / unit | (more ? 0x2000U : 0U);
  std::vector<std::uint8_t> out{0x45,
                                0,
                                static_cast<std::uint8_t>(length >> 8),
                                static_cast<std::uint8_t>(length),
                                0,
                                9,
                                static_cast<std::uint8_t>(field >> 8),
                                static_cast<std::uint8_t>(field),
                                64,
                                17,
                                0,
                                0,
                                10,
                                20,
                                0,
                                7,
                                192,
                                0,
                                2,
                                1};
  out.insert(out.end(), payload.begin(), payload.end());
  return out;
}

struct Told {
  bool refused = false;
  std::optional<std::vector<std::uint8_t>> payload;
  std::uint16_t port = 0;
  bool operator==(const Told&) const = default;
};

Told show(wire::Decoder& decoder, const std::vector<std::uint8_t>& packet) {
  const fuzz::Exact exact{Bytes(packet)};
  net::Frame frame;
  frame.at = Timestamp{std::chrono::hours(500000)};
  frame.link = net::LinkType::raw;
  frame.bytes = exact.bytes();
  frame.wire_length = static_cast<std::uint32_t>(packet.size());
  const auto decoded = decoder.decode(frame);
  Told told;
  told.refused = !decoded;
  if (!decoded || *decoded == nullptr) return told;
  told.payload.emplace((*decoded)->payload.begin(), (*decoded)->payload.end());
  told.port = (*decoded)->to.port;
  return told;
}

void check_order(std::size_t step, unsigned seed, Bytes datagram) {
  if (datagram.size() > 4000 || datagram.empty()) return;
  wire::Decoder straight({1, 2});
  const Told whole = show(straight, ipv4(datagram, 0, false));
  std::vector<std::size_t> starts;
  for (std::size_t at = 0; at < datagram.size(); at += step) starts.push_back(at);
  if (starts.size() < 2) return;
  for (std::size_t i = starts.size() - 1; i > 0; --i) {
    seed = seed * 1103515245U + 12345U;
    std::swap(starts[i], starts[(seed >> 16U) % (i + 1)]);
  }
  wire::Decoder decoder({1, 2});
  Told last;
  for (const std::size_t at : starts) {
    law(!last.payload, "nothing is given before the last piece");
    const std::size_t length = std::min(step, datagram.size() - at);
    last = show(decoder, ipv4(datagram.subspan(at, length), at, at + length < datagram.size()));
  }
  // One layer of a tunnel may be in fragments, not two.
  const bool two_layers = last.refused && !whole.refused && !whole.payload;
  law(last == whole || two_layers, "fragments in any order are the datagram");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4) return 0;
  const fuzz::Exact input(Bytes(data + 4, size - 4));
  check_against_model(input.bytes());
  check_order((1 + data[0] % 64U) * unit, data[1] | static_cast<unsigned>(data[2]) << 8U, input.bytes());
  return 0;
}

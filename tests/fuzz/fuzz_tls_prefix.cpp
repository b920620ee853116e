// The start of a TLS stream, read at every length, and put together from segments; and pieces with any
// offsets against a simple model.
#include "edgewatch/wire/hello_assembler.hpp"

#include "laws.hpp"

#include <algorithm>
#include <optional>

using namespace edgewatch;
using fuzz::law;

namespace {

/// What matters of a state, for comparing: its kind and its name.
std::string told(const wire::HelloState& state) {
  if (std::holds_alternative<wire::NeedMore>(state)) return "more";
  if (std::holds_alternative<wire::NotAHello>(state)) return "none";
  if (const auto* error = std::get_if<wire::DecodeError>(&state))
    return "error " + std::string(to_string(error->kind));
  const auto& hello = std::get<wire::ClientHello>(state);
  if (hello.server_name) fuzz::check_name(*hello.server_name);
  return "hello " + (hello.server_name ? hello.server_name->text() : "");
}

void check_prefixes(Bytes stream) {
  const std::string whole = told(wire::read_tls_prefix(stream));
  std::size_t until = 0;
  for (const auto at : fuzz::cuts(stream)) {
    const fuzz::Exact cut(stream.first(at));
    const auto state = wire::read_tls_prefix(cut.bytes());
    const std::string part = told(state);
    law(part == "more" || part == whole, "an answer once given stays");
    law(at >= until || !std::holds_alternative<wire::ClientHello>(state), "no hello comes before its hint");
    if (const auto* more = std::get_if<wire::NeedMore>(&state)) until = more->until;
  }
}

/// The stream in segments of `size` bytes that overlap by one, the odd ones first and backwards.
void check_segments(Bytes stream, std::size_t size, std::uint32_t first) {
  wire::StreamPrefix prefix(stream.size() + 1);
  prefix.anchor(first);
  std::vector<std::size_t> starts;
  for (std::size_t at = 0; at < stream.size(); at += size) starts.push_back(at);
  std::reverse(starts.begin(), starts.end());
  std::stable_partition(starts.begin(), starts.end(), [&](std::size_t at) { return at / size % 2 == 1; });
  for (const auto at : starts) {
    const std::size_t end = std::min(stream.size(), at + size + 1);
    const auto wrong = prefix.add(first + static_cast<std::uint32_t>(at), stream.subspan(at, end - at));
    law(!wrong || starts.size() > 2000, "segments that agree are taken");
    if (wrong) return;
  }
  law(std::ranges::equal(prefix.prefix(), stream), "any order of segments gives the stream");
}

/// Each piece is an offset, a length and bytes that the input gives.
void check_against_model(Bytes operations) {
  constexpr std::size_t limit = 256;
  wire::OrderedBytes bytes(limit);
  std::vector<std::optional<std::uint8_t>> model(limit);
  ByteReader reader(operations);
  while (reader.remaining() >= 3) {
    const std::size_t at = reader.u16() % 300;
    const Bytes piece = reader.take(std::min<std::size_t>(reader.u8() % 40, reader.remaining()));
    bool agrees = at < limit || piece.empty();
    for (std::size_t i = 0; i < piece.size() && at + i < limit; ++i)
      agrees = agrees && (!model[at + i] || *model[at + i] == piece[i]);
    law(bytes.add(at, piece).has_value() == !agrees,
        "a piece is refused if and only if it disagrees or lies outside");
    if (!agrees) continue;
    for (std::size_t i = 0; i < piece.size() && at + i < limit; ++i) model[at + i] = piece[i];
  }
  const auto hole = std::find(model.begin(), model.end(), std::nullopt);
  law(std::equal(bytes.prefix().begin(), bytes.prefix().end(), model.begin(), hole),
      "the prefix ends at the first hole");
  law(bytes.held() < 65536, "memory stays bounded");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const fuzz::Exact input(Bytes(data + 2, size - 2));
  check_prefixes(input.bytes());
  check_segments(input.bytes(), 1 + data[0] % 64U, data[1] * 0x01010101U);
  check_against_model(input.bytes());
  return 0;
}

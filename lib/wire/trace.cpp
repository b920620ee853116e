#include "edgewatch/wire/trace.hpp"

#include <functional>
#include <optional>
#include <utility>

namespace edgewatch::wire {
namespace {

/// Where in `bytes` a byte lies, or that it is one past their end.
std::optional<std::size_t> place_in(Bytes bytes, const std::uint8_t* at) {
  const std::uint8_t* const from = bytes.data();
  const bool elsewhere = std::less<>()(at, from) || std::less<>()(from + bytes.size(), at);
  return elsewhere ? std::nullopt : std::optional(static_cast<std::size_t>(at - from));
}

}  // namespace

void Trace::begin(Bytes frame) {
  base_ = frame;
  within_ = TraceLayer::Within::frame;
  stream_ = {};
  layers_.clear();
}

void Trace::reassembled(Bytes datagram) {
  base_ = datagram;
  within_ = TraceLayer::Within::datagram;
}

void Trace::stream(Bytes stream, std::size_t first, std::size_t here, Bytes brought) {
  stream_ = {stream, first, here, brought};
}

/// Bytes of elsewhere stand at the end.
void Trace::note(std::string_view layer, Bytes header, std::string meaning) {
  TraceLayer out{std::string(layer), within_, 0, header.size(), std::move(meaning)};
  const auto in_base = place_in(base_, header.data());
  const auto [bytes, first, here, brought] = stream_;
  const auto in_stream = bytes.empty() ? std::nullopt : place_in(bytes, header.data());
  if (!in_stream || (in_base && *in_base < base_.size())) {
    out.offset = in_base.value_or(base_.size());
  } else {
    const bool is_brought = *in_stream >= here && *in_stream - here + header.size() <= brought.size();
    const auto place = is_brought ? place_in(base_, brought.data() + (*in_stream - here)) : std::nullopt;
    out.within = place ? within_ : TraceLayer::Within::stream;
    out.offset = place.value_or(first + *in_stream);
  }
  layers_.push_back(std::move(out));
}

}  // namespace edgewatch::wire

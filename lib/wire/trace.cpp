#include "edgewatch/wire/trace.hpp"

#include <functional>
#include <utility>

namespace edgewatch::wire {

void Trace::begin(Bytes frame) {
  base_ = frame;
  within_ = TraceLayer::Within::frame;
  layers_.clear();
}

void Trace::reassembled(Bytes datagram) {
  base_ = datagram;
  within_ = TraceLayer::Within::datagram;
}

std::size_t Trace::offset_of(Bytes bytes) const {
  const std::uint8_t* from = base_.data();
  const std::uint8_t* until = from + base_.size();
  const bool elsewhere = std::less<>()(bytes.data(), from) || std::less<>()(until, bytes.data());
  return elsewhere ? base_.size() : static_cast<std::size_t>(bytes.data() - from);
}

void Trace::note(std::string_view layer, Bytes header, std::string meaning) {
  layers_.push_back({std::string(layer), within_, offset_of(header), header.size(), std::move(meaning)});
}

}  // namespace edgewatch::wire

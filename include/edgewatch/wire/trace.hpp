// What was seen of one frame, layer by layer, for whoever asks (`inspect --explain`). A Trace owns its texts;
// one thread. Where nobody asks there is none, and nothing is done for it.
#pragma once

#include "edgewatch/base/bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace edgewatch::wire {

struct TraceLayer {
  /// What the offset is counted in.
  enum class Within : std::uint8_t {
    frame,
    datagram,  ///< the payload of the IP packet that this frame's fragment completed
    stream,    ///< the sender's bytes on a TCP connection; earlier frames brought these
    crypto,    ///< the CRYPTO stream of a QUIC connection, which is encrypted in the frame
  };
  std::string layer;  ///< `ethernet`, `vlan`, `ipv4`, `tcp`, ...
  Within within = Within::frame;
  std::size_t offset = 0;
  std::size_t length = 0;  ///< of the layer's header or of the element, in bytes; 0 for a remark
  std::string meaning;     ///< the fields that matter, or why it was not accepted; never payload
};

class Trace {
 public:
  /// Forgets everything; offsets are counted from the start of `frame` from now on. The bytes must live as
  /// long as notes are added.
  void begin(Bytes frame);
  /// From now on offsets are those in the reassembled datagram.
  void reassembled(Bytes datagram);
  /// From now on bytes that lie in `stream`, which begins at `first` of its sender's stream, are told by
  /// their place: of those from `here` on, which this frame brought, in the frame, where they are `brought`;
  /// of others in the stream. Until the next call; of nothing: there is no stream.
  void stream(Bytes stream, std::size_t first, std::size_t here, Bytes brought);
  /// `header` lies within the frame, the reassembled datagram or the stream.
  void note(std::string_view layer, Bytes header, std::string meaning);
  void note(TraceLayer layer) { layers_.push_back(std::move(layer)); }

  [[nodiscard]] const std::vector<TraceLayer>& layers() const { return layers_; }

 private:
  struct Stream {
    Bytes bytes;
    std::size_t first = 0;
    std::size_t here = 0;
    Bytes brought;
  };
  Bytes base_;
  Stream stream_;
  TraceLayer::Within within_ = TraceLayer::Within::frame;
  std::vector<TraceLayer> layers_;
};

}  // namespace edgewatch::wire

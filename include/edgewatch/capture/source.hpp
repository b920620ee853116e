// Where frames come from: an interface or a file, on one interface of ours. A source is used by one thread at
// a time; the bytes of a Frame are good until the next call of `next()`.
#pragma once

#include "edgewatch/net/frame.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <variant>

namespace edgewatch::capture {

/// Nothing arrived within the time allowed (live only).
struct Idle {};
/// The input is over. `cut` says that there was more to it: the file ended inside a packet. What came before
/// was given whole.
struct EndOfInput {
  bool cut = false;
  std::string detail;  ///< for the warning: file, offset
};
using Step = std::variant<net::Frame, net::FrameLoss, Idle, EndOfInput>;

/// Why a source cannot be opened or read on. `exit_code` is CONTRACT's: 74 missing or unreadable, 65 not a
/// capture or damaged (the text names file and offset), 69 no such interface, 77 not permitted.
class SourceError : public std::runtime_error {
 public:
  SourceError(int exit_code, const std::string& what) : std::runtime_error(what), exit_code_(exit_code) {}
  [[nodiscard]] int exit_code() const { return exit_code_; }

 private:
  int exit_code_;
};

class PacketSource {
 public:
  virtual ~PacketSource() = default;
  /// The next frame, a loss report (without a stamp, at the epoch, where no frame came before it), Idle, or
  /// EndOfInput (and then EndOfInput for ever). Throws SourceError.
  virtual Step next() = 0;
  using Taker = std::function<void(const net::Frame&)>;
  /// Live: gives up to so many frames, and waits for the first as `next()` does; in its order and with its
  /// numbers, but where they lie: the bytes of each are good only for its call. How many it gave; none says
  /// to ask `next()`. Throws SourceError, and what `take` throws.
  virtual std::size_t give(std::size_t /*most*/, const Taker& /*take*/) { return 0; }
  /// Live: nothing new is let in from here on. `next()` still gives what waits, then what was lost, so that
  /// every packet is either given or told as lost; then EndOfInput. A file is not changed by it.
  virtual void stop() {}
  enum class Resumed : std::uint8_t {
    yes,
    not_yet,  ///< the interface is not there, or is down
    never,    ///< it is there, but only a source that is opened anew can read it
  };
  /// Live: after next() threw, whether it reads on, by the socket that it has and so without any right. What
  /// came before is told as lost; numbers go on. An interface that was taken away and made anew is one that
  /// reads on, unless it is of another link type, several sources share it (packet(7): a socket in a fanout
  /// group cannot be bound again), or it gives each frame at once.
  virtual Resumed resume() { return Resumed::never; }
  /// Name for coverage rows: the interface, or the base name of the file.
  [[nodiscard]] virtual const std::string& name() const = 0;
};

/// Several sources of one interface among which the kernel shares out the packets: both directions of a
/// connection to the same source (packet fanout by a hash of addresses and ports). The group's number is one
/// that no other program has. Any thread.
class FanoutGroup {
 public:
  /// Adds a packet socket. Throws SourceError 69.
  void join(int descriptor, const std::string& interface);
  /// A socket that had joined was closed.
  void leave();

 private:
  std::mutex mutex_;
  std::size_t members_ = 0;
  std::uint16_t id_ = 0;
};

struct LiveOptions {
  int snap_length = 65535;
  int ring_mib = 64;
  bool promiscuous = true;
  std::chrono::milliseconds wait{100};  ///< longest time next() blocks
  bool immediate = false;  ///< each frame at once, without the ring of blocks: for quiet wires only
  std::shared_ptr<FanoutGroup> group;  ///< one for all sources of an interface; none: a source on its own
};

/// pcap, pcapng or snoop; `-` is standard input, and may be a pipe. Throws SourceError.
[[nodiscard]] std::unique_ptr<PacketSource> open_file(const std::string& path, std::uint16_t source);
/// Throws SourceError 69 where the interface is not there, or is down. Needs no right.
void look_for(const std::string& interface);
/// A live interface through libpcap (TPACKET_V3 ring), drop counters read once a second and given as
/// FrameLoss. Throws SourceError.
[[nodiscard]] std::unique_ptr<PacketSource> open_interface(const std::string& interface, std::uint16_t source,
                                                           const LiveOptions& options);

}  // namespace edgewatch::capture

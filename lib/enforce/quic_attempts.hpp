// The QUIC hellos that a client says between one pair of ports, each put together by itself: some clients
// open all their connections from one socket. A connection is told by the id that its client began it with. A
// value; one thread.
#pragma once

#include "edgewatch/wire/hello_assembler.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace edgewatch::enforce {

/// By which a client's Initial addresses its server (RFC 9000 section 17.2).
class QuicId {
 public:
  QuicId() = default;
  /// Of a datagram that may hold one; longer ones than may be are cut.
  explicit QuicId(Bytes datagram);
  /// Itself; longer ones than may be are cut.
  [[nodiscard]] static QuicId of(Bytes id);
  bool operator==(const QuicId&) const = default;

 private:
  std::array<std::uint8_t, 20> bytes_{};
  std::uint8_t size_ = 0;
};

class QuicAttempts {
 public:
  /// More wait for the rest of their hello than anybody opens at once.
  [[nodiscard]] bool are_too_many() const { return attempts_.size() > most_; }
  [[nodiscard]] bool empty() const { return attempts_.empty(); }
  /// What the hello says that the datagram is of, as wire::QuicHello does: the one of its id; else one that
  /// it begins; else the one with whose keys it opens, since servers give ids of their own.
  [[nodiscard]] wire::HelloState add(Bytes datagram);
  /// The one that was added to last: the id it was begun with, whether its first byte has come.
  [[nodiscard]] const QuicId& id() const { return attempts_.at(last_).id; }
  [[nodiscard]] bool has_beginning() const {
    return last_ < attempts_.size() && attempts_[last_].hello.has_beginning();
  }
  /// Nothing is known but of datagrams that could not be opened.
  [[nodiscard]] bool is_unopened() const { return attempts_.size() == 1 && !attempts_.front().opened; }
  [[nodiscard]] bool has_any_beginning() const {
    return std::ranges::any_of(attempts_, [](const Attempt& each) { return each.hello.has_beginning(); });
  }
  /// Forgets it: there is a verdict, or it will be no hello.
  void drop() {
    if (last_ < attempts_.size()) attempts_.erase(attempts_.begin() + static_cast<std::ptrdiff_t>(last_));
    last_ = attempts_.size();
  }
  [[nodiscard]] std::size_t held() const;

 private:
  struct Attempt {
    QuicId id;
    wire::QuicHello hello;
    bool opened = false;
    std::optional<QuicId> opened_by;  ///< where an Initial of another id, that does not open, stood first
  };
  static constexpr std::size_t most_ = 4;
  wire::HelloState read(std::size_t number, Bytes datagram);

  std::vector<Attempt> attempts_;
  std::size_t last_ = 0;
};

/// Whether a datagram begins with a packet that others may follow, an Initial among them (RFC 9000 section
/// 12.2).
[[nodiscard]] bool may_hold_initial(Bytes datagram);
/// Whether the datagram's Initial could not be opened.
[[nodiscard]] bool is_unopened(const wire::HelloState& state);

}  // namespace edgewatch::enforce

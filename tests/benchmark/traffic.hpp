// Traffic as conversations that take turns: each says one packet and when it wants to speak again. Those that
// have begun are held in a heap by time, so that a capture of any length is written in order with only the
// open ones in memory. One thread.
#pragma once

#include "edgewatch/base/time.hpp"

#include "names.hpp"
#include "packet_writer.hpp"
#include "support/random.hpp"
#include "truth.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace edgewatch::benchmark {

class Conversation {
 public:
  virtual ~Conversation() = default;
  /// Says what is due at `at`; the next time, not before `at`, or nothing at the end.
  virtual std::optional<Timestamp> speak(Timestamp at, PacketWriter& out) = 0;
};

/// A source of conversations in order of their begin.
class Script {
 public:
  virtual ~Script() = default;
  struct Begin {
    Timestamp at;
    std::unique_ptr<Conversation> conversation;
  };
  /// The next one, or nothing at the end. Stamps do not step back.
  virtual std::optional<Begin> next() = 0;
};

/// Lets everything be said, in order of time.
void play(Script& script, PacketWriter& out);

/// What the conversations of one capture share.
struct Stage {
  Stage(std::uint64_t seed, std::size_t names, std::size_t clients);

  Names names;
  std::size_t clients;
  support::Random random;
  Truth truth;
  /// A port that this client has not used before (for its first 28,000).
  std::uint16_t port_of(std::size_t client);
  /// A ClientHello over TCP in its record, as Chromium's, for that name: built once a name, with the random
  /// and the session id drawn anew.
  enum class Size : std::uint8_t { post_quantum, classic };
  support::Buffer hello(std::size_t name, Size size);
  /// DNS messages for a name: built once, with another id each time.
  support::Buffer question(std::size_t name, std::uint16_t type, std::uint16_t id);
  support::Buffer answer(std::size_t name, std::uint16_t type, std::uint16_t id, std::size_t records);

 private:
  std::vector<std::uint16_t> ports_;
  std::unordered_map<std::uint64_t, support::Buffer> hellos_;
  std::unordered_map<std::uint64_t, support::Buffer> messages_;
};

}  // namespace edgewatch::benchmark

// What a name means when a hello may have hidden another, and what a flow without a name may be called:
// judged by that client's own DNS answers and by nobody else's. It stands on the analysis side, because the
// sensor's threads share flows out among them and a client's answers may be seen by one and its hellos by
// another; here events come in order. Owns what it remembers, in bounded memory; never asks a clock; one
// thread.
#pragma once

#include "edgewatch/base/hash.hpp"
#include "edgewatch/model/sighting.hpp"
#include "edgewatch/observe/observer.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace edgewatch::observe {

struct NameJudgeOptions {
  std::size_t memory_bytes = std::size_t{16} << 20U;
  HashKey hash_key;  ///< random when live; fixed in a replay, whose bytes must repeat
};

/// A sighting and what the client's own DNS says about it.
struct Judgement {
  /// As it came, but: `outer_name_only` where the name is the public name of an ECH configuration that the
  /// client was given; `dns_answer_address` where a flow without a name of its own has exactly one from DNS;
  /// `hidden` stays `ech` where it could not be told whether the name is the true one, else becomes `no`.
  model::Sighting sighting;
  /// Of a flow without a name: every name under which the client was given this server's address, in byte
  /// order. It is named by one; several are for whoever knows which names are one service.
  std::vector<net::HostName> candidates;
  /// There are more than are kept, or beside these some may be forgotten: the candidates do not settle it.
  bool more_candidates = false;
  /// Whether a TLS or QUIC flow went to an address that the client was given by DNS that we saw. `unknown`
  /// for other flows and for clients that have not been watched for long enough.
  enum class Preceded : std::uint8_t { unknown, yes, no };
  Preceded preceded = Preceded::unknown;
};

/// Whether the name of a hello is known to stand for others, by a list and not by an answer.
enum class ListedAsOuter : std::uint8_t { no, yes };

class NameJudge {
 public:
  explicit NameJudge(NameJudgeOptions options = {});
  ~NameJudge();
  NameJudge(NameJudge&&) noexcept;
  NameJudge& operator=(NameJudge&&) noexcept;

  /// Whose name and addresses they are for the time to live, at most an hour, and a minute more (TIME 1).
  void learn(const model::Answer& answer);
  /// Precondition: the sighting is one of a flow, and acknowledged.
  [[nodiscard]] Judgement judge(model::Sighting sighting, ListedAsOuter listed = ListedAsOuter::no);
  /// The address has another holder now: what the one before was answered is not his.
  void forget(const net::IpAddress& client);
  /// `evicted-answer`, `evicted-client`; zeros left out.
  [[nodiscard]] std::vector<Tally> tallies() const;
  /// Memory held, in bytes.
  [[nodiscard]] std::size_t held() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace edgewatch::observe

// Flow seconds to exchanges: a request of the client and what came back within a few seconds (TIME 2.4,
// `exchanges`). Values and one container with its own memory; one thread.
#pragma once

#include "edgewatch/account/method.hpp"
#include "edgewatch/model/usage.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>

namespace edgewatch::account {

/// What an activity says of itself that its minutes will say too. Shared by the many exchanges that have it
/// in common.
struct Provenance {
  model::ServiceId service;
  model::Category category;
  model::Purpose purpose = model::Purpose::personal;
  model::NameEvidence evidence = model::NameEvidence::none;
  model::IdentityGrade identity = model::IdentityGrade::none;
  model::Revision catalogue;
  model::Revision rule_book;
  bool name_in_doubt = false;
  model::BindingId binding = 0;
  model::Purpose purpose_next_minute = model::Purpose::personal;  ///< of the hold that reaches into it
  bool operator<(const Provenance& other) const;
};
using ProvenancePtr = std::shared_ptr<const Provenance>;

/// Was it a machine that asked?
enum class Cadence : std::uint8_t {
  unjudged,
  irregular,  ///< as people are
  open,       ///< evenly spaced so far; the input ended before one could tell
  machine,
};

struct Exchange {
  Timestamp at;
  model::FlowId flow = 0;
  std::uint64_t host_key = 0;
  std::uint32_t up = 0;
  std::uint32_t down = 0;  ///< of `answer_within`, up to the flow's next request
  model::Role role = model::Role::core;
  Cadence cadence = Cadence::unjudged;
  bool opens_flow = false;   ///< the first request of its flow
  ProvenancePtr provenance;  ///< none for unlisted hosts
};

/// The exchanges of one service on one device (or of all unlisted hosts on it), in order of time.
class ExchangeLog {
 public:
  /// `orphan`: what comes after a pause is the answer to something, and that was not seen, or was long ago.
  /// Of media it is kept, as an exchange that asked for nothing: a long answer may play as it comes.
  enum class Added : std::uint8_t { request, answer, orphan, nothing, full };

  /// One second of a flow; the seconds of one flow come in order. `full` when there is no room for the
  /// request.
  Added add(const Exchange& second, const Method& method);

  [[nodiscard]] const std::deque<Exchange>& all() const { return exchanges_; }
  [[nodiscard]] std::deque<Exchange>& all() { return exchanges_; }
  void forget_before(Timestamp at);

 private:
  bool insert(const Exchange& second, const Method& method);
  std::deque<Exchange> exchanges_;  // sorted by (at, flow)
  struct Open {
    Timestamp request;  // the last of the flow; where it was not seen, the first of its answer
    Timestamp last;     // heard of the flow
  };
  std::unordered_map<model::FlowId, Open> open_;  // while an answer may still come
};

}  // namespace edgewatch::account

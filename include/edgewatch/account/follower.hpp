// What came in another site's wake: the page bursts of unlisted hosts, the pages of other services, and the
// question whether something that began at a moment followed one of them (TIME 2.3 FOLLOW, 2.4). Own memory,
// bounded by what is forgotten; one thread.
#pragma once

#include "edgewatch/account/exchange.hpp"

#include <cstdint>
#include <deque>
#include <vector>

namespace edgewatch::account {

/// Bursts of traffic with unlisted hosts. Only times, bytes and a few flow numbers are kept; no name, no key.
class PageBursts {
 public:
  /// An exchange with an unlisted host that is not `system`, in order of time; smaller answers than D_MIN are
  /// passed over.
  void add(const Exchange& exchange, const Method& method);
  /// Did something that begins at `at` follow a page?
  [[nodiscard]] bool lead(Timestamp at, const Method& method) const;
  /// When the pages of [from, to) began.
  [[nodiscard]] std::vector<Timestamp> begun(Timestamp from, Timestamp to, const Method& method) const;
  [[nodiscard]] bool empty() const { return bursts_.empty(); }
  void forget_before(Timestamp at);

 private:
  struct Burst {
    Timestamp first;
    Timestamp last;
    std::uint64_t bytes = 0;           // of the first `follow_span`, in which it can lead
    std::vector<model::FlowId> flows;  // of the same, up to `page_flows`
    [[nodiscard]] bool is_page(const Method& method) const {
      return bytes >= method.page_bytes || flows.size() >= method.page_flows;
    }
  };
  static void extend(Burst& burst, const Exchange& exchange, const Method& method);
  std::deque<Burst> bursts_;
};

/// The same question of another listed service: a group of it with a core host and enough bytes.
[[nodiscard]] bool leads(const std::deque<Exchange>& other_service, Timestamp at, const Method& method);

}  // namespace edgewatch::account

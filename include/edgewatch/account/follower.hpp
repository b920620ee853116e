// What came in another site's wake: the page bursts of unlisted hosts, the pages of other services, and the
// question whether something that began at a moment followed one of them (TIME 2.3 FOLLOW, 2.4). Own memory,
// bounded by what is forgotten; one thread.
#pragma once

#include "edgewatch/account/coverage.hpp"
#include "edgewatch/account/exchange.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace edgewatch::account {

/// Bursts of traffic with unlisted hosts. Only times, bytes and a few flow numbers are kept; no name, no key.
class PageBursts {
 public:
  /// An exchange with an unlisted host that is not `system`, in order of time; one with a smaller answer than
  /// D_MIN is a scrap.
  void add(const Exchange& exchange, const Method& method);
  /// An answer of such a host to a request that was not seen: a scrap, begun a second before.
  void add_orphan(Timestamp at);
  /// Did something that begins at `at` follow a page? In a minute with loss every burst and scrap is one: the
  /// rest of it may be among what was lost.
  [[nodiscard]] bool lead(Timestamp at, const Coverage& coverage, const Method& method) const;
  /// When the pages of [from, to) began.
  [[nodiscard]] std::vector<Timestamp> begun(Timestamp from, Timestamp to, const Coverage& coverage,
                                             const Method& method) const;
  /// The first page of [from, to) that nobody else's page has as a part: of many flows and bytes.
  [[nodiscard]] std::optional<Timestamp> turned_to(Timestamp from, Timestamp to, const Method& method) const;
  [[nodiscard]] bool empty() const { return bursts_.empty() && scraps_.empty(); }
  void forget_before(Timestamp at);

 private:
  struct Burst {
    Timestamp first;
    Timestamp last;
    std::uint64_t bytes = 0;           // of the first `follow_span`, in which it can lead
    std::vector<model::FlowId> flows;  // of the same, up to `page_flows`
    [[nodiscard]] bool is_page(const Coverage& coverage, const Method& method) const {
      return bytes >= method.page_bytes || flows.size() >= method.page_flows ||
             coverage.is_lossy(minute_of(first), method);
    }
  };
  static void extend(Burst& burst, const Exchange& exchange, const Method& method);
  std::deque<Burst> bursts_;
  std::vector<Timestamp> scraps_;
};

/// The same question of another listed service: a group of it with a core host and enough bytes.
[[nodiscard]] bool leads(const std::deque<Exchange>& other_service, Timestamp at, const Method& method);

}  // namespace edgewatch::account

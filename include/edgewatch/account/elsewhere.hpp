// Where the person turned to: requests to an unlisted host that go on while a service is silent. Only times
// and flow numbers are kept. Own memory, bounded by what is forgotten; one thread.
#pragma once

#include "edgewatch/account/exchange.hpp"

#include <deque>
#include <optional>
#include <vector>

namespace edgewatch::account {

class Elsewhere {
 public:
  /// A request to an unlisted host that is not `system`, in order of time, whatever was answered.
  void add(const Exchange& exchange, const Method& method);
  /// When somebody who was last seen at `last` began to ask for other things, again and again, before
  /// `last` + HOLD; none where nobody did. What asks evenly, as it did before, is no person. Nor is what was
  /// told of the last action itself, always in one size, and never had anything to answer: it counts the
  /// readers of the page.
  [[nodiscard]] std::optional<Timestamp> turned_to(Timestamp last, const Method& method) const;
  [[nodiscard]] bool empty() const { return asked_.empty(); }
  void forget_before(Timestamp at);

 private:
  struct Asked {
    Timestamp at;
    model::FlowId flow = 0;
    std::uint32_t up = 0;
    bool is_answered = false;  // by D_MIN
  };
  /// It counts those who read the page of the action at `last`.
  [[nodiscard]] static bool is_counter(const std::vector<Asked>& flow, Timestamp last, const Method& method);
  std::deque<Asked> asked_;  // of one flow no two within GROUP_GAP
};

}  // namespace edgewatch::account

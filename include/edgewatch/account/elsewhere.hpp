// Where the person turned to: requests to an unlisted host that go on while a service is silent. Only times
// and flow numbers are kept. Own memory, bounded by what is forgotten; one thread.
#pragma once

#include "edgewatch/account/exchange.hpp"

#include <deque>
#include <optional>

namespace edgewatch::account {

class Elsewhere {
 public:
  /// A request to an unlisted host that is not `system`, in order of time, whatever was answered.
  void add(const Exchange& exchange, const Method& method);
  /// When somebody who was last seen at `last` began to ask for other things, again and again, before
  /// `last` + HOLD; none where nobody did. What asks evenly, as it did before, is no person.
  [[nodiscard]] std::optional<Timestamp> turned_to(Timestamp last, const Method& method) const;
  [[nodiscard]] bool empty() const { return asked_.empty(); }
  void forget_before(Timestamp at);

 private:
  struct Asked {
    Timestamp at;
    model::FlowId flow = 0;
  };
  std::deque<Asked> asked_;  // of one flow no two within GROUP_GAP
};

}  // namespace edgewatch::account

// Requests of people for what is held about them.
#include "edgewatch/store/ledger.hpp"

#include "ledger_impl.hpp"

namespace edgewatch::store {

void Ledger::add(const model::AccessRequest& request) {
  Statement(impl_->connection,
            "INSERT INTO access_request(reference, person, received_day, identity_checked, approved_by, "
            "entered_by, entered_us) VALUES (:reference, :person, :received, :checked, :approved, :by, :at)")
      .bind(":reference", request.reference)
      .bind(":person", request.person.text())
      .bind(":received", days(request.received))
      .bind(":checked", request.identity_checked)
      .bind(":approved", request.approved_by)
      .bind(":by", request.entered_by)
      .bind(":at", micros(request.entered_at))
      .run();
}

std::vector<model::AccessRequest> Ledger::access_requests() const {
  std::vector<model::AccessRequest> all;
  Statement read(impl_->connection,
                 "SELECT reference, person, received_day, identity_checked, approved_by, entered_by, "
                 "entered_us FROM access_request ORDER BY number");
  while (read.step()) {
    all.push_back({.reference = read.text(0),
                   .person = model::PersonId(read.text(1)),
                   .received = from_days(read.number(2)),
                   .identity_checked = read.text(3),
                   .approved_by = read.text(4),
                   .entered_by = read.text(5),
                   .entered_at = from_micros(read.number(6))});
  }
  return all;
}

}  // namespace edgewatch::store

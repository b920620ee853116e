// What was issued to staff, or approved, as it stood then.
#include "edgewatch/store/ledger.hpp"

#include "ledger_impl.hpp"

namespace edgewatch::store {

void Ledger::keep(const IssuedDocument& document) {
  Statement(
      impl_->connection,
      "INSERT INTO issued_document VALUES (:kind, :text, :by, :entered, :at) ON CONFLICT(kind) DO UPDATE "
      "SET text = excluded.text, issued_by = excluded.issued_by, entered_by = excluded.entered_by, "
      "issued_us = excluded.issued_us")
      .bind(":kind", document.kind)
      .bind(":text", document.text)
      .bind(":by", document.issued_by)
      .bind(":entered", document.entered_by)
      .bind(":at", micros(document.at))
      .run();
}

std::optional<IssuedDocument> Ledger::issued(const std::string& kind) const {
  Statement read(impl_->connection,
                 "SELECT text, issued_by, entered_by, issued_us FROM issued_document WHERE kind = :kind");
  if (!read.bind(":kind", kind).step()) return std::nullopt;
  return IssuedDocument{.kind = kind,
                        .text = read.text(0),
                        .issued_by = read.text(1),
                        .entered_by = read.text(2),
                        .at = from_micros(read.number(3))};
}

}  // namespace edgewatch::store

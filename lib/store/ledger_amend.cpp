// Late evidence: minutes are taken from somebody by a further run, and stay readable as they were told.
#include "edgewatch/store/ledger.hpp"

#include "ledger_impl.hpp"

#include <algorithm>

namespace edgewatch::store {
namespace {

constexpr const char* columns =
    "amendment_id, person, reference, from_us, to_us, recorded_us, why, source, minutes";

AmendmentRecord read_amendment(const Statement& row) {
  AmendmentRecord record;
  record.number = row.number(0);
  record.amendment.person = model::PersonId(row.text(1));
  record.amendment.binding = row.as<model::BindingId>(2);
  record.amendment.withdrawn = {from_micros(row.number(3)), from_micros(row.number(4))};
  record.amendment.recorded_at = from_micros(row.number(5));
  record.amendment.why = row.as<model::Binding::State>(6);
  record.amendment.source = row.as<model::TenancyEvent::Source>(7);
  record.minutes = row.as<std::uint64_t>(8);
  return record;
}

bool is_same_row(const model::UsageSlice& a, const model::UsageSlice& b) {
  return a.minute == b.minute && a.service == b.service && a.kind == b.kind && a.purpose == b.purpose;
}

/// What stands in place of the slices of one minute.
void amend_minute(std::vector<model::UsageSlice> minute, const model::Amendment& amendment,
                  std::vector<model::UsageSlice>& out) {
  const auto run = static_cast<std::uint16_t>(minute.front().run + 1);
  const std::size_t first = out.size();
  std::vector<model::UsageSlice> instead;
  for (model::UsageSlice& slice : minute) {
    if (!model::is_amended(slice, amendment)) {
      out.push_back(slice);
      out.back().run = run;
    } else if (amendment.instead) {
      model::stand_instead(slice, amendment);
      slice.run = 0;
      const auto same = std::find_if(instead.begin(), instead.end(),
                                     [&](const auto& known) { return is_same_row(known, slice); });
      if (same == instead.end()) {
        instead.push_back(slice);
      } else {
        model::add_up(*same, slice);
      }
    }
  }
  if (out.size() == first) {  // nothing is left of the minute
    model::UsageSlice none = minute.front();
    none.subject = model::Subject::of_person(amendment.person);
    none.run = run;
    none.seconds = none.lower_seconds = 0;
    none.binding = amendment.binding;
    out.push_back(std::move(none));
  }
  out.insert(out.end(), instead.begin(), instead.end());
}

}  // namespace

void Ledger::amend(const std::vector<model::Amendment>& amendments) {
  Connection& connection = impl_->connection;
  UsageBook& book = *impl_->book;
  for (const model::Amendment& amendment : amendments) {
    change(connection, book, [&] {
      const auto standing =
          book.find(model::Subject::of_person(amendment.person), hours(amendment.withdrawn.from) - 1,
                    hours(amendment.withdrawn.to) + 1, UsageBook::Which::standing);
      std::vector<model::UsageSlice> told;
      std::int64_t minutes = 0;
      for (auto from = standing.begin(); from != standing.end();) {
        const auto to =
            std::find_if(from, standing.end(), [&](const auto& each) { return each.minute != from->minute; });
        if (std::any_of(from, to, [&](const auto& each) { return model::is_amended(each, amendment); })) {
          ++minutes;
          amend_minute({from, to}, amendment, told);
        }
        from = to;
      }
      if (minutes == 0) return;
      book.write(told);
      Statement put(connection,
                    "INSERT INTO amendment(person, reference, from_us, to_us, recorded_us, why, source, "
                    "minutes, due_day) VALUES (:person, :reference, :from, :to, :recorded, :why, :source, "
                    ":minutes, :due)");
      put.bind(":person", amendment.person.text())
          .bind(":reference", static_cast<std::int64_t>(amendment.binding))
          .bind(":from", micros(amendment.withdrawn.from))
          .bind(":to", micros(amendment.withdrawn.to))
          .bind(":recorded", micros(amendment.recorded_at))
          .bind(":why", static_cast<int>(amendment.why))
          .bind(":source", static_cast<int>(amendment.source))
          .bind(":minutes", minutes)
          .bind(":due", days(london_date(amendment.withdrawn.to)))
          .run();
    });
  }
}

std::vector<AmendmentRecord> Ledger::amendments(const model::Leave& leave,
                                                const model::DateRange& period) const {
  std::vector<AmendmentRecord> found;
  const auto dates = common(leave.period(), period);
  if (!dates) return found;
  const Span span = span_of(*dates);
  Statement read(impl_->connection, std::string("SELECT ") + columns +
                                        " FROM amendment WHERE person = :person AND from_us < :to AND to_us "
                                        "> :from ORDER BY recorded_us, amendment_id");
  read.bind(":person", leave.person().text()).bind(":from", micros(span.from)).bind(":to", micros(span.to));
  while (read.step()) found.push_back(read_amendment(read));
  return found;
}

std::vector<AmendmentRecord> Ledger::unaudited_amendments() const {
  std::vector<AmendmentRecord> found;
  Statement read(impl_->connection, std::string("SELECT ") + columns +
                                        " FROM amendment WHERE audited = 0 ORDER BY amendment_id");
  while (read.step()) found.push_back(read_amendment(read));
  return found;
}

void Ledger::amendment_audited(std::int64_t number) {
  Statement(impl_->connection, "UPDATE amendment SET audited = 1 WHERE amendment_id = :number")
      .bind(":number", number)
      .run();
}

}  // namespace edgewatch::store

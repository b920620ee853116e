#include "edgewatch/store/ledger.hpp"

#include "ledger_impl.hpp"

namespace edgewatch::store {

void change(Connection& connection, UsageBook& book, const std::function<void()>& work) {
  Transaction transaction(connection);
  try {
    work();
    transaction.commit();
  } catch (...) {
    book.forget();
    throw;
  }
}

std::vector<model::UsageSlice> Ledger::Impl::find(const model::Leave& leave, const model::DateRange& period,
                                                  UsageBook::Which which) {
  const auto dates = common(leave.period(), period);
  if (!dates) return {};
  const Snapshot snapshot(connection);
  const Span span = span_of(*dates);
  return book->find(model::Subject::of_person(leave.person()), hours(span.from), hours(span.to), which);
}

void Ledger::write(const std::vector<model::UsageSlice>& slices) {
  if (slices.empty()) return;
  change(impl_->connection, *impl_->book, [&] { impl_->book->write(slices); });
}

void Ledger::settle() {
  UsageBook& book = *impl_->book;
  change(impl_->connection, book, [&] {
    book.pack_open();
    book.wipe(OpenHour::Wipe::everything);
  });
}

std::vector<model::UsageSlice> Ledger::usage(const model::Leave& leave,
                                             const model::DateRange& period) const {
  return impl_->find(leave, period, UsageBook::Which::standing);
}

std::vector<model::UsageSlice> Ledger::superseded(const model::Leave& leave,
                                                  const model::DateRange& period) const {
  return impl_->find(leave, period, UsageBook::Which::superseded);
}

}  // namespace edgewatch::store

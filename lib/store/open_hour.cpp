#include "open_hour.hpp"

#include "edgewatch/store/store_error.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace edgewatch::store {
namespace {

// What SQLite needs of a page beside the blob, so that a row fills one page and never spills into another.
constexpr std::size_t beside_the_blob = 48;

bool same_frame(const ToldRecord& a, const ToldRecord& b) {
  return a.hour == b.hour && a.record.minute == b.record.minute && a.record.run == b.record.run &&
         a.record.judged_by == b.record.judged_by;
}

}  // namespace

OpenHour::OpenHour(Connection& connection)
    : connection_(connection),
      read_(connection, "SELECT page, records FROM usage_open ORDER BY page"),
      put_(connection,
           "INSERT INTO usage_open(page, records) VALUES (:page, :records) ON CONFLICT DO UPDATE SET records "
           "= excluded.records"),
      page_bytes_(static_cast<std::size_t>(connection.number("PRAGMA page_size")) - beside_the_blob) {}

std::vector<ToldRecord> OpenHour::load() {
  std::vector<ToldRecord> told;
  generation_ = static_cast<std::uint32_t>(connection_.number("SELECT generation FROM usage_state"));
  number_ = 0;
  page_.reset();
  bindings_.clear();
  newest_.reset();
  while (read_.step()) {
    const std::int64_t number = read_.number(0);
    const std::vector<std::uint8_t> bytes = read_.blob(1);
    if (FramePage::generation_of(bytes) != generation_ || number != number_ + 1) break;
    auto page = FramePage::read(number, bytes, told, bindings_);
    if (!page) {
      read_.reset();
      throw StoreError(74, fmt::format("{}: table usage_open, page {}: damaged ({}); restore the backup",
                                       connection_.file().string(), number, to_string(page.error())));
    }
    page_ = std::move(page).value();
    number_ = number;
  }
  read_.reset();
  for (const ToldRecord& record : told) newest_ = std::max(newest_.value_or(0), record.hour);
  return told;
}

void OpenHour::append(std::span<const ToldRecord> told) {
  for (auto from = told.begin(); from != told.end();) {
    const auto to = std::find_if_not(from, told.end(), [&](const auto& r) { return same_frame(*from, r); });
    const std::span<const ToldRecord> minute(from, to);
    if (page_ && page_->belongs_on_next(minute, bindings_)) next_page();
    for (std::size_t done = 0; done < minute.size();) done += append_minute(minute.subspan(done));
    newest_ = std::max(newest_.value_or(0), from->hour);
    from = to;
  }
  if (page_) put();
}

std::size_t OpenHour::append_minute(std::span<const ToldRecord> told) {
  if (!page_) page_.emplace(generation_, ++number_, page_bytes_);
  const std::size_t done = page_->put(told, bindings_);
  if (done < told.size()) next_page();
  return done;
}

void OpenHour::next_page() {
  put();
  page_.emplace(generation_, ++number_, page_bytes_);
}

void OpenHour::put() { put_.bind(":page", number_).bind(":records", page_->bytes()).run(); }

void OpenHour::turn() {
  // After the last number comes the first: pages that old were written over long before.
  generation_ = std::max<std::uint32_t>(generation_ + 1, 1);
  Statement(connection_, "UPDATE usage_state SET generation = :generation")
      .bind(":generation", generation_)
      .run();
  number_ = 0;
  page_.reset();
  bindings_.clear();
  newest_.reset();
}

void OpenHour::wipe(Wipe what) {
  if (what == Wipe::everything) {
    connection_.execute("DELETE FROM usage_open");
    return;
  }
  Statement(connection_,
            "UPDATE usage_open SET records = zeroblob(length(records)) WHERE page > :live AND records <> "
            "zeroblob(length(records))")
      .bind(":live", pages())
      .run();
}

}  // namespace edgewatch::store

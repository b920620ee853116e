// The part of the book that the purge and the status ask: counts, dates, and of whom there is anything.
#include "ledger_impl.hpp"
#include "minute_join.hpp"
#include "usage_book.hpp"

#include <algorithm>
#include <iterator>

namespace edgewatch::store {
namespace {

std::int64_t london_day(std::int64_t hour) { return days(london_date(from_minutes(hour * 60))); }

}  // namespace

void UsageBook::visit(std::int64_t from, std::int64_t to, const Visitor& visitor) {
  static_cast<void>(look());
  Statement rows(connection_,
                 "SELECT place, records FROM usage WHERE place >= :from AND place < :to ORDER BY place");
  rows.bind(":from", place_of(from, 0)).bind(":to", place_of(to, 0));
  while (rows.step()) {
    const std::int64_t place = rows.number(0);
    visitor(static_cast<std::uint32_t>(place), hour_of(place),
            standing(read(place, rows.blob(1)), dictionary_));
  }
}

std::uint64_t UsageBook::records() {
  return static_cast<std::uint64_t>(connection_.number("SELECT records FROM usage_state")) + look().size();
}

std::optional<UtcMinute> UsageBook::newest_minute() {
  std::optional<std::int64_t> newest;
  const auto take = [&](std::int64_t hour, const MinuteRecord& record) {
    newest = std::max(newest.value_or(0), hour * 60 + record.minute);
  };
  for (const ToldRecord& told : look()) take(told.hour, told.record);
  const std::int64_t hour = hour_of(connection_.number("SELECT max(place) FROM usage"));
  if (newest && hour < *newest / 60) return from_minutes(*newest);
  Statement rows(connection_, "SELECT place, records FROM usage WHERE place >= :from");
  rows.bind(":from", place_of(hour, 0));
  while (rows.step()) {
    for (const MinuteRecord& record : read(rows.number(0), rows.blob(1))) take(hour, record);
  }
  if (!newest) return std::nullopt;
  return from_minutes(*newest);
}

std::uint64_t UsageBook::count_before(std::int64_t bound, const Held& held, Due which) {
  std::uint64_t records = 0;
  const bool free = which == Due::free;
  Statement rows(connection_, "SELECT records FROM usage WHERE place < :bound" +
                                  (free ? held.spared(held_when::usage) : held.kept(held_when::usage)));
  rows.bind(":bound", place_of(bound, 0));
  while (rows.step()) records += count_in_row(rows.blob(0));
  std::map<std::int64_t, std::vector<ToldRecord>> open;
  for (const ToldRecord& told : look()) {
    if (told.hour < bound && held.covers(told.subject, told.hour) != free)
      open[place_of(told.hour, told.subject)].push_back(told);
  }
  for (const auto& [place, group] : open) {
    std::vector<MinuteRecord> all = with_row(group);
    const std::size_t before = all.size() - group.size();
    records += joined(std::move(all), dictionary_, Dictionary::Numbered::lent).size() - before;
  }
  return records;
}

std::optional<std::int64_t> UsageBook::oldest_hour(std::int64_t from) {
  std::optional<std::int64_t> oldest;
  Statement first(connection_, "SELECT min(place) FROM usage WHERE place >= :from");
  if (first.bind(":from", place_of(from, 0)).step() && !first.is_null(0)) oldest = hour_of(first.number(0));
  for (const ToldRecord& told : look()) {
    if (told.hour >= from) oldest = std::min<std::int64_t>(oldest.value_or(told.hour), told.hour);
  }
  return oldest;
}

void UsageBook::pack_before(std::int64_t bound) {
  const std::vector<ToldRecord> told = look();
  if (std::any_of(told.begin(), told.end(), [&](const auto& one) { return one.hour < bound; })) pack_open();
}

UsageBook::Removed UsageBook::remove_before(std::int64_t bound, std::int64_t most, std::int64_t behind,
                                            const Held& held) {
  Removed removed{.last = behind};
  std::int64_t rows = 0;
  const std::string spared = held.spared(held_when::usage);
  {
    Statement read(connection_, "SELECT place, records FROM usage WHERE place > :behind AND place < :bound" +
                                    spared + " ORDER BY place LIMIT :most");
    read.bind(":behind", behind).bind(":bound", place_of(bound, 0)).bind(":most", most);
    for (; read.step(); ++rows) {
      removed.last = read.number(0);
      removed.records += count_in_row(read.blob(1));
    }
  }
  if (rows == 0) return removed;
  Statement(connection_, "DELETE FROM usage WHERE place > :behind AND place <= :last" + spared)
      .bind(":behind", behind)
      .bind(":last", removed.last)
      .run();
  count(-static_cast<std::int64_t>(removed.records));
  removed.all = rows < most;
  return removed;
}

void UsageBook::add_subjects(std::int64_t day, std::vector<std::uint32_t> subjects) {
  std::sort(subjects.begin(), subjects.end());
  subjects.erase(std::unique(subjects.begin(), subjects.end()), subjects.end());
  std::vector<std::uint32_t> before;
  if (find_day_.bind(":day", day).step()) before = subjects_of(day, find_day_.blob(0));
  find_day_.reset();
  std::vector<std::uint32_t> after;
  std::set_union(before.begin(), before.end(), subjects.begin(), subjects.end(), std::back_inserter(after));
  if (after != before) put_day_.bind(":day", day).bind(":subjects", Bytes(encode_set(day, after))).run();
}

/// A list that is damaged is made again from the rows it was made from, so that nothing keeps a purge from
/// running and nobody is forgotten whose rows are there.
std::vector<std::uint32_t> UsageBook::subjects_of(std::int64_t day, Bytes set) {
  if (auto subjects = decode_set(day, set)) return std::move(subjects).value();
  const Timestamp from = london_midnight(from_days(day));
  const Timestamp to = london_midnight(next_day(from_days(day)));
  Statement rows(connection_, "SELECT DISTINCT subject_id FROM usage WHERE place >= :from AND place < :to");
  rows.bind(":from", place_of(hours(from), 0)).bind(":to", place_of(hours(to), 0));
  std::vector<std::uint32_t> subjects;
  while (rows.step()) subjects.push_back(rows.as<std::uint32_t>(0));
  std::sort(subjects.begin(), subjects.end());
  return subjects;
}

std::vector<bool> UsageBook::subjects_since(std::int64_t day) {
  std::vector<bool> has_records;
  const auto note = [&](std::uint32_t subject) {
    if (has_records.size() <= subject) has_records.resize(std::size_t{subject} + 1);
    has_records[subject] = true;
  };
  for (const ToldRecord& told : look()) {
    if (london_day(told.hour) >= day) note(told.subject);
  }
  Statement rows(connection_, "SELECT day, subjects FROM usage_day WHERE day >= :day");
  rows.bind(":day", day);
  while (rows.step()) {
    for (const std::uint32_t subject : subjects_of(rows.number(0), rows.blob(1))) note(subject);
  }
  return has_records;
}

void UsageBook::remove_days_before(std::int64_t day) {
  Statement(connection_, "DELETE FROM usage_day WHERE day < :day").bind(":day", day).run();
}

}  // namespace edgewatch::store

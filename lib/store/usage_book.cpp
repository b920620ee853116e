#include "usage_book.hpp"

#include "edgewatch/store/store_error.hpp"

#include "ledger_impl.hpp"
#include "minute_join.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <tuple>

#include <fmt/format.h>

namespace edgewatch::store {
namespace {

constexpr std::uint8_t whole_minute = 60;
// A batch that is larger or spans more is a load, not a minute: it goes straight to its rows.
constexpr std::size_t most_in_a_batch = 65'536;
constexpr std::uint32_t most_hours_in_a_batch = 2;
constexpr std::size_t most_open_pages = 4096;
// Hours in which little was told are packed together: packing touches the same few pages for one record as
// for many.
constexpr std::size_t pages_worth_packing = 8;

auto telling_of(const ToldRecord& told) {
  const MinuteRecord& r = told.record;
  return std::tuple(told.hour, r.minute, r.run, r.judged_by, told.subject, r.binding, r.circumstance);
}

auto row_of(const ToldRecord& told) { return std::tuple(told.hour, told.subject); }

std::int64_t london_day(std::int64_t hour) { return days(london_date(from_minutes(hour * 60))); }

/// Sorted, and the same told twice in a batch is the larger of both.
void put_in_order(std::vector<ToldRecord>& told) {
  std::sort(told.begin(), told.end(),
            [](const auto& a, const auto& b) { return telling_of(a) < telling_of(b); });
  const auto same = [](ToldRecord& kept, const ToldRecord& next) {
    if (telling_of(kept) != telling_of(next)) return false;
    kept.record.seconds = std::max(kept.record.seconds, next.record.seconds);
    kept.record.lower = std::max(kept.record.lower, next.record.lower);
    return true;
  };
  auto last = told.begin();
  for (auto next = std::next(last); next != told.end(); ++next) {
    if (!same(*last, *next)) *++last = *next;
  }
  told.erase(std::next(last), told.end());
}

std::uint32_t checked_hour(UtcMinute minute) {
  const std::int64_t hour = hours(minute);
  if (hour < 0 || hour > std::numeric_limits<std::int32_t>::max())
    throw StoreError(74, fmt::format("a minute in the hour {} since 1970 cannot be kept", hour));
  return static_cast<std::uint32_t>(hour);
}

}  // namespace

UsageBook::UsageBook(Connection& connection)
    : connection_(connection),
      dictionary_(connection),
      open_(connection),
      version_(connection, "PRAGMA data_version"),
      find_row_(connection, "SELECT records FROM usage WHERE place = :place"),
      put_row_(
          connection,
          "INSERT INTO usage(place, records) VALUES (:place, :records) ON CONFLICT DO UPDATE SET records "
          "= excluded.records"),
      next_row_(
          connection,
          "SELECT place, records FROM usage WHERE place >= :from AND place < :to ORDER BY place LIMIT 1"),
      find_day_(connection, "SELECT subjects FROM usage_day WHERE day = :day"),
      put_day_(connection,
               "INSERT INTO usage_day(day, subjects) VALUES (:day, :subjects) ON CONFLICT DO UPDATE SET "
               "subjects = excluded.subjects") {}

/// Brings what is remembered up to what the file holds, and gives what is open.
std::vector<ToldRecord> UsageBook::look() {
  dictionary_.refresh();
  std::vector<ToldRecord> told = open_.load();
  for (const ToldRecord& one : told) check({&one.record, 1}, "usage_open");
  return told;
}

void UsageBook::write(const std::vector<model::UsageSlice>& slices) {
  // Another connection may have purged a subject or packed what is open.
  const std::int64_t version = version_.step() ? version_.number(0) : 0;
  version_.reset();
  if (seen_ != version) {
    dictionary_.forget();
    static_cast<void>(look());
    seen_ = version;
  }
  std::vector<ToldRecord> told = numbered(slices);
  if (told.empty()) return;
  const std::uint32_t newest = told.back().hour;
  const bool over = open_.newest_hour().value_or(newest) < newest && open_.pages() >= pages_worth_packing;
  if (over || open_.pages() >= most_open_pages) pack_open();
  if (told.size() <= most_in_a_batch && newest - told.front().hour < most_hours_in_a_batch) {
    open_.append(told);
  } else {
    pack(std::move(told));
  }
}

std::vector<ToldRecord> UsageBook::numbered(const std::vector<model::UsageSlice>& slices) {
  std::vector<ToldRecord> told;
  told.reserve(slices.size());
  std::uint32_t hour = 0;
  std::int64_t day = london_day(0);
  for (const model::UsageSlice& slice : slices) {
    if (slice.seconds == 0 && slice.run == 0) continue;
    if (const std::uint32_t now = checked_hour(slice.minute); now != hour) {
      hour = now;
      day = london_day(hour);
    }
    ToldRecord& one = told.emplace_back();
    one.hour = hour;
    one.subject = dictionary_.subject(slice.subject, day);
    one.record.run = slice.run;
    one.record.judged_by = dictionary_.judged_by(slice);
    one.record.binding = slice.binding;
    one.record.minute = static_cast<std::uint8_t>(minutes(slice.minute) - std::int64_t{hour} * 60);
    one.record.circumstance = dictionary_.circumstance(slice);
    one.record.seconds = std::min(slice.seconds, whole_minute);
    const bool has_lower = dictionary_.circumstance(one.record.circumstance)->has_lower_figure();
    one.record.lower = has_lower ? std::min(slice.lower_seconds, one.record.seconds) : std::uint8_t{0};
  }
  if (!told.empty()) put_in_order(told);
  return told;
}

void UsageBook::pack_open() {
  std::vector<ToldRecord> told = look();
  if (told.empty()) return;
  pack(std::move(told));
  open_.turn();
}

void UsageBook::wipe(OpenHour::Wipe what) {
  if (what == OpenHour::Wipe::leftovers) static_cast<void>(look());
  open_.wipe(what);
}

void UsageBook::pack(std::vector<ToldRecord> told) {
  std::sort(told.begin(), told.end(), [](const auto& a, const auto& b) { return row_of(a) < row_of(b); });
  const std::int64_t last = connection_.number("SELECT max(place) FROM usage");
  std::int64_t more = 0;
  std::map<std::int64_t, std::vector<std::uint32_t>> by_day;
  for (auto from = told.begin(); from != told.end();) {
    const auto to =
        std::find_if(from, told.end(), [&](const auto& one) { return row_of(one) != row_of(*from); });
    more += pack_group({from, to}, place_of(from->hour, from->subject) <= last);
    by_day[london_day(from->hour)].push_back(from->subject);
    from = to;
  }
  for (auto& [day, subjects] : by_day) add_subjects(day, std::move(subjects));
  count(more);
}

/// What the row says with what is told now; not joined.
std::vector<MinuteRecord> UsageBook::with_row(Group group) {
  std::vector<MinuteRecord> records;
  const std::int64_t place = place_of(group.front().hour, group.front().subject);
  if (find_row_.bind(":place", place).step()) records = read(place, find_row_.blob(0));
  find_row_.reset();
  for (const ToldRecord& told : group) records.push_back(told.record);
  return records;
}

/// How many records more there are now.
std::int64_t UsageBook::pack_group(Group group, bool may_exist) {
  std::vector<MinuteRecord> records;
  if (may_exist) {
    records = with_row(group);
  } else {
    for (const ToldRecord& told : group) records.push_back(told.record);
  }
  const std::size_t before = records.size() - group.size();
  records = joined(std::move(records), dictionary_, Dictionary::Numbered::kept);
  const std::int64_t place = place_of(group.front().hour, group.front().subject);
  put_row_.bind(":place", place).bind(":records", Bytes(encode_row(place, records))).run();
  return static_cast<std::int64_t>(records.size()) - static_cast<std::int64_t>(before);
}

void UsageBook::count(std::int64_t more) {
  Statement(connection_, "UPDATE usage_state SET records = max(records + :more, 0)")
      .bind(":more", more)
      .run();
}

void UsageBook::damaged(const std::string& where, Damage damage) const {
  throw StoreError(74, fmt::format("{}: table {}: damaged ({}); restore the backup",
                                   connection_.file().string(), where, to_string(damage)));
}

void UsageBook::check(std::span<const MinuteRecord> records, const std::string& where) const {
  for (const MinuteRecord& record : records) {
    const Circumstance* circumstance = dictionary_.circumstance(record.circumstance);
    if (circumstance == nullptr || dictionary_.judged_by(record.judged_by) == nullptr)
      damaged(where, Damage::reference);
    if (record.lower > 0 && !circumstance->has_lower_figure()) damaged(where, Damage::bounds);
  }
}

std::vector<MinuteRecord> UsageBook::read(std::int64_t place, Bytes row) const {
  const auto where = [place] {
    return fmt::format("usage, hour {}, subject {}", hour_of(place), static_cast<std::uint32_t>(place));
  };
  auto records = decode_row(place, row);
  if (!records) damaged(where(), records.error());
  check(*records, where());
  return std::move(records).value();
}

/// The key begins with the hour, so a person is found by going straight to their place in each hour that has
/// rows; the row found at or behind it says which hour that is.
UsageBook::Hours UsageBook::packed(std::uint32_t subject, std::int64_t from, std::int64_t to) {
  Hours found;
  next_row_.bind(":to", place_of(to, 0));
  for (std::int64_t hour = from; hour < to;) {
    const std::int64_t place = place_of(hour, subject);
    if (!next_row_.bind(":from", place).step()) hour = to;
    if (hour < to) {
      const std::int64_t next = next_row_.number(0);
      if (next == place) found.emplace_hint(found.end(), hour, read(place, next_row_.blob(1)));
      hour = std::max(hour + 1, hour_of(next));
    }
    next_row_.reset();
  }
  return found;
}

std::vector<model::UsageSlice> UsageBook::find(const model::Subject& subject, std::int64_t from,
                                               std::int64_t to, Which which) {
  const std::vector<ToldRecord> told = look();
  const auto number = dictionary_.find_subject(subject);
  if (!number) return {};
  Hours by_hour = packed(*number, std::max<std::int64_t>(from, 0), to);
  Unjoined unjoined;
  for (const ToldRecord& one : told) {
    if (one.subject != *number || one.hour < from || one.hour >= to) continue;
    by_hour[one.hour].push_back(one.record);
    unjoined.insert(one.hour);
  }
  return slices(subject, std::move(by_hour), unjoined, which);
}

void UsageBook::each_first_told(std::int64_t from, std::int64_t to, const Told& call) {
  const std::vector<ToldRecord> told = look();
  std::map<std::uint32_t, std::pair<Hours, Unjoined>> all;
  Statement rows(connection_, "SELECT place, records FROM usage WHERE place >= :from AND place < :to");
  rows.bind(":from", place_of(from, 0)).bind(":to", place_of(to, 0));
  while (rows.step()) {
    const std::int64_t place = rows.number(0);
    all[static_cast<std::uint32_t>(place)].first.emplace(hour_of(place), read(place, rows.blob(1)));
  }
  for (const ToldRecord& one : told) {
    if (one.hour < from || one.hour >= to) continue;
    auto& [by_hour, unjoined] = all[one.subject];
    by_hour[one.hour].push_back(one.record);
    unjoined.insert(one.hour);
  }
  Statement name(connection_, "SELECT name FROM subject WHERE subject_id = :subject");
  for (auto& [number, theirs] : all) {
    if (!name.bind(":subject", number).step()) damaged("usage", Damage::reference);
    const model::Subject subject = model::Subject::parse(name.text(0));
    name.reset();
    call(number, subject, slices(subject, std::move(theirs.first), theirs.second, Which::first_told));
  }
}

std::vector<model::UsageSlice> UsageBook::slices(const model::Subject& subject, Hours by_hour,
                                                 const Unjoined& unjoined, Which which) {
  std::size_t count = 0;
  for (auto& [hour, records] : by_hour) {
    if (unjoined.contains(hour))
      records = joined(std::move(records), dictionary_, Dictionary::Numbered::lent);
    if (which == Which::first_told)
      std::erase_if(records, [](const MinuteRecord& record) { return record.run > 0; });
    records = which == Which::superseded ? superseded(std::move(records), dictionary_)
                                         : standing(std::move(records), dictionary_);
    count += records.size();
  }
  std::vector<model::UsageSlice> found;
  found.reserve(count);
  for (const auto& [hour, records] : by_hour) {
    for (const MinuteRecord& record : records) found.push_back(slice(subject, hour, record));
  }
  return found;
}

model::UsageSlice UsageBook::slice(const model::Subject& subject, std::int64_t hour,
                                   const MinuteRecord& record) const {
  const Circumstance& c = *dictionary_.circumstance(record.circumstance);
  const JudgedBy& judged = *dictionary_.judged_by(record.judged_by);
  model::UsageSlice slice;
  slice.run = record.run;
  slice.subject = subject;
  slice.service = model::ServiceId(dictionary_.service(c.service));
  slice.category = model::Category(dictionary_.category(c.category));
  slice.purpose = c.purpose;
  slice.minute = from_minutes(hour * 60 + record.minute);
  slice.kind = c.kind;
  slice.grade = c.grade;
  slice.seconds = record.seconds;
  slice.lower_seconds = record.lower;
  slice.reasons = c.reasons;
  slice.weakest_name = c.weakest_name;
  slice.weakest_identity = c.weakest_identity;
  slice.binding = record.binding;
  slice.catalogue = judged.catalogue;
  slice.rule_book = judged.rule_book;
  slice.method = judged.method;
  return slice;
}

}  // namespace edgewatch::store

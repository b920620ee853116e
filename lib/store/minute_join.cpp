#include "minute_join.hpp"

#include <algorithm>
#include <span>
#include <string_view>
#include <tuple>

namespace edgewatch::store {
namespace {

constexpr int seconds_in_minute = 60;

/// Run, minute, service, kind, grade and purpose in one number: 16, 6, 32, 2, 2 and 1 bits.
std::uint64_t identity_of(const MinuteRecord& record, const Circumstance& c) {
  return std::uint64_t{record.run} << 43U | std::uint64_t{record.minute} << 37U |
         std::uint64_t{c.service} << 5U | static_cast<std::uint64_t>(c.kind) << 3U |
         static_cast<std::uint64_t>(c.grade) << 1U | static_cast<std::uint64_t>(c.purpose);
}

/// The longer telling gives what cannot be united: category, revisions and binding. Between equals texts
/// decide, not numbers, which depend on what was told first.
auto weight_of(const MinuteRecord& record, const Dictionary& dictionary) {
  const Circumstance& c = *dictionary.circumstance(record.circumstance);
  return std::tuple(record.seconds, *dictionary.judged_by(record.judged_by),
                    std::string_view(dictionary.category(c.category)), record.binding);
}

MinuteRecord joined(const MinuteRecord& a, const MinuteRecord& b, Dictionary& dictionary,
                    Dictionary::Numbered numbered) {
  const bool first = weight_of(b, dictionary) <= weight_of(a, dictionary);
  MinuteRecord both = first ? a : b;
  both.lower = std::max(a.lower, b.lower);
  Circumstance united = *dictionary.circumstance(both.circumstance);
  const Circumstance& other = *dictionary.circumstance(first ? b.circumstance : a.circumstance);
  united.reasons |= other.reasons;
  united.weakest_name = std::min(united.weakest_name, other.weakest_name);
  united.weakest_identity = std::min(united.weakest_identity, other.weakest_identity);
  both.circumstance = dictionary.circumstance(united, numbered);
  return both;
}

struct ByIdentity {
  std::uint64_t identity = 0;
  MinuteRecord record;
};

/// Cuts what is over 60 owned seconds. Tellings that contradict each other are doubt, and doubt counts for
/// the person: what is not counted against them keeps its seconds first. Media never displaces an
/// interaction.
void bound(std::span<MinuteRecord> minute, const Dictionary& dictionary) {
  int sum = 0;
  for (const MinuteRecord& record : minute)
    sum += dictionary.circumstance(record.circumstance)->is_summed() ? record.seconds : 0;
  if (sum <= seconds_in_minute) return;
  std::vector<MinuteRecord*> kept;
  for (MinuteRecord& record : minute) {
    if (dictionary.circumstance(record.circumstance)->is_summed()) kept.push_back(&record);
  }
  const auto rank = [&](const MinuteRecord* record) {
    const Circumstance& c = *dictionary.circumstance(record->circumstance);
    return std::tuple(c.grade != model::Grade::weak, c.purpose != model::Purpose::authorised, c.kind,
                      std::string_view(dictionary.service(c.service)), c.grade);
  };
  std::sort(kept.begin(), kept.end(), [&](const auto* a, const auto* b) { return rank(a) < rank(b); });
  int room = seconds_in_minute;
  for (MinuteRecord* record : kept) {
    record->seconds = static_cast<std::uint8_t>(std::min<int>(record->seconds, room));
    record->lower = std::min(record->lower, record->seconds);
    room -= record->seconds;
  }
}

auto place_of(const MinuteRecord& record, const Dictionary& dictionary) {
  const Circumstance& c = *dictionary.circumstance(record.circumstance);
  return std::tuple(record.minute, record.run, std::string_view(dictionary.service(c.service)), c.kind,
                    c.grade, c.purpose);
}

/// For people: by minute, run, service, kind, grade, purpose.
void sort_by_place(std::vector<MinuteRecord>& records, const Dictionary& dictionary) {
  std::sort(records.begin(), records.end(), [&](const MinuteRecord& a, const MinuteRecord& b) {
    return place_of(a, dictionary) < place_of(b, dictionary);
  });
}

/// Calls with the records of each minute and with its highest run. Sorted by place.
template <class Call>
void each_minute(std::vector<MinuteRecord>& records, Call call) {
  for (auto from = records.begin(); from != records.end();) {
    const auto to =
        std::find_if(from, records.end(), [&](const auto& r) { return r.minute != from->minute; });
    call(std::span<MinuteRecord>(from, to), std::prev(to)->run);
    from = to;
  }
}

}  // namespace

std::vector<MinuteRecord> joined(std::vector<MinuteRecord> records, Dictionary& dictionary,
                                 Dictionary::Numbered numbered) {
  std::vector<ByIdentity> all;
  all.reserve(records.size());
  for (const MinuteRecord& record : records)
    all.push_back({identity_of(record, *dictionary.circumstance(record.circumstance)), record});
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.identity < b.identity; });
  records.clear();
  for (auto one = all.begin(); one != all.end(); ++one) {
    if (one != all.begin() && std::prev(one)->identity == one->identity) {
      records.back() = joined(records.back(), one->record, dictionary, numbered);
    } else {
      records.push_back(one->record);
    }
  }
  std::sort(records.begin(), records.end());
  return records;
}

std::vector<MinuteRecord> standing(std::vector<MinuteRecord> records, const Dictionary& dictionary) {
  sort_by_place(records, dictionary);
  std::vector<MinuteRecord> stands;
  stands.reserve(records.size());
  each_minute(records, [&](std::span<MinuteRecord> minute, std::uint16_t highest) {
    const auto from =
        std::find_if(minute.begin(), minute.end(), [&](const auto& r) { return r.run == highest; });
    const std::span<MinuteRecord> last(from, minute.end());
    bound(last, dictionary);
    for (const MinuteRecord& record : last) {
      if (record.seconds > 0) stands.push_back(record);
    }
  });
  return stands;
}

std::vector<MinuteRecord> superseded(std::vector<MinuteRecord> records, const Dictionary& dictionary) {
  sort_by_place(records, dictionary);
  std::vector<MinuteRecord> stood;
  each_minute(records, [&](std::span<MinuteRecord> minute, std::uint16_t highest) {
    for (const MinuteRecord& record : minute) {
      if (record.run != highest) stood.push_back(record);
    }
  });
  return stood;
}

}  // namespace edgewatch::store

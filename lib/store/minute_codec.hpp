// A minute record as the file keeps it: numbers in few bytes, behind a check that also holds the place they
// belong to. Whatever decodes lies within its bounds and encodes to the same bytes; damage has a name and is
// never a figure. Pure functions; private to this module.
#pragma once

#include "edgewatch/base/bytes.hpp"
#include "edgewatch/base/result.hpp"

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

namespace edgewatch::store {

/// One minute record within its hour and subject. `judged_by` and `circumstance` are numbers of the
/// dictionary.
struct MinuteRecord {
  std::uint16_t run = 0;
  std::uint32_t judged_by = 0;     ///< from 1
  std::uint64_t binding = 0;       ///< model::BindingId
  std::uint8_t minute = 0;         ///< of the hour
  std::uint32_t circumstance = 0;  ///< from 1
  std::uint8_t seconds = 0;        ///< 1..60; 0 only in an amendment
  std::uint8_t lower = 0;          ///< 0..seconds
  /// In the order of a row.
  auto operator<=>(const MinuteRecord&) const = default;
};

/// The same with whose it is and when.
struct ToldRecord {
  std::uint32_t hour = 0;  ///< since 1970-01-01T00Z
  std::uint32_t subject = 0;
  MinuteRecord record;
};

enum class Damage : std::uint8_t {
  cut,       ///< ends too early, or goes on behind its end
  check,     ///< the check does not hold: other bytes, or another place
  number,    ///< a number that is not written in its shortest form, or is too large
  order,     ///< records out of order or twice
  bounds,    ///< a minute, second or count that cannot be
  reference  ///< a number that the dictionary does not have, or not of this kind
};
[[nodiscard]] const char* to_string(Damage damage);

/// Records of one subject in one hour, in ascending order and each (run, judged_by, binding, minute,
/// circumstance) once.
[[nodiscard]] std::vector<std::uint8_t> encode_records(std::span<const MinuteRecord> records);
[[nodiscard]] Result<std::vector<MinuteRecord>, Damage> decode_records(Bytes bytes);

/// The same behind a check that holds the row's key, so that a row in another's place is found out.
[[nodiscard]] std::vector<std::uint8_t> encode_row(std::int64_t place, std::span<const MinuteRecord> records);
[[nodiscard]] Result<std::vector<MinuteRecord>, Damage> decode_row(std::int64_t place, Bytes row);
/// How many records a row says it has, unchecked; 0 where it cannot be read.
[[nodiscard]] std::uint64_t count_in_row(Bytes row);

/// Numbers in strictly rising order, behind a check that holds their key: who has rows in a day.
[[nodiscard]] std::vector<std::uint8_t> encode_set(std::int64_t key, std::span<const std::uint32_t> numbers);
[[nodiscard]] Result<std::vector<std::uint32_t>, Damage> decode_set(std::int64_t key, Bytes bytes);

/// What each subject's last record said of its binding, which is written only where it changes.
using Bindings = std::unordered_map<std::uint32_t, std::uint64_t>;

/// One frame: records of one minute, run and judgement. Appends them to `out`.
[[nodiscard]] std::optional<Damage> decode_frame(Bytes body, std::vector<ToldRecord>& out,
                                                 Bindings& bindings);

/// One part of the open hour: frames, each of records of one minute, run and judgement, then zeros.
class FramePage {
 public:
  FramePage(std::uint32_t generation, std::int64_t number, std::size_t bytes);
  /// Appends as many of the records as there is room for, and says how many. They are of one minute, run and
  /// judgement, and in order of subject, then binding, then circumstance.
  std::size_t put(std::span<const ToldRecord> records, Bindings& bindings);
  [[nodiscard]] Bytes bytes() const { return bytes_; }
  [[nodiscard]] std::size_t room() const { return bytes_.size() - used_; }
  /// Whether these records would fit whole on an empty page and not on what is left of this one: then writing
  /// them touches one page in place of two.
  [[nodiscard]] bool belongs_on_next(std::span<const ToldRecord> records, const Bindings& bindings) const;

  /// Appends what the page holds to `out`; nothing where it is of another generation.
  [[nodiscard]] static Result<FramePage, Damage> read(std::int64_t number, Bytes bytes,
                                                      std::vector<ToldRecord>& out, Bindings& bindings);
  [[nodiscard]] static std::uint32_t generation_of(Bytes bytes);

 private:
  std::vector<std::uint8_t> bytes_;
  std::int64_t number_ = 0;
  std::size_t used_ = 0;
};

}  // namespace edgewatch::store

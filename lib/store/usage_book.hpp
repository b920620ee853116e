// How minute records are written, packed and found: the dictionary, the open hour and the packed rows
// together. Every call is made within a transaction or a snapshot that the caller holds. Private to this
// module; one thread.
#pragma once

#include "edgewatch/model/usage.hpp"

#include "dictionary.hpp"
#include "held.hpp"
#include "open_hour.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <vector>

namespace edgewatch::store {

/// Key of a subject's hour.
[[nodiscard]] constexpr std::int64_t place_of(std::int64_t hour, std::uint32_t subject) {
  return hour * (std::int64_t{1} << 32U) + subject;
}
[[nodiscard]] constexpr std::int64_t hour_of(std::int64_t place) { return place >> 32U; }

class UsageBook {
 public:
  explicit UsageBook(Connection& connection);

  /// A rollback undid what is remembered.
  void forget() { seen_.reset(); }

  void write(const std::vector<model::UsageSlice>& slices);
  /// Packs all that is open, of an hour that still runs too.
  void pack_open();
  /// Puts records where they lie for good, joined with what is there.
  void pack(std::vector<ToldRecord> told);
  void wipe(OpenHour::Wipe what);
  [[nodiscard]] Dictionary& dictionary() { return dictionary_; }

  enum class Which : std::uint8_t { standing, superseded, first_told };
  /// Of hours from `from` to before `to`, in order of time.
  [[nodiscard]] std::vector<model::UsageSlice> find(const model::Subject& subject, std::int64_t from,
                                                    std::int64_t to, Which which);

  /// Of everybody, subject by subject: what was first told of hours from `from` to before `to`.
  using Told =
      std::function<void(std::uint32_t, const model::Subject&, const std::vector<model::UsageSlice>&)>;
  void each_first_told(std::int64_t from, std::int64_t to, const Told& call);
  /// What stands of packed rows of hours from `from` to before `to`, a subject's hour at a time.
  using Visitor =
      std::function<void(std::uint32_t subject, std::int64_t hour, std::span<const MinuteRecord> records)>;
  void visit(std::int64_t from, std::int64_t to, const Visitor& visitor);

  [[nodiscard]] std::uint64_t records();
  [[nodiscard]] std::optional<UtcMinute> newest_minute();

  /// Records of hours before `bound`: those that may go, or those that are held.
  enum class Due : std::uint8_t { free, held };
  [[nodiscard]] std::uint64_t count_before(std::int64_t bound, const Held& held, Due which);
  /// Of the hours from `from` on.
  [[nodiscard]] std::optional<std::int64_t> oldest_hour(std::int64_t from);
  /// Packs what is open, if any of it is of an hour before `bound`.
  void pack_before(std::int64_t bound);
  /// Removes packed rows of hours before `bound` that are not held, the oldest first and no more than `most`,
  /// behind the place where the call before ended.
  struct Removed {
    std::uint64_t records = 0;
    std::int64_t last = -1;  ///< place of the last one
    bool all = true;
  };
  Removed remove_before(std::int64_t bound, std::int64_t most, std::int64_t behind, const Held& held);
  /// By number, whether the subject has records on that civil date or later.
  [[nodiscard]] std::vector<bool> subjects_since(std::int64_t day);
  void remove_days_before(std::int64_t day);

 private:
  using Group = std::span<const ToldRecord>;  ///< of one subject and hour
  using Hours = std::map<std::int64_t, std::vector<MinuteRecord>>;
  using Unjoined = std::set<std::int64_t>;  ///< hours to which open records were added

  std::vector<ToldRecord> look();
  std::vector<ToldRecord> numbered(const std::vector<model::UsageSlice>& slices);
  std::int64_t pack_group(Group group, bool may_exist);
  [[nodiscard]] std::vector<MinuteRecord> with_row(Group group);
  [[nodiscard]] std::vector<MinuteRecord> read(std::int64_t place, Bytes row) const;
  void check(std::span<const MinuteRecord> records, const std::string& where) const;
  [[nodiscard]] Hours packed(std::uint32_t subject, std::int64_t from, std::int64_t to);
  [[nodiscard]] std::vector<model::UsageSlice> slices(const model::Subject& subject, Hours by_hour,
                                                      const Unjoined& unjoined, Which which);
  [[nodiscard]] model::UsageSlice slice(const model::Subject& subject, std::int64_t hour,
                                        const MinuteRecord& record) const;
  void add_subjects(std::int64_t day, std::vector<std::uint32_t> subjects);
  [[nodiscard]] std::vector<std::uint32_t> subjects_of(std::int64_t day, Bytes set);
  void count(std::int64_t more);
  [[noreturn]] void damaged(const std::string& where, Damage damage) const;

  Connection& connection_;
  Dictionary dictionary_;
  OpenHour open_;
  Statement version_;
  Statement find_row_;
  Statement put_row_;
  Statement next_row_;
  Statement find_day_;
  Statement put_day_;
  std::optional<std::int64_t> seen_;  ///< the file's data_version for which what is remembered holds
};

}  // namespace edgewatch::store

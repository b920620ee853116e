// The ledger: what edgewatch keeps, in one SQLite file (WAL, secure_delete, STRICT tables). The daemon alone
// opens it. One Ledger is one connection, used by one thread; several may be open in the daemon (one writes
// minutes, one answers and purges).
#pragma once

#include "edgewatch/model/case.hpp"
#include "edgewatch/model/case_note.hpp"
#include "edgewatch/model/event.hpp"
#include "edgewatch/model/hold.hpp"
#include "edgewatch/model/register.hpp"
#include "edgewatch/model/usage.hpp"
#include "edgewatch/store/day_seal.hpp"
#include "edgewatch/store/store_error.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace edgewatch::store {

/// What a purge removed, or would remove; names nobody.
struct PurgeResult {
  CivilDate cutoff;  ///< records of this civil date (Europe/London) and earlier are due
  /// Per table: `usage exclusion block coverage clock_step binding amendment subject case_file rule_match
  /// rule_book withdrawal authorisation hold case_note access_request`. After a real run these are all rows
  /// that no certificate has named yet, so they include what an earlier run removed before it was stopped.
  std::map<std::string, std::uint64_t> rows;
  std::uint64_t all_rows = 0;    ///< in those tables, due or not; of a dry run alone
  std::uint64_t held_rows = 0;   ///< past their time, and kept by a hold
  std::uint64_t open_cases = 0;  ///< cases that stay because nobody closed them, and what hangs on them
  std::optional<CivilDate> oldest_left;  ///< date of the oldest dated record that stays
  std::uint64_t bytes_returned = 0;      ///< what the file shrank by in this run
  bool clean =
      false;  ///< the write-ahead log was truncated too: nothing is left in any file; false on a dry run
};

/// What the purge knows from run to run.
struct RetentionState {
  std::optional<Timestamp> trusted;    ///< the last time of the wall clock that was believed
  std::optional<Timestamp> excused;    ///< records up to there are known to be of a wrong clock
  std::optional<Timestamp> certified;  ///< when a purge last ended in a certificate
  std::optional<CivilDate> confirmed;  ///< cutoff of a purge that was confirmed and has no certificate yet
  bool operator==(const RetentionState&) const = default;
};

enum class PurgeMode : std::uint8_t { dry_run, remove };

struct Status {
  int schema = 0;
  /// Minute records. Those of the hour that still runs are counted as told: one told twice counts twice until
  /// its hour is packed.
  std::uint64_t usage_rows = 0;
  std::optional<UtcMinute> newest_minute;
  std::optional<Timestamp> last_heartbeat;
  std::uint64_t file_bytes = 0;
};

/// A catalogue, list or rule book that was in force, and from when to when it was seen to be.
struct RevisionRecord {
  std::string kind;  ///< as given: `catalogue`, `rule_book`
  model::Revision revision;
  std::string description;
  Timestamp first;
  Timestamp last;
  bool operator==(const RevisionRecord&) const = default;
};

struct MethodRecord {
  std::string version;
  std::string constants_json;
  Timestamp first;
  bool operator==(const MethodRecord&) const = default;
};

/// Blocked attempts of one rule in one minute, as the ledger may tell them to somebody without a case: nobody
/// is named.
struct BlockRecord {
  UtcMinute minute;
  model::RuleId rule;
  model::RuleClass rule_class = model::RuleClass::policy;
  std::optional<model::ServiceId> service;  ///< never for class `inappropriate`
  std::string mechanism;
  std::uint64_t attempts = 0;
  bool operator==(const BlockRecord&) const = default;
};

/// Blocked attempts of a person by one rule of class `inappropriate`.
struct PersonBlocks {
  std::optional<model::PersonId> person;  ///< nothing: nobody was known
  model::RuleId rule;
  std::string mechanism;
  std::uint64_t attempts = 0;
  UtcMinute first;
  UtcMinute last;
  bool operator==(const PersonBlocks&) const = default;
};

/// A rule of the book in force, and what is known of its use. Nobody is named.
struct RuleUse {
  model::RuleId rule;
  Timestamp since;            ///< in the book without a break
  std::uint64_t matches = 0;  ///< of the days that are kept
  std::optional<Timestamp> last;
  bool operator==(const RuleUse&) const = default;
};

/// An interval of the identity ledger, and since when something else is known of it.
struct BindingRecord {
  model::Binding binding;
  std::optional<Timestamp> superseded_at;
};

/// An amendment that took minutes from somebody.
struct AmendmentRecord {
  std::int64_t number = 0;
  model::Amendment amendment;  ///< without `instead`
  std::uint64_t minutes = 0;   ///< of the person, that it took or lessened
};

/// One cell of the council's statistics, as it was told: no cell of fewer than ten people is ever made.
struct StatisticsCell {
  enum class Split : std::uint8_t { month, category, service, department, day, category_of_department };
  CivilDate month;  ///< its first day
  Split split = Split::month;
  std::string key;                ///< of the category, service, department or day; empty for the month
  std::string department;         ///< of which it is a category; empty for the other splits
  std::uint64_t people = 0;       ///< cut to tens
  std::uint64_t lower_hours = 0;  ///< of interactive use outside authorised use, cut
  std::uint64_t best_hours = 0;
  bool operator==(const StatisticsCell&) const = default;
};

/// A text that people were given, or that was approved, as it stood then.
struct IssuedDocument {
  std::string kind;  ///< `notice` or `dpia`
  std::string text;
  std::string issued_by;
  std::string entered_by;  ///< the officer's account
  Timestamp at;
  bool operator==(const IssuedDocument&) const = default;
};

class Ledger {
 public:
  /// Opens or makes the file (0600) and migrates it by numbered files. Throws StoreError: 78 for a newer
  /// schema or another program's file, 74 where the file cannot be read. `:memory:` for tests and --live.
  explicit Ledger(const std::filesystem::path& file);
  ~Ledger();
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;

  // Written by the daemon, each call one transaction; every call throws StoreError (74 disk, 75 busy) and
  // then has written nothing.

  /// A minute is kept once: writing a row again changes nothing, a larger figure for the same key replaces
  /// the smaller one, and what would take a subject's interactive and playing seconds of one minute over 60
  /// is not answered (CONTRACT, `minutes`); the order of tellings makes no difference. Slices of a run above
  /// 0 are an amendment: of a subject's minute those of the highest run stand. Meant for a minute's batch:
  /// those of the hour that runs are kept as told and packed when a later hour begins.
  void write(const std::vector<model::UsageSlice>& slices);
  /// Packs the hour that still runs too. At the end of a run; afterwards the same minutes make the same file,
  /// in whichever batches they were told.
  void settle();
  /// Each count is the day's so far in the run that began at `run`. Told again it changes nothing, a larger
  /// one replaces it; those of different runs add up.
  void write(const std::vector<model::Exclusion>& exclusions, Timestamp run);
  /// Keeps of each only what its class allows. Give all blocks of a minute in one call: as no client is kept,
  /// a second call for the same minute, rule and service counts as the first told again, and the larger count
  /// stands.
  void write(const std::vector<model::BlockCount>& blocks);
  /// The same source and start replaces what was there.
  void write(const std::vector<model::Coverage>& coverage);
  /// The same start replaces what was there.
  void write(const std::vector<model::GatewayGap>& gaps);
  /// The newest first.
  [[nodiscard]] std::vector<model::GatewayGap> gateway_gaps(std::size_t most) const;
  /// An interval (layer, key, value, start) that is told otherwise than before is kept beside what it
  /// supersedes: that is how an open one is closed, and one of no length taken back. Told again as it is, it
  /// is confirmed, which keeps one that still runs from the purge. What was recorded earlier changes nothing.
  void write(const std::vector<model::Binding>& bindings);
  /// Takes minutes from somebody by a further run: what stood stays readable, and nobody is given anything
  /// but the device or address. Told again it changes nothing.
  void amend(const std::vector<model::Amendment>& amendments);
  void write_method(const std::string& version, const std::string& constants_json, Timestamp at);
  void write_revision(const std::string& kind, const model::Revision& revision,
                      const std::string& description, Timestamp at);
  /// What judges from `at` on, where it is another than before; an empty revision is none.
  void put_in_force(const std::string& kind, const model::Revision& revision, Timestamp at);
  void write_clock_step(Timestamp at, Duration step);
  void heartbeat(Timestamp at);

  // Read only under an authority (ARCHITECTURE D5, law): rows of that person alone, within both periods
  // (civil dates in Europe/London). In order of time.
  [[nodiscard]] std::vector<model::UsageSlice> usage(const model::Leave& leave,
                                                     const model::DateRange& period) const;
  /// What an amendment took the place of, as it was told: by minute, then run.
  [[nodiscard]] std::vector<model::UsageSlice> superseded(const model::Leave& leave,
                                                          const model::DateRange& period) const;
  [[nodiscard]] std::vector<model::Exclusion> exclusions(const model::Leave& leave,
                                                         const model::DateRange& period) const;
  /// Records as they were first told, whatever an amendment made of them: what a day's seal is made of.
  [[nodiscard]] std::vector<model::UsageSlice> first_told(const model::CaseAuthority& authority,
                                                          const model::DateRange& period) const;
  /// Nothing where that day is not sealed, or had nothing of that person.
  [[nodiscard]] std::optional<SealedLeaf> sealed_leaf(const model::CaseAuthority& authority,
                                                      CivilDate day) const;
  /// Who held what: the person's own intervals, and the addresses of the devices they held, each cut to the
  /// period.
  [[nodiscard]] std::vector<model::Binding> bindings(const model::Leave& leave,
                                                     const model::DateRange& period) const;

  /// In order of recording.
  [[nodiscard]] std::vector<AmendmentRecord> amendments(const model::Leave& leave,
                                                        const model::DateRange& period) const;
  /// Those of which the audit chain has no entry yet; for that entry alone.
  [[nodiscard]] std::vector<AmendmentRecord> unaudited_amendments() const;
  void amendment_audited(std::int64_t number);
  /// Who held that address and the devices that had it, in intervals that began by `at`; those that were
  /// superseded too. Of identity only, never of use: for `who`, which is audited.
  [[nodiscard]] std::vector<BindingRecord> holders(const net::IpAddress& address, Timestamp at) const;

  /// Where that person may have been then, for `why`: identity only, and audited. What else was known of the
  /// address is `holders`' to say.
  [[nodiscard]] std::vector<net::IpAddress> addresses_of(const model::PersonId& person, Timestamp at) const;

  /// Whom rules of class `inappropriate` held back, in order of people and rules: EVIDENCE 2 gives it to ICT
  /// and, in a case, to HR; `evidence` decides, and audits. Never what was tried.
  [[nodiscard]] std::vector<PersonBlocks> blocks_by_person(const model::DateRange& period) const;

  // These return no person.
  /// Civil dates (Europe/London) before that one with minute records that no seal covers, the oldest first.
  /// Packs what is still open of them.
  [[nodiscard]] std::vector<CivilDate> unsealed_days(CivilDate before);
  /// Keeps a salt for each subject of that day and gives all leaves, in rising order. Those that are kept
  /// already are given again.
  std::vector<Digest> seal(CivilDate day, LeafHash hash, FreshSalt fresh_salt);
  /// Which entry of the audit chain has the day's root.
  void seal_entered(CivilDate day, std::uint64_t entry);
  [[nodiscard]] std::vector<model::Coverage> coverage(const model::DateRange& period) const;
  /// Adds up to the same: what was watched, in rows of an hour over all sources; gaps and what was not
  /// measured as they stand.
  [[nodiscard]] std::vector<model::Coverage> coverage_by_hour(const model::DateRange& period) const;
  [[nodiscard]] std::vector<model::ClockStep> clock_steps(const model::DateRange& period) const;
  [[nodiscard]] std::vector<BlockRecord> blocks(const model::DateRange& period) const;
  [[nodiscard]] std::vector<RevisionRecord> revisions() const;
  /// What judged at that moment; nothing where that is not known.
  [[nodiscard]] std::optional<model::Revision> in_force(const std::string& kind, Timestamp at) const;
  [[nodiscard]] std::vector<MethodRecord> methods() const;
  [[nodiscard]] Status status() const;

  // Statistics, in which nobody stands (ledger_statistics.cpp).

  /// Makes those of the month that begins on that day, once: what was made stays. `departments` says whose a
  /// person is; who is not in it has the department without a name.
  void publish_statistics(CivilDate month, const std::map<model::PersonId, std::string>& departments);
  [[nodiscard]] std::vector<CivilDate> statistics_months() const;  ///< that were made, in order
  /// Of months from one first day to another, in order of month, department and key.
  [[nodiscard]] std::vector<StatisticsCell> statistics(CivilDate first, CivilDate last,
                                                       StatisticsCell::Split split) const;
  /// Civil date of the oldest minutes that are there.
  [[nodiscard]] std::optional<CivilDate> oldest_day() const;

  // Cases. Texts of a case are its own; `evidence` decides who may see them.
  void open_case(const model::Case& record);
  void close_case(const model::CaseReference& reference, Timestamp at);
  void unlock_case(const model::CaseReference& reference, Timestamp at);
  [[nodiscard]] std::optional<model::Case> find_case(const model::CaseReference& reference) const;
  [[nodiscard]] std::vector<model::Case> cases() const;  ///< in order of reference

  std::int64_t add(const model::CaseNote& note);  ///< gives its number
  [[nodiscard]] std::vector<model::CaseNote> notes_of(const model::CaseReference& reference) const;

  // Requests of people for what is held about them. Who may enter one is `evidence`'s to decide.
  void add(const model::AccessRequest& request);
  [[nodiscard]] std::vector<model::AccessRequest> access_requests() const;  ///< in order of entry

  // The rule book (ledger_rules.cpp).

  /// Each count is the day's so far in the run that began at `run`: told again it changes nothing.
  void write(const std::vector<model::RuleMatches>& matches, Timestamp run);
  /// Which rules are in the book from `at` on; of those that were in it already the date stays.
  void write_rules_in_force(const std::vector<model::RuleId>& rules, Timestamp at);
  [[nodiscard]] std::vector<RuleUse> rule_use() const;  ///< in byte order of the rule
  /// What is in force from `book.from` on; nothing where that is in force already. Kept are the last
  /// 1000 books and 200 texts of up to 1 MiB.
  void write_rule_book(const model::KeptRuleBook& book);
  /// The one that was in force at that time, if it is kept.
  [[nodiscard]] std::optional<model::KeptRuleBook> rule_book_at(Timestamp at) const;
  /// Give the entry's number. Who may is `evidence`'s to decide, and to audit.
  std::int64_t add(const model::RegisteredWithdrawal& entry);
  std::int64_t add(const model::RegisteredAuthorisation& entry);
  void lift(std::int64_t number, const model::RegisteredWithdrawal::Lifted& lifted);
  void review(std::int64_t number, const model::RegisteredAuthorisation::Review& review);
  [[nodiscard]] model::Register read_register() const;

  /// Removes all records of civil dates up to `cutoff` (usage, exclusions, blocks, coverage, clock steps,
  /// bindings, rule matches, rule books and register entries by their end, and subjects that nothing names
  /// any more), and cases closed up to that date; in chunks that never hold the write lock for long, then
  /// truncates the write-ahead log. An open case stays, and so does what the holds meet: rows of the person
  /// and days, coverage of those days, and the case of a hold that names one. `holds` are those that hold
  /// today.
  [[nodiscard]] PurgeResult purge(CivilDate cutoff, PurgeMode mode,
                                  const std::vector<model::Hold>& holds = {});
  /// Cases that a purge with this cutoff removes, holds aside.
  [[nodiscard]] std::vector<model::CaseReference> due_cases(CivilDate cutoff) const;
  /// The certificate of the last purge is written: its counts need not be carried on.
  void purge_certified();
  [[nodiscard]] RetentionState retention() const;
  void keep(const RetentionState& state);

  /// A whole copy of one moment in a new file, on the disk when this returns; who writes is not kept waiting.
  void back_up(const std::filesystem::path& file) const;

  /// Takes the place of the one of its kind.
  void keep(const IssuedDocument& document);
  [[nodiscard]] std::optional<IssuedDocument> issued(const std::string& kind) const;

  // Holds. Who may enter one is `evidence`'s to decide, and to audit.
  std::int64_t add(const model::Hold& hold);  ///< gives its number
  void release(std::int64_t number, const model::Hold::Released& released);
  [[nodiscard]] std::vector<model::Hold> holds() const;  ///< in order of number

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace edgewatch::store

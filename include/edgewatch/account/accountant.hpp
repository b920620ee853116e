// Findings to active time (TIME 2): a best estimate and a lower figure, one service per person and second. A
// pure stage: it never asks a clock, and the same activities give the same slices. One thread.
#pragma once

#include "edgewatch/account/method.hpp"
#include "edgewatch/model/usage.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace edgewatch::account {

/// One flow second, attributed, classified and decided. Unlisted hosts come too (no service), as anonymous
/// activity: `host_key` is all that is kept of their name, and it is forgotten with the window.
struct Activity {
  Timestamp at;
  model::FlowId flow = 0;
  model::Subject subject;
  std::string device;          ///< which of the subject's devices: MAC or address as text
  std::uint64_t host_key = 0;  ///< keyed hash of the flow's name, for the cadence test; 0 for unnamed flows
  std::optional<model::ServiceId> service;
  model::Category category;
  std::string family;
  model::Role role = model::Role::core;
  bool unlisted_system = false;  ///< an unlisted host that can never lead a visit (TIME 2.2 `system`)
  std::uint32_t up = 0;
  std::uint32_t down = 0;
  model::Purpose purpose = model::Purpose::personal;
  /// What it would be for in the minute after, into which its hold may reach; the same where nothing is said.
  std::optional<model::Purpose> purpose_next_minute;
  model::NameEvidence evidence = model::NameEvidence::none;
  bool name_in_doubt = false;  ///< the hello may hide another name than the one it shows (ECH)
  model::IdentityGrade identity = model::IdentityGrade::none;
  model::BindingId binding = 0;  ///< by which the subject is the one it is
  model::Revision catalogue;
  model::Revision rule_book;
};

struct Output {
  std::vector<model::UsageSlice> slices;  ///< in order of (minute, subject, service, kind, grade, purpose)
  /// What was added since the last output, of persons only: the ledger adds it to what it holds.
  std::vector<model::Exclusion> exclusions;
};

class Accountant {
 public:
  /// What was not accounted, since the start.
  struct Dropped {
    std::uint64_t late = 0;     ///< older than what has been made final, or outside the calendar
    std::uint64_t no_room = 0;  ///< beyond the bounds on memory; their minutes are weak
  };

  explicit Accountant(Method method = {});
  ~Accountant();
  Accountant(const Accountant&) = delete;
  Accountant& operator=(const Accountant&) = delete;

  /// Activities come roughly in order of `at` (those of one flow exactly); one that is older than what has
  /// been made final is counted and dropped. Up to `lag - look_ahead()` behind `advance` they change no
  /// answer.
  void add(const Activity& activity);
  /// Packets that a source lost in a minute, as a share of those seen: lowers grades (TIME 2.4), never raises
  /// a figure. The last word of a source counts; sources add up. Before the minute is final.
  void loss(UtcMinute minute, std::uint16_t source, std::uint64_t seen, std::uint64_t lost);
  /// The wall clock moved by `step`; `at` is the stamp after it. Closes holds, and both minutes are moderate
  /// at most (TIME 2.5).
  void clock_step(Timestamp at, Duration step);
  /// The subject no longer held the device from `at` on (log-off, lock, the end of a lease): its holds end
  /// there. A device seen with another person does the same by itself, from its first activity on.
  void tenancy_ended(const model::Subject& subject, const std::string& device, Timestamp at);
  /// Everything up to `now` is known: gives the minutes that the finalisation lag (15 min) makes final.
  [[nodiscard]] Output advance(Timestamp now);
  /// End of input: the rest, without look-ahead; what look-ahead could still change is weak. Nothing can be
  /// added after it.
  [[nodiscard]] Output finish();
  /// The same where watching stopped at a moment (SIGTERM): nothing is credited after it.
  [[nodiscard]] Output finish(Timestamp stopped);
  [[nodiscard]] Dropped dropped() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace edgewatch::account

// Findings to active time (TIME 2): a best estimate and a lower figure, one service per person and second. A
// pure stage: it never asks a clock, and the same activities give the same slices. One thread.
#pragma once

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
  model::NameEvidence evidence = model::NameEvidence::none;
  model::IdentityGrade identity = model::IdentityGrade::none;
  model::Revision catalogue;
  model::Revision rule_book;
};

/// The constants of TIME 2.3, stored with every minute's rows by version.
struct Method {
  std::string version = "1";
  // The implementer lists every constant of TIME 2.3 here, with its unit.
  /// For the ledger: one JSON object, keys in a fixed order.
  [[nodiscard]] std::string to_json() const;
};

struct Output {
  std::vector<model::UsageSlice> slices;  ///< in order of (minute, subject, service, kind, grade, purpose)
  std::vector<model::Exclusion> exclusions;
};

class Accountant {
 public:
  explicit Accountant(Method method = {});
  ~Accountant();
  Accountant(const Accountant&) = delete;
  Accountant& operator=(const Accountant&) = delete;

  /// Activities come roughly in order of `at`; one that is older than what has been made final is counted and
  /// dropped.
  void add(const Activity& activity);
  /// Packets lost in a minute, as a share of those seen: lowers grades (TIME 2.4), never raises a figure.
  void loss(UtcMinute minute, std::uint64_t seen, std::uint64_t lost);
  void clock_step(Timestamp at, Duration step);
  /// Everything up to `now` is known: gives the minutes that the finalisation lag (15 min) makes final.
  [[nodiscard]] Output advance(Timestamp now);
  /// End of input: the rest, without look-ahead; what look-ahead could still change is weak.
  [[nodiscard]] Output finish();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace edgewatch::account

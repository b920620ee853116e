// What identity sources told, kept as a tenancy feed (CONTRACT) beside the ledger, so that a restart knows
// who holds which address and a recorded run can be replayed. It holds people's accounts: readable by the
// daemon's user alone, and no longer than the register asks. One thread.
#pragma once

#include "edgewatch/model/attribution.hpp"

#include "file_lock.hpp"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace edgewatch::runtime {

/// What of the events a register needs that is asked for no moment before `now` less a day: leases that have
/// neither ended nor been taken over before then, and of each device what was said of sessions since it was
/// last nobody's, and the round before; at most a month. It credits nobody whom all the events would not. In
/// the order given.
[[nodiscard]] std::vector<model::TenancyEvent> still_needed(std::vector<model::TenancyEvent> events,
                                                            Timestamp now);

class TenancySpool {
 public:
  /// Opens or makes the file (mode 0600), mends a last line that a kill cut, and keeps what is still needed.
  /// Throws std::runtime_error where the file cannot be made or written, or is another daemon's. A file that
  /// is no tenancy feed is set aside under `.unreadable`, and `problem()` says so.
  TenancySpool(std::filesystem::path file, Timestamp now);
  ~TenancySpool();
  TenancySpool(const TenancySpool&) = delete;
  TenancySpool& operator=(const TenancySpool&) = delete;

  /// What it held when it was opened; given away once.
  [[nodiscard]] std::vector<model::TenancyEvent> take_restored() { return std::move(restored_); }
  [[nodiscard]] const std::string& problem() const { return problem_; }

  /// Events in order of recording. False, and `problem()` says why, when they could not be written whole;
  /// what was written of them is taken back.
  [[nodiscard]] bool append(const std::vector<model::TenancyEvent>& events);
  /// Writes the file anew with what is still needed.
  void compact(Timestamp now);

  [[nodiscard]] std::size_t size() const { return size_; }
  /// Beyond this the eldest go, needed or not.
  static constexpr std::size_t largest = std::size_t{32} << 20U;

 private:
  void mend();
  [[nodiscard]] std::vector<model::TenancyEvent> load();
  void rewrite(const std::vector<model::TenancyEvent>& events);
  void open();
  void keep_room();

  std::filesystem::path file_;
  FileLock lock_;
  int descriptor_ = -1;
  std::size_t size_ = 0;
  std::size_t kept_ = 0;  ///< bytes from the beginning that the disk has set aside
  std::string problem_;
  std::vector<model::TenancyEvent> restored_;
};

}  // namespace edgewatch::runtime

// What `edgewatch doctor` says of the daemon's own state: what is well, what deserves a look and what is
// wrong, each with what to do about it. Counters and names of our own things alone; nobody is named. Pure;
// any thread.
#pragma once

#include "edgewatch/base/time.hpp"
#include "edgewatch/config/configuration.hpp"

#include "health.hpp"
#include "list_store.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace edgewatch::runtime {

struct Diagnosis {
  enum class State : std::uint8_t { wrong, look, well };
  State state = State::well;
  std::string what;    ///< the thing: `capture eth0`, `clock`
  std::string found;   ///< of it
  std::string advice;  ///< empty where nothing is to be done
};
[[nodiscard]] std::string to_string(Diagnosis::State state);

/// What the daemon knows, or has just looked up, for an examination.
struct Circumstances {
  Timestamp now;
  HealthReport health;
  /// Counters of a while ago: what is judged came since, or since the start where there is nothing.
  struct Before {
    Timestamp at;
    HealthReport health;
  };
  std::optional<Before> before;
  struct Files {  ///< of the configuration, as they are now
    std::size_t errors = 0;
    std::size_t warnings = 0;
  } files;
  bool clock_kept_right = false;
  /// By the names of lists.toml: what is known of a list, or why nothing is.
  std::map<std::string, Result<ListState, std::string>> lists;
  struct Rules {
    std::size_t all = 0;
    std::size_t never = 0;        ///< that can match nothing
    std::size_t reviews_due = 0;  ///< of authorised use
  } rules;
  struct Ledger {
    std::optional<Timestamp> heartbeat;
    std::uint64_t disk_free = 0;  ///< bytes
    std::uint64_t disk = 0;
    std::optional<Timestamp> purged;         ///< when a purge last ended in a certificate
    std::optional<CivilDate> newest_backup;  ///< nothing: none that is whole
  } ledger;
  struct Roles {
    std::map<std::string, std::size_t>
        members;             ///< accounts by group; of one that does not exist there is none
    std::size_t in_two = 0;  ///< accounts
  } roles;
};

/// What was counted from one report to another; gauges and words are the later one's. A counter that went
/// back began anew.
[[nodiscard]] HealthReport counted_since(const HealthReport& before, const HealthReport& now);

/// The worst first, else in the order of the things' importance.
[[nodiscard]] std::vector<Diagnosis> examine(const Circumstances& now,
                                             const config::Configuration& configuration);

}  // namespace edgewatch::runtime

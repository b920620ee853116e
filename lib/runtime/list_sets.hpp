// All active lists as one file, which is mapped where names are looked up. The last ten are kept; the link
// `current` says which one is in force and goes from one to another at once.
#pragma once

#include "edgewatch/classify/list_set.hpp"
#include "edgewatch/config/list.hpp"
#include "edgewatch/config/list_sources.hpp"
#include "edgewatch/model/classification.hpp"

#include "gone_on_signal.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace edgewatch::runtime {

/// Sees to it that the set in force is of the lists' active editions: one that is kept, or else a new one.
/// Throws std::system_error where the disk refuses, std::runtime_error where an active edition is damaged;
/// the set in force stays then.
void bring_set_up_to_date(const config::ListSettings& settings);

/// Makes the sets that going back of one list would need and that are not kept, ten at most, so that going
/// back need not wait for it. Throws as bring_set_up_to_date.
void prepare_going_back(const config::ListSettings& settings);

/// A set knows of an entry the line in the first of its lists; the editions that it was made of know the
/// others', which are put in here.
void look_up_lines(const std::filesystem::path& list_sets, const classify::ListSet& set,
                   const std::vector<model::Classification*>& found);

/// A set as it would be with these lists in place of the active editions, beside the others under this name,
/// for the daemon to try; it is gone with the object, and where the process is told to end (SIGINT, SIGTERM,
/// SIGHUP). What one that was killed left goes with the next that changes the folder. One at a time: whoever
/// holds `rehearsal_lock`.
inline constexpr const char* rehearsed_set = "rehearsal";
/// Beside it the lists that are tried, as editions of number 0, for their lines.
inline constexpr const char* rehearsed_lists = "rehearsal.d";
inline constexpr const char* rehearsal_lock = "rehearsal.lock";
class RehearsedSet {
 public:
  /// By list; throws as bring_set_up_to_date.
  RehearsedSet(const config::ListSettings& settings, const std::map<std::string, config::ParsedList>& lists);
  ~RehearsedSet();
  RehearsedSet(const RehearsedSet&) = delete;
  RehearsedSet& operator=(const RehearsedSet&) = delete;

 private:
  void write(const config::ListSettings& settings,
             const std::map<std::string, config::ParsedList>& lists) const;

  std::filesystem::path folder_;
  GoneOnSignal gone_on_signal_;
};

}  // namespace edgewatch::runtime

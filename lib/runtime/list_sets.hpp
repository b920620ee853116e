// All active lists as one file, which is mapped where names are looked up. The last ten are kept; the link
// `current` says which one is in force and goes from one to another at once.
#pragma once

#include "edgewatch/config/list.hpp"
#include "edgewatch/config/list_sources.hpp"

#include <filesystem>
#include <map>
#include <string>

namespace edgewatch::runtime {

/// Sees to it that the set in force is of the lists' active editions: one that is kept, or else a new one.
/// Throws std::system_error where the disk refuses, std::runtime_error where an active edition is damaged;
/// the set in force stays then.
void bring_set_up_to_date(const config::ListSettings& settings);

/// A set as it would be with these lists in place of the active editions, beside the others under this name,
/// for the daemon to try; it is gone with the object.
inline constexpr const char* rehearsed_set = "rehearsal";
/// Beside it the lists that are tried, as editions of number 0, for their lines.
inline constexpr const char* rehearsed_lists = "rehearsal.d";
class RehearsedSet {
 public:
  /// By list; throws as bring_set_up_to_date.
  RehearsedSet(const config::ListSettings& settings, const std::map<std::string, config::ParsedList>& lists);
  ~RehearsedSet();
  RehearsedSet(const RehearsedSet&) = delete;
  RehearsedSet& operator=(const RehearsedSet&) = delete;

 private:
  std::filesystem::path file_, lists_;
};

}  // namespace edgewatch::runtime

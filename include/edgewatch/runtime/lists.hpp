// The commands that keep lists: fetched, judged, kept and gone back from. They work on the folder that
// lists.toml names, so the rights to that folder are the right to do it. One process at a time changes it.
#pragma once

#include "edgewatch/net/host_name.hpp"
#include "edgewatch/runtime/control.hpp"

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace edgewatch::runtime {

/// `words` are names of lists (none: all), `options` those of the command (`format`, `accept`, `to`). Exit 77
/// where a guard refused a list, 69 where a source could not be had, 75 where another process is at it, 78
/// for lists.toml; whatever happens to one list, the others go on, and a list without a new edition keeps its
/// old one.
[[nodiscard]] Response update_lists(const std::filesystem::path& file, const Request& request);
[[nodiscard]] Response list_status(const std::filesystem::path& file, const Request& request);
/// What came and went from one edition to another; without `from` and `to`, from the active one to the one
/// that was refused last, else from the one before to the active one.
[[nodiscard]] Response diff_list(const std::filesystem::path& file, const Request& request);
[[nodiscard]] Response roll_back_list(const std::filesystem::path& file, const Request& request);

/// A name that was seen, by how many clients and how often.
struct SeenName {
  std::set<std::string> clients;
  std::size_t times = 0;
};
using SeenNames = std::map<net::HostName, SeenName>;
/// Which of these names each list would come to list, or no longer list, were it updated now. Changes
/// nothing.
[[nodiscard]] Response rehearse_lists(const std::filesystem::path& file, const Request& request,
                                      const SeenNames& seen);

/// The same on the names that the daemon counted as used by many (ENFORCEMENT B): it is asked on its socket
/// and tells the names that would change, and no other.
[[nodiscard]] Response rehearse_lists(const std::filesystem::path& file, const Request& request,
                                      const std::filesystem::path& socket);

}  // namespace edgewatch::runtime

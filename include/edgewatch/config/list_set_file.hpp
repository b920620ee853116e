// The compiled lists as files of one folder: the last ten sets, and the link `current` to the one in force.
// They are mapped where nobody but this process's user can change them, and copied otherwise. Any thread.
#pragma once

#include "edgewatch/classify/list_set.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace edgewatch::config {

/// The file lives as long as the set. Null where it is not there or damaged.
[[nodiscard]] std::shared_ptr<const classify::ListSet> open_list_set(const std::filesystem::path& file);

/// The lists that the set in a file is of, as far as its first MiB says: to pass over others without looking
/// at their sums. Nothing where it does not say.
[[nodiscard]] std::optional<std::vector<classify::ListSet::List>> lists_said_by(
    const std::filesystem::path& file);

/// The number in `000012.set`; 0 where it is no such name.
[[nodiscard]] unsigned list_set_number(const std::filesystem::path& file);
/// The sets that are kept in a folder, newest first.
[[nodiscard]] std::vector<std::filesystem::path> kept_list_sets(const std::filesystem::path& folder);
/// That of a revision, to say what was listed then; null where it is no longer kept.
[[nodiscard]] std::shared_ptr<const classify::ListSet> find_list_set(const std::filesystem::path& folder,
                                                                     const model::Revision& revision);

struct ListSetInForce {
  std::shared_ptr<const classify::ListSet> set;  ///< never null
  std::string trouble;  ///< why it is another than the one that should be; empty where it is that one
};
/// The one that `current` names; where that is damaged the newest older one that is whole, else none.
[[nodiscard]] ListSetInForce list_set_in_force(const std::filesystem::path& folder);

/// Where the sets lie in the folder of lists. No list is called so.
inline constexpr const char* list_set_folder = "sets.d";

}  // namespace edgewatch::config

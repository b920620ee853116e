// An edition of a list as it is kept: a text with a sum at its end, so that a damaged one is no list; and the
// editions of several lists as the one file that is looked up in. Pure functions; any thread.
#pragma once

#include "edgewatch/base/hash.hpp"
#include "edgewatch/base/result.hpp"
#include "edgewatch/classify/list_set.hpp"
#include "edgewatch/config/list.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edgewatch::config {

/// A line an entry: name, reach, verdict, number of its file, line; before them the names of the files.
[[nodiscard]] std::string edition_text(const ParsedList& list);
/// The list that was written, sorted where it was; or what is wrong, in words.
[[nodiscard]] Result<ParsedList, std::string> read_edition(std::string_view text);
/// What is wrong with it as far as its sum says, in words and by line where that can be seen; nothing where
/// it is whole. A tenth of the time that reading it takes.
[[nodiscard]] std::optional<std::string> edition_damage(std::string_view text);
/// The listed name that a line of an edition is of, without looking at the rest of it; nothing of an
/// exception, and of what is no entry. Good as long as the line.
[[nodiscard]] std::optional<ListEntry> listed_in_edition(std::string_view line);
/// A sorted list, and what it is called in the set.
struct SetMember {
  classify::ListSet::List list;
  const ParsedList* entries = nullptr;
};
/// The file that classify::ListSet::over reads, piece by piece. At most classify::ListSet::most_lists.
void write_list_set(const std::vector<SetMember>& members, HashKey key,
                    const std::function<void(std::string_view)>& put);
/// SHA-256 in hex.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);

}  // namespace edgewatch::config

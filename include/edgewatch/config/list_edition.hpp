// An edition of a list as it is kept: a text with a sum at its end, so that a damaged one is no list. Pure
// functions; any thread.
#pragma once

#include "edgewatch/base/result.hpp"
#include "edgewatch/config/list.hpp"

#include <string>
#include <string_view>

namespace edgewatch::config {

/// A line an entry: name, reach, verdict, number of its file, line; before them the names of the files.
[[nodiscard]] std::string edition_text(const ParsedList& list);
/// The list that was written, sorted where it was; or what is wrong, in words.
[[nodiscard]] Result<ParsedList, std::string> read_edition(std::string_view text);
/// SHA-256 in hex.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);

}  // namespace edgewatch::config

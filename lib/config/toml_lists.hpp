// Long lists of strings, taken out of a TOML text before the library reads it. The library keeps a few
// hundred bytes for each value and counts the file's lines anew for each place it is asked for, so that a
// list of 200,000 names would take minutes. Private to config.
#pragma once

#include "toml_reader.hpp"

#include <map>
#include <string>

namespace edgewatch::config {

struct LiftedLists {
  std::string text;                           ///< as given, the lists empty; every line keeps its number
  std::map<Place, std::vector<TomlNode>> at;  ///< the strings of each list, by the place of its bracket
};

/// Lifts `key = [ "...", "...", ]` where the list has many strings and nothing else but commas, spaces, line
/// ends and comments. Anything that is not so plain (an escape, a quote of another kind, bytes beyond ASCII,
/// a comma too many) stays where it is, for the library to read or to refuse.
[[nodiscard]] LiftedLists lift_lists(const std::string& text);

}  // namespace edgewatch::config

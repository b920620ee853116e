// What holds of every format of lists, whatever the text.
#pragma once

#include "edgewatch/config/list.hpp"

#include "laws.hpp"

#include <functional>

namespace edgewatch::fuzz {

using ReadList = std::function<config::ParsedList(std::string_view)>;

inline bool is_same(const config::ListEntry& a, const config::ListEntry& b) {
  return a.name == b.name && a.reach == b.reach && a.verdict == b.verdict;
}

inline void check_list(config::ListFormat format, Bytes input, const ReadList& read) {
  const Exact exact(input);
  const std::string_view text(reinterpret_cast<const char*>(exact.bytes().data()), input.size());
  const config::ParsedList list = read(text);
  for (std::size_t i = 0; i < list.size(); ++i) {
    const config::ListEntry entry = list[i];
    const bool included = entry.place.file != 0;  // and so of another text
    law(entry.place.line >= 1 && (included || entry.place.line <= input.size()), "an entry has a line");
    const auto name = net::HostName::from_user(entry.name);
    law(name && name->text() == entry.name && name->is_matchable(), "an entry is a host name, normalised");
    const config::ParsedList again = config::parse_list(format, config::list_line(format, entry));
    law(again.size() == 1 && is_same(again[0], entry), "an entry printed and read again is the same");
  }
  for (const std::size_t at : cuts(input)) {
    const Exact cut(input.first(at));
    const config::ParsedList part = read({reinterpret_cast<const char*>(cut.bytes().data()), at});
    law(part.size() <= list.size(), "a cut text has no entries of its own");
    for (std::size_t i = 0; i < part.size(); ++i)
      law(part[i] == list[i], "a cut text's entries are the first");
  }
  law(list.parse_rate() >= 0 && list.parse_rate() <= 1, "a rate is a rate");
}

inline void check_list(config::ListFormat format, Bytes input) {
  check_list(format, input, [format](std::string_view text) { return config::parse_list(format, text); });
}

}  // namespace edgewatch::fuzz

// What the readers of all list formats share: lines, words, names. Private to config.
#pragma once

#include "edgewatch/config/list.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edgewatch::config {

/// The lines of a text one after the other, each whole: what is too long or has no end is refused here.
class ListLines {
 public:
  ListLines(std::string_view text, std::uint16_t file, ParsedList& out);
  /// Without its line end; nothing at the end of the text. Good as long as the text.
  [[nodiscard]] std::optional<std::string_view> next();
  [[nodiscard]] ListPlace place() const { return place_; }

 private:
  std::string_view rest_;
  ParsedList* out_;
  ListPlace place_;
};

/// The next word, parted by spaces and tabs, taken off the front; empty at the end.
[[nodiscard]] std::string_view take_word(std::string_view& line);
/// Without what follows the sign of a comment, and trimmed.
[[nodiscard]] std::string_view before_comment(std::string_view line, char sign);

/// The name that a list means by this word.
[[nodiscard]] Result<net::HostName, LineRefusal> listed_name(std::string_view word);
/// Adds it, or counts why not. `*.x` and `.x` are x; what they reach says the caller.
void add_name(ParsedList& out, std::string_view word, Reach reach, ListVerdict verdict, ListPlace place);

/// Whether an answer with this address hides a name: 0.0.0.0, 127.0.0.0/8, `::`, `::1`.
[[nodiscard]] bool is_sinkhole(std::string_view address);

void read_hosts_list(std::string_view text, std::uint16_t file, ParsedList& out);
void read_domain_list(std::string_view text, std::uint16_t file, ParsedList& out);
void read_adblock_list(std::string_view text, std::uint16_t file, ParsedList& out);
void read_rpz_list(std::string_view text, std::uint16_t file, ParsedList& out);
void read_dnsmasq_list(std::string_view text, std::uint16_t file, ParsedList& out);
/// Reads `files[main]` and what it includes. `out.files` has a name for each.
void read_v2fly_list(const std::vector<ListFile>& files, std::uint16_t main,
                     const std::vector<std::string>& attributes, ParsedList& out);

/// Whether a file of an archive at this path is read for a list of this shape.
[[nodiscard]] bool is_wanted(const ListShape& shape, std::string_view path);

}  // namespace edgewatch::config

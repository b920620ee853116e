// Lists of names that others publish: their text, in seven formats, becomes entries with the line they stand
// on. Written by strangers: a line that cannot be used has a name and is counted, and nothing of it is kept.
// Owned values; any thread.
#pragma once

#include "edgewatch/base/result.hpp"
#include "edgewatch/classify/list_set.hpp"
#include "edgewatch/net/host_name.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edgewatch::config {

enum class ListFormat : std::uint8_t {
  hosts,    ///< hosts(5): `0.0.0.0 ads.example`
  domains,  ///< a name a line
  adblock,  ///< `||ads.example^` and `@@||good.ads.example^`: what of Adblock's syntax speaks of whole names
  rpz,      ///< a response policy zone (draft-vixie-dnsop-dns-rpz) as a zone file (RFC 1035 section 5)
  ut1,      ///< a tree of squidGuard: folders with `domains`, `urls`, `expressions`
  v2fly,    ///< domain-list-community: `domain:`, `full:`, `include:`, attributes
  dnsmasq,  ///< `address=/ads.example/`, `local=/ads.example/`
};
[[nodiscard]] std::string_view to_string(ListFormat format);

using classify::ListVerdict;
using classify::Reach;

/// Why a line gave no entry.
enum class LineRefusal : std::uint8_t {
  // The line is wrong, or the file is no list of this format.
  malformed,     ///< not of the format's form
  not_a_name,    ///< no host name stands where one should
  everything,    ///< `*`, `.`, `/`: the whole web
  too_long,      ///< over 4,096 bytes
  unended,       ///< the text ends within the line: it may have been cut, and half a name is another name
  lost_include,  ///< another file is included that is not there, or that includes this one
  // The line is right, and says something that cannot be said of names alone.
  address,          ///< an IP address in place of a name
  url,              ///< a path, a port, or a part of a URL
  regexp,           ///< a regular expression
  keyword,          ///< a part of a name
  cosmetic,         ///< hides a part of a page
  modifier,         ///< holds only for some requests or clients
  other_target,     ///< the name is sent somewhere else (a safe search, a portal, a resolver)
  other_trigger,    ///< an RPZ trigger other than the name asked
  other_directive,  ///< a setting of the program that the file was written for
  excepted,         ///< Adblock: an exception of the same list covers the name
};
inline constexpr std::size_t line_refusals = 16;
[[nodiscard]] std::string_view to_string(LineRefusal refusal);
/// Whether a line so refused counts against the list's parse rate.
[[nodiscard]] constexpr bool is_wrong(LineRefusal refusal) { return refusal <= LineRefusal::lost_include; }

struct ListPlace {
  std::uint16_t file = 0;  ///< number of the file in the list, where it has several
  std::uint32_t line = 0;  ///< from 1
  bool operator==(const ListPlace&) const = default;
};

/// A view into the list it came from.
struct ListEntry {
  std::string_view name;  ///< as HostName::text
  Reach reach = Reach::both;
  ListVerdict verdict = ListVerdict::listed;
  ListPlace place;
  bool operator==(const ListEntry&) const = default;
};

/// A file that a list includes and that is not read. Without it the list may lack most of what it is for, so
/// it is told by name.
struct LostInclude {
  ListPlace place;
  std::string what;  ///< in words; the name is one that files of lists have
};

struct RefusedLines {
  std::uint64_t count = 0;
  std::vector<ListPlace> first;  ///< at most 10
};

/// What was read, in the order of the lines.
class ParsedList {
 public:
  /// The name as HostName::text; it is matchable. One that in a response policy zone would speak of something
  /// else than the name asked, as `8.0.0.0.10.rpz-ip` does of a network, is refused.
  void add(std::string_view name, Reach reach, ListVerdict verdict, ListPlace place);
  void refuse(LineRefusal refusal, ListPlace place);

  /// The same of a file that is included and cannot be; why, in words.
  void lose_include(std::string_view file, std::string_view why, ListPlace place);

  /// Room for as many lines more, of so many characters together.
  void reserve(std::size_t lines, std::size_t characters);

  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  /// At least of the names of all entries.
  [[nodiscard]] std::size_t characters() const { return names_.size(); }
  /// Good until the next `add`.
  [[nodiscard]] ListEntry operator[](std::size_t i) const {
    const Stored& stored = entries_[i];
    return {name_of(stored),
            static_cast<Reach>(stored.reach_and_verdict & 3U),
            static_cast<ListVerdict>(stored.reach_and_verdict >> 2U),
            {stored.file, stored.line}};
  }
  [[nodiscard]] const RefusedLines& refused(LineRefusal refusal) const {
    return refused_[static_cast<std::size_t>(refusal)];
  }
  /// At most 10.
  [[nodiscard]] const std::vector<LostInclude>& lost_includes() const { return lost_includes_; }
  /// Leaves these names out, whatever is said of them.
  void leave_out(const std::vector<net::HostName>& names);
  /// As Adblock and AdGuard have it: an exception lifts every entry it covers, however much longer that is
  /// (elsewhere the longest decides). What is lifted is counted as refused.
  void let_exceptions_win();
  /// In order of names, each once for a verdict: it reaches what any of its lines does, and stands on the
  /// first of them. What was refused stays.
  void sort();
  /// Entries of entries and wrong lines; 1 where there is neither.
  [[nodiscard]] double parse_rate() const;
  std::vector<std::string> files;  ///< names of the files, by number

 private:
  // Lists have millions of entries: their names lie behind each other in one text.
  struct Stored {
    std::uint64_t offset;
    std::uint32_t line;
    std::uint16_t file;
    std::uint8_t length;
    std::uint8_t reach_and_verdict;
  };
  [[nodiscard]] std::string_view name_of(const Stored& stored) const {
    return {names_.data() + stored.offset, stored.length};
  }
  static constexpr unsigned verdict_bit = 4;
  void append(Stored stored, std::string_view name, std::string_view last);
  std::string names_;
  std::vector<Stored> entries_;
  std::array<RefusedLines, line_refusals> refused_;
  std::vector<LostInclude> lost_includes_;
};

/// A file of a list, taken out of its archive.
struct ListFile {
  std::string path;
  std::string text;
};
/// How a list is to be read.
struct ListShape {
  ListFormat format = ListFormat::domains;
  std::string part;                     ///< folder of a squidGuard tree, file of a v2fly repository
  std::vector<std::string> attributes;  ///< v2fly: `ads` asks for entries with it, `-ads` for those without
};

/// Reads a list from its files: the one there is, or those that `part` names. Nothing where no file is the
/// list's: the error says so in words.
[[nodiscard]] Result<ParsedList, std::string> parse_list(const ListShape& shape,
                                                         const std::vector<ListFile>& files);
/// One text in that format (of ut1 the text of `domains`; of v2fly a file whose includes are lost).
[[nodiscard]] ParsedList parse_list(ListFormat format, std::string_view text);

/// The entry of a sorted list that a name is listed by: the longest that reaches it decides, an exception
/// before a listing. Good as long as the list.
[[nodiscard]] std::optional<ListEntry> match(const ParsedList& sorted, const net::HostName& name);

/// An entry as a line of that format, with its line end; a format that has no word for it gives an empty
/// text.
[[nodiscard]] std::string list_line(ListFormat format, const ListEntry& entry);

/// A list's bound as its errors say it, and how to raise it: `200 MiB; ...`.
[[nodiscard]] std::string size_bound(std::size_t most_bytes);

/// Files out of what was downloaded: a plain text, or one packed by gzip, bzip2, xz or zstd, or a tar archive
/// of either. Of an archive only what a list of this shape reads. Nothing where it is damaged, or unpacks to
/// more than `most_bytes`: the error says so in words. A plain text is handed on and not copied.
[[nodiscard]] Result<std::vector<ListFile>, std::string> unpack_list(std::string bytes,
                                                                     const ListShape& shape,
                                                                     std::size_t most_bytes);

}  // namespace edgewatch::config

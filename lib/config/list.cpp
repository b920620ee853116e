#include "edgewatch/config/list.hpp"

#include "list_reader.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

namespace edgewatch::config {
namespace {

constexpr std::array<std::string_view, 7> format_names{"hosts", "domains", "adblock", "rpz",
                                                       "ut1",   "v2fly",   "dnsmasq"};
constexpr std::array<std::string_view, 3> tree_files{"domains", "urls", "expressions"};
constexpr std::array<std::string_view, line_refusals> refusal_names{
    "malformed",    "not a name",    "everything",      "too long", "unended",  "lost include",
    "address",      "url",           "regexp",          "keyword",  "cosmetic", "modifier",
    "other target", "other trigger", "other directive", "excepted"};

bool ends_with_path(std::string_view path, std::string_view end) {
  return path == end ||
         (path.size() > end.size() && path.ends_with(end) && path[path.size() - end.size() - 1] == '/');
}

/// A file of `urls` or `expressions`: nothing in it is a name, and everything is counted.
void count_lines(const ListFile& file, std::uint16_t number, LineRefusal refusal, ParsedList& out) {
  ListLines lines(file.text, number, out);
  while (const auto line = lines.next()) {
    if (!before_comment(*line, '#').empty()) out.refuse(refusal, lines.place());
  }
}

void read_text(ListFormat format, const ListFile& file, std::uint16_t number, ParsedList& out) {
  out.reserve(static_cast<std::size_t>(std::count(file.text.begin(), file.text.end(), '\n')),
              file.text.size());
  switch (format) {
    case ListFormat::hosts:
      return read_hosts_list(file.text, number, out);
    case ListFormat::domains:
      return read_domain_list(file.text, number, out);
    case ListFormat::adblock:
      return read_adblock_list(file.text, number, out);
    case ListFormat::rpz:
      return read_rpz_list(file.text, number, out);
    case ListFormat::dnsmasq:
      return read_dnsmasq_list(file.text, number, out);
    case ListFormat::ut1:
      if (ends_with_path(file.path, "urls")) return count_lines(file, number, LineRefusal::url, out);
      if (ends_with_path(file.path, "expressions"))
        return count_lines(file, number, LineRefusal::regexp, out);
      return read_domain_list(file.text, number, out);
    case ListFormat::v2fly:
      return;  // reads its files by itself
  }
}

}  // namespace

std::string_view to_string(ListFormat format) { return format_names[static_cast<std::size_t>(format)]; }
std::string_view to_string(LineRefusal refusal) { return refusal_names[static_cast<std::size_t>(refusal)]; }

void ParsedList::add(std::string_view name, Reach reach, ListVerdict verdict, ListPlace place) {
  if (name.substr(name.rfind('.') + 1).starts_with("rpz-")) return refuse(LineRefusal::other_trigger, place);
  entries_.push_back(
      {names_.size(), place.line, place.file, static_cast<std::uint8_t>(name.size()),
       static_cast<std::uint8_t>(static_cast<unsigned>(reach) | static_cast<unsigned>(verdict) << 2U)});
  names_ += name;
}

void ParsedList::lose_include(std::string_view file, std::string_view why, ListPlace place) {
  constexpr std::size_t most_told = 10;
  constexpr std::size_t longest_name = 64;
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.!/";
  refuse(LineRefusal::lost_include, place);
  if (lost_includes_.size() == most_told) return;
  const bool is_plain = !file.empty() && file.size() <= longest_name &&
                        file.find_first_not_of(letters) == std::string_view::npos;
  lost_includes_.push_back({place, is_plain ? fmt::format("'{}' is included here, and {}", file, why)
                                            : fmt::format("a file is included here, and {}", why)});
}

void ParsedList::reserve(std::size_t lines, std::size_t characters) {
  entries_.reserve(entries_.size() + lines);
  names_.reserve(names_.size() + characters);
}

void ParsedList::refuse(LineRefusal refusal, ListPlace place) {
  constexpr std::size_t most_places = 10;
  RefusedLines& lines = refused_[static_cast<std::size_t>(refusal)];
  ++lines.count;
  if (lines.first.size() < most_places) lines.first.push_back(place);
}

void ParsedList::leave_out(const std::vector<net::HostName>& names) {
  std::erase_if(entries_, [&](const Stored& stored) {
    return std::any_of(names.begin(), names.end(),
                       [&](const net::HostName& name) { return name.text() == name_of(stored); });
  });
}

void ParsedList::let_exceptions_win() {
  std::unordered_map<std::string_view, unsigned> exceptions;  // what of a name is excepted
  for (const Stored& stored : entries_) {
    if ((stored.reach_and_verdict & verdict_bit) != 0)
      exceptions[name_of(stored)] |= stored.reach_and_verdict & 3U;
  }
  if (exceptions.empty()) return;
  const auto is_lifted = [&](const Stored& stored) {
    if ((stored.reach_and_verdict & verdict_bit) != 0) return false;
    std::string_view name = name_of(stored);
    // Of the name itself all that the entry reaches is to be excepted, of one above it what lies below.
    for (unsigned needed = stored.reach_and_verdict & 3U;; needed = static_cast<unsigned>(Reach::below)) {
      const auto found = exceptions.find(name);
      if (found != exceptions.end() && (found->second & needed) == needed) return true;
      const std::size_t dot = name.find('.');
      if (dot == std::string_view::npos) return false;
      name.remove_prefix(dot + 1);
    }
  };
  std::erase_if(entries_, [&](const Stored& stored) {
    const bool lifted = is_lifted(stored);
    if (lifted) refuse(LineRefusal::excepted, {stored.file, stored.line});
    return lifted;
  });
}

double ParsedList::parse_rate() const {
  std::uint64_t wrong = 0;
  for (std::size_t i = 0; i < line_refusals; ++i) {
    if (is_wrong(static_cast<LineRefusal>(i))) wrong += refused_[i].count;
  }
  const std::uint64_t all = entries_.size() + wrong;
  return all == 0 ? 1 : static_cast<double>(entries_.size()) / static_cast<double>(all);
}

bool is_wanted(const ListShape& shape, std::string_view path) {
  switch (shape.format) {
    case ListFormat::v2fly:
      return true;
    case ListFormat::ut1:
      return std::any_of(tree_files.begin(), tree_files.end(), [&](std::string_view name) {
        return ends_with_path(path, fmt::format("{}/{}", shape.part, name));
      });
    default:
      return shape.part.empty() || ends_with_path(path, shape.part);
  }
}

Result<ParsedList, std::string> parse_list(const ListShape& shape, const std::vector<ListFile>& files) {
  ParsedList out;
  for (const ListFile& file : files) out.files.push_back(file.path);
  const bool one_text = files.size() == 1 && files[0].path.empty();
  std::size_t main = 0;
  if (!one_text && (shape.format == ListFormat::v2fly || shape.format == ListFormat::ut1)) {
    const std::string wanted = shape.format == ListFormat::ut1 ? shape.part + "/domains" : shape.part;
    const auto found = std::find_if(files.begin(), files.end(),
                                    [&](const ListFile& file) { return ends_with_path(file.path, wanted); });
    if (shape.part.empty() || found == files.end())
      return Failure{fmt::format("the archive has no '{}'; say in 'part' what to read of it", wanted)};
    main = static_cast<std::size_t>(found - files.begin());
  } else if (files.size() != 1) {
    return Failure{
        fmt::format("the archive has {} files that could be the list; name one in 'part'", files.size())};
  }
  if (shape.format == ListFormat::v2fly) {
    read_v2fly_list(files, static_cast<std::uint16_t>(main), shape.attributes, out);
  } else {
    for (std::size_t i = 0; i < files.size(); ++i)
      read_text(shape.format, files[i], static_cast<std::uint16_t>(i), out);
  }
  return out;
}

ParsedList parse_list(ListFormat format, std::string_view text) {
  return parse_list({format, {}, {}}, {{{}, std::string(text)}}).value();
}

std::optional<ListEntry> match(const ParsedList& sorted, const net::HostName& name) {
  if (!name.is_matchable()) return std::nullopt;
  for (std::size_t up = 0; up < name.label_count(); ++up) {
    const std::string_view suffix = name.suffix(up);
    const auto needed = static_cast<unsigned>(up == 0 ? Reach::itself : Reach::below);
    std::size_t first = 0;
    for (std::size_t count = sorted.size(); count > 0;) {
      const std::size_t half = count / 2;
      const bool before = sorted[first + half].name < suffix;
      if (before) first += half + 1;
      count = before ? count - half - 1 : half;
    }
    std::optional<ListEntry> found;
    for (; first < sorted.size() && sorted[first].name == suffix; ++first) {
      if ((static_cast<unsigned>(sorted[first].reach) & needed) != 0)
        found = sorted[first];  // exceptions are last
    }
    if (found) return found->verdict == ListVerdict::listed ? found : std::nullopt;
  }
  return std::nullopt;
}

std::string list_line(ListFormat format, const ListEntry& entry) {
  const bool listed = entry.verdict == ListVerdict::listed;
  const bool itself = entry.reach == Reach::itself;
  const std::string_view star = entry.reach == Reach::below ? "*." : "";
  switch (format) {
    case ListFormat::hosts:
      return listed && itself ? fmt::format("0.0.0.0 {}\n", entry.name) : "";
    case ListFormat::domains:
    case ListFormat::ut1:
      return listed && entry.reach == Reach::both ? fmt::format("{}\n", entry.name) : "";
    case ListFormat::adblock:
      return fmt::format("{}{}{}{}^\n", listed ? "" : "@@", itself ? "|" : "||", star, entry.name);
    case ListFormat::rpz: {
      const std::string_view action = listed ? "." : "rpz-passthru.";
      std::string out;
      if (entry.reach != Reach::below) out += fmt::format("{} CNAME {}\n", entry.name, action);
      if (!itself) out += fmt::format("*.{} CNAME {}\n", entry.name, action);
      return out;
    }
    case ListFormat::v2fly:
      if (!listed || entry.reach == Reach::below) return "";
      return fmt::format("{}:{}\n", itself ? "full" : "domain", entry.name);
    case ListFormat::dnsmasq:
      if (itself) return "";
      return fmt::format("{}=/{}{}/{}\n", listed ? "address" : "server", star, entry.name, listed ? "" : "#");
  }
  return "";
}

}  // namespace edgewatch::config

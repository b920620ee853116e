#include "edgewatch/classify/list_set.hpp"

#include "edgewatch/base/text.hpp"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <utility>

#include <fmt/format.h>

namespace edgewatch::classify {
namespace {

// The file is a head of lines, filled up with empty ones to whole lines of the processor's cache, and the
// image of an index. The head's last line is its sum.
constexpr std::string_view title = "edgewatch list set 2";
constexpr std::string_view sum_mark = "sum\t";
constexpr std::size_t sum_length = sum_mark.size() + 32 + 1;
constexpr std::size_t alignment = 64;

Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string sum_line(std::string_view head) {
  const auto sum = siphash_128({}, 0, bytes_of(head));
  return fmt::format("{}{:016x}{:016x}\n", sum_mark, sum[0], sum[1]);
}

template <class Number>
bool read_number(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

/// `list:reach:verdict`
std::optional<ListClaim> read_claim(std::string_view text, std::size_t lists) {
  const auto parts = split(text, ':');
  ListClaim claim;
  unsigned reach = 0;
  unsigned verdict = 0;
  if (parts.size() != 3 || !read_number(parts[0], claim.list) || !read_number(parts[1], reach) ||
      !read_number(parts[2], verdict) || claim.list >= lists || reach < 1 || reach > 3 || verdict > 1)
    return std::nullopt;
  claim.reach = static_cast<Reach>(reach);
  claim.verdict = static_cast<ListVerdict>(verdict);
  return claim;
}

bool reaches(Reach reach, Reach what) {
  return (static_cast<unsigned>(reach) & static_cast<unsigned>(what)) != 0;
}

/// Labels as HostName::text has them where nothing is escaped.
bool is_canonical(std::string_view name) {
  char before = '.';
  for (const char c : name) {
    const bool bare = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (!bare && (c != '.' || before == '.')) return false;
    before = c;
  }
  return before != '.';
}

}  // namespace

bool ListSet::read_line(std::string_view line) {
  const auto cells = split(line, '\t');
  if (cells[0] == "revision" && cells.size() == 2) {
    revision_ = model::Revision(std::string(cells[1]));
    return true;
  }
  if (cells[0] == "list" && cells.size() == 4 && claims_.empty() && lists_.size() < most_lists) {
    lists_.push_back({std::string(cells[1]), model::Category(std::string(cells[2])), 0});
    return read_number(cells[3], lists_.back().edition);
  }
  if (cells[0] != "claims" || cells.size() != 2) return line.empty();
  auto& claims = claims_.emplace_back();
  for (const std::string_view text : split(cells[1], ' ')) {
    const auto claim = read_claim(text, lists_.size());
    if (!claim) return false;
    claims.push_back(*claim);
  }
  return true;
}

std::size_t ListSet::read_head(std::string_view text) {
  if (!text.starts_with(title)) return 0;
  for (std::size_t at = title.size() + 1; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    if (end == std::string_view::npos) return 0;
    const std::string_view line = text.substr(at, end - at);
    if (line.starts_with(sum_mark))
      return sum_line(text.substr(0, at)) == text.substr(at, end + 1 - at) ? end + 1 : 0;
    if (!read_line(line)) return 0;
    at = end + 1;
  }
  return 0;
}

std::optional<std::vector<ListSet::List>> ListSet::said_by(std::string_view beginning) {
  ListSet set;
  if (set.read_head(beginning) == 0) return std::nullopt;
  return std::move(set.lists_);
}

std::optional<ListSet> ListSet::over(Bytes file) {
  ListSet set;
  const std::size_t names_at = set.read_head({reinterpret_cast<const char*>(file.data()), file.size()});
  if (names_at == 0) return std::nullopt;
  const auto names = NameTable::over(file.subspan(names_at));
  if (!names) return std::nullopt;
  set.names_ = *names;
  return set;
}

ListSet::Matches ListSet::match(const net::HostName& name) const {
  Matches out;
  std::uint64_t decided = 0;
  NameTable::Search search(names_, name);
  while (const auto hit = search.next()) {
    const Reach needed = hit->name.size() == name.text().size() ? Reach::itself : Reach::below;
    if (hit->entry.value >= claims_.size()) return {};  // a forged file
    const auto& claims = claims_[hit->entry.value];
    for (const ListClaim& claim : claims) {
      const std::uint64_t bit = std::uint64_t{1} << claim.list;
      if ((decided & bit) != 0 || !reaches(claim.reach, needed)) continue;
      decided |= bit;
      if (claim.verdict == ListVerdict::excepted) continue;
      const bool first = std::all_of(claims.begin(), claims.end(),
                                     [&](const ListClaim& other) { return other.list >= claim.list; });
      out.push_back({claim.list, hit->name, first ? hit->entry.line : 0});
    }
  }
  return out;
}

std::optional<ListSet::Entry> ListSet::at(std::uint32_t record) const {
  const NameTable::Hit hit = names_.at(record);
  if (hit.entry.value >= claims_.size() || !is_canonical(hit.name)) return std::nullopt;
  return Entry{hit.name, claims_[hit.entry.value], hit.entry.line};
}

ListSetBuilder::ListSetBuilder(std::vector<ListSet::List> lists, HashKey key, NameIndex::Room room)
    : lists_(std::move(lists)), names_(key, room) {
  assert(lists_.size() <= ListSet::most_lists);
}

std::uint32_t ListSetBuilder::number_of(const std::vector<ListClaim>& claims) {
  auto sorted = claims;
  // Exceptions first, so that the first claim of a list that reaches a name is the one that decides.
  std::sort(sorted.begin(), sorted.end(), [](const ListClaim& a, const ListClaim& b) {
    return a.verdict != b.verdict ? a.verdict == ListVerdict::excepted : a < b;
  });
  return numbers_.emplace(std::move(sorted), static_cast<std::uint32_t>(numbers_.size())).first->second;
}

void ListSetBuilder::add(std::string_view name, const std::vector<ListClaim>& claims, std::uint32_t line) {
  if (claims != last_) {
    last_number_ = number_of(claims);
    last_ = claims;
  }
  names_.add_new(name, {last_number_, line});
}

std::string ListSetBuilder::file() {
  std::string out;
  write([&](std::string_view piece) { out += piece; });
  return out;
}

void ListSetBuilder::write(const std::function<void(std::string_view)>& put) {
  names_.settle();
  std::string out = fmt::format("{}\n", title);
  for (const ListSet::List& list : lists_)
    out += fmt::format("list\t{}\t{}\t{}\n", list.name, list.category.text(), list.edition);
  std::vector<const std::vector<ListClaim>*> claims(numbers_.size());
  for (const auto& [one, number] : numbers_) claims[number] = &one;
  for (const auto* one : claims) {
    char before = '\t';
    out += "claims";
    for (const ListClaim& claim : *one) {
      out += fmt::format("{}{}:{}:{}", before, claim.list, static_cast<unsigned>(claim.reach),
                         static_cast<unsigned>(claim.verdict));
      before = ' ';
    }
    out += '\n';
  }
  const auto said = bytes_of(out);
  const auto names = names_.content_sum();
  out += fmt::format("revision\t{:016x}\n", siphash_128({names[0], names[1]}, 0, said)[0]);
  out.append((alignment - (out.size() + sum_length) % alignment) % alignment, '\n');
  put(out + sum_line(out));
  names_.write_image(names, put);
}

}  // namespace edgewatch::classify

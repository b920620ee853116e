#include "edgewatch/config/list_edition.hpp"

#include "edgewatch/base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <stdexcept>

#include <fmt/format.h>
#include <openssl/evp.h>

namespace edgewatch::config {
namespace {

constexpr std::string_view title = "edgewatch list edition 1\n";
constexpr std::string_view sum_mark = "sha256 ";
constexpr std::size_t sum_length = sum_mark.size() + 64 + 1;
constexpr std::array<std::string_view, 4> reaches{"", "itself", "below", "both"};

std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

std::string_view take_cell(std::string_view& line) {
  const std::size_t end = std::min(line.find('\t'), line.size());
  const std::string_view cell = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return cell;
}

template <class Number>
bool read_number(std::string_view cell, Number& number) {
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), number);
  return error == std::errc() && end == cell.data() + cell.size();
}

void append_number(std::string& out, std::uint32_t number) {
  std::array<char, std::numeric_limits<std::uint32_t>::digits10 + 1> digits;  // written before it is read
  out.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr);
}

/// Whether it is one as HostName::text has it.
bool is_name(std::string_view text) {
  if (net::HostName::is_plain(text)) return true;
  const auto name = net::HostName::from_user(text);
  return name && name->text() == text;
}

bool read_entry(std::string_view line, ParsedList& out) {
  const std::string_view name = take_cell(line);
  const std::string_view reach = take_cell(line);
  const std::string_view verdict = take_cell(line);
  ListPlace place;
  if (!read_number(take_cell(line), place.file) || !read_number(take_cell(line), place.line)) return false;
  std::size_t found = 1;
  while (found < reaches.size() && reaches[found] != reach) ++found;
  const bool excepted = verdict == "excepted";
  if (!is_name(name) || found == reaches.size() || (!excepted && verdict != "listed") ||
      place.file >= out.files.size())
    return false;
  out.add(name, static_cast<Reach>(found), excepted ? ListVerdict::excepted : ListVerdict::listed, place);
  return true;
}

/// The line, from 1, on which what no list holds stands, or a name before the one above it; 0 where none is
/// odd.
std::size_t odd_line(std::string_view text) {
  ParsedList read;
  bool in_entries = false;
  for (std::size_t number = 2; !text.empty(); ++number) {
    std::string_view line = take_line(text);
    if (in_entries) {
      const std::size_t before = read.size();
      if (!read_entry(line, read) || (before > 0 && read[before].name < read[before - 1].name)) return number;
    } else if (line == "entries") {
      in_entries = true;
    } else if (take_cell(line) == "file") {
      read.files.emplace_back(line);
    } else {
      return number;
    }
  }
  return 0;
}

}  // namespace

std::string sha256_hex(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1)
    throw std::runtime_error("SHA-256 is not available");
  std::string hex;
  for (unsigned i = 0; i < size; ++i) hex += fmt::format("{:02x}", digest[i]);
  return hex;
}

std::string edition_text(const ParsedList& list) {
  constexpr std::size_t most_beside_a_name = 32;
  std::string out(title);
  for (const std::string& file : list.files) out += fmt::format("file\t{}\n", tsv_cell(file));
  out.reserve(out.size() + list.characters() + list.size() * most_beside_a_name + sum_length);
  out += "entries\n";
  for (std::size_t i = 0; i < list.size(); ++i) {
    const ListEntry entry = list[i];
    out += entry.name;
    out += '\t';
    out += reaches[static_cast<std::size_t>(entry.reach)];
    out += entry.verdict == ListVerdict::listed ? "\tlisted\t" : "\texcepted\t";
    append_number(out, entry.place.file);
    out += '\t';
    append_number(out, entry.place.line);
    out += '\n';
  }
  out += std::string(sum_mark) + sha256_hex(out) + '\n';
  return out;
}

std::optional<std::string> edition_damage(std::string_view text) {
  if (!text.starts_with(title) || text.size() < title.size() + sum_length)
    return "it is not an edition of a list";
  const std::string_view sum = text.substr(text.size() - sum_length);
  text.remove_suffix(sum_length);
  if (sum == std::string(sum_mark) + sha256_hex(text) + '\n') return std::nullopt;
  const std::size_t line = odd_line(text.substr(title.size()));
  return line == 0
             ? "it is damaged: its sum is another"
             : fmt::format("it is damaged: its sum is another, and line {} holds what no list holds", line);
}

std::optional<ListEntry> listed_in_edition(std::string_view line) {
  ListEntry out;
  out.name = take_cell(line);
  const auto reach = std::find(reaches.begin() + 1, reaches.end(), take_cell(line));
  if (reach == reaches.end() || take_cell(line) != "listed" ||
      !read_number(take_cell(line), out.place.file) || !read_number(take_cell(line), out.place.line))
    return std::nullopt;
  out.reach = static_cast<Reach>(reach - reaches.begin());
  return out;
}

Result<ParsedList, std::string> read_edition(std::string_view text) {
  if (auto damage = edition_damage(text)) return Failure{std::move(*damage)};
  text.remove_suffix(sum_length);
  text.remove_prefix(title.size());
  ParsedList out;
  std::string_view line = take_line(text);
  for (; line != "entries" && !line.empty(); line = take_line(text)) {
    if (take_cell(line) != "file") return Failure{std::string("it is not an edition of a list")};
    out.files.emplace_back(line);
  }
  out.reserve(static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')), text.size());
  while (!text.empty()) {
    if (!read_entry(take_line(text), out))
      return Failure{fmt::format("line {} holds what no list holds", out.size() + out.files.size() + 3)};
  }
  return out;
}

}  // namespace edgewatch::config

// Adblock's filter syntax (Adblock Plus, "How to write filters"; AdGuard, "DNS filtering rules syntax"): the
// rules that speak of a whole name. Every other rule speaks of requests or pages, which names alone do not
// tell; it is counted by its kind.
#include "edgewatch/base/text.hpp"

#include "list_reader.hpp"

#include <array>

namespace edgewatch::config {
namespace {

constexpr std::array<std::string_view, 7> cosmetic_marks{"##", "#@#", "#?#", "#$#", "#%#", "#@$#", "$$"};

bool is_cosmetic(std::string_view line) {
  for (const std::string_view mark : cosmetic_marks) {
    if (line.find(mark) != std::string_view::npos) return true;
  }
  return false;
}

bool is_comment(std::string_view line) {
  return line.empty() || line.starts_with('!') || line.starts_with('[') ||
         (line.starts_with('#') && !is_cosmetic(line));
}

/// What a rule that begins with no bar says.
LineRefusal kind_of(std::string_view pattern) {
  constexpr std::string_view no_pattern = " \t<>\"";
  if (pattern == "*" || pattern == "." || pattern == "/" || pattern.empty()) return LineRefusal::everything;
  if (pattern.find_first_of(no_pattern) != std::string_view::npos) return LineRefusal::malformed;
  if (pattern.find_first_of("/:?=&") != std::string_view::npos) return LineRefusal::url;
  return LineRefusal::keyword;
}

void read_rule(std::string_view rule, ListPlace place, ParsedList& out) {
  if (is_cosmetic(rule)) return out.refuse(LineRefusal::cosmetic, place);
  ListVerdict verdict = ListVerdict::listed;
  if (rule.starts_with("@@")) {
    verdict = ListVerdict::excepted;
    rule.remove_prefix(2);
  }
  if (rule.size() > 2 && rule.starts_with('/') &&
      (rule.ends_with('/') || rule.find("/$") != std::string_view::npos))
    return out.refuse(LineRefusal::regexp, place);
  if (rule.find('$') != std::string_view::npos) return out.refuse(LineRefusal::modifier, place);
  Reach reach = Reach::itself;
  if (rule.starts_with("||")) {
    reach = Reach::both;
    rule.remove_prefix(2);
  } else if (rule.starts_with('|')) {
    rule.remove_prefix(1);
  } else {
    return out.refuse(kind_of(rule), place);
  }
  // `^` ends the name, and a bar after it the address; without it the rule is for every name that so begins.
  const std::size_t caret = rule.find('^');
  const std::string_view name = rule.substr(0, caret);
  if (name.empty() || name == "*") return out.refuse(LineRefusal::everything, place);
  const std::string_view tail = caret == std::string_view::npos ? "" : rule.substr(caret + 1);
  if (caret == std::string_view::npos || (!tail.empty() && tail != "|")) {
    const LineRefusal kind = kind_of(rule);
    return out.refuse(kind == LineRefusal::everything ? LineRefusal::malformed : kind, place);
  }
  if (name.starts_with("*.") && reach == Reach::both) {
    reach = Reach::below;
  } else if (name.starts_with('.') || name.find('*') != std::string_view::npos) {
    return out.refuse(LineRefusal::keyword, place);
  }
  add_name(out, name, reach, verdict, place);
}

}  // namespace

void read_adblock_list(std::string_view text, std::uint16_t file, ParsedList& out) {
  ListLines lines(text, file, out);
  while (const auto whole = lines.next()) {
    const std::string_view line = trim(*whole);
    if (!is_comment(line)) read_rule(line, lines.place(), out);
  }
}

}  // namespace edgewatch::config

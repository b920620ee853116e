#include "reference.hpp"

#include "edgewatch/base/text.hpp"

#include <algorithm>
#include <string_view>

namespace edgewatch::evidence {
namespace {

bool is_letter_or_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/// The chain keeps references for ever, so one that spells the person's id would outlive the purge.
bool spells(const std::string& reference, const std::string& id) {
  const std::string text = ascii_lower(reference);
  const std::string part = ascii_lower(id);
  // Numbers are part of every reference; only a number that stands by itself is an id.
  const bool telling =
      part.size() >= 3 && !std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    const bool begins = at == 0 || text[at - 1] == '-';
    const bool ends = at + part.size() == text.size() || text[at + part.size()] == '-';
    if (telling || (begins && ends)) return true;
  }
  return false;
}

/// Six pairs of hexadecimal digits in a row, with dashes between them: a MAC address.
bool spells_a_mac(const std::string& reference) {
  int pairs = 0;
  for (const std::string_view part : split(reference, '-')) {
    const bool pair =
        part.size() == 2 && part.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
    pairs = pair ? pairs + 1 : 0;
    if (pairs == 6) return true;
  }
  return false;
}

}  // namespace

bool is_reference(const std::string& text) {
  return !text.empty() && text.size() <= longest_reference && is_letter_or_digit(text.front()) &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_letter_or_digit(c) || c == '-'; });
}

bool spells_the_person(const model::CaseReference& wanted, const model::PersonId& person,
                       const std::vector<std::string>& names) {
  const std::string& reference = wanted.text();
  if (spells(reference, person.text()) || spells_a_mac(reference)) return true;
  for (const std::string& name : names) {
    std::string word;
    for (const char c : name + ' ') {
      if (is_letter_or_digit(c)) {
        word += c;
        continue;
      }
      const bool telling =
          word.size() >= 4 && std::any_of(word.begin(), word.end(), [](char l) { return l > '9'; });
      if (telling && spells(reference, word)) return true;
      word.clear();
    }
  }
  return false;
}

model::CaseReference chained_reference(const store::Ledger& ledger, const model::CaseReference& reference) {
  return ledger.find_case(reference) ? reference : model::CaseReference();
}

}  // namespace edgewatch::evidence

#include "edgewatch/base/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>

namespace edgewatch {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

void append_hex(std::string& out, unsigned char byte) {
  out += "\\x";
  out += hex_digits[byte >> 4U];
  out += hex_digits[byte & 15U];
}

/// One code point of valid UTF-8 (RFC 3629), or length 0.
struct CodePoint {
  std::uint32_t value = 0;
  std::size_t length = 0;
};

CodePoint decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return {};
  std::uint32_t value = lead & (0xffU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0U) != 0x80U) return {};
    value = (value << 6U) | (byte(i) & 0x3fU);
  }
  constexpr std::array<std::uint32_t, 5> least{0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xd800 && value <= 0xdfff;
  if (value < least[length] || value > 0x10ffff || surrogate) return {};
  return {value, length};
}

/// Code points that change how the text around them is shown: bidi controls, zero-width and line separators,
/// tags.
bool changes_display(std::uint32_t c) {
  return (c >= 0x80 && c < 0xa0) || c == 0xad || c == 0x61c || c == 0x180e || (c >= 0x200b && c <= 0x200f) ||
         (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
         (c >= 0xfff9 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe007f);
}

template <class Plain>
std::string neutral(std::string_view text, Plain plain) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const CodePoint c = decode(text);
    const auto first = static_cast<unsigned char>(text.front());
    if (c.length == 0) {
      append_hex(out, first);
      text.remove_prefix(1);
      continue;
    }
    if (c.length == 1 && (first < 0x20 || first == 0x7f)) {
      append_hex(out, first);
    } else if (changes_display(c.value)) {
      std::array<char, 16> buffer{};
      std::snprintf(buffer.data(), buffer.size(), "\\u{%x}", static_cast<unsigned>(c.value));
      out += buffer.data();
    } else {
      plain(out, text.substr(0, c.length));
    }
    text.remove_prefix(c.length);
  }
  return out;
}

}  // namespace

std::string_view trim(std::string_view text) {
  constexpr std::string_view blank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(blank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::string ascii_lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::string tsv_cell(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '\t':
        out += "\\t";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\\':
        out += "\\\\";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
          append_hex(out, static_cast<unsigned char>(c));
        } else {
          out += c;
        }
    }
  }
  return out;
}

std::string csv_cell(std::string_view text) {
  // Spreadsheets take the full-width forms of = + - @ for the same signs.
  constexpr std::array<std::string_view, 4> full_width{"\uff1d", "\uff0b", "\uff0d", "\uff20"};
  const bool begins_formula =
      (!text.empty() && std::string_view("=+-@\t\r\n").find(text.front()) != std::string_view::npos) ||
      std::ranges::any_of(full_width, [&](std::string_view sign) { return text.starts_with(sign); });
  std::string cell;
  if (begins_formula) cell += '\'';
  for (const char c : text) {
    if (c == '\0') continue;  // a NUL hides what follows from some spreadsheets
    if (c == '"') cell += '"';
    cell += c;
  }
  if (cell.find_first_of(",\"\r\n") == std::string::npos) return cell;
  return '"' + cell + '"';
}

std::string terminal_text(std::string_view text) {
  return neutral(text, [](std::string& out, std::string_view plain) { out += plain; });
}

std::string html_text(std::string_view text) {
  return neutral(text, [](std::string& out, std::string_view plain) {
    switch (plain.front()) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += plain;
    }
  });
}

}  // namespace edgewatch

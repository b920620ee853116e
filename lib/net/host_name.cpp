#include "edgewatch/net/host_name.hpp"

#include "edgewatch/net/address.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include <idn2.h>

namespace edgewatch::net {
namespace {

constexpr std::size_t longest_label = 63;    // RFC 1035 2.3.4
constexpr std::size_t longest_name = 255;    // on the wire, length bytes and root included
constexpr std::size_t longest_dotted = 253;  // the same limit, dotted

/// What each byte of a label becomes where it may stand bare: itself, in lower case; else 0.
constexpr std::array<char, 256> bare_forms = [] {
  std::array<char, 256> forms{};
  for (std::size_t c = 'a'; c <= 'z'; ++c) forms[c] = forms[c - 'a' + 'A'] = static_cast<char>(c);
  for (std::size_t c = '0'; c <= '9'; ++c) forms[c] = static_cast<char>(c);
  forms['-'] = '-';
  forms['_'] = '_';
  return forms;
}();

/// The same of many, in their place, in a form that compilers do side by side.
template <std::size_t count>
void to_bare_forms(char* bytes) {
  for (std::size_t i = 0; i < count; ++i) {
    const auto byte = static_cast<std::uint8_t>(bytes[i]);
    const std::uint8_t capital = static_cast<std::uint8_t>(byte - 'A') < 26 ? 0x20 : 0;
    const std::uint8_t lower = byte | capital;
    const std::uint8_t letter = static_cast<std::uint8_t>(lower - 'a') < 26 ? 0xff : 0;
    const std::uint8_t digit = static_cast<std::uint8_t>(byte - '0') < 10 ? 0xff : 0;
    const std::uint8_t hyphen = byte == '-' ? 0xff : 0;
    const std::uint8_t underscore = byte == '_' ? 0xff : 0;
    bytes[i] = static_cast<char>(lower & (letter | digit | hyphen | underscore));
  }
}

/// Whether one of them is zero, eight at a time; they are below 128.
template <std::size_t count>
bool has_zero(const char* forms) {
  constexpr std::uint64_t ones = 0x0101010101010101U;
  std::uint64_t below_one = 0;
  for (std::size_t i = 0; i < count; i += sizeof ones) {
    std::uint64_t word = 0;
    std::memcpy(&word, forms + i, sizeof word);
    below_one |= (word - ones) & ones << 7U;
  }
  return below_one != 0;
}

Bytes as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::optional<HostName> if_usable(std::optional<HostName> name) {
  if (!name || !name->is_matchable() || name->is_ip_literal()) return std::nullopt;
  return name;
}

}  // namespace

bool HostNameBuilder::add(Bytes label) {
  wire_ += label.size() + 1;
  if (label.empty() || label.size() > longest_label || wire_ > longest_name) return false;
  char* out = text_.data() + size_;
  *out++ = '.';
  for (const std::uint8_t byte : label) {
    if (const char bare = bare_forms[byte]; bare != 0) {
      *out++ = bare;
      continue;
    }
    *out++ = '\\';
    *out++ = static_cast<char>('0' + byte / 100);
    *out++ = static_cast<char>('0' + byte / 10 % 10);
    *out++ = static_cast<char>('0' + byte % 10);
  }
  size_ = static_cast<std::size_t>(out - text_.data());
  return true;
}

bool HostNameBuilder::add_run(Bytes labels) {
  const std::size_t length = labels.size();
  if (length == 0) return true;
  if (wire_ + length > longest_name) return false;
  // All of it at once, as if the lengths and what fills the last block were letters too; then dots where the
  // lengths stood. Zeros are odd bytes, and those names go the long way.
  constexpr char letter = 'a';
  char* out = text_.data() + size_;
  std::memcpy(out, labels.data(), length);
  std::memset(out + length, letter, block);
  for (std::size_t at = 0; at < length; at += labels[at] + std::size_t{1}) out[at] = letter;
  bool odd = false;
  for (std::size_t at = 0; at < length; at += block) {
    to_bare_forms<block>(out + at);
    odd = has_zero<block>(out + at) || odd;
  }
  if (odd) {
    for (std::size_t at = 0; at < length; at += labels[at] + std::size_t{1}) {
      if (!add(labels.subspan(at + 1, labels[at]))) return false;
    }
    return true;
  }
  for (std::size_t at = 0; at < length; at += labels[at] + std::size_t{1}) out[at] = '.';
  wire_ += length;
  size_ += length;
  return true;
}

void HostNameBuilder::build(HostName& name) const {
  if (size_ == 0) {
    name.text_ = ".";
  } else {
    name.text_.assign(text_.data() + 1, size_ - 1);
  }
}

std::optional<HostName> HostName::from_labels(const std::vector<Bytes>& labels) {
  HostNameBuilder builder;
  for (const Bytes label : labels) {
    if (!builder.add(label)) return std::nullopt;
  }
  HostName name;
  builder.build(name);
  return name;
}

std::optional<HostName> HostName::from_dotted(std::string_view bytes) {
  if (!bytes.empty() && bytes.back() == '.') bytes.remove_suffix(1);
  if (bytes.empty() || bytes.size() > longest_dotted) return std::nullopt;
  HostNameBuilder builder;
  while (true) {
    const std::size_t dot = bytes.find('.');
    if (!builder.add(as_bytes(bytes.substr(0, dot)))) return std::nullopt;
    if (dot == std::string_view::npos) break;
    bytes.remove_prefix(dot + 1);
  }
  HostName name;
  builder.build(name);
  return name;
}

std::optional<HostName> HostName::from_user(std::string_view text) {
  if (is_plain(text)) {
    HostName name;
    name.text_ = text;
    return name;
  }
  const std::string terminated(text);
  if (terminated.find('\0') != std::string::npos) return std::nullopt;
  char* ascii = nullptr;
  // UTS 46, non-transitional, as browsers do; underscores are let through here because DNS names carry them.
  const int status = idn2_to_ascii_8z(terminated.c_str(), &ascii, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT);
  if (status != IDN2_OK) return std::nullopt;
  const std::string a_labels = ascii;
  idn2_free(ascii);
  return if_usable(from_dotted(a_labels));
}

bool HostName::is_plain(std::string_view text) {
  if (text.size() > longest_dotted) return false;
  std::size_t label = 0;
  bool parted = true;  // nothing of the label yet, or a hyphen before
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c != '-' && c != '.') {
      if (c == '\0' || bare_forms[static_cast<std::uint8_t>(c)] != c) return false;
      parted = false;
      continue;
    }
    if (parted) return false;
    parted = true;
    if (c != '.') continue;
    if (i - label > longest_label) return false;
    label = i + 1;
  }
  // What ends with a digit may be an IPv4 literal (RFC 3986 section 3.2.2).
  return !parted && text.size() - label <= longest_label && (text.back() < '0' || text.back() > '9');
}

bool HostName::is_matchable() const { return !is_root() && text_.find('\\') == std::string::npos; }

bool HostName::is_ip_literal() const {
  // An IPv4 literal ends with a digit (RFC 3986 section 3.2.2), which few names do.
  const bool bare = text_.find('\\') == std::string::npos;
  if (bare) return text_.back() >= '0' && text_.back() <= '9' && IpAddress::parse(text_).has_value();
  // An IPv6 literal's colons (and brackets) stand escaped in the text.
  std::string plain;
  for (std::size_t i = 0; i < text_.size(); ++i) {
    if (text_.compare(i, 4, "\\058") == 0) {
      plain += ':';
      i += 3;
    } else if (text_.compare(i, 4, "\\091") == 0 || text_.compare(i, 4, "\\093") == 0) {
      i += 3;
    } else {
      plain += text_[i];
    }
  }
  return plain.find(':') != std::string::npos && IpAddress::parse(plain).has_value();
}

bool HostName::is_at_or_below(const HostName& ancestor) const {
  if (ancestor.is_root()) return true;
  const std::string& a = ancestor.text_;
  if (text_.size() == a.size()) return text_ == a;
  return text_.size() > a.size() && text_.ends_with(a) && text_[text_.size() - a.size() - 1] == '.';
}

std::string_view HostName::suffix(std::size_t n) const {
  std::string_view rest = text_;
  if (is_root()) return rest;
  for (; n > 0; --n) {
    const std::size_t dot = rest.find('.');
    if (dot == std::string_view::npos) return ".";
    rest.remove_prefix(dot + 1);
  }
  return rest;
}

std::size_t HostName::label_count() const {
  return is_root() ? 0 : static_cast<std::size_t>(std::count(text_.begin(), text_.end(), '.')) + 1;
}

}  // namespace edgewatch::net

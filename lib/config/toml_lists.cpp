#include "toml_lists.hpp"

#include <algorithm>

namespace edgewatch::config {
namespace {

constexpr std::size_t many = 100;

bool is_key(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}
bool is_space(char c) { return c == ' ' || c == '\t'; }
bool is_plain(char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; }

/// A place in a text that moves forward and knows its line.
class Cursor {
 public:
  explicit Cursor(const std::string& text, std::size_t at, std::size_t line)
      : text_(&text), at_(at), begin_of_line_(at), line_(line) {}

  [[nodiscard]] bool ended() const { return at_ >= text_->size(); }
  [[nodiscard]] char peek() const { return ended() ? '\0' : (*text_)[at_]; }
  [[nodiscard]] std::size_t offset() const { return at_; }
  [[nodiscard]] Place place() const { return {line_, at_ - begin_of_line_ + 1}; }
  void advance() {
    if ((*text_)[at_++] != '\n') return;
    ++line_;
    begin_of_line_ = at_;
  }
  template <class Is>
  void skip(Is is) {
    while (!ended() && is(peek())) advance();
  }
  bool take(char c) {
    if (peek() != c) return false;
    advance();
    return true;
  }
  /// Spaces, line ends and plain comments. False for what the library should judge.
  bool skip_between() {
    while (true) {
      skip([](char c) { return is_space(c) || c == '\n'; });
      if (peek() != '#') return true;
      skip([](char c) { return c >= ' ' && c <= '~'; });
      if (!ended() && peek() != '\n') return false;
    }
  }

 private:
  const std::string* text_;
  std::size_t at_;
  std::size_t begin_of_line_;
  std::size_t line_;
};

/// The strings up to and with the closing bracket; nothing where the list is not plain. The cursor stands
/// behind the opening one.
std::optional<std::vector<TomlNode>> read_list(Cursor& cursor, const std::string& text) {
  std::vector<TomlNode> items;
  bool may_follow = true;
  while (cursor.skip_between()) {
    if (cursor.take(']')) return items;
    if (!may_follow) return std::nullopt;
    TomlNode item;
    item.type = TomlNode::Type::string;
    item.place = cursor.place();
    if (!cursor.take('"')) return std::nullopt;
    const std::size_t from = cursor.offset();
    cursor.skip(is_plain);
    item.text.assign(text, from, cursor.offset() - from);
    if (!cursor.take('"')) return std::nullopt;
    items.push_back(std::move(item));
    if (!cursor.skip_between()) return std::nullopt;
    may_follow = cursor.take(',');
  }
  return std::nullopt;
}

}  // namespace

LiftedLists lift_lists(const std::string& text) {
  LiftedLists out;
  // A string of several lines could hold what looks like a list.
  if (text.find("\"\"\"") != std::string::npos || text.find("'''") != std::string::npos) {
    out.text = text;
    return out;
  }
  std::size_t line = 1;
  for (std::size_t at = 0; at < text.size();) {
    Cursor cursor(text, at, line);
    cursor.skip(is_space);
    const std::size_t key = cursor.offset();
    cursor.skip(is_key);
    const bool has_key = cursor.offset() > key;
    cursor.skip(is_space);
    if (has_key && cursor.take('=')) {
      cursor.skip(is_space);
      const Place bracket = cursor.place();
      const std::size_t opened = cursor.offset() + 1;
      auto items = cursor.take('[') ? read_list(cursor, text) : std::nullopt;
      if (items && items->size() >= many) {
        const std::size_t lines = cursor.place().line - line;
        out.text.append(text, at, opened - at).append(lines, '\n');
        out.text += ']';
        line += lines;
        at = cursor.offset();
        out.at.emplace(bracket, std::move(*items));
      }
    }
    const std::size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
    out.text.append(text, at, end - at);
    at = end;
    ++line;
  }
  return out;
}

}  // namespace edgewatch::config

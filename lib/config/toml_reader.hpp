// TOML as a tree with the place of every key and value, and a reader that asks for keys by name and gathers
// every mistake. Private to config: the TOML library itself is seen by toml_parse.cpp alone.
#pragma once

#include "edgewatch/base/problem.hpp"
#include "edgewatch/base/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edgewatch::config {

/// From 1; 0 where none applies.
struct Place {
  std::size_t line = 0;
  std::size_t column = 0;
  bool operator<(const Place& other) const {
    return line != other.line ? line < other.line : column < other.column;
  }
};

struct TomlMember;
struct TomlNode {
  enum class Type : std::uint8_t { table, array, string, integer, real, boolean, date, date_time, time };
  Type type = Type::table;
  Place place;
  std::string text;          // of a string
  std::int64_t integer = 0;  // of an integer, a boolean
  CivilDate date{};          // of a date
  Timestamp instant{};       // of a date-time; one without offset is Europe/London wall time
  std::vector<TomlNode> items;
  std::vector<TomlMember> members;  // in order of place
};
struct TomlMember {
  std::string key;
  Place place;
  TomlNode value;
};

/// The tree, or nothing with the syntax error added.
[[nodiscard]] std::optional<TomlNode> parse_toml(const std::string& text, const std::string& file,
                                                 Problems& problems);

template <class T>
struct Located {
  T value;
  Place place;
};
using Strings = std::vector<Located<std::string>>;

/// One table of a file. Each question names a key and the type expected; `finish` calls every key nobody
/// asked for unknown. It borrows the tree and the list of problems.
class TomlTable {
 public:
  TomlTable(const TomlNode& node, std::string file, Problems& problems)
      : node_(&node), file_(std::move(file)), problems_(&problems) {}

  [[nodiscard]] Place place() const { return node_->place; }
  [[nodiscard]] const std::string& file() const { return file_; }
  [[nodiscard]] bool has(std::string_view key) const;
  [[nodiscard]] bool is_empty_array(std::string_view key) const;

  std::optional<Located<std::string>> string(std::string_view key);
  /// The text, empty where the key is absent.
  std::string text(std::string_view key);
  Strings strings(std::string_view key);
  /// A string that must be one of `words`.
  std::optional<std::string> word(std::string_view key, const std::vector<std::string>& words);
  std::optional<Located<std::int64_t>> integer(std::string_view key, std::int64_t least, std::int64_t most);
  std::optional<bool> boolean(std::string_view key);
  std::optional<CivilDate> date(std::string_view key);
  std::vector<CivilDate> dates(std::string_view key);
  /// A date or date-time as an instant; a date is the start of that civil day in Europe/London, or, for
  /// `end_of_day`, its end.
  enum class Edge : std::uint8_t { start_of_day, end_of_day };
  std::optional<Timestamp> moment(std::string_view key, Edge edge);
  std::optional<TomlTable> table(std::string_view key);
  std::vector<TomlTable> tables(std::string_view key);
  /// Adds the problem unless the key is there; says whether it is.
  bool require(std::string_view key, std::string_view advice);

  void problem(Place place, std::string what, std::string advice) const;
  /// At the value of that key, or at the table where it is absent.
  void problem_at(std::string_view key, std::string what, std::string advice) const;
  void finish();

 private:
  const TomlNode* ask(std::string_view key, TomlNode::Type type, std::string_view form);
  [[nodiscard]] const TomlMember* member(std::string_view key) const;

  const TomlNode* node_;
  std::string file_;
  Problems* problems_;
  std::vector<std::string> asked_;
};

}  // namespace edgewatch::config

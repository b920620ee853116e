#include "toml_reader.hpp"

#include "text_file.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace edgewatch::config {

const TomlMember* TomlTable::member(std::string_view key) const {
  const auto found = std::find_if(node_->members.begin(), node_->members.end(),
                                  [&](const TomlMember& m) { return m.key == key; });
  return found == node_->members.end() ? nullptr : &*found;
}

void TomlTable::problem(Place place, std::string what, std::string advice) const {
  problems_->push_back({file_, place.line, place.column, std::move(what), std::move(advice)});
}

void TomlTable::problem_at(std::string_view key, std::string what, std::string advice) const {
  const TomlMember* found = member(key);
  problem(found == nullptr ? place() : found->value.place, std::move(what), std::move(advice));
}

const TomlNode* TomlTable::ask(std::string_view key, TomlNode::Type type, std::string_view form) {
  asked_.emplace_back(key);
  const TomlMember* found = member(key);
  if (found == nullptr) return nullptr;
  if (found->value.type == type) return &found->value;
  problem(found->value.place, fmt::format("'{}' is of the wrong type", key),
          fmt::format("write it as {}", form));
  return nullptr;
}

bool TomlTable::has(std::string_view key) const { return member(key) != nullptr; }

bool TomlTable::is_empty_array(std::string_view key) const {
  const TomlMember* found = member(key);
  return found != nullptr && found->value.type == TomlNode::Type::array && found->value.items.empty();
}

bool TomlTable::require(std::string_view key, std::string_view advice) {
  if (member(key) != nullptr) return true;
  problem(place(), fmt::format("'{}' is missing", key), std::string(advice));
  return false;
}

std::optional<Located<std::string>> TomlTable::string(std::string_view key) {
  const TomlNode* node = ask(key, TomlNode::Type::string, fmt::format("{} = \"...\"", key));
  if (node == nullptr) return std::nullopt;
  return Located<std::string>{node->text, node->place};
}

std::string TomlTable::text(std::string_view key) {
  const auto found = string(key);
  return found ? found->value : std::string();
}

Strings TomlTable::strings(std::string_view key) {
  const std::string form = fmt::format("{} = [\"...\", \"...\"]", key);
  const TomlNode* node = ask(key, TomlNode::Type::array, form);
  Strings out;
  if (node == nullptr) return out;
  for (const TomlNode& item : node->items) {
    if (item.type == TomlNode::Type::string) {
      out.push_back({item.text, item.place});
    } else {
      problem(item.place, fmt::format("'{}' holds something that is not a string", key),
              fmt::format("write it as {}", form));
    }
  }
  return out;
}

std::optional<std::string> TomlTable::word(std::string_view key, const std::vector<std::string>& words) {
  const auto found = string(key);
  if (!found) return std::nullopt;
  if (std::find(words.begin(), words.end(), found->value) != words.end()) return found->value;
  problem(found->place, fmt::format("'{}' is not a value of '{}'", found->value, key),
          fmt::format("use one of {}", fmt::join(words, ", ")));
  return std::nullopt;
}

std::optional<Located<std::int64_t>> TomlTable::integer(std::string_view key, std::int64_t least,
                                                        std::int64_t most) {
  const TomlNode* node = ask(key, TomlNode::Type::integer, fmt::format("{} = {}", key, least));
  if (node == nullptr) return std::nullopt;
  if (node->integer < least || node->integer > most) {
    problem(node->place, fmt::format("'{}' is {}", key, node->integer),
            fmt::format("use a number from {} to {}", least, most));
    return std::nullopt;
  }
  return Located<std::int64_t>{node->integer, node->place};
}

std::optional<bool> TomlTable::boolean(std::string_view key) {
  const TomlNode* node = ask(key, TomlNode::Type::boolean, fmt::format("{} = true or {} = false", key, key));
  if (node == nullptr) return std::nullopt;
  return node->integer != 0;
}

std::optional<CivilDate> TomlTable::date(std::string_view key) {
  const TomlNode* node =
      ask(key, TomlNode::Type::date, fmt::format("a date without quotes, {} = 2027-03-31", key));
  if (node == nullptr) return std::nullopt;
  return node->date;
}

std::vector<CivilDate> TomlTable::dates(std::string_view key) {
  const TomlNode* node = ask(key, TomlNode::Type::array, fmt::format("{} = [2026-12-25, 2026-12-28]", key));
  std::vector<CivilDate> out;
  if (node == nullptr) return out;
  for (const TomlNode& item : node->items) {
    if (item.type == TomlNode::Type::date) {
      out.push_back(item.date);
    } else {
      problem(item.place, fmt::format("'{}' holds something that is not a date", key),
              "write dates without quotes, as 2026-12-25");
    }
  }
  return out;
}

std::optional<Timestamp> TomlTable::moment(std::string_view key, Edge edge) {
  asked_.emplace_back(key);
  const TomlMember* found = member(key);
  if (found == nullptr) return std::nullopt;
  const TomlNode& node = found->value;
  if (node.type == TomlNode::Type::date_time) return node.instant;
  if (node.type == TomlNode::Type::date)
    return london_midnight(edge == Edge::start_of_day ? node.date : next_day(node.date));
  problem(node.place, fmt::format("'{}' is not a date or date-time", key),
          fmt::format("write it without quotes, as {} = 2026-12-01 or {} = 2026-12-01T09:00:00Z", key, key));
  return std::nullopt;
}

std::optional<TomlTable> TomlTable::table(std::string_view key) {
  const TomlNode* node = ask(key, TomlNode::Type::table, fmt::format("a table, [{}]", key));
  if (node == nullptr) return std::nullopt;
  return TomlTable(*node, file_, *problems_);
}

std::vector<TomlTable> TomlTable::tables(std::string_view key) {
  const std::string form = fmt::format("tables, [[{}]]", key);
  const TomlNode* node = ask(key, TomlNode::Type::array, form);
  std::vector<TomlTable> out;
  if (node == nullptr) return out;
  for (const TomlNode& item : node->items) {
    if (item.type == TomlNode::Type::table) {
      out.emplace_back(item, file_, *problems_);
    } else {
      problem(item.place, fmt::format("'{}' holds something that is not a table", key),
              fmt::format("write it as {}", form));
    }
  }
  return out;
}

void TomlTable::finish() {
  for (const TomlMember& each : node_->members) {
    if (std::find(asked_.begin(), asked_.end(), each.key) != asked_.end()) continue;
    std::vector<std::string> free;
    for (const std::string& key : asked_) {
      if (member(key) == nullptr && std::find(free.begin(), free.end(), key) == free.end())
        free.push_back(key);
    }
    problem(each.place, fmt::format("unknown key '{}'", each.key),
            nearest(each.key, free.empty() ? asked_ : free));
  }
}

}  // namespace edgewatch::config

#include "edgewatch/base/text.hpp"

#include "toml_lists.hpp"
#include "toml_reader.hpp"

#include <algorithm>
#include <map>
#include <sstream>

#include <fmt/format.h>
#include <toml.hpp>

namespace edgewatch::config {
namespace {

using Value = toml::basic_value<toml::discard_comments, std::map, std::vector>;

Place place_of(const toml::source_location& location) { return {location.line(), location.column()}; }

/// Where the key of a value stands. The library keeps the value's place only, so the key is looked for before
/// it on its line.
Place place_of_key(const std::string& key, const toml::source_location& value) {
  const std::string& line = value.line_str();
  std::size_t at = line.rfind(key, value.column() - 1);
  if (at == std::string::npos) at = line.find(key);
  return at == std::string::npos ? place_of(value) : Place{value.line(), at + 1};
}

CivilDate civil(const toml::local_date& date) {
  return CivilDate{std::chrono::year(date.year), std::chrono::month(static_cast<unsigned>(date.month) + 1),
                   std::chrono::day(static_cast<unsigned>(date.day))};
}

Timestamp wall(const toml::local_date& date, const toml::local_time& time) {
  return std::chrono::sys_days(civil(date)) + std::chrono::hours(time.hour) +
         std::chrono::minutes(time.minute) + std::chrono::seconds(time.second) +
         std::chrono::milliseconds(time.millisecond) + std::chrono::microseconds(time.microsecond);
}

/// A wall time of Europe/London as an instant. The hour that is repeated in October is taken for its first
/// pass; the hour that is left out in March for the time an hour later.
Timestamp from_london(Timestamp local) {
  const Timestamp summer = local - std::chrono::hours(1);
  return london_offset(summer) == std::chrono::hours(1) ? summer : local;
}

TomlNode convert(const Value& value, LiftedLists& lifted) {
  TomlNode node;
  node.place = place_of(value.location());
  switch (value.type()) {
    case toml::value_t::table:
      node.type = TomlNode::Type::table;
      for (const auto& [key, member] : value.as_table()) {
        node.members.push_back({key, place_of_key(key, member.location()), convert(member, lifted)});
      }
      std::stable_sort(node.members.begin(), node.members.end(),
                       [](const auto& a, const auto& b) { return a.place < b.place; });
      break;
    case toml::value_t::array:
      node.type = TomlNode::Type::array;
      for (const Value& item : value.as_array()) node.items.push_back(convert(item, lifted));
      if (const auto list = lifted.at.find(node.place); list != lifted.at.end())
        node.items = std::move(list->second);
      break;
    case toml::value_t::string:
      node.type = TomlNode::Type::string;
      node.text = value.as_string().str;
      break;
    case toml::value_t::integer:
      node.type = TomlNode::Type::integer;
      node.integer = value.as_integer();
      break;
    case toml::value_t::boolean:
      node.type = TomlNode::Type::boolean;
      node.integer = value.as_boolean() ? 1 : 0;
      break;
    case toml::value_t::floating:
      node.type = TomlNode::Type::real;
      break;
    case toml::value_t::local_date:
      node.type = TomlNode::Type::date;
      node.date = civil(value.as_local_date());
      break;
    case toml::value_t::local_datetime:
      node.type = TomlNode::Type::date_time;
      node.instant = from_london(wall(value.as_local_datetime().date, value.as_local_datetime().time));
      break;
    case toml::value_t::offset_datetime: {
      const auto& stamp = value.as_offset_datetime();
      node.type = TomlNode::Type::date_time;
      node.instant = wall(stamp.date, stamp.time) - std::chrono::hours(stamp.offset.hour) -
                     std::chrono::minutes(stamp.offset.minute);
      break;
    }
    case toml::value_t::local_time:
    case toml::value_t::empty:
      node.type = TomlNode::Type::time;
      break;
  }
  return node;
}

/// The library's message is a picture with the line and a marker below it. The marker's place is nearer than
/// the location the library gives, so it is read back; the sentence is the first line and what stands beside
/// the marker.
Problem syntax_problem(const toml::exception& error, const std::string& file) {
  Problem problem{file,
                  error.location().line(),
                  error.location().column(),
                  {},
                  "mend the TOML; nothing below this was read"};
  const std::string picture = error.what();
  std::size_t shown_line = 0;
  std::size_t text_column = 0;
  std::string beside;
  bool first = true;
  for (const std::string_view line : split(picture, '\n')) {
    if (first) {
      std::string_view sentence = line;
      if (sentence.starts_with("[error] ")) sentence.remove_prefix(8);
      if (const std::size_t colon = sentence.find(": ");
          sentence.starts_with("toml::") && colon != std::string_view::npos) {
        sentence.remove_prefix(colon + 2);
      }
      problem.what = fmt::format("not valid TOML: {}", sentence);
      first = false;
      continue;
    }
    const std::size_t bar = line.find(" | ");
    if (bar == std::string_view::npos) continue;
    const std::string_view number = trim(line.substr(0, bar));
    if (!number.empty() && number.find_first_not_of("0123456789") == std::string_view::npos) {
      shown_line = std::stoul(std::string(number));
      text_column = bar + 3;
    } else if (const std::size_t marker = line.find_first_of("^~", bar);
               number.empty() && marker != std::string_view::npos && shown_line > 0) {
      problem.line = shown_line;
      problem.column = marker - text_column + 1;
      beside = trim(line.substr(std::min(line.find_first_not_of("^~-", marker), line.size())));
    }
  }
  if (!beside.empty() && beside != "here") problem.what += fmt::format(" ({})", beside);
  return problem;
}

}  // namespace

std::optional<TomlNode> parse_toml(const std::string& text, const std::string& file, Problems& problems) {
  try {
    LiftedLists lifted = lift_lists(text);
    std::istringstream in(lifted.text);
    return convert(toml::parse<toml::discard_comments, std::map, std::vector>(in, file), lifted);
  } catch (const toml::exception& error) {
    problems.push_back(syntax_problem(error, file));
  } catch (const std::exception& error) {
    problems.push_back({file, 0, 0, fmt::format("not valid TOML: {}", error.what()),
                        "mend the TOML; nothing of it was read"});
  }
  return std::nullopt;
}

}  // namespace edgewatch::config

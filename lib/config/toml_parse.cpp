#include "toml_reader.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <toml++/toml.h>

namespace edgewatch::config {
namespace {

Place place_of(const toml::source_region& region) { return {region.begin.line, region.begin.column}; }

CivilDate civil(const toml::date& date) {
  return CivilDate{std::chrono::year(date.year), std::chrono::month(date.month), std::chrono::day(date.day)};
}

Timestamp wall(const toml::date_time& stamp) {
  const toml::time& time = stamp.time;
  return std::chrono::sys_days(civil(stamp.date)) + std::chrono::hours(time.hour) +
         std::chrono::minutes(time.minute) + std::chrono::seconds(time.second) +
         std::chrono::duration_cast<Timestamp::duration>(std::chrono::nanoseconds(time.nanosecond));
}

/// A wall time of Europe/London as an instant. The hour that is repeated in October is taken for its first
/// pass; the hour that is left out in March for the time an hour later.
Timestamp from_london(Timestamp local) {
  const Timestamp summer = local - std::chrono::hours(1);
  return london_offset(summer) == std::chrono::hours(1) ? summer : local;
}

TomlNode convert(const toml::node& value) {
  TomlNode node;
  node.place = place_of(value.source());
  switch (value.type()) {
    case toml::node_type::table:
      node.type = TomlNode::Type::table;
      for (const auto& [key, member] : *value.as_table())
        node.members.push_back({std::string(key.str()), place_of(key.source()), convert(member)});
      std::stable_sort(node.members.begin(), node.members.end(),
                       [](const auto& a, const auto& b) { return a.place < b.place; });
      break;
    case toml::node_type::array:
      node.type = TomlNode::Type::array;
      node.items.reserve(value.as_array()->size());
      for (const toml::node& item : *value.as_array()) node.items.push_back(convert(item));
      break;
    case toml::node_type::string:
      node.type = TomlNode::Type::string;
      node.text = value.as_string()->get();
      break;
    case toml::node_type::integer:
      node.type = TomlNode::Type::integer;
      node.integer = value.as_integer()->get();
      break;
    case toml::node_type::boolean:
      node.type = TomlNode::Type::boolean;
      node.integer = value.as_boolean()->get() ? 1 : 0;
      break;
    case toml::node_type::floating_point:
      node.type = TomlNode::Type::real;
      break;
    case toml::node_type::date:
      node.type = TomlNode::Type::date;
      node.date = civil(value.as_date()->get());
      break;
    case toml::node_type::date_time: {
      const toml::date_time& stamp = value.as_date_time()->get();
      node.type = TomlNode::Type::date_time;
      node.instant =
          stamp.offset ? wall(stamp) - std::chrono::minutes(stamp.offset->minutes) : from_london(wall(stamp));
      break;
    }
    case toml::node_type::time:
    case toml::node_type::none:
      node.type = TomlNode::Type::time;
      break;
  }
  return node;
}

}  // namespace

std::optional<TomlNode> parse_toml(const std::string& text, const std::string& file, Problems& problems) {
  try {
    return convert(toml::parse(text));
  } catch (const toml::parse_error& error) {
    const Place place = place_of(error.source());
    problems.push_back({file, place.line, place.column,
                        fmt::format("not valid TOML: {}", error.description()),
                        "mend the TOML; nothing below this was read"});
  }
  return std::nullopt;
}

}  // namespace edgewatch::config

#include "edgewatch/report/document.hpp"

#include <nlohmann/json.hpp>

namespace edgewatch::report {
namespace {

using nlohmann::ordered_json;

ordered_json rows_of(const Table& table) {
  ordered_json rows = ordered_json::array();
  for (const auto& row : table.rows) {
    ordered_json object;
    for (std::size_t i = 0; i < row.size(); ++i) object[table.columns.at(i).title] = row[i];
    rows.push_back(std::move(object));
  }
  return rows;
}

}  // namespace

std::string json_of(const Document& document) {
  ordered_json out;
  out["title"] = document.title;
  for (const auto& [name, value] : document.facts) out["facts"][name] = value;
  if (!document.headline.empty()) out["headline"] = document.headline;
  if (!document.notes.empty()) out["notes"] = document.notes;
  out["sections"] = ordered_json::array();
  for (const Section& section : document.sections) {
    ordered_json each{
        {"heading", section.heading}, {"paragraphs", section.paragraphs}, {"tables", ordered_json::array()}};
    for (const Table& table : section.tables)
      each["tables"].push_back({{"caption", table.caption}, {"rows", rows_of(table)}});
    out["sections"].push_back(std::move(each));
  }
  return out.dump(2, ' ', true, ordered_json::error_handler_t::replace) + '\n';
}

}  // namespace edgewatch::report

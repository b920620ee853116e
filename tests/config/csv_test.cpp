#include "edgewatch/config/csv.hpp"

#include <gtest/gtest.h>

namespace edgewatch::config {
namespace {

std::vector<std::vector<std::string>> cells(std::string_view text) {
  std::vector<std::vector<std::string>> out;
  for (const CsvRecord& record : read_csv(text, "f.csv").records) {
    std::vector<std::string> row;
    for (const CsvCell& cell : record) row.push_back(cell.text);
    out.push_back(row);
  }
  return out;
}
using Cells = std::vector<std::vector<std::string>>;

TEST(Csv, ReadsBareAndQuotedCells) {
  EXPECT_EQ(cells("a,b\n1,\"x, \"\"y\"\"\"\n"), (Cells{{"a", "b"}, {"1", "x, \"y\""}}));
  EXPECT_EQ(cells("a,b\r\n1,2\r\n"), (Cells{{"a", "b"}, {"1", "2"}}));
  EXPECT_EQ(cells("a,,c\n,,\n"), (Cells{{"a", "", "c"}, {"", "", ""}}));
  EXPECT_EQ(cells("a\n\"line\nbreak\"\n"), (Cells{{"a"}, {"line\nbreak"}}));
  EXPECT_EQ(cells("a,b"), (Cells{{"a", "b"}})) << "the last line needs no end";
}

TEST(Csv, PassesOverAMarkEmptyLinesAndComments) {
  EXPECT_EQ(cells("\xEF\xBB\xBF"
                  "a\n\n# no\n1\n\r\n"),
            (Cells{{"a"}, {"1"}}));
  EXPECT_TRUE(cells("").empty());
}

TEST(Csv, KnowsThePlaceOfEveryCell) {
  const CsvText text = read_csv("a,b\n\n\"x\ny\",22\n", "f.csv");
  ASSERT_EQ(text.records.size(), 2U);
  EXPECT_EQ(text.records[1][0].line, 3U);
  EXPECT_EQ(text.records[1][0].column, 1U);
  EXPECT_EQ(text.records[1][1].line, 4U);
  EXPECT_EQ(text.records[1][1].column, 4U);
}

TEST(Csv, SaysWhereRfc4180IsBroken) {
  EXPECT_EQ(to_string(read_csv("a\n\"x", "f.csv").problems.at(0)),
            "f.csv:2:1: the quote that opens here is never closed; close it with another quote");
  EXPECT_EQ(to_string(read_csv("a\nx\"y\n", "f.csv").problems.at(0)),
            "f.csv:2:2: a quote inside a cell that does not begin with one; put the whole cell in quotes and "
            "double the quote (RFC 4180)");
  EXPECT_EQ(to_string(read_csv("a\n\"x\"y\n", "f.csv").problems.at(0)),
            "f.csv:2:4: text after the closing quote of a cell; end the cell with a comma or a new line");
}

std::vector<std::string> header_mistakes(std::string_view text) {
  const CsvTable table(text, "f.csv", {"person", "groups"}, {"calendar"});
  std::vector<std::string> out;
  for (const Problem& problem : table.problems()) out.push_back(to_string(problem));
  return out;
}

TEST(CsvTable, FindsCellsByColumnInAnyOrder) {
  const CsvTable table("groups, person\n x;y , p17\n", "f.csv", {"person", "groups"}, {"calendar"});
  ASSERT_TRUE(table.problems().empty());
  ASSERT_EQ(table.size(), 1U);
  EXPECT_EQ(table.cell(0, "person").text, "p17");
  EXPECT_EQ(table.cell(0, "groups").text, "x;y");
  EXPECT_EQ(table.cell(0, "calendar").text, "");
}

TEST(CsvTable, ChecksTheHeader) {
  EXPECT_EQ(header_mistakes(""),
            (std::vector<std::string>{
                "f.csv:1:1: the file has no header; begin it with the line person,groups,calendar"}));
  EXPECT_EQ(header_mistakes("person,grups\n"),
            (std::vector<std::string>{"f.csv:1:8: unknown column 'grups'; did you mean 'groups'?",
                                      "f.csv:1:1: column 'groups' is missing; add it to the header"}));
  EXPECT_EQ(header_mistakes("person,groups,person\n"),
            (std::vector<std::string>{"f.csv:1:15: column 'person' stands twice; keep one"}));
  EXPECT_EQ(header_mistakes("person,groups\np17\np18,a,b\np19,c\n"),
            (std::vector<std::string>{"f.csv:2:1: 1 cells where the header has 2; give every line as many "
                                      "cells as the header; quote a cell that holds a comma",
                                      "f.csv:3:1: 3 cells where the header has 2; give every line as many "
                                      "cells as the header; quote a cell that holds a comma"}));
}

}  // namespace
}  // namespace edgewatch::config

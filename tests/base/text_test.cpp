#include "edgewatch/base/text.hpp"

#include "edgewatch/base/problem.hpp"

#include <gtest/gtest.h>

namespace edgewatch {
namespace {

TEST(TsvCell, NeverHoldsASeparatorOrAControlByte) {
  EXPECT_EQ(tsv_cell("a\tb\nc\\d\re\x1b"), "a\\tb\\nc\\\\d\\re\\x1b");
}

TEST(CsvCell, QuotesAndDisarmsFormulas) {
  EXPECT_EQ(csv_cell("plain"), "plain");
  EXPECT_EQ(csv_cell("say \"so\", then"), "\"say \"\"so\"\", then\"");
  for (const char* formula : {"=cmd|'/c calc'!A1", "+1", "-2+3", "@SUM(1)", "\tx"}) {
    EXPECT_EQ(csv_cell(formula).find('\''), csv_cell(formula).front() == '"' ? 1U : 0U) << formula;
  }
}

TEST(TerminalText, ShowsControlsBidiAndBrokenUtf8AsWhatTheyAre) {
  EXPECT_EQ(terminal_text("\x1b]0;pwned\x07"), "\\x1b]0;pwned\\x07");
  EXPECT_EQ(terminal_text("a\u202eb"), "a\\u{202e}b");
  EXPECT_EQ(terminal_text("\xc3\x28"), "\\xc3(");
  EXPECT_EQ(terminal_text("\xc0\xaf"), "\\xc0\\xaf");           // overlong
  EXPECT_EQ(terminal_text("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // surrogate
  EXPECT_EQ(terminal_text("caf\u00e9 \u20ac \U0001F600"), "caf\u00e9 \u20ac \U0001F600");
  EXPECT_EQ(terminal_text("\xc2\x9b"
                          "31m"),
            "\\u{9b}31m");  // C1 CSI
}

TEST(HtmlText, EscapesTheFiveAndKeepsTheRest) {
  EXPECT_EQ(html_text("<a href=\"x\">'&'</a>"), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
  EXPECT_EQ(html_text("z\u0142oty"), "z\u0142oty");
}

TEST(Split, GivesEveryPartEmptyOnesToo) {
  EXPECT_EQ(split("a,,b,", ','), (std::vector<std::string_view>{"a", "", "b", ""}));
  EXPECT_EQ(split("", ','), (std::vector<std::string_view>{""}));
  EXPECT_EQ(trim("  a b\t\n"), "a b");
  EXPECT_EQ(trim(" \t"), "");
}

TEST(Problem, SaysWhereWhatAndWhatToDo) {
  EXPECT_EQ(to_string(Problem{"rules.toml", 3, 9, "no such action", "write allow, block or log"}),
            "rules.toml:3:9: no such action; write allow, block or log");
  EXPECT_EQ(to_string(Problem{"people.csv", 0, 0, "cannot be read", ""}), "people.csv: cannot be read");
}

}  // namespace
}  // namespace edgewatch

// Making text neutral before it reaches a terminal, a TSV row or a CSV cell. Pure functions; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace edgewatch {

[[nodiscard]] std::string_view trim(std::string_view text);
/// Views into `text`; an empty text gives one empty part.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);
/// ASCII only (RFC 4343): other bytes stay.
[[nodiscard]] std::string ascii_lower(std::string_view text);

/// TSV cell of CONTRACT: tab, LF, CR and backslash become \t \n \r \\; other control bytes become \xHH.
[[nodiscard]] std::string tsv_cell(std::string_view text);
/// RFC 4180 cell, quoted where needed; a leading = + - @ tab or CR is neutralised by an apostrophe
/// (ASVS 1.2.10).
[[nodiscard]] std::string csv_cell(std::string_view text);
/// For a terminal: control bytes (C0, DEL, C1), bidi controls and invalid UTF-8 become \xHH or \u{...}.
[[nodiscard]] std::string terminal_text(std::string_view text);
/// HTML text and attribute value: & < > " ' escaped; control bytes and bidi controls made visible as in
/// terminal_text.
[[nodiscard]] std::string html_text(std::string_view text);

}  // namespace edgewatch

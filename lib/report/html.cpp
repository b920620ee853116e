#include "edgewatch/base/text.hpp"

#include "calendar_picture.hpp"
#include "day_strip.hpp"
#include "document.hpp"
#include "page_style.hpp"
#include "shades.hpp"
#include "totals_picture.hpp"
#include "words.hpp"

#include <algorithm>
#include <functional>

#include <fmt/format.h>

namespace edgewatch::report {
namespace {

// Nothing may be fetched and nothing may run, even if a name got through unescaped.
constexpr const char* policy =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

const char* class_of(const Column& column) {
  switch (column.cell) {
    case Cell::text:
      return "";
    case Cell::figure:
      return R"( class="figure")";
    case Cell::stamp:
      return R"( class="stamp")";
    case Cell::name:
      return R"( class="name")";
  }
  return "";
}

void put_row(std::string& out, const Table& table, const std::vector<std::string>& row) {
  out += "<tr>";
  for (std::size_t c = 0; c < row.size(); ++c) {
    if (c == 0) {
      out += fmt::format(R"(<th scope="row"{}>{}</th>)", class_of(table.columns[c]), html_text(row[c]));
    } else {
      out += fmt::format("<td{}>{}</td>", class_of(table.columns[c]), html_text(row[c]));
    }
  }
  out += "</tr>\n";
}

/// Kept on one sheet of paper: what would leave more of it blank is broken between its rows.
bool is_short(const Table& table) {
  constexpr std::size_t a_quarter_of_a_page = 6;
  constexpr std::size_t cell_of_one_line = 120;
  const auto in_lines = [](const std::string& cell) { return cell.size() <= cell_of_one_line; };
  return table.rows.size() <= a_quarter_of_a_page &&
         std::ranges::all_of(table.rows, [&](const auto& row) { return std::ranges::all_of(row, in_lines); });
}

/// Wider than the page it can be moved by whoever has no mouse too, so it takes the focus.
void put_table(std::string& out, const Table& table) {
  out += fmt::format(
      "<div class=\"scroll{}{}\" tabindex=\"0\" role=\"group\" "
      "aria-label=\"{}\"><table>\n<caption>{}</caption>\n"
      "<thead><tr>",
      is_short(table) ? " short" : "", table.columns.size() <= 2 ? " slim" : "", html_text(table.caption),
      html_text(table.caption));
  for (const Column& column : table.columns) {
    out += fmt::format(R"(<th scope="col"{}>{}</th>)", class_of(column), html_text(column.title));
  }
  out += "</tr></thead>\n<tbody>\n";
  for (const auto& row : table.rows) put_row(out, table, row);
  out += "</tbody>\n";
  if (!table.total.empty()) {
    out += "<tfoot>";
    put_row(out, table, table.total);
    out += "</tfoot>\n";
  }
  out += "</table></div>\n";
}

/// A list of constants is there for whoever checks; it is not to stand in the way of whoever reads.
void put_paragraph(std::string& out, const std::string& words, const char* kind) {
  constexpr std::size_t longer_than_any_sentence = 1000;
  const bool fine = words.size() > longer_than_any_sentence;
  out += fmt::format("<p class=\"{}\">{}</p>\n",
                     words.starts_with("Warning:") ? "warning"
                     : fine                        ? "fine"
                                                   : kind,
                     html_text(words));
}

/// `21 min to 32 min` may be broken before `to` alone.
std::string unbroken(const std::string& figure) {
  std::string out;
  for (std::size_t i = 0; i < figure.size(); ++i) {
    const bool may_break = figure.compare(i, 4, " to ") == 0;
    out += figure[i] == ' ' && !may_break && !(i >= 3 && figure.compare(i - 3, 4, " to ") == 0)
               ? "\u00a0"
               : figure.substr(i, 1);
  }
  return out;
}

void put_answer(std::string& out, const Document& document) {
  out += fmt::format(
      "<section class=\"answer\" aria-label=\"The answer in short\">\n<p class=\"headline\">{}</p>\n",
      html_text(document.headline));
  if (!document.figures.empty()) {
    out += "<dl class=\"figures\">\n";
    for (const auto& [name, value] : document.figures) {
      out += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", html_text(name), html_text(unbroken(value)));
    }
    out += "</dl>\n";
  }
  for (const std::string& note : document.notes) put_paragraph(out, note, "note");
  out += "</section>\n";
}

std::string picture(const UsageReport& report, const Summary& summary, SectionKind kind) {
  switch (kind) {
    case SectionKind::calendar:
      return calendar_picture(report, summary);
    case SectionKind::days:
      return summary.days.empty() ? "" : strip_legend(report.calendar) + day_strips(report, summary);
    case SectionKind::totals:
      return totals_picture(report, summary);
    case SectionKind::figures:
    case SectionKind::caveat:
      break;
  }
  return {};
}

/// For whoever reads on a screen, where there is enough to look for.
void put_contents(std::string& out, const Document& document) {
  constexpr std::size_t at_a_glance = 3;
  if (document.sections.size() <= at_a_glance) return;
  out += "<nav aria-label=\"Contents\"><ol>";
  for (std::size_t i = 0; i < document.sections.size(); ++i)
    out += fmt::format("<li><a href=\"#s{}\">{}</a></li>", i + 1, html_text(document.sections[i].heading));
  out += "</ol></nav>\n";
}

/// What stands between a section's sentences and its tables.
using Pictures = std::function<std::string(const Section&)>;

void put_sections(std::string& out, const Document& document, const Pictures& pictures) {
  for (std::size_t i = 0; i < document.sections.size(); ++i) {
    const Section& section = document.sections[i];
    out += fmt::format("<section aria-labelledby=\"s{0}\">\n<h2 id=\"s{0}\">{1}</h2>\n", i + 1,
                       html_text(section.heading));
    for (const std::string& paragraph : section.paragraphs) put_paragraph(out, paragraph, "plain");
    if (pictures) out += pictures(section);
    for (const Table& table : section.tables) put_table(out, table);
    out += "</section>\n";
  }
}

std::string page(const Document& document, const std::string& window_title, const RunningWords& running,
                 const std::string& footer, const Pictures& pictures) {
  std::string out = "<!DOCTYPE html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n";
  out += fmt::format("<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n", policy);
  out +=
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"robots\" "
      "content=\"noindex\">\n<meta name=\"referrer\" content=\"no-referrer\">\n";
  out += fmt::format("<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n", html_text(window_title),
                     page_style(running));
  out += fmt::format("{}<div class=\"page\">\n<header>\n<h1>{}</h1>\n", pictures ? patterns() : "",
                     html_text(document.title));
  if (!document.facts.empty()) {
    out += "<dl>\n";
    for (const auto& [name, value] : document.facts)
      out += fmt::format("<dt>{}</dt><dd>{}</dd>\n", html_text(name), html_text(value));
    out += "</dl>\n";
  }
  out += "</header>\n<main>\n";
  if (!document.headline.empty()) put_answer(out, document);
  put_contents(out, document);
  put_sections(out, document, pictures);
  return out + fmt::format("</main>\n<footer>{}</footer>\n</div>\n</body>\n</html>\n", html_text(footer));
}

}  // namespace

std::string page_of(const Document& document, const std::string& footer) {
  return page(document, document.title, {document.title, "", ""}, footer, {});
}

std::string to_html(const UsageReport& report) {
  const Summary summary = summarise(report);
  const Document document = document_of(report, summary);
  const std::string reference = report.record.reference.text();
  return page(document, fmt::format("{}: case {}", document.title, reference),
              {fmt::format("Case {}, {}", reference, report.record.person.text()),
               fmt::format("{} to {}", day(report.period.first), day(report.period.last)),
               "Personal data, made for one case"},
              "Personal data of one person, made for one case. Keep it no longer than the case.",
              [&](const Section& section) { return picture(report, summary, section.kind); });
}

}  // namespace edgewatch::report

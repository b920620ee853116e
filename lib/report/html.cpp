#include "edgewatch/base/text.hpp"
#include "edgewatch/report/usage_report.hpp"

#include "day_strip.hpp"
#include "document.hpp"

#include <fmt/format.h>

namespace edgewatch::report {
namespace {

// Nothing may be fetched and nothing may run, even if a name got through unescaped.
constexpr const char* policy =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

constexpr const char* style = R"(
:root { --ink: #1f2424; --soft: #5c6262; --line: #d9d7cf; --accent: #17494d; --paper: #fdfcf9; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 Charter, "Bitstream Charter", "Source Serif 4", Georgia, "Noto Serif", serif; }
main { max-width: 56rem; margin: 0 auto; padding: 3rem 1.25rem 4rem; }
h1 { font-size: 1.9rem; line-height: 1.2; font-weight: 600; margin: 0 0 1.5rem; letter-spacing: -0.01em; }
h2 { font-size: 1.2rem; font-weight: 600; margin: 3rem 0 0.75rem; padding-top: 0.75rem; border-top: 1px solid var(--line); }
p { margin: 0 0 0.8rem; max-width: 42rem; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.2rem 1.5rem; margin: 0; font-size: 0.95rem; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
.answer { margin: 2.25rem 0 0; padding: 1.5rem; background: #fff; border: 1px solid var(--line); border-left: 4px solid var(--accent); }
.answer .headline { font-size: 1.2rem; line-height: 1.4; margin-bottom: 1.1rem; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr)); gap: 1rem 1.25rem; margin: 0 0 1.25rem; }
.figures div { border-top: 2px solid var(--accent); padding-top: 0.4rem; display: flex; flex-direction: column-reverse; justify-content: flex-end; }
.figures dt { font-size: 0.85rem; line-height: 1.35; }
.figures dd { font-size: 1.35rem; line-height: 1.3; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
.answer .note { font-size: 0.95rem; color: var(--soft); margin-bottom: 0.5rem; }
.answer .note:last-child { margin-bottom: 0; }
.warning { padding: 0.6rem 0.9rem; background: #f8efe0; border-left: 4px solid #a9772b; max-width: none; }
.scroll { overflow-x: auto; margin: 1.25rem 0 1.75rem; }
table { border-collapse: collapse; width: 100%; font-size: 0.82rem; line-height: 1.4; font-variant-numeric: tabular-nums lining-nums; }
caption { text-align: left; color: var(--soft); padding-bottom: 0.5rem; }
th, td { padding: 0.35rem 0.75rem 0.35rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
th { font-weight: 600; }
thead th { vertical-align: bottom; border-bottom: 1.5px solid var(--ink); font-size: 0.75rem; line-height: 1.3; }
tbody th { font-weight: 400; }
td { overflow-wrap: break-word; }
.name { min-width: 6.75rem; }
.figure { text-align: right; padding-right: 0; padding-left: 0.6rem; }
td.figure, td.stamp, th[scope=row].stamp { white-space: nowrap; }
tfoot th, tfoot td { font-weight: 600; border-bottom: 0; border-top: 1.5px solid var(--ink); }
figure { margin: 0 0 1.1rem; break-inside: avoid; }
figcaption { font-size: 0.875rem; font-weight: 600; margin-bottom: 0.2rem; }
figure svg { display: block; width: 100%; height: auto; }
svg text { font-family: inherit; fill: #1f2424; }
svg .lane { font-size: 11.5px; }
svg .hour { font-size: 10px; fill: #5c6262; }
.patterns { position: absolute; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; padding: 0; margin: 0 0 1.25rem; font-size: 0.85rem; color: var(--soft); }
footer { margin-top: 3rem; padding-top: 0.75rem; border-top: 1px solid var(--line); font-size: 0.85rem; color: var(--soft); }
@page { size: A4; margin: 18mm 16mm; }
@media print {
  body { background: #fff; font-size: 10.5pt; }
  main { max-width: none; padding: 0; }
  .answer { background: none; }
  .scroll { overflow: visible; }
  h2 { break-after: avoid; }
  tr { break-inside: avoid; }
  thead { display: table-header-group; }
  tfoot { display: table-row-group; }
  .short { break-inside: avoid; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
)";

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

void put_table(std::string& out, const Table& table) {
  constexpr std::size_t fits_a_page = 20;
  out += fmt::format("<div class=\"scroll{}\"><table>\n<caption>{}</caption>\n<thead><tr>",
                     table.rows.size() <= fits_a_page ? " short" : "", html_text(table.caption));
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

void put_paragraph(std::string& out, const std::string& words, const char* kind) {
  out += fmt::format("<p class=\"{}\">{}</p>\n", words.starts_with("Warning:") ? "warning" : kind,
                     html_text(words));
}

void put_answer(std::string& out, const Document& document) {
  out += fmt::format(
      "<section class=\"answer\" aria-label=\"The answer in short\">\n<p class=\"headline\">{}</p>\n",
      html_text(document.headline));
  if (!document.figures.empty()) {
    out += "<dl class=\"figures\">\n";
    for (const auto& [name, value] : document.figures) {
      out += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", html_text(name), html_text(value));
    }
    out += "</dl>\n";
  }
  for (const std::string& note : document.notes) put_paragraph(out, note, "note");
  out += "</section>\n";
}

}  // namespace

std::string to_html(const UsageReport& report) {
  const Summary summary = summarise(report);
  const Document document = document_of(report, summary);
  std::string out = "<!DOCTYPE html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n";
  out += fmt::format("<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n", policy);
  out +=
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"robots\" "
      "content=\"noindex\">\n";
  out += fmt::format("<title>{}: case {}</title>\n<style>{}</style>\n</head>\n<body>\n<main>\n",
                     html_text(document.title), html_text(report.record.reference.text()), style);
  out += strip_patterns();
  out += fmt::format("<h1>{}</h1>\n<dl>\n", html_text(document.title));
  for (const auto& [name, value] : document.facts)
    out += fmt::format("<dt>{}</dt><dd>{}</dd>\n", html_text(name), html_text(value));
  out += "</dl>\n";
  put_answer(out, document);
  for (const Section& section : document.sections) {
    out += fmt::format("<section>\n<h2>{}</h2>\n", html_text(section.heading));
    for (const std::string& paragraph : section.paragraphs) {
      put_paragraph(out, paragraph, "plain");
    }
    if (section.kind == SectionKind::days && !summary.days.empty())
      out += strip_legend(report.calendar) + day_strips(report, summary);
    for (const Table& table : section.tables) put_table(out, table);
    out += "</section>\n";
  }
  out +=
      "<footer>Personal data of one person, made for one case. Keep it no longer than the case.</footer>\n";
  return out + "</main>\n</body>\n</html>\n";
}

}  // namespace edgewatch::report

#include "page_style.hpp"

#include <fmt/format.h>

namespace edgewatch::report {
namespace {

// Two hues that nearly everybody can tell apart, blue and orange, and beside each a pattern of its own.
constexpr const char* style = R"css(
:root { color-scheme: light dark; --ink: #1d2429; --soft: #56616a; --line: #d5dbe0; --paper: #fff; --tint: #f4f6f8; --accent: #1f4e74;
  --active: #1f4e74; --play: #c05f00; --work: #4f8a73; --dot: #7a838b; --core: #eaf0f5; --crumb: #93a7b8; --off: #f1f2f3; --warn: #fdf3e2; --warn-line: #b06a00; }
@media screen and (prefers-color-scheme: dark) { :root { --ink: #e6eaed; --soft: #a7b2ba; --line: #3a444c; --paper: #15191c; --tint: #1e2428; --accent: #86bce8;
  --active: #86bce8; --play: #f0a04b; --work: #7fc3a8; --dot: #98a2aa; --core: #242d34; --crumb: #5d7183; --off: #1b2023; --warn: #33281a; --warn-line: #e0a44e; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 "Segoe UI", -apple-system, Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif; font-variant-numeric: lining-nums; }
.page { max-width: 58rem; margin: 0 auto; padding: 3rem 1.5rem 4rem; }
h1 { font-size: 1.75rem; line-height: 1.2; font-weight: 600; margin: 0 0 1.25rem; letter-spacing: -0.01em; text-wrap: balance; }
h2 { font-size: 1.2rem; line-height: 1.3; font-weight: 600; margin: 3rem 0 0.75rem; padding-top: 1rem; border-top: 1px solid var(--line); }
p { margin: 0 0 0.8rem; max-width: 43rem; overflow-wrap: anywhere; }
a { color: var(--accent); text-underline-offset: 0.15em; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.2rem 1.5rem; margin: 0; font-size: 0.95rem; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
.answer { margin: 2rem 0 0; padding: 1.5rem 1.75rem; background: var(--tint); border-left: 4px solid var(--accent); }
.answer .headline { font-size: 1.3rem; line-height: 1.4; max-width: none; margin-bottom: 1.25rem; text-wrap: pretty; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(8.25rem, 1fr)); gap: 1rem 1.25rem; margin: 0 0 1.25rem; }
.figures div { border-top: 1px solid var(--accent); padding-top: 0.4rem; display: flex; flex-direction: column-reverse; justify-content: flex-end; }
.figures dt { font-size: 0.8rem; line-height: 1.4; }
.figures dd { font-size: 1.2rem; line-height: 1.35; font-weight: 600; font-variant-numeric: tabular-nums lining-nums; overflow-wrap: normal; }
.note { font-size: 0.9rem; line-height: 1.5; color: var(--soft); margin-bottom: 0.5rem; }
.fine { font-size: 0.78rem; line-height: 1.5; color: var(--soft); max-width: none; }
.answer p:last-child { margin-bottom: 0; }
.warning { padding: 0.6rem 0.9rem; background: var(--warn); border-left: 4px solid var(--warn-line); max-width: none; font-size: 0.95rem; }
nav { margin-top: 1.5rem; font-size: 0.9rem; }
nav ol { list-style: none; display: flex; flex-wrap: wrap; gap: 0.35rem 1.25rem; padding: 0; margin: 0; }
.scroll { overflow-x: auto; margin: 1.25rem 0 1.75rem; }
table { border-collapse: collapse; width: 100%; font-size: 0.8rem; line-height: 1.4; font-variant-numeric: tabular-nums lining-nums; }
caption { text-align: left; color: var(--soft); padding-bottom: 0.5rem; }
th, td { padding: 0.35rem 0.75rem 0.35rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
th { font-weight: 600; }
thead th { vertical-align: bottom; border-bottom: 1.5px solid var(--ink); font-size: 0.72rem; line-height: 1.3; }
tbody th { font-weight: 400; }
td { overflow-wrap: break-word; }
.name { min-width: 6.75rem; }
.figure, .stretches td:nth-child(n+3), .stretches th:nth-child(n+3) { text-align: right; padding-right: 0; padding-left: 0.6rem; }
.figure + td:not(.figure), .figure + th:not(.figure) { padding-left: 1.75rem; }
.slim table { width: auto; min-width: min(100%, 34rem); } .slim th:first-child { padding-right: 2.5rem; }
td.figure, td.stamp, th[scope=row].stamp, .stretches td { white-space: nowrap; }
tfoot th, tfoot td { font-weight: 600; border-bottom: 0; border-top: 1.5px solid var(--ink); }
figure { margin: 0 0 1.25rem; break-inside: avoid; }
figcaption { font-size: 0.9rem; margin-bottom: 0.35rem; }
.month figcaption { font-weight: 600; }
.strip figcaption { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; }
.strip figcaption span { color: var(--soft); font-size: 0.85rem; font-variant-numeric: tabular-nums lining-nums; }
figure svg { display: block; width: 100%; height: auto; }
details { font-size: 0.8rem; margin-top: 0.15rem; }
summary { color: var(--soft); cursor: pointer; width: max-content; max-width: 100%; }
details .scroll { margin: 0.5rem 0 1rem; }
svg text { font-family: inherit; fill: var(--ink); font-variant-numeric: tabular-nums lining-nums; }
.lane { font-size: 11.5px; } .service { font-size: 12px; } .hour, .weekday, .date { font-size: 10.5px; }
svg .hour, svg .weekday, svg .date { fill: var(--soft); }
.count { font-size: 13px; font-weight: 600; }
.active { fill: var(--active); } .upto { fill: url(#upto); } .playing { fill: url(#playing); } .authorised { fill: url(#authorised); } .weak { fill: url(#weak); }
.gap { fill: url(#gap); } .core { fill: var(--core); } .lunch { fill: url(#lunch); } .play { fill: var(--play); } .work { fill: var(--work); } .dot { fill: var(--dot); } .crumb { fill: var(--crumb); }
.ground, .day { fill: var(--paper); } .off { fill: var(--off); } .day { stroke: var(--line); } .tick { stroke: var(--line); } .floor { stroke: var(--line); }
.beyond { fill: none; stroke: var(--line); stroke-dasharray: 2 3; } .ring { fill: none; stroke: var(--soft); stroke-width: 1.4; } .framed { stroke: var(--dot); stroke-width: 0.8; } .framed.active, .framed.upto { stroke: var(--active); }
.framed.playing { stroke: var(--play); } .framed.authorised { stroke: var(--work); }
.patterns { position: absolute; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; padding: 0; margin: 0 0 1rem; font-size: 0.8rem; color: var(--soft); }
.legend svg { vertical-align: -1px; margin-right: 0.15rem; }
.key { font-size: 0.8rem; color: var(--soft); }
footer { margin-top: 3rem; padding-top: 0.75rem; border-top: 1px solid var(--line); font-size: 0.85rem; color: var(--soft); }
@media print {
  body { font-size: 10pt; line-height: 1.45; }
  .page { max-width: none; padding: 0; }
  h1 { font-size: 19pt; }
  h2 { font-size: 13pt; margin-top: 2rem; break-after: avoid; }
  .answer { break-inside: avoid; }
  .answer .headline { font-size: 13pt; }
  nav, details { display: none; }
  .scroll { overflow: visible; }
  p { orphans: 3; widows: 3; max-width: none; }
  tr, .legend { break-inside: avoid; }
  .legend, .key, p:has(+ .legend), p:has(+ .short) { break-after: avoid; }
  caption { break-after: avoid; }
  thead { display: table-header-group; }
  tfoot { display: table-row-group; break-before: avoid; }
  .short { break-inside: avoid; }
  tbody tr:first-child { break-after: avoid; } tbody tr:last-child:not(:only-child) { break-before: avoid; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
)css";

/// A string of a style sheet (CSS Syntax 4.3.5): whatever is no letter, digit or blank is escaped by its
/// number, and a blank ends that.
std::string css_string(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == ' ';
    if (plain) {
      out += c;
    } else {
      out += fmt::format("\\{:x} ", byte >= 0x20 && byte < 0x7f ? byte : static_cast<unsigned char>('?'));
    }
  }
  return out + '"';
}

}  // namespace

std::string page_style(const RunningWords& running) {
  return style +
         fmt::format(
             "@page {{ size: A4; margin: 20mm 16mm 18mm; font: 8pt \"Segoe UI\", -apple-system, Roboto, "
             "\"Noto Sans\", \"Liberation Sans\", Arial, sans-serif; color: #56616a;\n"
             "  @top-left {{ content: {}; }} @top-right {{ content: {}; }}\n"
             "  @bottom-left {{ content: {}; }} @bottom-right {{ content: \"Page \" counter(page) \" of \" "
             "counter(pages); }} }}\n",
             css_string(running.top_left), css_string(running.top_right), css_string(running.bottom_left));
}

}  // namespace edgewatch::report

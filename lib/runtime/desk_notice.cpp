// The part of the desk that prints what staff and the data protection officer are told, and says whether what
// they were told is still so.
#include "edgewatch/base/text.hpp"
#include "edgewatch/runtime/exit_code.hpp"

#include "answer.hpp"
#include "clock.hpp"
#include "desk.hpp"
#include "notice_text.hpp"

#include <fmt/format.h>

namespace edgewatch::runtime {
namespace {

using evidence::Action;

/// What is printed, and how it is spoken of.
struct Printed {
  const char* kind;
  Action action;
  report::Document (*of)(const config::Configuration&);
  const char* what;
  const char* done;  ///< flag that says that it was given out
  const char* again;
  const char* footer;
};
const Printed notice_text{"notice",
                          Action::notice,
                          &notice_of,
                          "monitoring notice",
                          "issued",
                          "issue it again, and write that down: edgewatch notice --issued --by NAME",
                          "Printed from the configuration in force."};
const Printed dpia_text{
    "dpia",
    Action::dpia,
    &dpia_of,
    "processing description",
    "approved",
    "look at the assessment again, and write its approval down: edgewatch dpia --approved --by NAME",
    "Printed from the configuration in force. Not the assessment itself."};

std::string state_of(const Printed& printed, const std::optional<store::IssuedDocument>& before,
                     const std::string& now) {
  if (!before)
    return fmt::format("the {} has not been {} yet; when it is: edgewatch {} --{} --by NAME", printed.what,
                       printed.done, printed.kind, printed.done);
  const std::string when = fmt::format("{} on {} by {}", printed.done, format_date(london_date(before->at)),
                                       terminal_text(before->issued_by));
  const Drift drift = drift_between(before->text, now);
  if (!drift.any()) return fmt::format("the {} is as it was {}", printed.what, when);
  std::string out = fmt::format("the {} is no longer as it was {}: {}", printed.what, when, printed.again);
  for (const std::string& line : drift.gone) out += "\n  no longer: " + terminal_text(line);
  for (const std::string& line : drift.fresh) out += "\n  new: " + terminal_text(line);
  return out;
}

}  // namespace

Response Desk::notice(const Officer& officer, const Request& request) {
  return print(officer, request, notice_text.kind);
}
Response Desk::dpia(const Officer& officer, const Request& request) {
  return print(officer, request, dpia_text.kind);
}

Response Desk::print(const Officer& officer, const Request& request, const std::string& kind) {
  const Printed& printed = kind == notice_text.kind ? notice_text : dpia_text;
  const std::string format = option(request, "format", "text");
  if (format != "text" && format != "html")
    return refuse(officer, printed.action, request, "--format is text or html");
  const report::Document document = printed.of(*configuration_);
  const std::string now = lines_of(document);
  const bool done = !option(request, printed.done).empty();
  const std::string by = option(request, "by");
  if (done && (trim(by).empty() || by.size() > 200))
    return refuse(officer, printed.action, request, fmt::format("say who {} it: --by NAME", printed.done));
  const Timestamp at = wall_clock();
  audit_.append(officer, printed.action, {}, evidence::Outcome::permitted,
                {.person = std::nullopt,
                 .period = std::nullopt,
                 .text = done ? fmt::format("{} by {}", printed.done, by) : "",
                 .officer = {}},
                at);
  if (done) ledger_.keep({.kind = kind, .text = now, .issued_by = by, .entered_by = officer.name, .at = at});
  note_documents();
  const std::string state = fmt::format("edgewatch: {}\n", state_of(printed, ledger_.issued(kind), now));
  if (done) return {fine, state.substr(11), ""};
  return {fine, format == "html" ? report::page_of(document, printed.footer) : report::text_of(document),
          state};
}

void Desk::note_documents() {
  for (const Printed* printed : {&notice_text, &dpia_text}) {
    const auto before = ledger_.issued(printed->kind);
    const bool changed = before && drift_between(before->text, lines_of(printed->of(*configuration_))).any();
    health_.update([&](HealthReport& report) {
      report.alarms.erase(printed->what);
      if (changed)
        report.alarms[printed->what] =
            fmt::format("the configuration has changed since it was {} on {}: edgewatch {} says what; {}",
                        printed->done, format_date(london_date(before->at)), printed->kind, printed->again);
    });
  }
}

}  // namespace edgewatch::runtime

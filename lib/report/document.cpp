#include "document.hpp"

#include "accuracy.hpp"
#include "amended_words.hpp"
#include "calendar_picture.hpp"
#include "case_words.hpp"
#include "limits.hpp"
#include "selection.hpp"
#include "words.hpp"
#include "working_words.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace edgewatch::report {
namespace {

using std::chrono::seconds;

std::string covered(const UsageReport& report) {
  return fmt::format("{} to {} (Europe/London)", day(report.period.first), day(report.period.last));
}

std::vector<std::pair<std::string, std::string>> facts(const UsageReport& report) {
  const model::Case& record = report.record;
  std::string person = record.person.text();
  if (!report.display_name.empty()) person = fmt::format("{} ({})", report.display_name, person);
  const std::string told = informed(report);
  std::vector<std::pair<std::string, std::string>> all{
      {"Case", record.reference.text()},
      {"Person", person},
      {"Period", covered(report)},
      {"Authorised by", record.authorised_by},
      {"Person informed", told.empty() ? "nothing is recorded about this" : told},
      {"Report made", moment(report.generated_at)}};
  if (!report.selection.is_everything()) all.insert(all.begin() + 3, {"Asked for", asked_for(report)});
  return all;
}

/// What would mislead if it were read only at the end.
void add_warnings(std::vector<std::string>& notes, const UsageReport& report, const Summary& summary) {
  if (summary.coverage.nothing_watched) {
    notes.emplace_back(
        "Warning: no coverage is recorded for this period. The sensor may not have been running, and the "
        "absence of rows says nothing.");
  }
  for (const std::string& missed : missed_limits(summary)) notes.push_back("Warning: " + missed);
  if (!report.despite.empty()) {
    notes.push_back(fmt::format(
        "Warning: these figures are below what the method asks for. They were given all the same, for this "
        "reason: {}",
        report.despite));
  }
}

std::vector<std::string> notes(const UsageReport& report, const Summary& summary) {
  std::vector<std::string> out = selection_notes(report);
  for (std::string& note : amended_notes(report)) out.push_back(std::move(note));
  for (std::string& note : challenge_notes(report)) out.push_back(std::move(note));
  for (std::string& note : working_notes(report, summary)) out.push_back(std::move(note));
  const Figures& total = summary.total;
  if (total.playing.best.count() > 0) {
    out.push_back(fmt::format(
        "Apart from that, video or audio was playing for {} (lower figure) to {} (best estimate), over all "
        "hours of the day, whether or not anybody watched or listened.",
        duration(total.playing.lower), duration(total.playing.best)));
  }
  if (total.authorised.best.count() > 0) {
    out.push_back(
        fmt::format("Use that is authorised for work came to {} (lower figure) to {} (best estimate). It is "
                    "not part of the figures above.",
                    duration(total.authorised.lower), duration(total.authorised.best)));
  }
  add_warnings(out, report, summary);
  if (report.roles_combined) {
    out.emplace_back(
        "At this council one person may hold several roles (roles.combined): whoever asked for this report "
        "may also run the system that it was made by, or audit it.");
  }
  out.emplace_back(
      "The method cannot see whether anybody was looking. This report makes no judgement. It is not for a "
      "program to say what is too much, and no decision may rest on these figures alone.");
  return out;
}

Section totals(const UsageReport& report, const Summary& summary) {
  Section section{
      .kind = SectionKind::totals, .heading = "Totals by service", .paragraphs = {}, .tables = {}};
  if (summary.services.empty()) {
    section.paragraphs.emplace_back("There is no row for this person in this period.");
    return section;
  }
  Table table{.caption = "Time on each monitored service in the whole period, at every hour of the day",
              .columns = figure_columns({{"Service", Cell::name}}),
              .rows = {},
              .total = {}};
  for (const auto& [service, figures] : summary.services) {
    std::vector<std::string> row{service_name(report, service)};
    append_figures(row, figures);
    table.rows.push_back(std::move(row));
  }
  table.total.emplace_back("All services");
  append_figures(table.total, summary.total);
  section.tables.push_back(std::move(table));
  section.paragraphs.emplace_back(
      "Interactive: the person did something. Playing: video or audio ran, whether or not it was watched or "
      "heard. At any second at most one service is "
      "counted, so the figures of different services may be added. They cover every hour of the day, and no "
      "break is taken off them: what the headline counts stands under \"Working time and breaks\".");
  return section;
}

Section day_by_day(const UsageReport& report, const Summary& summary) {
  Section section{.kind = SectionKind::days, .heading = "Day by day", .paragraphs = {}, .tables = {}};
  if (summary.days.empty()) {
    section.paragraphs.emplace_back("There is nothing to show on any day.");
    return section;
  }
  Table table{
      .caption =
          "Time on each day and service; between the first and the last minute there may be hours without "
          "any use",
      .columns = figure_columns(
          {{"Day", Cell::stamp}, {"Service", Cell::name}, {"First and last minute", Cell::stamp}}),
      .rows = {},
      .total = {}};
  for (const DayLine& line : summary.days) {
    std::vector<std::string> row{short_day(line.date), service_name(report, line.service),
                                 between(line.first, line.last)};
    append_figures(row, line.figures);
    table.rows.push_back(std::move(row));
  }
  section.tables.push_back(std::move(table));
  return section;
}

/// `one contact with nothing after it (BOUNCE)`.
std::string meaning_of_all(model::Reasons reasons) {
  std::string out;
  for (unsigned i = 0; i < 16; ++i) {
    const auto reason = static_cast<model::Reason>(1U << i);
    if ((reasons & model::bit(reason)) != 0) out += (out.empty() ? "" : "; ") + meaning(reason);
  }
  return out.empty() ? "none recorded" : fmt::format("{} ({})", out, model::reason_names(reasons));
}

Section not_counted(const Summary& summary) {
  Section section{
      .kind = SectionKind::caveat, .heading = "What is not counted, and why", .paragraphs = {}, .tables = {}};
  if (!summary.weak_by_reasons.empty()) {
    Table weak{.caption = "Weak time: contact with a service that may not have been use. It is in no total.",
               .columns = {{"Reasons", Cell::text}, {"Time", Cell::figure}},
               .rows = {},
               .total = {"All weak time", duration(summary.total.weak)}};
    for (const auto& [reasons, time] : summary.weak_by_reasons) {
      weak.rows.push_back({meaning_of_all(reasons), duration(time)});
    }
    section.tables.push_back(std::move(weak));
  }
  if (summary.total.concurrent.count() > 0) {
    section.paragraphs.push_back(
        fmt::format("Playing beside the use of another service: {}. It is in no total, so that no second is "
                    "counted twice.",
                    duration(summary.total.concurrent)));
  }
  if (!summary.exclusions.empty()) {
    Table excluded{
        .caption =
            "Contacts that were left out, kept as one count per day and reason, without service or time",
        .columns = {{"What", Cell::text}, {"Count", Cell::figure}},
        .rows = {},
        .total = {}};
    for (const auto& [reason, count] : summary.exclusions)
      excluded.rows.push_back({meaning_of_exclusion(reason), grouped(count)});
    section.tables.push_back(std::move(excluded));
  }
  if (section.tables.empty() && section.paragraphs.empty())
    section.paragraphs.emplace_back("No contact is recorded that was left out.");
  section.paragraphs.emplace_back(
      "Sites that are not on the list of monitored services are not recorded at all.");
  return section;
}

template <class Key>
Table shares(const std::string& caption, const std::string& what, const std::map<Key, seconds>& parts,
             std::string (*words)(Key)) {
  Table table{.caption = caption,
              .columns = {{what, Cell::text}, {"Counted time", Cell::figure}},
              .rows = {},
              .total = {}};
  for (auto part = parts.rbegin(); part != parts.rend(); ++part)
    table.rows.push_back({words(part->first), duration(part->second)});
  return table;
}

std::string grade_words(model::Grade grade) {
  return grade == model::Grade::strong
             ? "strong: a page of the service was opened and further actions followed"
             : "moderate: seen less directly";
}

/// A count by cause or of a sign: versions before did not make them.
std::string measured(const CoverageSummary& coverage, std::uint64_t count) {
  return coverage.causes_measured ? grouped(count) : "not measured";
}

Table coverage_table(const CoverageSummary& coverage) {
  Table table{.caption = "What the sensor saw and did not see in this period, of the whole network",
              .columns = {{"Measure", Cell::text}, {"Value", Cell::figure}},
              .rows = {},
              .total = {}};
  table.rows = {
      {"Packets seen", grouped(coverage.seen)},
      {"Packets lost", fmt::format("{} ({})", grouped(coverage.lost), percent(coverage.lost_share))},
      {"Packets that could not be read", grouped(coverage.refused)},
      {"Connections whose site's name was seen",
       fmt::format("{} ({})", grouped(coverage.named), percent(coverage.named_share))},
      {"Name hidden by encryption (ECH, ESNI)", measured(coverage, coverage.unnamed_ech)},
      {"Encrypted name look-ups, in which names are not seen", measured(coverage, coverage.unnamed_doh)},
      {"Tunnels and relays, in which nothing is seen", measured(coverage, coverage.unnamed_tunnel)},
      {"Name not seen for another reason", grouped(coverage.unnamed_other)},
      {"Of these without a name: several sites at the address, so none was taken",
       measured(coverage, coverage.ambiguous)},
      {"Time not watched", duration(coverage.gap_time)}};
  return table;
}

std::string sign_words(model::BypassSign::Kind kind) {
  using Kind = model::BypassSign::Kind;
  switch (kind) {
    case Kind::doh:
      return "Connections to resolvers over HTTPS (DoH)";
    case Kind::dot:
      return "Connections to resolvers over TLS (DoT)";
    case Kind::doq:
      return "Connections to resolvers over QUIC (DoQ)";
    case Kind::private_relay:
      return "Connections to iCloud Private Relay";
    case Kind::wireguard:
      return "WireGuard tunnels";
    case Kind::openvpn:
      return "OpenVPN tunnels";
    case Kind::ike:
      return "IPsec tunnels (IKE)";
    case Kind::canary:
      return "Questions by which a browser or system asks whether it may encrypt its look-ups";
    case Kind::ddr:
      return "Questions whether the network's own resolver offers encryption (DDR)";
    case Kind::tls_without_dns:
      return "Encrypted connections to addresses that no look-up seen here had given";
    case Kind::count_:
      break;
  }
  return "not known to this version";
}

Table signs_table(const CoverageSummary& coverage) {
  Table table{
      .caption = "Signs of what may go past the sensor, of the whole network and of nobody in particular",
      .columns = {{"Sign", Cell::text}, {"Count", Cell::figure}},
      .rows = {},
      .total = {}};
  for (std::size_t i = 0; i < model::bypass_kinds; ++i) {
    const auto kind = static_cast<model::BypassSign::Kind>(i);
    std::string value = measured(coverage, coverage.signs.at(i));
    if (kind == model::BypassSign::Kind::tls_without_dns && coverage.causes_measured)
      value += fmt::format(" of {}", grouped(coverage.signs.at(i) + coverage.tls_with_dns));
    table.rows.push_back({sign_words(kind), std::move(value)});
  }
  return table;
}

/// What coverage's figures mean for the reader, and where they are missing.
void add_coverage_words(std::vector<std::string>& paragraphs, const CoverageSummary& coverage) {
  if (coverage.nothing_watched) return;
  paragraphs.emplace_back(
      "What the sensor saw and did not see, and the signs of what may go past it, are counts of the whole "
      "network: they are not about this person, and nothing in them is held against anybody. Browsers, "
      "telephones and updates make most such connections by themselves.");
  if (coverage.causes_not_measured.count() == 0) return;
  paragraphs.push_back(fmt::format(
      "Why connections had no name, and what may go past the sensor, was not measured {}: the version that "
      "watched did not count it. It is not known to have been none.",
      coverage.causes_measured ? "for " + duration(coverage.causes_not_measured) + " of this period"
                               : "in this period"));
}

Table gap_table(const CoverageSummary& coverage) {
  constexpr std::size_t most = 50;
  Table gaps{.caption = "Gaps: nothing was watched then, and nothing is counted",
             .columns = {{"From", Cell::stamp}, {"To", Cell::stamp}, {"Length", Cell::figure}},
             .rows = {},
             .total = {"All gaps", "", duration(coverage.gap_time)}};
  for (const model::Interval& gap : coverage.gaps) {
    if (gaps.rows.size() == most) {
      gaps.rows.push_back({fmt::format("and {} more", coverage.gaps.size() - most), "", ""});
      break;
    }
    gaps.rows.push_back(
        {moment(gap.from), moment(gap.to), duration(std::chrono::floor<seconds>(gap.to - gap.from))});
  }
  return gaps;
}

Table identity_table(const UsageReport& report) {
  Table table{.caption = "How the traffic was attributed to the person: who held what",
              .columns = {{"What", Cell::text},
                          {"Held by", Cell::text},
                          {"From", Cell::stamp},
                          {"To", Cell::stamp},
                          {"Known from", Cell::text}},
              .rows = {},
              .total = {}};
  for (const model::Binding& binding : report.bindings) {
    table.rows.push_back({binding.key, binding.value, moment(binding.valid.from), moment(binding.valid.to),
                          model::to_string(binding.basis)});
  }
  return table;
}

Section how_sure(const UsageReport& report, const Summary& summary) {
  Section section{.kind = SectionKind::caveat, .heading = "How sure this is", .paragraphs = {}, .tables = {}};
  section.paragraphs = error_statement(report);
  section.paragraphs.emplace_back(
      "Lost packets and times when nothing was watched are never filled in, and absence of visibility is "
      "never taken as evidence of use. "
      "Work that leaves no traffic here does not end the time for which an action is held, and a page that "
      "the sensor did not see can make "
      "the parts of a service inside it look like a visit.");
  if (!summary.counted_by_grade.empty()) {
    section.tables.push_back(shares<model::Grade>("Counted time by grade of evidence", "Grade",
                                                  summary.counted_by_grade, grade_words));
    section.tables.push_back(shares<model::NameEvidence>(
        "Counted time by how the service's name was learned (the weakest of each minute)", "Name from",
        summary.counted_by_name, meaning));
    section.tables.push_back(shares<model::IdentityGrade>(
        "Counted time by how firmly the person is known (the weakest of each minute)", "Identity",
        summary.counted_by_identity, meaning));
  }
  add_coverage_words(section.paragraphs, summary.coverage);
  if (!summary.coverage.nothing_watched) {
    section.tables.push_back(coverage_table(summary.coverage));
    section.tables.push_back(signs_table(summary.coverage));
  }
  if (!summary.coverage.gaps.empty()) section.tables.push_back(gap_table(summary.coverage));
  if (!report.bindings.empty()) section.tables.push_back(identity_table(report));
  for (const model::ClockStep& step : report.clock_steps) {
    section.paragraphs.push_back(fmt::format("The clock was moved by {:.3f} s at {}.",
                                             std::chrono::duration<double>(step.step).count(),
                                             moment(step.at)));
  }
  return section;
}

Table reasons_table(model::Reasons used) {
  Table table{.caption = "Reasons that stand in the rows of this report",
              .columns = {{"Code", Cell::text}, {"Meaning", Cell::text}},
              .rows = {},
              .total = {}};
  for (unsigned i = 0; i < 16; ++i) {
    const auto reason = static_cast<model::Reason>(1U << i);
    if ((used & model::bit(reason)) != 0)
      table.rows.push_back({model::reason_names(model::bit(reason)), meaning(reason)});
  }
  return table;
}

/// `hold 60, hold_lower 15`: the object as a sentence can hold it; as it stands where it is no object.
std::string constants(const std::string& json) {
  const auto object = nlohmann::ordered_json::parse(json, nullptr, false);
  if (!object.is_object()) return json;
  std::string out;
  for (const auto& [key, value] : object.items())
    out += fmt::format("{}{} {}", out.empty() ? "" : ", ", key, value.dump());
  return out;
}

Section method(const UsageReport& report) {
  Section section{.kind = SectionKind::caveat, .heading = "Method", .paragraphs = {}, .tables = {}};
  section.paragraphs = {
      "The sensor reads the names of the servers that a device connects to, and how much is sent and "
      "received in each second. It reads no content, no page "
      "address and no message.",
      "A request with a substantial answer counts as an action. Actions of a service make a visit only where "
      "a page of the service itself was opened, or "
      "where further actions follow. Regular automatic requests, messages pushed by a service, advertising, "
      "and parts of a service inside other sites' pages "
      "are left out.",
      "Each action is held for a short time, as reading takes time; the lower figure holds it for a shorter "
      "time. Using another site ends it. A gap between "
      "actions is never counted.",
      "The method cannot see whether anybody was looking."};
  for (const UsageReport::Method& version : report.methods) {
    section.paragraphs.push_back(fmt::format("Version {} of the method, with these constants: {}.",
                                             version.version, constants(version.constants_json)));
  }
  if (!report.revisions.empty()) {
    Table revisions{.caption = "Lists and rules in force",
                    .columns = {{"What", Cell::text},
                                {"Revision", Cell::text},
                                {"Description", Cell::text},
                                {"First seen", Cell::stamp},
                                {"Last seen", Cell::stamp}},
                    .rows = {},
                    .total = {}};
    for (const UsageReport::Revision& r : report.revisions) {
      std::string what = r.kind;  // `rule_book`
      std::ranges::replace(what, '_', ' ');
      revisions.rows.push_back({what, r.revision.text(), r.description, moment(r.first), moment(r.last)});
    }
    section.tables.push_back(std::move(revisions));
  }
  model::Reasons used = 0;
  for (const model::UsageSlice& row : report.rows) used |= row.reasons;
  if (used != 0) section.tables.push_back(reasons_table(used));
  if (!report.program_version.empty())
    section.paragraphs.push_back(fmt::format("Made by edgewatch {}.", report.program_version));
  return section;
}

Section accesses(const UsageReport& report) {
  Section section{.kind = SectionKind::figures,
                  .heading = "Who has looked at this person's data under this case",
                  .paragraphs = {},
                  .tables = {}};
  if (report.accesses.empty()) {
    section.paragraphs.emplace_back("No earlier look is recorded.");
    return section;
  }
  Table table{.caption = "Entries of the audit log",
              .columns = {{"When", Cell::stamp},
                          {"Officer", Cell::text},
                          {"User id", Cell::figure},
                          {"Asked for", Cell::text}},
              .rows = {},
              .total = {}};
  for (const UsageReport::Access& access : report.accesses) {
    table.rows.push_back({moment(access.at), access.officer.empty() ? "-" : access.officer,
                          std::to_string(access.uid), access.what});
  }
  section.tables.push_back(std::move(table));
  return section;
}

}  // namespace

Table codes_table(const std::vector<model::UsageSlice>& rows) {
  model::Reasons reasons = 0;
  std::set<model::IdentityGrade> identities;
  for (const model::UsageSlice& row : rows) {
    reasons = static_cast<model::Reasons>(reasons | row.reasons);
    if (row.weakest_identity != model::IdentityGrade::none) identities.insert(row.weakest_identity);
  }
  Table table = reasons_table(reasons);
  table.caption = "Reasons, and the letter of how firmly it is known that it was you";
  for (const model::IdentityGrade grade : identities) {
    const std::string words = meaning(grade);  // `B: device assigned to the person`
    table.rows.push_back({words.substr(0, 1), words.substr(3)});
  }
  return table;
}

std::vector<Column> figure_columns(std::vector<Column> first) {
  std::vector<Column> all = with_time_columns(std::move(first));
  for (const char* title : {"Authorised, lower figure", "Authorised, best estimate", "Weak (not counted)"})
    all.push_back({title, Cell::figure});
  return all;
}

void append_figures(std::vector<std::string>& row, const Figures& figures) {
  for (const seconds time :
       {figures.interactive.lower, figures.interactive.best, figures.playing.lower, figures.playing.best,
        figures.authorised.lower, figures.authorised.best, figures.weak}) {
    row.push_back(cell(time));
  }
}

std::vector<Column> with_time_columns(std::vector<Column> first) {
  for (const char* title : {"Interactive, lower figure", "Interactive, best estimate",
                            "Playing, lower figure", "Playing, best estimate"}) {
    first.push_back({title, Cell::figure});
  }
  return first;
}

std::vector<std::string> caveats(const UsageReport& report, const Summary& summary) {
  std::vector<std::string> out;
  const Document document = document_of(report, summary);
  for (const std::string& note : document.notes) out.push_back(note);
  for (const Section& section : document.sections) {
    if (section.kind == SectionKind::caveat)
      out.insert(out.end(), section.paragraphs.begin(), section.paragraphs.end());
  }
  return out;
}

Document document_of(const UsageReport& report, const Summary& summary) {
  Document document;
  document.title = "Use of monitored services";
  document.facts = facts(report);
  document.headline = headline(report, summary);
  if (!report.rows.empty()) document.figures = headline_figures(report, summary);
  document.notes = notes(report, summary);
  document.sections = {calendar_section(report, summary),
                       working_section(report, summary),
                       day_by_day(report, summary),
                       totals(report, summary),
                       not_counted(summary),
                       how_sure(report, summary),
                       method(report)};
  if (!report.amendments.empty()) document.sections.push_back(amended_section(report));
  document.sections.push_back(challenge_section(report));
  document.sections.push_back(case_section(report));
  document.sections.push_back(accesses(report));
  return document;
}

}  // namespace edgewatch::report

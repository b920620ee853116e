#include "commands.hpp"

#include <algorithm>

namespace edgewatch::tools {
namespace {

const std::vector<std::string> table_formats{"table", "json", "csv"};

const std::vector<std::string> everybody{"ict.sock", "hr.sock", "auditor.sock"};

}  // namespace

const std::vector<Command>& commands() {
  static const std::vector<Command> table{
      {.group = "",
       .name = "status",
       .help = "Is the sensor well: sources, losses, ledger, rules in force, alarms",
       .example = "edgewatch status --bypass",
       .sockets = everybody,
       .options = {{"format", "table, json or csv", false, table_formats}},
       .flags =
           {{"bypass",
             "the known ways past enforcement, and what becomes of each here: for whom and at which hours "
             "rules block it, what is missing, and what is out of order"}}},
      {.group = "",
       .name = "live",
       .help = "Services seen since the daemon started, in counts; names nobody",
       .example = "edgewatch live",
       .sockets = everybody,
       .options = {{"format", "table, json or csv", false, table_formats}}},
      {.group = "",
       .name = "doctor",
       .help =
           "What is wrong or deserves a look, from the capture port to backups, each with what to do; names "
           "nobody. Exit code 0 where nothing is wrong",
       .example = "edgewatch doctor",
       .sockets = everybody,
       .options = {{"format", "table, json or csv", false, table_formats}}},
      {.group = "",
       .name = "classify",
       .help = "Which service a name belongs to, which catalogue line says so, and what the rules say of it "
               "for everybody",
       .example = "edgewatch classify www.youtube.com www.gov.uk",
       .sockets = {"ict.sock"},
       .options = {{"format", "table, json or csv", false, table_formats}},
       .words = "NAME"},
      {.group = "",
       .name = "who",
       .help = "Whose an address was at a moment and who says so, or why it was nobody's; of identity only, "
               "and audited. HR asks within a case, and is told whether it was that person's",
       .example = "edgewatch who --address 10.20.1.17 --at 2026-11-17T10:05:00Z",
       .sockets = {"ict.sock", "hr.sock"},
       .options = {{"address", "an IP address of the council's networks", true},
                   {"at", "a time, RFC 3339 (default: now)"},
                   {"case", "HR: the open case that names the person and the day"},
                   {"format", "table, json or csv", false, table_formats}}},
      {.group = "",
       .name = "why",
       .help =
           "Why a name is blocked or allowed for somebody, step by step: identity, catalogue, each rule that "
           "was asked, and what carries it out; of rules only, never of use, and audited. HR asks within a "
           "case",
       .example = "edgewatch why --address 10.20.1.17 --name www.facebook.com --at 2026-11-17T10:05:00Z",
       .sockets = {"ict.sock", "hr.sock"},
       .options = {{"person", "id of the person in people.csv"},
                   {"address", "an IP address of the council's networks"},
                   {"name", "the host name", true},
                   {"at", "a time, RFC 3339 (default: now)"},
                   {"case", "HR: the open case that names the person and the day"},
                   {"format", "table, json or csv", false, table_formats}}},
      {.group = "",
       .name = "rules",
       .help =
           "The rule book in force: how often each rule spoke, and which are unused, end soon or can never "
           "match; names nobody",
       .example = "edgewatch rules",
       .sockets = {"ict.sock", "auditor.sock"},
       .options = {{"format", "table, json or csv", false, table_formats}}},
      {.group = "",
       .name = "check",
       .help =
           "Everything that is wrong in the configuration's files, and what is odd, each with its place and "
           "what to do; takes nothing into force",
       .example = "edgewatch check",
       .sockets = {"ict.sock", "auditor.sock"},
       .options = {{"format", "table, json or csv", false, table_formats}}},
      {.group = "",
       .name = "blocks",
       .help =
           "What rules held back, by rule and naming nobody; withdrawals, and rules that were about fewer "
           "than 10 when they blocked, are left out. By person only of rules of class inappropriate, "
           "audited; HR asks within a case. Mechanisms: gateway: rejected on its way; mirror: reset or "
           "answered in the server's name, which some outrun (see status); resolver: answered that there "
           "is no such name; observed: seen, and nothing was held back. By person it says what shows it: a "
           "connection, or no more than a question for an address, which another machine may have asked in "
           "this one's name",
       .example = "edgewatch blocks --from 2026-11-01 --to 2026-11-30",
       .sockets = everybody,
       .options = {{"by", "rule or person (default: rule)", false, {"rule", "person"}},
                   {"rule", "id of one rule"},
                   {"from", "first day, YYYY-MM-DD (default: a week before the last)"},
                   {"to", "last day, YYYY-MM-DD (default: today)"},
                   {"case", "HR: the open case that names the person and the days"},
                   {"format", "table, json or csv", false, table_formats}}},
      {.group = "withdraw",
       .name = "add",
       .help =
           "Withdraw a person's access to services, by the outcome of a case; in force within a second, and "
           "it lifts itself on its date",
       .example =
           "edgewatch withdraw add --person p17 --services facebook,instagram --until 2027-02-28 --case "
           "HR-2026-014 --approved-by 'Head of HR'",
       .sockets = {"ict.sock"},
       .options = {{"person", "id of the person in people.csv", true},
                   {"services", "ids of the catalogue, with commas between", true},
                   {"from", "a day or a time (default: now)"},
                   {"until", "a day, which is included, or a time (default: until it is lifted)"},
                   {"case", "reference of the case that it follows from", true},
                   {"approved-by", "who allowed it; somebody else than you", true}}},
      {.group = "withdraw",
       .name = "lift",
       .help = "Give access back from now on; that it was withdrawn stays on record",
       .example = "edgewatch withdraw lift 1 --approved-by 'Head of HR'",
       .sockets = {"ict.sock"},
       .options = {{"approved-by", "who allowed it; somebody else than you", true}},
       .words = "NUMBER"},
      {.group = "withdraw",
       .name = "list",
       .help = "Whose access is or was withdrawn, by whom, and who approved; HR names the case",
       .example = "edgewatch withdraw list",
       .sockets = {"ict.sock", "hr.sock", "auditor.sock"},
       .options = {{"case", "only those of this case"},
                   {"format", "table, json or csv", false, table_formats}}},
      {.group = "authorise",
       .name = "add",
       .help = "Enter use of services that is somebody's job: that time is never counted against them",
       .example = "edgewatch authorise add --group communications --services facebook,instagram --purpose "
                  "'The council page' --account @examplecouncil --hours 'mon-fri 08:00-18:00' --review-date "
                  "2027-10-31 --approved-by 'Head of Communications'",
       .sockets = {"ict.sock"},
       .options = {{"person", "id of the person in people.csv; or"},
                   {"group", "a group of people.csv"},
                   {"services", "ids of the catalogue, with commas between", true},
                   {"purpose", "what it is for", true},
                   {"account", "the account that is used"},
                   {"from", "a day or a time (default: now)"},
                   {"until", "a day, which is included, or a time (default: open)"},
                   {"hours", "as 'mon-fri 08:00-18:00; sat 10:00-14:00' (default: always)"},
                   {"review-date", "when it is to be looked at again, YYYY-MM-DD", true},
                   {"approved-by", "who allowed it; somebody else than you", true}}},
      {.group = "authorise",
       .name = "review",
       .help = "Note that an authorisation was looked at: it goes on until the next review, or ends now",
       .example = "edgewatch authorise review 1 --review-date 2028-10-31 --approved-by 'Head of "
                  "Communications'",
       .sockets = {"ict.sock"},
       .options = {{"review-date", "the next review, YYYY-MM-DD"},
                   {"approved-by", "who looked at it; somebody else than you", true}},
       .flags = {{"end", "it ends now"}},
       .words = "NUMBER"},
      {.group = "authorise",
       .name = "list",
       .help = "Whose use is or was authorised, what for, who approved, and which reviews are due",
       .example = "edgewatch authorise list",
       .sockets = {"ict.sock", "auditor.sock"},
       .options = {{"format", "table, json or csv", false, table_formats}}},
      {.group = "case",
       .name = "open",
       .help = "Open a case: without one no question about a person is answered",
       .example = "edgewatch case open --reference HR-2026-014 --person p17 --reason excessive-time "
                  "--grounds 'Reported by the line manager' "
                  "--from 2026-11-01 --to 2026-11-30 --authorised-by 'Head of HR'",
       .sockets = {"hr.sock"},
       .options =
           {{"person", "id of the person in people.csv", true},
            {"reason", "excessive-time or breach-of-rules", true, {"excessive-time", "breach-of-rules"}},
            {"grounds", "why, in words; kept with the case", true},
            {"from", "first day of the period, YYYY-MM-DD", true},
            {"to", "last day of the period, YYYY-MM-DD", true},
            {"authorised-by", "who allowed it; somebody else than you", true},
            {"officer", "who investigates (default: your account)"},
            {"notice", "case form: what staff had been told about monitoring"},
            {"extent", "case form: how far it goes, and why no further"},
            {"less-intrusive", "case form: what less would not have done"},
            {"consequences", "case form: what it may lead to"},
            {"safeguards", "case form: what protects the person"},
            {"second-person", "covert: who approved it beside the authoriser, and is not the officer"},
            {"ends", "covert: the last day on which it answers, YYYY-MM-DD, within 90 days"},
            {"not-informed", "covert: why the person cannot be told"},
            {"review", "covert: day on which that is looked at again, YYYY-MM-DD"},
            {"reference", "the case's reference: letters, digits and - (default: the next free one)"}},
       .flags = {{"covert", "the person is not told; off unless edgewatch.toml allows it"}}},
      {.group = "case",
       .name = "unlock",
       .help = "Let an open case answer for another 24 hours; opening one unlocks it for the first",
       .example = "edgewatch case unlock --reference HR-2026-014 --reason 'The meeting on Friday'",
       .sockets = {"hr.sock"},
       .options = {{"reference", "the case's reference", true}, {"reason", "why, for the record"}}},
      {.group = "case",
       .name = "notify",
       .help =
           "Write down that the person was told of the case, or why not and when that is looked at again; "
           "every report says which",
       .example = "edgewatch case notify --reference HR-2026-014 --informed 2026-11-18 --by 'Head of HR'",
       .sockets = {"hr.sock"},
       .options = {{"reference", "the case's reference", true},
                   {"informed", "day on which the person was told, YYYY-MM-DD"},
                   {"by", "who told the person"},
                   {"not-informed", "why the person is not told"},
                   {"review", "day on which that is looked at again, YYYY-MM-DD"}}},
      {.group = "case",
       .name = "show",
       .help =
           "One case: what it is about, the headings of its form, whether the person was told, challenges",
       .example = "edgewatch case show --reference HR-2026-014",
       .sockets = {"hr.sock"},
       .options = {{"reference", "the case's reference", true},
                   {"format", "table, json or csv", false, table_formats}}},
      {.group = "challenge",
       .name = "add",
       .help = "Write down what the person says against a report; it stands in every later one, and is never "
               "changed, only superseded",
       .example = "edgewatch challenge add --case HR-2026-014 --text 'I was at the counter that morning'",
       .sockets = {"hr.sock"},
       .options = {{"case", "the case's reference", true},
                   {"text", "in the person's words", true},
                   {"supersedes", "number of the challenge that this one takes the place of"}}},
      {.group = "challenge",
       .name = "list",
       .help = "What is challenged in a case, and what took its place",
       .example = "edgewatch challenge list --case HR-2026-014",
       .sockets = {"hr.sock", "auditor.sock"},
       .options = {{"case", "the case's reference", true},
                   {"format", "table, json or csv", false, table_formats}}},
      {.group = "case",
       .name = "close",
       .help = "Close a case: it answers no more, and goes a year after",
       .example = "edgewatch case close --reference HR-2026-014",
       .sockets = {"hr.sock"},
       .options = {{"reference", "the case's reference", true}}},
      {.group = "case",
       .name = "list",
       .help = "The cases, open and closed",
       .example = "edgewatch case list",
       .sockets = {"hr.sock"},
       .options = {{"format", "table, json or csv", false, table_formats}}},
      {.group = "",
       .name = "report",
       .help = "What is known of a person's use, in an open case that names the person and the period",
       .example =
           "edgewatch report --case HR-2026-014 --person p17 --from 2026-11-01 --to 2026-11-30 "
           "--format html --output report.html\n  edgewatch report --case HR-2026-014 --person p17 --from "
           "2026-11-01 --to 2026-11-30 --hours working --by day --sort=-interactive_best --limit 5",
       .sockets = {"hr.sock"},
       .options = {{"case", "reference of an open case", true},
                   {"person", "id of the person", true},
                   {"from", "first day, YYYY-MM-DD", true},
                   {"to", "last day, YYYY-MM-DD", true},
                   {"services", "only these services, ids with commas between"},
                   {"categories", "only services of these categories, with commas between"},
                   {"hours",
                    "only in working hours and lunch, or only outside",
                    false,
                    {"any", "working", "outside"}},
                   {"by",
                    "rows in place of the report, added up by this",
                    false,
                    {"service", "category", "day", "month", "hours", "minute"}},
                   {"despite", "why it is needed although the figures are too unsure; printed with them"},
                   {"format",
                    "html, text, csv, json or pdf (default: text); with --by table, csv or json",
                    false,
                    {"html", "text", "csv", "json", "pdf", "table"}}},
       .rows = true,
       .writes_file = true},
      {.group = "",
       .name = "disclose",
       .help =
           "Give what is known in an open case out of the house: a signed file that anybody can check with "
           "`edgewatch verify`. A witness or manager gets the report without its minute records, unless the "
           "approver says otherwise; to the police its basis is stated. Who got it stands in the custody log",
       .example = "edgewatch disclose --case HR-2026-014 --to 'J Smith' --capacity investigator --reference "
                  "INV-7 --why 'Disciplinary hearing' --approved-by 'Head of HR' --output HR-2026-014.zip",
       .sockets = {"hr.sock"},
       .options =
           {{"case", "reference of an open case; its whole period is disclosed", true},
            {"to", "who gets it", true},
            {"capacity",
             "investigator, witness, manager or police",
             true,
             {"investigator", "witness", "manager", "police"}},
            {"reference", "the recipient's reference, or the letter that asks for it", true},
            {"why", "what it is for", true},
            {"basis", "police: the provision, as 'Data Protection Act 2018, Schedule 2, paragraph 2'"},
            {"approved-by", "who allowed it; somebody else than you", true},
            {"despite",
             "why it is given although the figures are too unsure for a report; recorded and printed"}},
       .flags = {{"with-rows", "give a witness or manager the minute records too: the approver's decision"}},
       .writes_bundle = true},
      {.group = "",
       .name = "sar",
       .help = "Everything held about one person, for that person, by their own request: use, attributions, "
               "cases, holds, who looked and why; nobody else's data. The first answer enters the request",
       .example =
           "edgewatch sar --person p17 --reference SAR-2026-003 --received 2026-11-18 "
           "--identity-checked 'In person, staff card' --approved-by 'Data Protection Officer' --format "
           "html --output sar.html",
       .sockets = {"hr.sock"},
       .options = {{"person", "id of the person who asks", true},
                   {"reference", "of the request: letters, digits and -"},
                   {"received", "day on which it came, YYYY-MM-DD"},
                   {"identity-checked", "how it was made sure that it is the person"},
                   {"approved-by", "who allowed the answer; somebody else than you"},
                   {"format", "text, html or json (default: text)", false, {"text", "html", "json"}}},
       .writes_file = true},
      {.group = "",
       .name = "statistics",
       .help =
           "The council as a whole, by month: people, hours and what they may have cost; names nobody, no "
           "figure is of fewer than ten people, and none can be worked out",
       .example = "edgewatch statistics --from 2026-10-01 --to 2026-11-30 --by category\n  edgewatch "
                  "statistics --from 2026-10-01 --to 2026-11-30 --department Planning --by category",
       .sockets = everybody,
       .options = {{"from", "first day of a month, or the month: 2026-10", true},
                   {"to", "last day of a month, or the month", true},
                   {"by",
                    "category, service, department, month or day (default: month)",
                    false,
                    {"category", "service", "department", "month", "day"}},
                   {"department", "of one department of people.csv alone: by category or month"},
                   {"hourly-cost", "what an hour costs in pounds, as 14.50-27.00"},
                   {"format", "table, html, csv or json", false, {"table", "html", "csv", "json"}}},
       .rows = true,
       .writes_file = true},
      {.group = "export",
       .name = "rpz",
       .help = "The blocking rules as a response policy zone for Unbound, BIND or another resolver",
       .example = "edgewatch export rpz --output edgewatch.rpz",
       .sockets = {"ict.sock"},
       .options = {{"zone", "name of the zone (default: edgewatch.rpz)"}},
       .writes_file = true,
       .file_mode = 0644},
      {.group = "export",
       .name = "dnsmasq",
       .help = "The same for dnsmasq: refused names and all below them do not exist, exceptions do",
       .example = "edgewatch export dnsmasq --output edgewatch.dnsmasq",
       .sockets = {"ict.sock"},
       .writes_file = true,
       .file_mode = 0644},
      {.group = "export",
       .name = "hosts",
       .help = "The same as a hosts file, which refuses the very names alone and nothing below them",
       .example = "edgewatch export hosts --output edgewatch.hosts",
       .sockets = {"ict.sock"},
       .writes_file = true,
       .file_mode = 0644},
      {.group = "export",
       .name = "adblock",
       .help = "The same in the form of Adblock, for AdGuard Home, Pi-hole and other filters",
       .example = "edgewatch export adblock --output edgewatch.txt",
       .sockets = {"ict.sock"},
       .writes_file = true,
       .file_mode = 0644},
      {.group = "",
       .name = "purge",
       .help = "Delete what is older than the retention period; the timer does this daily. ICT may only "
               "--dry-run",
       .example = "edgewatch purge --dry-run",
       .sockets = {"purge.sock", "ict.sock"},
       .options = {{"confirm", "why a run that a guard refused is right (clock, or over half of all rows)"}},
       .flags = {{"dry-run", "only say what would go"}}},
      {.group = "",
       .name = "backup",
       .help =
           "Copy ledger and audit chain of one moment beside them, while they are used; the newest ten are "
           "kept, and purged as the ledger is",
       .example = "edgewatch backup",
       .sockets = {"ict.sock"}},
      {.group = "hold",
       .name = "add",
       .help = "Keep one person's records of some days past their time, for a case, a subject access request "
               "or a claim; ends by itself, and stands in every certificate",
       .example = "edgewatch hold add --claim ET-2026-0042 --person p17 --from 2026-11-01 --to 2026-11-30 "
                  "--until 2028-11-30 --approved-by 'Head of HR' --reason 'Claim at the tribunal'",
       .sockets = {"hr.sock"},
       .options = {{"case", "reference of the case that it is for, which is kept too; or"},
                   {"sar", "id of the subject access request; or"},
                   {"claim", "reference of the claim"},
                   {"person", "id of the person", true},
                   {"from", "first day whose records are kept, YYYY-MM-DD", true},
                   {"to", "last day whose records are kept, YYYY-MM-DD", true},
                   {"until", "last day on which it holds, YYYY-MM-DD; within six years", true},
                   {"approved-by", "who allowed it; somebody else than you", true},
                   {"reason", "why the records are needed, in words", true}}},
      {.group = "hold",
       .name = "release",
       .help = "End a hold: what is past its time goes with the next purge; that it was held stays on record",
       .example = "edgewatch hold release 1 --approved-by 'Head of HR'",
       .sockets = {"hr.sock"},
       .options = {{"approved-by", "who allowed it; somebody else than you", true}},
       .words = "NUMBER"},
      {.group = "hold",
       .name = "list",
       .help = "Whose records are or were kept past their time, why, until when, and who approved",
       .example = "edgewatch hold list",
       .sockets = {"hr.sock", "auditor.sock"},
       .options = {{"format", "table, json or csv", false, table_formats}}},
      {.group = "certificate",
       .name = "list",
       .help = "Every purge that ended: when, up to which date, how many rows went and how many are held",
       .example = "edgewatch certificate list",
       .sockets = {"auditor.sock"},
       .options = {{"format", "table, json or csv", false, table_formats}}},
      {.group = "certificate",
       .name = "show",
       .help = "One certificate of deletion, for people: rows by table, oldest record left, holds respected",
       .example = "edgewatch certificate show",
       .sockets = {"auditor.sock"},
       .options = {{"entry", "its entry in the audit chain (default: the newest)"}}},
      {.group = "",
       .name = "notice",
       .help = "The monitoring notice for staff, from the configuration in force, and whether it changed "
               "since it was "
               "issued",
       .example = "edgewatch notice --format html --output notice.html",
       .sockets = {"auditor.sock"},
       .options = {{"by", "with --issued: who issued it"},
                   {"format", "text or html (default: text)", false, {"text", "html"}}},
       .flags = {{"issued", "write down that staff were given it as it stands now"}},
       .writes_file = true},
      {.group = "",
       .name = "dpia",
       .help =
           "The processing description for the impact assessment, from the configuration in force, and what "
           "changed since it was approved",
       .example = "edgewatch dpia --format html --output dpia.html",
       .sockets = {"auditor.sock"},
       .options = {{"by", "with --approved: who approved it"},
                   {"format", "text or html (default: text)", false, {"text", "html"}}},
       .flags = {{"approved", "write down that it was approved as it stands now"}},
       .writes_file = true},
      {.group = "audit",
       .name = "show",
       .help = "Who asked for what, when, and what was refused",
       .example = "edgewatch audit show",
       .sockets = {"auditor.sock"},
       .options = {{"format", "table, json or csv", false, table_formats}}},
      {.group = "audit",
       .name = "verify",
       .help =
           "Is the audit chain whole? Names the first entry that is not. That its end was cut off shows only "
           "against heads that were kept elsewhere: of `audit head`, or of the journal (journalctl -u "
           "edgewatchd -o cat | grep edgewatch-head-1)",
       .example = "edgewatch audit verify --against heads.txt",
       .sockets = {"auditor.sock"},
       .options = {{"against", "a head, or a file of heads, a line each", false, {}, true}}},
      {.group = "audit",
       .name = "head",
       .help = "Where the audit chain ends now, signed: keep it where this machine's administrators cannot "
               "reach it",
       .example = "edgewatch audit head --output heads.txt",
       .sockets = {"auditor.sock"},
       .writes_file = true,
       .file_mode = 0644},
      {.group = "audit",
       .name = "key",
       .help = "The public key that heads and disclosures are signed with (PEM)",
       .example = "edgewatch audit key --output edgewatch.pem",
       .sockets = {"auditor.sock"},
       .writes_file = true,
       .file_mode = 0644},
  };
  return table;
}

std::vector<Option> arranging(const Command& command) {
  const auto is_table = [](const Option& option) {
    return option.name == "format" && option.choices == table_formats;
  };
  if (!command.rows && std::ranges::none_of(command.options, is_table)) return {};
  return {{"only", "only rows with exactly that value: column=value, with commas between"},
          {"sort", "by that column, from the last to the first after a '-'; write --sort=-column"},
          {"limit", "at most so many rows"}};
}

std::string group_help(const std::string& group) {
  if (group == "case") return "Open, follow and close cases (HR)";
  if (group == "withdraw") return "Withdraw a person's access to services, and give it back (ICT)";
  if (group == "authorise") return "The register of use that is somebody's job (ICT)";
  if (group == "challenge") return "What the person says against a report (HR enters, the auditor reads)";
  if (group == "hold")
    return "Keep one person's records past their time, the only exception to deletion (HR)";
  if (group == "certificate") return "What was deleted, and that it was (auditor)";
  if (group == "export") return "The policy in the form another program reads (ICT)";
  return "The record of who looked at what (auditor)";
}

std::string group_examples(const std::string& group) {
  std::string lines;
  for (const Command& command : commands()) {
    if (command.group == group) lines += "\n  " + command.example;
  }
  return lines;
}

}  // namespace edgewatch::tools

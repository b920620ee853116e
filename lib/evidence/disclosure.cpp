#include "edgewatch/evidence/disclosure.hpp"

#include "edgewatch/base/text.hpp"
#include "edgewatch/evidence/cases.hpp"
#include "edgewatch/evidence/doubts.hpp"
#include "edgewatch/evidence/merkle.hpp"
#include "edgewatch/evidence/seals.hpp"

#include "approval.hpp"
#include "bundle_rows.hpp"
#include "reference.hpp"
#include "sha256.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace edgewatch::evidence {
namespace {

using nlohmann::ordered_json;

constexpr std::array<std::string_view, 4> capacities{"investigator", "witness", "manager", "police"};
constexpr std::size_t longest_text = 1000;

std::string dump(const ordered_json& value) {
  // ASCII only, as reports are.
  return value.dump(2, ' ', true, ordered_json::error_handler_t::replace) + '\n';
}

std::string mistake_in(const DisclosureRequest& request, const Officer& officer) {
  const std::array<std::pair<const char*, const std::string*>, 3> needed{
      {{"to whom: --to NAME", &request.to},
       {"what asks for it: --reference TEXT", &request.their_reference},
       {"why: --why TEXT", &request.why}}};
  for (const auto& [what, text] : needed) {
    if (trim(*text).empty()) return fmt::format("a disclosure says {}", what);
    if (text->size() > longest_text) return fmt::format("a text is over {} bytes", longest_text);
  }
  if (request.capacity == Capacity::police && trim(request.basis).empty()) {
    return "a disclosure to the police states its basis: --basis TEXT, for example 'Data Protection Act "
           "2018, "
           "Schedule 2, paragraph 2: detection of crime'";
  }
  for (const std::string* text : {&request.basis, &request.despite}) {
    if (text->size() > longest_text) return fmt::format("a text is over {} bytes", longest_text);
  }
  return mistake_in_approver(request.authorised_by, officer);
}

/// What the custody log says of it.
std::string custody_words(const DisclosureRequest& request) {
  return fmt::format("to {}, {}; reference: {}; why: {}{}; authorised by {}; {}", request.to,
                     to_string(request.capacity), request.their_reference, request.why,
                     request.basis.empty() ? std::string() : "; basis: " + request.basis,
                     request.authorised_by, request.with_rows() ? "with rows" : "without rows");
}

std::vector<std::string> hex_of(const std::vector<store::Digest>& digests) {
  std::vector<std::string> texts;
  texts.reserve(digests.size());
  for (const store::Digest& digest : digests) texts.push_back(hex(digest));
  return texts;
}

/// Entries of the chain, each with what shows it to be under the head, and none of the others.
ordered_json extract(const AuditLog& audit, const model::CaseAuthority& authority, const SignedHead& head,
                     bool with_details) {
  struct Chosen {
    store::AuditRow row;
    store::Digest before;
    std::optional<store::AuditDetailRow> detail;
  };
  std::vector<Chosen> chosen;
  std::vector<store::Digest> leaves;
  store::Digest before{};
  audit.each([&](const store::AuditRow& row, const std::optional<store::AuditDetailRow>& detail) {
    const auto seal = row.action == to_string(Action::seal_day) ? parse_day_seal(row.note) : std::nullopt;
    if (row.reference == authority.reference().text() || (seal && authority.period().contains(seal->day)))
      chosen.push_back({row, before, detail});
    leaves.push_back(merkle_leaf({row.hash}));
    before = row.hash;
    return row.seq < head.head.seq;
  });
  const MerkleTree tree(std::move(leaves));
  ordered_json entries = ordered_json::array();
  for (const Chosen& each : chosen) {
    std::string record = canonical_record(each.row);
    record.pop_back();
    ordered_json entry{{"entry", each.row.seq},
                       {"record", record},
                       {"before", hex(each.before)},
                       {"path", hex_of(tree.path(each.row.seq - 1))}};
    if (with_details && each.detail) {
      entry["detail"] = each.detail->text;
      entry["salt"] = hex(each.detail->salt);
    }
    entries.push_back(std::move(entry));
  }
  return {{"head", to_string(head)}, {"entries", std::move(entries)}};
}

/// Whoever got anything of this case; one who gets no rows is told of themselves alone.
std::string custody_table(const AuditLog& audit, const model::CaseAuthority& authority, bool all) {
  std::vector<AuditEntry> entries = audit.entries([&](const AuditEntry& entry) {
    return entry.action == to_string(Action::disclose) && entry.reference == authority.reference() &&
           entry.outcome == to_string(Outcome::permitted);
  });
  std::string text = "entry\ttime\tofficer\tdisclosure\n";
  for (const AuditEntry& entry : entries) {
    if (!all && &entry != &entries.back()) continue;
    text += fmt::format("{}\t{}\t{}\t{}\n", entry.seq, format_rfc3339(entry.at),
                        tsv_cell(entry.detail ? entry.detail->officer : fmt::format("uid {}", entry.uid)),
                        tsv_cell(entry.detail ? entry.detail->text : "(purged)"));
  }
  return text;
}

ordered_json in_force(const report::UsageReport& report) {
  const model::Calendar& calendar = report.calendar;
  ordered_json hours{
      {"calendar", calendar.name},
      {"hours", ordered_json::array()},
      {"lunch", {format_clock(calendar.lunch_from_minute), format_clock(calendar.lunch_to_minute)}},
      {"days_off", ordered_json::array()},
      {"break_allowance_minutes", report.break_allowance.count()}};
  for (const WeeklyWindow& window : calendar.hours) hours["hours"].push_back(to_string(window));
  for (const CivilDate date : calendar.days_off) hours["days_off"].push_back(format_date(date));
  ordered_json out{{"working_time", std::move(hours)},
                   {"revisions", ordered_json::array()},
                   {"methods", ordered_json::array()}};
  for (const report::UsageReport::Revision& r : report.revisions) {
    out["revisions"].push_back({{"kind", r.kind},
                                {"revision", r.revision.text()},
                                {"description", r.description},
                                {"first", format_rfc3339(r.first)},
                                {"last", format_rfc3339(r.last)}});
  }
  for (const report::UsageReport::Method& method : report.methods) {
    const ordered_json constants = ordered_json::parse(method.constants_json, nullptr, false);
    out["methods"].push_back(
        {{"version", method.version},
         {"constants", constants.is_discarded() ? ordered_json(method.constants_json) : constants}});
  }
  return out;
}

ordered_json seals(const store::Ledger& ledger, const model::CaseAuthority& authority,
                   const std::vector<model::UsageSlice>& first_told, std::vector<CivilDate>& unsealed) {
  ordered_json sealed = ordered_json::array();
  CivilDate day{};
  for (const model::UsageSlice& row : first_told) {  // in order of time
    if (london_date(row.minute) == day) continue;
    day = london_date(row.minute);
    const auto leaf = ledger.sealed_leaf(authority, day);
    if (!leaf || leaf->entry == 0) {
      unsealed.push_back(day);
      continue;
    }
    sealed.push_back({{"day", format_date(day)},
                      {"entry", leaf->entry},
                      {"position", leaf->position},
                      {"salt", hex(leaf->salt)},
                      {"path", hex_of(MerkleTree(leaf->leaves).path(leaf->position))}});
  }
  ordered_json none = ordered_json::array();
  for (const CivilDate date : unsealed) none.push_back(format_date(date));
  return {{"sealed", std::move(sealed)}, {"unsealed", std::move(none)}};
}

/// What was first told of minutes that an amendment changed stands beside what stands now.
BundleRows rows_of(const report::UsageReport& report, const std::vector<model::UsageSlice>& first_told) {
  BundleRows rows{report.rows, {}};
  for (const model::UsageSlice& row : report.superseded) {
    if (row.run > 0) rows.superseded.push_back(row);
  }
  std::set<UtcMinute> untouched;
  for (const model::UsageSlice& row : report.rows) {
    if (row.run == 0) untouched.insert(row.minute);
  }
  for (const model::UsageSlice& row : first_told) {
    if (!untouched.contains(row.minute)) rows.superseded.push_back(row);
  }
  return rows;
}

constexpr const char* how_to_check = R"(What this is
A disclosure made by edgewatch. report.html (and report.txt, the same in plain text) is for reading; the other
files are what it was made from, and what shows that nothing was changed.

How to check it
  edgewatch verify THIS.zip --key council.pem
needs no network, no database and no rights. council.pem is the council's public key; get it, or its
fingerprint, from the council by another way than this file. It can be done without edgewatch too:
  sha256sum *                      against the digests in manifest.json
  openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in manifest.json -sigfile manifest.sig
lib/evidence/README.md of edgewatch says how each other file is checked by hand.

Custody
custody.tsv says to whom this was given, in which capacity, when and why. Whoever receives it may confirm here:

SHA-256 of manifest.json compared: ____________________________________________________

Received by (name, capacity): _________________________________________________________

Date: ____________________  Signature: ________________________________________________
)";

ordered_json manifest(const std::vector<BundleFile>& files, const model::CaseAuthority& authority,
                      const report::UsageReport& report, const DisclosureRequest& request,
                      const SignedHead& head, const Officer& officer) {
  ordered_json out{{"format", "edgewatch-bundle-1"},
                   {"made_at", format_rfc3339(report.generated_at)},
                   {"tool_version", report.program_version},
                   {"case", authority.reference().text()},
                   {"person", authority.person().text()},
                   {"from", format_date(authority.period().first)},
                   {"to", format_date(authority.period().last)},
                   {"disclosed",
                    {{"to", request.to},
                     {"capacity", to_string(request.capacity)},
                     {"reference", request.their_reference},
                     {"why", request.why},
                     {"basis", request.basis},
                     {"authorised_by", request.authorised_by},
                     {"officer", officer.name},
                     {"rows", request.with_rows()}}},
                   {"head", to_string(head)},
                   {"key", head.key},
                   {"files", ordered_json::array()}};
  for (const BundleFile& file : files) {
    out["files"].push_back(
        {{"name", file.name}, {"bytes", file.text.size()}, {"sha256", hex(sha256({bytes_of(file.text)}))}});
  }
  return out;
}

}  // namespace

std::string to_string(Capacity capacity) {
  return std::string(capacities.at(static_cast<std::size_t>(capacity)));
}

std::optional<Capacity> parse_capacity(const std::string& text) {
  const auto found = std::ranges::find(capacities, text);
  if (found == capacities.end()) return std::nullopt;
  return static_cast<Capacity>(found - capacities.begin());
}

Result<model::CaseAuthority, Refusal> authorise_disclosure(store::Ledger& ledger, AuditLog& audit,
                                                           const Officer& officer,
                                                           const DisclosureRequest& request,
                                                           const Names& names, Timestamp now) {
  constexpr Action action = Action::disclose;
  if (auto refusal = refuse_role(audit, officer, action, now)) return Failure{*refusal};
  const auto record = ledger.find_case(request.reference);
  std::string mistake = mistake_in(request, officer);
  int exit_code = 64;
  if (!record || !record->is_open()) {
    mistake = fmt::format("there is no open case {}; edgewatch case list shows them",
                          terminal_text(request.reference.text()));
    exit_code = 77;
  }
  if (!mistake.empty()) {
    AuditDetail about;
    if (record) about.person = record->person;
    about.text = mistake;
    audit.append(officer, action, chained_reference(ledger, request.reference), Outcome::refused,
                 std::move(about), now);
    return Failure{Refusal{exit_code, mistake}};
  }
  Authorities authorities(ledger, audit);
  const auto look = authorities.authorise(officer, request.reference, record->person, record->period, now,
                                          Action::report, check_before_disclosure);
  if (!look) return Failure{look.error()};
  const std::string unsure = doubts(gather(ledger, audit, *look, names, now));
  std::string words = custody_words(request);
  if (!unsure.empty()) {
    if (trim(request.despite).empty()) {
      audit.append(officer, action, request.reference, Outcome::refused,
                   {record->person, record->period, unsure, {}}, now);
      return Failure{Refusal{77, too_unsure(unsure)}};
    }
    words += fmt::format("; {} Given all the same: {}", unsure, request.despite);
  }
  return authorities.authorise(officer, request.reference, record->person, record->period, now, action,
                               words);
}

Disclosed disclose(const store::Ledger& ledger, const AuditLog& audit, const SigningKey& key,
                   const model::CaseAuthority& authority, report::UsageReport report,
                   const DisclosureRequest& request, const SignedHead& head, const Officer& officer) {
  report.coverage = ledger.coverage(authority.period());  // as recorded, so that others can add it up
  if (!doubts(report).empty()) report.despite = request.despite;
  const bool with_rows = request.with_rows();
  Disclosed out;
  std::vector<BundleFile>& files = out.files;
  files.push_back({"readme.txt", how_to_check});
  files.push_back({"report.html", to_html(report)});
  files.push_back({"report.txt", to_text(report)});
  if (with_rows) {
    const auto first_told = ledger.first_told(authority, authority.period());
    files.push_back({"report.csv", to_csv(report)});
    files.push_back({"report.json", to_json(report)});
    files.push_back({"minutes.tsv", minutes_table(rows_of(report, first_told))});
    files.push_back({"identity.tsv", identity_table(report.bindings)});
    files.push_back({"seals.json", dump(seals(ledger, authority, first_told, out.unsealed))});
  }
  files.push_back({"coverage.tsv", coverage_table(report.coverage)});
  files.push_back({"in-force.json", dump(in_force(report))});
  files.push_back({"audit.json", dump(extract(audit, authority, head, with_rows))});
  files.push_back({"custody.tsv", custody_table(audit, authority, with_rows)});
  files.push_back({"key.pem", key.public_key().pem()});
  const std::string signed_text = dump(manifest(files, authority, report, request, head, officer));
  const Signature signature = key.sign(bytes_of(signed_text));
  files.push_back({"manifest.json", signed_text});
  files.push_back({"manifest.sig", {signature.begin(), signature.end()}});
  return out;
}

}  // namespace edgewatch::evidence

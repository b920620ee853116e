#include "edgewatch/evidence/verify.hpp"

#include "edgewatch/base/text.hpp"
#include "edgewatch/evidence/seals.hpp"
#include "edgewatch/evidence/signed_head.hpp"
#include "edgewatch/report/usage_report.hpp"

#include "bundle_rows.hpp"
#include "sha256.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <stdexcept>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace edgewatch::evidence {
namespace {

using nlohmann::json;

/// Something is not what it says; ends the checking.
struct Fault {
  std::string file;
  std::string text;
};

[[noreturn]] void fail(const std::string& file, const std::string& text) { throw Fault{file, text}; }

/// A JSON text of bounded depth: the parser calls itself for each level.
json parse(const std::string& file, const std::string& text) {
  constexpr int deepest = 32;
  bool deep = false;
  json value = json::parse(
      text,
      [&](int depth, json::parse_event_t, const json&) {
        deep = deep || depth > deepest;
        return !deep;
      },
      false);
  if (deep || !value.is_object()) fail(file, "cannot be read");
  return value;
}

const json& at(const std::string& file, const json& object, const char* key) {
  if (!object.is_object() || !object.contains(key)) fail(file, fmt::format("says nothing of {}", key));
  return object.at(key);
}

const json& array_at(const std::string& file, const json& object, const char* key) {
  const json& value = at(file, object, key);
  if (!value.is_array()) fail(file, fmt::format("has no list of {}", key));
  return value;
}

std::string text_at(const std::string& file, const json& object, const char* key) {
  const json& value = at(file, object, key);
  if (!value.is_string()) fail(file, fmt::format("has no text for {}", key));
  return value.get<std::string>();
}

std::uint64_t number_at(const std::string& file, const json& object, const char* key) {
  const json& value = at(file, object, key);
  if (!value.is_number_unsigned()) fail(file, fmt::format("has no number for {}", key));
  return value.get<std::uint64_t>();
}

CivilDate date_at(const std::string& file, const json& object, const char* key) {
  const auto date = parse_date(text_at(file, object, key));
  if (!date) fail(file, fmt::format("has no date for {}", key));
  return *date;
}

template <class Array>
Array bytes_at(const std::string& file, const json& object, const char* key) {
  Array bytes{};
  if (!from_hex(text_at(file, object, key), bytes)) fail(file, fmt::format("has no digest for {}", key));
  return bytes;
}

std::vector<store::Digest> path_at(const std::string& file, const json& object) {
  std::vector<store::Digest> path;
  for (const json& step : array_at(file, object, "path")) {
    path.emplace_back();
    if (!step.is_string() || !from_hex(step.get<std::string>(), path.back())) fail(file, "has no path");
  }
  return path;
}

/// `12:00`, up to `24:00`.
std::uint16_t clock_of(const std::string& file, const json& text) {
  constexpr std::uint16_t day = 24 * 60;
  for (std::uint16_t minute = 0; text.is_string() && minute <= day; ++minute) {
    if (text.get<std::string>() == format_clock(minute)) return minute;
  }
  fail(file, "has a time of day that is none");
}

constexpr const char* manifest_name = "manifest.json";
constexpr const char* signature_name = "manifest.sig";
constexpr const char* key_name = "key.pem";
constexpr const char* audit_name = "audit.json";
constexpr const char* seals_name = "seals.json";
constexpr const char* minutes_name = "minutes.tsv";
constexpr const char* coverage_name = "coverage.tsv";
constexpr const char* report_name = "report.json";
constexpr const char* in_force_name = "in-force.json";

class Verifier {
 public:
  Verifier(const std::vector<BundleFile>& files, const std::optional<PublicKey>& key,
           Verification& verification)
      : key_(key), out_(verification) {
    for (const BundleFile& file : files) files_[file.name] = &file.text;
  }

  void run() {
    signature();
    digests();
    head();
    chain();
    if (!with_rows_) {
      out_.notes.emplace_back(
          "this disclosure was made without the rows: its totals cannot be computed again from it");
      return;
    }
    rows();
    seals();
    totals();
    headline();
  }

 private:
  const std::string& text_of(const std::string& name) {
    const auto found = files_.find(name);
    if (found == files_.end()) fail(name, "is missing");
    return *found->second;
  }
  void say(const std::string& file, std::string text) { out_.lines.push_back({true, file, std::move(text)}); }

  void signature() {
    const std::string& text = text_of(manifest_name);
    const auto included = PublicKey::parse(text_of(key_name));
    if (!included) fail(key_name, "is no Ed25519 key");
    if (key_ && *key_ != *included)
      fail(key_name, fmt::format("is the key {}, and the one you gave is {}", included->fingerprint(),
                                 key_->fingerprint()));
    const std::string& raw = text_of(signature_name);
    Signature signature{};
    if (raw.size() != signature.size()) fail(signature_name, "is no Ed25519 signature");
    std::copy(raw.begin(), raw.end(), signature.begin());
    if (!included->verifies(bytes_of(text), signature))
      fail(manifest_name, "is not what manifest.sig signs with key.pem: one of the three was changed");
    if (!key_) {
      out_.notes.push_back(fmt::format(
          "the key is the disclosure's own, so this shows that its files belong together and not who made "
          "them; compare the key's fingerprint {} with the one that the council gives, or give its key: "
          "--key "
          "FILE",
          included->fingerprint()));
      key_ = included;
    }
    manifest_ = parse(manifest_name, text);
    if (text_at(manifest_name, manifest_, "format") != "edgewatch-bundle-1")
      fail(manifest_name, "is of a form that this version does not know; use a newer edgewatch");
    const json& disclosed = at(manifest_name, manifest_, "disclosed");
    const json& rows = at(manifest_name, disclosed, "rows");
    if (!rows.is_boolean()) fail(manifest_name, "does not say whether there are rows");
    with_rows_ = rows.get<bool>();
    say(manifest_name, fmt::format("signed with the key {}", key_->fingerprint()));
  }

  void digests() {
    std::map<std::string, bool> listed{{manifest_name, true}, {signature_name, true}};
    for (const json& each : array_at(manifest_name, manifest_, "files")) {
      const std::string name = text_at(manifest_name, each, "name");
      const auto digest = bytes_at<store::Digest>(manifest_name, each, "sha256");
      if (!listed.emplace(name, true).second) fail(manifest_name, "lists a file twice");
      const std::string& text = text_of(name);
      if (text.size() != number_at(manifest_name, each, "bytes") || sha256({bytes_of(text)}) != digest)
        fail(name, "is not the file that was disclosed: its SHA-256 is another");
    }
    for (const auto& [name, text] : files_) {
      if (!listed.contains(name)) fail(name, "was not part of the disclosure");
    }
    say(manifest_name, fmt::format("{} files are those that were disclosed (SHA-256)", files_.size() - 2));
  }

  void head() {
    const auto head = parse_signed_head(text_at(manifest_name, manifest_, "head"));
    if (!head || !verifies(*key_, *head)) fail(manifest_name, "has no signed head of the audit chain");
    head_ = *head;
    say(manifest_name, fmt::format("head of the audit chain, entry {}, signed at {}", head_.head.seq,
                                   format_rfc3339(head_.at)));
  }

  void chain() {
    const json audit = parse(audit_name, text_of(audit_name));
    if (text_at(audit_name, audit, "head") != to_string(head_))
      fail(audit_name, "was taken under another head than the manifest's");
    bool told = false;
    std::uint64_t last = 0;
    for (const json& each : array_at(audit_name, audit, "entries")) {
      const std::vector<std::string> record = entry(each, last);
      last = number_at(audit_name, each, "entry");
      const bool of_case = record[5] == text_at(manifest_name, manifest_, "case");
      const auto seal = record[2] == to_string(Action::seal_day) ? parse_day_seal(record[7]) : std::nullopt;
      if (!of_case && !seal) fail(audit_name, fmt::format("has entry {}, which is of another case", last));
      if (seal) seals_[last] = *seal;
      told = told || (of_case && record[2] == to_string(Action::disclose) &&
                      record[6] == to_string(Outcome::permitted));
    }
    if (!told) fail(audit_name, "has no entry of any disclosure");
    say(audit_name,
        fmt::format("{} entries are in the audit chain under that head", audit["entries"].size()));
  }

  /// The cells of an entry that is what was chained, and under the head.
  std::vector<std::string> entry(const json& each, std::uint64_t last) {
    const std::uint64_t number = number_at(audit_name, each, "entry");
    const auto wrong = [&](const char* what) { fail(audit_name, fmt::format("entry {} {}", number, what)); };
    if (number <= last || number > head_.head.seq) wrong("is out of order");
    const std::string record = text_at(audit_name, each, "record");
    const auto cells = split(record, '\t');
    if (cells.size() != 9 || cells[0] != std::to_string(number)) wrong("is no record");
    const store::Digest hash =
        sha256({bytes_at<store::Digest>(audit_name, each, "before"), bytes_of(record + '\n')});
    if (number == head_.head.seq && hash != head_.head.hash) wrong("is not the head");
    if (merkle_root_by(merkle_leaf({hash}), number - 1, head_.head.seq, path_at(audit_name, each)) !=
        head_.root)
      wrong("is not in the chain under this head");
    if (each.contains("detail")) {
      const auto salt = bytes_at<store::Salt>(audit_name, each, "salt");
      if (hex(sha256({salt, bytes_of(text_at(audit_name, each, "detail"))})) != cells[8])
        wrong("has a detail that is not the one it was committed to");
    }
    return {cells.begin(), cells.end()};
  }

  void rows() {
    subject_ = model::Subject::of_person(model::PersonId(text_at(manifest_name, manifest_, "person")));
    auto read = read_minutes(text_of(minutes_name), subject_);
    if (!read) fail(minutes_name, read.error());
    rows_ = std::move(read).value();
    period_ = {date_at(manifest_name, manifest_, "from"), date_at(manifest_name, manifest_, "to")};
    std::map<UtcMinute, std::uint16_t> run;  // of what stands in a minute
    for (const model::UsageSlice& row : rows_.standing) {
      if (run.try_emplace(row.minute, row.run).first->second != row.run)
        fail(minutes_name, fmt::format("has two runs that stand in {}", format_minute(row.minute)));
    }
    for (const auto* part : {&rows_.standing, &rows_.superseded}) {
      for (const model::UsageSlice& row : *part) {
        if (!period_.contains(london_date(row.minute)))
          fail(minutes_name, fmt::format("has {}, which is outside the period", format_minute(row.minute)));
        const auto known = run.find(row.minute);
        if (part == &rows_.superseded && known != run.end() && known->second <= row.run)
          fail(minutes_name,
               fmt::format("has a correction of {} that does not stand", format_minute(row.minute)));
      }
    }
    say(minutes_name, fmt::format("{} minute records, and {} that a correction took the place of",
                                  rows_.standing.size(), rows_.superseded.size()));
  }

  void seals() {
    std::map<CivilDate, std::vector<model::UsageSlice>> first_told;
    for (const auto* part : {&rows_.standing, &rows_.superseded}) {
      for (const model::UsageSlice& row : *part) {
        if (row.run == 0) first_told[london_date(row.minute)].push_back(row);
      }
    }
    const json given = parse(seals_name, text_of(seals_name));
    std::size_t sealed = 0;
    for (const json& each : array_at(seals_name, given, "sealed")) {
      const CivilDate day = date_at(seals_name, each, "day");
      const auto seal = seals_.find(number_at(seals_name, each, "entry"));
      if (seal == seals_.end() || seal->second.day != day)
        fail(seals_name, fmt::format("{} has no seal in the audit extract", format_date(day)));
      const auto told = first_told.find(day);
      if (told == first_told.end())
        fail(minutes_name,
             fmt::format("has no records of {}, and a seal says that there were some", format_date(day)));
      const store::Digest leaf = sealed_leaf(bytes_at<store::Salt>(seals_name, each, "salt"),
                                             store::leaf_text(subject_, day, told->second));
      if (merkle_root_by(leaf, number_at(seals_name, each, "position"), seal->second.subjects,
                         path_at(seals_name, each)) != seal->second.root)
        fail(minutes_name,
             fmt::format("the records of {} are not those that were sealed, or their path is not",
                         format_date(day)));
      first_told.erase(told);
      ++sealed;
    }
    say(seals_name,
        fmt::format("the records of {} days are those that were sealed when each day closed", sealed));
    unsealed(given, first_told);
  }

  void unsealed(const json& given, const std::map<CivilDate, std::vector<model::UsageSlice>>& left) {
    std::vector<std::string> said;
    for (const json& each : array_at(seals_name, given, "unsealed"))
      said.push_back(each.is_string() ? each.get<std::string>() : std::string());
    for (const auto& [day, told] : left) {
      const std::string date = format_date(day);
      if (std::ranges::find(said, date) == said.end())
        fail(seals_name, fmt::format("says nothing of {}, of which there are records", date));
      out_.notes.push_back(
          fmt::format("{} had not been sealed: its records are shown by the signature alone", date));
    }
  }

  /// What the report counted, and by which hours.
  report::UsageReport parameters() {
    report::UsageReport report;
    report.record.person = model::PersonId(text_at(manifest_name, manifest_, "person"));
    report.period = period_;
    report.rows = rows_.standing;
    const json in_force = parse(in_force_name, text_of(in_force_name));
    const json& working = at(in_force_name, in_force, "working_time");
    const std::uint64_t allowance = number_at(in_force_name, working, "break_allowance_minutes");
    constexpr std::uint64_t day = 1440;  // minutes
    if (allowance > day) fail(in_force_name, "has a break that is longer than a day");
    report.break_allowance = std::chrono::minutes(allowance);
    model::Calendar& calendar = report.calendar;
    calendar.name = text_at(in_force_name, working, "calendar");
    calendar.hours.clear();
    for (const json& each : array_at(in_force_name, working, "hours")) {
      const auto window = each.is_string() ? parse_window(each.get<std::string>()) : std::nullopt;
      if (!window) fail(in_force_name, "has working hours that are none");
      calendar.hours.push_back(*window);
    }
    const json& lunch = array_at(in_force_name, working, "lunch");
    if (lunch.size() != 2) fail(in_force_name, "has a lunch window that is none");
    calendar.lunch_from_minute = clock_of(in_force_name, lunch[0]);
    calendar.lunch_to_minute = clock_of(in_force_name, lunch[1]);
    for (const json& each : array_at(in_force_name, working, "days_off")) {
      const auto date = each.is_string() ? parse_date(each.get<std::string>()) : std::nullopt;
      if (!date) fail(in_force_name, "has a day off that is none");
      calendar.days_off.push_back(*date);
    }
    return report;
  }

  /// Each figure of the report's is the one that follows; where this version says more, that is not compared.
  static bool follows(const json& told, const json& computed) {
    if (told.is_object()) {
      return computed.is_object() && std::ranges::all_of(told.items(), [&](const auto& each) {
               return each.key() == "name" ||
                      (computed.contains(each.key()) && follows(each.value(), computed.at(each.key())));
             });
    }
    if (told.is_array()) {
      return computed.is_array() && told.size() == computed.size() &&
             std::equal(told.begin(), told.end(), computed.begin(), &Verifier::follows);
    }
    return told == computed;
  }

  void totals() {
    const json told = parse(report_name, text_of(report_name));
    report::UsageReport report = parameters();
    auto coverage = read_coverage(text_of(coverage_name));
    if (!coverage) fail(coverage_name, coverage.error());
    report.coverage = std::move(coverage).value();
    const json computed = json::parse(to_json(report));
    for (const char* key : {"total", "services", "days", "working_time", "days_in_period", "days_counted",
                            "minutes", "coverage"}) {
      if (!follows(at(report_name, told, key), at(report_name, computed, key)))
        fail(report_name, fmt::format("{} is not what the rows give", key));
    }
    say(report_name, "totals, working time, days, services and coverage are what the rows give");
    headline_ = text_at(report_name, told, "headline");
  }

  static std::string plain(std::string_view text) {
    std::string out;
    bool tag = false;
    for (const char c : text) {
      if (c == '<' || c == '>') tag = c == '<';
      const bool blank = c == ' ' || c == '\n' || c == '\r' || c == '<' || c == '>' || tag;
      if (!blank) out += c;
    }
    return out;
  }

  void headline() {
    const std::string in_html = plain(html_text(headline_));
    if (plain(text_of("report.html")).find(in_html) == std::string::npos)
      fail("report.html", "does not say what report.json says");
    if (plain(text_of("report.txt")).find(plain(terminal_text(headline_))) == std::string::npos)
      fail("report.txt", "does not say what report.json says");
    if (text_of("report.csv").find(csv_cell(terminal_text(headline_))) == std::string::npos)
      fail("report.csv", "does not say what report.json says");
    say("report.html", "says what report.json says, and so do report.txt and report.csv");
  }

  std::map<std::string, const std::string*> files_;
  std::optional<PublicKey> key_;
  Verification& out_;
  json manifest_;
  SignedHead head_;
  bool with_rows_ = false;
  std::map<std::uint64_t, DaySeal> seals_;
  model::Subject subject_;
  model::DateRange period_{};
  BundleRows rows_;
  std::string headline_;
};

}  // namespace

bool Verification::sound() const {
  return !lines.empty() && std::ranges::all_of(lines, [](const Line& line) { return line.good; });
}

Verification verify_bundle(const std::vector<BundleFile>& files, const std::optional<PublicKey>& key) {
  Verification verification;
  try {
    Verifier(files, key, verification).run();
  } catch (const Fault& fault) {
    verification.lines.push_back({false, terminal_text(fault.file), terminal_text(fault.text)});
  } catch (const json::exception&) {
    verification.lines.push_back({false, "?", "a number or text is out of bounds"});
  }
  return verification;
}

}  // namespace edgewatch::evidence

#include "edgewatch/evidence/audit_log.hpp"

#include "edgewatch/base/text.hpp"

#include "sha256.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace edgewatch::evidence {
namespace {

using nlohmann::ordered_json;

/// What lies before the first entry.
constexpr store::Digest beginning{};

/// The detail as it is kept and committed to: one JSON object, keys in this order.
std::string detail_text(const AuditDetail& detail) {
  ordered_json object;
  object["officer"] = detail.officer;
  if (detail.person) object["person"] = detail.person->text();
  if (detail.period) {
    object["from"] = format_date(detail.period->first);
    object["to"] = format_date(detail.period->last);
  }
  object["text"] = detail.text;
  return object.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

std::string text_at(const ordered_json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

AuditDetail parse_detail(const std::string& text) {
  const ordered_json object = ordered_json::parse(text, nullptr, false);
  // Not ours any more: `verify` will say so; here it is shown as it stands.
  if (!object.is_object())
    return {.person = std::nullopt, .period = std::nullopt, .text = text, .officer = {}};
  AuditDetail detail;
  detail.officer = text_at(object, "officer");
  detail.text = text_at(object, "text");
  if (const std::string person = text_at(object, "person"); !person.empty())
    detail.person = model::PersonId(person);
  const auto from = parse_date(text_at(object, "from"));
  const auto to = parse_date(text_at(object, "to"));
  if (from && to) detail.period = model::DateRange{*from, *to};
  return detail;
}

store::Digest commitment_to(const store::AuditDetailRow& detail) {
  return sha256({detail.salt, bytes_of(detail.text)});
}

store::Digest chained(const store::Digest& before, const store::AuditRow& row) {
  return sha256({before, bytes_of(canonical_record(row))});
}

AuditEntry entry_of(const store::AuditRow& row, const std::optional<store::AuditDetailRow>& detail) {
  AuditEntry entry;
  entry.seq = row.seq;
  entry.at = row.at;
  entry.action = row.action;
  entry.uid = static_cast<std::uint32_t>(row.uid);
  entry.role = row.role;
  entry.reference = model::CaseReference(row.reference);
  entry.outcome = row.outcome;
  entry.note = row.note;
  if (detail) entry.detail = parse_detail(detail->text);
  entry.hash = hex(row.hash);
  return entry;
}

/// Why this entry cannot be what was written after `before`; empty when it is.
std::string fault_in(const store::AuditRow& row, const std::optional<store::AuditDetailRow>& detail,
                     const AuditHead& before) {
  if (row.seq != before.seq + 1) return fmt::format("entry {} is missing", before.seq + 1);
  if (row.hash != chained(before.hash, row)) return "the entry, or one before it, was changed";
  if (detail && row.commitment != commitment_to(*detail))
    return "the detail is not the one that was committed to";
  return {};
}

/// How many details a certificate of deletion says to have gone.
std::uint64_t details_certified(const store::AuditRow& row) {
  if (row.action != to_string(Action::purge) || !row.note.starts_with('{')) return 0;
  const ordered_json note = ordered_json::parse(row.note, nullptr, false);
  if (!note.is_object() || !note.contains("removed") || !note["removed"].is_object()) return 0;
  const auto found = note["removed"].find("audit_detail");
  return found != note["removed"].end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

std::string who_may(Action action) {
  std::string roles;
  for (const Role role : all_roles) {
    if (role != Role::timer && permitted(role, action))  // which is nobody's group
      roles += fmt::format("{}edgewatch-{}", roles.empty() ? "" : " or ", to_string(role));
  }
  return roles;
}

}  // namespace

std::string to_string(Outcome outcome) { return outcome == Outcome::permitted ? "permitted" : "refused"; }

std::string to_string(const AuditHead& head) { return fmt::format("{}:{}", head.seq, hex(head.hash)); }

std::optional<AuditHead> parse_audit_head(const std::string& text) {
  AuditHead head;
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos || text.size() != colon + 1 + head.hash.size() * 2) return std::nullopt;
  const char* from = text.data();
  if (const auto read = std::from_chars(from, from + colon, head.seq);
      read.ec != std::errc() || read.ptr != from + colon)
    return std::nullopt;
  if (!from_hex(std::string_view(text).substr(colon + 1), head.hash)) return std::nullopt;
  return head;
}

std::string canonical_record(const store::AuditRow& row) {
  return fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\n", row.seq, format_rfc3339(row.at),
                     tsv_cell(row.action), row.uid, tsv_cell(row.role), tsv_cell(row.reference),
                     tsv_cell(row.outcome), tsv_cell(row.note), hex(row.commitment));
}

AuditEntry AuditLog::append(const Officer& officer, Action action, const model::CaseReference& reference,
                            Outcome outcome, AuditDetail detail, Timestamp at, const std::string& note) {
  detail.officer = officer.name;
  store::AuditDetailRow kept{.text = detail_text(detail), .salt = fresh_salt()};
  const auto make = [&](const std::optional<store::AuditRow>& last) {
    store::AuditRow row;
    row.seq = last ? last->seq + 1 : 1;
    row.at = at;
    row.action = to_string(action);
    row.uid = officer.uid;
    row.role = to_string(officer.role);
    row.reference = reference.text();
    row.outcome = to_string(outcome);
    row.note = note;
    row.commitment = commitment_to(kept);
    row.hash = chained(last ? last->hash : beginning, row);
    return store::NewAuditEntry{row, kept};
  };
  const store::AuditRow row = store_.append(make);
  return entry_of(row, kept);
}

std::vector<AuditEntry> AuditLog::entries(const std::function<bool(const AuditEntry&)>& wanted) const {
  std::vector<AuditEntry> all;
  store_.read(1, [&](const store::AuditRow& row, const std::optional<store::AuditDetailRow>& detail) {
    AuditEntry entry = entry_of(row, detail);
    if (!wanted || wanted(entry)) all.push_back(std::move(entry));
    return true;
  });
  return all;
}

AuditVerdict AuditLog::verify(const std::vector<AuditHead>& against) const {
  AuditVerdict verdict;
  std::map<std::uint64_t, store::Digest> outside;
  for (const AuditHead& head : against) {
    const auto [known, fresh] = outside.try_emplace(head.seq, head.hash);
    if (!fresh && known->second != head.hash) {
      verdict.fault = {head.seq, "two of the given heads contradict each other"};
      return verdict;
    }
  }
  std::uint64_t accounted = 0;
  std::uint64_t last_without = 0;
  store_.read(0, [&](const store::AuditRow& row, const std::optional<store::AuditDetailRow>& detail) {
    std::string what = fault_in(row, detail, verdict.head);
    const auto head = outside.find(row.seq);
    if (what.empty() && head != outside.end() && head->second != row.hash)
      what = "the chain is not the one that the given head was taken from";
    if (!what.empty()) {
      verdict.fault = {verdict.head.seq + 1, std::move(what)};
      return false;
    }
    ++verdict.entries;
    if (!detail) {
      ++verdict.details_purged;
      last_without = row.seq;
    }
    accounted += details_certified(row);
    verdict.head = {row.seq, row.hash};
    return true;
  });
  if (verdict.fault) return verdict;
  if (const auto orphan = store_.orphan_detail()) {
    verdict.fault = {*orphan, "there is a detail and no entry"};
  } else if (!outside.empty() && outside.rbegin()->first > verdict.head.seq) {
    verdict.fault = {
        verdict.head.seq + 1,
        fmt::format("the chain ends here, and the given head is of entry {}", outside.rbegin()->first)};
  } else if (verdict.details_purged > accounted + store_.carried_details()) {
    verdict.fault = {last_without,
                     fmt::format("{} details are gone, and certificates of deletion account for {}",
                                 verdict.details_purged, accounted)};
  }
  return verdict;
}

AuditHead AuditLog::head() const {
  const auto last = store_.last();
  return last ? AuditHead{last->seq, last->hash} : AuditHead{};
}

AuditTree AuditLog::tree() {
  store_.read(frontier_.size() + 1, [&](const store::AuditRow& row, const auto&) {
    frontier_.add(merkle_leaf({row.hash}));
    tree_.head = {row.seq, row.hash};
    return true;
  });
  tree_.root = frontier_.root();
  return tree_;
}

std::optional<Refusal> refuse_role(AuditLog& audit, const Officer& officer, Action action, Timestamp now,
                                   AuditDetail about) {
  if (permitted(officer.role, action)) return std::nullopt;
  Refusal refusal{77, fmt::format("{} is not open to edgewatch-{}; ask a member of the group {}",
                                  to_string(action), to_string(officer.role), who_may(action))};
  if (action == Action::purge) {
    refusal.sentence =
        "only the purge timer deletes (systemctl start edgewatch-purge); ICT may look what would go: "
        "edgewatch purge --dry-run";
  }
  return refused(audit, officer, action, std::move(about), std::move(refusal), now);
}

Refusal refused(AuditLog& audit, const Officer& officer, Action action, AuditDetail about, Refusal refusal,
                Timestamp now) {
  about.text = refusal.sentence;
  audit.append(officer, action, {}, Outcome::refused, std::move(about), now);
  return refusal;
}

}  // namespace edgewatch::evidence

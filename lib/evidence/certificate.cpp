#include "edgewatch/base/text.hpp"
#include "edgewatch/evidence/purge.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace edgewatch::evidence {
namespace {

using nlohmann::ordered_json;

// The chain may have been changed by somebody else: what is not as we wrote it reads as nothing.
std::string text_at(const ordered_json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return found != object.end() && found->is_string() ? found->get<std::string>() : "none";
}
std::uint64_t number_at(const ordered_json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  return found != object.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

}  // namespace

Certificate read_certificate(std::uint64_t seq, Timestamp at, const std::string& note) {
  const ordered_json said = ordered_json::parse(note, nullptr, false);
  Certificate out;
  out.seq = seq;
  out.at = at;
  out.cutoff = text_at(said, "cutoff");
  out.oldest_left = text_at(said, "oldest_left");
  out.open_cases = number_at(said, "open_cases");
  out.held_rows = number_at(said, "held");
  out.bytes_returned = number_at(said, "bytes_returned");
  if (!said.is_object()) return out;
  if (const auto removed = said.find("removed"); removed != said.end() && removed->is_object()) {
    for (const auto& [table, count] : removed->items())
      out.removed[table] = number_at(*removed, table.c_str());
  }
  if (const auto holds = said.find("holds"); holds != said.end() && holds->is_array()) {
    for (const ordered_json& hold : *holds)
      out.holds.push_back({number_at(hold, "number"), text_at(hold, "ground"), text_at(hold, "until")});
  }
  if (const auto backups = said.find("backups"); backups != said.end() && backups->is_array()) {
    for (const ordered_json& name : *backups)
      out.backups.push_back(name.is_string() ? name.get<std::string>() : "none");
  }
  out.backups_removed = number_at(said, "backups_removed");
  return out;
}

Result<std::vector<Certificate>, Refusal> certificates(AuditLog& audit, const Officer& officer,
                                                       Timestamp now) {
  if (auto refusal = refuse_role(audit, officer, Action::certificate, now)) return Failure{*refusal};
  audit.append(officer, Action::certificate, {}, Outcome::permitted, {}, now);
  std::vector<Certificate> all;
  for (const AuditEntry& entry : audit.entries([](const AuditEntry& each) {
         return each.action == to_string(Action::purge) && each.outcome == to_string(Outcome::permitted) &&
                each.note.starts_with('{');
       })) {
    all.push_back(read_certificate(entry.seq, entry.at, entry.note));
  }
  return all;
}

std::string in_words(const Certificate& certificate) {
  std::string out = fmt::format("certificate: entry {} of the audit chain, {}\n", certificate.seq,
                                format_rfc3339(std::chrono::floor<std::chrono::seconds>(certificate.at)));
  out += fmt::format("deleted: records of {} and earlier\n", terminal_text(certificate.cutoff));
  for (const auto& [table, count] : certificate.removed)
    out += fmt::format("  {:<14} {}\n", terminal_text(table), count);
  if (certificate.removed.empty()) out += "  nothing was due\n";
  out += fmt::format("oldest record left: {}\n", terminal_text(certificate.oldest_left));
  out += fmt::format("cases still open, and kept: {}\n", certificate.open_cases);
  out += fmt::format("holds respected: {}; rows kept by them: {}\n", certificate.holds.size(),
                     certificate.held_rows);
  for (const Certificate::Held& hold : certificate.holds) {
    out += fmt::format("  hold {} ({}), until {}\n", hold.number, terminal_text(hold.ground),
                       terminal_text(hold.until));
  }
  out += fmt::format("backups purged too: {}; backups whose day was due, and gone: {}\n",
                     certificate.backups.size(), certificate.backups_removed);
  for (const std::string& name : certificate.backups) out += fmt::format("  {}\n", terminal_text(name));
  return out + fmt::format("bytes returned: {}\n", certificate.bytes_returned);
}

}  // namespace edgewatch::evidence

#include "edgewatch/evidence/seals.hpp"

#include "sha256.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace edgewatch::evidence {

store::Digest sealed_leaf(const store::Salt& salt, const std::string& text) {
  return merkle_leaf({salt, bytes_of(text)});
}

std::string to_note(const DaySeal& seal) {
  const nlohmann::ordered_json note{
      {"day", format_date(seal.day)}, {"subjects", seal.subjects}, {"root", hex(seal.root)}};
  return note.dump();
}

std::optional<DaySeal> parse_day_seal(const std::string& note) {
  const auto object = nlohmann::ordered_json::parse(note, nullptr, false);
  if (!object.is_object()) return std::nullopt;
  const auto day = object.find("day");
  const auto subjects = object.find("subjects");
  const auto root = object.find("root");
  DaySeal seal;
  if (day == object.end() || !day->is_string() || subjects == object.end() ||
      !subjects->is_number_unsigned() || root == object.end() || !root->is_string() ||
      !from_hex(root->get<std::string>(), seal.root))
    return std::nullopt;
  const auto date = parse_date(day->get<std::string>());
  if (!date) return std::nullopt;
  seal.day = *date;
  seal.subjects = subjects->get<std::uint64_t>();
  return seal;
}

std::optional<DaySeal> seal_next_day(store::Ledger& ledger, AuditLog& audit, const Officer& daemon,
                                     Timestamp now) {
  // What ends about midnight is told some minutes later; two hours after it nothing more comes.
  const auto due = ledger.unsealed_days(first_open_day(now));
  if (due.empty()) return std::nullopt;
  const std::vector<store::Digest> leaves = ledger.seal(due.front(), sealed_leaf, fresh_salt);
  const DaySeal seal{due.front(), leaves.size(), merkle_root(leaves)};
  // Stopped between the two it is entered twice, the same both times.
  const AuditEntry entry =
      audit.append(daemon, Action::seal_day, {}, Outcome::permitted, {}, now, to_note(seal));
  ledger.seal_entered(seal.day, entry.seq);
  return seal;
}

}  // namespace edgewatch::evidence

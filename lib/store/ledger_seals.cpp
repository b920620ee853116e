// Seals of closed days (EVIDENCE 6): salts and leaves; the root is the audit chain's.
#include "ledger_impl.hpp"

#include <algorithm>
#include <cstring>
#include <map>

namespace edgewatch::store {
namespace {

struct SaltedLeaf {
  Digest leaf{};
  std::uint32_t subject = 0;
  Salt salt{};
};

std::vector<Digest> digests_in(Bytes blob) {
  std::vector<Digest> digests(blob.size() / sizeof(Digest));
  for (std::size_t i = 0; i < digests.size(); ++i)
    std::memcpy(digests[i].data(), blob.data() + i * sizeof(Digest), sizeof(Digest));
  return digests;
}

std::optional<std::vector<Digest>> leaves_of(Connection& connection, CivilDate day) {
  Statement read(connection, "SELECT leaves FROM day_seal WHERE day = :day");
  if (!read.bind(":day", days(day)).step()) return std::nullopt;
  return digests_in(read.blob(0));
}

void keep_leaves(Connection& connection, CivilDate day, const std::vector<SaltedLeaf>& all) {
  std::vector<std::uint8_t> blob;
  blob.reserve(all.size() * sizeof(Digest));
  Statement put(connection, "INSERT INTO day_salt VALUES (:day, :subject, :position, :salt)");
  std::map<std::uint32_t, std::size_t> by_subject;  // in order of the key: the table's pages are filled once
  for (std::size_t i = 0; i < all.size(); ++i) {
    blob.insert(blob.end(), all[i].leaf.begin(), all[i].leaf.end());
    by_subject[all[i].subject] = i;
  }
  for (const auto& [subject, position] : by_subject) {
    put.bind(":day", days(day))
        .bind(":subject", subject)
        .bind(":position", position)
        .bind(":salt", Bytes(all[position].salt))
        .run();
  }
  Statement(connection, "INSERT INTO day_seal VALUES (:day, :leaves, NULL)")
      .bind(":day", days(day))
      .bind(":leaves", Bytes(blob))
      .run();
}

}  // namespace

std::vector<CivilDate> Ledger::unsealed_days(CivilDate before) {
  std::vector<CivilDate> found;
  change(impl_->connection, *impl_->book, [&] { impl_->book->pack_before(hours(london_midnight(before))); });
  Statement read(impl_->connection,
                 "SELECT u.day FROM usage_day u LEFT JOIN day_seal s USING (day) WHERE u.day < :before AND "
                 "s.entry IS NULL ORDER BY u.day");
  read.bind(":before", days(before));
  while (read.step()) found.push_back(from_days(read.number(0)));
  return found;
}

std::vector<Digest> Ledger::seal(CivilDate day, LeafHash hash, FreshSalt fresh_salt) {
  if (auto kept = leaves_of(impl_->connection, day)) return *kept;
  std::vector<SaltedLeaf> all;
  {
    // Read in a snapshot, so that whoever writes minutes is not kept waiting.
    const Snapshot snapshot(impl_->connection);
    const Span span = span_of({day, day});
    impl_->book->each_first_told(hours(span.from), hours(span.to),
                                 [&](auto number, const auto& subject, const auto& told) {
                                   if (told.empty()) return;
                                   const Salt salt = fresh_salt();
                                   all.push_back({hash(salt, leaf_text(subject, day, told)), number, salt});
                                 });
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.leaf < b.leaf; });
  Transaction transaction(impl_->connection);
  keep_leaves(impl_->connection, day, all);
  transaction.commit();
  std::vector<Digest> leaves;
  leaves.reserve(all.size());
  for (const SaltedLeaf& each : all) leaves.push_back(each.leaf);
  return leaves;
}

void Ledger::seal_entered(CivilDate day, std::uint64_t entry) {
  Statement(impl_->connection, "UPDATE day_seal SET entry = :entry WHERE day = :day")
      .bind(":entry", entry)
      .bind(":day", days(day))
      .run();
}

std::vector<model::UsageSlice> Ledger::first_told(const model::CaseAuthority& authority,
                                                  const model::DateRange& period) const {
  return impl_->find(authority, period, UsageBook::Which::first_told);
}

std::optional<SealedLeaf> Ledger::sealed_leaf(const model::CaseAuthority& authority, CivilDate day) const {
  if (!authority.period().contains(day)) return std::nullopt;
  Statement read(
      impl_->connection,
      "SELECT s.position, s.salt, d.leaves, d.entry FROM day_salt s JOIN day_seal d USING (day) JOIN "
      "subject n USING (subject_id) WHERE s.day = :day AND n.name = :name");
  read.bind(":day", days(day)).bind(":name", model::Subject::of_person(authority.person()).text());
  if (!read.step()) return std::nullopt;
  SealedLeaf leaf;
  leaf.position = read.as<std::uint64_t>(0);
  const auto salt = read.blob(1);
  if (salt.size() == leaf.salt.size()) std::copy(salt.begin(), salt.end(), leaf.salt.begin());
  leaf.leaves = digests_in(read.blob(2));
  leaf.entry = read.is_null(3) ? 0 : read.as<std::uint64_t>(3);
  return leaf;
}

}  // namespace edgewatch::store

#include "edgewatch/store/audit_store.hpp"

#include "connection.hpp"
#include "database.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace edgewatch::store {

class AuditStore::Impl {
 public:
  explicit Impl(const std::filesystem::path& file) : connection(file) {
    prepare(connection, audit_blueprint());
  }
  Connection connection;
};

namespace {

constexpr const char* columns =
    "SELECT e.seq, e.at_us, e.action, e.uid, e.role, e.reference, e.outcome, e.note, e.commitment, e.hash, "
    "d.text, d.salt "
    "FROM entry e LEFT JOIN detail d USING (seq) ";

/// A blob of another length was put there by somebody else: it reads as zeros, which cannot verify.
template <std::size_t N>
std::array<std::uint8_t, N> fixed(const std::vector<std::uint8_t>& bytes) {
  std::array<std::uint8_t, N> out{};
  if (bytes.size() == N) std::copy(bytes.begin(), bytes.end(), out.begin());
  return out;
}

AuditRow read_row(const Statement& row) {
  AuditRow entry;
  entry.seq = row.as<std::uint64_t>(0);
  entry.at = Timestamp(Duration(row.number(1)));
  entry.action = row.text(2);
  entry.uid = row.as<std::uint64_t>(3);
  entry.role = row.text(4);
  entry.reference = row.text(5);
  entry.outcome = row.text(6);
  entry.note = row.text(7);
  entry.commitment = fixed<32>(row.blob(8));
  entry.hash = fixed<32>(row.blob(9));
  return entry;
}

std::optional<AuditDetailRow> read_detail(const Statement& row) {
  if (row.is_null(11)) return std::nullopt;
  return AuditDetailRow{.text = row.text(10), .salt = fixed<16>(row.blob(11))};
}

std::optional<AuditRow> last_of(Connection& connection) {
  Statement read(connection, std::string(columns) + "ORDER BY e.seq DESC LIMIT 1");
  if (!read.step()) return std::nullopt;
  return read_row(read);
}

/// Which details are due, as one condition over a table of references made for this call alone.
constexpr const char* due_condition =
    "seq IN (SELECT e.seq FROM entry e LEFT JOIN temp.purge_case c ON c.reference = e.reference "
    "WHERE coalesce(c.gone, 0) = 1 OR (e.at_us < :before AND NOT (coalesce(c.gone, 1) = 0 AND e.outcome = "
    "'permitted')))";

void list_cases(Connection& connection, const std::vector<model::CaseReference>& keep,
                const std::vector<model::CaseReference>& gone) {
  connection.execute(
      "CREATE TEMP TABLE IF NOT EXISTS purge_case(reference TEXT PRIMARY KEY NOT NULL, gone INTEGER NOT "
      "NULL) STRICT");
  connection.execute("DELETE FROM temp.purge_case");
  Statement put(connection, "INSERT OR REPLACE INTO temp.purge_case VALUES (:reference, :gone)");
  for (const model::CaseReference& reference : keep)
    put.bind(":reference", reference.text()).bind(":gone", 0).run();
  for (const model::CaseReference& reference : gone)
    put.bind(":reference", reference.text()).bind(":gone", 1).run();
}

}  // namespace

AuditStore::AuditStore(const std::filesystem::path& file) : impl_(std::make_unique<Impl>(file)) {}
AuditStore::~AuditStore() = default;

AuditRow AuditStore::append(const std::function<NewAuditEntry(const std::optional<AuditRow>&)>& make) {
  Connection& connection = impl_->connection;
  Transaction transaction(connection);
  const NewAuditEntry entry = make(last_of(connection));
  const AuditRow& row = entry.row;
  Statement(connection,
            "INSERT INTO entry VALUES (:seq, :at, :action, :uid, :role, :reference, :outcome, :note, "
            ":commitment, :hash)")
      .bind(":seq", row.seq)
      .bind(":at", row.at.time_since_epoch().count())
      .bind(":action", row.action)
      .bind(":uid", row.uid)
      .bind(":role", row.role)
      .bind(":reference", row.reference)
      .bind(":outcome", row.outcome)
      .bind(":note", row.note)
      .bind(":commitment", Bytes(row.commitment))
      .bind(":hash", Bytes(row.hash))
      .run();
  Statement(connection, "INSERT INTO detail VALUES (:seq, :text, :salt)")
      .bind(":seq", row.seq)
      .bind(":text", entry.detail.text)
      .bind(":salt", Bytes(entry.detail.salt))
      .run();
  transaction.commit();
  return row;
}

std::optional<AuditRow> AuditStore::last() const { return last_of(impl_->connection); }

void AuditStore::read(
    std::uint64_t first_seq,
    const std::function<bool(const AuditRow&, const std::optional<AuditDetailRow>&)>& row) const {
  Statement read(impl_->connection, std::string(columns) + "WHERE e.seq >= :first ORDER BY e.seq");
  read.bind(":first", first_seq);
  while (read.step()) {
    if (!row(read_row(read), read_detail(read))) return;
  }
}

std::optional<std::uint64_t> AuditStore::orphan_detail() const {
  Statement read(impl_->connection, "SELECT min(seq) FROM detail WHERE seq NOT IN (SELECT seq FROM entry)");
  if (!read.step() || read.is_null(0)) return std::nullopt;
  return read.as<std::uint64_t>(0);
}

std::uint64_t AuditStore::due_details(Timestamp before, const std::vector<model::CaseReference>& keep,
                                      const std::vector<model::CaseReference>& gone) const {
  list_cases(impl_->connection, keep, gone);
  Statement count(impl_->connection, fmt::format("SELECT count(*) FROM detail WHERE {}", due_condition));
  count.bind(":before", before.time_since_epoch().count());
  return count.step() ? count.as<std::uint64_t>(0) : 0;
}

AuditPurge AuditStore::purge_details(Timestamp before, const std::vector<model::CaseReference>& keep,
                                     const std::vector<model::CaseReference>& gone) {
  Connection& connection = impl_->connection;
  constexpr int rows_a_step = 2000;
  const auto bytes = [&] {
    return static_cast<std::uint64_t>(connection.number("PRAGMA page_count") *
                                      connection.number("PRAGMA page_size"));
  };
  const std::uint64_t bytes_before = bytes();
  list_cases(connection, keep, gone);
  for (std::uint64_t removed = 1; removed > 0;) {
    Transaction transaction(connection);
    Statement(connection,
              fmt::format("DELETE FROM detail WHERE seq IN (SELECT seq FROM detail WHERE {} LIMIT {})",
                          due_condition, rows_a_step))
        .bind(":before", before.time_since_epoch().count())
        .run();
    removed = connection.changes();
    carry(connection, "audit_detail", removed);
    transaction.commit();
  }
  connection.execute("DELETE FROM temp.purge_case");
  AuditPurge result;
  result.details = carried_details();
  result.clean = scrub(connection);
  const std::uint64_t bytes_after = bytes();
  result.bytes_returned = bytes_before > bytes_after ? bytes_before - bytes_after : 0;
  return result;
}

std::uint64_t AuditStore::carried_details() const {
  const auto rows = carried(impl_->connection);
  const auto found = rows.find("audit_detail");
  return found == rows.end() ? 0 : found->second;
}

void AuditStore::back_up(const std::filesystem::path& file) const { store::back_up(impl_->connection, file); }

void AuditStore::purge_certified() { forget_carried(impl_->connection); }

}  // namespace edgewatch::store

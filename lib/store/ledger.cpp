#include "edgewatch/store/ledger.hpp"

#include "ledger_impl.hpp"

#include <system_error>

namespace edgewatch::store {

Ledger::Ledger(const std::filesystem::path& file) : impl_(std::make_unique<Impl>(file)) {}
Ledger::~Ledger() = default;

void Ledger::heartbeat(Timestamp at) {
  Statement(impl_->connection,
            "INSERT INTO heartbeat(one, at_us) VALUES (1, :at) ON CONFLICT(one) DO UPDATE SET at_us = "
            "excluded.at_us")
      .bind(":at", micros(at))
      .run();
}

void Ledger::write_clock_step(Timestamp at, Duration step) {
  Statement(impl_->connection,
            "INSERT INTO clock_step(at_us, step_us) VALUES (:at, :step) ON CONFLICT DO NOTHING")
      .bind(":at", micros(at))
      .bind(":step", step.count())
      .run();
}

void Ledger::write_method(const std::string& version, const std::string& constants_json, Timestamp at) {
  Statement(impl_->connection,
            "INSERT INTO method(version, constants, first_us) VALUES (:version, :constants, :at) "
            "ON CONFLICT DO UPDATE SET first_us = min(first_us, excluded.first_us)")
      .bind(":version", version)
      .bind(":constants", constants_json)
      .bind(":at", micros(at))
      .run();
}

void Ledger::write_revision(const std::string& kind, const model::Revision& revision,
                            const std::string& description, Timestamp at) {
  Statement(impl_->connection,
            "INSERT INTO revision(kind, revision, description, first_us, last_us) VALUES (:kind, :revision, "
            ":description, :at, :at) "
            "ON CONFLICT DO UPDATE SET first_us = min(first_us, excluded.first_us), last_us = max(last_us, "
            "excluded.last_us)")
      .bind(":kind", kind)
      .bind(":revision", revision.text())
      .bind(":description", description)
      .bind(":at", micros(at))
      .run();
}

void Ledger::put_in_force(const std::string& kind, const model::Revision& revision, Timestamp at) {
  if (in_force(kind, at) == revision) return;
  Statement(impl_->connection,
            "INSERT OR REPLACE INTO in_force(kind, at_us, revision) VALUES (:kind, :at, :revision)")
      .bind(":kind", kind)
      .bind(":at", micros(at))
      .bind(":revision", revision.text())
      .run();
}

std::optional<model::Revision> Ledger::in_force(const std::string& kind, Timestamp at) const {
  Statement read(impl_->connection,
                 "SELECT revision FROM in_force WHERE kind = :kind AND at_us <= :at ORDER BY at_us DESC "
                 "LIMIT 1");
  read.bind(":kind", kind).bind(":at", micros(at));
  if (!read.step()) return std::nullopt;
  return model::Revision(read.text(0));
}

std::vector<RevisionRecord> Ledger::revisions() const {
  std::vector<RevisionRecord> all;
  Statement read(impl_->connection,
                 "SELECT kind, revision, description, first_us, last_us FROM revision ORDER BY kind, "
                 "first_us, revision");
  while (read.step()) {
    all.push_back({.kind = read.text(0),
                   .revision = model::Revision(read.text(1)),
                   .description = read.text(2),
                   .first = from_micros(read.number(3)),
                   .last = from_micros(read.number(4))});
  }
  return all;
}

std::vector<MethodRecord> Ledger::methods() const {
  std::vector<MethodRecord> all;
  Statement read(impl_->connection,
                 "SELECT version, constants, first_us FROM method ORDER BY version, first_us");
  while (read.step()) {
    all.push_back(
        {.version = read.text(0), .constants_json = read.text(1), .first = from_micros(read.number(2))});
  }
  return all;
}

void Ledger::back_up(const std::filesystem::path& file) const { store::back_up(impl_->connection, file); }

Status Ledger::status() const {
  Connection& connection = impl_->connection;
  const Snapshot snapshot(connection);
  Status status;
  status.schema = schema_version(connection);
  status.usage_rows = impl_->book->records();
  status.newest_minute = impl_->book->newest_minute();
  Statement beat(connection, "SELECT at_us FROM heartbeat");
  if (beat.step()) status.last_heartbeat = from_micros(beat.number(0));
  if (!connection.in_memory()) {
    std::error_code gone;
    const std::uintmax_t bytes = std::filesystem::file_size(connection.file(), gone);
    if (!gone) status.file_bytes = bytes;
  }
  return status;
}

}  // namespace edgewatch::store

R"sql(
-- Who a row is about, as text once. `last_day` is the civil date (Europe/London, days since 1970-01-01) of the latest row that names the subject:
-- when that date is due, no row can name it any more and the purge removes it here too, without searching the big table.
CREATE TABLE subject(
  subject_id INTEGER PRIMARY KEY,
  name       TEXT    NOT NULL UNIQUE CHECK (length(name) > 0),
  last_day   INTEGER NOT NULL
) STRICT;

-- A catalogue id and nothing else: a host name has a dot and cannot stand here.
CREATE TABLE service(
  service_id INTEGER PRIMARY KEY,
  name       TEXT    NOT NULL UNIQUE CHECK (name GLOB '[a-z0-9]*' AND name NOT GLOB '*[^a-z0-9-]*')
) STRICT;

-- What a row was judged by: the service's category and the revisions in force at that minute.
CREATE TABLE provenance(
  provenance_id INTEGER PRIMARY KEY,
  category      TEXT NOT NULL,
  catalogue     TEXT NOT NULL,
  rule_book     TEXT NOT NULL,
  method        TEXT NOT NULL,
  UNIQUE (category, catalogue, rule_book, method)
) STRICT;

-- Time of one subject on one service in one UTC minute. Time comes first in the key: an hour's rows lie together, so writing and purging touch few
-- pages. `subject_id` is no foreign key on purpose: it would need an index by subject as large as the table, or a full search for each subject purged.
CREATE TABLE usage(
  hour             INTEGER NOT NULL,
  subject_id       INTEGER NOT NULL,
  minute           INTEGER NOT NULL CHECK (minute BETWEEN 0 AND 59),
  service_id       INTEGER NOT NULL REFERENCES service(service_id),
  kind             INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 2),
  grade            INTEGER NOT NULL CHECK (grade BETWEEN 0 AND 2),
  purpose          INTEGER NOT NULL CHECK (purpose BETWEEN 0 AND 1),
  seconds          INTEGER NOT NULL CHECK (seconds BETWEEN 1 AND 60),
  lower_seconds    INTEGER NOT NULL CHECK (lower_seconds BETWEEN 0 AND seconds),
  reasons          INTEGER NOT NULL CHECK (reasons BETWEEN 0 AND 65535),
  weakest_name     INTEGER NOT NULL,
  weakest_identity INTEGER NOT NULL,
  provenance_id    INTEGER NOT NULL REFERENCES provenance(provenance_id),
  PRIMARY KEY (hour, subject_id, minute, service_id, kind, grade, purpose),
  CHECK (lower_seconds = 0 OR (grade > 0 AND kind < 2))
) STRICT, WITHOUT ROWID;

CREATE TABLE exclusion(
  utc_day    INTEGER NOT NULL,
  subject_id INTEGER NOT NULL,
  reason     TEXT    NOT NULL,
  run_us     INTEGER NOT NULL, -- when the run that counted began: its count replaces its own, runs add up
  count      INTEGER NOT NULL,
  PRIMARY KEY (utc_day, subject_id, reason, run_us)
) STRICT, WITHOUT ROWID;

-- Two tables, so that what a class forbids has no column: the first knows no service, the second no person, and neither a client or a name.
CREATE TABLE block_inappropriate(
  minute    INTEGER NOT NULL,
  rule      TEXT    NOT NULL,
  person    TEXT    NOT NULL,
  mechanism TEXT    NOT NULL,
  attempts  INTEGER NOT NULL,
  PRIMARY KEY (minute, rule, person, mechanism)
) STRICT, WITHOUT ROWID;

CREATE TABLE block_policy(
  minute     INTEGER NOT NULL,
  rule       TEXT    NOT NULL,
  rule_class INTEGER NOT NULL CHECK (rule_class BETWEEN 1 AND 2),
  service    TEXT    NOT NULL CHECK (service NOT GLOB '*[^a-z0-9-]*'),
  category   TEXT    NOT NULL,
  mechanism  TEXT    NOT NULL,
  attempts   INTEGER NOT NULL,
  PRIMARY KEY (minute, rule, service, mechanism)
) STRICT, WITHOUT ROWID;

CREATE TABLE coverage(
  from_us        INTEGER NOT NULL,
  source         TEXT    NOT NULL,
  state          INTEGER NOT NULL CHECK (state BETWEEN 0 AND 1),
  to_us          INTEGER NOT NULL,
  seen           INTEGER NOT NULL,
  lost_in_kernel INTEGER NOT NULL,
  lost_in_queue  INTEGER NOT NULL,
  refused        INTEGER NOT NULL,
  named          INTEGER NOT NULL,
  unnamed_ech    INTEGER NOT NULL,
  unnamed_doh    INTEGER NOT NULL,
  unnamed_tunnel INTEGER NOT NULL,
  unnamed_other  INTEGER NOT NULL,
  PRIMARY KEY (from_us, source, state)
) STRICT, WITHOUT ROWID;

CREATE TABLE clock_step(
  at_us   INTEGER NOT NULL,
  step_us INTEGER NOT NULL,
  PRIMARY KEY (at_us, step_us)
) STRICT, WITHOUT ROWID;

-- Who held an address or a device, and when. `due_day`: civil date on which the interval ended, or was last confirmed while it still ran.
CREATE TABLE binding(
  layer         INTEGER NOT NULL CHECK (layer BETWEEN 0 AND 2),
  holder        TEXT    NOT NULL,
  value         TEXT    NOT NULL,
  valid_from_us INTEGER NOT NULL,
  valid_to_us   INTEGER NOT NULL,
  recorded_us   INTEGER NOT NULL,
  basis         INTEGER NOT NULL,
  due_day       INTEGER NOT NULL,
  PRIMARY KEY (valid_from_us, layer, holder, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX binding_value ON binding(value, valid_from_us);
CREATE INDEX binding_due ON binding(due_day);

CREATE TABLE method(
  version   TEXT    NOT NULL,
  constants TEXT    NOT NULL,
  first_us  INTEGER NOT NULL,
  PRIMARY KEY (version, constants)
) STRICT, WITHOUT ROWID;

CREATE TABLE revision(
  kind        TEXT    NOT NULL,
  revision    TEXT    NOT NULL,
  description TEXT    NOT NULL,
  first_us    INTEGER NOT NULL,
  last_us     INTEGER NOT NULL,
  PRIMARY KEY (kind, revision)
) STRICT, WITHOUT ROWID;

CREATE TABLE heartbeat(
  one   INTEGER PRIMARY KEY CHECK (one = 1),
  at_us INTEGER NOT NULL
) STRICT;

CREATE TABLE case_file(
  reference     TEXT    PRIMARY KEY NOT NULL CHECK (length(reference) > 0 AND reference NOT GLOB '*[^A-Za-z0-9-]*'),
  person        TEXT    NOT NULL CHECK (length(person) > 0),
  reason        INTEGER NOT NULL,
  grounds       TEXT    NOT NULL,
  first_day     INTEGER NOT NULL,
  last_day      INTEGER NOT NULL CHECK (last_day >= first_day),
  authorised_by TEXT    NOT NULL,
  officer       TEXT    NOT NULL,
  opened_by_uid INTEGER NOT NULL,
  opened_us     INTEGER NOT NULL,
  closed_us     INTEGER
) STRICT, WITHOUT ROWID;

-- Rows that a purge removed and no certificate has named yet: counted in the transaction that removed them, so that a purge killed half way
-- still ends in one true certificate.
CREATE TABLE purge_carry(
  name TEXT    PRIMARY KEY NOT NULL,
  rows INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
)sql"

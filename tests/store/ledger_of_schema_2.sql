-- A ledger of schema 2, dumped by sqlite3 from the file that the version with that schema wrote: seven minute records of three people and a device,
-- in summer and winter, of every kind, grade and purpose; an exclusion, a binding, a heartbeat and a case.
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA user_version = 2;
PRAGMA application_id = 1163349063;
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE subject(
  subject_id INTEGER PRIMARY KEY,
  name       TEXT    NOT NULL UNIQUE CHECK (length(name) > 0),
  last_day   INTEGER NOT NULL
) STRICT;
INSERT INTO subject VALUES(1,'p17',20774);
INSERT INTO subject VALUES(2,'p18',20648);
INSERT INTO subject VALUES(3,'device:02:00:5e:10:00:17',20774);
INSERT INTO subject VALUES(4,'unattributed',20774);
CREATE TABLE service(
  service_id INTEGER PRIMARY KEY,
  name       TEXT    NOT NULL UNIQUE CHECK (name GLOB '[a-z0-9]*' AND name NOT GLOB '*[^a-z0-9-]*')
) STRICT;
INSERT INTO service VALUES(1,'photo-share');
INSERT INTO service VALUES(2,'video');
INSERT INTO service VALUES(3,'micro-blog');
CREATE TABLE provenance(
  provenance_id INTEGER PRIMARY KEY,
  category      TEXT NOT NULL,
  catalogue     TEXT NOT NULL,
  rule_book     TEXT NOT NULL,
  method        TEXT NOT NULL,
  UNIQUE (category, catalogue, rule_book, method)
) STRICT;
INSERT INTO provenance VALUES(1,'social','c1','r1','1');
INSERT INTO provenance VALUES(2,'streaming-video','c1','r1','1');
INSERT INTO provenance VALUES(3,'social','c2','r1','2');
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
INSERT INTO usage VALUES(495550,1,59,1,0,2,0,42,21,3,5,2,1);
INSERT INTO usage VALUES(495551,1,0,1,0,2,0,60,60,3,5,2,1);
INSERT INTO usage VALUES(495551,1,0,2,2,1,0,60,0,3,5,2,2);
INSERT INTO usage VALUES(495551,1,1,2,1,0,0,7,0,36864,3,2,2);
INSERT INTO usage VALUES(495551,2,1,3,0,2,1,31,15,3,5,3,3);
INSERT INTO usage VALUES(498586,3,6,2,0,2,0,42,21,3,5,2,1);
INSERT INTO usage VALUES(498586,4,6,2,0,2,0,1,0,3,5,2,1);
CREATE TABLE exclusion(
  utc_day    INTEGER NOT NULL,
  subject_id INTEGER NOT NULL,
  reason     TEXT    NOT NULL,
  run_us     INTEGER NOT NULL, -- when the run that counted began: its count replaces its own, runs add up
  count      INTEGER NOT NULL,
  PRIMARY KEY (utc_day, subject_id, reason, run_us)
) STRICT, WITHOUT ROWID;
INSERT INTO exclusion VALUES(20774,1,'embedded',0,3);
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
  unnamed_other  INTEGER NOT NULL, bypass_doh INTEGER, bypass_dot INTEGER, bypass_doq INTEGER, bypass_relay INTEGER, bypass_wireguard INTEGER, bypass_openvpn INTEGER, bypass_ike INTEGER, canary INTEGER, ddr INTEGER, tls_without_dns INTEGER, tls_with_dns INTEGER, ambiguous INTEGER,
  PRIMARY KEY (from_us, source, state)
) STRICT, WITHOUT ROWID;
CREATE TABLE clock_step(
  at_us   INTEGER NOT NULL,
  step_us INTEGER NOT NULL,
  PRIMARY KEY (at_us, step_us)
) STRICT, WITHOUT ROWID;
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
INSERT INTO binding VALUES(1,'02:00:5e:10:00:01','p17',1783929600000000,1784016000000000,1784016000000000,4,20648);
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
INSERT INTO heartbeat VALUES(1,1794910920000000);
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
INSERT INTO case_file VALUES('HR-2026-014','p17',0,'minutes reported by the line manager of p17',20758,20777,'Head of Service','HR officer',1001,1795165200000000,NULL);
CREATE TABLE purge_carry(
  name TEXT    PRIMARY KEY NOT NULL,
  rows INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX binding_value ON binding(value, valid_from_us);
CREATE INDEX binding_due ON binding(due_day);
COMMIT;

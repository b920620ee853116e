R"sql(
-- The only exception to deletion: records of one person and some days, kept until a date for a reason. `end_day`: the last day on which it holds, by which
-- the entry itself falls due.
CREATE TABLE hold(
  number              INTEGER PRIMARY KEY AUTOINCREMENT,
  ground              INTEGER NOT NULL CHECK (ground BETWEEN 0 AND 2),
  reference           TEXT    NOT NULL CHECK (length(reference) > 0),
  person              TEXT    NOT NULL CHECK (length(person) > 0),
  first_day           INTEGER NOT NULL,
  last_day            INTEGER NOT NULL CHECK (last_day >= first_day),
  until_day           INTEGER NOT NULL,
  approved_by         TEXT    NOT NULL CHECK (length(approved_by) > 0),
  reason              TEXT    NOT NULL CHECK (length(reason) > 0),
  entered_by          TEXT    NOT NULL,
  entered_us          INTEGER NOT NULL,
  released_us         INTEGER,
  released_by         TEXT,
  release_approved_by TEXT,
  end_day             INTEGER NOT NULL
) STRICT;
CREATE INDEX hold_due ON hold(end_day);

-- What the purge knows from run to run. `trusted_us`: the last time of the clock that was believed; `excused_us`: records up to there are known to be of a
-- wrong clock; `certified_us`: when a purge last ended in a certificate; `confirmed_day`: the cutoff of a purge that was confirmed and has no certificate yet;
-- `rewritten`: no byte is left of what was deleted before secure_delete was in force.
CREATE TABLE retention_state(
  one           INTEGER PRIMARY KEY CHECK (one = 1),
  trusted_us    INTEGER,
  excused_us    INTEGER,
  certified_us  INTEGER,
  confirmed_day INTEGER,
  rewritten     INTEGER NOT NULL CHECK (rewritten BETWEEN 0 AND 1)
) STRICT;
INSERT INTO retention_state(one, rewritten) SELECT 1, NOT EXISTS (SELECT 1 FROM subject) AND NOT EXISTS (SELECT 1 FROM binding);
)sql"

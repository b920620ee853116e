R"sql(
-- Seals of closed days. `leaves` are digests in rising order, which name nobody and say nothing of whose they are; whose one is stands with its salt alone,
-- which goes when the person's rows do. The root is in the audit chain, in that entry.
CREATE TABLE day_seal(
  day    INTEGER PRIMARY KEY, -- civil date in Europe/London, days since 1970-01-01
  leaves BLOB    NOT NULL CHECK (length(leaves) % 32 = 0),
  entry  INTEGER              -- NULL until it is written
) STRICT;
CREATE TABLE day_salt(
  day        INTEGER NOT NULL,
  subject_id INTEGER NOT NULL,
  position   INTEGER NOT NULL,
  salt       BLOB    NOT NULL CHECK (length(salt) = 16),
  PRIMARY KEY (day, subject_id)
) STRICT, WITHOUT ROWID;
)sql"

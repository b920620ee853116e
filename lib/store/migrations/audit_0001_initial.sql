R"sql(
-- The chain: h(i) = SHA-256(h(i-1) || canonical record). Nothing here names a person, so it is never purged.
CREATE TABLE entry(
  seq        INTEGER PRIMARY KEY,
  at_us      INTEGER NOT NULL,
  action     TEXT    NOT NULL,
  uid        INTEGER NOT NULL,
  role       TEXT    NOT NULL,
  reference  TEXT    NOT NULL,
  outcome    TEXT    NOT NULL CHECK (outcome IN ('permitted', 'refused')),
  note       TEXT    NOT NULL,
  commitment BLOB    NOT NULL CHECK (length(commitment) = 32),
  hash       BLOB    NOT NULL CHECK (length(hash) = 32)
) STRICT;

CREATE TRIGGER entry_in_order BEFORE INSERT ON entry
  WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM entry)
  BEGIN SELECT raise(ABORT, 'the audit chain only grows at its end'); END;
CREATE TRIGGER entry_stays BEFORE UPDATE ON entry
  BEGIN SELECT raise(ABORT, 'the audit chain is append-only'); END;
CREATE TRIGGER entry_is_kept BEFORE DELETE ON entry
  BEGIN SELECT raise(ABORT, 'the audit chain is append-only'); END;

-- What an entry was about (person, dates, grounds), outside the chain: purged with the person, and the chain still verifies.
CREATE TABLE detail(
  seq  INTEGER PRIMARY KEY REFERENCES entry(seq),
  text TEXT    NOT NULL,
  salt BLOB    NOT NULL CHECK (length(salt) = 16)
) STRICT;

CREATE TABLE purge_carry(
  name TEXT    PRIMARY KEY NOT NULL,
  rows INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
)sql"

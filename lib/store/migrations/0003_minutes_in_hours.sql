R"sql(
-- Minutes are packed: one row for each subject and hour, and what is told of the hour that still runs in pages that are written over in place.
-- The rows of before are packed by the program in the same transaction; `usage_before` and `provenance_before` are gone after it.
ALTER TABLE usage RENAME TO usage_before;
ALTER TABLE provenance RENAME TO provenance_before;

-- AUTOINCREMENT: a number is never given twice, so nothing that was left over could ever be taken for somebody else's.
CREATE TABLE subject_with_numbers(
  subject_id INTEGER PRIMARY KEY AUTOINCREMENT,
  name       TEXT    NOT NULL UNIQUE CHECK (length(name) > 0),
  last_day   INTEGER NOT NULL -- of exclusions; who has minutes in a day stands in usage_day
) STRICT;
INSERT INTO subject_with_numbers SELECT subject_id, name, last_day FROM subject;
DROP TABLE subject;
ALTER TABLE subject_with_numbers RENAME TO subject;

CREATE TABLE category(
  category_id INTEGER PRIMARY KEY,
  name        TEXT    NOT NULL UNIQUE
) STRICT;

-- Everything of a minute record but whose it is, when, how long, by which binding and by which revisions. Names nobody. Not UNIQUE, which would cost an
-- index that nothing reads: the program knows all of them.
CREATE TABLE circumstance(
  circumstance_id  INTEGER PRIMARY KEY,
  service_id       INTEGER NOT NULL REFERENCES service(service_id),
  category_id      INTEGER NOT NULL REFERENCES category(category_id),
  kind             INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 2),
  grade            INTEGER NOT NULL CHECK (grade BETWEEN 0 AND 2),
  purpose          INTEGER NOT NULL CHECK (purpose BETWEEN 0 AND 1),
  reasons          INTEGER NOT NULL CHECK (reasons BETWEEN 0 AND 65535),
  weakest_name     INTEGER NOT NULL CHECK (weakest_name BETWEEN 0 AND 6),
  weakest_identity INTEGER NOT NULL CHECK (weakest_identity BETWEEN 0 AND 3)
) STRICT;

CREATE TABLE judged_by(
  judged_by_id INTEGER PRIMARY KEY,
  catalogue    TEXT NOT NULL,
  rule_book    TEXT NOT NULL,
  method       TEXT NOT NULL
) STRICT;

-- A subject's records of one UTC hour (lib/store/minute_codec). Time comes first in the key: place = hour * 2^32 + subject_id.
CREATE TABLE usage(
  place      INTEGER PRIMARY KEY,
  records    BLOB    NOT NULL,
  hour       INTEGER GENERATED ALWAYS AS (place >> 32) VIRTUAL,
  subject_id INTEGER GENERATED ALWAYS AS (place & 4294967295) VIRTUAL
) STRICT;

-- What is told of the hour that still runs, in order of telling. Pages are allotted once and written over.
CREATE TABLE usage_open(
  page    INTEGER PRIMARY KEY,
  records BLOB    NOT NULL
) STRICT;

-- Who has rows in a civil date (Europe/London, days since 1970-01-01): so the purge knows of whom nothing is left without searching the big table.
CREATE TABLE usage_day(
  day      INTEGER PRIMARY KEY,
  subjects BLOB    NOT NULL
) STRICT;

CREATE TABLE usage_state(
  one        INTEGER PRIMARY KEY CHECK (one = 1),
  generation INTEGER NOT NULL CHECK (generation BETWEEN 1 AND 4294967295), -- of the pages in usage_open that count
  records    INTEGER NOT NULL CHECK (records >= 0)                         -- in usage
) STRICT;
INSERT INTO usage_state VALUES (1, 1, 0);
)sql"

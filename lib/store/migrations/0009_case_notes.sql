R"sql(
-- What is written down in a case after it was opened, in order of writing: never changed, and gone with the case.
CREATE TABLE case_note(
  number     INTEGER PRIMARY KEY AUTOINCREMENT,
  reference  TEXT    NOT NULL REFERENCES case_file(reference) ON DELETE CASCADE,
  kind       INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 7),
  text       TEXT    NOT NULL CHECK (length(text) > 0),
  day        INTEGER,
  supersedes INTEGER,
  entered_by TEXT    NOT NULL,
  entered_us INTEGER NOT NULL
) STRICT;
CREATE INDEX case_note_reference ON case_note(reference);
)sql"

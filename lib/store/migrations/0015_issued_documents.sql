R"sql(
-- The monitoring notice as it was issued and the processing description as it was approved, to tell what changed since. The newest of each kind; that there
-- were others stands in the audit chain.
CREATE TABLE issued_document(
  kind       TEXT    PRIMARY KEY NOT NULL CHECK (kind IN ('notice', 'dpia')),
  text       TEXT    NOT NULL,
  issued_by  TEXT    NOT NULL CHECK (length(issued_by) > 0),
  entered_by TEXT    NOT NULL,
  issued_us  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
)sql"

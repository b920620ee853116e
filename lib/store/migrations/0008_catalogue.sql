R"sql(
-- Catalogues that judged, as their files were read. They go with the last rule book beside which they were in force.
CREATE TABLE catalogue(
  number   INTEGER PRIMARY KEY AUTOINCREMENT,
  revision TEXT    NOT NULL UNIQUE
) STRICT;
CREATE TABLE catalogue_text(
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  packed BLOB NOT NULL
) STRICT;
-- A file that did not change has the text that it had.
CREATE TABLE catalogue_file(
  catalogue INTEGER NOT NULL REFERENCES catalogue(number) ON DELETE CASCADE,
  position  INTEGER NOT NULL,
  path      TEXT    NOT NULL,
  text      INTEGER NOT NULL REFERENCES catalogue_text(number),
  PRIMARY KEY (catalogue, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX catalogue_file_text ON catalogue_file(text);
CREATE INDEX rule_book_catalogue ON rule_book(catalogue);
CREATE TRIGGER catalogue_is_unused AFTER DELETE ON rule_book
WHEN NOT EXISTS (SELECT 1 FROM rule_book WHERE catalogue = OLD.catalogue)
BEGIN
  DELETE FROM catalogue WHERE revision = OLD.catalogue;
END;
CREATE TRIGGER catalogue_text_is_unused AFTER DELETE ON catalogue_file
WHEN NOT EXISTS (SELECT 1 FROM catalogue_file WHERE text = OLD.text)
BEGIN
  DELETE FROM catalogue_text WHERE number = OLD.text;
END;
)sql"

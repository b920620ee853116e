R"sql(
-- How often a rule spoke, by civil date in Europe/London. Nobody is named, and a decision of a withdrawal or an authorisation (whose ids have a colon),
-- which would be one person's use, has no place here.
CREATE TABLE rule_match(
  day     INTEGER NOT NULL,
  rule    TEXT    NOT NULL CHECK (length(rule) > 0 AND rule NOT GLOB '*:*'),
  run_us  INTEGER NOT NULL, -- when the run that counted began: its count replaces its own, runs add up
  matches INTEGER NOT NULL,
  last_us INTEGER NOT NULL,
  PRIMARY KEY (day, rule, run_us)
) STRICT, WITHOUT ROWID;

-- Rules of the book in force, and since when each has been in it without a break.
CREATE TABLE rule_since(
  rule     TEXT PRIMARY KEY,
  since_us INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Rule books as they were read, with the catalogue and the lists beside them, which change more often. `to_us` is NULL for the one in force, `rules` where
-- the text was too long to keep.
CREATE TABLE rule_text(
  number  INTEGER PRIMARY KEY AUTOINCREMENT,
  rules   TEXT,
  members TEXT NOT NULL
) STRICT;
CREATE TABLE rule_book(
  number    INTEGER PRIMARY KEY AUTOINCREMENT,
  from_us   INTEGER NOT NULL,
  to_us     INTEGER,
  revision  TEXT    NOT NULL,
  catalogue TEXT    NOT NULL,
  lists     TEXT    NOT NULL,
  text      INTEGER NOT NULL REFERENCES rule_text(number)
) STRICT;
CREATE INDEX rule_book_text ON rule_book(text);
CREATE TRIGGER rule_text_is_unused AFTER DELETE ON rule_book
WHEN NOT EXISTS (SELECT 1 FROM rule_book WHERE text = OLD.text)
BEGIN
  DELETE FROM rule_text WHERE number = OLD.text;
END;

-- The register: what was entered by command. Nothing entered is changed; lifting and reviews add. Times that are open are NULL, and so is `end_us`, by
-- which an entry falls due.
CREATE TABLE withdrawal(
  number           INTEGER PRIMARY KEY AUTOINCREMENT,
  person           TEXT    NOT NULL CHECK (length(person) > 0),
  services         TEXT    NOT NULL CHECK (length(services) > 0),
  from_us          INTEGER NOT NULL,
  to_us            INTEGER CHECK (to_us > from_us),
  reference        TEXT    NOT NULL CHECK (length(reference) > 0),
  approved_by      TEXT    NOT NULL CHECK (length(approved_by) > 0),
  entered_by       TEXT    NOT NULL,
  entered_us       INTEGER NOT NULL,
  lifted_us        INTEGER,
  lifted_by        TEXT,
  lift_approved_by TEXT,
  end_us           INTEGER
) STRICT;
CREATE INDEX withdrawal_due ON withdrawal(end_us);

CREATE TABLE authorisation(
  number      INTEGER PRIMARY KEY AUTOINCREMENT,
  person      TEXT,
  member_of   TEXT CHECK ((person IS NULL) <> (member_of IS NULL)),
  services    TEXT    NOT NULL CHECK (length(services) > 0),
  purpose     TEXT    NOT NULL,
  account     TEXT    NOT NULL,
  from_us     INTEGER NOT NULL,
  to_us       INTEGER CHECK (to_us > from_us),
  hours       TEXT    NOT NULL,
  approved_by TEXT    NOT NULL CHECK (length(approved_by) > 0),
  entered_by  TEXT    NOT NULL,
  entered_us  INTEGER NOT NULL,
  review_day  INTEGER,
  end_us      INTEGER
) STRICT;
CREATE INDEX authorisation_due ON authorisation(end_us);

CREATE TABLE authorisation_review(
  number      INTEGER NOT NULL REFERENCES authorisation(number) ON DELETE CASCADE,
  reviewed_us INTEGER NOT NULL,
  reviewed_by TEXT    NOT NULL,
  approved_by TEXT    NOT NULL CHECK (length(approved_by) > 0),
  goes_on     INTEGER NOT NULL CHECK (goes_on BETWEEN 0 AND 1),
  next_day    INTEGER,
  PRIMARY KEY (number, reviewed_us)
) STRICT, WITHOUT ROWID;
)sql"

R"sql(
-- Requests of people for what is held about them; each goes a year after it was entered.
CREATE TABLE access_request(
  number           INTEGER PRIMARY KEY AUTOINCREMENT,
  reference        TEXT    NOT NULL UNIQUE CHECK (length(reference) > 0 AND reference NOT GLOB '*[^A-Za-z0-9-]*'),
  person           TEXT    NOT NULL CHECK (length(person) > 0),
  received_day     INTEGER NOT NULL,
  identity_checked TEXT    NOT NULL CHECK (length(identity_checked) > 0),
  approved_by      TEXT    NOT NULL CHECK (length(approved_by) > 0),
  entered_by       TEXT    NOT NULL,
  entered_us       INTEGER NOT NULL
) STRICT;
CREATE INDEX access_request_due ON access_request(entered_us);
)sql"

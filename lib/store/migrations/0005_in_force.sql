R"sql(
-- Which catalogue, rule book and lists judged from which moment on; an empty revision is none.
CREATE TABLE in_force(
  kind     TEXT    NOT NULL,
  at_us    INTEGER NOT NULL,
  revision TEXT    NOT NULL,
  PRIMARY KEY (kind, at_us)
) STRICT, WITHOUT ROWID;
)sql"

R"sql(
-- What may be told of a department by category (publication.hpp). Of months that were told before there is none: a month is never told twice.
CREATE TABLE statistics_cell_16(
  month       INTEGER NOT NULL REFERENCES statistics_month(month),
  split       INTEGER NOT NULL CHECK (split BETWEEN 0 AND 5),
  position    INTEGER NOT NULL,
  key         TEXT    NOT NULL,
  department  TEXT    CHECK ((department IS NOT NULL) = (split = 5)),
  people      INTEGER NOT NULL CHECK (people >= 10),
  lower_hours INTEGER NOT NULL,
  best_hours  INTEGER NOT NULL CHECK (best_hours >= lower_hours),
  PRIMARY KEY (month, split, position)
) STRICT, WITHOUT ROWID;
INSERT INTO statistics_cell_16 SELECT month, split, position, key, NULL, people, lower_hours, best_hours FROM statistics_cell;
DROP TABLE statistics_cell;
ALTER TABLE statistics_cell_16 RENAME TO statistics_cell;
)sql"

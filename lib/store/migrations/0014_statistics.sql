R"sql(
-- The council's statistics, made once of each month before its minutes go: cells of ten people at least, which outlive them. Whoever is not named here cannot
-- be worked out from it (publication.hpp); `people` and hours are cut as they are told.
CREATE TABLE statistics_month(
  month INTEGER PRIMARY KEY
) STRICT;
CREATE TABLE statistics_cell(
  month       INTEGER NOT NULL REFERENCES statistics_month(month),
  split       INTEGER NOT NULL CHECK (split BETWEEN 0 AND 4),
  position    INTEGER NOT NULL,
  key         TEXT    NOT NULL,
  people      INTEGER NOT NULL CHECK (people >= 10),
  lower_hours INTEGER NOT NULL,
  best_hours  INTEGER NOT NULL CHECK (best_hours >= lower_hours),
  PRIMARY KEY (month, split, position)
) STRICT, WITHOUT ROWID;
)sql"

R"sql(
-- A time in which our rules were not in the kernel is a gap too: nobody counted what passed, so both counts are 0.
CREATE TABLE gateway_gap_next(
  from_us INTEGER PRIMARY KEY,
  to_us   INTEGER NOT NULL CHECK (to_us >= from_us),
  queued  INTEGER NOT NULL,
  passed  INTEGER NOT NULL CHECK (passed > 0 OR (passed = 0 AND queued = 0))
) STRICT;
INSERT INTO gateway_gap_next SELECT * FROM gateway_gap;
DROP TABLE gateway_gap;
ALTER TABLE gateway_gap_next RENAME TO gateway_gap;
)sql"

R"sql(
-- Times in which packets passed the gateway without a verdict (the daemon slow or gone), as the kernel counted them: of `queued` that were sent to it,
-- `passed`. Nobody's: whose they were is not known.
CREATE TABLE gateway_gap(
  from_us INTEGER PRIMARY KEY,
  to_us   INTEGER NOT NULL CHECK (to_us >= from_us),
  queued  INTEGER NOT NULL,
  passed  INTEGER NOT NULL CHECK (passed > 0)
) STRICT;
)sql"

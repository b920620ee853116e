R"sql(
-- Who held what is never written over: an interval that is told otherwise is a new row, and the old one says by which. `reference` is what minutes
-- name an interval by (model::BindingId; 0 for rows of before). `state` and `source` say why it is nobody's and whose word it is; rows of before were
-- all held, by a source that was not kept (static_list).
CREATE TABLE binding_with_versions(
  binding_id    INTEGER PRIMARY KEY AUTOINCREMENT,
  reference     INTEGER NOT NULL,
  layer         INTEGER NOT NULL CHECK (layer BETWEEN 0 AND 2),
  holder        TEXT    NOT NULL,
  value         TEXT    NOT NULL,
  valid_from_us INTEGER NOT NULL,
  valid_to_us   INTEGER NOT NULL CHECK (valid_to_us >= valid_from_us),
  recorded_us   INTEGER NOT NULL,
  basis         INTEGER NOT NULL,
  state         INTEGER NOT NULL CHECK (state BETWEEN 0 AND 8),
  source        INTEGER NOT NULL CHECK (source BETWEEN 0 AND 7),
  superseded_by INTEGER,
  superseded_us INTEGER,
  due_day       INTEGER NOT NULL
) STRICT;
INSERT INTO binding_with_versions(reference, layer, holder, value, valid_from_us, valid_to_us, recorded_us, basis, state, source, due_day)
  SELECT 0, layer, holder, value, valid_from_us, max(valid_to_us, valid_from_us), recorded_us, basis, 0, 6, due_day FROM binding ORDER BY recorded_us;
DROP TABLE binding;
ALTER TABLE binding_with_versions RENAME TO binding;
CREATE INDEX binding_holder ON binding(holder, layer, valid_from_us);
CREATE INDEX binding_value ON binding(value, valid_from_us);
CREATE INDEX binding_due ON binding(due_day);

-- Late evidence that took minutes from somebody. `audited`: whether the audit chain has an entry of it.
CREATE TABLE amendment(
  amendment_id INTEGER PRIMARY KEY AUTOINCREMENT,
  person       TEXT    NOT NULL CHECK (length(person) > 0),
  reference    INTEGER NOT NULL,
  from_us      INTEGER NOT NULL,
  to_us        INTEGER NOT NULL CHECK (to_us > from_us),
  recorded_us  INTEGER NOT NULL,
  why          INTEGER NOT NULL CHECK (why BETWEEN 0 AND 8),
  source       INTEGER NOT NULL CHECK (source BETWEEN 0 AND 7),
  minutes      INTEGER NOT NULL CHECK (minutes > 0),
  audited      INTEGER NOT NULL DEFAULT 0 CHECK (audited BETWEEN 0 AND 1),
  due_day      INTEGER NOT NULL
) STRICT;
CREATE INDEX amendment_person ON amendment(person, from_us);
CREATE INDEX amendment_due ON amendment(due_day);
)sql"

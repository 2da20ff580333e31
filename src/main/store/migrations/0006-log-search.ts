/**
 * What keeps the log quick to look through when it has a million entries: an order by time within each filter, a tally
 * to count by, and an index of its words.
 */
export const logSearchSchema = `
CREATE INDEX sync_log_at ON sync_log (at);
CREATE INDEX sync_log_status ON sync_log (status, at);
CREATE INDEX sync_log_provider ON sync_log (provider, at);
CREATE INDEX sync_log_technician ON sync_log (technician_id) WHERE technician_id IS NOT NULL;
CREATE INDEX sync_log_project ON sync_log (project_id) WHERE project_id IS NOT NULL;
-- A condition like status = 'error' does not make SQLite use it.
DROP INDEX sync_log_problem;

-- How many entries there are of each kind and UTC day; '' where an entry has none. Kept by triggers, so that it is
-- right whoever writes.
CREATE TABLE sync_log_tally (
  day TEXT NOT NULL,
  provider TEXT NOT NULL,
  status TEXT NOT NULL,
  technician_id TEXT NOT NULL,
  project_id TEXT NOT NULL,
  entries INTEGER NOT NULL,
  PRIMARY KEY (day, provider, status, technician_id, project_id)
) STRICT, WITHOUT ROWID;
INSERT INTO sync_log_tally
  SELECT substr(at, 1, 10), coalesce(provider, ''), status, coalesce(technician_id, ''), coalesce(project_id, ''), count(*)
  FROM sync_log GROUP BY 1, 2, 3, 4, 5;

-- Words of entries up to indexed_to. Entries are indexed some time after they were written: doing it at once would
-- double what writing one costs.
CREATE VIRTUAL TABLE sync_log_words USING fts5(
  technician_id, project_id, booking_id, external_id, message,
  content = 'sync_log', content_rowid = 'id', detail = none, columnsize = 0, prefix = '2 3 4',
  tokenize = 'unicode61 remove_diacritics 2'
);
CREATE TABLE sync_log_words_state (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  indexed_to INTEGER NOT NULL
) STRICT;
INSERT INTO sync_log_words_state VALUES (1, 0);

CREATE TRIGGER sync_log_added AFTER INSERT ON sync_log BEGIN
  INSERT INTO sync_log_tally VALUES (substr(new.at, 1, 10), coalesce(new.provider, ''), new.status,
      coalesce(new.technician_id, ''), coalesce(new.project_id, ''), 1)
    ON CONFLICT DO UPDATE SET entries = entries + 1;
  -- The id of a removed entry may be given again.
  UPDATE sync_log_words_state SET indexed_to = new.id - 1 WHERE indexed_to >= new.id;
END;
CREATE TRIGGER sync_log_removed AFTER DELETE ON sync_log BEGIN
  UPDATE sync_log_tally SET entries = entries - 1
    WHERE day = substr(old.at, 1, 10) AND provider = coalesce(old.provider, '') AND status = old.status
      AND technician_id = coalesce(old.technician_id, '') AND project_id = coalesce(old.project_id, '');
  INSERT INTO sync_log_words (sync_log_words, rowid, technician_id, project_id, booking_id, external_id, message)
    SELECT 'delete', old.id, old.technician_id, old.project_id, old.booking_id, old.external_id, old.message
    FROM sync_log_words_state WHERE indexed_to >= old.id;
END;
`;

/**
 * The index of the log's words knows status and provider of an entry as words, too, and of which time its pieces are,
 * so that a search that is narrowed by them reads no entry to count what it finds.
 */
export const logKindsSchema = `
DROP TRIGGER sync_log_removed;
DROP TABLE sync_log_words;

-- kind: status and provider behind a private character each, which no text that people write has.
CREATE VIRTUAL TABLE sync_log_words USING fts5(
  technician_id, project_id, booking_id, external_id, message, kind,
  content = '', detail = none, columnsize = 0, prefix = '2 3 4',
  tokenize = 'unicode61 remove_diacritics 2'
);
CREATE VIRTUAL TABLE sync_log_terms USING fts5vocab('sync_log_words', 'instance');
-- It fills anew from the oldest entry on, as it did at first.
UPDATE sync_log_words_state SET indexed_to = 0;

-- Entries that were indexed together, those with after_id < id <= last_id, and between which times all of them lie.
CREATE TABLE sync_log_words_piece (
  after_id INTEGER PRIMARY KEY,
  last_id INTEGER NOT NULL,
  first_at TEXT NOT NULL,
  last_at TEXT NOT NULL
) STRICT;

CREATE TRIGGER sync_log_removed AFTER DELETE ON sync_log BEGIN
  UPDATE sync_log_tally SET entries = entries - 1
    WHERE day = substr(old.at, 1, 10) AND provider = coalesce(old.provider, '') AND status = old.status
      AND technician_id = coalesce(old.technician_id, '') AND project_id = coalesce(old.project_id, '');
  INSERT INTO sync_log_words
      (sync_log_words, rowid, technician_id, project_id, booking_id, external_id, message, kind)
    SELECT 'delete', old.id, old.technician_id, old.project_id, old.booking_id, old.external_id, old.message,
      concat_ws(' ', char(57344) || old.status, char(57345) || old.provider)
    FROM sync_log_words_state WHERE indexed_to >= old.id;
END;
`;

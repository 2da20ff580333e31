/** What the unattended agent must remember over a restart. */
export const unattendedSchema = `
-- When every calendar of the account was last read to its end.
ALTER TABLE external_calendar_account ADD COLUMN last_read_at TEXT;

-- Exports that failed, and when each is due again. Instants are RFC 3339 UTC text.
CREATE TABLE retry (
  link_id INTEGER PRIMARY KEY REFERENCES event_mapping (id) ON DELETE CASCADE,
  attempts INTEGER NOT NULL CHECK (attempts >= 1),
  first_failed_at TEXT NOT NULL,
  -- NULL: given up until the booking, the event or the mapping changes, or somebody syncs by hand.
  next_attempt_at TEXT,
  -- What was tried, so that something new is tried at once.
  basis TEXT NOT NULL
) STRICT;
CREATE INDEX retry_next ON retry (next_attempt_at) WHERE next_attempt_at IS NOT NULL;

-- What dispatch was last told of a technician's calendars; none: nothing yet, which is as good as 'ok'.
CREATE TABLE calendar_health (
  technician_id TEXT PRIMARY KEY,
  status TEXT NOT NULL CHECK (status IN ('ok', 'unknown')),
  since TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`;

/** A service that tells of changes by comparing two states does not tell of what came and went between them. */
export const writtenEventsSchema = `
-- Events that were written to, or may have been, since their calendar was last read: the next reading tells of each, or
-- it is looked at.
CREATE TABLE written_event (
  calendar INTEGER NOT NULL REFERENCES calendar (id) ON DELETE CASCADE,
  event_id TEXT NOT NULL,
  PRIMARY KEY (calendar, event_id)
) STRICT, WITHOUT ROWID;
`;

/**
 * What a feed needs beside its link: what was published, what changed when, and a cache to serve from offline. Where
 * it is published is a secret like its link, and in the vault: published_url stays empty.
 */
export const feedSchema = `
ALTER TABLE ics_feed ADD COLUMN name TEXT NOT NULL DEFAULT '';
ALTER TABLE ics_feed ADD COLUMN publish INTEGER NOT NULL DEFAULT 0 CHECK (publish IN (0, 1));
-- Fingerprint of what the booking system hosts; null while it hosts nothing.
ALTER TABLE ics_feed ADD COLUMN published_hash TEXT;
-- Fingerprint of what the feed says, and since when it has said so.
ALTER TABLE ics_feed ADD COLUMN content_hash TEXT;
ALTER TABLE ics_feed ADD COLUMN changed_at TEXT;
-- The window of the last complete listing; null while there was none.
ALTER TABLE ics_feed ADD COLUMN listed_from TEXT;
ALTER TABLE ics_feed ADD COLUMN listed_to TEXT;

-- Links that no longer lead here, but still to a copy that the booking system hosts. Their tokens are in the vault.
CREATE TABLE feed_withdrawal (
  token_hash TEXT PRIMARY KEY,
  feed_id TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE feed_source (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  cursor TEXT,
  read_at TEXT
) STRICT;
INSERT INTO feed_source (id) VALUES (1);

-- The bookings that feeds show. 'gone' keeps the revision count of what may come back.
CREATE TABLE feed_booking (
  id TEXT PRIMARY KEY,
  state TEXT NOT NULL CHECK (state IN ('live', 'gone')),
  starts_at TEXT NOT NULL,
  ends_at TEXT NOT NULL,
  content TEXT NOT NULL,
  hash TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  modified_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`;

/**
 * The first schema. Wrong states are made impossible here rather than avoided in code: one live event per booking
 * and mapping, one writing mapping per calendar, one owner per busy block, one open journal entry per link.
 *
 * Instants are RFC 3339 UTC text, which sorts as time.
 */
export const initialSchema = `
CREATE TABLE external_calendar_account (
  id TEXT PRIMARY KEY,
  provider TEXT NOT NULL CHECK (provider IN ('google', 'microsoft', 'ics', 'caldav')),
  subject TEXT NOT NULL,
  email TEXT NOT NULL,
  access TEXT NOT NULL CHECK (access IN ('read', 'write')),
  state TEXT NOT NULL CHECK (state IN ('connected', 'needs-sign-in', 'error', 'paused')),
  error_code TEXT,
  error_message TEXT,
  token_expires_at TEXT,
  last_synced_at TEXT,
  created_at TEXT NOT NULL,
  UNIQUE (provider, subject)
) STRICT;

-- Sealed by the vault (AES-256-GCM); owner is an account id or 'booking-api'.
CREATE TABLE secret (
  owner TEXT NOT NULL,
  purpose TEXT NOT NULL,
  key_id TEXT NOT NULL,
  nonce BLOB NOT NULL,
  sealed BLOB NOT NULL,
  PRIMARY KEY (owner, purpose)
) STRICT;

-- Small facts about this installation: enrolment, booking system capabilities, last integrity check.
CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

-- A calendar that mappings use, and how far it has been read.
CREATE TABLE calendar (
  id INTEGER PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES external_calendar_account (id) ON DELETE CASCADE,
  calendar_id TEXT NOT NULL,
  cursor TEXT,
  window_from TEXT,
  window_to TEXT,
  suddenly_empty INTEGER NOT NULL DEFAULT 0 CHECK (suddenly_empty IN (0, 1)),
  UNIQUE (account_id, calendar_id)
) STRICT;

CREATE TABLE calendar_mapping (
  id TEXT PRIMARY KEY,
  calendar INTEGER NOT NULL REFERENCES calendar (id),
  direction TEXT NOT NULL CHECK (direction IN ('import', 'export', 'two-way')),
  visibility TEXT NOT NULL CHECK (visibility IN ('busy-only', 'details')),
  technician_id TEXT NOT NULL,
  project_id TEXT,
  on_delete TEXT NOT NULL CHECK (on_delete IN ('restore', 'leave', 'ask')),
  past_days INTEGER NOT NULL CHECK (past_days >= 0),
  future_days INTEGER NOT NULL CHECK (future_days >= 1),
  skip TEXT NOT NULL CHECK (json_valid(skip)),
  skip_title TEXT,
  enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  revision INTEGER NOT NULL DEFAULT 1,
  -- 1 once the busy blocks already in the booking system have been compared with what is known here.
  blocks_adopted INTEGER NOT NULL DEFAULT 0 CHECK (blocks_adopted IN (0, 1)),
  -- Counted when a run has changed something, so that a quiet run reads one row instead of every link.
  imported_count INTEGER NOT NULL DEFAULT 0,
  skipped_count INTEGER NOT NULL DEFAULT 0,
  exported_count INTEGER NOT NULL DEFAULT 0,
  left_out_count INTEGER NOT NULL DEFAULT 0,
  created_at TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX mapping_one_writer ON calendar_mapping (calendar) WHERE direction <> 'import';
CREATE UNIQUE INDEX mapping_one_importer ON calendar_mapping (calendar, technician_id) WHERE direction <> 'export';

-- The current picture of each calendar. 'absent': missing from a complete listing and not yet proven or decided;
-- 'kept': absent, but a person decided that it stays.
CREATE TABLE observed_event (
  calendar INTEGER NOT NULL REFERENCES calendar (id) ON DELETE CASCADE,
  event_id TEXT NOT NULL,
  series_id TEXT,
  copy_key TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('live', 'cancelled', 'absent', 'kept')),
  starts_at TEXT NOT NULL,
  ends_at TEXT NOT NULL,
  content TEXT NOT NULL,
  hash TEXT NOT NULL,
  etag TEXT,
  booking_id TEXT,
  PRIMARY KEY (calendar, event_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX observed_event_gone ON observed_event (calendar, state) WHERE state <> 'live';
CREATE INDEX observed_event_copy ON observed_event (copy_key);
CREATE INDEX observed_event_series ON observed_event (calendar, series_id) WHERE series_id IS NOT NULL;
CREATE INDEX observed_event_booking ON observed_event (booking_id) WHERE booking_id IS NOT NULL;

-- Pages of a listing that has not been read to its end.
CREATE TABLE staged_event (
  calendar INTEGER NOT NULL REFERENCES calendar (id) ON DELETE CASCADE,
  event_id TEXT NOT NULL,
  series_id TEXT,
  copy_key TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('live', 'cancelled', 'absent')),
  starts_at TEXT NOT NULL,
  ends_at TEXT NOT NULL,
  content TEXT NOT NULL,
  hash TEXT NOT NULL,
  etag TEXT,
  booking_id TEXT,
  PRIMARY KEY (calendar, event_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE booking_source (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  cursor TEXT,
  selection TEXT NOT NULL DEFAULT '',
  window_from TEXT,
  window_to TEXT,
  suddenly_empty INTEGER NOT NULL DEFAULT 0 CHECK (suddenly_empty IN (0, 1))
) STRICT;
INSERT INTO booking_source (id) VALUES (1);

CREATE TABLE observed_booking (
  id TEXT PRIMARY KEY,
  state TEXT NOT NULL CHECK (state IN ('live', 'deleted', 'absent', 'kept')),
  version TEXT NOT NULL,
  starts_at TEXT NOT NULL,
  ends_at TEXT NOT NULL,
  content TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX observed_booking_gone ON observed_booking (state) WHERE state <> 'live';

CREATE TABLE staged_booking (
  id TEXT PRIMARY KEY,
  state TEXT NOT NULL CHECK (state IN ('live', 'deleted')),
  version TEXT NOT NULL,
  starts_at TEXT NOT NULL,
  ends_at TEXT NOT NULL,
  content TEXT NOT NULL,
  hash TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- A link between one thing in the booking system and one in a calendar, with the fingerprints of the base that the
-- next merge starts from. 'deleted' and 'left' are the tombstones: deleted by us with its booking, and deleted by
-- the technician and left away.
CREATE TABLE event_mapping (
  id INTEGER PRIMARY KEY,
  mapping_id TEXT NOT NULL REFERENCES calendar_mapping (id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('export', 'import')),
  -- export: the booking's id; import: the busy block's id.
  source_id TEXT NOT NULL,
  -- '' while the event's identity is not known.
  event_id TEXT NOT NULL DEFAULT '',
  ical_uid TEXT,
  incarnation INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL CHECK (state IN ('pending', 'live', 'deleted', 'left', 'asked', 'parked', 'skipped')),
  sent TEXT NOT NULL DEFAULT '',
  shown TEXT NOT NULL DEFAULT '',
  refused TEXT,
  rewrites INTEGER NOT NULL DEFAULT 0,
  -- What the last decision was made from: content hashes of both sides, and the mapping's revision.
  basis TEXT NOT NULL DEFAULT '',
  revision INTEGER NOT NULL DEFAULT 0,
  reason TEXT NOT NULL DEFAULT '',
  decided_at TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX event_mapping_booking ON event_mapping (mapping_id, source_id) WHERE kind = 'export';
CREATE UNIQUE INDEX event_mapping_event ON event_mapping (mapping_id, event_id)
  WHERE kind = 'export' AND event_id <> '';
CREATE INDEX event_mapping_by_event ON event_mapping (event_id);
CREATE UNIQUE INDEX event_mapping_block ON event_mapping (source_id) WHERE kind = 'import';
CREATE INDEX event_mapping_uid ON event_mapping (ical_uid) WHERE kind = 'export' AND ical_uid IS NOT NULL;
CREATE INDEX event_mapping_by_mapping ON event_mapping (mapping_id, kind, state);

-- What the next plan of a mapping must look at: a booking's id, or a calendar event's id. Everything else is as the
-- last plan left it, which is why a quiet run costs nothing however much is mapped.
CREATE TABLE touched (
  mapping_id TEXT NOT NULL REFERENCES calendar_mapping (id) ON DELETE CASCADE,
  side TEXT NOT NULL CHECK (side IN ('booking', 'event')),
  id TEXT NOT NULL,
  PRIMARY KEY (mapping_id, side, id)
) STRICT, WITHOUT ROWID;

-- Operations that are not settled. 'prepared' may be dropped and planned again; 'sent' must be probed first.
CREATE TABLE journal (
  id INTEGER PRIMARY KEY,
  link_id INTEGER NOT NULL REFERENCES event_mapping (id),
  run_id TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('prepared', 'sent', 'settled')),
  operation TEXT NOT NULL CHECK (operation IN
    ('create-event', 'update-event', 'delete-event', 'propose', 'upsert-block', 'delete-block')),
  target_id TEXT NOT NULL,
  body TEXT NOT NULL,
  precondition TEXT,
  idempotency_key TEXT NOT NULL,
  intent TEXT NOT NULL CHECK (json_valid(intent)),
  attempt INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX journal_one_open ON journal (link_id) WHERE state IN ('prepared', 'sent');

CREATE TABLE conflict (
  id TEXT PRIMARY KEY,
  mapping_id TEXT NOT NULL REFERENCES calendar_mapping (id) ON DELETE CASCADE,
  link_id INTEGER REFERENCES event_mapping (id) ON DELETE SET NULL,
  booking_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  -- 'recorded': kept so that no edit is lost, but nothing to decide.
  state TEXT NOT NULL CHECK (state IN ('open', 'recorded', 'decided', 'resolved')),
  fields TEXT NOT NULL CHECK (json_valid(fields)),
  booking_side TEXT NOT NULL CHECK (json_valid(booking_side)),
  calendar_side TEXT NOT NULL CHECK (json_valid(calendar_side)),
  keep TEXT CHECK (keep IN ('booking', 'calendar')),
  created_at TEXT NOT NULL,
  resolved_at TEXT
) STRICT;
CREATE UNIQUE INDEX conflict_one_open ON conflict (link_id) WHERE state IN ('open', 'decided');
CREATE INDEX conflict_by_mapping ON conflict (mapping_id, state);

CREATE TABLE hold (
  id TEXT PRIMARY KEY,
  mapping_id TEXT NOT NULL REFERENCES calendar_mapping (id) ON DELETE CASCADE,
  state TEXT NOT NULL CHECK (state IN ('open', 'released', 'discarded', 'ended')),
  reason TEXT NOT NULL,
  created_at TEXT NOT NULL,
  decided_at TEXT
) STRICT;
CREATE UNIQUE INDEX hold_one_open ON hold (mapping_id) WHERE state = 'open';

CREATE TABLE hold_item (
  hold_id TEXT NOT NULL REFERENCES hold (id) ON DELETE CASCADE,
  link_id INTEGER NOT NULL REFERENCES event_mapping (id) ON DELETE CASCADE,
  title TEXT NOT NULL,
  start TEXT NOT NULL,
  PRIMARY KEY (hold_id, link_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX hold_item_link ON hold_item (link_id);

CREATE TABLE ics_feed (
  id TEXT PRIMARY KEY,
  technician_id TEXT,
  project_id TEXT,
  visibility TEXT NOT NULL CHECK (visibility IN ('busy-only', 'details')),
  token_hash TEXT NOT NULL UNIQUE,
  enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
  published_url TEXT,
  created_at TEXT NOT NULL,
  CHECK ((technician_id IS NULL) <> (project_id IS NULL))
) STRICT;

CREATE TABLE run (
  id TEXT PRIMARY KEY,
  started_at TEXT NOT NULL,
  finished_at TEXT,
  ok INTEGER CHECK (ok IN (0, 1)),
  result TEXT CHECK (result IS NULL OR json_valid(result))
) STRICT;
CREATE INDEX run_by_start ON run (started_at);

CREATE TABLE sync_log (
  id INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  run_id TEXT,
  account_id TEXT,
  mapping_id TEXT,
  provider TEXT,
  direction TEXT,
  operation TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('ok', 'error', 'retry')),
  booking_id TEXT,
  external_id TEXT,
  technician_id TEXT,
  project_id TEXT,
  message TEXT NOT NULL,
  code TEXT,
  duration_ms REAL,
  attempt INTEGER,
  payload TEXT
) STRICT;
CREATE INDEX sync_log_booking ON sync_log (booking_id) WHERE booking_id IS NOT NULL;
CREATE INDEX sync_log_external ON sync_log (external_id) WHERE external_id IS NOT NULL;
CREATE INDEX sync_log_problem ON sync_log (status) WHERE status <> 'ok';
`;

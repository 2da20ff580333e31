/** By which calendars tell of their changes. */
export const channelSchema = `
-- Google's channels and Microsoft Graph's subscriptions. Instants are RFC 3339 UTC text.
CREATE TABLE channel (
  -- Chosen here: what Google's notifications name.
  id TEXT PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES external_calendar_account (id) ON DELETE CASCADE,
  calendar_id TEXT NOT NULL,
  -- Google's resource, or the subscription that Graph's notifications name. NULL until the provider has answered.
  remote_id TEXT,
  -- SHA-256 of the secret that each notification carries, in hex.
  secret_hash TEXT NOT NULL,
  -- Where notifications come in: another address makes the channel useless.
  callback_hash TEXT NOT NULL,
  renew_at TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  -- The number of Google's latest message.
  last_message INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX channel_remote ON channel (remote_id);
`;

/** A first import plans thousands of busy blocks: those that leave together are one row of the journal. */
export const blockBatchesSchema = `
-- Operations 'upsert-block' of links that were begun together, not settled yet. States as in the table journal.
CREATE TABLE journal_batch (
  id INTEGER PRIMARY KEY,
  mapping_id TEXT NOT NULL REFERENCES calendar_mapping (id) ON DELETE CASCADE,
  run_id TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('prepared', 'sent')),
  idempotency_key TEXT NOT NULL,
  attempt INTEGER NOT NULL DEFAULT 0,
  size INTEGER NOT NULL,
  -- Links between these two have no other operation until it is settled.
  first_link INTEGER NOT NULL,
  last_link INTEGER NOT NULL
) STRICT;

-- Apart, so that what is large is not written again when it is marked as sent.
CREATE TABLE journal_batch_content (
  batch INTEGER PRIMARY KEY REFERENCES journal_batch (id) ON DELETE CASCADE,
  -- An object for each: link_id, target_id, body and intent, as in the table journal.
  entries TEXT NOT NULL CHECK (json_valid(entries))
) STRICT;
`;

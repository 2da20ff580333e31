import type { Database } from './connection.ts';

/** Everything but the schema, or everything but enrolment, accounts and their secrets. */
export function forgetEverything(db: Database, { keepAccounts }: { readonly keepAccounts: boolean }): void {
  // What is deleted here may be somebody's sealed tokens; they shall not stay on a freed page.
  db.pragma('secure_delete = ON');
  db.transaction(() => {
    for (const table of [
      'journal',
      'journal_batch',
      'retry',
      'calendar_health',
      'channel',
      'conflict',
      'hold',
      'touched',
      'event_mapping',
      'calendar_mapping',
      'calendar',
    ]) {
      db.exec(`DELETE FROM ${table}`);
    }
    // Before its rows, which would otherwise be taken out of the index one by one.
    db.exec("INSERT INTO sync_log_words (sync_log_words) VALUES ('delete-all')");
    db.exec('UPDATE sync_log_words_state SET indexed_to = 0');
    for (const table of ['observed_booking', 'run', 'sync_log', 'sync_log_tally', 'sync_log_words_piece']) {
      db.exec(`DELETE FROM ${table}`);
    }
    db.exec('DELETE FROM secret WHERE owner IN (SELECT id FROM ics_feed)');
    db.exec('DELETE FROM secret WHERE owner IN (SELECT feed_id FROM feed_withdrawal)');
    for (const table of ['ics_feed', 'feed_withdrawal', 'feed_booking']) db.exec(`DELETE FROM ${table}`);
    db.exec('UPDATE feed_source SET cursor = NULL, read_at = NULL');
    db.exec('DELETE FROM booking_source; INSERT INTO booking_source (id) VALUES (1)');
    if (keepAccounts) return;
    for (const table of ['external_calendar_account', 'secret', 'meta']) db.exec(`DELETE FROM ${table}`);
  })();
  db.exec('VACUUM');
}

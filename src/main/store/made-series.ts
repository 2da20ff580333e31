import type { Database } from './connection.ts';

/**
 * Ends appointments that were made series, and notes them as changed: where series are not listed, as in Outlook, their
 * occurrences alone tell of it. What is ours is looked at instead.
 */
export function endSingles(db: Database, calendar: number): void {
  const made = `observed_event.calendar = @calendar AND state = 'live' AND booking_id IS NULL
    AND content ->> '$.form' = 'single'
    AND event_id IN (SELECT series_id FROM staged_event
      WHERE calendar = @calendar AND state = 'live' AND series_id IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM staged_event s
      WHERE s.calendar = observed_event.calendar AND s.event_id = observed_event.event_id)`;
  db.prepare(`INSERT OR IGNORE INTO changed_event SELECT event_id FROM observed_event WHERE ${made}`).run({
    calendar,
  });
  db.prepare(`UPDATE observed_event SET state = 'cancelled' WHERE ${made}`).run({ calendar });
}

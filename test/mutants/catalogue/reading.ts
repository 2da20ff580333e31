import type { Mutant } from '../mutant.ts';

/** Bugs in what is taken for the state of a calendar and of the booking system. */
export const READING: readonly Mutant[] = [
  {
    name: 'cursor saved before data',
    harm: 'A crash or a full disk between the two, and a change is never read again.',
    file: 'src/main/store/calendar-picture.ts',
    original: 'return inTransaction(this.#db, () => {',
    planted: `this.#db.prepare('UPDATE calendar SET cursor = ? WHERE id = ?').run(promotion.cursor, calendar);
    return inTransaction(this.#db, () => {`,
    caughtBy: ['test/unit/store-picture.test.ts'],
  },
  {
    name: 'booking cursor saved before data',
    harm: 'The same for bookings: a job that was moved stays where it was in the calendar.',
    file: 'src/main/store/booking-picture.ts',
    original: 'return this.#db.transaction(() => {',
    planted: `this.#db.prepare('UPDATE booking_source SET cursor = ?').run(promotion.cursor);
    return this.#db.transaction(() => {`,
    caughtBy: ['test/unit/store-picture.test.ts'],
  },
  {
    name: 'page dropped',
    harm: 'Of a long listing only the last page is believed: everything else seems to have gone.',
    file: 'src/main/engine/pull-calendar.ts',
    original: 'for (const change of changes) unstaged.push(rowOf(change));',
    planted: 'unstaged = changes.map(rowOf);',
    caughtBy: ['test/integration/sync-listing.test.ts'],
  },
  {
    name: 'staged pages dropped',
    harm: 'Of a calendar of thousands of events only the end of its listing is believed.',
    file: 'src/main/engine/pull-calendar.ts',
    original: 'calendars.stage.add(position.id, inOrder(unstaged));',
    planted: 'inOrder(unstaged);',
    caughtBy: ['test/integration/sync-listing.test.ts'],
  },
  {
    name: 'etag-only comparison',
    harm: 'Where a calendar has no etags, or keeps one through an edit, changes are never noticed.',
    file: 'src/main/store/calendar-picture.ts',
    original: 'o.event_id IS NULL OR o.hash <> s.hash OR',
    planted: 'o.event_id IS NULL OR o.etag IS NOT s.etag OR',
    caughtBy: ['test/integration/sync-ics.test.ts'],
  },
  {
    name: '@removed taken as delete',
    harm: 'Outlook says @removed of an event that only left the window: its busy time, or our event, goes.',
    file: 'src/main/providers/microsoft/event-listing.ts',
    original: "[gone(event, known.get(id) === null ? 'cancelled' : 'unlisted')]",
    planted: "[gone(event, 'cancelled')]",
    caughtBy: ['test/contract/provider-microsoft-listing.test.ts'],
  },
  {
    name: 'window not listed again when the day moves',
    harm: 'A weekly series runs dry at the edge: half a year on, its time is offered to customers.',
    file: 'src/main/engine/pull-calendar.ts',
    original: 'return run.full || windowFrom !== window.from || windowTo !== window.to;',
    planted: 'return run.full;',
    caughtBy: ['test/integration/sync-edges.test.ts'],
  },
  {
    name: 'bookings not listed again when the day moves',
    harm: 'A job that was booked long ahead never enters the calendar.',
    file: 'src/main/engine/pull-bookings.ts',
    original: 'const complete = run.full || moved || nextCursor === null;',
    planted: 'const complete = run.full || nextCursor === null;',
    caughtBy: ['test/integration/sync-edges.test.ts'],
  },
  {
    name: 'expired cursor is the end',
    harm: 'After a 410 the calendar is never read again: whatever changes there goes unnoticed.',
    file: 'src/main/engine/pull-calendar.ts',
    original: "if (page.kind === 'cursor-expired') return null;",
    planted: "if (page.kind === 'cursor-expired') return { complete, nextCursor: cursor, unstaged };",
    caughtBy: ['test/integration/sync-calendar-faults.test.ts'],
  },
  {
    name: 'clock change: skipped hour read an hour off',
    harm: 'An appointment in the hour that the clocks skip blocks the wrong time.',
    file: 'src/main/time/zone.ts',
    original: 'return zone.offsetAt(wall - after) === after ? wall - after : wall - before;',
    planted: 'return wall - after;',
    caughtBy: ['test/unit/time-zone.test.ts'],
  },
];

import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { isSelected } from './ledger.ts';
import type { Calendar, Scene } from './scene.ts';
import type { Instance } from './seen-instances.ts';
import { same } from './watch.ts';

const DAY = 86_400_000;

interface StoredEvent {
  readonly id: string;
  readonly title: string;
  readonly start: string;
  readonly form: string;
}

function read<T>({ world }: Scene, sql: string, ...parameters: readonly string[]): readonly T[] {
  const database = new Sqlite(join(world.dataDir, 'calendar-sync.sqlite'), { readonly: true });
  try {
    return database.prepare(sql).all(...parameters) as readonly T[];
  } finally {
    database.close();
  }
}

/** The events of ours that the app knows to be so. */
export const linkedEvents = (scene: Scene): ReadonlySet<string> =>
  new Set(
    read<{ readonly event_id: string }>(
      scene,
      "SELECT event_id FROM event_mapping WHERE kind = 'export' AND state IN ('live', 'parked', 'left', 'asked')",
    ).map(({ event_id }) => event_id),
  );

/**
 * What the app has stored of either side, held against that side: where it differs once all is quiet, the position is
 * ahead of the data. Plans and what comes of them are not looked at.
 */
export const pictureDifferences = (scene: Scene): readonly string[] => [
  ...scene.calendars.filter(({ isMapped }) => isMapped).flatMap((calendar) => ofCalendar(scene, calendar)),
  ...ofBookings(scene),
];

function ofCalendar(scene: Scene, { key, calendarId, instances }: Calendar): readonly string[] {
  const stored = new Map(
    read<StoredEvent>(
      scene,
      `SELECT e.event_id AS id, e.content ->> '$.title' AS title, e.content ->> '$.time.start' AS start,
         e.content ->> '$.form' AS form
       FROM observed_event e JOIN calendar c ON c.id = e.calendar WHERE c.calendar_id = ? AND e.state = 'live'`,
      calendarId,
    ).map((event) => [event.id, event]),
  );
  const shown = instances();
  const ids = new Set(shown.map(({ id }) => id));
  const missed = shown
    .filter((event) => isNear(scene, event.start) && !isAsStored(event, stored.get(event.id)))
    .map(({ title, start }) => `“${title}” at ${start} in ${key} is not known as it is`);
  const today = scene.world.clock.now().toISOString().slice(0, 10);
  const isUnsaid = (start: string): boolean =>
    scene.ledger.unsaid.some((each) => each.day === today && same(each.start, start));
  const gone = [...stored.values()]
    .filter(
      ({ id, start, form }) => !ids.has(id) && form !== 'series' && isNear(scene, start) && !isUnsaid(start),
    )
    .map(({ title, start }) => `“${title}” at ${start} in ${key} is not known to be gone`);
  return [...missed, ...gone];
}

const isAsStored = (event: Instance, stored: StoredEvent | undefined): boolean =>
  stored !== undefined && stored.title === event.title && same(stored.start, event.start);

function ofBookings(scene: Scene): readonly string[] {
  const { calendars, ledger } = scene;
  if (!calendars.some(({ isMapped, mapped }) => isMapped && mapped.direction !== 'import')) return [];
  const stored = new Map(
    read<{ readonly id: string; readonly version: string }>(
      scene,
      "SELECT id, version FROM observed_booking WHERE state = 'live'",
    ).map(({ id, version }) => [id, version]),
  );
  return ledger.bookingIds().flatMap((id) => {
    const booking = ledger.versions(id).at(-1)?.booking;
    if (!isSelected(booking) || !isNear(scene, booking.start)) return [];
    return stored.get(id) === String(booking.version) ? [] : [`${id} is not known as it is`];
  });
}

/** Well inside the days that are kept in step. */
function isNear({ world }: Scene, start: string): boolean {
  const from = Date.parse(start) - world.clock.now().getTime();
  return from > -28 * DAY && from < 178 * DAY;
}

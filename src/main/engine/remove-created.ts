import type { Mapping } from '../../shared/domain/mapping.ts';
import { AppError } from '../../shared/rpc/errors.ts';
import type { Random } from '../ports.ts';
import type { CalendarProvider } from '../providers/provider.ts';
import type { Store } from '../store/store.ts';
import { deleteBlocks } from './execute-blocks.ts';
import { inParallel } from './in-parallel.ts';
import type { AccountConnection } from './sync-run.ts';

/** How often an event is deleted that somebody edits meanwhile. */
const ATTEMPTS = 3;

/**
 * Removes everything that a mapping created: its events from the calendar and its busy blocks from the booking
 * system. Each is forgotten once it is gone, so that a failure half-way can be repeated.
 * @returns how many were removed
 */
export async function removeCreated(
  store: Store,
  random: Random,
  { provider, booking }: AccountConnection,
  mapping: Mapping,
): Promise<number> {
  const events = store.links.live(mapping.id, 'export').filter(({ event_id }) => event_id !== '');
  const calendar = store.mappings.calendarOf(mapping.id);
  await inParallel(events, provider.capabilities.concurrency, async (link) => {
    const known = store.calendars.get(calendar, link.event_id)?.etag ?? null;
    await deleteEvent(provider, mapping.calendarId, link.event_id, known);
    store.links.update(link, {
      state: 'deleted',
      basis: '',
      reason: 'The mapping was removed with its events.',
    });
  });
  const blocks = store.links.live(mapping.id, 'import');
  await deleteBlocks(
    booking,
    blocks.map(({ source_id }) => source_id),
    () => random.uuid(),
  );
  for (const { event_id } of blocks) store.touched.touchCopies(mapping.id, event_id);
  return events.length + blocks.length;
}

/** Deletes what is there, which may have been edited since it was last seen: it was asked for all the same. */
async function deleteEvent(
  provider: CalendarProvider,
  calendarId: string,
  eventId: string,
  known: string | null,
): Promise<void> {
  let etag = known;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await provider.delete(calendarId, eventId, etag);
      return;
    } catch (thrown) {
      const isStale = thrown instanceof AppError && thrown.code === 'PRECONDITION_FAILED';
      if (!isStale || attempt === ATTEMPTS) throw thrown;
      const found = await provider.get(calendarId, eventId);
      if (found.kind !== 'found') return;
      etag = found.event.etag;
    }
  }
}

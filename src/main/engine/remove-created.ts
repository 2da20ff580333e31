import type { Mapping } from '../../shared/domain/mapping.ts';
import type { Random } from '../ports.ts';
import type { Store } from '../store/store.ts';
import { deleteBlocks } from './execute-blocks.ts';
import { inParallel } from './in-parallel.ts';
import type { AccountConnection } from './sync-run.ts';

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
  await inParallel(events, provider.capabilities.concurrency, async (link) => {
    await provider.delete(mapping.calendarId, link.event_id, null);
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

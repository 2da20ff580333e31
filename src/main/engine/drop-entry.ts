import type { JournalRow } from '../store/journal-repository.ts';
import type { MappingContext, RunContext } from './context.ts';
import type { BlockIntent } from './intent.ts';

/** Drops what has not left, or what is found not to have arrived, and has it planned again. */
export function drop(run: RunContext, context: MappingContext, entry: JournalRow): void {
  run.store.journal.close(entry.id);
  planAgain(run, context, entry);
}

/** Puts what an entry was about before the next plan. */
export function planAgain({ store }: RunContext, context: MappingContext, entry: JournalRow): void {
  const link = store.links.get(entry.link_id);
  if (link === undefined) return;
  const { eventId } = JSON.parse(entry.intent) as Partial<BlockIntent>;
  if (link.kind === 'export') store.touched.touch(context.mapping.id, 'booking', link.source_id);
  else if (eventId) store.touched.touch(context.mapping.id, 'event', eventId);
  else if (store.retries.get(link.id)?.next_attempt_at !== null) {
    // A block without an event is found only where both sides are compared, with the calendar listed afresh. One that
    // was given up is left until the window moves.
    store.mappings.markBlocksAdopted(context.mapping.id, false);
    store.calendars.clearCursor(context.calendar);
  }
}

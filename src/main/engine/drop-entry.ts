import type { JournalRow } from '../store/journal-repository.ts';
import type { MappingContext, RunContext } from './context.ts';
import type { BlockIntent } from './intent.ts';

/** Drops what has not left, or what is found not to have arrived, and has it planned again. */
export function drop(run: RunContext, context: MappingContext, entry: JournalRow): void {
  const { store } = run;
  store.journal.close(entry.id);
  const link = store.links.get(entry.link_id);
  if (link === undefined) return;
  const intent = JSON.parse(entry.intent) as Partial<BlockIntent>;
  if (link.kind === 'export') store.touched.touch(context.mapping.id, 'booking', link.source_id);
  else if (intent.eventId) store.touched.touch(context.mapping.id, 'event', intent.eventId);
}

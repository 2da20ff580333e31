import type { BusyBlock } from '../../shared/domain/busy-block.ts';
import { imports } from '../../shared/domain/mapping.ts';
import type { BookingApi } from '../booking/booking-port.ts';
import type { LinkRow } from '../store/link-repository.ts';
import type { MappingContext, RunContext } from './context.ts';
import { type Held, holdDeletions, waitingItems } from './disappearances.ts';
import type { BlockIntent } from './intent.ts';
import { blockPrint, isFrom } from './planner/busy-block.ts';
import { guard } from './planner/guard.ts';
import { overlaps } from './planner/selection.ts';
import { noteUnseen } from './unseen-technicians.ts';

/** Blocks found in the booking system, by their new link. */
export type AdoptedBlocks = ReadonlyMap<number, BusyBlock>;

/**
 * Before a mapping's first import: reads which busy blocks of its calendar the booking system already has, from
 * another installation or from before the local database was lost. What is there already is then not sent again.
 * @param afresh look again at what was compared before: an older database that was put back knows too little
 */
export async function adoptBlocks(
  run: RunContext,
  booking: BookingApi,
  context: MappingContext,
  afresh: boolean,
): Promise<AdoptedBlocks | null> {
  const { mapping } = context;
  if (!imports(mapping.direction) || (!afresh && run.store.mappings.blocksAdopted(mapping.id))) return null;
  try {
    return await compare(run, booking, context);
  } catch (thrown) {
    noteUnseen(run, mapping.technicianId, thrown);
    return null;
  }
}

async function compare(
  run: RunContext,
  booking: BookingApi,
  context: MappingContext,
): Promise<AdoptedBlocks> {
  const { store } = run;
  const { mapping, importing } = context;
  const adopted = new Map<number, BusyBlock>();
  const prints = new Map<string, string>();
  for await (const blocks of booking.blocks(mapping.technicianId)) {
    run.signal.throwIfAborted();
    store.transaction(() => {
      const own = blocks.filter((block) => isFrom(block, importing.source));
      const known = store.links.ofBlocks(own.map(({ id }) => id));
      for (const block of new Map(own.map((one) => [one.id, one])).values()) {
        prints.set(block.id, blockPrint(block));
        const link = known.get(block.id);
        if (link !== undefined && (link.event_id !== '' || link.state === 'skipped')) continue;
        adopted.set(link?.id ?? insert(run, context, block), block);
      }
    });
  }
  store.transaction(() => correctLinks(run, context, prints));
  return adopted;
}

/** What is known of blocks but not so in the booking system is corrected, and its events are planned again. */
function correctLinks(
  { store }: RunContext,
  { mapping }: MappingContext,
  prints: ReadonlyMap<string, string>,
): void {
  for (const link of store.links.live(mapping.id, 'import')) {
    const print = prints.get(link.source_id);
    if (print === link.sent || link.event_id === '' || store.journal.isOpen(link.id)) continue;
    // Sent under an earlier form of the mapping, perhaps for another technician, whose blocks are not listed here.
    if (link.revision !== mapping.revision) continue;
    const change = print === undefined ? { state: 'pending' as const, sent: '' } : { sent: print };
    store.links.update(link, { ...change, basis: '' });
    store.touched.touch(mapping.id, 'event', link.event_id);
  }
}

function insert(run: RunContext, { mapping }: MappingContext, block: BusyBlock): number {
  return run.store.links.insert({
    mapping_id: mapping.id,
    kind: 'import',
    source_id: block.id,
    event_id: '',
    state: 'live',
    sent: blockPrint(block),
    reason: 'The booking system already had this busy time.',
    decided_at: run.clock.now().toISOString(),
  });
}

interface Orphan {
  readonly link: LinkRow;
  readonly block: BusyBlock;
}

/**
 * After the import was planned from a complete listing: adopted blocks whose event was not seen. Inside the window
 * that means that the event is gone; the guard applies as to any inferred deletion.
 */
export function planOrphanBlocks(run: RunContext, context: MappingContext, adopted: AdoptedBlocks): void {
  const { store } = run;
  const orphans: readonly Orphan[] = store.links.blocksWithoutEvent(context.mapping.id).flatMap((link) => {
    const block = adopted.get(link.id);
    // One whose event no longer blocks is planned to go already.
    return block === undefined || store.journal.isOpen(link.id) ? [] : [{ link, block }];
  });
  const stale = orphans.filter(({ block }) =>
    overlaps(instant(block.start), instant(block.end), context.importing.window),
  );
  const verdict = guard({
    disappearances: stale.map(({ link }) => ({
      linkId: link.id,
      proof: 'inferred',
      seriesKey: `link ${link.id}`,
    })),
    total: store.links.liveCount(context.mapping.id),
    // Blocks of a calendar that shows nothing at all: as suspicious as one that has just gone empty.
    suddenlyEmpty: store.calendars.isEmpty(context.calendar),
    released: store.holds.released(context.mapping.id),
  });
  store.transaction(() => {
    // What else waits was judged at the beginning of this run.
    const others = waitingItems(run, context).filter(({ linkId }) => run.held.has(linkId));
    const waits = ({ link }: Orphan): boolean => verdict.held.has(link.id);
    const held = stale.filter(waits).map(({ link, block }) => heldBlock(link.id, block));
    const earlier = others.length === 0 ? null : store.holds.openOf(context.mapping.id)?.reason;
    const reasons = [earlier, verdict.reason].filter((each) => each != null);
    holdDeletions(run, context, [...others, ...held], reasons.length === 0 ? null : reasons.join(' '));
    // The answer is to be carried out by the next run, not only once everything is listed afresh.
    store.mappings.markBlocksAdopted(context.mapping.id, held.length === 0);
    if (held.length > 0) store.calendars.clearCursor(context.calendar);
    for (const { linkId } of held) run.held.add(linkId);
    for (const { link, block } of stale.filter((orphan) => !waits(orphan))) {
      const intent: BlockIntent = {
        reason: 'Its event is no longer in the calendar.',
        title: block.title ?? 'Busy',
        start: block.start,
        eventId: '',
        sent: '',
        shown: '',
        basis: '',
        revision: context.mapping.revision,
        attempt: '',
        isNew: false,
      };
      store.journal.prepare({
        link_id: link.id,
        run_id: run.runId,
        operation: 'delete-block',
        target_id: block.id,
        body: '',
        precondition: null,
        idempotency_key: '',
        intent: JSON.stringify(intent),
      });
    }
  });
}

const heldBlock = (linkId: number, { title, start }: BusyBlock): Held => ({
  ...{ linkId, start },
  title: title ?? 'Busy',
});

const instant = (text: string): string =>
  text.length === 10 ? `${text}T00:00:00.000Z` : new Date(text).toISOString();

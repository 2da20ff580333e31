import { assertNever } from '../../shared/assert-never.ts';
import { imports } from '../../shared/domain/mapping.ts';
import type { NewJournalEntry } from '../store/journal-repository.ts';
import type { LinkChange, LinkRow, NewLink } from '../store/link-repository.ts';
import { eventFromRow } from '../store/observed-row.ts';
import type { MappingContext, RunContext } from './context.ts';
import { BATCH } from './execute-blocks.ts';
import { isWaiting } from './failed-exports.ts';
import type { BlockIntent } from './intent.ts';
import {
  candidateBlockId,
  type ImportCandidate,
  type ImportLink,
  type ImportOperation,
  importBasis,
  planImport,
} from './planner/import-plan.ts';

const CHUNK = 500;

/** One copy of a meeting, in the calendar of the mapping that imports it. */
interface Member {
  readonly candidate: ImportCandidate;
  readonly context: MappingContext;
  readonly row: LinkRow | undefined;
}

/** A link that a plan begins, and the operation to journal for it, if any. */
interface FreshLink {
  readonly link: NewLink;
  readonly entry: Omit<NewJournalEntry, 'link_id'> | null;
}

/**
 * Plans every touched personal event of an importing mapping, together with its copies in the technician's other
 * calendars. Skips are recorded at once with their reason; blocks are journalled with their exact bytes.
 */
export function planImports(run: RunContext, context: MappingContext): void {
  const importers = importersByCalendar(run, context);
  let after = '';
  for (;;) {
    const ids = run.store.touched.next(context.mapping.id, 'event', after, CHUNK);
    const last = ids.at(-1);
    if (last === undefined) return;
    run.store.transaction(() => {
      const waiting = planTouched(run, context, importers, ids);
      run.store.touched.clearUpTo(context.mapping.id, 'event', { after, last, waiting });
    });
    context.tally.looked = true;
    after = last;
  }
}

/**
 * The importing mapping of each calendar for one technician: at most one, by the schema. The mapping being planned is
 * among them even when it no longer imports, so that it takes back what it imported.
 */
function importersByCalendar(run: RunContext, planned: MappingContext): ReadonlyMap<number, MappingContext> {
  const { technicianId } = planned.mapping;
  const importers = new Map([[planned.calendar, planned]]);
  for (const context of run.mappings) {
    if (context.mapping.technicianId === technicianId && imports(context.mapping.direction)) {
      importers.set(context.calendar, context);
    }
  }
  return importers;
}

/**
 * Plans some touched events.
 * @returns those that an operation under way or a hold stands before, which stay touched
 */
function planTouched(
  run: RunContext,
  context: MappingContext,
  importers: ReadonlyMap<number, MappingContext>,
  ids: readonly string[],
): ReadonlySet<string> {
  const { store } = run;
  const isBusy = ({ id }: LinkRow): boolean =>
    run.held.has(id) || run.failed.has(id) || store.journal.isOpen(id);
  const waiting = new Set<string>();
  const fresh: FreshLink[] = [];
  const decidedAt = run.clock.now().toISOString();
  for (const members of meetings(run, context, importers, ids)) {
    if (members.some(({ row }) => row !== undefined && isBusy(row)) || isResting(run, members)) {
      for (const { candidate } of members) waiting.add(candidate.event.id);
      continue;
    }
    takeBackRenamed(run, context, members);
    for (const operation of planImport(members.map(({ candidate }) => candidate))) {
      const member = members.find(({ candidate }) => candidate === operation.candidate);
      if (member !== undefined) carryOut(run, member, operation, decidedAt, fresh);
    }
    forgetFailures(run, members);
  }
  begin(run, fresh);
  return waiting;
}

/** After a failure the same is left until it is due again, unless somebody waits for it. */
function isResting(run: RunContext, members: readonly Member[]): boolean {
  if (!run.unattended) return false;
  return members.some(({ row, candidate }) => {
    const retry = row === undefined ? undefined : run.store.retries.get(row.id);
    return retry !== undefined && isWaiting(retry, blockAttempt(candidate), run.clock.now());
  });
}

/** Nothing is left to send of what failed. */
function forgetFailures({ store }: RunContext, members: readonly Member[]): void {
  for (const { row } of members) {
    if (row === undefined || store.retries.get(row.id) === undefined) continue;
    if (!store.journal.isOpen(row.id)) store.retries.clear(row.id);
  }
}

/** What an attempt is made from: another event or mapping is another attempt, and so is taking the block back. */
const blockAttempt = (candidate: ImportCandidate): string =>
  `${importBasis(candidate)}${candidate.live ? '' : ' gone'}`;

/** The meetings that these events of the mapping's calendar belong to, each with all its copies. */
function meetings(
  run: RunContext,
  context: MappingContext,
  importers: ReadonlyMap<number, MappingContext>,
  ids: readonly string[],
): readonly (readonly Member[])[] {
  const { links, calendars } = run.store;
  const seen = calendars.copies(context.calendar, ids).flatMap((row) => {
    const importer = importers.get(row.calendar);
    if (importer === undefined || row.content === '{}') return [];
    const event = eventFromRow(row);
    return [{ row, event, importer, blockId: candidateBlockId(importer.importing, event) }];
  });
  const known = links.ofBlocks(seen.map(({ blockId }) => blockId));
  const exported = links.exportedUids(seen.flatMap(({ event }) => event.iCalUid ?? []));
  return [...Map.groupBy(seen, ({ row }) => row.copy_key).values()].map((copies) =>
    copies.map(({ row, event, importer, blockId }): Member => {
      const link = known.get(blockId);
      return {
        candidate: {
          mapping: importer.importing,
          event,
          hash: row.hash,
          live: row.state !== 'cancelled',
          ours: row.booking_id !== null || (event.iCalUid !== null && exported.has(event.iCalUid)),
          blockId,
          link: link === undefined ? null : importLink(link),
        },
        context: importer,
        row: link,
      };
    }),
  );
}

/** Stores what the plan begins: links that are pending, and what is to be sent for them. */
function begin({ store }: RunContext, fresh: readonly FreshLink[]): void {
  for (const [mappingId, own] of Map.groupBy(fresh, ({ link }) => link.mapping_id)) {
    const ids = store.links.insertAll(own.map(({ link }) => link));
    const entries = own.flatMap(({ entry }, index) =>
      entry === null ? [] : [{ ...entry, link_id: ids[index] ?? 0 }],
    );
    for (let from = 0; from < entries.length; from += BATCH) {
      store.journal.prepareBatch(mappingId, entries.slice(from, from + BATCH));
    }
  }
}

/** A mapping that changed its technician left blocks under ids that are no longer this event's: they go. */
function takeBackRenamed(run: RunContext, context: MappingContext, members: readonly Member[]): void {
  if (context.mapping.revision === 1) return;
  const { store } = run;
  for (const { candidate, context: owner } of members) {
    if (owner !== context) continue;
    for (const link of store.links.ofEvent(candidate.event.id)) {
      if (
        link.kind !== 'import' ||
        link.mapping_id !== context.mapping.id ||
        link.source_id === candidate.blockId
      ) {
        continue;
      }
      if (store.journal.isOpen(link.id)) continue;
      if (link.sent === '' || link.state === 'pending') {
        store.links.remove(link.id);
        continue;
      }
      store.touched.touchCopies(context.mapping.id, candidate.event.id);
      const reason = 'The mapping now belongs to another technician.';
      prepareDelete(run, context, link, { candidate, reason });
    }
  }
}

function prepareDelete(
  run: RunContext,
  context: MappingContext,
  link: LinkRow,
  { candidate, reason }: { readonly candidate: ImportCandidate; readonly reason: string },
): void {
  run.store.journal.prepare({
    link_id: link.id,
    run_id: run.runId,
    operation: 'delete-block',
    target_id: link.source_id,
    body: '',
    precondition: null,
    idempotency_key: '',
    intent: JSON.stringify(blockIntent(context, candidate, reason, { sent: '', shown: '', isNew: false })),
  });
}

function blockIntent(
  context: MappingContext,
  candidate: ImportCandidate,
  reason: string,
  of: Pick<BlockIntent, 'sent' | 'shown' | 'isNew'>,
): BlockIntent {
  return {
    reason,
    title: candidate.event.title,
    start: candidate.event.time.start,
    eventId: candidate.event.id,
    basis: importBasis(candidate),
    revision: context.mapping.revision,
    attempt: blockAttempt(candidate),
    ...of,
  };
}

function importLink(row: LinkRow): ImportLink {
  return {
    id: row.id,
    state: row.state === 'live' || row.state === 'skipped' ? row.state : 'pending',
    // Of one that is pending, nothing has arrived: it says what was planned to.
    sent: row.state === 'pending' ? '' : row.sent,
    shown: row.shown,
    basis: row.basis,
    revision: row.revision,
    reason: row.reason,
  };
}

function carryOut(
  run: RunContext,
  { context, row }: Member,
  operation: ImportOperation,
  decidedAt: string,
  fresh: FreshLink[],
): void {
  const { store } = run;
  const { candidate, reason } = operation;
  const decision = {
    reason,
    decided_at: decidedAt,
    revision: context.mapping.revision,
    event_id: candidate.event.id,
  };
  context.tally.looked = true;
  switch (operation.kind) {
    case 'upsert-block': {
      const entry = {
        run_id: run.runId,
        operation: 'upsert-block' as const,
        target_id: candidate.blockId,
        body: JSON.stringify(operation.block),
        precondition: null,
        idempotency_key: '',
        intent: JSON.stringify(
          blockIntent(context, candidate, reason, {
            sent: operation.sent,
            shown: operation.shown,
            isNew: row?.state !== 'live',
          }),
        ),
      };
      if (row === undefined) {
        // As it will be once the block has arrived: to settle it then takes no more than to say so.
        const { sent, shown } = operation;
        const basis = importBasis(candidate);
        fresh.push({ link: newLink({ ...decision, state: 'pending', sent, shown, basis }), entry });
      } else {
        if (row.event_id === '') store.links.update(row, { event_id: candidate.event.id });
        store.journal.prepare({ ...entry, link_id: row.id });
      }
      return;
    }
    case 'delete-block':
      if (row !== undefined) prepareDelete(run, context, row, operation);
      return;
    case 'keep-block':
      settle({
        ...decision,
        state: 'live',
        sent: operation.sent,
        shown: operation.shown,
        basis: importBasis(candidate),
      });
      return;
    case 'skip-event':
      settle({ ...decision, state: 'skipped', sent: '', shown: '', basis: importBasis(candidate) });
      return;
    case 'forget-event':
      if (row !== undefined) store.links.remove(row.id);
      return;
    default:
      assertNever(operation);
  }

  type Decided = Pick<NewLink, 'event_id' | 'state' | 'decided_at'> & LinkChange;

  function newLink(link: Decided): NewLink {
    return { ...link, mapping_id: context.mapping.id, kind: 'import', source_id: candidate.blockId };
  }

  /** What needs no request. */
  function settle(decided: Decided): void {
    if (row === undefined) fresh.push({ link: newLink(decided), entry: null });
    else store.links.update(row, decided);
  }
}

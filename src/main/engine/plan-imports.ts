import { assertNever } from '../../shared/assert-never.ts';
import { imports } from '../../shared/domain/mapping.ts';
import type { LinkRow } from '../store/link-repository.ts';
import { eventFromRow, type ObservedEventRow } from '../store/observed-row.ts';
import type { MappingContext, RunContext } from './context.ts';
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

type GroupRow = ObservedEventRow & { readonly calendar: number; readonly touched: string };

/**
 * Plans every touched personal event of an importing mapping, together with its copies in the technician's other
 * calendars. Skips are recorded at once with their reason; blocks are journalled with their exact bytes.
 */
export function planImports(run: RunContext, context: MappingContext): number {
  const importers = importersByCalendar(run, context);
  // CROSS JOIN keeps SQLite to this order; its own choice walks the whole calendar for each id.
  const rowsOf = run.store.db.prepare<[string, number], GroupRow>(
    `SELECT o2.*, t.value AS touched FROM json_each(?) t
       CROSS JOIN observed_event o ON o.calendar = ? AND o.event_id = t.value
       CROSS JOIN observed_event o2 ON o2.copy_key = o.copy_key`,
  );
  let planned = 0;
  let after = '';
  for (;;) {
    const ids = run.store.touched.next(context.mapping.id, 'event', after, CHUNK);
    if (ids.length === 0) return planned;
    after = ids.at(-1) ?? after;
    run.store.transaction(() => {
      const groups = groupByTouched(rowsOf.all(JSON.stringify(ids), context.calendar));
      for (const id of ids) planned += planGroup(run, context, importers, id, groups.get(id) ?? []);
    });
    context.tally.looked = true;
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

function groupByTouched(rows: readonly GroupRow[]): ReadonlyMap<string, readonly GroupRow[]> {
  const groups = new Map<string, GroupRow[]>();
  for (const row of rows) {
    const group = groups.get(row.touched);
    if (group === undefined) groups.set(row.touched, [row]);
    else group.push(row);
  }
  return groups;
}

function planGroup(
  run: RunContext,
  context: MappingContext,
  importers: ReadonlyMap<number, MappingContext>,
  touchedId: string,
  rows: readonly GroupRow[],
): number {
  const { store } = run;
  const members: { candidate: ImportCandidate; context: MappingContext; row: LinkRow | undefined }[] = [];
  for (const row of rows) {
    const importer = importers.get(row.calendar);
    if (importer === undefined || row.content === '{}') continue;
    const event = eventFromRow(row);
    const blockId = candidateBlockId(importer.importing, event);
    const link = store.links.ofBlock(blockId);
    if (
      link !== undefined &&
      (run.held.has(link.id) || run.failed.has(link.id) || store.journal.isOpen(link.id))
    ) {
      return 0;
    }
    const ours =
      row.booking_id !== null || (event.iCalUid !== null && store.links.isExportedUid(event.iCalUid));
    members.push({
      candidate: {
        mapping: importer.importing,
        event,
        hash: row.hash,
        live: row.state !== 'cancelled',
        ours,
        blockId,
        link: link === undefined ? null : importLink(link),
      },
      context: importer,
      row: link,
    });
  }
  takeBackRenamed(run, context, members);
  const operations = planImport(members.map(({ candidate }) => candidate));
  for (const operation of operations) {
    const member = members.find(({ candidate }) => candidate === operation.candidate);
    if (member !== undefined) carryOut(run, member.context, member.row, operation);
  }
  store.touched.clear(context.mapping.id, 'event', touchedId);
  return operations.length;
}

/** A mapping that changed its technician left blocks under ids that are no longer this event's: they go. */
function takeBackRenamed(
  run: RunContext,
  context: MappingContext,
  members: readonly { readonly candidate: ImportCandidate; readonly context: MappingContext }[],
): void {
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
      if (link.sent === '') {
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
    ...of,
  };
}

function importLink(row: LinkRow): ImportLink {
  return {
    id: row.id,
    state: row.state === 'live' || row.state === 'skipped' ? row.state : 'pending',
    sent: row.sent,
    shown: row.shown,
    basis: row.basis,
    revision: row.revision,
    reason: row.reason,
  };
}

function carryOut(
  run: RunContext,
  context: MappingContext,
  row: LinkRow | undefined,
  operation: ImportOperation,
): void {
  const { store } = run;
  const { candidate, reason } = operation;
  const decided_at = run.clock.now().toISOString();
  const decision = { reason, decided_at, revision: context.mapping.revision, event_id: candidate.event.id };
  context.tally.looked = true;
  switch (operation.kind) {
    case 'upsert-block': {
      const linkId = row?.id ?? insertLink({ ...decision, state: 'pending' });
      if (row !== undefined && row.event_id === '') store.links.update(row, { event_id: candidate.event.id });
      store.journal.prepare({
        link_id: linkId,
        run_id: run.runId,
        operation: 'upsert-block',
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
      });
      return;
    }
    case 'delete-block':
      if (row !== undefined) prepareDelete(run, context, row, operation);
      return;
    case 'keep-block': {
      const change = {
        ...decision,
        state: 'live' as const,
        sent: operation.sent,
        shown: operation.shown,
        basis: importBasis(candidate),
      };
      if (row === undefined) insertLink(change);
      else store.links.update(row, change);
      return;
    }
    case 'skip-event': {
      const change = {
        ...decision,
        state: 'skipped' as const,
        sent: '',
        shown: '',
        basis: importBasis(candidate),
      };
      if (row === undefined) insertLink(change);
      else store.links.update(row, change);
      return;
    }
    case 'forget-event':
      if (row !== undefined) store.links.remove(row.id);
      return;
    default:
      assertNever(operation);
  }

  function insertLink(link: {
    state: LinkRow['state'];
    reason: string;
    decided_at: string;
    revision: number;
    event_id: string;
  }): number {
    return store.links.insert({
      ...link,
      mapping_id: context.mapping.id,
      kind: 'import',
      source_id: candidate.blockId,
    });
  }
}

import { imports } from '../../shared/domain/mapping.ts';
import type { MappingResult, PlannedOperation } from '../../shared/domain/sync-result.ts';
import type { MappingContext, RunContext } from './context.ts';
import type { BlockIntent, EventIntent } from './intent.ts';
import type { SideTally } from './tally.ts';

export function mappingResult(run: RunContext, context: MappingContext): MappingResult {
  const { mapping, tally } = context;
  const counts = run.store.links.counts(mapping.id);
  const open = run.store.holds.openOf(mapping.id);
  const problem = run.unseen.get(mapping.technicianId);
  const { imported, exported } = tally;
  // What is only planned has not changed the counts yet.
  const touched = (side: SideTally): number =>
    run.dryRun ? side.updated + side.deleted : side.created + side.updated;
  return {
    mappingId: mapping.id,
    calendarId: mapping.calendarId,
    direction: mapping.direction,
    imported: {
      ...imported,
      unchanged: imports(mapping.direction) ? Math.max(0, counts.imported - touched(imported)) : 0,
      skipped: counts.skipped + (run.dryRun ? foreseenSkips(run, context) : 0),
    },
    exported: {
      ...exported,
      unchanged: Math.max(0, counts.exported - touched(exported)),
      skipped: counts.leftOut,
    },
    proposed: tally.proposed,
    conflicts: tally.conflicts,
    held: open === undefined ? 0 : run.store.holds.items(open.id).length,
    ...(problem === undefined ? {} : { error: { code: problem.code, message: problem.message } }),
  };
}

/**
 * How the count of events that are left out will have changed once what is planned is done: our own events come and
 * go, and an event that stops blocking is left out from then on.
 */
function foreseenSkips(run: RunContext, { mapping, calendar }: MappingContext): number {
  if (!imports(mapping.direction)) return 0;
  const { calendars, journal } = run.store;
  let change = 0;
  for (const other of run.mappings.filter((one) => one.calendar === calendar)) {
    for (const { operation, intent } of journal.allPrepared(other.mapping.id)) {
      if (operation === 'create-event') change += 1;
      else if (operation === 'delete-event') change -= 1;
      else if (operation === 'delete-block' && other.mapping.id === mapping.id) {
        const { eventId } = JSON.parse(intent) as BlockIntent;
        if (calendars.get(calendar, eventId)?.state === 'live') change += 1;
      }
    }
  }
  return change;
}

/** In a dry run: counts what is planned as if it had been done. */
export function tallyPlanned(run: RunContext): void {
  for (const { mapping, tally } of run.mappings) {
    for (const { operation, intent } of run.store.journal.allPrepared(mapping.id)) {
      if (operation === 'propose') tally.proposed += 1;
      else if (operation === 'create-event') tally.exported.created += 1;
      else if (operation === 'update-event') tally.exported.updated += 1;
      else if (operation === 'delete-event') tally.exported.deleted += 1;
      else if (operation === 'delete-block') tally.imported.deleted += 1;
      else if ((JSON.parse(intent) as BlockIntent).isNew) tally.imported.created += 1;
      else tally.imported.updated += 1;
      if ((JSON.parse(intent) as Partial<EventIntent>).lost?.state === 'open') tally.conflicts += 1;
    }
  }
}

export function plannedOperations(run: RunContext): readonly PlannedOperation[] {
  return run.mappings.flatMap(({ mapping }) =>
    run.store.journal.allPrepared(mapping.id).map((entry) => {
      const intent = JSON.parse(entry.intent) as { title: string; reason: string };
      return {
        kind: entry.operation,
        side: entry.operation.endsWith('event') ? ('calendar' as const) : ('booking' as const),
        id: entry.target_id,
        title: intent.title,
        reason: intent.reason,
        mappingId: mapping.id,
      };
    }),
  );
}

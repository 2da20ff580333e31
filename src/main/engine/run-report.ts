import { imports } from '../../shared/domain/mapping.ts';
import type { MappingContext, RunContext } from './context.ts';
import type { MappingResult, PlannedOperation } from './sync-result.ts';

export function mappingResult(run: RunContext, { mapping, tally }: MappingContext): MappingResult {
  const counts = run.store.links.counts(mapping.id);
  const open = run.store.holds.openOf(mapping.id);
  const { imported, exported } = tally;
  return {
    mappingId: mapping.id,
    calendarId: mapping.calendarId,
    direction: mapping.direction,
    imported: {
      ...imported,
      unchanged: imports(mapping.direction)
        ? Math.max(0, counts.imported - imported.created - imported.updated)
        : 0,
      skipped: counts.skipped,
    },
    exported: {
      ...exported,
      unchanged: Math.max(0, counts.exported - exported.created - exported.updated),
      skipped: counts.leftOut,
    },
    proposed: tally.proposed,
    conflicts: tally.conflicts,
    held: open === undefined ? 0 : run.store.holds.items(open.id).length,
  };
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

import type { Mutant } from '../mutant.ts';

/** Bugs in what follows from what was read. */
export const DECIDING: readonly Mutant[] = [
  {
    name: 'copy taken for our own event',
    harm: 'A copy that the technician made of a job is theirs; it would be overwritten or deleted.',
    file: 'src/main/store/observed-row.ts',
    original:
      'return event.tag !== null && (event.tag.self === event.id || event.tag.self === event.seriesId);',
    planted: 'return event.tag !== null;',
    caughtBy: ['test/integration/two-way-table.test.ts'],
  },
  {
    name: 'event of another writer taken over',
    harm: 'Two devices that write to one calendar for different people fight over each other’s events.',
    file: 'src/main/engine/plan-exports.ts',
    original: '.filter(({ row, tag }) => tag?.self === row.event_id && tag.scope === scope)',
    planted: '.filter(({ row, tag }) => tag?.self === row.event_id)',
    caughtBy: ['test/integration/sync-copies.test.ts'],
  },
  {
    name: 'event without our tag taken over',
    harm: 'An event that is the technician’s own by now, whatever its id, is written over.',
    file: 'src/main/engine/execute-events.ts',
    original: `    if (!isOwn(lookup.event) || lookup.event.tag?.bookingId !== link.source_id) return false;
    // Untouched since we wrote it: nothing is left to merge.
    if (lookup.event.tag.sent`,
    planted: '    if (lookup.event.tag?.sent',
    caughtBy: ['test/integration/sync-faults.test.ts'],
  },
  {
    name: 'import writes to the calendar',
    harm: 'A calendar that was only to be read gets events written into it.',
    file: 'src/shared/domain/mapping.ts',
    original: "export const writesEvents = (direction: Direction): boolean => direction !== 'import';",
    planted: 'export const writesEvents = (_: Direction): boolean => true;',
    caughtBy: ['test/integration/sync-mapping.test.ts'],
  },
  {
    name: 'own export in another calendar imported',
    harm: 'A job that a second calendar shows as well blocks its own time.',
    file: 'src/main/engine/plan-imports.ts',
    original: 'ours: row.booking_id !== null || (event.iCalUid !== null && exported.has(event.iCalUid)),',
    planted: 'ours: row.booking_id !== null,',
    caughtBy: ['test/integration/sync-copies.test.ts'],
  },
  {
    name: 'refused move proposed again',
    harm: 'Dispatch is asked the same question at every sync.',
    file: 'src/main/engine/planner/export-plan.ts',
    original: 'cell.canReschedule && link.refused !== timePrint(time);',
    planted: 'cell.canReschedule;',
    caughtBy: ['test/integration/sync-conflicts.test.ts'],
  },
  {
    name: 'edit that lost is not kept',
    harm: 'A technician’s own change is overwritten and nobody can say what it was.',
    file: 'src/main/engine/planner/export-plan.ts',
    original: "if (contested.length > 0) return { kind: 'both-edited', state: 'open', fields: contested };",
    planted: 'if (contested.length > 0) return null;',
    caughtBy: ['test/integration/two-way-table.test.ts'],
  },
  {
    name: 'rewrites without end',
    harm: 'Two programs put an event back and forth for ever, each with a notification on the phone.',
    file: 'src/main/engine/planner/export-plan.ts',
    original: 'const MAX_REWRITES = 3;',
    planted: 'const MAX_REWRITES = 3_000;',
    caughtBy: ['test/unit/planner-export.test.ts'],
  },
  {
    name: 'left away comes back',
    harm: 'A job that the technician has deleted, and that was to stay away, is there again.',
    file: 'src/main/engine/planner/export-plan.ts',
    original: `  if (changedFields(link.sent, fingerprint(desiredEvent(booking.booking))).size === 0) return [];
  return [`,
    planted: '  return [',
    caughtBy: ['test/integration/two-way-table.test.ts'],
  },
  {
    name: 'time passing frees the past',
    harm: 'What ages out of the window is taken out of the booking system, day after day.',
    file: 'src/main/engine/planner/import-plan.ts',
    original: `  if (aged && link?.state === 'live' && link.shown === timePrint(event.time)) return { blocks: true };
`,
    planted: '',
    caughtBy: ['test/unit/planner-import.test.ts'],
  },
  {
    name: 'zone taken for time',
    harm: 'An appointment whose zone is only spelt differently is taken for moved, and dispatch is asked.',
    file: 'src/main/engine/planner/fingerprint.ts',
    original: 'export function timePrint(time: EventTime): string {',
    planted: 'export function timePrint(time: EventTime): string {\n  return digest(JSON.stringify(time));',
    caughtBy: ['test/integration/sync-time.test.ts'],
  },
  {
    name: 'private title told',
    harm: 'Dispatch reads what a private appointment is about.',
    file: 'src/main/engine/planner/busy-block.ts',
    original: "if (mapping.visibility === 'busy-only' || event.visibility === 'private') {",
    planted: "if (mapping.visibility === 'busy-only') {",
    caughtBy: ['test/integration/sync-mapping.test.ts'],
  },
];

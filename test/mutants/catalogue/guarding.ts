import type { Mutant } from '../mutant.ts';

/** Bugs in what keeps a calendar and the booking system from being emptied. */
export const GUARDING: readonly Mutant[] = [
  {
    name: 'guard off',
    harm: 'A server that answers badly for a minute empties the calendar.',
    file: 'src/main/engine/planner/guard.ts',
    original: 'export const inferredLimit = (total: number): number => Math.max(5, 0.2 * total);',
    planted: 'export const inferredLimit = (_: number): number => Number.POSITIVE_INFINITY;',
    caughtBy: ['test/unit/planner-guard.test.ts', 'test/integration/sync-guard.test.ts'],
  },
  {
    name: 'guard off for explicit deletions',
    harm: 'One wrong click at dispatch, or of somebody who shares the calendar, goes through everything.',
    file: 'src/main/engine/planner/guard.ts',
    original: 'export const explicitLimit = (total: number): number => Math.max(20, 0.5 * total);',
    planted: 'export const explicitLimit = (_: number): number => Number.POSITIVE_INFINITY;',
    caughtBy: ['test/integration/sync-guard.test.ts'],
  },
  {
    name: 'empty listing believed',
    harm: 'A calendar with three events is emptied by one empty answer.',
    file: 'src/main/engine/planner/guard.ts',
    original: 'if (inferred.length > 0 && input.suddenlyEmpty) {',
    planted: 'if (false) {',
    caughtBy: ['test/unit/planner-guard.test.ts', 'test/integration/sync-ics.test.ts'],
  },
  {
    name: 'hold released by itself',
    harm: 'Deletions that wait for a decision are made by the next sync, before anybody has looked.',
    file: 'src/main/engine/disappearances.ts',
    original: 'for (const { linkId } of held) run.held.add(linkId);',
    planted: 'if (open === undefined) for (const { linkId } of held) run.held.add(linkId);',
    caughtBy: ['test/integration/sync-guard.test.ts'],
  },
  {
    name: 'answer to a hold kept for ever',
    harm: 'Whoever released deletions once has released all that ever come.',
    file: 'src/main/engine/disappearances.ts',
    original:
      'if (!missing.some((one) => one.linkId === linkId)) store.holds.forgetReleased(context.mapping.id, linkId);',
    planted: '',
    caughtBy: ['test/integration/sync-guard.test.ts'],
  },
  {
    name: 'missing event of ours believed deleted',
    harm: 'A listing that misses our event makes a second one beside it.',
    file: 'src/main/engine/disappearances.ts',
    original: 'if (!own && complete) {',
    planted: 'if (complete) {',
    caughtBy: ['test/integration/sync-edges.test.ts'],
  },
  {
    name: 'missing booking believed gone',
    harm: 'A listing that misses a job takes it out of the technician’s day.',
    file: 'src/main/engine/disappearances.ts',
    original: 'const found = await booking.get(id);',
    planted: "const found = store.bookings.get(id)?.state === 'absent' ? 'missing' : await booking.get(id);",
    caughtBy: ['test/integration/sync-guard.test.ts'],
  },
  {
    name: 'tombstone forgotten',
    harm: 'A job that is cancelled and then given back is taken for one that the technician has deleted.',
    file: 'src/main/engine/settle-event.ts',
    original: "state: 'deleted',\n        basis: '',\n        rewrites: 0,",
    planted: "state: 'pending',\n        incarnation: 0,\n        event_id: '',",
    caughtBy: ['test/integration/two-way-table.test.ts'],
  },
];

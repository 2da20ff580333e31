import { afterEach, describe, expect, it } from 'vitest';
import { SyncProgress } from '../../src/shared/domain/sync-progress.ts';
import {
  addBooking,
  addPersonal,
  blocks,
  createWorld,
  EMAIL,
  exported,
  onlyAccount,
  type World,
} from '../support/world.ts';

let world: World;
afterEach(() => world.close());

const last = (seen: readonly SyncProgress[], phase: SyncProgress['phase']): SyncProgress | undefined =>
  seen.findLast((progress) => progress.phase === phase);

describe('the progress of a run', () => {
  it('counts what is read and what is written, of how many, and ends', async () => {
    world = await createWorld();
    for (let hour = 6; hour < 18; hour += 1) addBooking(world, hour);
    for (let hour = 6; hour < 11; hour += 1) addPersonal(world, hour);

    const seen: SyncProgress[] = [];
    const result = await world.sync({ onProgress: (progress) => seen.push(SyncProgress.parse(progress)) });

    const { accountId, mappings } = onlyAccount(result);
    const of = { runId: result.runId, accountId, mappingId: mappings[0]?.mappingId };
    expect(last(seen, 'read-bookings')).toMatchObject({ accountId: null, done: 12, total: null });
    expect(last(seen, 'read-calendar')).toMatchObject({ ...of, done: 5, total: null });
    expect(seen.find(({ phase }) => phase === 'write-events')).toMatchObject({ ...of, done: 0, total: 12 });
    expect(last(seen, 'write-events')).toMatchObject({ ...of, done: 12, total: 12 });
    expect(last(seen, 'write-blocks')).toMatchObject({ ...of, done: 5, total: 5 });
    expect(seen.at(-1)).toMatchObject({ accountId, mappingId: null, phase: 'finished' });
  });

  it('does not count what is to be sent later before it was', async () => {
    world = await createWorld();
    for (let hour = 6; hour < 11; hour += 1) addPersonal(world, hour);
    const argument = { status: 429, retryAfterSeconds: 7 };
    world.sandbox.faults.add({ service: 'booking', effect: { kind: 'hook', name: 'block-item', argument } });

    const arrived: number[] = [];
    await world.sync({
      onProgress: ({ phase, done, total }) => {
        if (phase === 'write-blocks' && done === total) arrived.push(blocks(world).length);
      },
    });

    expect(arrived).toEqual([5]);
  });

  it('ends for an account that failed, too', async () => {
    world = await createWorld();
    addBooking(world, 9);
    world.sandbox.google.revokeAccount(EMAIL);

    const seen: SyncProgress[] = [];
    const { ok } = await world.sync({ onProgress: (progress) => seen.push(progress) });

    expect(ok).toBe(false);
    expect(seen.at(-1)?.phase).toBe('finished');
  });

  it('cannot be harmed by whoever watches', async () => {
    world = await createWorld();
    addBooking(world, 9);

    const { ok } = await world.sync({
      onProgress: () => {
        throw new Error('The window is gone');
      },
    });

    expect(ok).toBe(true);
    expect(exported(world)).toHaveLength(1);
    expect(world.logged.join('\n')).toContain('The window is gone');
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Fetch } from '../../src/main/ports.ts';
import type { PlannedOperation, SyncResult } from '../../src/shared/domain/sync-result.ts';
import { expectInStep, expectQuiet } from '../support/in-step.ts';
import {
  addBooking,
  addPersonal,
  blocks,
  CALENDAR,
  createWorld,
  exported,
  onlyAccount,
  onlyMapping,
  type World,
  writes,
} from '../support/world.ts';

let world: World;
/** What was sent: the method, and the id in the path or in each item of a batch. */
let sent: string[];

const watch =
  (fetch: Fetch): Fetch =>
  async (input, init) => {
    const request = new Request(input, init);
    const body = request.method === 'GET' ? '' : await request.clone().text();
    const path = new URL(request.url).pathname;
    if (path.endsWith('/busy-blocks:batch')) {
      const { upserts, deletes } = JSON.parse(body) as { upserts: { id: string }[]; deletes: string[] };
      sent.push(
        ...upserts.map(({ id }) => `upsert-block ${id}`),
        ...deletes.map((id) => `delete-block ${id}`),
      );
    } else if (path.endsWith('/events') && request.method === 'POST') {
      sent.push(`create-event ${(JSON.parse(body) as { id: string }).id}`);
    } else if (request.method === 'PATCH' || request.method === 'DELETE') {
      const onEvent = request.method === 'PATCH' ? 'update-event' : 'delete-event';
      const kind = path.includes('/bookings/') ? 'propose' : onEvent;
      sent.push(`${kind} ${path.split('/').at(-1)}`);
    }
    return fetch(input, init);
  };

beforeEach(async () => {
  sent = [];
  world = await createWorld({ network: watch });
  for (let index = 0; index < 6; index += 1) {
    addBooking(world, 5 + 2 * index);
    addPersonal(world, 5 + index);
  }
});
afterEach(() => world.close());

const bytes = (): Record<string, string> =>
  Object.fromEntries(
    readdirSync(world.dataDir)
      .filter((name) => name.endsWith('.sqlite') || name.endsWith('.sqlite-wal'))
      .map((name) => [name, readFileSync(join(world.dataDir, name)).toString('base64')]),
  );

const named = (operations: readonly PlannedOperation[] | undefined): readonly string[] =>
  (operations ?? []).map(({ kind, id }) => `${kind} ${id}`).sort();

/** The dry run first, which must leave no trace, and then the real one. */
async function bothRuns(): Promise<{ readonly dry: SyncResult; readonly real: SyncResult }> {
  const before = bytes();
  world.sandbox.faults.journal.clear();
  const dry = await world.sync({ dryRun: true });
  expect(writes(world)).toEqual([]);
  expect(bytes()).toEqual(before);
  sent = [];
  const real = await world.sync();
  return { dry, real };
}

function changeEverything(): void {
  const [first, second, third, fourth] = exported(world).toSorted((a, b) => (a.start < b.start ? -1 : 1));
  const { bookings } = world.sandbox.booking;
  bookings.patch(first?.bookingId ?? '', { title: 'Another title' });
  bookings.cancel(second?.bookingId ?? '');
  world.sandbox.google.editEvent(CALENDAR, third?.id ?? '', {
    start: { dateTime: '2026-11-27T08:00:00Z' },
    end: { dateTime: '2026-11-27T10:00:00Z' },
  });
  world.sandbox.google.deleteEvent(CALENDAR, fourth?.id ?? '');
  addBooking(world, 20);
  const [gone, moved, free] = world.sandbox.google
    .events(CALENDAR)
    .filter(({ summary }) => summary?.startsWith('Private'));
  world.sandbox.google.deleteEvent(CALENDAR, gone?.id ?? '');
  world.sandbox.google.editEvent(CALENDAR, moved?.id ?? '', { start: { dateTime: '2026-11-25T05:30:00Z' } });
  world.sandbox.google.editEvent(CALENDAR, free?.id ?? '', { transparency: 'transparent' });
  addPersonal(world, 18);
}

describe('a dry run', () => {
  it('of a first sync says what it will do, and does nothing', async () => {
    const { dry, real } = await bothRuns();
    expect(dry.dryRun).toBe(true);
    expect(real.dryRun).toBe(false);
    expect(named(dry.operations)).toEqual(sent.toSorted());
    expect(onlyMapping(dry)).toEqual(onlyMapping(real));
    expect(onlyMapping(dry)).toMatchObject({ exported: { created: 6 }, imported: { created: 6 } });
    expect(real.operations).toBeUndefined();
    expectInStep(world);
  });

  it('of a sync full of changes foretells every one of them', async () => {
    await world.sync();
    changeEverything();
    const { dry, real } = await bothRuns();
    expect(named(dry.operations)).toEqual(sent.toSorted());
    expect(onlyMapping(dry)).toEqual(onlyMapping(real));
    expect(onlyMapping(dry)).toMatchObject({
      exported: { created: 2, updated: 1, deleted: 1 },
      imported: { created: 1, updated: 1, deleted: 2 },
      proposed: 1,
    });
    for (const { title, reason, side } of dry.operations ?? []) {
      expect(title).not.toBe('');
      expect(reason).toMatch(/\.$/);
      expect(['calendar', 'booking']).toContain(side);
    }
    expectInStep(world);
    await expectQuiet(world);
  });

  it('of a sync that ends in the inbox counts what will wait there', async () => {
    await world.sync();
    const [both, cancelled] = exported(world);
    for (const { id } of [both, cancelled].flatMap((event) => event ?? [])) {
      world.sandbox.google.editEvent(CALENDAR, id, { summary: 'Mine' });
    }
    world.sandbox.booking.bookings.patch(both?.bookingId ?? '', { title: 'Theirs' });
    world.sandbox.booking.bookings.cancel(cancelled?.bookingId ?? '');
    const { dry, real } = await bothRuns();
    expect(onlyMapping(dry)).toEqual(onlyMapping(real));
    expect(onlyMapping(dry).conflicts).toBe(2);
  });

  it('of a quiet sync has nothing to say', async () => {
    await world.sync();
    const { dry, real } = await bothRuns();
    expect(dry.operations).toEqual([]);
    expect(onlyMapping(dry)).toEqual(onlyMapping(real));
  });

  it('of a sync whose deletions would be held says so, and holds nothing yet', async () => {
    await world.sync();
    world.sandbox.google.expireSyncTokens();
    const effect = { kind: 'hook', name: 'empty-listing' } as const;
    world.sandbox.faults.add({ service: 'google', path: '/events\\?', times: null, effect });
    const before = bytes();
    expect(onlyMapping(await world.sync({ dryRun: true })).held).toBe(12);
    expect(bytes()).toEqual(before);
    expect(world.app.holds()).toEqual([]);
    expect(onlyMapping(await world.sync()).held).toBe(12);
  });

  it('is not in the log, nor the last run', async () => {
    await world.sync();
    const { lastRun } = world.app.status();
    const { total } = world.app.logs({});
    addBooking(world, 20);
    await world.sync({ dryRun: true });
    expect(world.app.status().lastRun).toEqual(lastRun);
    expect(world.app.logs({}).total).toBe(total);
  });
});

describe('a full sync', () => {
  it('lists both sides afresh and writes nothing where nothing changed', async () => {
    await world.sync();
    world.sandbox.faults.journal.clear();
    const result = await world.sync({ full: true });
    expect(onlyAccount(result).error).toBeNull();
    expect(writes(world)).toEqual([]);
    expect(world.sandbox.faults.journal.count({ path: /timeMin=/ })).toBe(1);
    expect(world.sandbox.faults.journal.count({ path: /\/bookings\?/ })).toBe(1);
    expectInStep(world);
  });

  it('carries out what changed like any other', async () => {
    await world.sync();
    changeEverything();
    await world.sync({ full: true });
    expectInStep(world);
    await expectQuiet(world);
  });
});

describe('a sync that is stopped', () => {
  it('finishes the write in progress, and the next one goes on from there', async () => {
    const stop = new AbortController();
    const running = world.sync({ signal: stop.signal });
    while (sent.length === 0) await new Promise((resolve) => setImmediate(resolve));
    stop.abort();
    expect((await running).ok).toBe(false);
    expect(blocks(world)).toEqual([]);
    expect(world.app.accounts()[0]?.state).toBe('connected');
    const done = exported(world).length;
    expect(done).toBeGreaterThan(0);

    world.sandbox.faults.journal.clear();
    await world.sync();
    expect(world.sandbox.faults.journal.count({ method: 'POST', path: /\/events/ })).toBe(6 - done);
    expectInStep(world);
    await expectQuiet(world);
  });
});

import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { JournalFilter } from '../../src/sandbox/request-journal.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { StatusDocument, SyncDocument } from './cli-documents.ts';
import {
  addAppointment,
  addBooking,
  buildProgram,
  companyEnvironment,
  createMachine,
  EMAIL,
  type Machine,
  resetCompany,
  setUp,
  startCompany,
  TECHNICIAN,
} from './cli-harness.ts';

const EACH = 30;

let sandbox: Sandbox;
let machine: Machine;

beforeAll(async () => {
  await buildProgram();
  sandbox = await startCompany();
});
afterAll(() => sandbox.close());
afterEach(() => machine.dispose());

const bookingsInCalendar = (): readonly string[] =>
  sandbox.google
    .events(EMAIL)
    .flatMap(({ extendedProperties }) => extendedProperties?.private?.calendarSyncBooking ?? [])
    .sort();

async function setTheScene(): Promise<void> {
  resetCompany(sandbox);
  machine = createMachine(companyEnvironment(sandbox));
  for (let day = 1; day <= EACH; day += 1) {
    addBooking(sandbox, day);
    addAppointment(sandbox, day);
  }
  await setUp(machine, sandbox);
}

/** Starts a sync and ends its process as soon as the servers have seen so many of these requests. */
async function killAfter(requests: number, filter: JournalFilter): Promise<void> {
  sandbox.faults.journal.clear();
  const sync = machine.start('sync');
  while (sandbox.faults.journal.count(filter) < requests && sync.process.exitCode === null) await turn();
  sync.process.kill('SIGKILL');
  await sync.end;
  expect(sync.process.signalCode).toBe('SIGKILL');
}

const moments: [string, number, JournalFilter][] = [
  ['while it lists', 1, { path: /\/events\?|\/bookings\?/ }],
  ['with its first event on the way', 1, { method: 'POST', path: /\/events/ }],
  ['in the middle of its events', 15, { method: 'POST', path: /\/events/ }],
  ['with its last event on the way', EACH, { method: 'POST', path: /\/events/ }],
  ['with its busy blocks on the way', 1, { method: 'POST', path: /busy-blocks/ }],
];

it.each(moments)(
  'a process killed %s leaves nothing that the next one cannot finish',
  async (_, requests, filter) => {
    await setTheScene();
    await killAfter(requests, filter);
    // What had left may arrive after its sender is gone, and so beside the next sync.
    expect(await machine.json(SyncDocument, 'sync')).toMatchObject({ ok: true });
    expect(bookingsInCalendar()).toEqual(
      sandbox.booking.bookings
        .all()
        .map(({ id }) => id)
        .sort(),
    );
    const busy = sandbox.booking.blocks.all(TECHNICIAN).map(({ start }) => start);
    expect(new Set(busy).size).toBe(EACH);
    expect(busy).toHaveLength(EACH);

    sandbox.faults.journal.clear();
    expect(await machine.json(SyncDocument, 'sync')).toMatchObject({ ok: true });
    expect(sandbox.faults.journal.entries().filter(({ method }) => method !== 'GET')).toEqual([]);
    expect(await machine.json(StatusDocument, 'status')).toMatchObject({
      state: 'up-to-date',
      conflicts: 0,
      holds: 0,
    });
  },
);

it('a process killed again and again gets there in the end', async () => {
  await setTheScene();
  // As many again may have left when the process dies, and there must be enough for the last one.
  for (let requests = 2; requests <= 6; requests += 2) {
    await killAfter(requests, { method: 'POST', path: /\/events/ });
  }
  expect(await machine.json(SyncDocument, 'sync')).toMatchObject({ ok: true });
  expect(bookingsInCalendar()).toHaveLength(EACH);
  expect(new Set(bookingsInCalendar()).size).toBe(EACH);
  expect(sandbox.booking.blocks.all(TECHNICIAN)).toHaveLength(EACH);
});

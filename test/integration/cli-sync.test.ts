import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { acquireLock } from '../../src/main/store/instance-lock.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import {
  ConflictDocument,
  DryRunDocument,
  ErrorDocument,
  ExplainDocument,
  HoldDocument,
  LogDocument,
  listOf,
  StatusDocument,
  SyncDocument,
} from './cli-documents.ts';
import {
  addAppointment,
  addBooking,
  at,
  buildProgram,
  companyEnvironment,
  createMachine,
  EMAIL,
  enrol,
  type Machine,
  resetCompany,
  setUp,
  signIn,
  startCompany,
  succeed,
  TECHNICIAN,
} from './cli-harness.ts';

let sandbox: Sandbox;
let machine: Machine;

beforeAll(async () => {
  await buildProgram();
  sandbox = await startCompany();
});
afterAll(() => sandbox.close());
beforeEach(() => {
  resetCompany(sandbox);
  machine = createMachine(companyEnvironment(sandbox));
});
afterEach(() => machine.dispose());

const exportedEvent = (bookingId: string): { readonly id: string; readonly summary?: string | undefined } => {
  const event = sandbox.google
    .events(EMAIL)
    .find(({ extendedProperties }) => Object.values(extendedProperties?.private ?? {}).includes(bookingId));
  if (event === undefined) throw new RangeError(`${bookingId} is not in the calendar`);
  return event;
};

describe('sync', () => {
  it('ends with 4 without enrolment, and without accounts', async () => {
    expect(await machine.run('sync')).toMatchObject({
      code: 4,
      stdout: '',
      stderr: expect.stringContaining('enrol'),
    });
    await enrol(machine, sandbox);
    const { code, stdout } = await machine.run('sync', '--json');
    expect(code).toBe(4);
    expect(ErrorDocument.parse(JSON.parse(stdout)).error).toMatchObject({
      code: 'PRECONDITION_FAILED',
      message: expect.stringContaining('connect google'),
    });
  });

  it('prints what one run did, as a document and in words', async () => {
    const { accountId, mappingId } = await setUp(machine, sandbox);
    for (const days of [1, 2, 3]) addBooking(sandbox, days);
    addAppointment(sandbox, 4, 'Physiotherapy');

    const first = await machine.json(SyncDocument, 'sync');
    expect(first).toMatchObject({
      ok: true,
      accounts: [
        {
          ...{ accountId, provider: 'google', ok: true, error: null },
          mappings: [
            {
              ...{ mappingId, calendarId: EMAIL, direction: 'two-way', held: 0, conflicts: 0, proposed: 0 },
              imported: { created: 1, updated: 0, deleted: 0, unchanged: 0 },
              exported: { created: 3, updated: 0, deleted: 0, unchanged: 0 },
            },
          ],
        },
      ],
    });
    expect(JSON.stringify(sandbox.booking.blocks.all(TECHNICIAN))).not.toContain('Physiotherapy');

    addBooking(sandbox, 5);
    const second = await succeed(machine.run('sync', '--account', accountId));
    expect(second).toEqual({ code: 0, stdout: `Google ${EMAIL}: 1 added\n`, stderr: '' });
    const third = await succeed(machine.run('sync', '--mapping', mappingId));
    expect(third.stdout).toContain('nothing to do (4 bookings, 1 busy time');
    expect(await machine.json(StatusDocument, 'status')).toMatchObject({
      state: 'up-to-date',
      lastRun: { ok: true },
      accounts: [{ state: 'connected', lastSyncedAt: expect.any(String) }],
    });
  });

  it('lists what it would do, and writes nothing, when it is a dry run', async () => {
    await setUp(machine, sandbox);
    const bookingId = addBooking(sandbox, 1, 'Boiler service');
    addAppointment(sandbox, 4);
    sandbox.faults.journal.clear();

    const { operations, accounts } = await machine.json(DryRunDocument, 'sync', '--dry-run');
    expect(operations.map(({ side }) => side).sort()).toEqual(['booking', 'calendar']);
    expect(operations).toContainEqual(expect.objectContaining({ side: 'calendar', title: 'Boiler service' }));

    expect(accounts[0]?.mappings[0]).toMatchObject({ exported: { created: 1 }, imported: { created: 1 } });

    const { stdout } = await succeed(machine.run('sync', '--dry-run'));
    expect(stdout).toContain('Boiler service');
    expect(stdout).toContain(`Google ${EMAIL}: 1 added; 1 busy time imported`);
    expect(stdout).toContain('nothing was written');
    const writes = sandbox.faults.journal
      .entries()
      .filter(({ method, url }) => method !== 'GET' && !url.endsWith('/token'));
    expect(writes).toEqual([]);
    expect(sandbox.booking.bookings.get(bookingId)).toBeDefined();
    expect(sandbox.google.events(EMAIL)).toHaveLength(1);
  });

  it('ends with 1 when an account failed, and says which and what to do', async () => {
    const { accountId } = await setUp(machine, sandbox);
    sandbox.google.revokeAccount(EMAIL);
    const { code, stdout } = await machine.run('sync', '--json');
    expect(code).toBe(1);
    expect(SyncDocument.parse(JSON.parse(stdout))).toMatchObject({
      ok: false,
      accounts: [{ accountId, ok: false, error: { code: 'AUTH_EXPIRED' } }],
    });
    expect(await machine.json(StatusDocument, 'status')).toMatchObject({
      state: 'needs-sign-in',
      accounts: [{ state: 'needs-sign-in', error: { code: 'AUTH_EXPIRED' } }],
    });
    const inWords = await machine.run('sync');
    expect(inWords).toMatchObject({ code: 1, stdout: expect.stringContaining(`Google ${EMAIL}: failed.`) });
  });

  it('says which account there is not', async () => {
    await setUp(machine, sandbox);
    const { error } = await machine.json(ErrorDocument, 'sync', '--account', 'acc_none');
    expect(error.code).toBe('NOT_FOUND');
  });

  it('finishes the write in progress when it is asked to stop; the next run does the rest, once', async () => {
    await setUp(machine, sandbox);
    for (let days = 1; days <= 30; days += 1) addBooking(sandbox, days);
    const inserts = { service: 'google', method: 'POST', path: '/events', times: null };
    const held = sandbox.faults.add({ ...inserts, effect: { kind: 'hold' } });
    const running = machine.start('sync', '--json');
    await expect.poll(() => sandbox.faults.hits(held)).toBeGreaterThan(0);
    running.process.kill('SIGTERM');
    // It has been told before anything is answered: what it sends meanwhile can only be few.
    sandbox.faults.remove(held);
    const { code, stdout } = await running.end;
    expect(code).toBe(1);
    const { accounts } = SyncDocument.parse(JSON.parse(stdout));
    const written = sandbox.google.events(EMAIL).length;
    expect(written).toBeLessThan(30);
    expect(accounts[0]?.mappings[0]?.exported.created).toBe(written);

    await succeed(machine.run('sync'));
    expect(sandbox.google.events(EMAIL)).toHaveLength(30);
  });

  it('ends with 5 while another process owns the data directory; looking works all the same', async () => {
    await setUp(machine, sandbox);
    const clock = { now: () => new Date(), sleep: async () => undefined };
    const lock = await acquireLock(join(machine.dataDir, 'calendar-sync.lock'), { clock, waitMs: 0 });
    try {
      const { code, stdout } = await machine.run('sync', '--json');
      expect(code).toBe(5);
      expect(ErrorDocument.parse(JSON.parse(stdout)).error.code).toBe('CONFLICT');
      expect((await machine.run('status')).code).toBe(0);
    } finally {
      lock.release();
    }
  });

  it('uses the booking system of the environment where there is no enrolment', async () => {
    machine.environment.BOOKING_API_URL = sandbox.urls().booking;
    machine.environment.BOOKING_API_TOKEN = sandbox.booking.devices.addToken({ technicianId: TECHNICIAN });
    expect(await machine.run('sync')).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('connect google'),
    });
  });

  it('prints which accounts failed when the booking system refuses this device', async () => {
    machine.environment.BOOKING_API_URL = sandbox.urls().booking;
    machine.environment.BOOKING_API_TOKEN = 'bkt_not_one';
    const { accountId } = await signIn(machine);
    const { code, stdout } = await machine.run('sync', '--json');
    expect(code).toBe(1);
    expect(SyncDocument.parse(JSON.parse(stdout))).toMatchObject({
      ok: false,
      accounts: [
        { accountId, ok: false, error: { code: 'AUTH_EXPIRED', message: expect.stringContaining('Enrol') } },
      ],
    });
    // It is not the calendar that refused.
    const state = async (): Promise<unknown> =>
      (await machine.json(StatusDocument, 'status')).accounts[0]?.state;
    expect(await state()).toBe('connected');

    machine.environment.BOOKING_API_URL = 'http://bookings.example/api/v1';
    const refused = await machine.run('sync', '--json');
    expect(refused.code).toBe(1);
    expect(SyncDocument.parse(JSON.parse(refused.stdout)).accounts[0]?.error?.message).toContain('https://');
    expect(await state()).toBe('connected');
  });
});

describe('deletions that are held', () => {
  beforeEach(async () => {
    for (let days = 1; days <= 12; days += 1) addAppointment(sandbox, days);
    await setUp(machine, sandbox);
    await succeed(machine.run('sync'));
    sandbox.google.clearCalendar(EMAIL);
    sandbox.google.expireSyncTokens();
  });

  const blocks = (): number => sandbox.booking.blocks.all(TECHNICIAN).length;
  const sync = async (): Promise<{ readonly code: number | null; readonly held: number | undefined }> => {
    const { code, stdout } = await machine.run('sync', '--json');
    return { code, held: SyncDocument.parse(JSON.parse(stdout)).accounts[0]?.mappings[0]?.held };
  };

  it('end the run with 3, are listed, and go ahead once they are released', async () => {
    expect(await sync()).toEqual({ code: 3, held: 12 });
    expect(blocks()).toBe(12);
    const inWords = await machine.run('sync');
    expect(inWords).toMatchObject({ code: 3, stdout: expect.stringContaining('12 deletions held') });

    const { items } = await machine.json(listOf(HoldDocument), 'holds');
    expect(items).toHaveLength(1);
    expect(items[0]?.deletions).toHaveLength(12);
    expect((await succeed(machine.run('holds'))).stdout).toContain('holds release ID');
    expect(await machine.json(StatusDocument, 'status')).toMatchObject({ holds: 1, state: 'attention' });

    await succeed(machine.run('holds', 'release', items[0]?.id ?? ''));
    expect(await sync()).toEqual({ code: 0, held: 0 });
    expect(blocks()).toBe(0);
  });

  it('are not carried out once they are discarded', async () => {
    await sync();
    const { items } = await machine.json(listOf(HoldDocument), 'holds');
    const { stdout } = await succeed(machine.run('holds', 'discard', items[0]?.id ?? '', '--json'));
    expect(JSON.parse(stdout)).toEqual({ id: items[0]?.id, answer: 'discarded', deletions: 12 });
    await machine.run('sync');
    expect(blocks()).toBe(12);
    expect((await machine.json(listOf(HoldDocument), 'holds')).items).toEqual([]);
  });

  it('says which hold there is not', async () => {
    const { error } = await machine.json(ErrorDocument, 'holds', 'release', 'hold_none');
    expect(error.code).toBe('NOT_FOUND');
  });
});

describe('a conflict', () => {
  it('shows both versions and is decided', async () => {
    await setUp(machine, sandbox);
    const bookingId = addBooking(sandbox, 3, 'Meter exchange');
    await succeed(machine.run('sync'));
    sandbox.google.moveEvent(EMAIL, exportedEvent(bookingId).id, { byMinutes: 180 });
    sandbox.booking.bookings.patch(bookingId, { start: at(3, -2), end: at(3, -1) });
    expect(await machine.json(SyncDocument, 'sync')).toMatchObject({
      ok: true,
      accounts: [{ mappings: [{ conflicts: 1 }] }],
    });

    const { items } = await machine.json(listOf(ConflictDocument), 'conflicts');
    expect(items).toEqual([
      expect.objectContaining({
        bookingId,
        fields: ['start', 'end'],
        booking: expect.objectContaining({ start: at(3, -2) }),
        calendar: expect.objectContaining({ start: at(3, 3) }),
      }),
    ]);
    expect((await succeed(machine.run('conflicts'))).stdout).toContain('Meter exchange');

    await succeed(machine.run('conflicts', 'resolve', items[0]?.id ?? '', '--keep', 'calendar'));
    await succeed(machine.run('sync'));
    expect(sandbox.booking.bookings.get(bookingId)?.start).toBe(at(3, 3));
    expect((await machine.json(listOf(ConflictDocument), 'conflicts')).items).toEqual([]);
  });

  it('that there is not is named', async () => {
    const { error } = await machine.json(
      ErrorDocument,
      'conflicts',
      'resolve',
      'con_none',
      '--keep',
      'booking',
    );
    expect(error.code).toBe('NOT_FOUND');
  });
});

describe('logs and explain', () => {
  let bookingId: string;
  let appointmentId: string;
  beforeEach(async () => {
    await setUp(machine, sandbox);
    bookingId = addBooking(sandbox, 1, 'Boiler service');
    for (let days = 2; days <= 120; days += 1) addBooking(sandbox, days);
    appointmentId = addAppointment(sandbox, 4, 'Physiotherapy');
    await succeed(machine.run('sync'));
  });

  it('shows what was done, 100 entries a page', async () => {
    const first = await machine.json(LogDocument, 'logs');
    expect(first).toMatchObject({ page: 1, pages: 2 });
    expect(first.items).toHaveLength(100);
    const second = await machine.json(LogDocument, 'logs', '--page', '2');
    expect(second.items).toHaveLength(first.total - 100);
    expect((await succeed(machine.run('logs'))).stdout).toContain('Page 1 of 2');
  });

  it('filters', async () => {
    const total = async (...filter: readonly string[]): Promise<number> =>
      (await machine.json(LogDocument, 'logs', ...filter)).total;
    const all = await total();
    expect(await total('--status', 'error')).toBe(0);
    expect(await total('--status', 'ok')).toBe(all);
    expect(await total('--provider', 'google')).toBe(all);
    expect(await total('--provider', 'caldav')).toBe(0);
    expect(await total('--search', bookingId)).toBe(1);
    expect(await total('--from', at(1))).toBe(0);
    expect(await total('--to', at(-1))).toBe(0);
    expect(await total('--from', at(-1).slice(0, 10), '--to', at(1).slice(0, 10))).toBe(all);
    expect((await succeed(machine.run('logs', '--status', 'error'))).stdout).toContain('Nothing is logged');
  });

  it('explains a booking, an appointment, and what nobody knows', async () => {
    const booking = await machine.json(ExplainDocument, 'explain', bookingId);
    expect(booking).toMatchObject({ id: bookingId, links: [{ kind: 'export' }] });
    expect(booking.decisions.length).toBeGreaterThan(0);
    expect((await succeed(machine.run('explain', bookingId))).stdout).toContain(exportedEvent(bookingId).id);

    const appointment = await machine.json(ExplainDocument, 'explain', appointmentId);
    expect(appointment).toMatchObject({ links: [{ kind: 'import' }] });
    const unknown = await machine.run('explain', 'bk_none');
    expect(unknown).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('Nothing is known of bk_none'),
    });
    const asDocument = await machine.run('explain', 'bk_none', '--json');
    expect(asDocument.code).toBe(1);
    expect(JSON.parse(asDocument.stdout)).toEqual({
      ...{ id: 'bk_none', links: [], mapping: null, decisions: [] },
      error: { code: 'NOT_FOUND', message: expect.stringContaining('Nothing is known of bk_none') },
    });
  });
});

describe('looking at a machine where nothing was done yet', () => {
  it.each([['accounts'], ['mappings'], ['conflicts'], ['holds']])('%s is an empty list', async (command) => {
    const { stdout } = await succeed(machine.run(command, '--json'));
    expect(JSON.parse(stdout)).toEqual({ items: [] });
  });

  it('status says what to do first', async () => {
    expect(await machine.json(StatusDocument, 'status')).toMatchObject({
      enrolled: false,
      state: 'not-enrolled',
    });
    expect((await succeed(machine.run('status'))).stdout).toContain('calendar-sync enrol');
    expect(existsSync(join(machine.dataDir, 'calendar-sync.sqlite'))).toBe(true);
  });
});

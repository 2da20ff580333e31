import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createProgram, type Program } from '../../src/main/rpc/program.ts';
import { seededRandom } from '../../src/sandbox/seeded-random.ts';
import type { Snapshot } from '../../src/shared/domain/snapshot.ts';
import { createRpcClient, type RpcClient } from '../../src/shared/rpc/client.ts';
import { MemoryTransport } from '../../src/shared/rpc/memory-transport.ts';
import { memorySettings } from '../support/memory-settings.ts';
import {
  addBooking,
  addPersonal,
  CALENDAR,
  createWorld,
  EMAIL,
  TECHNICIAN,
  type World,
} from '../support/world.ts';

let world: World;
let program: Program;
let client: RpcClient;
/** Every snapshot that was told. */
let told: Snapshot[];

beforeEach(async () => {
  world = await createWorld();
  const { app, clock } = world;
  const settings = memorySettings({}, { enforced: { logDays: 30 } });
  program = createProgram({
    app,
    ports: { clock, random: seededRandom(11), log: () => undefined, settings: async () => settings },
    host: { kind: 'headless', version: '1.2.3', locale: null },
    openUrl: async () => undefined,
    handlers: {
      'data.restore': () => ({ accounts: 0, mappings: 0, needSignIn: [], keptAs: null }),
      'screens.link': () => ({ url: 'http://127.0.0.1/' }),
      'sample.open': () => ({ url: 'http://127.0.0.1/' }),
      'sample.close': () => ({}),
    },
  });
  const transport = new MemoryTransport((message) => program.dispatch(message));
  program.subscribe((message) => transport.push(message));
  client = createRpcClient(transport);
  told = [];
  client.on('snapshot', (snapshot) => told.push(snapshot));
});
afterEach(async () => {
  program.close();
  await world.close();
});

const mappingId = async (): Promise<string> => {
  const [mapping] = (await client.call('mappings.list', {})).items;
  return mapping?.id ?? '';
};
const accountId = async (): Promise<string> => {
  const [account] = (await client.call('accounts.list', {})).items;
  return account?.id ?? '';
};
const WEEK = { from: '2026-11-23T00:00:00Z', to: '2026-11-30T00:00:00Z' };

describe('the snapshot', () => {
  it('says how everything stands, and what the last run did', async () => {
    addBooking(world, 9);
    addPersonal(world, 12);
    await client.call('sync.now', {});
    expect(await client.call('snapshot.get', {})).toMatchObject({
      state: 'up-to-date',
      technician: { id: TECHNICIAN },
      bookingSystem: '127.0.0.1',
      accounts: [{ email: EMAIL, state: 'connected' }],
      mappings: [{ calendarId: CALENDAR }],
      lastRun: { ok: true, added: 2, changed: 0, removed: 0 },
      conflicts: 0,
      holds: 0,
      host: { kind: 'headless', version: '1.2.3', locale: null },
    });
  });

  it('is told when it changes, with a revision that grows, and not when it does not', async () => {
    addBooking(world, 9);
    await client.call('sync.now', {});
    await world.clock.sleep(1_000);
    expect(told.map(({ state }) => state)).toContain('up-to-date');
    const revisions = told.map(({ revision }) => revision);
    expect(revisions).toEqual([...new Set(revisions)].toSorted((a, b) => a - b));
    const before = told.length;
    await client.call('sync.resume', {});
    await client.call('conflicts.list', {});
    const { revision } = await client.call('snapshot.get', {});
    expect(revision).toBe((await client.call('snapshot.get', {})).revision);
    expect(told.length).toBe(before);
  });

  it('makes one event of many changes at once', async () => {
    const id = await mappingId();
    for (let days = 31; days < 41; days += 1) {
      await client.call('mappings.update', { id, changes: { pastDays: days } });
    }
    await world.clock.sleep(60);
    expect(told.map(({ mappings }) => mappings[0]?.pastDays)).toEqual([40]);
  });
});

describe('the log', () => {
  it('announces its new entries, and is exported as text that no spreadsheet runs', async () => {
    const news: number[] = [];
    client.on('logs.added', ({ lastId }) => news.push(lastId));
    addBooking(world, 9, { title: 'x' });
    await client.call('sync.now', {});
    await world.clock.sleep(1_000);
    const page = await client.call('logs.query', {});
    expect(news.at(-1)).toBe(page.items[0]?.id);

    const csv = await client.call('logs.export', { format: 'csv', status: 'ok' });
    expect(csv.fileName).toMatch(/^calendar-sync-log-2026-11-2\d\.csv$/);
    const [head = '', ...lines] = csv.text.trimEnd().split('\r\n');
    expect(head).toContain('id,at,runId');
    expect(lines).toHaveLength(page.total);
    const json = await client.call('logs.export', { format: 'json' });
    expect(JSON.parse(json.text)).toEqual({ items: page.items });
  });
});

describe('the week', () => {
  it('shows bookings, what blocks time, and what does not with its reason', async () => {
    const booking = addBooking(world, 9);
    const busy = addPersonal(world, 12);
    const free = addPersonal(world, 15, { transparency: 'transparent', summary: 'Free' });
    await client.call('sync.now', {});
    const { items } = await client.call('week.get', WEEK);
    expect(items.map(({ id, kind, title }) => ({ id, kind, title }))).toEqual([
      { id: booking.id, kind: 'booking', title: 'Job at 9' },
      { id: busy, kind: 'busy', title: 'Private 12' },
      { id: free, kind: 'not-imported', title: 'Free' },
    ]);
    expect(items[0]).toMatchObject({
      start: '2026-11-24T09:00:00.000Z',
      end: '2026-11-24T11:00:00.000Z',
      allDay: false,
      location: '12 Mill Lane',
      mappingId: await mappingId(),
    });
    expect(items[2]?.reason).toBe('It is marked as free time.');
    expect((await client.call('week.get', { ...WEEK, to: '2026-11-24T09:00:00Z' })).items).toEqual([]);
  });

  it('is that of whom the device belongs to, where it keeps the calendars of others as well', async () => {
    const { accountId = '' } = (await client.call('mappings.list', {})).items[0] ?? {};
    const calendarId = 'second@example.com';
    const own = addPersonal(world, 12);
    const other = addPersonal(world, 14, {}, calendarId);
    const { id } = await client.call('mappings.add', { accountId, calendarId, direction: 'import' });
    await client.call('sync.now', {});
    const shown = async () => (await client.call('week.get', WEEK)).items.map((item) => item.id);
    expect(await shown()).toEqual([own, other]);
    await client.call('mappings.update', { id, changes: { technicianId: 'tech_other', enabled: false } });
    expect(await shown()).toEqual([own]);
  });

  it('is refused for a span that is empty or longer than five weeks', async () => {
    for (const to of [WEEK.from, '2026-12-31T00:00:00Z']) {
      await expect(client.call('week.get', { ...WEEK, to })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    }
  });
});

describe('a preview of a mapping', () => {
  it('that does not exist says what it would do, and leaves nothing behind', async () => {
    addPersonal(world, 12, {}, 'second@example.com');
    const before = await client.call('snapshot.get', {});
    const result = await client.call('mappings.preview', {
      kind: 'new',
      mapping: { accountId: await accountId(), calendarId: 'second@example.com', direction: 'import' },
    });
    expect(result).toMatchObject({ ok: true, dryRun: true });
    expect(result.operations).toMatchObject([{ kind: 'upsert-block', title: 'Private 12' }]);
    expect(await client.call('snapshot.get', {})).toEqual(before);
    expect(world.sandbox.booking.blocks.all(TECHNICIAN)).toEqual([]);
  });

  it('that is changed shows the difference', async () => {
    addPersonal(world, 12);
    await client.call('sync.now', {});
    const id = await mappingId();
    const { operations } = await client.call('mappings.preview', {
      kind: 'changed',
      id,
      changes: { direction: 'export' },
    });
    expect(operations).toMatchObject([{ kind: 'delete-block', title: 'Private 12' }]);
    expect(world.sandbox.booking.blocks.all(TECHNICIAN)).toHaveLength(1);
    expect((await client.call('mappings.list', {})).items).toMatchObject([{ direction: 'two-way' }]);
  });
});

describe('an account', () => {
  it('says what was created for it, and takes that away when it is removed with its events', async () => {
    addBooking(world, 9);
    addPersonal(world, 12);
    await client.call('sync.now', {});
    const id = await accountId();
    expect(await client.call('accounts.created', { id })).toEqual({ events: 1, busyBlocks: 1 });
    expect(await client.call('mappings.created', { id: await mappingId() })).toEqual({
      events: 1,
      busyBlocks: 1,
    });
    expect(await client.call('accounts.remove', { id, deleteEvents: true })).toEqual({ removed: 2 });
    expect(world.sandbox.google.events(CALENDAR)).toHaveLength(1);
    expect(world.sandbox.booking.blocks.all(TECHNICIAN)).toEqual([]);
    expect((await client.call('snapshot.get', {})).state).toBe('no-accounts');
  });

  it('that is paused is passed over, and stays paused when somebody syncs it', async () => {
    const id = await accountId();
    await client.call('accounts.setPaused', { id, paused: true });
    addBooking(world, 9);
    expect((await client.call('sync.now', {})).accounts).toEqual([]);
    await client.call('sync.now', { accountId: id });
    expect((await client.call('accounts.list', {})).items).toMatchObject([{ state: 'paused' }]);
    await client.call('accounts.setPaused', { id, paused: false });
    expect((await client.call('accounts.list', {})).items).toMatchObject([{ state: 'connected' }]);
    await expect(client.call('accounts.setPaused', { id: 'x', paused: true })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });
});

describe('a sign-in', () => {
  const signIn = (): Promise<{ id: string; url: string }> =>
    client.call('signIn.start', { provider: 'google', access: 'write' });
  const shown = async () => (await client.call('snapshot.get', {})).signIns;

  it('waits in the snapshot until the person has signed in, and stays there until it is dismissed', async () => {
    world.sandbox.google.configure({ autoApprove: EMAIL });
    await world.clock.frozen(async () => {
      const { id, url } = await signIn();
      expect(await shown()).toMatchObject([{ id, url, provider: 'google', outcome: { kind: 'waiting' } }]);
      const page = await world.sandbox.fetch(url, { redirect: 'manual' });
      await (await fetch(page.headers.get('location') ?? '')).text();
      expect(await client.call('signIn.ended', { id })).toMatchObject({ provider: 'google', email: EMAIL });
      expect(await shown()).toMatchObject([{ id, outcome: { kind: 'connected', email: EMAIL } }]);
      await client.call('signIn.dismiss', { id });
      expect(await shown()).toEqual([]);
    });
  });

  it('that is cancelled is gone, and whoever waits for it is told', async () => {
    await world.clock.frozen(async () => {
      const { id, url } = await signIn();
      const ended = client.call('signIn.ended', { id });
      await client.call('signIn.cancel', { id });
      await expect(ended).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
      expect(await shown()).toEqual([]);
      const callback = new URL(url).searchParams.get('redirect_uri') ?? '';
      await expect(fetch(callback)).rejects.toThrow(TypeError);
    });
  });

  it('is refused when several wait already', async () => {
    await world.clock.frozen(async () => {
      for (let number = 0; number < 4; number += 1) await signIn();
      await expect(signIn()).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    });
  });
});

describe('an answer to a conflict', () => {
  it('can be taken back until a run has carried it out', async () => {
    const booking = addBooking(world, 9);
    await client.call('sync.now', {});
    const [event] = world.sandbox.google.events(CALENDAR);
    world.sandbox.google.moveEvent(CALENDAR, event?.id ?? '', { byMinutes: 240 });
    world.sandbox.booking.bookings.patch(booking.id, {
      start: '2026-11-24T16:00:00Z',
      end: '2026-11-24T18:00:00Z',
    });
    await client.call('sync.now', {});
    const [conflict] = (await client.call('conflicts.list', {})).items;
    const id = conflict?.id ?? '';
    await client.call('conflicts.resolve', { id, keep: 'booking' });
    expect((await client.call('conflicts.list', {})).items).toEqual([]);
    // Whoever looks is offered the way back, not only the window that answered.
    expect((await client.call('conflicts.decided', {})).items).toMatchObject([{ id, keep: 'booking' }]);
    await client.call('conflicts.undo', { id });
    expect((await client.call('conflicts.decided', {})).items).toEqual([]);
    expect((await client.call('conflicts.list', {})).items).toMatchObject([{ id }]);
    await client.call('conflicts.resolve', { id, keep: 'booking' });
    await client.call('sync.now', {});
    expect((await client.call('conflicts.decided', {})).items).toEqual([]);
    await expect(client.call('conflicts.undo', { id })).rejects.toMatchObject({ code: 'CONFLICT' });
  });
});

describe('settings', () => {
  it('are changed, taken back to their default, and told to every window', async () => {
    const views: number[] = [];
    client.on('settings', ({ values }) => views.push(values.intervalMinutes));
    await client.call('settings.change', { set: { intervalMinutes: 25, theme: 'dark' } });
    expect(await client.call('settings.change', { reset: ['intervalMinutes'] })).toMatchObject({
      values: { intervalMinutes: 10, theme: 'dark', logDays: 30 },
      locked: ['logDays'],
    });
    expect(views).toEqual([25, 10]);
  });

  it('that the organisation has set are refused, and nothing of the change is kept', async () => {
    const change = client.call('settings.change', { set: { theme: 'dark', logDays: 1 } });
    await expect(change).rejects.toMatchObject({ code: 'POLICY_LOCKED', detail: 'logDays' });
    expect((await client.call('settings.get', {})).values.theme).toBe('system');
  });
});

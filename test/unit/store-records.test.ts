import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Database } from '../../src/main/store/connection.ts';
import { MetaRepository } from '../../src/main/store/meta-repository.ts';
import { RunRepository } from '../../src/main/store/run-repository.ts';
import { SyncLogRepository } from '../../src/main/store/sync-log-repository.ts';
import type { NewLogEntry } from '../../src/shared/domain/sync-log.ts';
import { count, failure, openInMemory } from './store-support.ts';

let db: Database;

beforeEach(() => {
  db = openInMemory();
});

describe('the sync log', () => {
  let log: SyncLogRepository;

  beforeEach(() => {
    log = new SyncLogRepository(db);
  });

  const entry = (fields: Partial<NewLogEntry> = {}): NewLogEntry => ({
    at: '2026-11-23T09:00:00.000Z',
    runId: 'run-1',
    accountId: 'account-1',
    mappingId: 'mapping-1',
    provider: 'google',
    direction: 'export',
    operation: 'create-event',
    status: 'ok',
    bookingId: 'booking-1',
    externalId: 'event-1',
    technicianId: 'tech-1',
    projectId: 'project-1',
    message: 'Created the event.',
    code: null,
    durationMs: 12.5,
    attempt: 1,
    payload: { title: 'Boiler' },
    ...fields,
  });
  const found = (query: Parameters<SyncLogRepository['query']>[0]): string[] =>
    log.query(query).items.map(({ message }) => message);

  it('keeps many entries at once as they are, in their order', () => {
    const entries = Array.from({ length: 120 }, (_, index) =>
      entry({ message: `Created event ${index}.`, bookingId: index < 110 ? null : 'booking-1' }),
    );
    log.appendMany(entries);
    log.appendMany(entries.map((one) => ({ ...one, status: 'error' as const })));
    const kept = db.prepare('SELECT message, booking_id, status, provider FROM sync_log ORDER BY id').all();
    const expected = ['ok', 'error'].flatMap((status) =>
      entries.map(({ message, bookingId }) => ({
        message,
        booking_id: bookingId,
        status,
        provider: 'google',
      })),
    );
    expect(kept).toEqual(expected);
  });

  it('gives back what was put in', () => {
    log.append(entry());

    expect(log.query().items).toEqual([{ id: expect.any(Number), ...entry() }]);
  });

  it('shows 100 a page, newest first', () => {
    log.appendMany(Array.from({ length: 250 }, (_, index) => entry({ message: `entry ${index}` })));

    const first = log.query();
    expect(first).toMatchObject({ page: 1, pages: 3, total: 250 });
    expect(first.items.map(({ message }) => message).slice(0, 2)).toEqual(['entry 249', 'entry 248']);
    expect(
      log
        .query({ page: 3 })
        .items.map(({ message }) => message)
        .at(-1),
    ).toBe('entry 0');
    expect(log.query({ page: 3 }).items).toHaveLength(50);
    expect(log.query({ page: 4 })).toMatchObject({ items: [], page: 4, pages: 3 });
  });

  it('has one empty page while nothing happened', () => {
    expect(log.query()).toEqual({ items: [], page: 1, pages: 1, total: 0 });
  });

  it('is narrowed by status, provider and time together', () => {
    log.appendMany([
      entry({ message: 'a' }),
      entry({ message: 'b', status: 'error' }),
      entry({ message: 'c', status: 'error', provider: 'microsoft' }),
      entry({ message: 'd', status: 'error', at: '2026-11-24T00:00:00.000Z' }),
    ]);

    expect(found({ status: 'error', provider: 'google' })).toEqual(['d', 'b']);
    expect(found({ status: 'retry' })).toEqual([]);
    expect(found({ to: '2026-11-24' })).toEqual(['c', 'b', 'a']);
    expect(found({ from: '2026-11-24T01:00:00+01:00' })).toEqual(['d']);
    expect(found({ from: '2026-11-23T09:00:00Z', to: '2026-11-23T09:00:00.001Z' })).toEqual(['c', 'b', 'a']);
  });

  it.each([
    { state: 'before it is indexed', index: () => undefined },
    {
      state: 'once it is indexed',
      index: () => {
        while (log.indexSome());
      },
    },
  ])('is searched by technician, project, booking, event and message, $state', ({ index }) => {
    log.appendMany([
      entry({ message: 'a', technicianId: 'ada' }),
      entry({ message: 'b', projectId: '100%_sure' }),
      entry({ message: 'c', bookingId: 'BOOKING-7' }),
      entry({ message: 'd', externalId: 'event\\9' }),
      entry({ message: 'Something odd: e' }),
    ]);
    index();

    expect(found({ search: 'ADA' })).toEqual(['a']);
    expect(found({ search: '100%_s' })).toEqual(['b']);
    expect(found({ search: '%' })).toEqual([]);
    expect(found({ search: '_sure' })).toEqual(['b']);
    expect(found({ search: 'booking-7' })).toEqual(['c']);
    expect(found({ search: 'event\\9' })).toEqual(['d']);
    expect(found({ search: ' odd ' })).toEqual(['Something odd: e']);
    expect(found({ search: '' })).toHaveLength(5);
    expect(found({ search: "' OR 1=1 --" })).toEqual([]);
  });

  it('counts what a filter lets through, whatever parts of days it begins and ends with', () => {
    const times = Array.from({ length: 60 }, (_, index) =>
      new Date(Date.parse('2026-11-20T00:00:00Z') + index * 3 * 3_600_000).toISOString(),
    );
    log.appendMany(times.map((at, index) => entry({ at, provider: index % 2 ? 'google' : 'microsoft' })));
    log.removeBefore(new Date('2026-11-20T09:00:00Z'));
    const kept = times.slice(3);

    const edges = [undefined, ...times.slice(0, 20), '2026-11-22T00:00:00.001Z', '2026-11-30T00:00:00Z'];
    for (const from of edges) {
      for (const to of edges) {
        const inside = kept.filter((at) => at >= (from ?? '') && at < (to ?? '~'));
        const filter = { ...(from && { from }), ...(to && { to }) };
        expect(log.query(filter).total).toBe(inside.length);
        expect(log.query({ ...filter, search: 'tech-1' }).total).toBe(inside.length);
        expect(log.query({ ...filter, provider: 'google' }).total).toBe(
          inside.filter((at) => times.indexOf(at) % 2 === 1).length,
        );
      }
    }
  });

  it('is searched in what was written after a clean-up, which may give ids anew', () => {
    log.append(entry({ message: 'Old boiler' }));
    while (log.indexSome());
    log.removeBefore(new Date('2027-01-01T00:00:00Z'));
    log.appendMany([entry({ message: 'Old pump' }), entry({ message: 'New boiler' })]);
    expect(found({ search: 'boiler' })).toEqual(['New boiler']);
    expect(db.pragma('quick_check', { simple: true })).toBe('ok');
    while (log.indexSome());
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
    expect(found({ search: 'old' })).toEqual(['Old pump']);
    expect(found({ search: 'boil' })).toEqual(['New boiler']);
  });

  it('is searched within a status, a provider and a time, however far it is indexed', () => {
    const words = [
      'Boiler service',
      'Boiler repair',
      'Serviceable pump',
      'Café serving',
      'Heat pump service',
    ];
    const providers = ['google', 'microsoft', null] as const;
    const written = (from: number, to: number): NewLogEntry[] =>
      Array.from({ length: to - from }, (_, index) => from + index).map((n) =>
        entry({
          // In the middle the clock was set back by a day.
          at: new Date(
            Date.parse('2026-11-20T00:00:00Z') + n * 60_000 - (n > 1_700 ? 86_400_000 : 0),
          ).toISOString(),
          status: n % 7 === 0 ? 'error' : 'ok',
          provider: providers[n % providers.length] ?? null,
          message: `${words[n % words.length]}, ${n}`,
        }),
      );
    const entries = written(0, 3_200);
    const limits = { removed: new Date('2026-11-20T05:00:00Z'), indexed: 2_900 };
    log.appendMany(entries.slice(0, limits.indexed));
    while (log.indexSome());
    log.removeBefore(limits.removed);
    log.appendMany(entries.slice(limits.indexed));

    const kept = entries.filter(({ at }) => at >= limits.removed.toISOString()).toReversed();
    const spans = [
      {},
      { from: '2026-11-20T11:11:00.000Z' },
      { to: '2026-11-20T23:30:00.001Z' },
      { from: '2026-11-20T09:00:00.000Z', to: '2026-11-21T01:30:00.000Z' },
      { from: '2026-11-23T00:00:00.000Z' },
    ];
    const kinds = [
      {},
      { status: 'error' },
      { provider: 'google' },
      { status: 'ok', provider: 'microsoft' },
    ] as const;
    const searches = { 'boiler serv': /boiler serv/i, servic: /service/i, Café: /café/i, pump: /pump/ };
    for (const span of spans) {
      for (const kind of kinds) {
        for (const [search, pattern] of Object.entries(searches)) {
          const { from = '', to = '~', status, provider } = { ...span, ...kind } as Record<string, string>;
          const expected = kept.filter(
            (one) =>
              pattern.test(one.message) &&
              one.at >= from &&
              one.at < to &&
              (status === undefined || one.status === status) &&
              (provider === undefined || one.provider === provider),
          );
          const filter = { ...span, ...kind, search };
          expect(log.query(filter).total).toBe(expected.length);
          const pages = Math.max(1, Math.ceil(expected.length / 100));
          for (const page of [1, pages]) {
            expect(found({ ...filter, page })).toEqual(
              expected.slice((page - 1) * 100, page * 100).map(({ message }) => message),
            );
          }
        }
      }
    }
    expect(found({ search: 'boiler', provider: 'google OR microsoft' })).toEqual([]);
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
  });

  it('says what it does not understand', async () => {
    expect((await failure(() => log.query({ from: 'yesterday' }))).code).toBe('INVALID_INPUT');
    expect((await failure(() => log.query({ page: 0 }))).code).toBe('INVALID_INPUT');
  });

  it('tells the story of one booking or one event, oldest first', () => {
    log.appendMany([
      entry({ message: 'first' }),
      entry({ message: 'other', bookingId: 'booking-2', externalId: 'event-2' }),
      entry({ message: 'second', externalId: null }),
    ]);

    expect(log.forDecision('booking-1').map(({ message }) => message)).toEqual(['first', 'second']);
    expect(log.forDecision('event-1').map(({ message }) => message)).toEqual(['first']);
    expect(log.forDecision('nothing')).toEqual([]);
  });

  it('takes no secret in', () => {
    log.append(
      entry({ message: 'GET https://host/x?access_token=CANARY', payload: { refresh_token: 'CANARY' } }),
    );

    expect(JSON.stringify(db.prepare('SELECT * FROM sync_log').all())).not.toContain('CANARY');
  });

  it('is cleaned up to an instant', () => {
    log.appendMany([entry({ at: '2026-08-01T00:00:00.000Z' }), entry({ at: '2026-11-01T00:00:00.000Z' })]);

    expect(log.removeBefore(new Date('2026-09-01T00:00:00Z'))).toBe(1);
    expect(log.query().items.map(({ at }) => at)).toEqual(['2026-11-01T00:00:00.000Z']);
  });
});

describe('runs', () => {
  const at = (minute: number): Date => new Date(Date.parse('2026-11-23T00:00:00Z') + minute * 60_000);

  it('are remembered with their result, the last finished one first', () => {
    const runs = new RunRepository(db);
    expect(runs.last()).toBeNull();

    runs.start('run-1', at(0));
    runs.finish('run-1', at(1), true, { ok: true, accounts: [] });
    runs.start('run-2', at(2));

    expect(runs.last()).toEqual({
      id: 'run-1',
      startedAt: '2026-11-23T00:00:00.000Z',
      finishedAt: '2026-11-23T00:01:00.000Z',
      ok: true,
      result: { ok: true, accounts: [] },
    });
    expect(runs.get('run-2')).toMatchObject({ finishedAt: null, ok: null, result: null });
    runs.finish('run-2', at(3), false, null);
    expect(runs.last()).toMatchObject({ id: 'run-2', ok: false, result: null });
  });

  it('are forgotten beyond the last thousand', () => {
    const runs = new RunRepository(db);
    db.transaction(() => {
      for (let index = 0; index < 1_005; index += 1) runs.start(`run-${index}`, at(index));
    })();
    runs.finish('run-1004', at(2_000), true, null);

    expect(count(db, 'run')).toBe(1_000);
    expect(runs.get('run-4')).toBeNull();
    expect(runs.get('run-5')).not.toBeNull();
  });
});

describe('facts', () => {
  const Shape = z.object({ url: z.string() });

  it('are kept under a name', () => {
    const meta = new MetaRepository(db);
    expect(meta.get('name')).toBeNull();

    meta.set('name', 'one');
    meta.set('name', 'two');
    expect(meta.get('name')).toBe('two');

    meta.delete('name');
    expect(meta.get('name')).toBeNull();
  });

  it('come back in the shape that is asked for, or not at all', () => {
    const meta = new MetaRepository(db);
    meta.setJson('enrolment', { url: 'https://bookings.example' });
    meta.set('broken', '{');
    meta.setJson('other', { url: 7 });

    expect(meta.getJson('enrolment', Shape)).toEqual({ url: 'https://bookings.example' });
    expect(['broken', 'other', 'none'].map((key) => meta.getJson(key, Shape))).toEqual([null, null, null]);
  });
});

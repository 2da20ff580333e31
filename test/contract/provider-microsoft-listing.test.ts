import { describe, expect, it } from 'vitest';
import type { EventTime } from '../../src/shared/domain/calendar-event.ts';
import { createJob, IDENTITY, JOB, pull } from './provider-contract.ts';
import { CALENDAR, openMicrosoft } from './provider-microsoft-world.ts';

describe('Microsoft: a series', () => {
  async function openSeries() {
    const world = await openMicrosoft();
    const id = world.person.add('Daily', '2026-11-24T08:00:00Z');
    world.sandbox.microsoft.editEvent(CALENDAR, id, { location: { displayName: 'Yard' }, showAs: 'oof' });
    world.person.repeat(id, 3);
    return { world, id, first: await pull(world) };
  }

  it('completes its occurrences, listed or by id', async () => {
    const { world, id, first } = await openSeries();
    expect(world.requests('POST', /batch/)).toBe(0);
    for (const event of first.events) {
      expect(event).toMatchObject({
        seriesId: id,
        title: 'Daily',
        location: 'Yard',
        kind: 'out-of-office',
        form: 'occurrence',
        time: { kind: 'timed', timeZone: 'Europe/London' },
      });
      const lookup = await world.provider.get(CALENDAR, event.id);
      expect(lookup).toEqual({ kind: 'found', event: { ...event, etag: expect.any(String) } });
    }
  });

  it('keeps an exception where it is and what it says, under the key of where it was', async () => {
    const { world, first } = await openSeries();
    const [, second] = first.events;
    world.sandbox.microsoft.editEvent(CALENDAR, second?.id ?? '', { subject: 'Later' });
    world.sandbox.microsoft.moveEvent(CALENDAR, second?.id ?? '', { byMinutes: 90 });
    const { events } = await pull(world, first.cursor);
    expect(events.find((event) => event.id === second?.id)).toMatchObject({
      title: 'Later',
      location: 'Yard',
      instanceKey: '2026-11-25T08:00:00Z',
      iCalUid: second?.iCalUid,
      time: { start: '2026-11-25T09:30:00.000Z' },
    });
  });

  it('is gone with all that belongs to it', async () => {
    const { world, id, first } = await openSeries();
    world.person.delete(id);
    expect((await pull(world, first.cursor)).changes).toEqual([
      { kind: 'removed', id, seriesId: null, proof: 'cancelled' },
    ]);
  });

  it('is found by its id as what it is', async () => {
    const { world, id } = await openSeries();
    const lookup = await world.provider.get(CALENDAR, id);
    expect(lookup).toMatchObject({ kind: 'found', event: { id, form: 'series', seriesId: null } });
  });
});

describe('Microsoft: what is no longer listed', () => {
  it('is gone where it cannot be read any more, else only out of sight', async () => {
    const world = await openMicrosoft();
    const deleted = world.person.add('Deleted', '2026-11-24T08:00:00Z');
    const moved = world.person.add('Moved', '2026-11-24T12:00:00Z');
    const { cursor } = await pull(world);
    world.person.delete(deleted);
    world.sandbox.microsoft.moveEvent(CALENDAR, moved, { byMinutes: 365 * 1440 });
    const { changes } = await pull(world, cursor);
    expect(changes).toContainEqual({ kind: 'removed', id: deleted, seriesId: null, proof: 'cancelled' });
    expect(changes).toContainEqual({ kind: 'removed', id: moved, seriesId: null, proof: 'unlisted' });
    expect(changes).toHaveLength(2);
    expect(await world.provider.get(CALENDAR, moved)).toMatchObject({ kind: 'found' });
  });

  it('is gone where its organizer has cancelled it', async () => {
    const world = await openMicrosoft();
    const id = world.person.add('Meeting', '2026-11-24T08:00:00Z');
    const { cursor } = await pull(world);
    world.sandbox.microsoft.editEvent(CALENDAR, id, { isCancelled: true });
    expect((await pull(world, cursor)).changes).toEqual([
      { kind: 'removed', id, seriesId: null, proof: 'cancelled' },
    ]);
    expect(await world.provider.get(CALENDAR, id)).toEqual({ kind: 'cancelled', sent: null });
  });
});

describe('Microsoft: times', () => {
  it.each<[string, object, EventTime]>([
    [
      'an all-day event',
      {
        isAllDay: true,
        start: { dateTime: '2026-11-24T00:00:00', timeZone: 'W. Europe Standard Time' },
        end: { dateTime: '2026-11-26T00:00:00', timeZone: 'W. Europe Standard Time' },
      },
      { kind: 'all-day', start: '2026-11-24', end: '2026-11-26', timeZone: 'Europe/Berlin' },
    ],
    [
      'an event in a zone that Windows names',
      {
        start: { dateTime: '2026-11-24T09:00:00', timeZone: 'Tokyo Standard Time' },
        end: { dateTime: '2026-11-24T10:00:00', timeZone: 'Tokyo Standard Time' },
      },
      {
        kind: 'timed',
        start: '2026-11-24T00:00:00.000Z',
        end: '2026-11-24T01:00:00.000Z',
        timeZone: 'Asia/Tokyo',
      },
    ],
    [
      "an event in somebody's own zone",
      {
        start: { dateTime: '2026-11-24T09:00:00', timeZone: 'UTC' },
        end: { dateTime: '2026-11-24T10:00:00', timeZone: 'UTC' },
        originalStartTimeZone: 'tzone://Microsoft/Custom',
      },
      {
        kind: 'timed',
        start: '2026-11-24T09:00:00.000Z',
        end: '2026-11-24T10:00:00.000Z',
        timeZone: 'UTC',
      },
    ],
  ])('are those of %s', async (_, resource, time) => {
    const world = await openMicrosoft();
    const { id } = world.sandbox.microsoft.addEvent(CALENDAR, { subject: 'Timed', ...resource });
    expect((await pull(world)).events).toMatchObject([{ id, time }]);
  });

  it.each(['2026-10-25T00:30:00.000Z', '2026-10-25T01:30:00.000Z'])(
    'survive the hour that happens twice: %s',
    async (start) => {
      const world = await openMicrosoft();
      const time = {
        kind: 'timed',
        start,
        end: '2026-10-25T03:00:00.000Z',
        timeZone: 'Europe/London',
      } as const;
      const { id } = await createJob(world, { ...JOB, time });
      const lookup = await world.provider.get(CALENDAR, id);
      expect(lookup).toMatchObject({ event: { time: { start, end: time.end } } });
    },
  );
});

describe('Microsoft: listings', () => {
  it('come in pages, the cursor with the last', async () => {
    const world = await openMicrosoft();
    const start = Date.parse('2026-11-02T00:00:00Z');
    for (let n = 0; n < 1100; n += 1) {
      world.person.add(`Event ${n}`, new Date(start + n * 600_000).toISOString());
    }
    const { pages, events } = await pull(world);
    expect(
      pages.map((page) => page.kind === 'page' && [page.changes.length, page.nextCursor !== null]),
    ).toEqual([
      [500, false],
      [500, false],
      [100, true],
    ]);
    expect(new Set(events.map(({ id }) => id)).size).toBe(1100);
  });

  it('read our own events again for their tags, twenty at a time', async () => {
    const world = await openMicrosoft();
    for (let n = 0; n < 25; n += 1) await createJob(world, JOB, { ...IDENTITY, bookingId: `bk_${n}` });
    const { events } = await pull(world);
    expect(new Set(events.map(({ tag }) => tag?.bookingId)).size).toBe(25);
    expect(events.every(({ tag }) => tag?.sent === IDENTITY.sent)).toBe(true);
    expect(world.requests('POST', /\$batch/)).toBe(2);
  });

  it('read by itself what a batch was refused', async () => {
    const world = await openMicrosoft();
    for (let n = 0; n < 5; n += 1) await createJob(world, JOB, { ...IDENTITY, bookingId: `bk_${n}` });
    world.fault({
      method: 'GET',
      path: '/events/',
      skip: 1,
      times: 2,
      effect: { kind: 'status', status: 429 },
    });
    const { events } = await pull(world);
    expect(events.map(({ tag }) => tag?.bookingId)).toEqual(['bk_0', 'bk_1', 'bk_2', 'bk_3', 'bk_4']);
  });

  it.each(['syncStateNotFound', 'resyncRequired'])(
    'say so when their cursor has expired: %s',
    async (code) => {
      const world = await openMicrosoft();
      world.person.add('Kept', '2026-11-24T08:00:00Z');
      const { cursor } = await pull(world);
      world.sandbox.microsoft.expireDeltaTokens(CALENDAR, code);
      expect((await pull(world, cursor)).pages).toEqual([{ kind: 'cursor-expired' }]);
      expect((await pull(world)).events).toHaveLength(1);
    },
  );

  it('say so when their cursor was never one, or is of another server', async () => {
    const world = await openMicrosoft();
    const { cursor } = await pull(world);
    const before = world.requests();
    for (const wrong of ['not a cursor at all', cursor?.replace('127.0.0.1', 'graph.example') ?? '']) {
      expect((await pull(world, wrong)).pages).toEqual([{ kind: 'cursor-expired' }]);
    }
    expect(world.requests()).toBe(before);
    expect((await pull(world, `${cursor}x`)).pages).toEqual([{ kind: 'cursor-expired' }]);
  });

  it.each(['repeat-page', 'endless-pages'])('end in an error when they do not end: %s', async (name) => {
    const world = await openMicrosoft();
    for (let n = 0; n < 501; n += 1) world.person.add(`Event ${n}`, '2026-11-24T08:00:00Z');
    world.fault({ times: null, path: 'delta', effect: { kind: 'hook', name } });
    await expect(pull(world)).rejects.toMatchObject({ code: 'PROVIDER_ERROR' });
  });

  it('go on after an empty page', async () => {
    const world = await openMicrosoft();
    world.person.add('Kept', '2026-11-24T08:00:00Z');
    world.fault({ path: 'delta', effect: { kind: 'hook', name: 'empty-page' } });
    expect((await pull(world)).events).toHaveLength(1);
  });

  it('end in an error when a page is cut off', async () => {
    const world = await openMicrosoft();
    world.person.add('Kept', '2026-11-24T08:00:00Z');
    world.fault({ path: 'delta', effect: { kind: 'truncate' } });
    await expect(pull(world)).rejects.toMatchObject({ code: 'PROVIDER_ERROR' });
    expect((await pull(world)).events).toHaveLength(1);
  });
});

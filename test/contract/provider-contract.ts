import { describe, expect, it } from 'vitest';
import type { CalendarProvider, EventChange, PullPage, Window } from '../../src/main/providers/provider.ts';
import type { CalendarEvent, DesiredEvent, EventTime } from '../../src/shared/domain/calendar-event.ts';
import type { AppError } from '../../src/shared/rpc/errors.ts';

/** A calendar with nothing in it, its provider, and a person who uses it in their own way. */
export interface ProviderWorld {
  readonly provider: CalendarProvider;
  readonly calendarId: string;
  readonly person: Person | DistantPerson;
  /** The calendar's zone as the service lists it. Default: Europe/London, where the person lives. */
  readonly listedZone?: string;
  /** The service keeps nothing of a deleted event, not even that its name was used. */
  readonly forgetsDeleted?: boolean;
}

/** What people do in their calendar. */
export interface Person {
  /** Adds an hour's event and answers with its id. */
  add(title: string, start: string): string;
  retitle(eventId: string, title: string): void;
  /** Makes an event repeat daily, `count` times. */
  repeat(eventId: string, count: number): void;
  delete(eventId: string): void;
}

/** A person whose calendar is on a server of its own, so that everything takes a while. */
export type DistantPerson = {
  readonly [Act in keyof Person]: (...given: Parameters<Person[Act]>) => Promise<ReturnType<Person[Act]>>;
};

const WINDOW: Window = { from: '2026-11-01T00:00:00.000Z', to: '2026-12-31T00:00:00.000Z' };

const timed = (start: string, end: string): EventTime => ({
  kind: 'timed',
  start,
  end,
  timeZone: 'Europe/London',
});

export const JOB: DesiredEvent = {
  time: timed('2026-11-24T09:00:00.000Z', '2026-11-24T11:00:00.000Z'),
  title: 'Boiler service',
  description: 'Bring the long ladder\nRing twice',
  location: '12 Mill Lane',
  status: 'confirmed',
};

export const IDENTITY = { bookingId: 'bk_1', incarnation: 0, scope: 'technician:tess', sent: 'a.b.c.d.e' };

/** What an event says of what we answer for. */
export const owned = ({ time, title, description, location, status }: CalendarEvent): DesiredEvent => ({
  time,
  title,
  description,
  location,
  status,
});

export interface Pulled {
  readonly changes: readonly EventChange[];
  readonly events: readonly CalendarEvent[];
  readonly removed: readonly string[];
  readonly pages: readonly PullPage[];
  readonly cursor: string | null;
}

/** A whole listing. */
export async function pull(
  world: ProviderWorld,
  cursor: string | null = null,
  window = WINDOW,
): Promise<Pulled> {
  const pages: PullPage[] = [];
  for await (const page of world.provider.pull(world.calendarId, cursor, window)) pages.push(page);
  const changes = pages.flatMap((page) => (page.kind === 'page' ? page.changes : []));
  const last = pages.at(-1);
  return {
    changes,
    events: changes.flatMap((change) => (change.kind === 'event' ? [change.event] : [])),
    removed: changes.flatMap((change) => (change.kind === 'removed' ? [change.id] : [])),
    pages,
    cursor: last?.kind === 'page' ? last.nextCursor : null,
  };
}

export async function createJob(
  world: ProviderWorld,
  desired = JOB,
  identity = IDENTITY,
): Promise<CalendarEvent> {
  const prepared = world.provider.prepareCreate(world.calendarId, desired, identity);
  return world.provider.create(world.calendarId, prepared);
}

/** The id of the event that a create was answered with, or the code it was refused with. */
async function createOutcome(world: ProviderWorld): Promise<string> {
  return createJob(world).then(
    ({ id }) => id,
    ({ code }: AppError) => code,
  );
}

function personIn({ person }: ProviderWorld): DistantPerson {
  return {
    add: async (...given) => person.add(...given),
    retitle: async (...given) => person.retitle(...given),
    repeat: async (...given) => person.repeat(...given),
    delete: async (...given) => person.delete(...given),
  };
}

/** What every provider that writes has to do, whatever stands behind it. */
export function describeWritableProvider(name: string, open: () => Promise<ProviderWorld>): void {
  describe(`${name}: what is written`, () => {
    it('is shown as it was meant, by the answer, by id and in the listing', async () => {
      const world = await open();
      const created = await createJob(world);
      expect(owned(created)).toEqual(JOB);
      expect(created).toMatchObject({
        form: 'single',
        kind: 'default',
        transparency: 'busy',
        response: 'organizer',
      });
      expect(created.tag).toEqual({ ...IDENTITY, self: created.id });
      expect(await world.provider.get(world.calendarId, created.id)).toEqual({
        kind: 'found',
        event: created,
      });
      expect((await pull(world)).events).toEqual([created]);
    });

    it('is there once, however often it is created', async () => {
      const world = await open();
      const prepared = world.provider.prepareCreate(world.calendarId, JOB, IDENTITY);
      const { id } = await world.provider.create(world.calendarId, prepared);
      expect(await createOutcome(world)).toBe(world.provider.capabilities.ownId ? 'CONFLICT' : id);
      expect((await pull(world)).events.map((event) => event.id)).toEqual([id]);
      expect(await world.provider.get(world.calendarId, prepared.eventId)).toMatchObject({
        kind: 'found',
        event: { id, tag: { ...IDENTITY, self: id } },
      });
    });

    it('does not come back when it is deleted; the next incarnation is another', async () => {
      const world = await open();
      const first = await createJob(world);
      await world.provider.delete(world.calendarId, first.id, null);
      expect(world.forgetsDeleted === true || (await createOutcome(world)) !== first.id).toBe(true);
      const second = await createJob(world, JOB, { ...IDENTITY, incarnation: 1 });
      expect(second.id).not.toBe(first.id);
      expect(second.tag?.incarnation).toBe(1);
    });

    it.each<[string, EventTime]>([
      ['another time', timed('2026-11-25T13:30:00.000Z', '2026-11-25T14:00:00.000Z')],
      [
        'another zone',
        { ...timed('2026-11-25T13:30:00.000Z', '2026-11-25T14:00:00.000Z'), timeZone: 'America/New_York' },
      ],
      ['whole days', { kind: 'all-day', start: '2026-11-24', end: '2026-11-26', timeZone: 'Europe/London' }],
    ])('is updated to %s and back', async (_, time) => {
      const world = await open();
      await pull(world);
      const { id } = await createJob(world);
      const changed: DesiredEvent = {
        time,
        title: 'New',
        description: '',
        location: '',
        status: 'tentative',
      };
      for (const desired of [changed, JOB]) {
        const prepared = world.provider.prepareUpdate(id, desired, { ...IDENTITY, sent: 'f.g.h.i.j' });
        const updated = await world.provider.update(world.calendarId, prepared, null);
        expect(owned(updated)).toEqual(desired);
        expect(updated.tag?.sent).toBe('f.g.h.i.j');
        expect(await world.provider.get(world.calendarId, id)).toEqual({ kind: 'found', event: updated });
      }
    });

    it('is written over what was seen, and over nothing else', async () => {
      const world = await open();
      const seen = await createJob(world);
      await personIn(world).retitle(seen.id, 'Retitled by hand');
      const prepared = world.provider.prepareUpdate(seen.id, JOB, IDENTITY);
      await expect(world.provider.update(world.calendarId, prepared, seen.etag)).rejects.toMatchObject({
        code: 'PRECONDITION_FAILED',
        effect: 'none',
      });
      await expect(world.provider.delete(world.calendarId, seen.id, seen.etag)).rejects.toMatchObject({
        code: 'PRECONDITION_FAILED',
      });
      const [now] = (await pull(world)).events;
      expect(now?.title).toBe('Retitled by hand');
      const updated = await world.provider.update(world.calendarId, prepared, now?.etag ?? null);
      expect(updated.title).toBe(JOB.title);
      expect(updated.etag).not.toBe(now?.etag);
    });

    it('is single again after somebody had made a series of it', async () => {
      const world = await open();
      const { id } = await createJob(world);
      await personIn(world).repeat(id, 3);
      const { events } = await pull(world);
      expect(events.map(({ form, seriesId, tag }) => [form, seriesId, tag?.self])).toEqual(
        Array.from({ length: 3 }, () => ['occurrence', id, id]),
      );
      expect(await world.provider.get(world.calendarId, id)).toMatchObject({ event: { id, form: 'series' } });
      const prepared = world.provider.prepareUpdate(id, JOB, IDENTITY);
      expect((await world.provider.update(world.calendarId, prepared, null)).form).toBe('single');
      expect((await pull(world)).events.map((event) => event.id)).toEqual([id]);
    });

    it('is deleted once and for all, and deleting it again is fine', async () => {
      const world = await open();
      const { id, etag } = await createJob(world);
      await world.provider.delete(world.calendarId, id, etag);
      await world.provider.delete(world.calendarId, id, etag);
      await world.provider.delete(world.calendarId, id, null);
      expect((await world.provider.get(world.calendarId, id)).kind).not.toBe('found');
      expect((await pull(world)).events).toEqual([]);
      const prepared = world.provider.prepareUpdate('nosuchevent', JOB, IDENTITY);
      await expect(world.provider.update(world.calendarId, prepared, null)).rejects.toMatchObject({
        code: 'NOT_FOUND',
      });
      expect(await world.provider.get(world.calendarId, 'nosuchevent')).toEqual({ kind: 'missing' });
    });
  });

  describe(`${name}: what is pulled`, () => {
    it('is what overlaps the window, and then what has changed', async () => {
      const world = await open();
      const kept = await personIn(world).add('Kept', '2026-11-24T08:00:00Z');
      const gone = await personIn(world).add('Gone', '2026-11-24T12:00:00Z');
      await personIn(world).add('Too early', '2026-10-31T12:00:00Z');
      await personIn(world).add('Too late', '2027-01-01T12:00:00Z');
      const first = await pull(world);
      expect(first.events.map(({ id }) => id).sort()).toEqual([kept, gone].sort());
      expect(first.cursor).not.toBeNull();

      const quiet = await pull(world, first.cursor);
      expect(quiet.changes).toEqual([]);

      const added = await personIn(world).add('Added', '2026-11-26T08:00:00Z');
      await personIn(world).retitle(kept, 'Renamed');
      await personIn(world).delete(gone);
      const second = await pull(world, quiet.cursor);
      expect(second.events.map(({ id, title }) => `${id} ${title}`).sort()).toEqual(
        [`${added} Added`, `${kept} Renamed`].sort(),
      );
      expect(second.removed).toEqual([gone]);
      expect((await pull(world, second.cursor)).changes).toEqual([]);
    });

    it('is the same when the same cursor is used again', async () => {
      const world = await open();
      const { cursor } = await pull(world);
      await personIn(world).add('Added', '2026-11-26T08:00:00Z');
      expect((await pull(world, cursor)).changes).toEqual((await pull(world, cursor)).changes);
    });

    it('has the occurrences of a series, not the series', async () => {
      const world = await open();
      const id = await personIn(world).add('Daily', '2026-11-24T08:00:00Z');
      await personIn(world).repeat(id, 3);
      const { events } = await pull(world);
      expect(events.map(({ seriesId, instanceKey }) => [seriesId, instanceKey])).toEqual([
        [id, '2026-11-24T08:00:00Z'],
        [id, '2026-11-25T08:00:00Z'],
        [id, '2026-11-26T08:00:00Z'],
      ]);
      expect(new Set(events.map((event) => event.id)).size).toBe(3);
      expect(new Set(events.map((event) => event.iCalUid)).size).toBe(1);
    });
  });

  describe(`${name}: the calendars`, () => {
    it('are listed with their zone, and with whether they can be written to', async () => {
      const { provider, calendarId, listedZone = 'Europe/London' } = await open();
      expect(await provider.listCalendars()).toContainEqual(
        expect.objectContaining({ id: calendarId, writable: true, timeZone: listedZone }),
      );
    });
  });
}

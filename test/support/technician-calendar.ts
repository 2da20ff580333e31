import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import type { MappingInput } from '../../src/main/app-contract.ts';
import type { Fetch } from '../../src/main/ports.ts';
import { eventObject, stamp, withProperties } from './caldav-calendar.ts';
import { type CaldavServer, fillRadicale, startCaldavServer } from './caldav-server.ts';
import { createCaldavWorld } from './caldav-world.ts';
import { type CalendarProgram, googleProgram, outlookProgram, type SeenEvent } from './calendar-program.ts';
import { moveToOutlook, OUTLOOK, outlookWrites, signIn } from './outlook.ts';
import { blocks, createWorld, TECHNICIAN, type World, writes } from './world.ts';

/** The services that bookings are written to. */
export type CalendarName = 'Google' | 'Microsoft' | 'CalDAV';

/** A technician's calendar, whoever keeps it, and the app beside it. */
export interface TechnicianCalendar extends CalendarProgram {
  readonly world: World;
  /** Adds so many appointments of an hour, one every hour and a half. */
  fill(count: number, from: string): Promise<void>;
  /** What has changed something in the calendar or in the booking system since `forgetWrites`. */
  writes(): readonly string[];
  forgetWrites(): void;
  /** Forgets everything, enrols and connects anew. */
  loseDatabase(mapping?: Partial<MappingInput>): Promise<void>;
}

export interface CalendarOptions {
  readonly mapping?: Partial<MappingInput>;
  /** Stands between the app and all servers. */
  readonly network?: (fetch: Fetch) => Fetch;
}

export type OpenCalendar = (options?: CalendarOptions) => Promise<TechnicianCalendar>;

/** The same tests for each service, with a real server for CalDAV. A world is closed when the next one is opened. */
export function describeEachCalendar(
  names: readonly CalendarName[],
  define: (open: OpenCalendar, name: CalendarName) => void,
): void {
  describe.each(names)('%s', (name) => {
    let server: CaldavServer | null = null;
    let world: World | null = null;
    if (name === 'CalDAV') {
      beforeAll(async () => {
        server = await startCaldavServer('Radicale');
      });
      afterAll(() => server?.stop());
    }
    async function close(): Promise<void> {
      await world?.close();
      world = null;
    }
    afterEach(close);
    define(async (options = {}) => {
      await close();
      const calendar = await openCalendar(name, server, options);
      world = calendar.world;
      return calendar;
    }, name);
  });
}

export const EVERY_CALENDAR: readonly CalendarName[] = ['Google', 'Microsoft', 'CalDAV'];

async function openCalendar(
  name: CalendarName,
  server: CaldavServer | null,
  options: CalendarOptions,
): Promise<TechnicianCalendar> {
  if (name === 'Google') return google(await createWorld(options), options);
  if (name === 'CalDAV' && server !== null) return caldav(server, options);
  const world = await createWorld(options);
  await moveToOutlook(world, options.mapping);
  return outlook(world, options);
}

let codes = 0;
async function enrolAgain(world: World): Promise<void> {
  await world.restart({ forget: true });
  codes += 1;
  const code = `TESS-ANEW-${codes}`;
  world.sandbox.booking.devices.addCode(code, { technicianId: TECHNICIAN });
  await world.app.enrol({ url: world.sandbox.urls().booking, code });
}

function google(world: World, { mapping }: CalendarOptions): TechnicianCalendar {
  const program = googleProgram(world);
  return {
    ...program,
    world,
    fill: fillBy(program),
    writes: () => writes(world),
    forgetWrites: () => world.sandbox.faults.journal.clear(),
    async loseDatabase(other) {
      await world.restart({ forget: true });
      await world.reconnect({ ...mapping, ...other });
    },
  };
}

function outlook(world: World, { mapping }: CalendarOptions): TechnicianCalendar {
  const program = outlookProgram(world);
  return {
    ...program,
    world,
    fill: fillBy(program),
    writes: () => outlookWrites(world),
    forgetWrites: () => world.sandbox.faults.journal.clear(),
    async loseDatabase(other) {
      await enrolAgain(world);
      const accountId = await signIn(world);
      const chosen = { direction: 'two-way' as const, ...mapping, ...other };
      await world.app.addMapping({ accountId, calendarId: OUTLOOK, ...chosen });
    },
  };
}

async function caldav(server: CaldavServer, options: CalendarOptions): Promise<TechnicianCalendar> {
  const world = await createCaldavWorld(server, options);
  const { calendar } = world;
  const london = (instant: string): string => `;TZID=Europe/London:${stamp(instant).slice(0, 15)}`;
  // All that these tests do is in winter, when London is at UTC.
  const timed = (start: string, end: string) => ({ DTSTART: london(start), DTEND: london(end) });
  const edit = (id: string, properties: Readonly<Record<string, string | null>>): Promise<void> =>
    calendar.edit(id, withProperties(properties));
  let added = 0;
  return {
    world,
    seen: async () => [...(await calendar.all())].map(([name, text]) => seenIn(name, text)),
    raw: async (id) => (await calendar.read(id)) ?? '',
    rename: (id, title) => edit(id, { SUMMARY: `:${title}` }),
    move: (id, start, end) => edit(id, timed(start, end)),
    decorate: (id) => edit(id, { COLOR: ':red', CATEGORIES: ':Mine' }),
    makeFree: (id) => edit(id, { TRANSP: ':TRANSPARENT' }),
    makeBusy: (id) => edit(id, { TRANSP: ':OPAQUE' }),
    repeat: (id) => edit(id, { RRULE: ':FREQ=DAILY;COUNT=5' }),
    async copy(id, start, end) {
      added += 1;
      const text = (await calendar.read(id)) ?? '';
      const changes = { UID: `:copy-${added}@example.com`, ...timed(start, end) };
      const name = `copy-${added}.ics`;
      await calendar.write(name, withProperties(changes)(text));
      return name;
    },
    delete: (id) => calendar.delete(id),
    async add(title, start, end) {
      added += 1;
      const properties = Object.entries(timed(start, end)).map(([name, value]) => name + value);
      const name = `private-${added}.ics`;
      await calendar.write(
        name,
        eventObject(`private-${added}@example.com`, `SUMMARY:${title}`, ...properties),
      );
      return name;
    },
    fill: (count, from) => fillRadicale(server, calendar, count, from),
    forgetPosition() {
      const { pathname } = new URL(calendar.url);
      const collection = join(server.folder, 'collections', 'collection-root', pathname);
      rmSync(join(collection, '.Radicale.cache', 'sync-token'), { recursive: true });
    },
    writes: () => world.writes(),
    forgetWrites: () => world.forgetWrites(),
    loseDatabase: (mapping) => world.loseDatabase(mapping),
  };
}

function fillBy(program: CalendarProgram): TechnicianCalendar['fill'] {
  return async (count, from) => {
    for (let index = 0; index < count; index += 1) {
      const start = Date.parse(from) + index * 90 * 60_000;
      const [begin = '', end = ''] = [start, start + 3_600_000].map((time) => new Date(time).toISOString());
      await program.add(`Appointment ${index}`, begin, end);
    }
  };
}

function seenIn(name: string, text: string): SeenEvent {
  const unfolded = text.replace(/\r?\n[ \t]/g, '');
  const event = /BEGIN:VEVENT[\s\S]*END:VEVENT/.exec(unfolded)?.[0] ?? '';
  const value = (property: string): string =>
    (new RegExp(`^${property}(?:;[^:\\r\\n]*)?:(.*)$`, 'm').exec(event)?.[1]?.trim() ?? '').replaceAll(
      '\\',
      '',
    );
  const instant = (written: string): string =>
    new Date(written.replace(/(....)(..)(..)T(..)(..)(..)Z?/, '$1-$2-$3T$4:$5:$6Z')).toISOString();
  const tag = value('X-CALENDAR-SYNC');
  const { bookingId, self } = tag === '' ? {} : JSON.parse(Buffer.from(tag, 'base64url').toString());
  return {
    id: name,
    title: value('SUMMARY'),
    location: value('LOCATION'),
    start: instant(value('DTSTART')),
    end: instant(value('DTEND')),
    bookingId: self === name ? bookingId : null,
  };
}

/** The events that are of bookings. */
export async function jobsIn(calendar: TechnicianCalendar): Promise<readonly SeenEvent[]> {
  return (await calendar.seen()).filter(({ bookingId }) => bookingId !== null);
}

/** Starts of the technician's busy blocks, in order. */
export const busyStarts = ({ world }: TechnicianCalendar): readonly string[] =>
  blocks(world)
    .map(({ start }) => start)
    .sort();

/**
 * Both sides say the same, judged by what the servers hold: each of the technician's bookings is one event with the
 * booking's words and time, nothing else of ours is there, and each of the other events but those given is one block.
 */
export async function expectAgreement(
  calendar: TechnicianCalendar,
  free: readonly string[] = [],
): Promise<void> {
  const wanted = calendar.world.sandbox.booking.bookings
    .all()
    .filter(({ status, technicianIds }) => status !== 'cancelled' && technicianIds.includes(TECHNICIAN))
    .map(({ id, title, location = '', start, end }) => ({
      ...{ bookingId: id, title, location },
      start: new Date(start).toISOString(),
      end: new Date(end).toISOString(),
    }));
  const seen = await calendar.seen();
  const jobs = seen.filter(({ bookingId }) => bookingId !== null).map(({ id: _id, ...job }) => job);
  const inOrder = <T extends { readonly bookingId: string | null }>(items: readonly T[]): readonly T[] =>
    items.toSorted((a, b) => String(a.bookingId).localeCompare(String(b.bookingId)));
  expect(inOrder(jobs)).toEqual(inOrder(wanted));
  const busy = seen.filter(({ id, bookingId }) => bookingId === null && !free.includes(id));
  expect(busyStarts(calendar)).toEqual(busy.map(({ start }) => start).sort());
}

/** Whatever happened: the next sync settles it, and the two after it have nothing to write and nothing to say. */
export async function expectNothingToDo(calendar: TechnicianCalendar): Promise<void> {
  const { world } = calendar;
  await world.sync();
  const [before, busy] = [await calendar.seen(), structuredClone(blocks(world))];
  calendar.forgetWrites();
  expect((await world.sync()).ok).toBe(true);
  expect((await world.sync()).ok).toBe(true);
  expect(calendar.writes()).toEqual([]);
  expect(await calendar.seen()).toEqual(before);
  expect(blocks(world)).toEqual(busy);
}

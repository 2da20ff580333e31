import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Fetch } from '../../src/main/ports.ts';
import type { Booking } from '../../src/shared/domain/booking.ts';
import { eventObject, withProperties } from '../support/caldav-calendar.ts';
import { type CaldavServer, type CaldavServerName, startCaldavServer } from '../support/caldav-server.ts';
import { type CaldavWorld, createCaldavWorld } from '../support/caldav-world.ts';
import { addBooking, blocks, onlyAccount, onlyMapping } from '../support/world.ts';

let world: CaldavWorld;
afterEach(() => world.close());

interface Shown {
  readonly name: string;
  readonly summary: string;
  /** As it is written. */
  readonly start: string;
  readonly isOurs: boolean;
}

async function shown(): Promise<readonly Shown[]> {
  const events: Shown[] = [];
  for (const name of await world.calendar.names()) {
    const text = ((await world.calendar.read(name)) ?? '').replace(/\r?\n[ \t]/g, '');
    const event = /BEGIN:VEVENT[\s\S]*END:VEVENT/.exec(text)?.[0] ?? '';
    const value = (property: string): string =>
      new RegExp(`^${property}(?:;[^:\\r\\n]*)?:(.*)$`, 'm').exec(event)?.[1]?.trim() ?? '';
    const isOurs = value('X-CALENDAR-SYNC') !== '' && name === `${value('UID')}.ics`;
    events.push({ name, summary: value('SUMMARY'), start: value('DTSTART'), isOurs });
  }
  return events.toSorted((a, b) => a.start.localeCompare(b.start));
}

const jobs = async (): Promise<readonly Shown[]> => (await shown()).filter(({ isOurs }) => isOurs);

async function job(): Promise<Shown> {
  const [only, ...more] = await jobs();
  expect(more).toEqual([]);
  if (only === undefined) throw new RangeError('No event of ours');
  return only;
}

const MOVED = {
  DTSTART: ';TZID=Europe/London:20261124T140000',
  DTEND: ';TZID=Europe/London:20261124T160000',
};
const edit = async (properties: Readonly<Record<string, string | null>>): Promise<void> =>
  world.calendar.edit((await job()).name, withProperties(properties));

async function addPersonal(hour: number, ...more: readonly string[]): Promise<string> {
  const at = (hours: number): string => `20261125T${String(hours).padStart(2, '0')}0000`;
  const name = `private-${hour}.ics`;
  const times = [`DTSTART;TZID=Europe/London:${at(hour)}`, `DTEND;TZID=Europe/London:${at(hour + 1)}`];
  await world.calendar.write(
    name,
    eventObject(`private-${hour}@example.com`, `SUMMARY:Private ${hour}`, ...times, ...more),
  );
  return name;
}

const busy = (): readonly string[] =>
  blocks(world)
    .map(({ start }) => start)
    .sort();

async function expectQuiet(): Promise<void> {
  expect(onlyAccount(await world.sync()).error).toBeNull();
  const before = await shown();
  world.forgetWrites();
  expect((await world.sync()).ok).toBe(true);
  expect((await world.sync()).ok).toBe(true);
  expect(world.writes()).toEqual([]);
  expect(await shown()).toEqual(before);
}

/** Each booking is one event, and each appointment one busy block. */
async function expectInStep(): Promise<void> {
  const wanted = world.sandbox.booking.bookings
    .all()
    .filter(({ status }) => status !== 'cancelled')
    .map(({ title, start }) => `${title} ${start.slice(0, 16)}`);
  const written = (start: string): string =>
    `${start.slice(0, 4)}-${start.slice(4, 6)}-${start.slice(6, 11)}:${start.slice(11, 13)}`;
  const present = await shown();
  const ours = present.filter(({ isOurs }) => isOurs);
  expect(ours.map(({ summary, start }) => `${summary} ${written(start)}`).sort()).toEqual(wanted.sort());
  const theirs = present.filter(({ isOurs }) => !isOurs).map(({ start }) => written(start));
  expect(busy().map((start) => start.slice(0, 16))).toEqual(theirs.sort());
}

describe.each<CaldavServerName>(['Radicale', 'Xandikos'])('two-way with %s', (name) => {
  let server: CaldavServer;
  let booking: Booking;
  beforeAll(async () => {
    server = await startCaldavServer(name);
  });
  afterAll(() => server.stop());

  async function synced(): Promise<void> {
    world = await createCaldavWorld(server);
    booking = addBooking(world, 9);
    expect(onlyAccount(await world.sync()).error).toBeNull();
  }
  const stored = (): Booking | undefined => world.sandbox.booking.bookings.get(booking.id);
  const patch = (change: Record<string, unknown>): unknown =>
    world.sandbox.booking.bookings.patch(booking.id, change);

  it('everything listed afresh: nothing is written, and what changes then is still noticed', async () => {
    await synced();
    const appointment = await addPersonal(10);
    await world.sync();
    const before = await shown();
    world.forgetWrites();
    const full = await world.sync({ full: true });
    expect(full.ok).toBe(true);
    expect(onlyMapping(full)).toMatchObject({ exported: { unchanged: 1 }, imported: { unchanged: 1 } });
    expect(world.writes()).toEqual([]);
    expect(await shown()).toEqual(before);
    await world.calendar.delete(appointment);
    await addPersonal(15);
    expect((await world.sync()).ok).toBe(true);
    expect(busy()).toEqual(['2026-11-25T15:00:00.000Z']);
    await expectInStep();
    await expectQuiet();
  });

  it('booking edited: it is updated, merged, or wins', async () => {
    await synced();
    patch({ title: 'Second visit' });
    await edit(MOVED);
    await world.sync();
    expect(await job()).toMatchObject({ summary: 'Second visit', start: '20261124T140000' });
    expect(stored()).toMatchObject({ title: 'Second visit', start: '2026-11-24T14:00:00.000Z' });
    patch({ start: '2026-11-24T10:00:00Z', end: '2026-11-24T12:00:00Z' });
    await edit({
      DTSTART: ';TZID=Europe/London:20261124T180000',
      DTEND: ';TZID=Europe/London:20261124T190000',
    });
    await world.sync();
    expect((await job()).start).toBe('20261124T100000');
    expect(world.app.conflicts()).toMatchObject([{ calendar: { start: '2026-11-24T18:00:00.000Z' } }]);
    patch({ title: 'Third visit' });
    await world.calendar.delete((await job()).name);
    await world.sync();
    expect((await job()).summary).toBe('Third visit');
    await expectQuiet();
  });

  it('what came before the first sync and goes after it is freed', async () => {
    world = await createCaldavWorld(server);
    // Both servers work their ctag out from what is there: it is now as it was when the mapping was added.
    const appointment = await addPersonal(10);
    await world.sync();
    expect(busy()).toHaveLength(1);
    await world.calendar.delete(appointment);
    expect(onlyAccount(await world.sync()).error).toBeNull();
    expect(busy()).toEqual([]);
  });

  it.each([
    ['read on', false],
    ['ended there', true],
  ])(
    'an event that is deleted right after it was made is made again, also where the run %s',
    async (_, ends) => {
      let now: 'before' | 'made' | 'deleted' | 'after' = 'after';
      const network =
        (fetch: Fetch): Fetch =>
        async (input, init) => {
          const isAtServer = new URL(String(input)).origin === server.origin;
          if (isAtServer && now === 'deleted' && ends) {
            now = 'after';
            return new Response(null, { status: 503, headers: { 'retry-after': '3600' } });
          }
          const answer = await fetch(input, init);
          if (now === 'made' && init?.method === 'REPORT') {
            now = 'deleted';
            await world.clock.frozen(async () => world.calendar.delete((await jobs())[1]?.name ?? ''));
          }
          if (now === 'before' && init?.method === 'PUT') now = 'made';
          return answer;
        };
      world = await createCaldavWorld(server, { network, mapping: { onDelete: 'restore' } });
      addBooking(world, 9);
      await world.sync();
      now = 'before';
      addBooking(world, 13);
      await world.sync();
      expect(await jobs()).toHaveLength(1);
      world.clock.advance(3_600_000);
      await world.sync();
      expect(await jobs()).toHaveLength(2);
      await expectInStep();
      await expectQuiet();
    },
  );

  it('the technician’s own time is blocked, and freed when it is theirs again', async () => {
    await synced();
    const dentist = await addPersonal(10);
    await addPersonal(14, 'RRULE:FREQ=DAILY;COUNT=4');
    await world.sync();
    expect(busy()).toHaveLength(5);
    await world.calendar.edit(
      'private-14.ics',
      withProperties({ EXDATE: ';TZID=Europe/London:20261127T140000' }),
    );
    await world.calendar.edit(dentist, withProperties({ TRANSP: ':TRANSPARENT' }));
    await world.sync();
    expect(busy().map((start) => start.slice(8, 13))).toEqual(['25T14', '26T14', '28T14']);
    await world.calendar.edit('private-14.ics', withProperties({ RRULE: null, EXDATE: null }));
    await world.sync();
    expect(busy()).toEqual(['2026-11-25T14:00:00.000Z']);
    await world.calendar.edit('private-14.ics', withProperties({ RRULE: ':FREQ=DAILY;COUNT=2' }));
    await world.sync();
    expect(busy()).toHaveLength(2);
    await world.calendar.delete('private-14.ics');
    await world.sync();
    expect(busy()).toEqual([]);
    await expectQuiet();
  });
});

describe('a job whose event another program has put elsewhere', () => {
  let server: CaldavServer;
  beforeAll(async () => {
    server = await startCaldavServer('Radicale');
  });
  afterAll(() => server.stop());

  it.each([
    ['while nobody looked', false],
    ['while the database was lost', true],
  ])('under another name of the same calendar, %s: it is the same', async (_, isLost) => {
    world = await createCaldavWorld(server);
    const booking = addBooking(world, 9);
    await world.sync();
    const { name } = await job();
    const text = (await world.calendar.read(name)) ?? '';
    await world.calendar.delete(name);
    await world.calendar.write('elsewhere.ics', text);
    if (isLost) await world.loseDatabase();
    world.forgetWrites();
    expect(onlyAccount(await world.sync()).error).toBeNull();
    expect(world.writes()).toEqual([]);
    expect(busy()).toEqual([]);
    world.sandbox.booking.bookings.patch(booking.id, { title: 'Second visit' });
    await world.sync();
    expect(await shown()).toMatchObject([{ name: 'elsewhere.ics', summary: 'Second visit' }]);
    await expectQuiet();
    await world.calendar.delete('elsewhere.ics');
    await world.sync();
    expect((await job()).summary).toBe('Second visit');
  });

  it.each<[string, number, string]>([
    ['RFC 4791', 409, '<c:no-uid-conflict/>'],
    [
      'RFC 6638 (Apple, Fastmail)',
      403,
      '<c:unique-scheduling-object-resource><d:href>/x.ics</d:href></c:unique-scheduling-object-resource>',
    ],
    [
      'Nextcloud',
      400,
      '<s:exception>Sabre\\DAV\\Exception\\BadRequest</s:exception><s:message>Deleted calendar object with uid already exists in this calendar collection.</s:message>',
    ],
  ])(
    'in another calendar or the trash, while the database was lost: it comes back under the next name: %s',
    async (_, status, said) => {
      const body = `<d:error xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:s="http://sabredav.org/ns">${said}</d:error>`;
      let taken = '';
      world = await createCaldavWorld(server, {
        network: (fetch) => async (input, init) => {
          const isTaken = init?.method === 'PUT' && taken !== '' && String(input).endsWith(taken);
          return isTaken ? new Response(body, { status }) : fetch(input, init);
        },
      });
      addBooking(world, 9);
      await world.sync();
      const { name } = await job();
      await world.calendar.delete(name);
      taken = name;
      await world.loseDatabase();
      expect(onlyAccount(await world.sync()).error).toBeNull();
      expect((await job()).name).not.toBe(name);
      await expectQuiet();
    },
  );
});

describe('a bad day', () => {
  let server: CaldavServer;
  beforeAll(async () => {
    server = await startCaldavServer('Radicale');
  });
  afterAll(() => server.stop());

  async function scene(network: (fetch: Fetch) => Fetch): Promise<void> {
    world = await createCaldavWorld(server, { network });
    addBooking(world, 9);
    addBooking(world, 13);
    await addPersonal(10);
  }

  it.each<[string, string, number]>([
    ['PUT', 'somebody else was there first', 412],
    ['PUT', 'a proxy answers with a page', 200],
    ['DELETE', 'a proxy answers with a page', 200],
    ['REPORT', 'a proxy answers with a page', 200],
    ['REPORT', 'it is not allowed', 403],
    ['PROPFIND', 'it asks for a pause', 429],
  ])('%s: %s, and the next sync is right', async (method, _, status) => {
    let faulty = false;
    await scene((fetch) => async (input, init) => {
      if (!faulty || init?.method !== method) return fetch(input, init);
      return new Response('<html>', {
        status,
        headers: { 'content-type': 'text/html', 'retry-after': '3600' },
      });
    });
    await world.sync();
    const [first, second] = world.sandbox.booking.bookings.all();
    world.sandbox.booking.bookings.patch(first?.id ?? '', { title: 'Second visit' });
    world.sandbox.booking.bookings.cancel(second?.id ?? '');
    addBooking(world, 18);
    await world.calendar.delete('private-10.ics');
    await addPersonal(11);
    faulty = true;
    expect(onlyAccount(await world.sync()).error).not.toBeNull();
    await world.sync();
    faulty = false;
    await world.sync();
    await expectInStep();
    await expectQuiet();
    expect(world.app.conflicts()).toEqual([]);
  });
});

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parseTransactionId } from '../../src/main/providers/microsoft/ownership.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { type CaldavCalendar, eventObject, makeCalendar, stamp } from '../support/caldav-calendar.ts';
import { type CaldavServer, PASSWORD, startCaldavServer, USERNAME } from '../support/caldav-server.ts';
import { type CountingProxy, startProxy } from '../support/counting-proxy.ts';
import type { CalendarName } from '../support/technician-calendar.ts';
import { ConnectDocument, StatusDocument, SyncDocument } from './cli-documents.ts';
import {
  addAppointment,
  addBooking,
  addTwoWay,
  at,
  buildProgram,
  companyEnvironment,
  createMachine,
  EMAIL,
  enrol,
  type Machine,
  resetCompany,
  signInAt,
  startCompany,
  TECHNICIAN,
} from './cli-harness.ts';

const EACH = 20;
const MAILBOX = 'AQMkTessOutlook=';

let sandbox: Sandbox;
let radicale: CaldavServer;
let proxy: CountingProxy;
let machine: Machine;

beforeAll(async () => {
  await buildProgram();
  [sandbox, radicale] = await Promise.all([startCompany(), startCaldavServer('Radicale')]);
  proxy = await startProxy(radicale.origin);
});
afterAll(async () => {
  await proxy.close();
  await radicale.stop();
  await sandbox.close();
});
afterEach(() => machine.dispose());

/** A calendar at a service, as the program on that machine is connected to it. */
interface Service {
  /** Fills the calendar with an appointment on each of so many days, and connects it. */
  setUp(): Promise<void>;
  /** How many events are in the calendar. */
  size(): Promise<number>;
  /**
   * Answers so many requests to create an event. Those that follow take effect, but their answers wait for what this
   * answers with to be called, so that no sync that has more to create can finish.
   */
  holdAnswers(after: number): () => void;
  /** Bookings whose events are in the calendar, each as often as it is there. */
  bookings(): Promise<readonly string[]>;
}

const holdAnswers = (service: string, path: string, after: number): (() => void) => {
  const effect = { kind: 'hold', when: 'after' } as const;
  const id = sandbox.faults.add({ service, method: 'POST', path, skip: after, times: null, effect });
  return () => sandbox.faults.remove(id);
};

const days = Array.from({ length: EACH }, (_, index) => index + 1);

const google: Service = {
  async setUp() {
    for (const day of days) addAppointment(sandbox, day);
    const { accountId } = await signInAt('google', machine);
    await addTwoWay(machine, accountId, EMAIL);
  },
  size: async () => sandbox.google.events(EMAIL).length,
  holdAnswers: (after) => holdAnswers('google', '/events', after),
  bookings: async () =>
    sandbox.google
      .events(EMAIL)
      .flatMap(({ extendedProperties }) => extendedProperties?.private?.calendarSyncBooking ?? []),
};

const microsoft: Service = {
  async setUp() {
    sandbox.microsoft.addAccount({
      email: EMAIL,
      oid: 'oid-tess',
      name: 'Tess Technician',
      timeZone: 'Europe/London',
      calendars: [{ id: MAILBOX, name: 'Calendar', isDefault: true }],
    });
    sandbox.microsoft.configure({ autoApprove: EMAIL });
    const moment = (hours: number, day: number) => ({
      dateTime: at(day, hours).slice(0, 19),
      timeZone: 'UTC',
    });
    for (const day of days) {
      const subject = `Appointment ${day}`;
      sandbox.microsoft.addEvent(MAILBOX, { subject, start: moment(2, day), end: moment(3, day) });
    }
    const { accountId } = await signInAt('microsoft', machine);
    await addTwoWay(machine, accountId, MAILBOX);
  },
  size: async () => sandbox.microsoft.events(MAILBOX).length,
  holdAnswers: (after) => holdAnswers('microsoft', '/events$', after),
  bookings: async () =>
    sandbox.microsoft
      .events(MAILBOX)
      .flatMap(({ transactionId }) => parseTransactionId(String(transactionId))?.bookingId ?? []),
};

let calendar: CaldavCalendar;
const caldav: Service = {
  async setUp() {
    calendar = await makeCalendar(radicale);
    for (const day of days) {
      const times = [`DTSTART:${stamp(at(day, 2))}`, `DTEND:${stamp(at(day, 3))}`];
      await calendar.write(`own-${day}.ics`, eventObject(`own-${day}@example.com`, ...times));
    }
    const options = ['--url', proxy.origin, '--username', USERNAME, '--password-stdin', '--json'];
    const { stdout } = await machine.feed(`${PASSWORD}\n`, 'connect', 'caldav', ...options);
    const { accountId } = ConnectDocument.parse(JSON.parse(stdout));
    await addTwoWay(machine, accountId, calendar.url.replace(radicale.origin, proxy.origin));
    proxy.clear();
  },
  size: async () => (await calendar.names()).length,
  holdAnswers: (after) => proxy.holdAnswers('PUT', after),
  async bookings() {
    const texts = await Promise.all((await calendar.names()).map((name) => calendar.read(name)));
    return texts.flatMap((text) => {
      const tag = /^X-CALENDAR-SYNC:(\S+)/m.exec((text ?? '').replace(/\r?\n[ \t]/g, ''))?.[1];
      return tag === undefined ? [] : [JSON.parse(Buffer.from(tag, 'base64url').toString()).bookingId];
    });
  },
};

const SERVICES: Readonly<Record<CalendarName, Service>> = {
  Google: google,
  Microsoft: microsoft,
  CalDAV: caldav,
};

async function setTheScene(service: Service): Promise<void> {
  resetCompany(sandbox);
  machine = createMachine(companyEnvironment(sandbox));
  await enrol(machine, sandbox);
  for (const day of days) addBooking(sandbox, day);
  await service.setUp();
}

/** Where a sync is when its process is killed: what keeps it from going on, and what shows that it is there. */
interface Moment {
  /** Answers with what lets it go on. */
  hold(service: Service): () => void;
  /** What a sync adds to. */
  count(service: Service): Promise<number>;
  /** It is there once it has added more than this. */
  readonly passed: number;
}

/** None of its listings is answered. */
const whileListing: Moment = {
  hold() {
    const listing = {
      method: 'GET',
      path: '/(events|bookings)\\?',
      times: null,
      effect: { kind: 'hold' },
    } as const;
    for (const service of ['google', 'booking']) sandbox.faults.add({ service, ...listing });
    return () => sandbox.faults.clear();
  },
  count: async () => sandbox.faults.journal.count({ method: 'GET', path: /\/(events|bookings)\?/ }),
  passed: 0,
};

/** So many of its events are answered for, and at least one more is there. */
const afterEvents = (answered: number): Moment => ({
  hold: (service) => service.holdAnswers(answered),
  count: (service) => service.size(),
  passed: answered,
});

/** Its busy blocks are there, but it was not told. */
const afterBlocks: Moment = {
  hold: () => holdAnswers('booking', 'busy-blocks', 0),
  count: async () => sandbox.booking.blocks.all(TECHNICIAN).length,
  passed: 0,
};

/** Starts a sync and ends its process at that moment, which it cannot leave by itself. */
async function killAt({ hold, count, passed }: Moment, service: Service): Promise<void> {
  const before = await count(service);
  const release = hold(service);
  const sync = machine.start('sync');
  const tooSoon = sync.end.then((outcome) => expect.fail(`It ended by itself: ${JSON.stringify(outcome)}`));
  const there = expect.poll(() => count(service)).toBeGreaterThan(before + passed);
  await Promise.race([there, tooSoon]);
  sync.process.kill('SIGKILL');
  await sync.end;
  expect(sync.process.signalCode).toBe('SIGKILL');
  // What was asked by a process that is dead is answered to nobody.
  release();
}

/** Each booking is one event and each appointment one block, and there is nothing left to do. */
async function expectDone(service: Service): Promise<void> {
  const wanted = sandbox.booking.bookings.all().map(({ id }) => id);
  expect([...(await service.bookings())].sort()).toEqual(wanted.sort());
  const busy = sandbox.booking.blocks.all(TECHNICIAN).map(({ start }) => start);
  expect(new Set(busy).size).toBe(EACH);
  expect(busy).toHaveLength(EACH);

  sandbox.faults.journal.clear();
  proxy.clear();
  expect(await machine.json(SyncDocument, 'sync')).toMatchObject({ ok: true });
  // A batch is of readings, and signing in changes nothing.
  const isWrite = ({ method, url }: { method: string; url: string }): boolean =>
    method !== 'GET' && !/\/\$batch$|\/token$/.test(url);
  expect(sandbox.faults.journal.entries().filter(isWrite)).toEqual([]);
  expect(proxy.methods().filter((method) => /PUT|DELETE/.test(method))).toEqual([]);
  expect(await machine.json(StatusDocument, 'status')).toMatchObject({
    state: 'up-to-date',
    conflicts: 0,
    holds: 0,
  });
}

describe('a process killed', () => {
  const moments: [CalendarName, string, Moment][] = [
    ['Google', 'while it lists', whileListing],
    ['Google', 'in the middle of its events', afterEvents(EACH / 2)],
    ['Google', 'with its busy blocks on the way', afterBlocks],
    ['Microsoft', 'in the middle of its events', afterEvents(EACH / 2)],
    ['Microsoft', 'with its busy blocks on the way', afterBlocks],
    ['CalDAV', 'in the middle of its events', afterEvents(EACH / 2)],
  ];

  it.each(moments)('with %s, %s: the next one finishes', async (name, _, moment) => {
    const service = SERVICES[name];
    await setTheScene(service);
    await killAt(moment, service);
    expect(await machine.json(SyncDocument, 'sync')).toMatchObject({ ok: true });
    await expectDone(service);
  });

  it.each<CalendarName>(['Google', 'CalDAV'])(
    'again and again with %s: it gets there in the end',
    async (name) => {
      const service = SERVICES[name];
      await setTheScene(service);
      // Up to six at once take effect beside those that are answered, so that the last one finds at least four.
      for (const answered of [1, 2, 3]) await killAt(afterEvents(answered), service);
      expect(await machine.json(SyncDocument, 'sync')).toMatchObject({ ok: true });
      await expectDone(service);
    },
  );
});

import { setImmediate as turn } from 'node:timers/promises';
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
  /** How many requests to create an event have arrived. */
  creates(): number;
  /** Bookings whose events are in the calendar, each as often as it is there. */
  bookings(): Promise<readonly string[]>;
}

const days = Array.from({ length: EACH }, (_, index) => index + 1);

const google: Service = {
  async setUp() {
    for (const day of days) addAppointment(sandbox, day);
    const { accountId } = await signInAt('google', machine);
    await addTwoWay(machine, accountId, EMAIL);
  },
  creates: () => sandbox.faults.journal.count({ method: 'POST', path: /\/events/ }),
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
  creates: () => sandbox.faults.journal.count({ method: 'POST', path: /\/events$/ }),
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
  creates: () => proxy.methods().filter((method) => method === 'PUT').length,
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

const listings = (): number => sandbox.faults.journal.count({ path: /\/events\?|\/bookings\?/ });
const batches = (): number => sandbox.faults.journal.count({ method: 'POST', path: /busy-blocks/ });

async function setTheScene(service: Service): Promise<void> {
  resetCompany(sandbox);
  machine = createMachine(companyEnvironment(sandbox));
  await enrol(machine, sandbox);
  for (const day of days) addBooking(sandbox, day);
  await service.setUp();
}

/** Starts a sync and ends its process as soon as the servers have seen so many requests. */
async function killAfter(requests: number, seen: () => number): Promise<void> {
  sandbox.faults.journal.clear();
  proxy.clear();
  const sync = machine.start('sync');
  while (seen() < requests && sync.process.exitCode === null) await turn();
  sync.process.kill('SIGKILL');
  await sync.end;
  expect(sync.process.signalCode).toBe('SIGKILL');
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
  const moments: [CalendarName, string, number, 'listings' | 'creates' | 'batches'][] = [
    ['Google', 'while it lists', 1, 'listings'],
    ['Google', 'in the middle of its events', EACH / 2, 'creates'],
    ['Google', 'with its busy blocks on the way', 1, 'batches'],
    ['Microsoft', 'in the middle of its events', EACH / 2, 'creates'],
    ['Microsoft', 'with its busy blocks on the way', 1, 'batches'],
    ['CalDAV', 'in the middle of its events', EACH / 2, 'creates'],
  ];

  it.each(moments)('with %s, %s: the next one finishes', async (name, _, requests, of) => {
    const service = SERVICES[name];
    await setTheScene(service);
    await killAfter(requests, { listings, batches, creates: service.creates }[of]);
    // What had left may arrive after its sender is gone, and so beside the next sync.
    expect(await machine.json(SyncDocument, 'sync')).toMatchObject({ ok: true });
    await expectDone(service);
  });

  it.each<CalendarName>(['Google', 'CalDAV'])(
    'again and again with %s: it gets there in the end',
    async (name) => {
      const service = SERVICES[name];
      await setTheScene(service);
      // As many again may have left when the process dies, and there must be enough for the last one.
      for (let requests = 2; requests <= 6; requests += 2) await killAfter(requests, service.creates);
      expect(await machine.json(SyncDocument, 'sync')).toMatchObject({ ok: true });
      await expectDone(service);
    },
  );
});

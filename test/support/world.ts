import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { openApp } from '../../src/main/app.ts';
import type { App, AppPorts, MappingInput } from '../../src/main/app-contract.ts';
import type { SyncOptions } from '../../src/main/engine/sync-run.ts';
import type { Fetch } from '../../src/main/ports.ts';
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import type { SeedOptions } from '../../src/sandbox/seed.ts';
import { seededRandom } from '../../src/sandbox/seeded-random.ts';
import type { Booking } from '../../src/shared/domain/booking.ts';
import type { BusyBlock } from '../../src/shared/domain/busy-block.ts';
import type { AccountResult, MappingResult, SyncResult } from '../../src/shared/domain/sync-result.ts';
import { memorySettings } from './memory-settings.ts';
import { TestPower } from './power.ts';
import { VirtualClock } from './virtual-clock.ts';

export const TECHNICIAN = 'tech_tess';
export const EMAIL = 'tess@example.com';
/** Google names a person's own calendar after their address. */
export const CALENDAR = 'tess@example.com';
const CODE = 'TESS-1';

/** A technician's small world: booking system and Google in process, and the app on a data directory of its own. */
export interface World {
  readonly sandbox: Sandbox;
  readonly clock: VirtualClock;
  readonly power: TestPower;
  /** The app; another object after `restart`. */
  readonly app: App;
  readonly dataDir: string;
  /** What the app has handed to its log so far. */
  readonly logged: readonly string[];
  sync(options?: SyncOptions): Promise<SyncResult>;
  /**
   * Closes the app and opens it again, with what it stored, with an earlier state of that or, with `forget`, with
   * nothing. After a `kill` it finds what was stored then.
   */
  restart(options?: { readonly forget?: boolean; readonly from?: SavedDatabase }): Promise<void>;
  /** The database as it is now, to `restart` from. */
  save(): SavedDatabase;
  /**
   * Ends the app as SIGKILL would: nothing it stores or sends from now on counts. What was under way has to be
   * awaited, and `restart` called, before anything else.
   */
  kill(): void;
  /** Signs in a Google account of the sandbox, and answers with the account's id. */
  signIn(email?: string, access?: 'read' | 'write'): Promise<string>;
  /** Enrols and signs in anew, as after losing the database. */
  reconnect(mapping?: Partial<MappingInput>): Promise<void>;
  close(): Promise<void>;
}

/** The files of a database, by their suffix. */
export type SavedDatabase = ReadonlyMap<string, Buffer>;

export interface WorldOptions {
  readonly seed?: SeedOptions;
  readonly mapping?: Partial<MappingInput>;
  /** Stands between the app and the servers. */
  readonly network?: (fetch: Fetch) => Fetch;
  readonly start?: string;
  /** What the servers' and the app's chance begins with. Default: 7. */
  readonly chance?: number;
  /** What was chosen in the settings. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Variables beside those that lead to the sandbox. */
  readonly environment?: Readonly<Record<string, string>>;
  /** What answers when the sandbox calls back to somewhere else than itself. */
  readonly outside?: Fetch;
}

/** A world with one technician, enrolled and signed in, and a two-way mapping on her only calendar. */
export async function createWorld(options: WorldOptions = {}): Promise<World> {
  const clock = new VirtualClock(options.start);
  const power = new TestPower();
  const random = seededRandom(options.chance ?? 7);
  const sandbox = createSandbox({
    clock,
    random,
    ...(options.seed === undefined ? {} : { seed: options.seed }),
    ...(options.outside === undefined ? {} : { outside: options.outside }),
  });
  sandbox.booking.addTechnician({ id: TECHNICIAN, name: 'Tess Technician', timeZone: 'Europe/London' });
  for (let index = 1; index <= 20; index += 1) {
    sandbox.booking.devices.addCode(`${CODE}-${index}`, { technicianId: TECHNICIAN });
  }
  sandbox.google.addAccount({
    email: EMAIL,
    sub: 'google-tess',
    name: 'Tess Technician',
    calendars: [
      { id: CALENDAR, summary: 'Tess', timeZone: 'Europe/London', primary: true, accessRole: 'owner' },
      { id: 'second@example.com', summary: 'Second', timeZone: 'Europe/London', accessRole: 'owner' },
    ],
  });

  const dataDir = mkdtempSync(join(tmpdir(), 'calendar-sync-world-'));
  const network = (options.network ?? ((direct) => direct))(sandbox.fetch);
  const logged: string[] = [];
  let killed: SavedDatabase | null = null;
  const ports: AppPorts = {
    clock,
    random,
    fetch: async (input, init) => {
      if (killed !== null) throw new TypeError('The process is dead');
      return network(input, init);
    },
    power,
    keychain: async () => null,
    log: (...line) => logged.push(inspect(line, { depth: 8 })),
    environment: {
      ...sandbox.env(),
      BOOKING_API_URL: undefined,
      BOOKING_API_TOKEN: undefined,
      CALENDAR_ENCRYPTION_KEY: 'ab'.repeat(32),
      ...options.environment,
    },
    settings: async () => memorySettings(options.settings),
    dataDir,
    userAgent: 'calendar-sync/test (test; test)',
    deviceName: 'test',
  };
  let app = await openApp(ports);
  let codes = 0;
  const databaseFile = join(dataDir, 'calendar-sync.sqlite');
  const suffixes = ['', '-wal'];

  function save(): SavedDatabase {
    const present = suffixes.filter((suffix) => existsSync(databaseFile + suffix));
    return new Map(present.map((suffix) => [suffix, readFileSync(databaseFile + suffix)]));
  }

  function putBack(saved: SavedDatabase): void {
    for (const suffix of [...suffixes, '-shm']) rmSync(databaseFile + suffix, { force: true });
    for (const [suffix, bytes] of saved) writeFileSync(databaseFile + suffix, bytes, { mode: 0o600 });
  }

  const world: World = {
    sandbox,
    clock,
    power,
    get app() {
      return app;
    },
    dataDir,
    sync: (syncOptions) => app.sync(syncOptions),
    logged,
    save,
    kill() {
      killed ??= save();
    },
    async restart({ forget = false, from = killed } = {}) {
      app.close();
      killed = null;
      if (forget) rmSync(dataDir, { recursive: true });
      else if (from !== null) putBack(from);
      app = await openApp(ports);
    },
    async signIn(email = EMAIL, access = 'write') {
      sandbox.google.configure({ autoApprove: email });
      const openUrl = openWith(sandbox.fetch);
      const { accountId } = await clock.frozen(() => app.connectOAuth('google', { access, openUrl }));
      return accountId;
    },
    async reconnect(mapping = {}) {
      codes += 1;
      await app.enrol({ url: sandbox.urls().booking, code: `${CODE}-${codes}` });
      const accountId = await world.signIn();
      await app.addMapping({
        accountId,
        calendarId: CALENDAR,
        direction: 'two-way',
        ...options.mapping,
        ...mapping,
      });
    },
    async close() {
      app.close();
      await sandbox.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
  await world.reconnect();
  return world;
}

/** Loads what a first run loads, in a world of its own: that takes real time, in which virtual time would pass. */
export async function warmUp(): Promise<void> {
  const world = await createWorld();
  await world.sync();
  await world.app.agent.start();
  await world.app.agent.stop();
  await world.close();
}

/** A browser whose person approves: follows the redirects of the provider, the last one to the loopback listener. */
export function openWith(sandboxFetch: Fetch): (url: string) => Promise<void> {
  return async (url) => {
    const answer = await sandboxFetch(url, { redirect: 'manual' });
    const location = answer.headers.get('location');
    if (location === null) throw new TypeError(`The sign-in page answered ${answer.status}`);
    void globalThis.fetch(location).then((page) => page.text());
  };
}

export function onlyAccount(result: SyncResult): AccountResult {
  const [account] = result.accounts;
  if (account === undefined) throw new RangeError('The run covered no account');
  return account;
}

export function onlyMapping(result: SyncResult): MappingResult {
  const [mapping] = onlyAccount(result).mappings;
  if (mapping === undefined) throw new RangeError('The run covered no mapping');
  return mapping;
}

/** A booking of the technician on 24 November 2026, two hours from `hour` (UTC). */
export function addBooking(world: World, hour: number, changes: Record<string, unknown> = {}): Booking {
  const at = (hours: number): string => `2026-11-24T${String(hours).padStart(2, '0')}:00:00Z`;
  return world.sandbox.booking.bookings.create({
    status: 'confirmed',
    title: `Job at ${hour}`,
    description: 'Bring the long ladder',
    location: '12 Mill Lane',
    start: at(hour),
    end: at(hour + 2),
    timeZone: 'Europe/London',
    technicianIds: [TECHNICIAN],
    ...changes,
  } as Parameters<typeof world.sandbox.booking.bookings.create>[0]);
}

/** A personal event on 25 November 2026, one hour from `hour` (UTC). */
export function addPersonal(
  world: World,
  hour: number,
  changes: Record<string, unknown> = {},
  calendar = CALENDAR,
): string {
  const at = (hours: number): string => `2026-11-25T${String(hours).padStart(2, '0')}:00:00Z`;
  const { id } = world.sandbox.google.addEvent(calendar, {
    summary: `Private ${hour}`,
    start: { dateTime: at(hour), timeZone: 'Europe/London' },
    end: { dateTime: at(hour + 1), timeZone: 'Europe/London' },
    ...changes,
  });
  return id;
}

export interface ShownEvent {
  readonly id: string;
  readonly summary: string;
  readonly start: string;
  readonly end: string;
  readonly location: string;
  readonly description: string;
  readonly bookingId: string | null;
}

interface Resource {
  readonly id: string;
  readonly summary?: string;
  readonly location?: string;
  readonly description?: string;
  readonly start?: { readonly dateTime?: string; readonly date?: string };
  readonly end?: { readonly dateTime?: string; readonly date?: string };
  readonly extendedProperties?: { readonly private?: Record<string, string> };
}

const shownTime = (time: { readonly dateTime?: string; readonly date?: string } | undefined): string =>
  time?.date ?? (time?.dateTime === undefined ? '' : new Date(time.dateTime).toISOString());

/** What the technician's calendar shows that we exported. */
export function exported(world: World, calendar = CALENDAR): readonly ShownEvent[] {
  return shown(world, calendar).filter(({ bookingId }) => bookingId !== null);
}

export function shown(world: World, calendar = CALENDAR): readonly ShownEvent[] {
  return (world.sandbox.google.events(calendar) as readonly Resource[]).map((event) => ({
    id: event.id,
    summary: event.summary ?? '',
    start: shownTime(event.start),
    end: shownTime(event.end),
    location: event.location ?? '',
    description: event.description ?? '',
    bookingId: event.extendedProperties?.private?.calendarSyncBooking ?? null,
  }));
}

export function blocks(world: World): readonly BusyBlock[] {
  return world.sandbox.booking.blocks.all(TECHNICIAN);
}

/** The writing requests that the servers have seen since `clear`; signing in changes nothing. */
export function writes(world: World): readonly string[] {
  return world.sandbox.faults.journal
    .entries()
    .filter(({ method, url }) => method !== 'GET' && url !== '/google/token')
    .map(({ method, url }) => `${method} ${url}`);
}

import type { MappingInput } from '../../src/main/app-contract.ts';
import type { Fetch } from '../../src/main/ports.ts';
import { PASSWORD, USERNAME } from '../support/caldav-server.ts';
import type { ServerManners } from '../support/caldav-stand-in/collection.ts';
import {
  type CaldavStandIn,
  createCaldavStandIn,
  STAND_IN_ORIGIN,
} from '../support/caldav-stand-in/stand-in.ts';
import { googleProgram, type OnlineProgram, outlookProgram } from '../support/calendar-program.ts';
import { OUTLOOK, signInToOutlook as openMailbox, signIn as signInToOutlook } from '../support/outlook.ts';
import { CALENDAR, createWorld, TECHNICIAN, type World } from '../support/world.ts';
import { caldavInstances } from './caldav-instances.ts';
import { caldavProgram } from './caldav-program.ts';
import { Dice } from './dice.ts';
import { Findings } from './findings.ts';
import { Ledger } from './ledger.ts';
import { SimulatedNetwork } from './network.ts';
import { googleInstances, type Instance, outlookInstances } from './seen-instances.ts';
import { Trace } from './trace.ts';

export type Services = 'google' | 'microsoft' | 'caldav' | 'all';

/** How a calendar is mapped, as IT has last said. */
export interface Mapped {
  readonly direction: 'import' | 'export' | 'two-way';
  readonly visibility: 'busy-only' | 'details';
  readonly onDelete: 'restore' | 'leave' | 'ask';
  readonly skip: readonly 'all-day'[];
}

/** A calendar of the technician, with what is known of it outside the app. */
export interface Calendar {
  readonly key: string;
  readonly provider: 'google' | 'microsoft' | 'caldav';
  readonly calendarId: string;
  readonly program: OnlineProgram;
  /** Only ever imported. */
  readonly importOnly: boolean;
  mapped: Mapped;
  /** Whether the mapping is there. */
  isMapped: boolean;
  /** When its mapping was last changed, by the ledger. */
  changedAt: number;
  /** When its direction was. */
  turnedAt: number;
  /** When everything was settled last before it was changed. */
  settledBefore: number;
  /** And before its direction was. */
  settledBeforeTurn: number;
  instances(): readonly Instance[];
  /** Its server does not say the etag of what is written. */
  readonly isBlind?: boolean;
  /** Where the service can: it looks as if something had changed in it, and nothing has. */
  stir?(): void;
}

/** All that the actors of a simulation act on. */
export interface Scene {
  readonly world: World;
  readonly calendars: readonly Calendar[];
  readonly network: SimulatedNetwork;
  readonly ledger: Ledger;
  readonly findings: Findings;
  readonly trace: Trace;
  readonly dice: Dice;
  /** Counts what was made up, so that everything typed is told apart. */
  next(): number;
}

const STARTS = [
  '2026-11-23T07:00:00.000Z',
  // Clocks change in this week: in Europe, in North America, in Australia.
  '2027-03-24T07:00:00.000Z',
  '2026-10-29T07:00:00.000Z',
  '2027-04-01T07:00:00.000Z',
] as const;

/** What stands between the network and the servers. */
export type Tampering = (fetch: Fetch) => Fetch;

export async function openScene(
  seed: number,
  services: Services,
  servers: Tampering = (fetch) => fetch,
): Promise<Scene> {
  const dice = new Dice(seed);
  const findings = new Findings();
  const trace = new Trace();
  const ledger = new Ledger();
  const network = new SimulatedNetwork(new Dice(seed ^ 0x5eed), findings, trace);
  const onDelete = (): Mapped['onDelete'] => dice.one(['restore', 'leave', 'ask'] as const) ?? 'restore';
  const first = { direction: 'two-way', visibility: 'busy-only', onDelete: onDelete(), skip: [] } as const;
  let caldavServer: CaldavStandIn | null = null;
  const world = await createWorld({
    chance: seed,
    start: dice.one(STARTS) ?? STARTS[0],
    network: (sandbox) =>
      network.between(
        servers(async (url, init) => {
          const { origin } = new URL(url instanceof Request ? url.url : url);
          return origin === caldavServer?.origin ? caldavServer.fetch(url, init) : sandbox(url, init);
        }),
      ),
    mapping: input(first),
  });
  network.open(world);
  // A comment costs a turn of virtual time.
  world.sandbox.booking.commentEveryMs = 40_000;
  const calendars: Calendar[] = [];
  if (services === 'microsoft' || services === 'caldav') {
    for (const { id } of world.app.accounts()) await world.app.removeAccount(id, { deleteEvents: false });
  } else {
    calendars.push(google(world, CALENDAR, first, false));
    const second = google(
      world,
      'second@example.com',
      { ...first, direction: 'import', visibility: 'details' },
      true,
    );
    calendars.push(second);
    await addMapping(world, second);
  }
  if (services === 'caldav' || services === 'all') {
    const { clock, sandbox } = world;
    caldavServer = createCaldavStandIn({
      clock,
      faults: sandbox.faults,
      manners: someManners(new Dice(seed ^ 0xda7)),
    });
    await signInTo(world, 'caldav');
    for (const calendar of caldavCalendars(caldavServer, services, { ...first, onDelete: onDelete() })) {
      calendars.push(calendar);
      await addMapping(world, calendar);
    }
  }
  if (services === 'microsoft' || services === 'all') {
    await openMailbox(world);
    const mailbox = outlook(world, ledger, { ...first, onDelete: onDelete() });
    calendars.push(mailbox);
    await addMapping(world, mailbox);
  }
  let made = 0;
  const next = (): number => {
    made += 1;
    return made;
  };
  const scene = { world, calendars, network, ledger, findings, trace, dice, next };
  network.setTheScene(scene);
  return scene;
}

const input = ({ direction, visibility, onDelete, skip }: Mapped) => ({
  ...{ direction, visibility, onDelete },
  skip: [...skip],
});

const mappedFromTheStart = (mapped: Mapped, importOnly: boolean) => ({
  ...{ importOnly, mapped, isMapped: true },
  ...{ changedAt: 0, turnedAt: 0, settledBefore: 0, settledBeforeTurn: 0 },
});

function google(world: World, calendarId: string, mapped: Mapped, importOnly: boolean): Calendar {
  const program = googleProgram(world, calendarId);
  return {
    ...{ key: importOnly ? 'second' : 'google', provider: 'google', calendarId, program },
    ...mappedFromTheStart(mapped, importOnly),
    instances: () => googleInstances(world, calendarId),
  };
}

function outlook(world: World, { copies }: Ledger, mapped: Mapped): Calendar {
  const program = outlookProgram(world);
  return {
    ...{ key: 'outlook', provider: 'microsoft', calendarId: OUTLOOK, program },
    ...mappedFromTheStart(mapped, false),
    instances: () => outlookInstances(world, OUTLOOK, copies),
  };
}

/** How this server differs from others. */
const someManners = (dice: Dice): ServerManners => ({
  syncs: dice.chance(0.7),
  hasCtag: dice.chance(0.85),
  saysEtagOfWrites: dice.chance(0.75),
  tellsAgain: dice.chance(0.3),
  ...(dice.chance(0.4) && { mostInOneAnswer: dice.between(1, 3) }),
  refusesWhatIsGone: dice.chance(0.2),
});

/** By itself, a technician's server has a second calendar, as at Google's. */
function caldavCalendars(server: CaldavStandIn, services: Services, mapped: Mapped): readonly Calendar[] {
  const own = caldav(server, 'caldav', mapped, false);
  if (services === 'all') return [own];
  return [own, caldav(server, 'shared', { ...mapped, direction: 'import', visibility: 'details' }, true)];
}

function caldav(server: CaldavStandIn, key: string, mapped: Mapped, importOnly: boolean): Calendar {
  const calendarId = server.addCalendar(key);
  const collection = server.calendar(calendarId);
  return {
    ...{ key, provider: 'caldav', calendarId, program: caldavProgram(collection) },
    ...mappedFromTheStart(mapped, importOnly),
    instances: () => caldavInstances(collection),
    isBlind: collection.manners.saysEtagOfWrites === false,
    stir: () => collection.remark(),
  };
}

/** The person signs in, and does so again where that is asked for. */
export async function signInTo(world: World, provider: string): Promise<void> {
  if (provider === 'google') await world.signIn();
  else if (provider === 'microsoft') await signInToOutlook(world);
  else
    await world.app.connectCaldav({
      url: `${STAND_IN_ORIGIN}/caldav/`,
      username: USERNAME,
      password: PASSWORD,
    });
}

/** Adds the mapping of a calendar to the account that has it. */
async function addMapping(world: World, { provider, calendarId, mapped }: Calendar): Promise<void> {
  const account = world.app.accounts().find((each) => each.provider === provider);
  if (account === undefined) throw new RangeError(`No account at ${provider} is connected`);
  await world.app.addMapping({
    accountId: account.id,
    calendarId,
    technicianId: TECHNICIAN,
    ...input(mapped),
  } satisfies MappingInput);
}

/** Makes the app's accounts and mappings what they are meant to be, whatever became of its database. */
export async function putSetUpRight(scene: Scene): Promise<void> {
  if (!scene.network.isDead) await scene.network.sheltered(() => setUp(scene));
}

async function setUp(scene: Scene): Promise<void> {
  const { world, calendars } = scene;
  for (const provider of new Set(calendars.map((calendar) => calendar.provider))) {
    const account = world.app.accounts().find((each) => each.provider === provider);
    if (account !== undefined && account.state !== 'needs-sign-in') continue;
    await signInTo(world, provider);
  }
  for (const calendar of calendars) {
    const mapping = world.app.mappings().find(({ calendarId }) => calendarId === calendar.calendarId);
    // An older database that was put back may know a mapping that was removed since.
    calendar.isMapped = true;
    if (mapping === undefined) {
      scene.ledger.afresh.set(calendar.key, scene.ledger.tick());
      scene.network.watch.personLooks(calendar.provider);
      await addMapping(world, calendar);
    } else {
      const wanted = input(calendar.mapped);
      const same = (Object.keys(wanted) as (keyof typeof wanted)[]).every(
        (name) => JSON.stringify(mapping[name]) === JSON.stringify(wanted[name]),
      );
      if (same) continue;
      // What it was asked for once is asked for anew of an older database.
      if (calendar.changedAt <= scene.ledger.settledAt) calendar.settledBefore = scene.ledger.settledAt;
      calendar.changedAt = scene.ledger.tick();
      await world.app.updateMapping(mapping.mappingId, wanted);
    }
  }
}

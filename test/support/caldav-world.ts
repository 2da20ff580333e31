import type { MappingInput } from '../../src/main/app-contract.ts';
import type { Fetch } from '../../src/main/ports.ts';
import { type CaldavCalendar, makeCalendar } from './caldav-calendar.ts';
import { type CaldavServer, PASSWORD, USERNAME } from './caldav-server.ts';
import { inWhole, realFetch } from './real-fetch.ts';
import type { VirtualClock } from './virtual-clock.ts';
import { createWorld, type World } from './world.ts';

/** A technician whose calendar is on a real CalDAV server. */
export interface CaldavWorld extends World {
  readonly calendar: CaldavCalendar;
  /** What has changed something at the server or in the booking system since `forgetWrites`. */
  writes(): readonly string[];
  forgetWrites(): void;
  /** Forgets everything, enrols and connects anew. */
  loseDatabase(mapping?: Partial<MappingInput>): Promise<void>;
}

export interface CaldavWorldOptions {
  readonly mapping?: Partial<MappingInput>;
  /** Stands between the app and all servers. */
  readonly network?: (fetch: Fetch) => Fetch;
}

/** A world with an empty calendar on that server, mapped two-way. Time stands still while the server is waited for. */
export async function createCaldavWorld(
  server: CaldavServer,
  { mapping = {}, network = (fetch) => fetch }: CaldavWorldOptions = {},
): Promise<CaldavWorld> {
  const calendar = await makeCalendar(server);
  const written: string[] = [];
  const world = await createWorld({
    network: (sandbox) => {
      const both = withRealServer(server, sandbox, () => world.clock);
      return network(async (input, init) => {
        const isAtServer = new URL(String(input)).origin === server.origin;
        if (isAtServer && /PUT|DELETE/.test(init?.method ?? '')) {
          written.push(`${init?.method} ${String(input)}`);
        }
        return both(input, init);
      });
    },
  });
  for (const { id } of world.app.accounts()) await world.app.removeAccount(id, { deleteEvents: false });

  async function connect(other: Partial<MappingInput> = {}): Promise<void> {
    const { accountId } = await world.app.connectCaldav({
      url: server.origin,
      username: USERNAME,
      password: PASSWORD,
    });
    await world.app.addMapping({
      accountId,
      calendarId: calendar.url,
      direction: 'two-way',
      ...mapping,
      ...other,
    });
  }
  await connect();

  let codes = 0;
  // The world's own properties, `app` among them, are looked up when they are asked for.
  return Object.create(world, {
    calendar: { value: calendar },
    writes: {
      value: (): readonly string[] => [
        ...written,
        ...world.sandbox.faults.journal
          .entries()
          .filter(({ method, url }) => method !== 'GET' && !url.includes('/google/'))
          .map(({ method, url }) => `${method} ${url}`),
      ],
    },
    forgetWrites: {
      value: (): void => {
        written.length = 0;
        world.sandbox.faults.journal.clear();
      },
    },
    loseDatabase: {
      value: async (other?: Partial<MappingInput>): Promise<void> => {
        await world.restart({ forget: true });
        codes += 1;
        const code = `TESS-AGAIN-${codes}`;
        world.sandbox.booking.devices.addCode(code, { technicianId: 'tech_tess' });
        await world.app.enrol({ url: world.sandbox.urls().booking, code });
        await connect(other);
      },
    },
  }) as CaldavWorld;
}

/** The sandbox's network and the server's. Time stands still while the server is waited for. */
export const withRealServer =
  (server: CaldavServer, sandbox: Fetch, clock: () => VirtualClock): Fetch =>
  async (input, init) => {
    const { origin } = new URL(input instanceof Request ? input.url : input);
    if (origin !== server.origin) return sandbox(input, init);
    return clock().frozen(async () => inWhole(await realFetch(input, init)));
  };

import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sandbox } from '../../../sandbox/sandbox.ts';
import type { Technician } from '../../../shared/domain/booking.ts';
import type { App, AppPorts } from '../../app-contract.ts';
import type { Fetch } from '../../ports.ts';
import type { AgentOptions, ServingAgent } from '../agent/open-agent.ts';
import type { Host } from '../command.ts';
import { createPorts } from '../ports.ts';
import { CaldavCalendar } from './caldav-calendar.ts';
import { startCaldavServer } from './caldav-server.ts';
import { openSandbox } from './open-sandbox.ts';
import { connectPeople, type DemoPerson } from './people.ts';

/** A sandbox that listens, and the program on a fresh profile that is connected to it. */
export interface DemoWorld {
  readonly sandbox: Sandbox;
  readonly app: App;
  readonly fetch: Fetch;
  /** Whose device it is: the lead of the team, whom the booking system lets see all of it. */
  readonly technician: Technician;
  readonly people: readonly DemoPerson[];
  /** On a real server of this computer; null where none could be had. */
  readonly caldav: CaldavCalendar | null;
  /** What the demo does without and why, in sentences without their ends. */
  readonly leftOut: readonly string[];
  /** Serves the screens from now on; the app of this world is then the agent's. */
  serve(options: AgentOptions): Promise<ServingAgent>;
  /** Ends everything and removes the profile. */
  close(): Promise<void>;
}

/** @throws AppError INVALID_INPUT when the port is taken */
export async function openDemoWorld(
  { environment: { DEBUG, PATH = '' } }: Pick<Host, 'environment'>,
  port: number | undefined,
  signal: AbortSignal,
): Promise<DemoWorld> {
  const { sandbox, teamCode } = await openSandbox(port);
  const folder = mkdtempSync(join(tmpdir(), 'calendar-sync-demo-'));
  const [dataDir, caldavFolder] = [join(folder, 'profile'), join(folder, 'caldav')];
  for (const path of [dataDir, caldavFolder]) mkdirSync(path, { mode: 0o700 });
  const ports = await demoPorts(sandbox, dataDir, DEBUG);
  const { fetch, clock } = ports;
  // It starts while the program does.
  const starting = startCaldavServer({ folder: caldavFolder, path: PATH, fetch, clock, signal });
  let app: App | undefined;
  let agent: ServingAgent | undefined;
  const close = async (): Promise<void> => {
    if (agent === undefined) app?.close();
    else await agent.stop();
    const server = await starting;
    if ('stop' in server) await server.stop();
    rmSync(folder, { recursive: true, force: true });
    await sandbox.close();
  };
  try {
    const { openApp } = await import('../../app.ts');
    app = await openApp(ports);
    const own = app;
    const technician = await own.enrol({ url: sandbox.urls().booking, code: teamCode });
    const server = await starting;
    const caldav = 'stop' in server ? new CaldavCalendar(server, fetch) : null;
    await caldav?.fill(clock.now());
    const leftOut = 'leftOut' in server ? [`CalDAV, since ${server.leftOut}`] : [];
    const people = await connectPeople({ app: own, sandbox, caldav, fetch, signal });
    const serve = async (options: AgentOptions): Promise<ServingAgent> => {
      const { openAgent } = await import('../agent/open-agent.ts');
      own.close();
      agent = await openAgent(ports, options);
      return agent;
    };
    return { sandbox, app, fetch, technician, people, caldav, leftOut, serve, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A profile of its own: nothing of this machine's keychain, enrolment or OAuth clients is used or left behind. */
async function demoPorts(sandbox: Sandbox, dataDir: string, debug: string | undefined): Promise<AppPorts> {
  const { BOOKING_API_URL: _url, BOOKING_API_TOKEN: _token, ...google } = sandbox.env();
  const environment = { ...google, CALENDAR_ENCRYPTION_KEY: randomBytes(32).toString('hex'), DEBUG: debug };
  return { ...(await createPorts(environment, dataDir)), keychain: async () => null };
}

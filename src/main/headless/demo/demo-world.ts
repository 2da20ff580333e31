import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sandbox } from '../../../sandbox/sandbox.ts';
import type { Technician } from '../../../shared/domain/booking.ts';
import type { App, AppPorts } from '../../app-contract.ts';
import type { Fetch } from '../../ports.ts';
import type { AgentOptions, ServingAgent } from '../agent/open-agent.ts';
import type { Host } from '../command.ts';
import { createPorts } from '../ports.ts';
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
  /** Serves the screens from now on; the app of this world is then the agent's. */
  serve(options: AgentOptions): Promise<ServingAgent>;
  /** Ends everything and removes the profile. */
  close(): Promise<void>;
}

/** @throws AppError INVALID_INPUT when the port is taken */
export async function openDemoWorld(
  { environment: { DEBUG } }: Host,
  port: number | undefined,
  signal: AbortSignal,
): Promise<DemoWorld> {
  const { sandbox, teamCode } = await openSandbox(port);
  const dataDir = mkdtempSync(join(tmpdir(), 'calendar-sync-demo-'));
  let app: App | undefined;
  let agent: ServingAgent | undefined;
  const close = async (): Promise<void> => {
    if (agent === undefined) app?.close();
    else await agent.stop();
    rmSync(dataDir, { recursive: true, force: true });
    await sandbox.close();
  };
  try {
    const ports = await demoPorts(sandbox, dataDir, DEBUG);
    const { openApp } = await import('../../app.ts');
    app = await openApp(ports);
    const { fetch } = ports;
    const own = app;
    const technician = await own.enrol({ url: sandbox.urls().booking, code: teamCode });
    const people = await connectPeople({ app: own, sandbox, fetch, signal });
    const serve = async (options: AgentOptions): Promise<ServingAgent> => {
      const { openAgent } = await import('../agent/open-agent.ts');
      own.close();
      agent = await openAgent(ports, options);
      return agent;
    };
    return { sandbox, app, fetch, technician, people, serve, close };
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

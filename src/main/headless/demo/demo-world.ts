import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sandbox } from '../../../sandbox/sandbox.ts';
import type { CalendarListEntry } from '../../../shared/domain/account.ts';
import type { Technician } from '../../../shared/domain/booking.ts';
import type { Mapping } from '../../../shared/domain/mapping.ts';
import type { ConnectedAccount } from '../../../shared/rpc/contract.ts';
import { AppError } from '../../../shared/rpc/errors.ts';
import type { App, AppPorts } from '../../app-contract.ts';
import type { Fetch, OpenUrl } from '../../ports.ts';
import type { Host } from '../command.ts';
import { createPorts } from '../ports.ts';
import { openSandbox } from './open-sandbox.ts';

/** A sandbox that listens, and the program on a fresh profile that is connected to it. */
export interface DemoWorld {
  readonly sandbox: Sandbox;
  readonly app: App;
  readonly fetch: Fetch;
  readonly technician: Technician;
  readonly account: ConnectedAccount;
  readonly calendars: readonly CalendarListEntry[];
  /** The technician's own calendar, both ways. */
  readonly mapping: Mapping;
  /** Ends everything and removes the profile. */
  close(): Promise<void>;
}

/** @throws AppError INVALID_INPUT when the port is taken */
export async function openDemoWorld(
  { environment: { DEBUG } }: Host,
  port: number | undefined,
  signal: AbortSignal,
): Promise<DemoWorld> {
  const { sandbox, enrolmentCode } = await openSandbox(port);
  const dataDir = mkdtempSync(join(tmpdir(), 'calendar-sync-demo-'));
  let app: App | undefined;
  const close = async (): Promise<void> => {
    app?.close();
    rmSync(dataDir, { recursive: true, force: true });
    await sandbox.close();
  };
  try {
    const ports = await demoPorts(sandbox, dataDir, DEBUG);
    const { openApp } = await import('../../app.ts');
    app = await openApp(ports);
    const connected = await connect(app, ports, sandbox, enrolmentCode, signal);
    return { sandbox, app, fetch: ports.fetch, ...connected, close };
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

async function connect(
  app: App,
  { fetch }: AppPorts,
  sandbox: Sandbox,
  code: string,
  signal: AbortSignal,
): Promise<Pick<DemoWorld, 'technician' | 'account' | 'calendars' | 'mapping'>> {
  const technician = await app.enrol({ url: sandbox.urls().booking, code });
  const own = sandbox.google.accounts().find(({ name }) => name === technician.name);
  if (own === undefined) throw new TypeError(`The sandbox has no Google account of ${technician.name}.`);
  const openUrl = signInAs(own.email, fetch);
  const account = await app.connectGoogle({ access: 'write', openUrl, signal });
  const { accountId } = account;
  const calendars = await app.calendars(accountId);
  const main = calendars.find(({ primary }) => primary);
  if (main === undefined) throw new TypeError(`${own.email} has no main calendar.`);
  const mapping = await app.addMapping({ accountId, calendarId: main.id, direction: 'two-way' });
  for (const { id, primary } of calendars) {
    if (!primary) await app.addMapping({ accountId, calendarId: id, direction: 'import' });
  }
  return { technician, account, calendars, mapping };
}

/** A browser whose person chooses the account and agrees: it follows the redirects to the end. */
const signInAs =
  (email: string, fetch: Fetch): OpenUrl =>
  async (address) => {
    const url = new URL(address);
    url.searchParams.set('login_hint', email);
    const answer = await fetch(url);
    if (!answer.ok)
      throw new AppError('PROVIDER_ERROR', `The sandbox refused the sign-in (${answer.status}).`);
  };

/** Runs the built program as people and scripts do: a process, its output and its exit code. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Temporal } from 'temporal-polyfill';
import type { z } from 'zod';
import { bundleEntry, headlessBundle } from '../../scripts/headless-bundle.mjs';
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { ConnectDocument, MappingDocument } from './cli-documents.ts';

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that is still running. */
export interface Running {
  readonly process: ChildProcess;
  readonly end: Promise<Outcome>;
  /** The first text on one of its outputs that matches, in whole lines. Rejects when it ends without. */
  waitFor(stream: 'stdout' | 'stderr', pattern: RegExp): Promise<RegExpMatchArray>;
}

/** Somebody's machine: a data directory, an environment, and the program. */
export interface Machine {
  readonly dataDir: string;
  readonly environment: Record<string, string>;
  start(...args: readonly string[]): Running;
  run(...args: readonly string[]): Promise<Outcome>;
  /** Runs with something on standard input. */
  feed(input: string, ...args: readonly string[]): Promise<Outcome>;
  /** Runs with `--json`, which must leave one document of this shape on standard output. */
  json<T extends z.ZodType>(schema: T, ...args: readonly string[]): Promise<z.infer<T>>;
  /** Ends what still runs and removes what was stored. */
  dispose(): Promise<void>;
}

export async function buildProgram(): Promise<void> {
  if (!headlessBundle.isFresh()) await headlessBundle.build('warn');
}

/**
 * A machine without keychain; its key comes from the environment.
 * @param program what to start: by default the built program of this checkout
 */
export function createMachine(
  environment: Readonly<Record<string, string>> = {},
  [executable, ...leading]: readonly [string, ...string[]] = [process.execPath, bundleEntry],
): Machine {
  const home = mkdtempSync(join(tmpdir(), 'calendar-sync-cli-'));
  const dataDir = join(home, 'data');
  const started: Running[] = [];
  const given: Record<string, string> = {
    PATH: process.env.PATH ?? '',
    TZ: 'Europe/London',
    HOME: home,
    XDG_DATA_HOME: join(home, 'share'),
    CALENDAR_SYNC_DATA_DIR: dataDir,
    CALENDAR_ENCRYPTION_KEY: randomBytes(32).toString('hex'),
    ...environment,
  };

  function start(...args: readonly string[]): Running {
    const child = spawn(executable, [...leading, ...args], { env: given });
    const text = { stdout: '', stderr: '' };
    // A character may arrive in two parts.
    child.stdout.setEncoding('utf8').on('data', (chunk) => (text.stdout += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk) => (text.stderr += chunk));
    // Whoever ends without reading what it is given has said why.
    child.stdin.on('error', () => undefined);
    const end = new Promise<Outcome>((fulfil) => {
      child.on('close', (code) => fulfil({ code, ...text }));
    });
    const running: Running = {
      process: child,
      end,
      waitFor: (stream, pattern) =>
        new Promise((fulfil, reject) => {
          const look = (): void => {
            // A line may arrive in two parts, of which the first would match as well.
            const lines = text[stream].slice(0, text[stream].lastIndexOf('\n') + 1);
            const found = lines.match(pattern);
            if (found !== null) fulfil(found);
          };
          child[stream].on('data', look);
          void end.then(() =>
            reject(new Error(`It ended without saying ${pattern}: ${JSON.stringify(text)}`)),
          );
          look();
        }),
    };
    started.push(running);
    return running;
  }

  const run = (...args: readonly string[]): Promise<Outcome> => feed('', ...args);
  function feed(input: string, ...args: readonly string[]): Promise<Outcome> {
    const { process: child, end } = start(...args);
    child.stdin?.end(input);
    return end;
  }

  return {
    dataDir,
    environment: given,
    start,
    run,
    feed,
    async json(schema, ...args) {
      const outcome = await run(...args, '--json');
      if (outcome.stdout === '') throw new Error(`It printed nothing: ${JSON.stringify(outcome)}`);
      return schema.parse(JSON.parse(outcome.stdout));
    },
    async dispose() {
      for (const { process: child } of started) child.kill('SIGKILL');
      await Promise.all(started.map(({ end }) => end));
      rmSync(home, { recursive: true, force: true });
    },
  };
}

export const TECHNICIAN = 'tech_tess';
export const EMAIL = 'tess@example.com';
export const SECOND_CALENDAR = 'second@group.calendar.example';
export const CODE = 'TESS-1';

/** The company's servers on a loopback port, any unless it is given. */
export async function startCompany(port?: number): Promise<Sandbox> {
  const sandbox = createSandbox({
    clock: {
      now: () => new Date(),
      sleep: (milliseconds, signal) => wait(milliseconds, undefined, signal && { signal }),
    },
    random: { uuid: randomUUID, bytes: randomBytes, unit: () => randomInt(2 ** 32) / 2 ** 32 },
  });
  await sandbox.listen(port);
  return sandbox;
}

/** Begins the company anew, with nothing but the technician. */
export function resetCompany(sandbox: Sandbox): void {
  sandbox.reset();
  sandbox.booking.addTechnician({ id: TECHNICIAN, name: 'Tess Technician', timeZone: 'Europe/London' });
  sandbox.booking.devices.addCode(CODE, { technicianId: TECHNICIAN });
  sandbox.google.addAccount({
    email: EMAIL,
    sub: 'google-tess',
    name: 'Tess Technician',
    calendars: [
      { id: EMAIL, summary: 'Tess', timeZone: 'Europe/London', primary: true, accessRole: 'owner' },
      { id: SECOND_CALENDAR, summary: 'Second', timeZone: 'Europe/London', accessRole: 'owner' },
    ],
  });
  sandbox.google.configure({ autoApprove: EMAIL });
}

/** The environment of a technician's machine: where Google is, but no enrolment. */
export function companyEnvironment(sandbox: Sandbox): Record<string, string> {
  const { BOOKING_API_URL: _url, BOOKING_API_TOKEN: _token, ...google } = sandbox.env();
  return google;
}

export async function enrol(machine: Machine, sandbox: Sandbox): Promise<void> {
  await succeed(machine.run('enrol', '--url', sandbox.urls().booking, '--code', CODE));
}

export const signIn = (machine: Machine, ...options: readonly string[]): Promise<ConnectDocument> =>
  signInAt('google', machine, ...options);

/** Signs in as a person does: takes the printed address to a browser, which follows the redirects. */
export async function signInAt(
  provider: 'google' | 'microsoft',
  machine: Machine,
  ...options: readonly string[]
): Promise<ConnectDocument> {
  const connecting = machine.start('connect', provider, '--no-browser', '--json', ...options);
  const [, url = ''] = await connecting.waitFor('stderr', /^open: (\S+)$/m);
  const page = await fetch(url);
  await page.text();
  const { code, stdout, stderr } = await connecting.end;
  if (code !== 0) throw new Error(`Signing in ended with ${code}: ${stdout}${stderr}`);
  return ConnectDocument.parse(JSON.parse(stdout));
}

/** Enrolled, signed in, and a mapping on the main calendar. */
export async function setUp(
  machine: Machine,
  sandbox: Sandbox,
  ...options: readonly string[]
): Promise<{ readonly accountId: string; readonly mappingId: string }> {
  await enrol(machine, sandbox);
  const { accountId } = await signIn(machine);
  return { accountId, mappingId: await addTwoWay(machine, accountId, EMAIL, ...options) };
}

/** Adds a two-way mapping and answers with its id. */
export async function addTwoWay(
  machine: Machine,
  accountId: string,
  calendarId: string,
  ...options: readonly string[]
): Promise<string> {
  const mapping = ['--account', accountId, '--calendar', calendarId, '--direction', 'two-way', ...options];
  return (await machine.json(MappingDocument, 'mappings', 'add', ...mapping)).mappingId;
}

export async function succeed(outcome: Promise<Outcome>): Promise<Outcome> {
  const ended = await outcome;
  if (ended.code !== 0) throw new Error(`It ended with ${ended.code}: ${ended.stdout}${ended.stderr}`);
  return ended;
}

/** When the tests of a file began, so that their day is the same to their end: also where midnight passes meanwhile. */
export const NOW = new Date();

/** Noon of today in `days` days, where the technician is, and so many hours later: a UTC instant. */
export function at(days: number, hours = 0): string {
  const today = Temporal.Instant.from(NOW.toISOString()).toZonedDateTimeISO('Europe/London').toPlainDate();
  const noon = today.add({ days }).toZonedDateTime({ timeZone: 'Europe/London', plainTime: '12:00' });
  return new Date(noon.add({ hours }).epochMilliseconds).toISOString();
}

/** A booking of the technician in so many days, one hour long. */
export function addBooking(sandbox: Sandbox, days: number, title = `Job in ${days} days`): string {
  return sandbox.booking.bookings.create({
    status: 'confirmed',
    title,
    start: at(days),
    end: at(days, 1),
    timeZone: 'Europe/London',
    technicianIds: [TECHNICIAN],
  }).id;
}

/** An appointment of the technician's own in so many days, one hour long. */
export function addAppointment(sandbox: Sandbox, days: number, title = `Appointment ${days}`): string {
  const { id } = sandbox.google.addEvent(EMAIL, {
    summary: title,
    start: { dateTime: at(days, 2), timeZone: 'Europe/London' },
    end: { dateTime: at(days, 3), timeZone: 'Europe/London' },
  });
  return id;
}

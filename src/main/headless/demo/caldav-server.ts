import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Clock, Fetch } from '../../ports.ts';

export const CALDAV_USER = 'carys.morgan';
export const CALDAV_PASSWORD = 'sandbox-caldav-password';

/** One that ends is not waited for; a slow machine may take its time. */
const START_MS = 60_000;
const TRY_EVERY_MS = 50;
/** The port is chosen before the server has it: somebody else may be faster, but not three times. */
const PORTS_TRIED = 3;

/** A real CalDAV server of this computer, with one user and a folder of its own. */
export interface CaldavServer {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  /** Address of its user's calendar, with a slash at the end. */
  readonly calendar: string;
  /** False where the calendar has to be made first (RFC 4791 section 5.3.1). */
  readonly hasCalendar: boolean;
  stop(): Promise<void>;
}

/** The server, or why there is none, as a sentence without its end. */
export type CaldavStart = CaldavServer | { readonly leftOut: string };

export interface CaldavStarting {
  /** Must exist; the server keeps all it needs in it. */
  readonly folder: string;
  /** `PATH`, on which the programs are looked for. */
  readonly path: string;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

interface Program {
  readonly command: string;
  readonly calendarPath: string;
  readonly hasCalendar: boolean;
  /** Prepares the folder and answers with the arguments. */
  readonly prepare: (folder: string, port: number) => readonly string[];
}

const PROGRAMS: readonly Program[] = [
  {
    command: 'radicale',
    calendarPath: `/${CALDAV_USER}/calendar/`,
    hasCalendar: false,
    prepare(folder, port) {
      const users = join(folder, 'users');
      writeFileSync(users, `${CALDAV_USER}:${CALDAV_PASSWORD}\n`, { mode: 0o600 });
      const config = join(folder, 'config');
      writeFileSync(
        config,
        [
          `[server]\nhosts = 127.0.0.1:${port}`,
          `[auth]\ntype = htpasswd\nhtpasswd_filename = ${users}\nhtpasswd_encryption = plain\ndelay = 0`,
          `[storage]\nfilesystem_folder = ${join(folder, 'collections')}`,
          '[logging]\nlevel = warning\n',
        ].join('\n'),
      );
      return ['--config', config];
    },
  },
  {
    command: 'xandikos',
    calendarPath: `/${CALDAV_USER}/calendars/calendar/`,
    hasCalendar: true,
    prepare(folder, port) {
      const root = join(folder, 'collections');
      mkdirSync(root);
      const user = ['--current-user-principal', `/${CALDAV_USER}/`, '--autocreate', '--defaults'];
      return ['-d', root, '-l', '127.0.0.1', '-p', String(port), ...user];
    },
  },
];

/** Starts the first CalDAV server that is installed and works. The demo goes on without, so that it never rejects. */
export async function startCaldavServer(starting: CaldavStarting): Promise<CaldavStart> {
  const names = PROGRAMS.map(({ command }) => command);
  let leftOut = `neither ${names.join(' nor ')} is installed`;
  for (const program of PROGRAMS) {
    const started = await startOnSomePort(program, starting).catch(() => 'failed' as const);
    if (typeof started === 'object') return started;
    if (started === 'failed' || started === 'silent')
      leftOut = `${program.command} is installed, but could not be started`;
    if (starting.signal.aborted) break;
  }
  return { leftOut };
}

async function startOnSomePort(
  program: Program,
  starting: CaldavStarting,
): Promise<CaldavServer | 'absent' | 'failed' | 'silent'> {
  for (let tried = 1; ; tried += 1) {
    const folder = join(starting.folder, `${program.command}-${tried}`);
    mkdirSync(folder);
    const started = await start(program, folder, starting);
    if (started !== 'failed' || tried === PORTS_TRIED || starting.signal.aborted) return started;
  }
}

async function start(
  { command, calendarPath, hasCalendar, prepare }: Program,
  folder: string,
  starting: CaldavStarting,
): Promise<CaldavServer | 'absent' | 'failed' | 'silent'> {
  const port = await freePort();
  const child = spawn(command, prepare(folder, port), {
    stdio: 'ignore',
    env: { PATH: starting.path, HOME: folder },
    // A terminal sends Ctrl-C to its whole group, and the server is still needed while the demo winds up.
    detached: true,
  });
  // Whoever asks twice to stop ends this process at once, and must not leave the server behind.
  const kill = (): unknown => child.kill('SIGKILL');
  process.once('exit', kill);
  const stop = async (): Promise<void> => {
    await end(child);
    process.off('exit', kill);
  };
  const ended = new Promise<'absent' | 'failed'>((resolve) => {
    child.once('error', (error) => {
      resolve('code' in error && error.code === 'ENOENT' ? 'absent' : 'failed');
    });
    child.once('exit', () => resolve('failed'));
  });
  const origin = `http://127.0.0.1:${port}`;
  const waiting = new AbortController();
  const signal = AbortSignal.any([starting.signal, waiting.signal]);
  const answers = untilAnswering(origin, { ...starting, signal }).catch(() => 'failed' as const);
  const outcome = await Promise.race([answers, ended]);
  waiting.abort();
  if (outcome === 'answers') return { origin, calendar: `${origin}${calendarPath}`, hasCalendar, stop };
  await stop();
  return outcome;
}

/** Rejects when the signal aborts. */
async function untilAnswering(
  origin: string,
  { fetch, clock, signal }: Pick<CaldavStarting, 'fetch' | 'clock' | 'signal'>,
): Promise<'answers' | 'silent'> {
  const deadline = clock.now().getTime() + START_MS;
  while (clock.now().getTime() < deadline) {
    const isThere = await fetch(origin, { method: 'OPTIONS', signal }).then(
      async ({ headers, body }) => {
        await body?.cancel();
        // Who took the port meanwhile is seldom a CalDAV server (RFC 4791 section 5.1).
        return headers.get('dav')?.includes('calendar-access') === true;
      },
      () => false,
    );
    if (isThere) return 'answers';
    await clock.sleep(TRY_EVERY_MS, signal);
  }
  return 'silent';
}

async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new TypeError('There is no free port.');
  return address.port;
}

/** What it keeps is thrown away with it, so that it need not wind up. */
async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { quietPort } from './quiet-port.ts';
import { realFetch } from './real-fetch.ts';

export type CaldavServerName = 'Radicale' | 'Xandikos';

export const USERNAME = 'tess';
export const PASSWORD = 'correct horse, battery: stäple';

/** A real CalDAV server on a free port of this computer, with a folder of its own. */
export interface CaldavServer {
  readonly name: CaldavServerName;
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  /** Path in which the person's calendars are, with a slash at its end. */
  readonly home: string;
  /** Where the server keeps them. */
  readonly folder: string;
  stop(): Promise<void>;
}

/** It is there within two on a machine that has nothing else to do; one that ends is not waited for. */
const START_SECONDS = 150;

interface Program {
  readonly command: string;
  readonly home: string;
  /** Prepares the folder and answers with the arguments. */
  readonly prepare: (folder: string, port: number) => readonly string[];
}

const PROGRAMS: Readonly<Record<CaldavServerName, Program>> = {
  Radicale: {
    command: 'radicale',
    home: `/${USERNAME}/`,
    prepare(folder, port) {
      const users = join(folder, 'users');
      writeFileSync(users, `${USERNAME}:${PASSWORD}\n`);
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
  Xandikos: {
    command: 'xandikos',
    home: `/${USERNAME}/calendars/`,
    prepare(folder, port) {
      const root = join(folder, 'collections');
      mkdirSync(root);
      return [
        ...['-d', root, '-l', '127.0.0.1', '-p', String(port)],
        ...['--current-user-principal', `/${USERNAME}/`, '--autocreate', '--defaults'],
      ];
    },
  },
};

/** Starts a server. It fails where the program is not installed: `scripts/system-packages.mjs` installs it. */
export async function startCaldavServer(name: CaldavServerName): Promise<CaldavServer> {
  const { command, home, prepare } = PROGRAMS[name];
  const folder = mkdtempSync(join(tmpdir(), `calendar-sync-${command}-`));
  const port = await quietPort();
  const said: string[] = [];
  const child = spawn(command, prepare(folder, port), { stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => said.push(String(data)));
  const origin = `http://127.0.0.1:${port}`;
  const server: CaldavServer = {
    name,
    origin,
    home,
    folder,
    async stop() {
      await end(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  try {
    await Promise.race([untilAnswering(origin), untilEnded(child)]);
  } catch (cause) {
    await server.stop();
    throw new Error(`${name} could not be started. ${said.join('')}`, { cause });
  }
  return server;
}

async function untilAnswering(origin: string): Promise<void> {
  const deadline = Date.now() + START_SECONDS * 1000;
  for (;;) {
    try {
      const answer = await realFetch(origin, { method: 'OPTIONS' });
      await answer.text();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await wait(50);
    }
  }
}

async function untilEnded(child: ChildProcess): Promise<never> {
  const [code] = await Promise.race([
    once(child, 'exit'),
    once(child, 'error').then(([error]) => Promise.reject(error)),
  ]);
  throw new Error(`It ended with ${code}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

/** Puts events of an hour, one every hour and a half, into a calendar of Radicale's by its files, which is quick. */
export async function fillRadicale(
  { folder }: CaldavServer,
  calendar: { readonly url: string },
  count: number,
  from: string,
): Promise<void> {
  const path = join(folder, 'collections', 'collection-root', new URL(calendar.url).pathname);
  const stampOf = (time: number): string =>
    `${new Date(time).toISOString().replace(/[-:]/g, '').slice(0, 15)}Z`;
  for (let index = 0; index < count; index += 1) {
    const start = Date.parse(from) + index * 90 * 60_000;
    const text = [
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'PRODID:-//Example//Example//EN',
      'BEGIN:VEVENT',
      `UID:many-${index}@example.com`,
      'DTSTAMP:20261101T000000Z',
      `DTSTART:${stampOf(start)}`,
      `DTEND:${stampOf(start + 3_600_000)}`,
      `SUMMARY:Appointment ${index}`,
      `DESCRIPTION:Bring what was asked for\\, number ${index}`,
      'LOCATION:12 Mill Lane',
      'END:VEVENT',
      'END:VCALENDAR',
      '',
    ].join('\r\n');
    await writeFile(join(path, `many-${index}.ics`), text);
  }
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PASSWORD, USERNAME } from '../support/caldav-server.ts';

/** vdirsyncer (Debian's package), which keeps a folder and a calendar in step. */
export interface Vdirsyncer {
  /** Forgets everything, so that the next sync is the first. */
  reset(): Promise<void>;
  sync(): Promise<void>;
  /** How many events it has in its folder. */
  count(): number;
}

/** Null where it is not installed. */
export async function vdirsyncer(folder: string, calendarUrl: string): Promise<Vdirsyncer | null> {
  const config = join(folder, 'config');
  const [status, events] = [join(folder, 'status'), join(folder, 'events')];
  writeFileSync(
    config,
    [
      `[general]\nstatus_path = ${JSON.stringify(status)}`,
      '[pair work]\na = "folder"\nb = "server"\ncollections = null',
      `[storage folder]\ntype = "filesystem"\npath = ${JSON.stringify(events)}\nfileext = ".ics"`,
      `[storage server]\ntype = "caldav"\nurl = ${JSON.stringify(calendarUrl)}`,
      `username = ${JSON.stringify(USERNAME)}\npassword = ${JSON.stringify(PASSWORD)}\n`,
    ].join('\n'),
  );

  async function run(...command: readonly string[]): Promise<boolean> {
    const child = spawn('vdirsyncer', ['--config', config, ...command], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const said: string[] = [];
    child.stderr.on('data', (data) => said.push(String(data)));
    const end = once(child, 'close');
    const failed = once(child, 'error').then(() => null);
    const code = await Promise.race([end.then(([exitCode]) => exitCode as number), failed]);
    if (code === null) return false;
    if (code !== 0) throw new Error(`vdirsyncer ${command.join(' ')} ended with ${code}: ${said.join('')}`);
    return true;
  }

  if (!(await run('--version'))) return null;
  return {
    async reset() {
      for (const path of [status, events]) {
        rmSync(path, { recursive: true, force: true });
        mkdirSync(path);
      }
      await run('discover', 'work');
    },
    async sync() {
      await run('sync', 'work');
    },
    count: () => readdirSync(events).length,
  };
}

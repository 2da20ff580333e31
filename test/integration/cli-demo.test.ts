import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DemoDocument, ErrorDocument, SandboxDocument, StatusDocument } from './cli-documents.ts';
import { buildProgram, createMachine, type Machine, succeed } from './cli-harness.ts';

let machine: Machine;
let temporary: string;

beforeAll(() => buildProgram());
beforeEach(() => {
  machine = createMachine({ CALENDAR_ENCRYPTION_KEY: '', BOOKING_API_URL: 'https://bookings.invalid' });
  temporary = join(machine.environment.HOME ?? '', 'tmp');
  mkdirSync(temporary);
  machine.environment.TMPDIR = temporary;
});
afterEach(() => machine.dispose());

/** Neither profile nor data directory is left. */
const leftBehind = (): readonly string[] =>
  readdirSync(machine.environment.HOME ?? '').filter((name) => name !== 'tmp');

/** A folder for PATH with those of the programs that `scripts/system-packages.mjs` installs. */
function folderWith(...programs: readonly string[]): string {
  const folder = join(machine.environment.HOME ?? '', 'programs');
  mkdirSync(folder);
  for (const name of programs) symlinkSync(installed(name), join(folder, name));
  return folder;
}

function installed(program: string): string {
  const places = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, program));
  const found = places.find((place) => existsSync(place));
  if (found === undefined)
    throw new Error(`${program} is not installed: run node scripts/system-packages.mjs`);
  return found;
}

describe('demo --once', () => {
  it('shows two runs, of which the second has nothing to do, and what the sandbox says of them', async () => {
    const { code, stdout, stderr } = await machine.run('demo', '--once', '--json');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { ok, accounts, checks } = DemoDocument.parse(JSON.parse(stdout));
    expect(ok).toBe(true);
    expect(checks).toEqual({
      noDuplicates: true,
      everyBookingPresent: true,
      sameMeetingBlocksOnce: true,
      offeredSlotsRemovedByBusyBlocks: true,
      secondRunWroteNothing: true,
      noPrivateTitleSent: true,
      personalEventsUntouched: true,
    });
    expect(accounts.map(({ provider }) => provider)).toEqual(['google', 'ics', 'microsoft', 'caldav']);
    const [mapping] = accounts[0]?.mappings ?? [];
    expect(mapping).toMatchObject({
      exported: { created: 0, updated: 0, deleted: 0 },
      imported: { created: 0 },
    });
    expect(mapping?.exported.unchanged).toBeGreaterThan(20);
    expect(mapping?.imported.unchanged).toBeGreaterThan(20);
    const { exported } = accounts.at(-1)?.mappings[0] ?? {};
    expect(exported).toMatchObject({ created: 0, updated: 0, deleted: 0 });
    expect(exported?.unchanged).toBeGreaterThan(20);
  });

  it('works with Xandikos where there is no Radicale, on another port where the first is taken', async () => {
    const path = folderWith();
    // It ends as a server does whose port somebody else has got meanwhile.
    const once = `[ -e "$0.tried" ] || { : > "$0.tried"; exit 1; }; exec ${installed('xandikos')} "$@"`;
    writeFileSync(join(path, 'xandikos'), `#!/bin/sh\n${once}\n`, { mode: 0o755 });
    machine.environment.PATH = path;
    const { stdout } = await succeed(machine.run('demo', '--once'));
    expect(stdout).toMatch(/^First sync [\s\S]*Carys Morgan, CalDAV.*: \d+ added/m);
    expect(stdout).not.toContain('NO ');
  });

  it('does without CalDAV where no server is installed, and says so in one line', async () => {
    machine.environment.PATH = folderWith();
    const { stdout } = await succeed(machine.run('demo', '--once'));
    expect(stdout).toMatch(/^Left out +CalDAV, since neither radicale nor xandikos is installed$/m);
    expect(stdout.match(/CalDAV/g)).toHaveLength(1);
    expect(stdout).not.toContain('NO ');
    expect(readdirSync(temporary)).toEqual([]);
  });

  it('goes on without a CalDAV server that ends at once', async () => {
    const path = folderWith();
    writeFileSync(join(path, 'radicale'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    machine.environment.PATH = path;
    const { stdout } = await succeed(machine.run('demo', '--once'));
    expect(stdout).toContain('CalDAV, since radicale is installed, but could not be started');
  });

  it('tells it in words, and leaves nothing behind', async () => {
    const { stdout } = await succeed(machine.run('demo', '--once'));
    expect(stdout).toMatch(/^First sync .*\d+ added; \d+ busy times imported/m);
    expect(stdout).toContain('customers are no longer offered busy times');
    expect(stdout).not.toContain('NO ');
    expect(readdirSync(temporary)).toEqual([]);
    expect(leftBehind()).toEqual([]);
  });
});

describe('demo', () => {
  it.each([
    ['Ctrl-C', ['SIGINT']],
    // Whoever stops a group of processes reaches the program twice: itself, and by what passes signals on to it.
    ['its group is stopped', ['SIGTERM', 'SIGINT']],
  ] as const)('stays up until %s, then leaves nothing behind', async (_, signals) => {
    const running = machine.start('demo');
    const [, control = ''] = await running.waitFor('stdout', /^control: (\S+)$/m);
    const [, caldav = ''] = await running.waitFor('stdout', /^caldav: (\S+)/m);
    await running.waitFor('stdout', /Ctrl-C/);
    expect((await fetch(`${control}/requests`)).status).toBe(200);
    expect((await fetch(caldav, { method: 'PROPFIND' })).status).toBe(401);
    for (const signal of signals) running.process.kill(signal);
    expect(await running.end).toMatchObject({ code: 0, stderr: '' });
    await expect(fetch(caldav)).rejects.toThrow('fetch failed');
    expect(readdirSync(temporary)).toEqual([]);
    expect(leftBehind()).toEqual([]);
  });
});

describe('the screens of the demo', () => {
  it('open by the link that it prints, and show the company in step', async () => {
    const running = machine.start('demo');
    const [, link = ''] = await running.waitFor('stdout', /in a browser of this computer: (\S+)$/m);
    const { origin, hash } = new URL(link);
    const session = await fetch(`${origin}/session`, {
      method: 'POST',
      headers: { origin, 'content-type': 'application/json' },
      body: JSON.stringify({ token: hash.replace('#token=', '') }),
    });
    expect(session.status).toBe(204);
    const cookie = session.headers.get('set-cookie')?.split(';')[0] ?? '';
    const socket = new WebSocket(`${origin.replace('http', 'ws')}/rpc`, { headers: { cookie, origin } });
    const first = await new Promise((resolve) => {
      socket.addEventListener('message', ({ data }) => resolve(JSON.parse(String(data))), { once: true });
    });
    socket.close();
    expect(first).toMatchObject({
      event: 'snapshot',
      payload: { enrolled: true, technician: { name: 'Amira Khan' }, lastRun: { ok: true } },
    });
    running.process.kill('SIGTERM');
    expect((await running.end).code).toBe(0);
  });
});

describe('sandbox', () => {
  it('prints where it is and what points the program at it, until it is stopped', async () => {
    const running = machine.start('sandbox', '--json');
    await running.waitFor('stdout', /^\}$/m);
    const other = createMachine();
    try {
      const { stdout } = await Promise.race([
        running.end,
        running.waitFor('stdout', /^[\s\S]*\}$/m).then(([text]) => ({ stdout: text })),
      ]);
      const { urls, env } = SandboxDocument.parse(JSON.parse(stdout));
      expect(Object.keys(urls)).toEqual(expect.arrayContaining(['booking', 'google', 'microsoft', 'ics']));
      Object.assign(other.environment, env);
      expect(await other.json(StatusDocument, 'status')).toMatchObject({ enrolled: true });
      const sync = await other.run('sync');
      expect(sync).toMatchObject({ code: 4, stderr: expect.stringContaining('connect google') });
    } finally {
      await other.dispose();
    }
    running.process.kill('SIGTERM');
    expect((await running.end).code).toBe(0);
  });

  it('prints lines that a shell can read', async () => {
    const running = machine.start('sandbox');
    await running.waitFor(
      'stdout',
      /^export BOOKING_API_URL='http:\/\/127\.0\.0\.1:\d+\/booking\/api\/v1'$/m,
    );
    running.process.kill('SIGINT');
    expect((await running.end).code).toBe(0);
  });

  it('says so when its port is taken', async () => {
    const running = machine.start('sandbox');
    const [, port = ''] = await running.waitFor('stdout', /127\.0\.0\.1:(\d+)/);
    const { code, stdout } = await machine.run('sandbox', '--port', port, '--json');
    expect(code).toBe(1);
    expect(ErrorDocument.parse(JSON.parse(stdout)).error.message).toContain(`Port ${port}`);
  });
});

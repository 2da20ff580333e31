import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { METHODS, type Method } from '../../src/shared/rpc/contract.ts';
import { AccountDocument, listOf } from './cli-documents.ts';
import {
  addAppointment,
  addBooking,
  addTwoWay,
  buildProgram,
  companyEnvironment,
  createMachine,
  EMAIL,
  type Machine,
  resetCompany,
  startCompany,
  succeed,
  TECHNICIAN,
} from './cli-harness.ts';

/**
 * `security.md` 9 and 16: a real machine with canaries planted as secrets, titles and answers that mean it ill, and every
 * place where one could come out.
 */

let sandbox: Sandbox;
let machine: Machine;
let clientSecret: string;
/** What was written, said or shown, by where. */
const places = new Map<string, string>();
/** What commands printed. */
const printed = new Map<string, string>();

beforeAll(async () => {
  await buildProgram();
  sandbox = await startCompany();
  await useIt();
});
afterAll(async () => {
  await machine.dispose();
  await sandbox.close();
});

const KEY = randomBytes(32).toString('hex');
const BOOKING_TOKEN = 'bkt_canary-8c1f4b7e-never-to-be-seen';
/** Google's access and refresh tokens, as the sandbox makes them too. */
const GOOGLE_TOKEN = /ya29\.[\w.-]{8,}|1\/\/[\w-]{16,}/g;

/** Clears the screen, colours it, turns the rest around, and begins a line that scripts would follow. */
const HOSTILE = 'Boiler\u001b[2J\u009b31m\u202e\r\nopen: https://evil.example/';

/** A browser in the place of the system's: notes how it was started, and follows the sign-in as a person does. */
const BROWSER = `#!${process.execPath}
const { readFileSync, writeFileSync } = require('node:fs');
writeFileSync(process.env.HOME + '/browser.txt', readFileSync('/proc/self/cmdline') + '\\n' + JSON.stringify(process.env));
fetch(process.argv[2]).then((page) => page.text());
`;

/** Thrown where nobody catches it, in a program that has its tokens in memory. */
const FAULT = "process.on('SIGUSR2', () => { throw new RangeError('Out of order'); });";

const filesIn = (directory: string): readonly string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

/** Every message that a client of the agent gets: its first snapshot, and the answer of each method that only looks. */
async function framesOf(origin: string): Promise<readonly string[]> {
  const { secret } = JSON.parse(readFileSync(join(machine.dataDir, 'calendar-sync.agent.json'), 'utf8'));
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/rpc`, {
    headers: { authorization: `Bearer ${secret}` },
  } as never);
  const looking = (Object.keys(METHODS) as Method[]).filter(
    (method) => METHODS[method].input.safeParse({}).success,
  );
  const methods = looking.filter((method) => /\.(list|get|query|status|preview|show)$/.test(method));
  expect(methods.length).toBeGreaterThan(6);
  const frames: string[] = [];
  await new Promise((resolve, reject) => {
    socket.addEventListener('error', reject);
    socket.addEventListener('open', () => {
      for (const [id, method] of methods.entries()) socket.send(JSON.stringify({ id, method, input: {} }));
    });
    socket.addEventListener('message', ({ data }) => {
      frames.push(String(data));
      const answered = frames.filter((frame) => !frame.includes('"kind":"event"'));
      if (answered.length === methods.length) resolve(undefined);
    });
  });
  socket.close();
  return frames;
}

/** Enrols, signs in by a browser, syncs, fails, looks at everything and crashes. */
async function useIt(): Promise<void> {
  resetCompany(sandbox);
  sandbox.booking.devices.addToken({ technicianId: TECHNICIAN }, { token: BOOKING_TOKEN });
  machine = createMachine({
    ...companyEnvironment(sandbox),
    CALENDAR_ENCRYPTION_KEY: KEY,
    DEBUG: 'calendar:*',
  });
  clientSecret = machine.environment.GOOGLE_CLIENT_SECRET ?? 'none';
  const home = machine.environment.HOME ?? '';
  const programs = join(home, 'bin');
  mkdirSync(programs);
  writeFileSync(join(programs, 'xdg-open'), BROWSER);
  chmodSync(join(programs, 'xdg-open'), 0o755);
  machine.environment.PATH = `${programs}:${machine.environment.PATH}`;

  const note = (name: string, { stdout, stderr }: { stdout: string; stderr: string }): void => {
    places.set(name, `${stdout}${stderr}`);
    printed.set(name, `${stdout}${stderr}`);
  };
  note(
    'enrol',
    await succeed(machine.feed(BOOKING_TOKEN, 'enrol', '--url', sandbox.urls().booking, '--token-stdin')),
  );
  note('connect', await succeed(machine.run('connect', 'google')));
  places.set('the browser', readFileSync(join(home, 'browser.txt'), 'utf8'));
  expect(places.get('the browser')).toContain('code_challenge');
  const [account] = (await machine.json(listOf(AccountDocument), 'accounts')).items;
  await addTwoWay(machine, account?.id ?? '', EMAIL);
  const booking = addBooking(sandbox, 1, HOSTILE);
  addAppointment(sandbox, 2, HOSTILE);
  note('dry run', await succeed(machine.run('sync', '--dry-run')));

  const fault = join(home, 'fault.cjs');
  writeFileSync(fault, FAULT);
  machine.environment.NODE_OPTIONS = `--require=${fault}`;
  const agent = machine.start('serve', '--port', '0');
  const [, link = ''] = await agent.waitFor('stderr', /^ready: (\S+)$/m);
  delete machine.environment.NODE_OPTIONS;
  note('sync', await succeed(machine.run('sync')));
  // A failure that repeats what it was sent, and more.
  const detail = `You sent ${BOOKING_TOKEN}${HOSTILE}`;
  const problem = JSON.stringify({ title: 'No', status: 400, detail, code: 'no' });
  sandbox.faults.add({
    service: 'booking',
    times: 1_000,
    effect: { kind: 'status', status: 400, body: problem, when: 'before' },
  });
  note('failing sync', await machine.run('sync'));
  note('failing sync in JSON', await machine.run('sync', '--json'));
  note('status while it fails', await machine.run('status'));
  sandbox.faults.clear();
  sandbox.google.editEvent(EMAIL, sandbox.google.events(EMAIL)[0]?.id ?? '', { summary: HOSTILE });
  const zip = join(home, 'support.zip');
  note('diagnostics', await succeed(machine.run('diagnostics', zip)));
  for (const [name, bytes] of Object.entries(unzipSync(readFileSync(zip)))) {
    places.set(`${name} of the diagnostics`, Buffer.from(bytes).toString());
  }
  note('backup', await succeed(machine.run('backup', join(home, 'kept.sqlite'))));
  note('logs', await succeed(machine.run('logs')));
  note('logs in JSON', await succeed(machine.run('logs', '--json')));
  note('explain', await succeed(machine.run('explain', booking)));
  for (const [index, frame] of (await framesOf(new URL(link).origin)).entries())
    places.set(`frame ${index}`, frame);
  places.set('metrics', await (await fetch(new URL('/metrics', link))).text());
  places.set('arguments', readFileSync(`/proc/${agent.process.pid}/cmdline`, 'latin1'));
  expect(existsSync(join(machine.dataDir, 'calendar-sync.sqlite-wal'))).toBe(true);
  const own = [...filesIn(machine.dataDir), join(home, 'kept.sqlite')];
  for (const file of own) places.set(file, readFileSync(file, 'latin1'));
  // Nothing that was written is for anybody else (17).
  expect([...own, zip].filter((file) => (statSync(file).mode & 0o077) !== 0)).toEqual([]);

  agent.process.kill('SIGUSR2');
  const crashed = await agent.end;
  expect(crashed).toMatchObject({ code: 1, stderr: expect.stringContaining('RangeError: Out of order') });
  note('the agent, with its crash', crashed);
}

it('no token is in the database, logs, RPC, diagnostics, output, crash, arguments, or a started browser', () => {
  const found = [...places].flatMap(([place, text]) =>
    [
      KEY,
      Buffer.from(KEY, 'hex').toString('base64'),
      BOOKING_TOKEN,
      clientSecret,
      ...(text.match(GOOGLE_TOKEN) ?? []),
    ]
      .filter((secret) => text.includes(secret))
      .map((secret) => `${place}: ${secret}`),
  );
  expect(found).toEqual([]);
  // The search does find what is there.
  expect(places.get('frame 0')).toContain(TECHNICIAN);
  expect(places.get('the agent, with its crash')).toContain('calendar:http');
});

it('what other people and servers wrote neither commands the terminal nor speaks in our name', () => {
  expect(printed.get('dry run')).toContain('Boiler');
  expect(printed.get('failing sync')).toContain('Boiler');
  for (const [name, text] of printed) {
    // Save for ends of lines and the tabs of a stack.
    expect.soft([name, text.match(/[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069]/u)]).toEqual([name, null]);
    expect.soft([name, text.match(/^open: https:.*/m)]).toEqual([name, null]);
  }
});

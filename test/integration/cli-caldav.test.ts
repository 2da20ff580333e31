import { once } from 'node:events';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { type CaldavCalendar, makeCalendar } from '../support/caldav-calendar.ts';
import { type CaldavServer, PASSWORD, startCaldavServer, USERNAME } from '../support/caldav-server.ts';
import {
  CalendarDocument,
  ConnectDocument,
  ErrorDocument,
  listOf,
  MappingDocument,
  StatusDocument,
  SyncDocument,
} from './cli-documents.ts';
import {
  addBooking,
  buildProgram,
  companyEnvironment,
  createMachine,
  enrol,
  type Machine,
  resetCompany,
  startCompany,
  succeed,
} from './cli-harness.ts';

let sandbox: Sandbox;
let radicale: CaldavServer;
let machine: Machine;
/** All that the program has said, and all that it was started with. */
let said: string[];

beforeAll(async () => {
  await buildProgram();
  [sandbox, radicale] = await Promise.all([startCompany(), startCaldavServer('Radicale')]);
});
afterAll(async () => {
  await radicale.stop();
  await sandbox.close();
});
beforeEach(async () => {
  resetCompany(sandbox);
  machine = createMachine({ ...companyEnvironment(sandbox), DEBUG: 'calendar:*' });
  await enrol(machine, sandbox);
  said = [];
});
afterEach(() => machine.dispose());

async function run(input: string, ...args: readonly string[]) {
  const outcome = await machine.feed(input, ...args);
  said.push(args.join(' '), outcome.stdout, outcome.stderr);
  return outcome;
}
const connect = (url: string, password = PASSWORD) =>
  run(
    `${password}\n`,
    'connect',
    'caldav',
    '--url',
    url,
    '--username',
    USERNAME,
    '--password-stdin',
    '--json',
  );

async function json<T>(schema: { parse(value: unknown): T }, ...args: readonly string[]): Promise<T> {
  const { stdout } = await run('', ...args, '--json');
  return schema.parse(JSON.parse(stdout));
}

async function connected(password = PASSWORD): Promise<string> {
  const { code, stdout, stderr } = await connect(radicale.origin, password);
  expect(code, stderr).toBe(0);
  return ConnectDocument.parse(JSON.parse(stdout)).accountId;
}

async function map(accountId: string, { url }: CaldavCalendar): Promise<string> {
  const options = ['--account', accountId, '--calendar', url, '--direction', 'two-way'];
  return (await json(MappingDocument, 'mappings', 'add', ...options)).id;
}

/** What is on disk, whatever the file. */
function stored(folder = machine.dataDir): string {
  return readdirSync(folder)
    .map((name) => join(folder, name))
    .map((path) => (statSync(path).isDirectory() ? stored(path) : readFileSync(path, 'latin1')))
    .join('\n');
}

function expectNoTraceOf(password: string): void {
  const forms = [password, Buffer.from(password).toString('latin1')];
  const basic = Buffer.from(`${USERNAME}:${password}`).toString('base64');
  for (const form of [...forms, basic, encodeURIComponent(password)]) {
    expect(said.join('\n')).not.toContain(form);
    expect(stored()).not.toContain(form);
  }
}

/** A server on a port of this computer. */
async function served(answer: RequestListener): Promise<{ origin: string; server: Server; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.authorization ?? 'nobody'}`);
    answer(request, response);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server, asked };
}

describe('connect caldav', () => {
  it('signs in, lists calendars, syncs, and shows the password nowhere', async () => {
    const calendar = await makeCalendar(radicale);
    const { code, stdout } = await connect(radicale.origin);
    expect(code).toBe(0);
    const { accountId, ...rest } = ConnectDocument.parse(JSON.parse(stdout));
    expect(rest).toEqual({ provider: 'caldav', email: 'tess@127.0.0.1' });
    const { items } = await json(listOf(CalendarDocument), 'calendars', '--account', accountId);
    expect(items).toMatchObject([{ id: calendar.url, name: 'Tess' }]);
    await map(accountId, calendar);
    addBooking(sandbox, 2);
    const created = { mappings: [{ exported: { created: 1 } }] };
    expect((await json(SyncDocument, 'sync')).accounts).toMatchObject([created]);
    expect(await calendar.names()).toHaveLength(1);
    for (const command of ['accounts', 'status', 'logs', 'doctor']) await run('', command);
    await run('', 'diagnostics', join(machine.dataDir, 'diagnostics.zip'));
    await run('', 'backup', join(machine.dataDir, 'backup.sqlite'));
    expectNoTraceOf(PASSWORD);
    await succeed(run('', 'accounts', 'remove', accountId, '--delete-events'));
    expect(await calendar.names()).toEqual([]);
  });

  it('takes a new password for the account that is there, and keeps its mappings', async () => {
    const calendar = await makeCalendar(radicale);
    const accountId = await connected();
    const mappingId = await map(accountId, calendar);
    addBooking(sandbox, 2);
    await json(SyncDocument, 'sync');
    const users = join(radicale.folder, 'users');
    const fresh = 'canary: another pässword';
    writeFileSync(users, `${USERNAME}:${fresh}\n`);
    try {
      const refused = await json(SyncDocument, 'sync');
      expect(refused.accounts).toMatchObject([{ ok: false, error: { code: 'AUTH_EXPIRED' } }]);
      expect((await json(StatusDocument, 'status')).accounts).toMatchObject([{ state: 'needs-sign-in' }]);
      expect(await connected(fresh)).toBe(accountId);
      const { items } = await json(listOf(MappingDocument), 'mappings');
      expect(items.map(({ id }) => id)).toEqual([mappingId]);
      const unchanged = { ok: true, mappings: [{ exported: { created: 0, unchanged: 1 } }] };
      expect((await json(SyncDocument, 'sync')).accounts).toMatchObject([unchanged]);
      expectNoTraceOf(fresh);
    } finally {
      writeFileSync(users, `${USERNAME}:${PASSWORD}\n`);
    }
  });

  it('does not hand the password on to where a server sends it', async () => {
    const other = await served((_, response) => response.writeHead(207).end());
    const first = await served((_, response) => {
      response.writeHead(301, { location: `${other.origin}/dav/` }).end();
    });
    const { code, stdout } = await connect(first.origin);
    first.server.close();
    other.server.close();
    expect(code).toBe(1);
    const { error } = ErrorDocument.parse(JSON.parse(stdout));
    expect(error).toMatchObject({
      code: 'PERMISSION_DENIED',
      message: expect.stringContaining(other.origin),
    });
    expect(other.asked).toEqual([]);
    expectNoTraceOf(PASSWORD);
  });

  it.each<
    [string, () => Promise<{ url: string; server?: Server; password?: string }>, number, string, RegExp]
  >([
    [
      'a wrong password',
      async () => ({ url: radicale.origin, password: 'wrong' }),
      1,
      'AUTH_EXPIRED',
      /does not accept this user name and password/,
    ],
    [
      'a server that is none',
      async () => {
        const { origin, server } = await served((_, response) => {
          response.writeHead(200, { 'content-type': 'text/html' }).end('<html>It works!</html>');
        });
        return { url: origin, server };
      },
      1,
      'PROVIDER_ERROR',
      /no CalDAV calendar service at 127\.0\.0\.1:\d+/,
    ],
    [
      'plain http from elsewhere',
      async () => ({ url: 'http://dav.example.com/' }),
      2,
      'INVALID_INPUT',
      /https/,
    ],
    ['an address that is none', async () => ({ url: 'https://' }), 2, 'INVALID_INPUT', /address/],
    ['no password', async () => ({ url: radicale.origin, password: '' }), 2, 'INVALID_INPUT', /empty/],
  ])('refuses %s and keeps nothing of it', async (_, prepare, exitCode, expected, says) => {
    const { url, server, password } = await prepare();
    const { code, stdout } = await connect(url, password);
    server?.close();
    const { error } = ErrorDocument.parse(JSON.parse(stdout));
    expect({ code, error: error.code }).toEqual({ code: exitCode, error: expected });
    expect(error.message).toMatch(says);
    expect((await json(StatusDocument, 'status')).accounts).toEqual([]);
    expectNoTraceOf(PASSWORD);
  });
});

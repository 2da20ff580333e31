import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import {
  CalendarDocument,
  ConnectDocument,
  ErrorDocument,
  LogDocument,
  listOf,
  MappingDocument,
  StatusDocument,
  SyncDocument,
} from './cli-documents.ts';
import {
  at,
  buildProgram,
  companyEnvironment,
  createMachine,
  enrol,
  type Machine,
  resetCompany,
  startCompany,
  succeed,
  TECHNICIAN,
} from './cli-harness.ts';

const FEED = 'rota';

let sandbox: Sandbox;
let machine: Machine;

beforeAll(async () => {
  await buildProgram();
  sandbox = await startCompany();
});
afterAll(() => sandbox.close());
beforeEach(async () => {
  resetCompany(sandbox);
  sandbox.ics.addFeed({ id: FEED, name: 'Rota', token: 'canary-token' });
  for (const day of [2, 3]) {
    sandbox.ics.addEvent(FEED, {
      summary: `Training ${day}`,
      start: { dateTime: at(day).replace('.000', '') },
      end: { dateTime: at(day, 1).replace('.000', '') },
    });
  }
  machine = createMachine(companyEnvironment(sandbox));
  await enrol(machine, sandbox);
});
afterEach(() => machine.dispose());

const url = (): string => sandbox.feedUrl(FEED);
const connect = (...options: readonly string[]) =>
  machine.json(ConnectDocument, 'connect', 'ics', '--url', url(), ...options);

async function add(accountId: string, direction: string) {
  const { items } = await machine.json(listOf(CalendarDocument), 'calendars', '--account', accountId);
  const calendar = ['--calendar', items[0]?.id ?? '', '--direction', direction];
  return machine.run('mappings', 'add', '--account', accountId, ...calendar, '--json');
}
const starts = () => sandbox.booking.blocks.all(TECHNICIAN).map(({ start }) => start);

describe('connect ics', () => {
  it('subscribes, imports, and shows neither address nor token anywhere', async () => {
    const connected = await connect();
    expect(connected).toMatchObject({ provider: 'ics', email: 'Rota (127.0.0.1)' });
    const added = await add(connected.accountId, 'import');
    expect(MappingDocument.parse(JSON.parse(added.stdout))).toMatchObject({ direction: 'import' });
    const sync = await machine.json(SyncDocument, 'sync');
    expect(sync.accounts).toMatchObject([{ provider: 'ics', mappings: [{ imported: { created: 2 } }] }]);
    expect(starts().sort()).toEqual([at(2), at(3)]);
    expect((await machine.json(SyncDocument, 'sync')).accounts).toMatchObject([
      { mappings: [{ imported: { created: 0, unchanged: 2 } }] },
    ]);
    machine.environment.DEBUG = 'calendar:*';
    for (const command of ['accounts', 'mappings', 'status', 'logs', 'sync']) {
      const { stdout, stderr } = await succeed(machine.run(command));
      expect(stdout + stderr).not.toContain('canary-token');
    }
  });

  it('says in words what it found and what comes next', async () => {
    const { stdout } = await succeed(machine.run('connect', 'ics', '--url', url(), '--name', 'My rota'));
    expect(stdout).toContain('Subscribed to My rota (127.0.0.1): 2 events.');
    expect(stdout).toMatch(/mappings add --account acc_\S+ --calendar feed_\S+ --direction import/);
  });

  it('takes a file, too', async () => {
    const file = join(machine.environment.HOME ?? '', 'my jobs.ics');
    writeFileSync(file, sandbox.ics.text(FEED));
    const { accountId } = await machine.json(
      ConnectDocument,
      ...['connect', 'ics', '--url', pathToFileURL(file).href],
    );
    expect((await add(accountId, 'import')).code).toBe(0);
    await machine.json(SyncDocument, 'sync');
    expect(starts()).toHaveLength(2);
  });

  it.each(['export', 'two-way'])('refuses to write to it: %s', async (direction) => {
    const { accountId } = await connect();
    const { code, stdout } = await add(accountId, direction);
    expect(code).toBe(1);
    expect(ErrorDocument.parse(JSON.parse(stdout)).error).toMatchObject({
      code: 'PERMISSION_DENIED',
      message: expect.stringContaining('can only be read'),
    });
  });

  it.each<[string, readonly string[], number, RegExp]>([
    ['without an address', [], 2, /--url/],
    ['an address that is none', ['--url', 'calendar.ics'], 2, /not a web address/],
    ['another protocol', ['--url', 'ftp://example.com/a.ics'], 2, /begins with ftp:/],
    [
      'a zone that is none',
      ['--url', 'https://127.0.0.1/a.ics', '--time-zone', 'Mars'],
      2,
      /Mars is no time zone/,
    ],
    ['plain http from elsewhere', ['--url', 'http://example.com/a.ics'], 1, /--allow-plain-http/],
    ['a private network', ['--url', 'https://10.1.2.3/a.ics'], 1, /--allow-private-network/],
  ])('refuses %s in one sentence', async (_, options, exitCode, says) => {
    const { code, stdout, stderr } = await machine.run('connect', 'ics', ...options);
    expect({ code, stdout }).toEqual({ code: exitCode, stdout: '' });
    expect(stderr).toMatch(says);
    expect((await machine.json(StatusDocument, 'status')).accounts).toEqual([]);
  });
});

describe('a feed that goes wrong', () => {
  it('fails the sync, deletes nothing, and is named in output, status and log', async () => {
    const { accountId } = await connect();
    await add(accountId, 'import');
    await machine.json(SyncDocument, 'sync');
    sandbox.ics.replaceText(FEED, '<!DOCTYPE html><html><body>Sign in</body></html>');
    const { code, stdout } = await machine.run('sync');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^ICS feed Rota \(127\.0\.0\.1\): failed\. .*web page instead of a calendar/);
    expect(starts()).toHaveLength(2);
    expect(await machine.json(StatusDocument, 'status')).toMatchObject({
      state: 'error',
      accounts: [{ state: 'error', error: { message: expect.stringContaining('web page') } }],
    });
    const logs = await machine.json(LogDocument, 'logs', '--status', 'error', '--provider', 'ics');
    expect(logs.items).toMatchObject([{ message: expect.stringContaining('web page') }]);
    const removal = await succeed(machine.run('accounts', 'remove', accountId, '--delete-events'));
    expect(removal.stdout).toContain('2 of its events and busy blocks were removed');
    expect(starts()).toEqual([]);
  });
});

import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bundleEntry } from '../../scripts/headless-bundle.mjs';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { AccountDocument, ErrorDocument, listOf, MappingDocument, StatusDocument } from './cli-documents.ts';
import {
  addAppointment,
  addBooking,
  buildProgram,
  companyEnvironment,
  createMachine,
  EMAIL,
  type Machine,
  resetCompany,
  setUp,
  signIn,
  startCompany,
  succeed,
  TECHNICIAN,
} from './cli-harness.ts';

/** Whose files are nobody's, as systems number them. */
const NOBODY = 65_534;

let sandbox: Sandbox;
let machine: Machine;

beforeAll(async () => {
  await buildProgram();
  sandbox = await startCompany();
});
afterAll(() => sandbox.close());
beforeEach(() => {
  resetCompany(sandbox);
  machine = createMachine(companyEnvironment(sandbox));
});
afterEach(() => machine.dispose());

const database = (): string => join(machine.dataDir, 'calendar-sync.sqlite');
const writes = (): readonly unknown[] =>
  sandbox.faults.journal.entries().filter(({ method, url }) => method !== 'GET' && !url.endsWith('/token'));

describe('backup and restore', () => {
  it('bring back what was known; the next sync adopts what is there and writes nothing', async () => {
    const { accountId, mappingId } = await setUp(machine, sandbox);
    addBooking(sandbox, 1);
    addAppointment(sandbox, 2);
    await succeed(machine.run('sync'));
    const file = join(machine.environment.HOME ?? '', 'kept.sqlite');
    expect(JSON.parse((await succeed(machine.run('backup', file, '--json'))).stdout)).toEqual({ file });
    expect(statSync(file).mode & 0o777).toBe(0o600);

    await succeed(machine.run('mappings', 'remove', mappingId));
    const { stdout } = await succeed(machine.run('restore', file));
    expect(stdout).toContain('1 account and 1 mapping');
    expect((await machine.json(listOf(MappingDocument), 'mappings')).items).toMatchObject([
      { mappingId, accountId },
    ]);

    sandbox.faults.journal.clear();
    await succeed(machine.run('sync'));
    expect(writes()).toEqual([]);
  });

  it('on another machine says who has to sign in again', async () => {
    await setUp(machine, sandbox);
    const file = join(machine.environment.HOME ?? '', 'kept.sqlite');
    await succeed(machine.run('backup', file));
    const other = createMachine(companyEnvironment(sandbox));
    try {
      const { stdout } = await succeed(other.run('restore', file));
      expect(stdout).toContain(`${EMAIL} needs you to sign in again`);
      expect((await other.json(listOf(AccountDocument), 'accounts')).items).toMatchObject([
        { state: 'needs-sign-in' },
      ]);
    } finally {
      await other.dispose();
    }
  });

  it('refuse what is no backup, and change nothing', async () => {
    const { mappingId } = await setUp(machine, sandbox);
    const file = join(machine.environment.HOME ?? '', 'holiday.jpg');
    writeFileSync(file, 'not a database');
    const { code, stdout } = await machine.run('restore', file, '--json');
    expect(code).toBe(1);
    expect(ErrorDocument.parse(JSON.parse(stdout)).error.code).toBe('INVALID_INPUT');
    expect((await machine.json(listOf(MappingDocument), 'mappings')).items).toMatchObject([{ mappingId }]);
    expect((await machine.json(ErrorDocument, 'restore', `${file}.gone`)).error.code).toBe('NOT_FOUND');
  });

  it('refuse to write the backup over the database itself', async () => {
    await setUp(machine, sandbox);
    const { code, stderr } = await machine.run('backup', database());
    expect(code).toBe(2);
    expect(stderr).toContain('database itself');
    expect(await machine.json(StatusDocument, 'status')).toMatchObject({ enrolled: true });
  });
});

describe('reset', () => {
  it('forgets everything after a backup, and leaves calendars and bookings alone', async () => {
    await setUp(machine, sandbox);
    addBooking(sandbox, 1);
    addAppointment(sandbox, 2);
    await succeed(machine.run('sync'));
    const { stdout } = await succeed(machine.run('reset', '--json'));
    const { backup } = JSON.parse(stdout) as { backup: string };
    expect(statSync(backup).isFile()).toBe(true);
    expect(await machine.json(StatusDocument, 'status')).toMatchObject({
      ...{ enrolled: false, accounts: [], mappings: [], lastRun: null },
    });
    expect(sandbox.google.events(EMAIL)).toHaveLength(2);
    expect(sandbox.booking.blocks.all(TECHNICIAN)).toHaveLength(1);
  });

  it('keeps enrolment and accounts when asked to', async () => {
    const { accountId } = await setUp(machine, sandbox);
    const { stdout } = await succeed(machine.run('reset', '--keep-accounts'));
    expect(stdout).toContain('A backup is in');
    expect(await machine.json(StatusDocument, 'status')).toMatchObject({
      ...{ enrolled: true, accounts: [{ id: accountId }], mappings: [] },
    });
  });
});

describe('a database that cannot be used', () => {
  const COMMANDS: readonly (readonly string[])[] = [
    ['status'],
    ['sync'],
    ['connect', 'google', '--no-browser'],
    ['enrol', '--url', 'https://bookings.invalid', '--code', 'A'],
    ['calendars', '--account', 'a'],
    ['backup', 'never.sqlite'],
    ['reset'],
  ];

  beforeEach(() => setUp(machine, sandbox));

  it('because it is damaged ends every command with 1 before anything else, and is left as it is', async () => {
    writeFileSync(database(), 'x'.repeat(100_000));
    for (const suffix of ['-wal', '-shm']) writeFileSync(database() + suffix, '');
    sandbox.faults.journal.clear();
    for (const command of COMMANDS) {
      const { code, stdout } = await machine.run(...command, '--json');
      expect.soft({ command, code }).toEqual({ command, code: 1 });
      const { error } = ErrorDocument.parse(JSON.parse(stdout));
      expect.soft(error).toMatchObject({
        code: 'INTERNAL',
        message: expect.stringContaining('calendar-sync restore'),
      });
    }
    expect(sandbox.faults.journal.entries()).toEqual([]);
    expect(readFileSync(database(), 'utf8')).toBe('x'.repeat(100_000));
  });

  it('because it is newer ends every command with 1', async () => {
    const db = new BetterSqlite3(database());
    db.pragma('user_version = 999');
    db.close();
    for (const command of COMMANDS) {
      const { code, stdout } = await machine.run(...command, '--json');
      expect.soft({ command, code }).toEqual({ command, code: 1 });
      const { error } = ErrorDocument.parse(JSON.parse(stdout));
      expect
        .soft(error)
        .toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('newer version') });
    }
  });

  it('is replaced by restore', async () => {
    const file = join(machine.environment.HOME ?? '', 'kept.sqlite');
    await succeed(machine.run('backup', file));
    writeFileSync(database(), 'x'.repeat(100_000));
    await succeed(machine.run('restore', file));
    expect((await machine.json(listOf(MappingDocument), 'mappings')).items).toHaveLength(1);
  });
});

describe('the data directory', () => {
  const modes = (directory: string): readonly string[] =>
    readdirSync(directory, { recursive: true, withFileTypes: true }).flatMap((entry) => {
      const { mode } = statSync(join(entry.parentPath, entry.name));
      return (mode & 0o077) === 0 ? [] : [entry.name];
    });

  it('and everything in it is for its user alone', async () => {
    await setUp(machine, sandbox);
    await succeed(machine.run('sync'));
    await succeed(machine.run('reset'));
    expect(statSync(machine.dataDir).mode & 0o777).toBe(0o700);
    expect(modes(machine.dataDir)).toEqual([]);
  });

  it('is closed where it stood open', async () => {
    mkdirSync(machine.dataDir);
    chmodSync(machine.dataDir, 0o755);
    await succeed(machine.run('status'));
    expect(statSync(machine.dataDir).mode & 0o777).toBe(0o700);
  });

  it('is what --data-dir says, else the variable, else the place that the system has', async () => {
    const home = machine.environment.HOME ?? '';
    await succeed(machine.run('status', '--data-dir', join(home, 'chosen')));
    expect(readdirSync(home)).toEqual(['chosen']);
    await succeed(machine.run('status'));
    expect(readdirSync(home).sort()).toEqual(['chosen', 'data']);
    delete machine.environment.CALENDAR_SYNC_DATA_DIR;
    await succeed(machine.run('status'));
    expect(readdirSync(join(home, 'share'))).toEqual(['calendar-sync']);
  });

  it.skipIf(process.platform === 'win32').each([
    ['backup', 'backup.sqlite', 'The backup'],
    ['settings', 'settings.json', 'The settings'],
  ])('of somebody who may not read the %s says so', async (_, name, said) => {
    const directory = mkdtempSync(join(tmpdir(), 'calendar-sync-forbidden-'));
    const file = join(directory, name);
    writeFileSync(file, '{}', { mode: 0 });
    const isRoot = process.getuid?.() === 0;
    if (isRoot) chownSync(directory, NOBODY, NOBODY);
    const { PATH, CALENDAR_ENCRYPTION_KEY } = machine.environment;
    const args =
      name === 'settings.json' ? ['connect', 'ics', '--url', 'https://localhost:1/'] : ['restore', file];
    const { status, stderr } = spawnSync(process.execPath, [bundleEntry, ...args, '--data-dir', directory], {
      encoding: 'utf8',
      env: { PATH, CALENDAR_ENCRYPTION_KEY },
      ...(isRoot && { uid: NOBODY, gid: NOBODY }),
    });
    rmSync(directory, { recursive: true });
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringContaining(`${said} ${file} may not be read.`),
    });
  });

  it('that cannot be used is named in one sentence', async () => {
    const file = join(machine.environment.HOME ?? '', 'file');
    writeFileSync(file, '');
    for (const args of [['status'], ['sync'], ['restore', 'x']]) {
      const { code, stdout, stderr } = await machine.run(...args, '--data-dir', join(file, 'data'));
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toBe(
        `The data directory ${join(file, 'data')} cannot be used. Check its permissions, or choose another with --data-dir.\n`,
      );
    }
  });

  it('holds no secret in plain text after everything was used', async () => {
    await setUp(machine, sandbox);
    addBooking(sandbox, 1);
    await succeed(machine.run('sync'));
    await signIn(machine);
    const text = readdirSync(machine.dataDir)
      .map((name) => readFileSync(join(machine.dataDir, name), 'latin1'))
      .join('');
    for (const secret of [/ya29\.[\w-]{8}/, /1\/\/0[\w-]{8}/, /bkt_[\w-]{8}/])
      expect(text).not.toMatch(secret);
  });
});

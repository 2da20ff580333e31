import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import {
  AccountDocument,
  CalendarDocument,
  ErrorDocument,
  listOf,
  MappingDocument,
  StatusDocument,
} from './cli-documents.ts';
import {
  addAppointment,
  addBooking,
  buildProgram,
  CODE,
  companyEnvironment,
  createMachine,
  EMAIL,
  enrol,
  type Machine,
  resetCompany,
  SECOND_CALENDAR,
  setUp,
  signIn,
  startCompany,
  succeed,
  TECHNICIAN,
} from './cli-harness.ts';

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

const bookingUrl = (): string => sandbox.urls().booking;

describe('enrol', () => {
  it('with a code, as it was copied out of a message, tells who this device is for', async () => {
    const { stdout } = await succeed(machine.run('enrol', '--url', bookingUrl(), '--code', ` ${CODE}\n`));
    expect(stdout).toContain('Tess Technician');
    expect(await machine.json(StatusDocument, 'status')).toMatchObject({
      enrolled: true,
      technician: { id: TECHNICIAN },
      state: 'no-accounts',
    });
  });

  it('refuses a code that is wrong or used, with what to do', async () => {
    await enrol(machine, sandbox);
    const { code, stdout, stderr } = await machine.run('enrol', '--url', bookingUrl(), '--code', CODE);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    const { error } = await machine.json(ErrorDocument, 'enrol', '--url', bookingUrl(), '--code', 'WRONG');
    expect(error.code).toBe('PERMISSION_DENIED');
  });

  it('takes a token from standard input, never shows it, and never stores it plainly', async () => {
    const token = sandbox.booking.devices.addToken({ technicianId: TECHNICIAN });
    const args = ['enrol', '--url', bookingUrl(), '--token-stdin', '--json'];
    const { code, stdout, stderr } = await machine.feed(`${token}\n`, ...args);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ enrolled: true, technician: { id: TECHNICIAN } });
    expect(stdout + stderr).not.toContain(token);
  });

  it('asks for a token where standard input is empty', async () => {
    const { code, stderr } = await machine.feed(' \n', 'enrol', '--url', bookingUrl(), '--token-stdin');
    expect(code).toBe(2);
    expect(stderr).toContain('Standard input was empty');
  });

  it('refuses to store a token where there is neither keychain nor key, and spends no code', async () => {
    const bare = createMachine({ ...companyEnvironment(sandbox), CALENDAR_ENCRYPTION_KEY: '' });
    try {
      const { error } = await bare.json(ErrorDocument, 'enrol', '--url', bookingUrl(), '--code', CODE);
      expect(error).toMatchObject({
        code: 'PERMISSION_DENIED',
        message: expect.stringContaining('CALENDAR_ENCRYPTION_KEY'),
      });
      await enrol(machine, sandbox);
    } finally {
      await bare.dispose();
    }
  });
});

describe('connect google', () => {
  beforeEach(() => enrol(machine, sandbox));

  it('prints the sign-in address and, once the person has agreed, who it was', async () => {
    const { accountId, email } = await signIn(machine);
    expect(email).toBe(EMAIL);
    const { items } = await machine.json(listOf(AccountDocument), 'accounts');
    expect(items).toEqual([
      expect.objectContaining({ id: accountId, email: EMAIL, state: 'connected', error: null }),
    ]);
    const { accounts } = await machine.json(StatusDocument, 'status');
    expect(accounts).toEqual(items);
  });

  it('is the same account when the same person signs in again', async () => {
    const first = await signIn(machine);
    expect(await signIn(machine)).toEqual(first);
  });

  it('asks for reading only, and such an account cannot be written', async () => {
    const { accountId } = await signIn(machine, '--read-only');
    const add = ['mappings', 'add', '--account', accountId, '--calendar', EMAIL, '--direction'];
    const { error } = await machine.json(ErrorDocument, ...add, 'two-way');
    expect(error).toMatchObject({
      code: 'PERMISSION_DENIED',
      message: expect.stringContaining('--read-only'),
    });
    expect(await machine.json(MappingDocument, ...add, 'import')).toMatchObject({ direction: 'import' });
  });

  it('leaves the data directory to others while the person signs in', async () => {
    const connecting = machine.start('connect', 'google', '--no-browser');
    const [, url = ''] = await connecting.waitFor('stderr', /^open: (\S+)$/m);
    // It writes, and so would have to wait; nothing is connected yet.
    expect((await machine.run('sync')).code).toBe(4);
    await (await fetch(url)).text();
    expect((await connecting.end).code).toBe(0);
    expect((await machine.json(StatusDocument, 'status')).accounts).toHaveLength(1);
  });

  it('asks nobody to sign in where the sign-in could not be kept', async () => {
    const { CALENDAR_ENCRYPTION_KEY: _key, ...keyless } = machine.environment;
    const bare = createMachine(keyless);
    try {
      delete bare.environment.CALENDAR_ENCRYPTION_KEY;
      const { code, stdout, stderr } = await bare.run('connect', 'google', '--no-browser', '--json');
      expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
      expect(ErrorDocument.parse(JSON.parse(stdout)).error).toEqual({
        code: 'PERMISSION_DENIED',
        message: expect.stringContaining('CALENDAR_ENCRYPTION_KEY'),
      });
    } finally {
      await bare.dispose();
    }
  });

  it('says so when the person denies', async () => {
    const connecting = machine.start('connect', 'google', '--no-browser');
    const [, url = ''] = await connecting.waitFor('stderr', /^open: (\S+)$/m);
    const { searchParams } = new URL(url);
    const denied = new URL(searchParams.get('redirect_uri') ?? '');
    denied.searchParams.set('state', searchParams.get('state') ?? '');
    denied.searchParams.set('error', 'access_denied');
    await (await fetch(denied)).text();
    const { code, stdout } = await connecting.end;
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  });

  it('is cancelled by Ctrl-C, and listens no longer', async () => {
    const connecting = machine.start('connect', 'google', '--no-browser', '--json');
    const [, url = ''] = await connecting.waitFor('stderr', /^open: (\S+)$/m);
    connecting.process.kill('SIGINT');
    const { code, stdout } = await connecting.end;
    expect(code).toBe(1);
    expect(ErrorDocument.parse(JSON.parse(stdout)).error.code).toBe('PERMISSION_DENIED');
    await expect(fetch(new URL(url).searchParams.get('redirect_uri') ?? '')).rejects.toThrow('fetch failed');
  });

  it('opens the system browser', async () => {
    const browser = join(machine.environment.HOME ?? '', 'xdg-open');
    writeFileSync(browser, `#!${process.execPath}\nfetch(process.argv[2]).then((page) => page.text());\n`, {
      mode: 0o755,
    });
    machine.environment.PATH = dirname(browser);
    const { stdout, stderr } = await succeed(machine.run('connect', 'google'));
    expect(stdout).toContain(`Connected ${EMAIL}`);
    expect(stderr).toContain('Ctrl-C cancels');
    expect(stderr).not.toContain('open: ');
  });

  it('prints the address where there is no browser to start', async () => {
    machine.environment.PATH = machine.environment.HOME ?? '';
    const connecting = machine.start('connect', 'google');
    const [, url = ''] = await connecting.waitFor('stderr', /^open: (\S+)$/m);
    await (await fetch(url)).text();
    expect((await connecting.end).code).toBe(0);
  });

  it('names the variable that is missing', async () => {
    const bare = createMachine();
    try {
      const { error } = await bare.json(ErrorDocument, 'connect', 'google', '--no-browser');
      expect(error).toMatchObject({ message: expect.stringContaining('GOOGLE_CLIENT_ID') });
    } finally {
      await bare.dispose();
    }
  });
});

describe('calendars and mappings', () => {
  it('lists the calendars of an account by the id that a mapping takes', async () => {
    await enrol(machine, sandbox);
    const { accountId } = await signIn(machine);
    const { items } = await machine.json(listOf(CalendarDocument), 'calendars', '--account', accountId);
    expect(items.map(({ id }) => id)).toEqual([EMAIL, SECOND_CALENDAR]);
    const { stdout } = await succeed(machine.run('calendars', '--account', accountId));
    expect(stdout).toContain('Tess (main calendar)');
  });

  it('says which account there is not', async () => {
    const { error } = await machine.json(ErrorDocument, 'calendars', '--account', 'acc_none');
    expect(error).toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining('acc_none') });
  });

  it('adds a mapping for who is enrolled, busy-only unless told otherwise', async () => {
    const { mappingId, accountId } = await setUp(machine, sandbox);
    const { items } = await machine.json(listOf(MappingDocument), 'mappings');
    expect(items).toEqual([
      expect.objectContaining({
        ...{ id: mappingId, mappingId, accountId, calendarId: EMAIL },
        ...{ direction: 'two-way', visibility: 'busy-only', technicianId: TECHNICIAN, projectId: null },
        ...{ onDelete: 'restore', pastDays: 30, futureDays: 180, skip: [], skipTitle: null, enabled: true },
      }),
    ]);
    expect((await machine.json(StatusDocument, 'status')).mappings).toEqual(items);
    expect((await succeed(machine.run('mappings'))).stdout).toContain(mappingId);
  });

  it('takes every option when a mapping is added, and again when it is changed', async () => {
    const { mappingId } = await setUp(
      machine,
      sandbox,
      ...[
        '--visibility',
        'details',
        '--technician',
        'tech_9',
        '--project',
        'project_1',
        '--on-delete',
        'ask',
      ],
      ...[
        '--past-days',
        '0',
        '--future-days',
        '14',
        '--skip',
        'all-day,private',
        '--skip-title',
        '^gym',
        '--disable',
      ],
    );
    const added = (await machine.json(listOf(MappingDocument), 'mappings')).items[0];
    expect(added).toMatchObject({
      ...{ visibility: 'details', technicianId: 'tech_9', projectId: 'project_1', onDelete: 'ask' },
      ...{ pastDays: 0, futureDays: 14, skip: ['all-day', 'private'], skipTitle: '^gym', enabled: false },
    });

    const update = ['mappings', 'update', mappingId];
    expect(await machine.json(MappingDocument, ...update, '--visibility', 'busy-only', '--enable')).toEqual({
      ...added,
      visibility: 'busy-only',
      enabled: true,
    });
    expect(
      await machine.json(MappingDocument, ...update, '--project', '', '--skip', '', '--skip-title', ''),
    ).toMatchObject({ projectId: null, skip: [], skipTitle: null, futureDays: 14 });
  });

  it('refuses a second mapping that writes to the same calendar', async () => {
    const { accountId } = await setUp(machine, sandbox);
    const again = ['--account', accountId, '--calendar', EMAIL, '--direction', 'export'];
    const { error } = await machine.json(ErrorDocument, 'mappings', 'add', ...again);
    expect(error.code).toBe('CONFLICT');
  });

  it.each([['update', '--visibility', 'details'], ['remove'], ['resync']])(
    'mappings %s says which mapping there is not',
    async (command, ...options) => {
      const { code, stdout } = await machine.run('mappings', command, 'map_none', ...options, '--json');
      expect(code).toBe(1);
      expect(ErrorDocument.parse(JSON.parse(stdout)).error.code).toBe('NOT_FOUND');
    },
  );
});

describe('taking things away', () => {
  const left = (): { readonly events: number; readonly blocks: number } => ({
    events: sandbox.google.events(EMAIL).length,
    blocks: sandbox.booking.blocks.all(TECHNICIAN).length,
  });

  beforeEach(() => {
    for (const days of [1, 2, 3]) addBooking(sandbox, days);
    addAppointment(sandbox, 4);
  });

  it('leaves what was created when a mapping is removed', async () => {
    const { mappingId } = await setUp(machine, sandbox);
    await succeed(machine.run('sync'));
    const { stdout } = await succeed(machine.run('mappings', 'remove', mappingId));
    expect(stdout).toMatch(/left in place.*--delete-events/);
    expect(left()).toEqual({ events: 4, blocks: 1 });
    expect((await machine.json(listOf(MappingDocument), 'mappings')).items).toEqual([]);
  });

  it('removes what was created, and nothing else, when asked to', async () => {
    const { accountId } = await setUp(machine, sandbox);
    await succeed(machine.run('sync'));
    const { stdout } = await succeed(
      machine.run('accounts', 'remove', accountId, '--delete-events', '--json'),
    );
    expect(JSON.parse(stdout)).toEqual({ id: accountId, removed: 4 });
    expect(left()).toEqual({ events: 1, blocks: 0 });
    expect(await machine.json(StatusDocument, 'status')).toMatchObject({ accounts: [], mappings: [] });
  });

  it('finds everything again after a resync, and writes nothing', async () => {
    const { mappingId } = await setUp(machine, sandbox);
    await succeed(machine.run('sync'));
    await succeed(machine.run('mappings', 'resync', mappingId));
    sandbox.faults.journal.clear();
    await succeed(machine.run('sync'));
    const writes = sandbox.faults.journal
      .entries()
      .filter(({ method, url }) => method !== 'GET' && !url.endsWith('/token'));
    expect(writes).toEqual([]);
    expect(left()).toEqual({ events: 4, blocks: 1 });
  });
});

import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { type DoctorCheck, DoctorReport } from '../../src/shared/domain/doctor.ts';
import { quietPort } from '../support/quiet-port.ts';
import { CERTIFICATE, KEY } from './cli-certificate.ts';
import {
  buildProgram,
  companyEnvironment,
  createMachine,
  EMAIL,
  enrol,
  type Machine,
  resetCompany,
  setUp,
  startCompany,
  succeed,
  TECHNICIAN,
} from './cli-harness.ts';

let sandbox: Sandbox;
let machine: Machine;
/** The booking system with a clock that is an hour behind, as its headers or what it says of its time show. */
let late: Server;
let lateIn: 'header' | 'body' = 'header';
/** Something behind a certificate that nobody vouches for. */
let secure: Server;

const HOUR_MS = 3_600_000;
const portOf = (server: Server): number => (server.address() as AddressInfo).port;

beforeAll(async () => {
  await buildProgram();
  sandbox = await startCompany();
  late = createServer(async (request, response) => {
    const { origin } = new URL(sandbox.urls().booking);
    const answer = await fetch(`${origin}${request.url}`, {
      headers: { authorization: request.headers.authorization ?? '' },
    });
    response.writeHead(answer.status, {
      'content-type': answer.headers.get('content-type') ?? '',
      date: new Date(Date.now() - (lateIn === 'header' ? HOUR_MS : 0)).toUTCString(),
    });
    const text = await answer.text();
    const serverTime = `"serverTime":"${new Date(Date.now() - HOUR_MS).toISOString()}"`;
    response.end(lateIn === 'body' ? text.replace(/"serverTime":"[^"]+"/, serverTime) : text);
  });
  secure = createHttpsServer({ key: KEY, cert: CERTIFICATE }, (_, response) => response.end());
  await Promise.all([late, secure].map((server) => once(server.listen(0, '127.0.0.1'), 'listening')));
});
afterAll(async () => {
  await Promise.all([late, secure].map((server) => once(server.close(), 'close')));
  await sandbox.close();
});
beforeEach(() => {
  resetCompany(sandbox);
  machine = createMachine(companyEnvironment(sandbox));
});
afterEach(() => machine.dispose());

const examine = (): Promise<DoctorReport> => machine.json(DoctorReport, 'doctor');
const byId = ({ checks }: DoctorReport, id: string): DoctorCheck | undefined =>
  checks.find((check) => check.id === id);
const failed = ({ checks }: DoctorReport): readonly string[] =>
  checks.filter(({ status }) => status === 'failed').map(({ id }) => id);

/** What a device knows of its booking system where nobody enrolled it. */
const bookingSystem = (url: string): void => {
  machine.environment.BOOKING_API_URL = url;
  machine.environment.BOOKING_API_TOKEN = 'token-of-the-environment';
};

describe('doctor', () => {
  it('finds nothing wrong where nothing is, and changes nothing', async () => {
    const { accountId } = await setUp(machine, sandbox);
    const report = await examine();
    expect(report.checks.map(({ id, status }) => [id, status])).toEqual([
      ['data-directory', 'ok'],
      ['settings', 'ok'],
      ['database', 'ok'],
      ['keychain', 'ok'],
      ['dns', 'ok'],
      ['proxy', 'ok'],
      ['tls', 'ok'],
      ['clock', 'ok'],
      ['booking-api', 'ok'],
      [`account:${accountId}`, 'ok'],
      ['channels', 'ok'],
      ['agreement', 'ok'],
    ]);
    expect(sandbox.google.events(EMAIL)).toEqual([]);
  });

  it('speaks to people, and ends with 1 when something is wrong', async () => {
    const { code, stdout } = await machine.run('doctor');
    expect(code).toBe(1);
    expect(stdout).toMatch(/WRONG\s+Booking system\s+This device is not enrolled/);
    await enrol(machine, sandbox);
    expect((await succeed(machine.run('doctor'))).stdout).toContain(
      'Everything that a sync needs is in order.',
    );
  });

  it.each(['header', 'body'] as const)('names a clock that is an hour off by the %s', async (where) => {
    lateIn = where;
    bookingSystem(`http://127.0.0.1:${portOf(late)}${new URL(sandbox.urls().booking).pathname}`);
    machine.environment.BOOKING_API_TOKEN = sandbox.booking.devices.addToken({ technicianId: TECHNICIAN });
    expect(byId(await examine(), 'clock')).toMatchObject({
      ok: false,
      message: expect.stringContaining('60 minutes ahead'),
    });
  });

  it('names a host that has no address', async () => {
    bookingSystem('https://bookings.company.invalid/api/v1');
    // Who knows no address says so at once, whatever name server this machine has and whether that answers.
    const noNames = join(machine.environment.HOME ?? '', 'no-names.cjs');
    writeFileSync(
      noNames,
      `require('node:dns').lookup = (hostname, _options, answer) =>
        answer(Object.assign(new Error('getaddrinfo ENOTFOUND ' + hostname), { code: 'ENOTFOUND', hostname }));`,
    );
    machine.environment.NODE_OPTIONS = `--require=${noNames}`;
    const report = await examine();
    expect(byId(report, 'dns')).toMatchObject({
      ok: false,
      message: expect.stringContaining('bookings.company.invalid'),
    });
    expect(failed(report)).toEqual(['dns', 'booking-api']);
  });

  it('names a proxy that nobody answers at, and who set it', async () => {
    bookingSystem('https://bookings.company.example/api/v1');
    const port = await quietPort();
    machine.environment.HTTPS_PROXY = `http://127.0.0.1:${port}`;
    const report = await examine();
    expect(byId(report, 'proxy')?.message).toContain(`127.0.0.1:${port} (HTTPS_PROXY)`);
    expect(failed(report)).toEqual(['proxy', 'booking-api']);
  });

  it.each([
    ['HTTPS_PROXY', 'nonsense', 'proxy', 'HTTPS_PROXY or HTTP_PROXY is not a usable address.'],
    [
      'CALENDAR_SYNC_CA_FILE',
      '/nowhere.pem',
      'tls',
      'CALENDAR_SYNC_CA_FILE (/nowhere.pem) could not be read',
    ],
  ])(
    'names %s where it cannot be used, and judges nothing that it kept from being asked',
    async (name, value, id, said) => {
      bookingSystem(`https://localhost:${portOf(secure)}/api/v1`);
      machine.environment[name] = value;
      const report = await examine();
      expect(byId(report, id)?.message).toContain(said);
      expect(failed(report)).toEqual([id, 'booking-api']);
      const skipped = ['dns', 'proxy', 'tls'].filter((one) => one !== id);
      expect(skipped.map((one) => byId(report, one)?.status)).toEqual(['skipped', 'skipped']);
    },
  );

  it('names a certificate that nobody vouches for', async () => {
    bookingSystem(`https://localhost:${portOf(secure)}/api/v1`);
    const report = await examine();
    expect(byId(report, 'tls')?.message).toMatch(/localhost:\d+ is not trusted.*CALENDAR_SYNC_CA_FILE/);
    expect(failed(report)).toEqual(['tls', 'booking-api']);
  });

  it('names a token that the booking system does not accept', async () => {
    bookingSystem(sandbox.urls().booking);
    expect(failed(await examine())).toEqual(['booking-api']);
  });

  it('names an account whose access was taken back', async () => {
    const { accountId } = await setUp(machine, sandbox);
    sandbox.google.revokeAccount(EMAIL);
    const report = await examine();
    expect(failed(report)).toEqual([`account:${accountId}`]);
    expect(byId(report, `account:${accountId}`)?.message).toMatch(/sign in again/i);
  });

  it('names a key that does not open what is stored', async () => {
    await enrol(machine, sandbox);
    machine.environment.CALENDAR_ENCRYPTION_KEY = 'cd'.repeat(32);
    expect(failed(await examine())).toContain('keychain');
  });

  it('names a damaged database, and leaves it as it is', async () => {
    await enrol(machine, sandbox);
    const file = join(machine.dataDir, 'calendar-sync.sqlite');
    const bytes = readFileSync(file);
    bytes.fill(0x5a, 100, 20_000);
    writeFileSync(file, bytes);
    const report = await examine();
    expect(failed(report)).toEqual(['database']);
    expect(byId(report, 'database')?.message).toMatch(/damaged.*restore/);
    expect(readFileSync(file).equals(bytes)).toBe(true);
  });

  it('names a settings file whose values cannot be used', async () => {
    mkdirSync(machine.dataDir, { recursive: true });
    writeFileSync(join(machine.dataDir, 'settings.json'), JSON.stringify({ intervalMinutes: 'often' }));
    expect(byId(await examine(), 'settings')).toMatchObject({
      status: 'warning',
      message: expect.stringContaining('intervalMinutes'),
    });
  });
});

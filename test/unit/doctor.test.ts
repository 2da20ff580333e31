import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openApp } from '../../src/main/app.ts';
import type { AppPorts } from '../../src/main/app-contract.ts';
import { checkDirectory } from '../../src/main/diagnostics/directory-check.ts';
import { clockCheck, networkChecks } from '../../src/main/diagnostics/network-checks.ts';
import { networkLayer } from '../../src/main/diagnostics/network-fault.ts';
import { AppError } from '../../src/shared/rpc/errors.ts';
import { memorySettings } from '../support/memory-settings.ts';
import { TestPower } from '../support/power.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const failure = (code: string, more: object = {}): Error =>
  new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }, more) });

describe('where a request failed', () => {
  const proxy = new URL('http://proxy.corp.example:3128');
  const cases: readonly [string, Error, URL | null, string][] = [
    ['an unknown name', failure('ENOTFOUND', { hostname: 'api.example' }), null, 'dns'],
    ['a name server that is down', failure('EAI_AGAIN', { hostname: 'api.example' }), null, 'dns'],
    ['an unknown name of a proxy', failure('ENOTFOUND', { hostname: 'proxy.corp.example' }), proxy, 'proxy'],
    ['a proxy that is down', failure('ECONNREFUSED', { address: '10.0.0.9', port: 3128 }), proxy, 'proxy'],
    [
      'a server that is down',
      failure('ECONNREFUSED', { address: '10.0.0.9', port: 443 }),
      null,
      'connection',
    ],
    [
      'a server that is down at each of its addresses',
      new TypeError('fetch failed', {
        cause: new AggregateError(
          [Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })],
          'at every address',
        ),
      }),
      null,
      'connection',
    ],
    [
      'a proxy that wants a password',
      new TypeError('fetch failed', {
        cause: new Error('cancelled', {
          cause: new Error('Proxy response (407) !== 200 when HTTP Tunneling'),
        }),
      }),
      proxy,
      'proxy',
    ],
    ['anything else', new Error('surprise'), proxy, 'other'],
  ];
  it.each(cases)('is told from %s', (_, thrown, through, layer) => {
    expect(networkLayer(thrown, through)).toBe(layer);
  });

  it('survives an error that causes itself', () => {
    const error = new Error('round and round');
    error.cause = error;
    expect(networkLayer(error, null)).toBe('other');
  });
});

describe('the network checks', () => {
  it('suggest a proxy where none is set and a host cannot be reached', () => {
    const checks = networkChecks({
      hosts: [
        {
          origin: 'https://api.example',
          outcome: { kind: 'failed', error: failure('ETIMEDOUT') },
        },
      ],
      proxy: null,
      certificateProblem: () => null,
    });
    expect(checks.map(({ id, status }) => [id, status])).toEqual([
      ['dns', 'ok'],
      ['proxy', 'warning'],
      ['tls', 'ok'],
    ]);
  });

  it.each([
    [[], null, 'skipped'],
    [[500, -800], 400, 'ok'],
    [[-2 * 60_000], null, 'warning'],
    [[3_600_000, 3_601_000], 0, 'failed'],
    // One server with a wrong clock of its own among three.
    [[0, 100, 3_600_000], 0, 'ok'],
    [[0, 100, 200], -3_600_000, 'failed'],
    [[], 2 * 60_000, 'warning'],
  ] as const)(
    'judge a clock that is off by %j ms, and by %j from the booking system: %s',
    (skews, booking, status) => {
      expect(clockCheck(skews, booking).status).toBe(status);
    },
  );
});

describe('on a machine', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'doctor-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('a data directory that works is left as it was', () => {
    expect(checkDirectory(directory, 'linux')).toMatchObject({ status: 'ok' });
    expect(readdirSync(directory)).toEqual([]);
  });

  it.each([
    ['ENOSPC', /full/],
    ['EACCES', /permissions/],
  ])('a data directory that fails with %s is named as that', (code, sentence) => {
    const found = checkDirectory(directory, 'linux', () => {
      throw Object.assign(new Error(code), { code });
    });
    expect(found).toMatchObject({ ok: false, message: expect.stringMatching(sentence) });
  });

  it.each<[string, AppPorts['keychain'], unknown]>([
    [
      'a keychain that is locked is named',
      async () => {
        throw new AppError('PERMISSION_DENIED', 'The keychain is locked. Unlock it and try again.');
      },
      'The keychain is locked. Unlock it and try again.',
    ],
    [
      'without a keychain, the variable that takes its place is named',
      async () => null,
      expect.stringMatching(/has no keychain.*Set CALENDAR_ENCRYPTION_KEY/),
    ],
  ])('%s', async (_, keychain, message) => {
    const app = await openApp({
      clock: new VirtualClock(),
      random: { uuid: () => 'uuid', bytes: (length) => new Uint8Array(length), unit: () => 0.5 },
      fetch: async () => Promise.reject(new TypeError('fetch failed')),
      power: new TestPower(),
      keychain,
      log: () => undefined,
      environment: {},
      settings: async () => memorySettings(),
      dataDir: directory,
      userAgent: 'calendar-sync/test (test; test)',
      deviceName: 'test',
    });
    const { checks } = await app.doctor();
    app.close();
    expect(checks.find(({ id }) => id === 'keychain')).toMatchObject({
      ok: false,
      message,
    });
  });
});

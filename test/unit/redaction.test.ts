import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redact, redactText } from '../../src/main/diagnostics/redaction.ts';
import { AppError } from '../../src/shared/rpc/errors.ts';

const CANARY = 'CANARY0123456789abcdefghijABCDEFGHIJ';

describe('fields that hold secrets', () => {
  it.each([
    'Authorization',
    'proxy-authorization',
    'cookie',
    'Set-Cookie',
    'token',
    'access_token',
    'accessToken',
    'refresh_token',
    'id_token',
    'tokens',
    'client_secret',
    'clientSecret',
    'password',
    'passphrase',
    'api_key',
    'X-Goog-Channel-Token',
    'clientState',
    'code_verifier',
    'code',
  ])('lose their value: %s', (name) => {
    for (const value of [CANARY, { nested: CANARY }, [CANARY]]) {
      expect(JSON.stringify(redact({ body: { [name]: value } }))).not.toContain('CANARY');
    }
  });

  it.each([
    'syncToken',
    'nextSyncToken',
    'pageToken',
    'nextPageToken',
    'email',
    'etag',
    'idempotencyKey',
    'tokenExpiresAt',
  ])('are not these: %s', (name) => {
    expect(redact({ [name]: 'keep-me@example.com' })).toEqual({ [name]: 'keep-me@example.com' });
  });

  it('tell a code of an error from a code for signing in', () => {
    const errors = [
      { code: 'slot_unavailable' },
      { code: 'AUTH_EXPIRED' },
      { code: 412 },
      { code: 'rateLimitExceeded' },
      { code: null },
    ];
    expect(redact(errors)).toEqual(errors);
    expect(redact({ code: '4/0AfJohXkabc' })).toEqual({ code: '[redacted]' });
    expect(redact({ code: 'WXYZ-1234' })).toEqual({ code: '[redacted]' });
  });
});

describe('texts', () => {
  it.each([
    `Authorization: Bearer ${CANARY}`,
    `authorization: Basic ${CANARY}`,
    `sent with bearer ${CANARY}.`,
    `cookie: session=${CANARY}; other=1`,
    `eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIx${CANARY}.c2lnbmF0dXJl${CANARY}`,
    `the token was ya29.${CANARY}`,
    `refreshed 1//0g${CANARY}`,
    `https://user:${CANARY}@host.example/path`,
    `https://${CANARY}@host.example/path`,
    `https://host.example/callback?state=${CANARY}&code=${CANARY}`,
    `https://host.example/x?a=1&access_token=${CANARY}#top`,
    `http://127.0.0.1:4711/#${CANARY}`,
    `http://127.0.0.1:4711/#/mappings?token=${CANARY}`,
    `grant_type=refresh_token&refresh_token=${CANARY}&client_secret=${CANARY}`,
    `GET /ics/${CANARY}.ics 404`,
    `http://localhost:80/ics/${CANARY}`,
    `https://calendar.google.com/calendar/ical/me%40example.com/private-${CANARY}/basic.ics`,
    `webcal://outlook.example/owa/calendar/x@y/${CANARY}/calendar.ics`,
    `PUT https://bookings.example/api/v1/feeds/${CANARY}`,
    `answered {"access_token":"${CANARY}","expires_in":3599}`,
    JSON.stringify({ body: JSON.stringify({ refresh_token: CANARY }) }),
    JSON.stringify({
      body: `answered ${JSON.stringify({ note: JSON.stringify({ password: `a"b${CANARY}` }) })}`,
    }),
    `{"password": "two words \\" ${CANARY}", "user": "tess"}`,
    `{"password":"${CANARY}`,
    `{'client_secret': '${CANARY}'}`,
    `-----BEGIN PRIVATE KEY-----\n${CANARY}\n-----END PRIVATE KEY-----`,
    `-----BEGIN RSA PRIVATE KEY-----\n${CANARY}`,
  ])('lose what looks like a secret: %s', (text) => {
    const clean = redactText(text);

    expect(clean).toContain('[redacted]');
    expect(clean).not.toContain('CANARY');
    expect(JSON.stringify(redact({ note: text }))).not.toContain('CANARY');
    expect(JSON.stringify(redact(new Error(text)))).not.toContain('CANARY');
  });

  it.each([
    'Created "Boiler, Baker Street" for tess@example.com.',
    'https://www.googleapis.com/calendar/v3/calendars/tess@example.com/events?syncToken=CPDAlvWDx70CEPDAlvWDx70CGAU=&maxResults=2500',
    'https://graph.microsoft.com/v1.0/me/calendarView/delta?$deltatoken=R0usmcCM996atia_s&$skiptoken=abc',
    'answered {"code":"slot_unavailable","nextPageToken":"abc"}',
    'Basic information about bearer bonds',
    'event id 7n2m4k1cg0p6ab3f, etag "3181161784712000"',
    'technician tech-1 at 09:30-10:00; ratio 1/2 // note',
  ])('keep everything else: %s', (text) => {
    expect(redactText(text)).toBe(text);
  });
});

describe('payloads', () => {
  it('become plain data, whatever they were', () => {
    const cyclic: Record<string, unknown> = { name: 'loop' };
    cyclic.self = cyclic;

    expect(
      redact({
        at: new Date('2026-11-23T09:00:00Z'),
        never: new Date(Number.NaN),
        url: new URL('https://host.example/?token=secret'),
        headers: new Headers({ authorization: `Bearer ${CANARY}`, etag: '"1"' }),
        map: new Map([['password', CANARY]]),
        set: new Set([1, 2]),
        bytes: new Uint8Array(5),
        big: 10n,
        action: () => {},
        cyclic,
      }),
    ).toEqual({
      at: '2026-11-23T09:00:00.000Z',
      never: null,
      url: 'https://host.example/?token=[redacted]',
      headers: { authorization: '[redacted]', etag: '"1"' },
      map: { password: '[redacted]' },
      set: [1, 2],
      bytes: '[5 bytes]',
      big: '10',
      action: '[function]',
      cyclic: { name: 'loop', self: '[circular]' },
    });
  });

  it('say what cannot be read', () => {
    const broken = {
      get broken(): never {
        throw new Error('no');
      },
    };

    expect(redact({ broken, kept: 1 })).toEqual({ broken: '[unreadable]', kept: 1 });
  });

  it('show the same object twice where it is no cycle', () => {
    const shared = { id: 1 };

    expect(redact([shared, shared])).toEqual([{ id: 1 }, { id: 1 }]);
  });

  it('tell an error with its cause, and not where the program is installed', () => {
    const error = new AppError('OFFLINE', 'No answer.', {
      cause: new TypeError(`fetch https://u:${CANARY}@h/ failed`),
    });

    expect(redact({ error })).toEqual({
      error: {
        name: 'AppError',
        message: 'No answer.',
        code: 'OFFLINE',
        effect: 'none',
        retryAfterSeconds: null,
        detail: null,
        party: null,
        command: null,
        cause: { name: 'TypeError', message: 'fetch https://[redacted]@h/ failed' },
      },
    });
  });

  it('keep an own field called __proto__ a field', () => {
    const clean = redact(JSON.parse('{"__proto__":{"admin":true},"a":1}'));

    expect(Object.keys(clean as object)).toEqual(['__proto__', 'a']);
    expect((clean as { admin?: boolean }).admin).toBeUndefined();
  });

  it('are at most 4 KB as JSON, and as they are below', () => {
    const small = { text: 'x'.repeat(2_000), other: 'y'.repeat(2_000) };
    expect(redact(small)).toEqual(small);

    const large = redact(Array.from({ length: 90 }, (_, index) => ({ index, text: '"é"'.repeat(50) })));
    expect(large).toMatchObject({ truncated: true });
    expect(Buffer.byteLength(JSON.stringify(large))).toBeLessThanOrEqual(4_096);
  });

  it('stop at a depth, a number of entries and a length', () => {
    let deep: unknown = CANARY;
    for (let level = 0; level < 100; level += 1) deep = { deep };

    expect(JSON.stringify(redact(deep))).toContain('too deep');
    expect(redact(Array.from({ length: 150 }, () => 1))).toHaveLength(101);
    expect(JSON.stringify(redact('x'.repeat(100_000)))).toContain('100000 characters');
  });

  it('never make it fail, and never grow beyond their room', () => {
    fc.assert(
      fc.property(
        fc.anything({
          withBigInt: true,
          withDate: true,
          withMap: true,
          withSet: true,
          withTypedArray: true,
          withNullPrototype: true,
          withSparseArray: true,
        }),
        (value) => {
          expect(Buffer.byteLength(JSON.stringify(redact(value)) ?? '')).toBeLessThanOrEqual(4_096);
        },
      ),
      { seed: 20261207 },
    );
  });

  it('lose a secret wherever it stands', () => {
    const place = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom(
          { access_token: CANARY },
          { Authorization: `Bearer ${CANARY}` },
          `?token=${CANARY}`,
          `Bearer ${CANARY}`,
        ),
        fc.dictionary(fc.string(), tie('value'), { maxKeys: 4 }),
        fc.array(tie('value'), { maxLength: 4 }),
      ),
    })).value;

    fc.assert(
      fc.property(place, (value) => {
        expect(JSON.stringify(redact(value)) ?? '').not.toContain('CANARY');
      }),
      { seed: 20261208 },
    );
  });

  it('lose the secret of a feed in its address', () => {
    const token = 'A-b_c'.padEnd(43, 'x');
    for (const address of [`/ics/${token}.ics`, `https://b.example.com/api/v1/feeds/${token}: 200`]) {
      expect(redactText(`GET ${address}`)).not.toContain(token);
    }
    expect(redactText('PUT https://b.example.com/feeds/feed_1')).toContain('feed_1');
  });

  it('are cut between words, so that no half of a secret is left', () => {
    for (let length = 2_000; length < 2_060; length += 1) {
      const text = `${'x '.repeat(length / 2)}https://user:${CANARY}@host.example/`;
      expect(redactText(text)).not.toContain('CANARY');
    }
  });

  it('are redacted in no time, however they are made', () => {
    for (const hostile of [
      'a='.repeat(50_000),
      '"'.repeat(100_000),
      'http://'.repeat(15_000),
      'eyJ'.repeat(30_000),
      '{"a":'.repeat(20_000),
      `${'/ics/'.repeat(20_000)}`,
      'Bearer '.repeat(15_000),
      '-----BEGIN PRIVATE KEY-----'.repeat(4_000),
      'a.'.repeat(50_000),
      `${' '.repeat(100_000)}authorization`,
      '"code":"'.repeat(10_000),
      'http://a'.repeat(250),
    ]) {
      // What this thread itself has worked: others may have the machine meanwhile.
      const before = process.threadCpuUsage();
      redactText(hostile);
      const { user, system } = process.threadCpuUsage(before);
      expect([hostile.slice(0, 10), (user + system) / 1000 < 1000]).toEqual([hostile.slice(0, 10), true]);
    }
  });
});

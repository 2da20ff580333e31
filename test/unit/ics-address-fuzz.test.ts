import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { feedId, feedUrl, parseFeedAddress, sourceName } from '../../src/main/providers/ics/feed-address.ts';
import { download } from '../../src/main/providers/ics/feed-download.ts';
import { AppError } from '../../src/shared/rpc/errors.ts';
import { calendar } from './ics-text.ts';

/** `security.md` 16 and 19: whatever address a person, a file or a server gives. */

const scheme = fc.constantFrom(
  'https:',
  'http:',
  'webcal:',
  'webcals:',
  'file:',
  'javascript:',
  'HTTPS:',
  'ftp:',
  '',
);
const host = fc.constantFrom(
  ...[
    'public.example',
    'office.example',
    '127.0.0.1',
    '127.1',
    '0x7f.1',
    '2130706433',
    '[::1]',
    '[::ffff:10.0.0.5]',
  ],
  ...[
    '10.0.0.5',
    '169.254.169.254',
    'localhost',
    'user:canary@public.example',
    '\u2460\u2461\u2466.0.0.1',
    '',
    '[',
    'a b',
    '%',
  ],
);
/** As most are; anything else is mostly refused at once. */
const likely = fc
  .tuple(
    fc.constantFrom('https:', 'https:', 'webcal:', 'http:'),
    fc.constantFrom('//'),
    fc.constantFrom('public.example', 'public.example', 'localhost', 'office.example', '10.0.0.5', '[::1]'),
    fc.webPath(),
  )
  .map((parts) => parts.join(''));
const address = fc.oneof(
  likely,
  fc
    .tuple(
      scheme,
      fc.constantFrom('//', '/', '', '///', '\\\\'),
      host,
      fc.constantFrom('', ':1', ':99999'),
      fc.webPath(),
    )
    .map((parts) => parts.join('')),
  fc.webUrl(),
  fc.string(),
  fc.string({ unit: 'binary' }),
);

const IS_HERE = /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/;

const parsed = (text: string): ReturnType<typeof parseFeedAddress> | null => {
  try {
    return parseFeedAddress(text);
  } catch (error) {
    if (error instanceof AppError && error.code === 'INVALID_INPUT') return null;
    throw error;
  }
};

const names = new Map([
  ['public.example', ['93.184.216.34']],
  ['office.example', ['93.184.216.34', '10.0.0.5']],
  ['localhost', ['127.0.0.1']],
]);

/** Downloads with redirects to `locations`, one after the other; answers with what was asked for. */
async function asked(text: string, locations: readonly string[]): Promise<readonly URL[]> {
  const start = parsed(text);
  const requests: URL[] = [];
  if (start === null) return [];
  const left = [...locations];
  await download(start, null, {
    fetch: async (input) => {
      requests.push(new URL(String(input)));
      const location = left.shift();
      if (location === undefined) return new Response(calendar());
      const said = location.replaceAll(/[^\x20-\x7e]/g, '');
      return new Response(null, { status: 302, headers: { location: said } });
    },
    clock: {
      now: () => new Date(0),
      sleep: (_, signal) =>
        new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
    },
    lookup: async (name) => names.get(name) ?? [name.replaceAll(/[[\]]/g, '')],
    readFile: async () => new Uint8Array(),
    allowPrivateNetwork: false,
    allowPlainHttp: false,
    headers: {},
  }).catch((error: unknown) => {
    expect(error).toBeInstanceOf(AppError);
    expect((error as AppError).code).not.toBe('INTERNAL');
  });
  return requests;
}

describe('whatever is given as the address of a feed', () => {
  it('is one that can be asked, or refused with a sentence, and is known by a name that does not tell it', () => {
    const kinds = new Map<string, number>();
    fc.assert(
      fc.property(address, (text) => {
        const one = parsed(text);
        const kind = one?.kind ?? 'refused';
        kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
        if (one === null) return;
        expect(['http:', 'https:', 'file:']).toContain(one.url.protocol);
        // In a path it is a name like any other.
        if (one.kind === 'file') return;
        expect(feedUrl(one)).not.toContain('canary');
        expect(sourceName(one)).not.toContain('canary');
        expect(feedId(one)).toMatch(/^feed_[\w-]{22}$/);
      }),
      { seed: 20261202, numRuns: 2_000 },
    );
    // There was something to look at.
    for (const kind of ['refused', 'web', 'file']) expect(kinds.get(kind), kind).toBeGreaterThan(20);
  });

  it('and wherever it leads, nothing private, unencrypted or too far away is asked', async () => {
    const counted = { asked: 0, led: 0 };
    await fc.assert(
      fc.asyncProperty(
        address,
        fc.array(fc.oneof(likely, address), { maxLength: 8 }),
        async (text, locations) => {
          const requests = await asked(text, locations);
          expect(requests.length).toBeLessThanOrEqual(6);
          if (requests.length > 0) counted.asked += 1;
          if (requests.length > 1) counted.led += 1;
          for (const [index, { protocol, hostname, username, password }] of requests.entries()) {
            expect(username + password).toBe('');
            // This computer may be asked where it was asked first, as what it leads to; others only in secret.
            const led = requests.slice(0, index + 1);
            expect(protocol === 'https:' || led.every((one) => IS_HERE.test(one.hostname))).toBe(true);
            expect(IS_HERE.test(hostname) && !led.every((one) => IS_HERE.test(one.hostname))).toBe(false);
            expect(hostname).not.toMatch(/^(10\.|169\.254\.|office\.example|\[::ffff)/);
          }
        },
      ),
      { seed: 20261203, numRuns: 600 },
    );
    expect(counted.asked).toBeGreaterThan(60);
    expect(counted.led).toBeGreaterThan(30);
  });
});

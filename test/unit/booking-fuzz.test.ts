import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createBookingApi } from '../../src/main/booking/booking-client.ts';
import type { BookingApi } from '../../src/main/booking/booking-port.ts';
import { EventStream } from '../../src/main/booking/event-stream.ts';
import { seededRandom } from '../../src/sandbox/seeded-random.ts';
import { BookingChanged, RelayedWebhook } from '../../src/shared/domain/push-event.ts';
import { AppError } from '../../src/shared/rpc/errors.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

/** `security.md` 19: whatever the booking system answers or pushes, there is no crash, no hang, and nothing is made up. */

const booking = {
  id: 'bk_1',
  version: 'v1',
  status: 'confirmed',
  title: 'Boiler',
  start: '2026-10-19T09:00:00Z',
  end: '2026-10-19T10:00:00Z',
  timeZone: 'Europe/London',
  technicianIds: ['t'],
  updatedAt: '2026-10-01T00:00:00Z',
};
const technician = { id: 't', name: 'Tess', timeZone: 'Europe/London' };
type Said = Readonly<Record<string, unknown>>;
const block = {
  ...{ id: 'bb_1', technicianId: 't', start: booking.start, end: booking.end, timeZone: 'Europe/London' },
  ...{ status: 'busy', visibility: 'busy-only', source: { provider: 'google', calendar: 'c', event: 'e' } },
};

const ABSURD = [
  null,
  -1,
  1e308,
  '',
  '\u0000\u001b[2J',
  '9999-99-99T99:99:99Z',
  [],
  {},
  [[[[]]]],
  'x'.repeat(9_000),
];

const anything = fc.oneof(
  fc.constantFrom<unknown>(...ABSURD),
  fc.anything({ withBigInt: false, maxDepth: 3 }),
);
/** What a good server says, spoilt in one place. */
const spoilt = (good: readonly Said[]): fc.Arbitrary<string> =>
  fc
    .record({ said: fc.constantFrom(...good), place: fc.nat(), value: anything })
    .map(({ said, place, value }) => {
      const names = Object.keys(said);
      return JSON.stringify({ ...said, [names[place % names.length] ?? 'id']: value });
    });
const texts = (good: readonly Said[]): fc.Arbitrary<string> =>
  fc.oneof(
    spoilt(good),
    fc.constantFrom(...good).map((said) => JSON.stringify(said)),
    fc.string(),
    anything.map((value) => JSON.stringify(value) ?? ''),
    spoilt(good).chain((whole) => fc.nat(whole.length).map((end) => whole.slice(0, end))),
  );

const WINDOW = { from: '2026-10-01T00:00:00Z', to: '2026-11-01T00:00:00Z' };

async function all<T>(pages: AsyncIterable<T>): Promise<readonly T[]> {
  const read: T[] = [];
  for await (const page of pages) read.push(page);
  return read;
}

interface Call {
  readonly ask: (api: BookingApi) => Promise<unknown>;
  /** What a good server says to it. */
  readonly good: readonly Said[];
  /** What may come of it. */
  readonly answer: z.ZodType;
}

const Id = z.string().min(1);
const Moment = z.string().regex(/^\d{4}-\d\d-\d\d/);
const Job = z.object({
  ...{ id: Id, version: Id, title: z.string(), start: Moment, end: Moment },
  ...{ status: z.enum(['confirmed', 'tentative', 'cancelled']), technicianIds: z.array(z.string()) },
});
const Named = z.object({ id: Id, name: z.string() });
/** Only the last page says where to go on. */
const Pages = z
  .array(
    z.union([
      z.object({ kind: z.literal('cursor-expired') }),
      z.object({
        kind: z.literal('page'),
        items: z.array(z.union([Job, z.object({ id: Id, deleted: z.literal(true) })])),
        nextCursor: Id.nullable(),
      }),
    ]),
  )
  .refine((pages) => pages.every((page, index) => index === pages.length - 1 || 'items' in page));
const Relay = z.object({ id: Id.regex(/^[^/]+$/), callbackUrl: z.url(), expiresAt: Moment.nullable() });

const CALLS: Readonly<Record<string, Call>> = {
  me: {
    ask: (api) => api.me(),
    good: [
      {
        technician,
        serverTime: '2026-10-19T09:00:00Z',
        capabilities: { reschedule: true, webhookRelay: true, feedHosting: true, events: true },
      },
    ],
    answer: z.object({
      technician: Named,
      serverTime: z.string(),
      capabilities: z.record(z.string(), z.boolean()),
    }),
  },
  technicians: {
    ask: (api) => api.technicians(),
    good: [{ items: [technician] }],
    answer: z.array(Named),
  },
  projects: { ask: (api) => api.projects(), good: [{ items: [technician] }], answer: z.array(Named) },
  list: {
    ask: (api) => all(api.list(WINDOW)),
    good: [{ items: [booking], nextPageToken: null, cursor: 'c1' }],
    answer: Pages,
  },
  changes: {
    ask: (api) => all(api.changes('c0')),
    good: [{ items: [booking, { id: 'bk_2', deleted: true, version: 3 }], nextCursor: 'c2', hasMore: false }],
    answer: Pages,
  },
  get: {
    ask: (api) => api.get('bk_1'),
    good: [booking],
    answer: z.union([Job, z.literal('missing')]),
  },
  patch: {
    ask: (api) => api.patch('bk_1', 'v1', '{}', 'key'),
    good: [booking, { current: booking, detail: 'Taken.', code: 'slot_unavailable' }],
    answer: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('ok'), booking: Job }),
      z.object({ kind: z.literal('stale'), current: Job }),
      z.object({ kind: z.enum(['slot-unavailable', 'not-allowed']), detail: Id }),
      z.object({ kind: z.literal('missing') }),
    ]),
  },
  writeBlocks: {
    ask: (api) => api.writeBlocks('{}', 'key'),
    good: [{ results: [{ id: 'bb_1', status: 201 }] }],
    answer: z.array(z.object({ id: z.string(), status: z.int() })),
  },
  blocks: {
    ask: (api) => all(api.blocks('t')),
    good: [{ items: [block], nextPageToken: null }],
    answer: z.array(z.array(z.object({ id: Id, start: Moment, end: Moment }))),
  },
  putFeed: {
    ask: (api) => api.putFeed('token', 'BEGIN:VCALENDAR', 'key'),
    good: [{ url: 'https://feeds.example/1.ics' }],
    answer: z.object({ url: z.url({ protocol: /^https?$/ }) }),
  },
  openRelay: {
    ask: (api) => api.openRelay('google', 'key'),
    good: [{ id: 'relay_1', callbackUrl: 'https://relay.example/1', expiresAt: null }],
    answer: Relay,
  },
};

/** All that is said in it: texts, numbers, truths. */
const leaves = (value: unknown): readonly string[] =>
  typeof value === 'object' && value !== null ? Object.values(value).flatMap(leaves) : [String(value)];

/** What kind of an answer it was, which its status says, and where it gives no reason. */
const OUR_WORDS = new Set([
  ...['page', 'cursor-expired', 'ok', 'stale', 'slot-unavailable', 'not-allowed', 'missing'],
  ...['null', 'The booking system gives no reason.'],
]);

function madeUp(outcome: unknown, body: string): readonly string[] {
  const said = new Set<string>();
  try {
    for (const leaf of leaves(JSON.parse(body))) said.add(leaf).add(leaf.toUpperCase());
  } catch {
    // Nothing was said.
  }
  return leaves(outcome).filter((leaf) => !OUR_WORDS.has(leaf) && !said.has(leaf));
}

describe('whatever the booking system answers', () => {
  it.each(Object.entries(CALLS))(
    'to %s is what the contract says or a failure of its own',
    async (_, { ask, good, answer }) => {
      const statuses = fc.constantFrom(200, 200, 200, 201, 207, 400, 403, 404, 409, 410, 412, 429, 500);
      let answered = 0;
      await fc.assert(
        fc.asyncProperty(texts(good), statuses, async (body, status) => {
          const api = createBookingApi({
            baseUrl: 'https://bookings.example.com/api/v1',
            token: 'bkt_canary',
            userAgent: 'calendar-sync/0 (test; test)',
            fetch: async () =>
              new Response(body, {
                status,
                headers: { 'content-type': 'application/json', 'retry-after': body },
              }),
          });
          const { failure, outcome } = await ask(api).then(
            (came: unknown) => ({ failure: null, outcome: came }),
            (thrown: unknown) => ({ failure: thrown, outcome: null }),
          );
          if (failure === null) answered += 1;
          const isItsOwn = failure instanceof AppError && failure.code !== 'INTERNAL';
          expect(isItsOwn || answer.safeParse(outcome).success, JSON.stringify(outcome)).toBe(true);
          expect(madeUp(outcome, body)).toEqual([]);
        }),
        { seed: 20261126, numRuns: 120 },
      );
      expect(answered).toBeGreaterThan(10);
    },
  );
});

const STREAM = {
  random: seededRandom(1),
  log: () => undefined,
  source: async () => ({ url: 'https://bookings.example.com/events', token: 't', userAgent: 'test' }),
  onOpen: () => undefined,
} as const;

type ByteSource = NonNullable<ConstructorParameters<typeof ReadableStream<Uint8Array>>[0]>;

/** Listens to what comes, one connection after the other; `taken` is what was taken from it. */
function listening(connect: (connection: number) => ByteSource) {
  const taken: unknown[] = [];
  let connections = 0;
  const clock = new VirtualClock();
  const stream = new EventStream({
    ...STREAM,
    clock,
    fetch: async () => {
      connections += 1;
      const body = new ReadableStream<Uint8Array>(connect(connections));
      return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
    },
    onBookingChanged: (change) => taken.push(change),
    onWebhook: (webhook) => taken.push(webhook),
  });
  stream.start();
  return { clock, stream, taken, connections: () => connections };
}

/** Reads a stream of these bytes to its end, and tells what was taken from it. */
async function listenTo(chunks: readonly Uint8Array[]): Promise<{ readonly taken: readonly unknown[] }> {
  const good = line('event: booking.changed\ndata: {"id":"good","version":"1"}\n\n');
  const { clock, stream, taken, connections } = listening((connection) => ({
    start(controller) {
      // Only the first is hostile: whoever survived it comes back and hears what is good.
      for (const chunk of connection === 1 ? chunks : [good]) controller.enqueue(chunk);
      controller.close();
    },
  }));
  await clock.sleep(60_000);
  await stream.stop();
  expect(connections()).toBeGreaterThan(1);
  return { taken };
}

const line = (said: string): Uint8Array => new TextEncoder().encode(said);

const Pushed = z.union([BookingChanged, RelayedWebhook]);

describe('whatever the booking system pushes', () => {
  const field = fc.tuple(
    fc.constantFrom('event', 'data', 'id', 'retry', '', 'da', '\uFEFFdata', 'data\u0000'),
    fc.constantFrom(':', ': ', '', '::'),
    fc.oneof(
      fc.constantFrom(
        'booking.changed',
        'webhook',
        '{"id":"bk","version":7}',
        '{"id":"","version":"1"}',
        '{',
      ),
      fc.constantFrom(
        '{"relayId":"r","provider":"google","headers":{},"body":"","receivedAt":"soon"}',
        '99999999999',
      ),
      fc.string(),
    ),
    fc.constantFrom('\n', '\r\n', '\r', '\n\n'),
  );
  const webhook = {
    relayId: 'r',
    provider: 'google',
    headers: {},
    body: '',
    receivedAt: '2026-10-19T09:00:00Z',
  };
  const event = fc
    .record({
      name: fc.constantFrom('booking.changed', 'webhook'),
      said: fc.constantFrom<object>({ id: 'bk', version: 7 }, webhook),
      place: fc.constantFrom('id', 'version', 'receivedAt', 'headers', 'more'),
      value: anything,
    })
    .map(({ name, said, place, value }) => {
      const data = JSON.stringify({ ...said, [place]: value });
      return line(`event: ${name}\ndata: ${data}\n\n`);
    });
  const chunk = fc.oneof(
    event,
    fc.array(field, { maxLength: 8 }).map((fields) => line(fields.flat().join(''))),
    fc.uint8Array({ maxLength: 60 }),
  );

  it('does not end the listening, nor get through where it is not what the contract says', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(chunk, { maxLength: 6 }), async (chunks) => {
        const { taken } = await listenTo(chunks);
        expect(taken).toContainEqual({ id: 'good', version: '1' });
        expect(taken.filter((one) => !Pushed.safeParse(one).success)).toEqual([]);
      }),
      { seed: 20261127, numRuns: 150 },
    );
  });

  it('is not kept without bound when a line never ends', async () => {
    const piece = line('x'.repeat(64 * 1024));
    let sent = 0;
    const { clock, stream } = listening(() => ({
      pull(controller) {
        // Let virtual time go by: this server is quick, and never done.
        sent += 1;
        if (sent > 4_000) controller.close();
        else controller.enqueue(sent % 1_000 === 1 ? line('data: ') : piece);
      },
    }));
    await stream.tried;
    await clock.sleep(500);
    await stream.stop();
    // 1 MB is what an event may take; the first connection must have been given up soon after.
    expect(sent).toBeGreaterThan(15);
    expect(sent).toBeLessThan(40);
  });
});

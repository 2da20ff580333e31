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
/** What a good server says, to be spoilt in one place. */
const GOOD: readonly Readonly<Record<string, unknown>>[] = [
  booking,
  { items: [booking], nextPageToken: null, cursor: 'c1' },
  { items: [{ ...booking, deleted: false }], nextCursor: 'c2', hasMore: false },
  {
    technician,
    serverTime: '2026-10-19T09:00:00Z',
    capabilities: { reschedule: true, webhookRelay: true, feedHosting: true, events: true },
  },
  { items: [technician] },
  { results: [{ id: 'bb_1', status: 201 }] },
  { current: booking, detail: 'Taken.', code: 'slot_unavailable' },
  { id: 'relay_1', callbackUrl: 'https://relay.example/1', expiresAt: null },
];

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
const spoilt = fc
  .record({ good: fc.constantFrom(...GOOD), place: fc.nat(), value: anything })
  .map(({ good, place, value }) => {
    const names = Object.keys(good);
    return JSON.stringify({ ...good, [names[place % names.length] ?? 'id']: value });
  });
const text = fc.oneof(
  spoilt,
  fc.constantFrom(...GOOD).map((good) => JSON.stringify(good)),
  fc.string(),
  anything.map((value) => JSON.stringify(value) ?? ''),
  spoilt.chain((whole) => fc.nat(whole.length).map((end) => whole.slice(0, end))),
);

const WINDOW = { from: '2026-10-01T00:00:00Z', to: '2026-11-01T00:00:00Z' };

async function all<T>(pages: AsyncIterable<T>): Promise<readonly T[]> {
  const read: T[] = [];
  for await (const page of pages) read.push(page);
  return read;
}

const CALLS: Readonly<Record<string, (api: BookingApi) => Promise<unknown>>> = {
  me: (api) => api.me(),
  technicians: (api) => api.technicians(),
  projects: (api) => api.projects(),
  list: (api) => all(api.list(WINDOW)),
  changes: (api) => all(api.changes('c0')),
  get: (api) => api.get('bk_1'),
  patch: (api) => api.patch('bk_1', 'v1', '{}', 'key'),
  writeBlocks: (api) => api.writeBlocks('{}', 'key'),
  blocks: (api) => all(api.blocks('t')),
  putFeed: (api) => api.putFeed('token', 'BEGIN:VCALENDAR', 'key'),
  openRelay: (api) => api.openRelay('google', 'key'),
};

describe('whatever the booking system answers', () => {
  it.each(Object.entries(CALLS))(
    'to %s is what the contract says or a failure of its own',
    async (_, call) => {
      const statuses = fc.constantFrom(200, 200, 200, 201, 207, 400, 403, 404, 409, 410, 412, 429, 500);
      await fc.assert(
        fc.asyncProperty(text, statuses, async (body, status) => {
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
          const outcome = await call(api).then(
            () => null,
            (thrown: unknown) => thrown,
          );
          if (outcome === null) return;
          expect(outcome).toBeInstanceOf(AppError);
          expect((outcome as AppError).code).not.toBe('INTERNAL');
        }),
        { seed: 20261126, numRuns: 120 },
      );
    },
  );
});

/** Reads a stream of these bytes to its end, and tells what was taken from it. */
async function listenTo(chunks: readonly Uint8Array[]): Promise<{ readonly taken: readonly unknown[] }> {
  const taken: unknown[] = [];
  let connections = 0;
  const clock = new VirtualClock();
  const stream = new EventStream({
    clock,
    random: seededRandom(1),
    log: () => undefined,
    source: async () => ({ url: 'https://bookings.example.com/events', token: 't', userAgent: 'test' }),
    fetch: async () => {
      connections += 1;
      // Only the first is hostile: whoever survived it comes back and hears what is good.
      const said =
        connections === 1 ? chunks : [line('event: booking.changed\ndata: {"id":"good","version":"1"}\n\n')];
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          for (const chunk of said) controller.enqueue(chunk);
          controller.close();
        },
      });
      return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
    },
    onOpen: () => undefined,
    onBookingChanged: (change) => taken.push(change),
    onWebhook: (webhook) => taken.push(webhook),
  });
  stream.start();
  await clock.sleep(60_000);
  await stream.stop();
  expect(connections).toBeGreaterThan(1);
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
    const clock = new VirtualClock();
    const stream = new EventStream({
      clock,
      random: seededRandom(1),
      log: () => undefined,
      source: async () => ({ url: 'https://bookings.example.com/events', token: 't', userAgent: 'test' }),
      fetch: async () => {
        const body = new ReadableStream<Uint8Array>({
          pull(controller) {
            // Let virtual time go by: this server is quick, and never done.
            sent += 1;
            if (sent > 4_000) controller.close();
            else controller.enqueue(sent % 1_000 === 1 ? line('data: ') : piece);
          },
        });
        return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
      },
      onOpen: () => undefined,
      onBookingChanged: () => undefined,
      onWebhook: () => undefined,
    });
    stream.start();
    await stream.tried;
    await clock.sleep(500);
    await stream.stop();
    // 1 MB is what an event may take; the first connection must have been given up soon after.
    expect(sent).toBeGreaterThan(15);
    expect(sent).toBeLessThan(40);
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EventStream, type EventStreamOptions } from '../../src/main/booking/event-stream.ts';
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { seededRandom } from '../../src/sandbox/seeded-random.ts';
import type { BookingChanged, RelayedWebhook } from '../../src/shared/domain/push-event.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { aBooking } from './booking-api-fixture.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

let clock: VirtualClock;
let sandbox: Sandbox;
let token: string;
/** What the device heard. */
let changes: BookingChanged[];
let webhooks: RelayedWebhook[];
let opened: number;
const streams: EventStream[] = [];

beforeEach(() => {
  clock = new VirtualClock();
  sandbox = createSandbox({ clock, random: seededRandom(3) });
  sandbox.booking.addTechnician({ id: 'tech_a', name: 'Amira' });
  sandbox.booking.addTechnician({ id: 'tech_b', name: 'Ben' });
  token = sandbox.booking.devices.addToken({ technicianId: 'tech_a' });
  changes = [];
  webhooks = [];
  opened = 0;
});
afterEach(async () => {
  for (const stream of streams.splice(0)) await stream.stop();
  await sandbox.close();
});

const pass = (milliseconds: number): Promise<void> => clock.sleep(milliseconds);
const create = (fields: Parameters<typeof aBooking>[0] = {}) =>
  sandbox.booking.bookings.create(aBooking(fields));

function listen(options: Partial<EventStreamOptions> = {}): EventStream {
  const stream = new EventStream({
    clock,
    random: seededRandom(5),
    log: () => undefined,
    fetch: sandbox.fetch,
    source: async () => ({ url: `${sandbox.urls().booking}/events`, token, userAgent: 'calendar-sync/test' }),
    onOpen: () => {
      opened += 1;
    },
    onBookingChanged: (change) => changes.push(change),
    onWebhook: (webhook) => webhooks.push(webhook),
    ...options,
  });
  streams.push(stream);
  stream.start();
  return stream;
}

/** When the stream was asked for, in seconds since the start. */
const asked = (): readonly number[] =>
  sandbox.faults.journal
    .entries()
    .filter(({ url }) => url.endsWith('/events'))
    .map(({ at }) => (Date.parse(at) - Date.parse('2026-11-23T08:00:00.000Z')) / SECOND);

describe('the stream', () => {
  it('tells of every change of a booking that the device sees, and of no other', async () => {
    create({ id: 'before' });
    const stream = listen();
    await pass(SECOND);
    expect(stream.isOpen).toBe(true);
    const { version } = create({ id: 'bk_1' });
    create({ id: 'bk_other', technicianIds: ['tech_b'] });
    const moved = sandbox.booking.bookings.reassign('bk_1', ['tech_b']);
    await pass(SECOND);
    expect(changes).toEqual([
      { id: 'bk_1', version },
      { id: 'bk_1', version: moved.version },
    ]);
  });

  it('hands on what a provider posted to a relay', async () => {
    listen();
    await pass(SECOND);
    const webhook = {
      relayId: 'relay_1',
      provider: 'google',
      headers: { 'x-goog-channel-id': 'channel' },
      body: 'line one\nline two',
      receivedAt: '2026-11-23T08:00:01Z',
    };
    sandbox.booking.events.push('webhook', webhook, ['tech_a']);
    await pass(SECOND);
    expect(webhooks).toEqual([webhook]);
  });

  it('passes over what it does not understand', async () => {
    listen();
    await pass(SECOND);
    sandbox.booking.events.push('booking.changed', { nonsense: true }, ['tech_a']);
    sandbox.booking.events.push('weather' as 'webhook', {}, ['tech_a']);
    create({ id: 'bk_1' });
    await pass(SECOND);
    expect(changes).toMatchObject([{ id: 'bk_1' }]);
  });

  it('stays open for as long as comments come', async () => {
    listen();
    await pass(60 * MINUTE);
    expect(asked()).toHaveLength(1);
    create({ id: 'bk_1' });
    await pass(SECOND);
    expect(changes).toHaveLength(1);
  });

  it('runs over a socket too', async () => {
    await sandbox.listen();
    listen({ fetch });
    await clock.frozen(async () => {
      await expect.poll(() => sandbox.booking.events.listeners).toBe(1);
      create({ id: 'bk_1' });
      await expect.poll(() => changes.length).toBe(1);
      await streams[0]?.stop();
      await expect.poll(() => sandbox.booking.events.listeners).toBe(0);
    });
  });
});

describe('coming back', () => {
  it('resumes after the last event it heard', async () => {
    listen();
    await pass(SECOND);
    create({ id: 'bk_1' });
    await pass(SECOND);
    sandbox.booking.events.cutStreams();
    create({ id: 'bk_2' });
    create({ id: 'bk_3' });
    await pass(10 * SECOND);
    expect(opened).toBe(2);
    expect(changes.map(({ id }) => id)).toEqual(['bk_1', 'bk_2', 'bk_3']);
  });

  it('notices within a minute that nobody is there any more', async () => {
    sandbox.booking.commentEveryMs = 60 * MINUTE;
    listen();
    await pass(SECOND);
    sandbox.booking.commentEveryMs = null;
    await pass(58 * SECOND);
    expect(asked()).toHaveLength(2);
    await pass(10 * MINUTE);
    expect(asked()).toHaveLength(2);
  });

  it('does not wait for ever for the first line', async () => {
    sandbox.faults.add({
      service: 'booking',
      path: '/events',
      effect: { kind: 'delay', milliseconds: 60 * MINUTE },
    });
    listen();
    await pass(60 * SECOND);
    expect(opened).toBe(1);
    expect(asked()).toHaveLength(2);
  });

  it('waits for a server that sends nothing before its first comment', async () => {
    sandbox.faults.add({
      service: 'booking',
      path: '/events',
      effect: { kind: 'delay', milliseconds: 16 * SECOND },
    });
    listen();
    await pass(20 * SECOND);
    expect(opened).toBe(1);
    expect(asked()).toHaveLength(1);
  });

  it('backs off while the booking system is down, and spreads its attempts', async () => {
    sandbox.faults.add({
      service: 'booking',
      path: '/events',
      times: null,
      effect: { kind: 'status', status: 503 },
    });
    listen();
    await pass(60 * MINUTE);
    const attempts = asked();
    expect(attempts.length).toBeGreaterThan(10);
    expect(attempts.length).toBeLessThan(60);
    const gaps = attempts.slice(1).map((at, index) => at - (attempts[index] ?? 0));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(300);
    sandbox.faults.clear();
    await pass(5 * MINUTE);
    expect(opened).toBe(1);
  });

  it.each([
    ['after every event', 0, () => `id: ${opened}\nevent: booking.changed\ndata: {}\n\n`],
    ['after half a minute', 30 * SECOND, () => ':\n\n'],
  ])('comes back at once to a server that cuts its streams %s', async (_when, lifetime, text) => {
    async function* lines() {
      yield new TextEncoder().encode(text());
      await pass(lifetime);
      yield new TextEncoder().encode(text());
    }
    const headers = { 'content-type': 'text/event-stream' };
    listen({ fetch: async () => new Response(ReadableStream.from(lines()), { headers }) });
    await pass(10 * (lifetime + 2 * SECOND));
    expect(opened).toBeGreaterThanOrEqual(10);
  });

  it('waits as long as it is told to', async () => {
    sandbox.faults.add({
      service: 'booking',
      path: '/events',
      effect: { kind: 'status', status: 503, retryAfterSeconds: 120 },
    });
    listen();
    await pass(119 * SECOND);
    expect(asked()).toHaveLength(1);
    await pass(4 * SECOND);
    expect(opened).toBe(1);
  });

  it('asks seldom where events are refused', async () => {
    sandbox.booking.capabilities = { ...sandbox.booking.capabilities, events: false };
    listen();
    await pass(60 * MINUTE);
    expect(asked().length).toBeLessThanOrEqual(7);
    expect(opened).toBe(0);
  });

  it('connects anew at once when the network has changed', async () => {
    const stream = listen();
    await pass(SECOND);
    stream.reconnect();
    await pass(100);
    expect(opened).toBe(2);
    expect(sandbox.booking.events.listeners).toBe(1);
  });

  it('stops even where an answer does not end when it is told to', async () => {
    const stream = listen({ fetch: (input, init) => sandbox.fetch(input, { ...init, signal: null }) });
    await pass(SECOND);
    expect(stream.isOpen).toBe(true);
    await stream.stop();
    expect(stream.isOpen).toBe(false);
  });

  it('leaves nothing behind when it is stopped', async () => {
    const stream = listen();
    await pass(SECOND);
    await stream.stop();
    await pass(SECOND);
    expect(sandbox.booking.events.listeners).toBe(0);
    create({ id: 'bk_1' });
    await pass(60 * MINUTE);
    expect(asked()).toHaveLength(1);
    expect(changes).toEqual([]);
  });
});

import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectInStep } from '../support/in-step.ts';
import {
  addBooking,
  addPersonal,
  blocks,
  CALENDAR,
  createWorld,
  exported,
  TECHNICIAN,
  type World,
  warmUp,
} from '../support/world.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

let world: World;

beforeAll(warmUp);
beforeEach(async () => {
  world = await createWorld();
  // Comments on the stream are not what this is about, and cost a turn of virtual time each.
  world.sandbox.booking.commentEveryMs = 40 * SECOND;
});
afterEach(async () => {
  await world.app.agent.stop();
  await world.close();
});

const pass = (milliseconds: number): Promise<void> => world.clock.sleep(milliseconds);
const creations = (): number =>
  world.sandbox.faults.journal
    .entries()
    .filter(({ method, url }) => method === 'POST' && /\/google\/calendar\/v3\/.*\/events\?/.test(url))
    .length;
const refuseCreations = (status: number): string =>
  world.sandbox.faults.add({
    service: 'google',
    method: 'POST',
    path: '/events\\?',
    times: null,
    effect: { kind: 'status', status },
  });

describe('an export that fails', () => {
  it('is tried again by itself, and the log says when', async () => {
    const fault = refuseCreations(400);
    addBooking(world, 9);
    await world.app.agent.start();
    await pass(10 * SECOND);
    const [entry] = world.app.logs({ status: 'retry' }).items;
    expect(entry).toMatchObject({ operation: 'create', attempt: 1, code: 'INVALID_INPUT' });
    const next = /Next attempt at (\S+)\./.exec(entry?.message ?? '')?.[1] ?? '';
    expect(Date.parse(next) - world.clock.now().getTime()).toBeLessThan(MINUTE);
    world.sandbox.faults.remove(fault);
    await pass(Date.parse(next) - world.clock.now().getTime() + 2 * SECOND);
    expectInStep(world);
  });

  it('is given up aloud, and tried again when the booking changes or somebody syncs by hand', async () => {
    const fault = refuseCreations(400);
    const booking = addBooking(world, 9);
    await world.app.agent.start();
    await pass(6 * HOUR);
    const attempts = creations();
    expect(attempts).toBe(8);
    const [last] = world.app.logs({ status: 'error' }).items;
    expect(last).toMatchObject({ operation: 'create', attempt: 8, bookingId: booking.id });
    expect(last?.message).toContain('Given up after 8 attempts');
    await pass(6 * HOUR);
    expect(creations()).toBe(attempts);
    expect(world.app.agent.state().lastRun?.ok).toBe(false);
    expect(world.app.accounts()).toMatchObject([{ state: 'error' }]);

    await world.app.agent.syncNow();
    expect(creations()).toBe(attempts + 1);
    world.sandbox.faults.remove(fault);
    world.sandbox.booking.bookings.patch(booking.id, { title: 'Without the umlaut' });
    await pass(3 * SECOND);
    expect(exported(world)).toMatchObject([{ summary: 'Without the umlaut' }]);
    expect(world.app.accounts()).toMatchObject([{ state: 'connected', error: null }]);
  });

  it('does not hold up the others', async () => {
    world.sandbox.faults.add({
      service: 'google',
      method: 'POST',
      path: '/events\\?',
      effect: { kind: 'status', status: 400 },
    });
    for (const hour of [9, 12, 15]) addBooking(world, hour);
    await world.app.agent.start();
    await pass(10 * SECOND);
    expect(exported(world)).toHaveLength(2);
    await pass(2 * MINUTE);
    expectInStep(world);
  });

  it('is delivered once when the outage ends, though the process was killed in between', async () => {
    await world.app.agent.start();
    await pass(MINUTE);
    const outage = world.sandbox.faults.add({
      service: 'google',
      path: '/calendar/v3/',
      times: null,
      effect: { kind: 'status', status: 503 },
    });
    addBooking(world, 9);
    await pass(20 * MINUTE);
    expect(exported(world)).toEqual([]);
    world.kill();
    await world.app.agent.stop();
    await world.restart();
    await world.app.agent.start();
    await pass(HOUR);
    world.sandbox.faults.remove(outage);
    await pass(11 * MINUTE);
    expectInStep(world);
    expect(exported(world)).toHaveLength(1);
    world.sandbox.faults.journal.clear();
    await pass(HOUR);
    expect(creations()).toBe(0);
  });

  it('is not sent twice when only its answer was lost', async () => {
    world.sandbox.faults.add({
      service: 'google',
      method: 'POST',
      path: '/events\\?',
      times: 30,
      effect: { kind: 'drop', when: 'after' },
    });
    addBooking(world, 9);
    await world.app.agent.start();
    await pass(5 * MINUTE);
    world.sandbox.faults.clear();
    await pass(30 * MINUTE);
    expectInStep(world);
  });
});

describe('a busy time that fails', () => {
  const attempts = (): number =>
    world.sandbox.faults.journal.entries().filter(({ url }) => url.endsWith('/busy-blocks:batch')).length;

  it('is tried again less and less often, given up aloud, and delivered when somebody syncs by hand', async () => {
    const fault = world.sandbox.faults.add({
      service: 'booking',
      path: 'busy-blocks:batch',
      times: null,
      effect: { kind: 'status', status: 400 },
    });
    addPersonal(world, 10);
    await world.app.agent.start();
    await pass(10 * SECOND);
    const [entry] = world.app.logs({ status: 'retry' }).items;
    expect(entry).toMatchObject({ direction: 'import', operation: 'upsert', attempt: 1 });
    expect(entry?.message).toContain('Next attempt at');
    await pass(2.5 * HOUR);
    expect(attempts()).toBe(8);
    expect(world.app.logs({ status: 'error', search: 'Given up after 8 attempts' }).total).toBe(1);
    expect(world.app.accounts()).toMatchObject([{ state: 'connected', error: { code: 'PROVIDER_ERROR' } }]);

    // Another event is another matter, and is not held up.
    world.sandbox.faults.remove(fault);
    addPersonal(world, 12);
    await pass(15 * MINUTE);
    expect(world.sandbox.booking.blocks.all(TECHNICIAN)).toHaveLength(1);
    await world.app.agent.syncNow();
    expectInStep(world);
    expect(world.app.accounts()).toMatchObject([{ state: 'connected', error: null }]);
  });
});

describe('a service that asks for a pause', () => {
  it.each([
    ['google', '/calendar/v3/.*/events/watch', '/google/calendar'],
    ['booking', '/webhook-relays', '/booking/'],
  ])(
    '%s, where a channel is opened, is left alone by everybody until it is over',
    async (service, path, of) => {
      world.sandbox.faults.add({
        ...{ service, path },
        effect: { kind: 'status', status: 429, retryAfterSeconds: 600 },
      });
      await world.app.agent.start();
      await pass(MINUTE);
      world.sandbox.faults.journal.clear();
      addBooking(world, 9);
      await pass(8 * MINUTE);
      const asked = world.sandbox.faults.journal.entries().filter(({ url }) => url.startsWith(of));
      expect(asked.filter(({ url }) => !url.endsWith('/events'))).toEqual([]);
      await pass(20 * MINUTE);
      expectInStep(world);
    },
  );

  it('for a busy time frees no other before that is over: it may be the same hour, under another event', async () => {
    const before = addPersonal(world, 10);
    await world.app.agent.start();
    await pass(MINUTE);
    const [old] = blocks(world);
    world.sandbox.faults.add({
      ...{ service: 'booking', method: 'PUT' },
      effect: { kind: 'hook', name: 'block-item', argument: { status: 429, retryAfterSeconds: 900 } },
    });
    world.sandbox.google.deleteEvent(CALENDAR, before);
    addPersonal(world, 10);
    await pass(MINUTE);
    expect(blocks(world)).toEqual([old]);
    addBooking(world, 9);
    await pass(12 * MINUTE);
    expect(exported(world)).toHaveLength(1);
    expect(blocks(world)).toEqual([old]);
    await pass(3 * MINUTE);
    expect(blocks(world)).toMatchObject([{ start: old?.start }]);
    expectInStep(world);
  });

  it('is not asked for what the feeds show either, nor given what they say', async () => {
    await world.app.agent.start();
    await pass(MINUTE);
    const feed = await world.app.feeds.create({
      technicianId: TECHNICIAN,
      visibility: 'details',
      publish: true,
    });
    world.sandbox.faults.add({
      ...{ service: 'booking', path: '/bookings/changes' },
      effect: { kind: 'status', status: 429, retryAfterSeconds: 900 },
    });
    addBooking(world, 9);
    await pass(10 * SECOND);
    world.sandbox.faults.journal.clear();
    const token = /ics\/(.*)\.ics$/.exec(feed.path ?? '')?.[1] ?? '';
    await pass(12 * MINUTE);
    expect(await world.app.feeds.respond({ method: 'GET', token, headers: {} })).toMatchObject({
      status: 200,
    });
    const asked = world.sandbox.faults.journal.entries().filter(({ url }) => url.startsWith('/booking/'));
    expect(asked.filter(({ url }) => !url.endsWith('/events'))).toEqual([]);
    await pass(20 * MINUTE);
    expectInStep(world);
    expect([...world.sandbox.booking.hostedFeeds.values()].join()).toContain('Job at 9');
  });

  it('is not asked who we are either, once a day has passed since it said so', async () => {
    world.clock.advance(23 * HOUR + 55 * MINUTE);
    await world.app.agent.start();
    await pass(MINUTE);
    world.sandbox.faults.add({
      ...{ service: 'booking', path: '/bookings/changes' },
      effect: { kind: 'status', status: 429, retryAfterSeconds: 900 },
    });
    addBooking(world, 9);
    await pass(MINUTE);
    world.sandbox.faults.journal.clear();
    await pass(13 * MINUTE);
    const asked = (): readonly string[] =>
      world.sandbox.faults.journal
        .entries()
        .map(({ url }) => url)
        .filter((url) => url.startsWith('/booking/') && !url.endsWith('/events'));
    expect(asked()).toEqual([]);
    await pass(20 * MINUTE);
    expect(asked()).toContainEqual(expect.stringMatching(/\/me$/));
    expectInStep(world);
  });
});

describe('what dispatch is told of the calendar', () => {
  const told = () => world.sandbox.booking.health.get(TECHNICIAN);
  const tellings = (): number =>
    world.sandbox.faults.journal.entries().filter(({ url }) => url.endsWith('/calendar-health')).length;

  it('is that it cannot be trusted once it could not be read for an hour, and that it can again, once each', async () => {
    addPersonal(world, 10);
    await world.app.agent.start();
    await pass(MINUTE);
    expect(told()).toBeUndefined();
    const read = world.clock.now();
    const outage = world.sandbox.faults.add({
      service: 'google',
      path: '/calendar/v3/',
      times: null,
      effect: { kind: 'drop', when: 'before' },
    });
    await pass(50 * MINUTE);
    expect(told()).toBeUndefined();
    await pass(25 * MINUTE);
    expect(told()).toMatchObject({ status: 'unknown' });
    expect(Math.abs(Date.parse(told()?.since ?? '') - read.getTime())).toBeLessThanOrEqual(MINUTE);
    await world.app.agent.stop();
    await world.restart();
    await world.app.agent.start();
    await pass(3 * HOUR);
    expect(tellings()).toBe(1);
    world.sandbox.faults.remove(outage);
    await pass(11 * MINUTE);
    expect(told()).toMatchObject({ status: 'ok' });
    await pass(3 * HOUR);
    expect(tellings()).toBe(2);
  });

  it('is at once that somebody must sign in, and names neither account nor calendar', async () => {
    await world.app.agent.start();
    await pass(MINUTE);
    world.sandbox.google.revokeAccount('tess@example.com');
    await pass(11 * MINUTE);
    expect(told()).toMatchObject({ status: 'unknown' });
    expect(JSON.stringify(told())).not.toContain('tess@');
    await world.signIn();
    await pass(10 * SECOND);
    expect(told()).toMatchObject({ status: 'ok' });
  });

  it('is told later when the booking system could not be reached', async () => {
    await world.app.agent.start();
    await pass(MINUTE);
    world.sandbox.faults.add({
      service: 'booking',
      path: 'calendar-health',
      times: 12,
      effect: { kind: 'status', status: 503 },
    });
    world.sandbox.google.revokeAccount('tess@example.com');
    await pass(60 * MINUTE);
    expect(told()).toMatchObject({ status: 'unknown' });
  });

  it('is nothing after a night of sleep or an outage of the booking system itself', async () => {
    await world.app.agent.start();
    await pass(MINUTE);
    world.clock.advance(9 * HOUR);
    await pass(5 * MINUTE);
    const outage = world.sandbox.faults.add({
      service: 'booking',
      times: null,
      effect: { kind: 'status', status: 503 },
    });
    await pass(3 * HOUR);
    world.sandbox.faults.remove(outage);
    await pass(20 * MINUTE);
    expect(told()).toBeUndefined();
  });

  it('is that it goes stale, also while everything is paused', async () => {
    await world.app.agent.start();
    await pass(MINUTE);
    world.app.agent.pause(null);
    await pass(2 * HOUR);
    expect(told()).toMatchObject({ status: 'unknown' });
  });

  it('is nothing of calendars that are only written to', async () => {
    const [mapping] = world.app.mappings();
    await world.app.updateMapping(mapping?.id ?? '', { direction: 'export' });
    await world.app.agent.start();
    await pass(MINUTE);
    world.sandbox.google.revokeAccount('tess@example.com');
    await pass(2 * HOUR);
    expect(tellings()).toBe(0);
  });
});

describe('the log', () => {
  it('is kept for ninety days', async () => {
    addBooking(world, 9);
    await world.app.agent.start();
    await pass(MINUTE);
    expect(world.app.logs({}).total).toBeGreaterThan(0);
    world.clock.advance(89 * 24 * HOUR);
    await pass(30 * MINUTE);
    expect(world.app.logs({ search: 'Job at 9' }).total).toBeGreaterThan(0);
    world.clock.advance(2 * 24 * HOUR);
    await pass(30 * MINUTE);
    expect(world.app.logs({ to: '2026-11-24' }).total).toBe(0);
  });
});

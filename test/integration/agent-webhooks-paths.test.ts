import fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { webhookRoutes } from '../../src/main/headless/server/webhook-routes.ts';
import { inProcessFetch } from '../../src/sandbox/in-process-fetch.ts';
import { moveToOutlook, OUTLOOK } from '../support/outlook.ts';
import {
  addBooking,
  addPersonal,
  blocks,
  CALENDAR,
  createWorld,
  type World,
  type WorldOptions,
  warmUp,
} from '../support/world.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** Where an administrator lets providers reach the agent. */
const AGENT = 'https://agent.example';

let world: World;
/** The agent's own server, as far as providers see it. */
let server: FastifyInstance;

beforeAll(warmUp);
beforeEach(() => {
  server = fastify();
  webhookRoutes(server, () => world.app.webhooks);
});
afterEach(async () => {
  await world.app.agent.stop();
  await world.close();
  await server.close();
});

const pass = (milliseconds: number): Promise<void> => world.clock.sleep(milliseconds);
const subscriptions = () => world.sandbox.microsoft.subscriptions.open();
const requests = (path: RegExp): number =>
  world.sandbox.faults.journal.entries().filter(({ url }) => path.test(url)).length;

async function start(options: WorldOptions = {}, prepare?: (started: World) => Promise<void>): Promise<void> {
  world = await createWorld(options);
  // Comments on the stream are not what this is about, and cost a turn of virtual time each.
  world.sandbox.booking.commentEveryMs = 40 * SECOND;
  await prepare?.(world);
  await world.app.agent.start();
  await pass(2 * MINUTE);
  world.sandbox.faults.journal.clear();
}

const direct = (): WorldOptions => ({
  environment: { CALENDAR_SYNC_WEBHOOK_URL: `${AGENT}/` },
  outside: inProcessFetch(
    () => server,
    () => [AGENT],
  ),
});

const addToOutlook = (subject: string): string =>
  world.sandbox.microsoft.addEvent(OUTLOOK, {
    subject,
    start: { dateTime: '2026-11-25T09:00:00', timeZone: 'UTC' },
    end: { dateTime: '2026-11-25T10:00:00', timeZone: 'UTC' },
  }).id;

describe('Google, straight to the agent', () => {
  it('reaches the booking system within seconds, and asks for no relay', async () => {
    await start(direct());
    expect(world.sandbox.google.channels.open().map(({ address }) => address)).toEqual([
      `${AGENT}/webhooks/google/calendar`,
    ]);
    const id = addPersonal(world, 9);
    await pass(10 * SECOND);
    expect(blocks(world)).toHaveLength(1);
    world.sandbox.google.deleteEvent(CALENDAR, id);
    await pass(10 * SECOND);
    expect(blocks(world)).toEqual([]);
    expect(world.sandbox.booking.relays.all()).toEqual([]);
  });
});

describe('Outlook', () => {
  it.each([
    ['by the relay', () => ({})],
    ['straight to the agent', direct],
  ] as const)('reaches the booking system within seconds %s', async (_way, options) => {
    await start(options(), moveToOutlook);
    expect(subscriptions()).toHaveLength(1);
    const id = addToOutlook('Dentist');
    await pass(10 * SECOND);
    expect(blocks(world)).toHaveLength(1);
    world.sandbox.microsoft.deleteEvent(OUTLOOK, id);
    await pass(10 * SECOND);
    expect(blocks(world)).toEqual([]);
  });

  it('two hundred times in a second costs one pull', async () => {
    await start({}, moveToOutlook);
    for (let change = 0; change < 200; change += 1) {
      addToOutlook(`Appointment ${change}`);
      await pass(5);
    }
    await pass(MINUTE);
    expect(requests(/\/relays\//)).toBe(200);
    expect(requests(/\/bookings\/changes/)).toBe(1);
    expect(blocks(world)).toHaveLength(200);
  });

  it('is read once more because we wrote to it', async () => {
    await start({}, moveToOutlook);
    addBooking(world, 9);
    await pass(MINUTE);
    expect(requests(/\/bookings\/changes/)).toBe(2);
    expect(requests(/\/relays\//)).toBeGreaterThan(0);
  });

  it('renews its subscription before that ends', async () => {
    await start({}, moveToOutlook);
    const [first] = subscriptions();
    await pass(Date.parse(first?.expirationDateTime ?? '') - world.clock.now().getTime() - 23 * HOUR);
    const [renewed] = subscriptions();
    expect(renewed?.id).toBe(first?.id);
    expect(Date.parse(renewed?.expirationDateTime ?? '')).toBeGreaterThan(
      Date.parse(first?.expirationDateTime ?? '') + 40 * HOUR,
    );
    expect(requests(/\/v1\.0\/subscriptions\//)).toBe(1);
  });

  it('follows what Graph says of the subscription itself', async () => {
    await start({}, moveToOutlook);
    const [first] = subscriptions();
    world.sandbox.faults.add({
      service: 'microsoft',
      effect: { kind: 'hook', name: 'lose-notification' },
    });
    addToOutlook('Lost');
    world.sandbox.microsoft.subscriptions.tell(first?.id ?? '', 'missed');
    await pass(10 * SECOND);
    expect(blocks(world)).toHaveLength(1);
    world.sandbox.microsoft.subscriptions.tell(first?.id ?? '', 'reauthorizationRequired');
    await pass(10 * SECOND);
    expect(requests(/\/v1\.0\/subscriptions\//)).toBe(1);
    world.sandbox.microsoft.subscriptions.tell(first?.id ?? '', 'subscriptionRemoved');
    await pass(10 * SECOND);
    expect(subscriptions()).toHaveLength(1);
    expect(subscriptions()[0]?.id).not.toBe(first?.id);
  });

  it('is unsubscribed from when the account is disconnected', async () => {
    await start({}, moveToOutlook);
    const [account] = world.app.accounts();
    await world.app.removeAccount(account?.id ?? '', { deleteEvents: false });
    expect(subscriptions()).toEqual([]);
  });
});

import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectInStep } from '../support/in-step.ts';
import {
  addBooking,
  addPersonal,
  blocks,
  CALENDAR,
  createWorld,
  type World,
  warmUp,
} from '../support/world.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let world: World;

beforeAll(warmUp);
beforeEach(async () => {
  world = await createWorld();
  // Comments on the stream are not what this is about, and cost a turn of virtual time each.
  world.sandbox.booking.commentEveryMs = 40 * SECOND;
  await world.app.agent.start();
  // Long after the first run, and long before the next poll.
  await pass(2 * MINUTE);
  world.sandbox.faults.journal.clear();
});
afterEach(async () => {
  await world.app.agent.stop();
  await world.close();
});

const pass = (milliseconds: number): Promise<void> => world.clock.sleep(milliseconds);
const channels = () => world.sandbox.google.channels.open();
const requests = (path: RegExp): number =>
  world.sandbox.faults.journal.entries().filter(({ url }) => path.test(url)).length;
const pulls = (): number => requests(/\/events\?singleEvents/);
const lose = (times: number | null): string =>
  world.sandbox.faults.add({
    service: 'google',
    times,
    effect: { kind: 'hook', name: 'lose-notification' },
  });

describe('a calendar that changes', () => {
  it('reaches the booking system within seconds, without waiting for the timer', async () => {
    const id = addPersonal(world, 9);
    await pass(10 * SECOND);
    expect(blocks(world)).toHaveLength(1);
    world.sandbox.google.deleteEvent(CALENDAR, id);
    await pass(10 * SECOND);
    expect(blocks(world)).toEqual([]);
  });

  it('two hundred times in a second costs one pull', async () => {
    const id = addPersonal(world, 9);
    for (let change = 1; change < 200; change += 1) {
      world.sandbox.google.editEvent(CALENDAR, id, { summary: `Change ${change}` });
      await pass(5);
    }
    await pass(MINUTE);
    expect(requests(/\/relays\//)).toBe(200);
    expect(pulls()).toBe(1);
    expectInStep(world);
  });

  it('is found by the timer where its notifications are lost', async () => {
    lose(null);
    addPersonal(world, 9);
    await pass(MINUTE);
    expect(blocks(world)).toEqual([]);
    await pass(11 * MINUTE);
    expect(blocks(world)).toHaveLength(1);
  });

  it('and says so many times over costs one pull', async () => {
    world.sandbox.faults.add({
      service: 'google',
      effect: { kind: 'hook', name: 'repeat-notification', argument: 20 },
    });
    addPersonal(world, 9);
    await pass(MINUTE);
    expect(pulls()).toBe(1);
  });

  it('because we wrote to it is read once more, which writes nothing', async () => {
    addBooking(world, 9);
    await pass(MINUTE);
    expect(pulls()).toBe(2);
    expect(requests(/\/events\?sendUpdates/)).toBe(1);
    expectInStep(world);
  });

  it('right after we wrote to it is read, also where our write was not told of', async () => {
    lose(1);
    addBooking(world, 9);
    await pass(3 * SECOND);
    addPersonal(world, 10);
    await pass(15 * SECOND);
    expect(blocks(world)).toHaveLength(1);
  });

  it('while the agent is paused is read when it is resumed', async () => {
    world.app.agent.pause(null);
    addPersonal(world, 9);
    await pass(MINUTE);
    expect(pulls()).toBe(0);
    world.app.agent.resume();
    await pass(10 * SECOND);
    expect(blocks(world)).toHaveLength(1);
  });
});

describe('channels', () => {
  it('are renewed before they end, the new one before the old one is stopped', async () => {
    const [first] = channels();
    const life = (first?.expiresAt ?? 0) - world.clock.now().getTime();
    await pass(life - 25 * HOUR);
    expect(channels().map(({ id }) => id)).toEqual([first?.id]);
    await pass(2 * HOUR);
    const [second] = channels();
    expect(channels()).toHaveLength(1);
    expect(second?.id).not.toBe(first?.id);
    const order = world.sandbox.faults.journal
      .entries()
      .map(({ url }) => /events\/watch|channels\/stop/.exec(url)?.[0])
      .filter((path) => path !== undefined);
    expect(order).toEqual(['events/watch', 'channels/stop']);
    addPersonal(world, 9);
    await pass(10 * SECOND);
    expect(blocks(world)).toHaveLength(1);
  });

  it('survive a restart of the program', async () => {
    const [before] = channels();
    await world.app.agent.stop();
    await world.restart();
    await world.app.agent.start();
    await pass(MINUTE);
    expect(channels()).toEqual([before]);
    addPersonal(world, 9);
    await pass(10 * SECOND);
    expect(blocks(world)).toHaveLength(1);
  });

  it('that lapsed while the machine slept are opened anew, and the calendar is read once', async () => {
    const [before] = channels();
    lose(1);
    addPersonal(world, 9);
    world.clock.advance(7 * DAY);
    expect(channels()).toEqual([]);
    world.power.report('resume');
    await pass(2 * MINUTE);
    expect(channels()).toHaveLength(1);
    expect(channels()[0]?.id).not.toBe(before?.id);
    expect(blocks(world)).toHaveLength(1);
    expect(requests(/\/bookings\?/)).toBe(1);
  });

  it('lead to a relay of this device once it has enrolled anew', async () => {
    const [before] = channels();
    const code = 'TESS-ANEW';
    world.sandbox.booking.devices.addCode(code, { technicianId: 'tech_tess' });
    await world.app.enrol({ url: world.sandbox.urls().booking, code });
    await pass(MINUTE);
    expect(channels()).toHaveLength(1);
    expect(channels()[0]?.address).not.toBe(before?.address);
    addPersonal(world, 9);
    await pass(10 * SECOND);
    expect(blocks(world)).toHaveLength(1);
  });

  it('are stopped when the account is disconnected', async () => {
    const [account] = world.app.accounts();
    expect(world.sandbox.booking.relays.all()).toHaveLength(1);
    await world.app.removeAccount(account?.id ?? '', { deleteEvents: false });
    expect(channels()).toEqual([]);
    expect(world.sandbox.booking.relays.all()).toEqual([]);
  });

  it('are stopped for a calendar that is no longer kept in step', async () => {
    const [mapping] = world.app.mappings();
    await world.app.updateMapping(mapping?.id ?? '', { enabled: false });
    await pass(MINUTE);
    expect(channels()).toEqual([]);
  });

  it('are stopped once the booking system relays nothing any more, and opened when it does again', async () => {
    const { booking } = world.sandbox;
    const { capabilities } = booking;
    const [before] = channels();
    booking.capabilities = { ...capabilities, webhookRelay: false };
    // It is asked once a day what it can do.
    await pass(DAY + 15 * MINUTE);
    expect(channels()).toEqual([]);
    booking.capabilities = capabilities;
    await pass(DAY + 15 * MINUTE);
    expect(channels()).toHaveLength(1);
    // The relay of before may have gone with the ability.
    expect(channels()[0]?.address).not.toBe(before?.address);
  });

  it('are not opened where the booking system relays nothing', async () => {
    await world.app.agent.stop();
    await world.restart({ forget: true });
    const { booking } = world.sandbox;
    const before = channels().length;
    booking.capabilities = { ...booking.capabilities, webhookRelay: false };
    await world.reconnect();
    await world.app.agent.start();
    await pass(MINUTE);
    expect(channels()).toHaveLength(before);
    expect(requests(/webhook-relays|events\/watch/)).toBe(0);
  });

  it.each([404, 410, 501])(
    'are not opened, which is said once, where the relay answers %s',
    async (status) => {
      await world.app.agent.stop();
      await world.restart({ forget: true });
      const before = channels().length;
      const fault = world.sandbox.faults.add({
        service: 'booking',
        path: '/webhook-relays',
        times: null,
        effect: { kind: 'status', status, reason: status === 501 ? 'not_supported' : 'not_found' },
      });
      await world.reconnect();
      await world.app.agent.start();
      await pass(HOUR);
      expect(requests(/webhook-relays/)).toBe(1);
      expect(world.app.logs({ search: 'relays no notifications' }).total).toBe(1);
      expect(world.app.agent.state().lastRun?.ok).toBe(true);
      await world.app.agent.stop();
      await world.restart();
      await world.app.agent.start();
      await pass(20 * MINUTE);
      expect(world.app.logs({ search: 'relays no notifications' }).total).toBe(1);
      // After a day it may relay again.
      world.sandbox.faults.remove(fault);
      world.clock.advance(24 * HOUR);
      await pass(2 * MINUTE);
      expect(channels()).toHaveLength(before + 1);
    },
  );

  it('are tried again a quarter of an hour later where they are refused', async () => {
    await world.app.agent.stop();
    await world.restart({ forget: true });
    const before = channels().length;
    world.sandbox.faults.add({
      service: 'google',
      path: 'events/watch',
      effect: { kind: 'status', status: 403 },
    });
    await world.reconnect();
    await world.app.agent.start();
    await pass(14 * MINUTE);
    expect(requests(/events\/watch/)).toBe(1);
    await pass(10 * MINUTE);
    expect(channels()).toHaveLength(before + 1);
  });

  it('belong to the agent: a single sync opens none', async () => {
    await world.app.agent.stop();
    await world.restart({ forget: true });
    await world.reconnect();
    await world.sync();
    expect(requests(/webhook-relays|events\/watch/)).toBe(0);
  });
});

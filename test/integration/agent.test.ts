import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectInStep } from '../support/in-step.ts';
import {
  addBooking,
  addPersonal,
  blocks,
  createWorld,
  exported,
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
  addBooking(world, 9);
  addPersonal(world, 10);
});
afterEach(async () => {
  await world.app.agent.stop();
  await world.close();
});

const pass = (milliseconds: number): Promise<void> => world.clock.sleep(milliseconds);
const since = (start: Date): number => world.clock.now().getTime() - start.getTime();

/** When the calendar was read, in minutes after `start`. */
function reads(start: Date): readonly number[] {
  return world.sandbox.faults.journal
    .entries()
    .filter(
      ({ method, url }) =>
        method === 'GET' && /^\/google\/calendar\/v3\/calendars\/[^/]+\/events\?/.test(url),
    )
    .map(({ at }) => (Date.parse(at) - start.getTime()) / MINUTE);
}

describe('the timer', () => {
  it('syncs at once, and then every ten minutes, a little spread', async () => {
    const start = world.clock.now();
    await world.app.agent.start();
    await pass(SECOND);
    expectInStep(world);
    const first = reads(start).length;
    await pass(3 * HOUR);
    const polls = reads(start).slice(first);
    expect(polls.length).toBeGreaterThanOrEqual(16);
    expect(polls.length).toBeLessThanOrEqual(20);
    const gaps = polls.map((at, index) => at - (polls[index - 1] ?? 0)).slice(1);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(9);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(11.1);
    expect(new Set(gaps.map((gap) => gap.toFixed(3))).size).toBeGreaterThan(1);
  });

  it('says when it runs next, and what the last run did', async () => {
    expect(world.app.agent.state()).toMatchObject({ started: false, running: false, nextRunAt: null });
    // Or the calendar would say so itself.
    world.sandbox.faults.add({
      service: 'google',
      times: null,
      effect: { kind: 'hook', name: 'lose-notification' },
    });
    await world.app.agent.start();
    await pass(SECOND);
    const { nextRunAt, lastRun, ...rest } = world.app.agent.state();
    expect(rest).toMatchObject({ started: true, running: false, failures: 0, offlineSince: null });
    expect(lastRun).toMatchObject({ ok: true, added: 2, changed: 0, removed: 0 });
    expect(world.app.status().nextRunAt).toBe(nextRunAt);
    addPersonal(world, 14);
    await pass(Date.parse(nextRunAt ?? '') - world.clock.now().getTime() - SECOND);
    expect(blocks(world)).toHaveLength(1);
    await pass(2 * SECOND);
    expect(blocks(world)).toHaveLength(2);
  });

  it('goes on where it was when it is started again', async () => {
    await world.app.agent.start();
    await pass(MINUTE);
    await world.app.agent.stop();
    addBooking(world, 14);
    await pass(HOUR);
    expect(exported(world)).toHaveLength(1);
    await world.restart();
    await world.app.agent.start();
    await pass(SECOND);
    expect(exported(world)).toHaveLength(2);
  });

  it('waits for enrolment and an account, and syncs as soon as they are there', async () => {
    await world.restart({ forget: true });
    await world.app.agent.start();
    await pass(HOUR);
    expect(world.app.agent.state().nextRunAt).toBeNull();
    addBooking(world, 14);
    await world.reconnect();
    await pass(2 * SECOND);
    expect(exported(world)).toHaveLength(2);
  });

  it('syncs at once after a decision of a person', async () => {
    await world.app.agent.start();
    await pass(MINUTE);
    const [mapping] = world.app.mappings();
    await world.app.updateMapping(mapping?.id ?? '', { visibility: 'details' });
    await pass(2 * SECOND);
    expect(world.sandbox.booking.blocks.all()).toMatchObject([{ title: 'Private 10' }]);
  });
});

describe('pausing', () => {
  it.each(['soon', '', '2020-01-01T00:00:00Z'])('is refused until “%s”', async (until) => {
    await world.app.agent.start();
    expect(() => world.app.agent.pause(until)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
    expect(world.app.agent.state().pausedUntil).toBeNull();
  });

  it('runs nothing until the time given, restarts included', async () => {
    await world.app.agent.start();
    await pass(MINUTE);
    const until = new Date(world.clock.now().getTime() + 2 * HOUR).toISOString();
    world.app.agent.pause(until);
    expect(world.app.agent.state()).toMatchObject({ pausedUntil: until, nextRunAt: until });
    addBooking(world, 14);
    await pass(HOUR);
    await world.app.agent.stop();
    await world.restart();
    await world.app.agent.start();
    await pass(HOUR - 2 * MINUTE);
    expect(exported(world)).toHaveLength(1);
    await pass(3 * MINUTE);
    expect(exported(world)).toHaveLength(2);
    expect(world.app.agent.state().pausedUntil).toBeNull();
  });

  it('lasts until somebody resumes when no time is given', async () => {
    await world.app.agent.start();
    await pass(MINUTE);
    world.app.agent.pause(null);
    expect(world.app.agent.state()).toMatchObject({ pausedUntil: 'resumed', nextRunAt: null });
    addBooking(world, 14);
    await pass(6 * HOUR);
    expect(exported(world)).toHaveLength(1);
    world.app.agent.resume();
    await pass(SECOND);
    expect(exported(world)).toHaveLength(2);
  });

  it('does not keep anybody from syncing by hand', async () => {
    await world.app.agent.start();
    await pass(MINUTE);
    world.app.agent.pause(null);
    addBooking(world, 14);
    expect((await world.app.agent.syncNow()).ok).toBe(true);
    expect(exported(world)).toHaveLength(2);
    expect(world.app.agent.state().pausedUntil).toBe('resumed');
  });
});

describe('runs that are asked for', () => {
  it('share one run when they ask for the same while another is under way', async () => {
    const first = world.app.agent.syncNow();
    await Promise.resolve();
    const more = Array.from({ length: 20 }, () => world.app.agent.syncNow());
    const runs = await Promise.all([first, ...more]);
    expect(new Set(runs.map(({ runId }) => runId)).size).toBe(2);
  });

  it('never run beside another', async () => {
    world.sandbox.faults.add({
      service: 'google',
      path: '/events',
      times: null,
      effect: { kind: 'delay', milliseconds: 700 },
    });
    await world.app.agent.start();
    const runs = await Promise.all([
      world.app.agent.syncNow(),
      world.app.agent.syncNow({ full: true }),
      world.app.sync(),
    ]);
    const spans = [...runs].sort((a, b) => a.startedAt.localeCompare(b.startedAt));
    for (const [index, run] of spans.entries()) {
      expect(run.startedAt >= (spans[index - 1]?.finishedAt ?? '')).toBe(true);
    }
  });

  it('end after the write in progress when they are cancelled', async () => {
    for (let hour = 0; hour < 12; hour += 1) addBooking(world, hour + 10);
    world.sandbox.faults.add({
      service: 'google',
      method: 'POST',
      path: '/events',
      times: null,
      effect: { kind: 'delay', milliseconds: 2_000 },
    });
    const run = world.app.agent.syncNow();
    await pass(3 * SECOND);
    world.app.agent.cancel();
    const start = world.clock.now();
    expect((await run).ok).toBe(false);
    expect(since(start)).toBeLessThan(3 * SECOND);
    expect(exported(world).length).toBeGreaterThan(0);
    expect(exported(world).length).toBeLessThan(13);
    world.sandbox.faults.clear();
    await world.app.agent.syncNow();
    expectInStep(world);
  });
});

describe('whoever watches', () => {
  it('hears of every run, and no more once they have left', async () => {
    const heard: boolean[] = [];
    const phases = new Set<string>();
    const leave = world.app.agent.onChange(({ running, progress }) => {
      heard.push(running);
      if (progress !== null) phases.add(progress.phase);
    });
    await world.app.agent.syncNow();
    expect(phases).toContain('write-events');
    expect(heard).toContain(true);
    expect(heard.at(-1)).toBe(false);
    leave();
    const before = heard.length;
    await world.app.agent.syncNow();
    expect(heard).toHaveLength(before);
  });
});

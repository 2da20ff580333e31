import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createWorld, type World, warmUp } from '../support/world.ts';

const MINUTE = 60_000;
const HOOK = 'https://alerts.example.test/hook';

let world: World;
let told: unknown[];
let hookStatus: number;

beforeAll(warmUp);
beforeEach(async () => {
  told = [];
  hookStatus = 200;
  world = await createWorld({
    settings: { alertWebhookUrl: HOOK, alertAfterFailures: 2 },
    network: (direct) => async (input, init) => {
      const request = new Request(input, init);
      if (request.url !== HOOK) return direct(input, init);
      if (hookStatus === 200) told.push(await request.json());
      return new Response(null, { status: hookStatus });
    },
  });
  world.sandbox.booking.commentEveryMs = MINUTE;
});
afterEach(async () => {
  await world.app.agent.stop();
  await world.close();
});

const refuseListings = (): string =>
  world.sandbox.faults.add({
    service: 'google',
    method: 'GET',
    path: '/events',
    times: null,
    effect: { kind: 'status', status: 403 },
  });

describe('the alert hook of an agent', () => {
  it('is called once when the sync keeps failing, and once when it works again', async () => {
    const fault = refuseListings();
    await world.app.agent.start();
    // After a failure it is tried again sooner than by the timer, which is no reason to alert anybody sooner.
    await world.clock.sleep(7 * MINUTE);
    expect(world.app.agent.state().failures).toBeGreaterThan(2);
    expect(told).toEqual([]);
    await world.clock.sleep(53 * MINUTE);
    expect(told).toEqual([expect.objectContaining({ event: 'sync.failing' })]);
    world.sandbox.faults.remove(fault);
    await world.clock.sleep(30 * MINUTE);
    expect(told.slice(1)).toEqual([expect.objectContaining({ event: 'sync.recovered' })]);
  });

  it('that cannot be reached is called again after the next run, and harms no sync', async () => {
    hookStatus = 500;
    refuseListings();
    await world.app.agent.start();
    await world.clock.sleep(60 * MINUTE);
    hookStatus = 200;
    await world.clock.sleep(30 * MINUTE);
    expect(told).toHaveLength(1);
    expect(world.app.agent.state().started).toBe(true);
  });
});

import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { Metrics } from '../../src/main/headless/server/metrics.ts';
import { addBooking, createWorld, type World, warmUp } from '../support/world.ts';

const MINUTE = 60_000;

let world: World;
let metrics: Metrics;

beforeAll(warmUp);
beforeEach(async () => {
  world = await createWorld();
  world.sandbox.booking.commentEveryMs = 40_000;
  metrics = new Metrics(world.clock);
  metrics.watch(world.app);
});
afterEach(async () => {
  metrics.unwatch();
  await world.app.agent.stop();
  await world.close();
});

/** The value of a metric, by its name and the labels that it has among others. */
async function reading(name: string, labels: Readonly<Record<string, string>> = {}): Promise<number | null> {
  const { text } = await metrics.exposition();
  const line = text
    .split('\n')
    .find(
      (one) =>
        one.startsWith(`${name}{`) &&
        Object.entries(labels).every(([label, value]) => one.includes(`${label}="${value}"`)),
    );
  return line === undefined ? null : Number(line.split(' ').at(-1));
}

it('metrics tell of the breaker, of failed writes, of channels and of tokens', async () => {
  await world.app.agent.start();
  await world.clock.sleep(MINUTE);
  const open = { service: 'google', state: 'open' };
  expect(await reading('calendar_sync_circuit_breaker_state', open)).toBe(0);
  expect(await reading('calendar_sync_retry_queue_depth', { state: 'waiting' })).toBe(0);
  const now = world.clock.now().getTime() / 1000;
  expect(await reading('calendar_sync_channel_expiry_timestamp_seconds')).toBeGreaterThan(now + 86_400);
  expect(await reading('calendar_sync_channel_renewal_timestamp_seconds')).toBeGreaterThan(now);
  expect(await reading('calendar_sync_token_age_seconds')).toBeLessThan(120);
  const push = (await world.app.doctor()).checks.find(({ id }) => id === 'channels');
  expect(push).toMatchObject({ status: 'ok' });
  expect(push?.message).toMatch(/^1 of 1 calendars tell .* next renewal is due at 2026-/);

  world.sandbox.faults.add({
    service: 'google',
    method: 'POST',
    path: '/events\\?',
    times: null,
    effect: { kind: 'status', status: 400 },
  });
  addBooking(world, 9);
  await world.clock.sleep(5_000);
  expect(await reading('calendar_sync_retry_queue_depth', { state: 'waiting' })).toBe(1);
  expect(await reading('calendar_sync_operations_total', { operation: 'create', status: 'retry' })).toBe(1);

  world.sandbox.faults.add({ service: 'google', times: null, effect: { kind: 'status', status: 503 } });
  await world.clock.sleep(15 * MINUTE);
  expect(await reading('calendar_sync_circuit_breaker_state', open)).toBe(1);
  expect(await reading('calendar_sync_circuit_breaker_state', { service: 'booking', state: 'closed' })).toBe(
    1,
  );
  expect((await metrics.exposition()).text).not.toContain('tess@example.com');
});

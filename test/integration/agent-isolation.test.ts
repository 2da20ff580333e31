import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectInStep } from '../support/in-step.ts';
import { OUTLOOK, shownInOutlook, signInToOutlook } from '../support/outlook.ts';
import { addBooking, addPersonal, createWorld, exported, type World, warmUp } from '../support/world.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

let world: World;

beforeAll(warmUp);
beforeEach(async () => {
  world = await createWorld();
  world.sandbox.booking.commentEveryMs = 40 * SECOND;
});
afterEach(async () => {
  await world.app.agent.stop();
  await world.close();
});

const pass = (milliseconds: number): Promise<void> => world.clock.sleep(milliseconds);

/** Every request to Outlook takes so long that a run of its account takes minutes. */
async function connectSlowOutlook(): Promise<string> {
  const accountId = await signInToOutlook(world);
  await world.app.addMapping({ accountId, calendarId: OUTLOOK, direction: 'export' });
  return world.sandbox.faults.add({
    service: 'microsoft',
    times: null,
    effect: { kind: 'delay', milliseconds: 9 * SECOND },
  });
}

describe('an account that takes long', () => {
  it('does not delay what is pushed for the others', async () => {
    for (const hour of [8, 10, 12, 14]) addBooking(world, hour);
    const slowness = await connectSlowOutlook();
    await world.app.agent.start();
    await pass(5 * SECOND);
    expect(world.app.agent.state().running).toBe(true);
    expect(exported(world)).toHaveLength(4);

    const moved = addBooking(world, 16);
    await pass(2 * SECOND);
    expect(exported(world)).toHaveLength(5);
    world.sandbox.booking.bookings.patch(moved.id, { title: 'Moved up' });
    await pass(2 * SECOND);
    expect(exported(world).map(({ summary }) => summary)).toContain('Moved up');
    addPersonal(world, 10);
    // A calendar's notifications are waited for as ever.
    await pass(8 * SECOND);
    expectInStep(world);
    expect(world.app.agent.state().running).toBe(true);

    world.sandbox.faults.remove(slowness);
    await pass(2 * MINUTE);
    expect(world.app.agent.state()).toMatchObject({ running: false, lastRun: { ok: true } });
    expect(shownInOutlook(world).map(({ subject }) => subject)).toContain('Moved up');
    expect(shownInOutlook(world)).toHaveLength(5);
    expectInStep(world);
  });

  it('does not delay a published feed', async () => {
    const { id } = await world.app.feeds.create({
      technicianId: 'tech_tess',
      visibility: 'details',
      publish: true,
    });
    const { publishedUrl } = (await world.app.feeds.list()).find((feed) => feed.id === id) ?? {};
    const published = async (): Promise<string> => (await world.sandbox.fetch(publishedUrl ?? '')).text();
    await connectSlowOutlook();
    await world.app.agent.start();
    await pass(5 * SECOND);
    addBooking(world, 16, { title: 'Squeezed in' });
    await pass(15 * SECOND);
    expect(await published()).toContain('Squeezed in');
    expect(world.app.agent.state().running).toBe(true);
  });

  it('is read by one run at a time, which ends although changes keep coming', async () => {
    const slowness = await connectSlowOutlook();
    addBooking(world, 8);
    await world.app.agent.start();
    await pass(5 * SECOND);
    world.sandbox.faults.remove(slowness);
    for (let change = 0; change < 40; change += 1) {
      addBooking(world, 10, { title: `Change ${change}` });
      await pass(700);
    }
    await pass(2 * MINUTE);
    expect(world.app.agent.state()).toMatchObject({ running: false, lastRun: { ok: true } });
    expect(exported(world)).toHaveLength(41);
    expect(shownInOutlook(world)).toHaveLength(41);
  });
});

describe('a mapping whose technician this device may not see', () => {
  it('is left out and named, while its account and the others are synced', async () => {
    const [mapping] = world.app.mappings();
    const unseen = await world.app.addMapping({
      accountId: mapping?.accountId ?? '',
      calendarId: 'second@example.com',
      direction: 'two-way',
      technicianId: 'tech_unseen',
      enabled: false,
    });
    await world.app.updateMapping(unseen.id, { enabled: true });
    addBooking(world, 9);
    addPersonal(world, 10);
    addPersonal(world, 11, {}, 'second@example.com');
    const result = await world.sync();
    expectInStep(world);
    expect(result).toMatchObject({
      ok: false,
      accounts: [
        {
          ok: false,
          error: { code: 'PERMISSION_DENIED' },
          mappings: [
            { exported: { created: 1 }, imported: { created: 1 } },
            { mappingId: unseen.id, error: { code: 'PERMISSION_DENIED' } },
          ],
        },
      ],
    });
    expect(result.accounts[0]?.mappings[0]).not.toHaveProperty('error');
    expect(result.accounts[0]?.error?.message).toContain('tech_unseen');

    addBooking(world, 14);
    await world.sync();
    expectInStep(world);

    // Once it may be seen, or another is chosen, nothing is missing.
    await world.app.updateMapping(unseen.id, { technicianId: 'tech_tess', direction: 'import' });
    expect((await world.sync()).ok).toBe(true);
    expect(world.sandbox.booking.blocks.all('tech_tess')).toHaveLength(2);
  });
});

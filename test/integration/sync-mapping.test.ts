import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MappingChanges } from '../../src/main/app-contract.ts';
import { expectInStep, expectQuiet } from '../support/in-step.ts';
import {
  addBooking,
  addPersonal,
  blocks,
  CALENDAR,
  createWorld,
  exported,
  onlyMapping,
  shown,
  TECHNICIAN,
  type World,
  writes,
} from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const mappingId = (): string => world.app.mappings()[0]?.id ?? '';

/** What the next sync makes of a changed mapping, after which all is quiet. */
async function change(changes: MappingChanges): Promise<void> {
  await world.app.updateMapping(mappingId(), changes);
  expect((await world.sync()).ok).toBe(true);
}

const starts = (): readonly string[] =>
  blocks(world)
    .map(({ start }) => start.slice(0, 13))
    .sort();

describe('visibility', () => {
  beforeEach(async () => {
    addPersonal(world, 10, { summary: 'Choir practice', location: 'Village hall' });
    addPersonal(world, 12, { summary: 'Oncology', visibility: 'private' });
    await world.sync();
  });

  it('details tells the booking system titles and places, except of what is private', async () => {
    await change({ visibility: 'details' });
    expect(blocks(world)).toHaveLength(2);
    expect(blocks(world).find(({ start }) => start.includes('T10'))).toMatchObject({
      visibility: 'details',
      title: 'Choir practice',
      location: 'Village hall',
    });
    expect(JSON.stringify(blocks(world))).not.toContain('Oncology');
    await expectQuiet(world);
  });

  it('busy-only again takes them back', async () => {
    await change({ visibility: 'details' });
    await change({ visibility: 'busy-only' });
    expect(blocks(world)).toHaveLength(2);
    expect(JSON.stringify(blocks(world))).not.toMatch(/Choir|Village|tess@example/);
    await expectQuiet(world);
  });
});

describe('filters', () => {
  beforeEach(async () => {
    addPersonal(world, 8, { summary: 'Ordinary' });
    addPersonal(world, 10, { summary: 'Maybe', status: 'tentative' });
    addPersonal(world, 12, { summary: 'Secret', visibility: 'private' });
    addPersonal(world, 14, { summary: 'Leave', start: { date: '2026-11-26' }, end: { date: '2026-11-27' } });
    addPersonal(world, 16, { summary: 'Lunch with Sam' });
    await world.sync();
  });
  const all = ['2026-11-25T08', '2026-11-25T10', '2026-11-25T12', '2026-11-25T16', '2026-11-26'];

  it.each<[MappingChanges, string]>([
    [{ skip: ['tentative'] }, '2026-11-25T10'],
    [{ skip: ['private'] }, '2026-11-25T12'],
    [{ skip: ['all-day'] }, '2026-11-26'],
    [{ skipTitle: '^lunch' }, '2026-11-25T16'],
  ])('%j frees that time, and taken away blocks it again', async (filter, filtered) => {
    expect(starts()).toEqual(all);
    await change(filter);
    expect(starts()).toEqual(all.filter((start) => start !== filtered));
    await expectQuiet(world);
    await change({ skip: [], skipTitle: null });
    expect(starts()).toEqual(all);
    await expectQuiet(world);
  });

  it('a pattern that is no regular expression is refused and changes nothing', async () => {
    await expect(world.app.updateMapping(mappingId(), { skipTitle: '(' })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
    world.sandbox.faults.journal.clear();
    await world.sync();
    expect(writes(world)).toEqual([]);
  });
});

describe('direction', () => {
  beforeEach(async () => {
    addBooking(world, 9);
    addPersonal(world, 10);
    await world.sync();
  });

  it('export only frees the imported time and leaves the events', async () => {
    await change({ direction: 'export' });
    expect(blocks(world)).toEqual([]);
    expect(exported(world)).toHaveLength(1);
    await expectQuiet(world);
    await change({ direction: 'two-way' });
    expectInStep(world);
    await expectQuiet(world);
  });

  it('import only takes the exported events away and keeps the imported time', async () => {
    await change({ direction: 'import' });
    expect(exported(world)).toEqual([]);
    expect(blocks(world)).toHaveLength(1);
    await expectQuiet(world);
    await change({ direction: 'two-way' });
    expectInStep(world);
    await expectQuiet(world);
  });

  it('import never writes to the calendar from then on', async () => {
    await change({ direction: 'import' });
    world.sandbox.faults.journal.clear();
    addBooking(world, 15);
    world.sandbox.google.deleteEvent(CALENDAR, shown(world)[0]?.id ?? '');
    addPersonal(world, 17);
    await world.sync();
    expect(writes(world).filter((write) => write.includes('/google/'))).toEqual([]);
  });
});

describe('which bookings', () => {
  beforeEach(async () => {
    world.sandbox.booking.addProject({ id: 'meters', name: 'Meters' });
    addBooking(world, 9, { title: 'Meter', projectId: 'meters' });
    addBooking(world, 13, { title: 'Boiler' });
    addPersonal(world, 10);
    await world.sync();
  });
  const titles = (): readonly string[] =>
    exported(world)
      .map(({ summary }) => summary)
      .sort();

  it('a project narrows them down, and none widens them again', async () => {
    await change({ projectId: 'meters' });
    expect(titles()).toEqual(['Meter']);
    await expectQuiet(world);
    await change({ projectId: null });
    expect(titles()).toEqual(['Boiler', 'Meter']);
    await expectQuiet(world);
  });

  it('a project that the booking system does not show is refused, and those that it shows are named', async () => {
    await expect(change({ projectId: 'metres' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('no project metres in the booking system. It sees meters (Meters).'),
    });
    expect(world.app.mappings()).toMatchObject([{ projectId: null }]);
  });

  it('another technician: their bookings, and the imported time is theirs', async () => {
    world.sandbox.booking.addTechnician({ id: 'tech_tim', name: 'Tim' });
    addBooking(world, 9, { title: 'Tim’s job', technicianIds: ['tech_tim'] });
    const token = world.sandbox.booking.devices.addToken({ technicianId: TECHNICIAN, sees: ['tech_tim'] });
    await world.app.enrol({ url: world.sandbox.urls().booking, token });
    await change({ technicianId: 'tech_tim' });
    expect(titles()).toEqual(['Tim’s job']);
    expect(blocks(world)).toEqual([]);
    expect(world.sandbox.booking.blocks.all('tech_tim')).toHaveLength(1);
    await expectQuiet(world);
    await change({ technicianId: TECHNICIAN });
    expect(titles()).toEqual(['Boiler', 'Meter']);
    expect(world.sandbox.booking.blocks.all('tech_tim')).toEqual([]);
    expect(blocks(world)).toHaveLength(1);
    await expectQuiet(world);
  });
});

describe('window', () => {
  const FAR = { start: '2027-08-02T09:00:00Z', end: '2027-08-02T10:00:00Z' };

  it('wider brings in what lies further away, narrower leaves what is there', async () => {
    addBooking(world, 9, FAR);
    addPersonal(world, 9, {
      start: { dateTime: '2027-08-03T09:00:00Z' },
      end: { dateTime: '2027-08-03T10:00:00Z' },
    });
    await world.sync();
    expect(exported(world)).toEqual([]);
    expect(blocks(world)).toEqual([]);
    await change({ futureDays: 300 });
    expectInStep(world);
    expect(exported(world)).toHaveLength(1);
    await expectQuiet(world);
    await change({ futureDays: 180 });
    // A booking out of the window keeps its event; time that lies so far ahead is none of the window's business.
    expect(exported(world)).toHaveLength(1);
    expect(blocks(world)).toEqual([]);
    await expectQuiet(world);
  });
});

describe('disabled', () => {
  it('rests, and catches up when enabled again', async () => {
    addBooking(world, 9);
    const personal = addPersonal(world, 10);
    await world.sync();
    await change({ enabled: false });
    expectInStep(world);

    world.sandbox.faults.journal.clear();
    world.sandbox.booking.bookings.cancel(exported(world)[0]?.bookingId ?? '');
    world.sandbox.google.deleteEvent(CALENDAR, personal);
    addBooking(world, 13);
    addPersonal(world, 14);
    await world.sync();
    expect(writes(world)).toEqual([]);
    expect(blocks(world)).toHaveLength(1);

    await change({ enabled: true });
    expectInStep(world);
    expect(blocks(world)).toHaveLength(1);
    await expectQuiet(world);
  });
});

describe('removed', () => {
  beforeEach(async () => {
    addBooking(world, 9);
    addPersonal(world, 10);
    await world.sync();
    world.sandbox.faults.journal.clear();
  });
  const accountId = (): string => world.app.accounts()[0]?.id ?? '';
  const addAgain = (): unknown =>
    world.app.addMapping({ accountId: accountId(), calendarId: CALENDAR, direction: 'two-way' });

  it('leaves everything; added again, it recognises everything', async () => {
    expect(await world.app.removeMapping(mappingId(), { deleteEvents: false })).toEqual({ removed: 0 });
    await world.sync();
    await addAgain();
    expect(onlyMapping(await world.sync())).toMatchObject({
      exported: { created: 0, updated: 0, deleted: 0 },
      imported: { created: 0, updated: 0, deleted: 0 },
    });
    expect(writes(world)).toEqual([]);
    expectInStep(world);
    await expectQuiet(world);
  });

  it('with its events, removes what we created and nothing else; added again, it starts over', async () => {
    world.sandbox.google.copyEvent(CALENDAR, exported(world)[0]?.id ?? '', { summary: 'My copy' });
    const result = await world.app.removeMapping(mappingId(), { deleteEvents: true });
    expect(result).toEqual({ removed: 2 });
    expect(
      shown(world)
        .map(({ summary }) => summary)
        .sort(),
    ).toEqual(['My copy', 'Private 10']);
    expect(blocks(world)).toEqual([]);

    await addAgain();
    await world.sync();
    expect(
      exported(world)
        .map(({ summary }) => summary)
        .sort(),
    ).toEqual(['Job at 9', 'My copy']);
    expect(blocks(world)).toHaveLength(2);
    await expectQuiet(world);
  });

  it('with its events, one that was edited since it was last seen included', async () => {
    const id = exported(world)[0]?.id ?? '';
    world.sandbox.google.editEvent(CALENDAR, id, { summary: 'Mine' });
    expect(await world.app.removeMapping(mappingId(), { deleteEvents: true })).toEqual({ removed: 2 });
    expect(shown(world).map(({ summary }) => summary)).toEqual(['Private 10']);
  });

  it('with its events, although a resync has just made it forget them: they are found again first', async () => {
    await world.app.resyncMapping(mappingId());
    expect(await world.app.removeMapping(mappingId(), { deleteEvents: true })).toEqual({ removed: 2 });
    expect(shown(world).map(({ summary }) => summary)).toEqual(['Private 10']);
    expect(blocks(world)).toEqual([]);
  });

  it('is kept where what it created cannot be found again', async () => {
    await world.app.resyncMapping(mappingId());
    world.sandbox.google.revokeAccount('tess@example.com');
    await expect(world.app.removeMapping(mappingId(), { deleteEvents: true })).rejects.toMatchObject({
      code: 'AUTH_EXPIRED',
      message: expect.stringMatching(/^Nothing was removed/),
    });
    expect(world.app.mappings()).toHaveLength(1);
  });

  it('an account with its events: the same, and the account is gone', async () => {
    expect(await world.app.removeAccount(accountId(), { deleteEvents: true })).toEqual({ removed: 2 });
    expect(shown(world).map(({ summary }) => summary)).toEqual(['Private 10']);
    expect(blocks(world)).toEqual([]);
    expect(world.app.accounts()).toEqual([]);
    await expect(world.sync()).rejects.toMatchObject({ detail: 'not-ready' });
  });

  it('an account that keeps what was created: connected again, it recognises everything', async () => {
    await world.app.removeAccount(accountId(), { deleteEvents: false });
    expectInStep(world);
    await world.reconnect();
    world.sandbox.faults.journal.clear();
    await world.sync();
    expect(writes(world)).toEqual([]);
    expectInStep(world);
  });

  it('resynced: everything is forgotten and recognised', async () => {
    await world.app.resyncMapping(mappingId());
    await world.sync();
    expect(writes(world)).toEqual([]);
    expectInStep(world);
    await expectQuiet(world);
  });
});

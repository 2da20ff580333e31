import { join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SyncResult } from '../../src/shared/domain/sync-result.ts';
import { expectInStep, expectQuiet } from '../support/in-step.ts';
import {
  addBooking,
  addPersonal,
  blocks,
  CALENDAR,
  createWorld,
  EMAIL,
  exported,
  shown,
  type World,
  writes,
} from '../support/world.ts';

const SECOND_CALENDAR = 'second@example.com';

let world: World;

beforeEach(async () => {
  world = await createWorld();
  for (const hour of [8, 11, 14]) addBooking(world, hour);
  for (const hour of [9, 12]) addPersonal(world, hour);
  await world.sync();
});
afterEach(() => world.close());

/** Takes something out of the database, as a fault of the program or of the disk would. */
function lose(sql: string): void {
  const db = new BetterSqlite3(join(world.dataDir, 'calendar-sync.sqlite'));
  db.pragma('foreign_keys = ON');
  db.exec(sql);
  db.close();
}

const preview = (): Promise<SyncResult> =>
  world.sync({ full: true, dryRun: true, repair: { release: false } });
const repair = (release = false): Promise<SyncResult> => world.sync({ full: true, repair: { release } });
const kinds = ({ discrepancies = [] }: SyncResult): readonly string[] =>
  discrepancies.map(({ kind }) => kind).sort();

describe('a repair', () => {
  it('finds nothing where everything is in step, and writes nothing', async () => {
    world.sandbox.faults.journal.clear();
    expect((await repair()).discrepancies).toEqual([]);
    expect(writes(world)).toEqual([]);
  });

  it('first shows what it will do, and writes nothing until it is told to', async () => {
    const [kept] = exported(world);
    lose(`DELETE FROM event_mapping WHERE kind = 'export' AND event_id = '${kept?.id}'`);
    world.sandbox.faults.journal.clear();
    const shown = await preview();
    expect(shown.discrepancies).toMatchObject([
      { kind: 'event-without-link', eventId: kept?.id, sourceId: kept?.bookingId, held: null },
    ]);
    expect(writes(world)).toEqual([]);
    expect(kinds(await repair())).toEqual(['event-without-link']);
    // It is the same event, and follows its booking again.
    world.sandbox.booking.bookings.patch(kept?.bookingId ?? '', { title: 'Moved to the barn' });
    await world.sync();
    expectInStep(world);
    expect((await preview()).discrepancies).toEqual([]);
  });

  it('looks for the event of a link, and leaves what follows from its deletion to the mapping', async () => {
    const [gone] = exported(world);
    lose(`DELETE FROM observed_event WHERE event_id = '${gone?.id}'`);
    world.sandbox.google.deleteEvent(CALENDAR, gone?.id ?? '');
    // No listing tells of the deletion of what is not known to be there.
    await world.sync({ full: true });
    expect(exported(world)).toHaveLength(2);
    expect(kinds(await repair())).toEqual(['link-without-event']);
    expectInStep(world);
    await expectQuiet(world);
  });

  it('removes the busy time whose event is not there any more', async () => {
    const [first] = blocks(world);
    lose(`DELETE FROM observed_event WHERE booking_id IS NULL AND event_id =
      (SELECT event_id FROM event_mapping WHERE source_id = '${first?.id}')`);
    const event = shown(world).find(({ start }) => start === first?.start);
    world.sandbox.google.deleteEvent(CALENDAR, event?.id ?? '');
    expect(kinds(await repair())).toEqual(['block-without-event']);
    expectInStep(world);
  });

  it('removes what an earlier mapping left behind, and nothing that somebody else exports there', async () => {
    const [mapping] = world.app.mappings();
    await world.app.removeMapping(mapping?.id ?? '', { deleteEvents: false });
    const accountId = mapping?.accountId ?? '';
    await world.app.addMapping({ accountId, calendarId: CALENDAR, direction: 'import' });
    await world.app.addMapping({ accountId, calendarId: SECOND_CALENDAR, direction: 'export' });
    const [foreign] = exported(world);
    world.sandbox.google.editEvent(CALENDAR, foreign?.id ?? '', {
      extendedProperties: { private: { calendarSyncScope: 'tech_somebody_else' } },
    });
    await world.sync();
    expect(exported(world)).toHaveLength(3);
    expect(exported(world, SECOND_CALENDAR)).toHaveLength(3);
    const found = await preview();
    expect(kinds(found)).toEqual(['left-behind', 'left-behind']);
    expect(found.operations?.map(({ kind }) => kind)).toEqual(['delete-event', 'delete-event']);
    expect(exported(world)).toHaveLength(3);
    expect((await repair()).ok).toBe(true);
    expect(exported(world)).toMatchObject([{ id: foreign?.id }]);
    expect(exported(world, SECOND_CALENDAR)).toHaveLength(3);
    expect((await preview()).discrepancies).toEqual([]);
    await expectQuiet(world);
  });

  it('leaves what an earlier mapping left behind where the account may only be read by now', async () => {
    const [mapping] = world.app.mappings();
    await world.app.removeMapping(mapping?.id ?? '', { deleteEvents: false });
    const accountId = await world.signIn(EMAIL, 'read');
    await world.app.addMapping({ accountId, calendarId: CALENDAR, direction: 'import' });
    await world.sync();
    const { discrepancies = [] } = await repair(true);
    expect(discrepancies.map(({ held }) => held)).toEqual(['read-only', 'read-only', 'read-only']);
    expect(exported(world)).toHaveLength(3);
  });

  it('holds deletions that are unusually many, until they are released', async () => {
    for (let hour = 0; hour < 22; hour += 1) addBooking(world, hour, { title: `More at ${hour}` });
    await world.sync();
    const [mapping] = world.app.mappings();
    await world.app.removeMapping(mapping?.id ?? '', { deleteEvents: false });
    const accountId = mapping?.accountId ?? '';
    await world.app.addMapping({ accountId, calendarId: CALENDAR, direction: 'import' });
    await world.app.addMapping({ accountId, calendarId: SECOND_CALENDAR, direction: 'export' });
    await world.sync();
    const result = await repair();
    expect(result.discrepancies?.every(({ held }) => held === 'many')).toBe(true);
    expect(exported(world)).toHaveLength(25);
    await repair(true);
    expect(exported(world)).toEqual([]);
  });
});

describe('the daily look', () => {
  it('tells of what does not fit, and changes nothing', async () => {
    await world.app.agent.start();
    await world.clock.sleep(60_000);
    const [kept] = exported(world);
    lose(`DELETE FROM event_mapping WHERE kind = 'export' AND event_id = '${kept?.id}'`);
    world.clock.advance(25 * 3_600_000);
    await world.clock.sleep(120_000);
    await world.app.agent.stop();
    expect(world.app.status().maintenance).toEqual({ damaged: false, discrepancies: 1 });
    const { items } = world.app.logs({ search: 'repair' });
    expect(items).toMatchObject([{ operation: 'compare', status: 'error' }]);
    expect((await world.app.doctor()).checks.find(({ id }) => id === 'agreement')).toMatchObject({
      status: 'warning',
    });
    expect(exported(world)).toHaveLength(3);
    await repair();
    expect(world.app.status().maintenance).toBeUndefined();
  });
});

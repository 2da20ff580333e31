import { beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../src/main/store/connection.ts';
import type { ObservedBookingRow, ObservedEventRow } from '../../src/main/store/observed-row.ts';
import { createStore, type Store } from '../../src/main/store/store.ts';
import { addAccount, addMapping, openInMemory } from './store-support.ts';

const WINDOW = { from: '2026-10-24T00:00:00.000Z', to: '2027-05-23T00:00:00.000Z' };
const START = '2026-11-24T09:00:00.000Z';
const END = '2026-11-24T10:00:00.000Z';

let db: Database;
let store: Store;
let calendar: number;

beforeEach(() => {
  db = openInMemory();
  addAccount(db);
  addMapping(db);
  store = createStore(db);
  calendar = store.mappings.calendarOf('mapping-1');
  db.exec('DELETE FROM touched');
});

/** As a full disk or a crash would, in the middle of what is stored at once. */
const failFrom = (table: string): void =>
  void db.exec(
    `CREATE TEMP TRIGGER full BEFORE INSERT ON main.${table} BEGIN SELECT RAISE(ABORT, 'disk full'); END`,
  );

const event = (id: string): ObservedEventRow => ({
  event_id: id,
  series_id: null,
  copy_key: id,
  state: 'live',
  starts_at: START,
  ends_at: END,
  content: '{}',
  hash: id,
  etag: null,
  booking_id: null,
});

const booking = (id: string): ObservedBookingRow => ({
  id,
  state: 'live',
  version: '1',
  starts_at: START,
  ends_at: END,
  content: '{"technicianIds":["tech-1"]}',
  hash: id,
});

describe('the picture of a calendar', () => {
  const mappings = [{ id: 'mapping-1', imports: true, writes: true, entered: null }];
  const promote = (page: readonly ObservedEventRow[], cursor: string, complete = false) =>
    store.calendars.promote(calendar, page, { complete, cursor, window: WINDOW, mappings });

  beforeEach(() => promote([event('known')], 'first', true));

  it.each(['observed_event', 'touched'])(
    'stays as it was, cursor included, when %s cannot be written',
    (table) => {
      db.exec('DELETE FROM touched');
      failFrom(table);
      expect(() => promote([event('new')], 'second')).toThrow('disk full');
      expect(store.calendars.position(calendar).cursor).toBe('first');
      expect(store.calendars.get(calendar, 'new')).toBeUndefined();

      db.exec('DROP TRIGGER full');
      expect(promote([event('new')], 'second').changed).toBe(1);
      expect(store.touched.next('mapping-1', 'event', '', 10)).toEqual(['new']);
    },
  );
});

describe('the picture of the booking system', () => {
  const mappings = [{ id: 'mapping-1', entered: null }];
  const promote = (cursor: string, complete = false) =>
    store.bookings.promote({
      complete,
      cursor,
      selection: 'tech-1',
      technicians: ['tech-1'],
      window: WINDOW,
      mappings,
    });

  beforeEach(() => {
    store.bookings.stage([booking('known')]);
    promote('first', true);
  });

  it.each(['observed_booking', 'touched'])(
    'stays as it was, cursor included, when %s cannot be written',
    (table) => {
      db.exec('DELETE FROM touched');
      store.bookings.stage([booking('new')]);
      failFrom(table);
      expect(() => promote('second')).toThrow('disk full');
      expect(store.bookings.position().cursor).toBe('first');
      expect(store.bookings.get('new')).toBeUndefined();

      db.exec('DROP TRIGGER full');
      expect(promote('second').changed).toBe(1);
      expect(store.touched.next('mapping-1', 'booking', '', 10)).toEqual(['new']);
    },
  );
});

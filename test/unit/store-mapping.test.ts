import { beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../src/main/store/connection.ts';
import { MappingRepository } from '../../src/main/store/mapping-repository.ts';
import {
  addAccount,
  addKnowledge,
  addMapping,
  count,
  cursorOf,
  failure,
  newMapping,
  openInMemory,
  touched,
} from './store-support.ts';

let db: Database;
let mappings: MappingRepository;
const bookingCursor = (): unknown => db.prepare('SELECT cursor FROM booking_source').pluck().get();

beforeEach(() => {
  db = openInMemory();
  mappings = new MappingRepository(db);
  addAccount(db);
});

describe('adding a mapping', () => {
  it('keeps what was asked for', () => {
    const { createdAt: _, ...asked } = newMapping({
      projectId: 'project-1',
      skip: ['all-day', 'private'],
      skipTitle: 'lunch|gym',
    });

    expect(addMapping(db, asked)).toEqual({ ...asked, revision: 1 });
    expect(mappings.get('mapping-1')).toEqual({ ...asked, revision: 1 });
    expect(mappings.get('mapping-2')).toBeNull();
  });

  it('uses one calendar for all mappings of it', () => {
    addMapping(db);
    addMapping(db, { id: 'mapping-2', direction: 'import', technicianId: 'tech-2' });
    addMapping(db, { id: 'mapping-3', calendarId: 'other' });

    expect(mappings.calendarOf('mapping-1')).toBe(mappings.calendarOf('mapping-2'));
    expect(mappings.calendarOf('mapping-3')).not.toBe(mappings.calendarOf('mapping-1'));
    expect(mappings.listByAccount('account-1')).toHaveLength(3);
    expect(mappings.listByAccount('account-2')).toEqual([]);
  });

  it.each(['export', 'two-way'] as const)(
    'refuses a second one that writes to the calendar (%s)',
    async (direction) => {
      addMapping(db, { direction: 'export' });

      const error = await failure(() =>
        addMapping(db, { id: 'mapping-2', direction, technicianId: 'tech-2' }),
      );

      expect(error.code).toBe('CONFLICT');
      expect(error.message).toContain('This calendar already has a mapping that writes to it (mapping-1)');
      expect(mappings.list()).toHaveLength(1);
    },
  );

  it('refuses a second one that imports the calendar for the same technician', async () => {
    addMapping(db);

    const error = await failure(() => addMapping(db, { id: 'mapping-2', direction: 'import' }));

    expect(error.code).toBe('CONFLICT');
    expect(error.message).toContain('mapping-1');
  });

  it('allows an import beside an export of the same calendar', () => {
    addMapping(db, { direction: 'export' });

    expect(addMapping(db, { id: 'mapping-2', direction: 'import' }).direction).toBe('import');
  });

  it('refuses an account that is not there', async () => {
    expect((await failure(() => addMapping(db, { accountId: 'nobody' }))).code).toBe('NOT_FOUND');
    expect(count(db, 'calendar')).toBe(0);
  });

  it.each([
    { skipTitle: '(' },
    { skipTitle: 'x'.repeat(257) },
    { pastDays: -1 },
    { futureDays: 0 },
    { futureDays: 1.5 },
    { technicianId: '' },
    { calendarId: '' },
  ])('refuses %j', async (wrong) => {
    expect((await failure(() => addMapping(db, wrong))).code).toBe('INVALID_INPUT');
    expect(mappings.list()).toEqual([]);
  });

  it('has the shared calendar listed afresh and everything in the picture looked at', () => {
    addMapping(db, { direction: 'import' });
    addKnowledge(db, 'mapping-1');

    addMapping(db, { id: 'mapping-2', direction: 'export', technicianId: 'tech-2' });

    expect(cursorOf(db)).toBeNull();
    expect(bookingCursor()).toBeNull();
    expect(touched(db)).toEqual(['mapping-2 booking booking-1', 'mapping-2 event event-1']);
  });
});

describe('changing a mapping', () => {
  beforeEach(() => {
    addMapping(db);
    addKnowledge(db, 'mapping-1');
  });

  it('counts the revision and has everything it maps looked at again', () => {
    db.exec("UPDATE event_mapping SET source_id = 'booking-2'");

    expect(mappings.update('mapping-1', { visibility: 'details' })).toMatchObject({
      visibility: 'details',
      revision: 2,
    });

    expect(touched(db)).toEqual([
      'mapping-1 booking booking-1',
      'mapping-1 booking booking-2',
      'mapping-1 event event-1',
    ]);
    expect([cursorOf(db), bookingCursor()]).toEqual(['cursor', 'cursor']);
  });

  it('does nothing when nothing changes', () => {
    expect(mappings.update('mapping-1', { visibility: 'busy-only', enabled: true }).revision).toBe(1);

    expect(touched(db)).toEqual([]);
  });

  it.each([
    ['widens its window', { futureDays: 365 }, null, null],
    ['narrows its window', { pastDays: 7 }, 'cursor', 'cursor'],
    ['filters otherwise', { skip: ['all-day' as const] }, null, 'cursor'],
    ['filters titles otherwise', { skipTitle: 'lunch' }, null, 'cursor'],
    ['exports only', { direction: 'export' as const }, 'cursor', 'cursor'],
    ['is switched off', { enabled: false }, 'cursor', 'cursor'],
  ])('lists afresh as needed when it %s', (_, change, calendarCursor, bookings) => {
    mappings.update('mapping-1', change);

    expect([cursorOf(db), bookingCursor()]).toEqual([calendarCursor, bookings]);
  });

  it('compares the blocks again when they belong to another technician', () => {
    mappings.markBlocksAdopted('mapping-1');
    mappings.update('mapping-1', { skipTitle: 'gym' });
    expect(mappings.blocksAdopted('mapping-1')).toBe(true);

    mappings.update('mapping-1', { technicianId: 'tech-2' });

    expect(mappings.blocksAdopted('mapping-1')).toBe(false);
  });

  it('refuses what adding would refuse, and changes nothing', async () => {
    addMapping(db, { id: 'mapping-2', direction: 'import', technicianId: 'tech-2' });

    expect((await failure(() => mappings.update('mapping-2', { direction: 'two-way' }))).code).toBe(
      'CONFLICT',
    );
    expect((await failure(() => mappings.update('mapping-2', { technicianId: 'tech-1' }))).code).toBe(
      'CONFLICT',
    );
    expect((await failure(() => mappings.update('mapping-2', { skipTitle: '[' }))).code).toBe(
      'INVALID_INPUT',
    );
    expect((await failure(() => mappings.update('mapping-9', { enabled: false }))).code).toBe('NOT_FOUND');
    expect(mappings.get('mapping-2')).toMatchObject({
      direction: 'import',
      technicianId: 'tech-2',
      revision: 1,
    });
  });
});

describe('removing a mapping', () => {
  it('forgets what is known of it, and the calendar with its last mapping', () => {
    addMapping(db);
    addMapping(db, { id: 'mapping-2', direction: 'import', technicianId: 'tech-2' });
    addKnowledge(db, 'mapping-1');

    mappings.remove('mapping-1');
    expect(['event_mapping', 'journal', 'hold', 'conflict'].map((table) => count(db, table))).toEqual([
      0, 0, 0, 0,
    ]);
    expect([count(db, 'calendar'), count(db, 'observed_event')]).toEqual([1, 1]);

    mappings.remove('mapping-2');
    mappings.remove('mapping-2');
    expect([count(db, 'calendar'), count(db, 'observed_event')]).toEqual([0, 0]);
  });
});

describe('forgetting what is known of a mapping', () => {
  it('keeps the mapping and lists both sides afresh', () => {
    addMapping(db);
    addKnowledge(db, 'mapping-1');
    mappings.markBlocksAdopted('mapping-1');

    mappings.forget('mapping-1');

    expect(mappings.get('mapping-1')?.revision).toBe(1);
    expect(mappings.blocksAdopted('mapping-1')).toBe(false);
    expect([cursorOf(db), bookingCursor()]).toEqual([null, null]);
    expect(
      ['event_mapping', 'journal', 'hold', 'conflict', 'observed_event'].map((table) => count(db, table)),
    ).toEqual([0, 0, 0, 0, 0]);
    expect(touched(db)).toEqual(['mapping-1 booking booking-1']);
  });

  it('leaves the picture to another mapping of the same calendar', () => {
    addMapping(db);
    addMapping(db, { id: 'mapping-2', direction: 'import', technicianId: 'tech-2' });
    addKnowledge(db, 'mapping-1');

    mappings.forget('mapping-1');

    expect(touched(db)).toEqual(['mapping-1 booking booking-1', 'mapping-1 event event-1']);
    expect(count(db, 'observed_event')).toBe(1);
  });

  it('needs a mapping', async () => {
    expect((await failure(() => mappings.forget('mapping-9'))).code).toBe('NOT_FOUND');
  });
});

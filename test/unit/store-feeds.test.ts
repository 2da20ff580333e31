import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { backupTo } from '../../src/main/store/backup.ts';
import type { Database } from '../../src/main/store/connection.ts';
import { FeedBookings } from '../../src/main/store/feed-bookings.ts';
import { FeedRepository, type NewFeed } from '../../src/main/store/feed-repository.ts';
import { migrations } from '../../src/main/store/migrations/index.ts';
import { forgetEverything } from '../../src/main/store/reset.ts';
import { restoreFrom } from '../../src/main/store/restore.ts';
import type { Booking } from '../../src/shared/domain/booking.ts';
import { count, NOW, open, silent, temporaryDirectory, testClock } from './store-support.ts';

let directory: string;
let file: string;
let backup: string;

beforeEach(() => {
  directory = temporaryDirectory();
  file = join(directory, 'calendar-sync.sqlite');
  backup = join(directory, 'backup.sqlite');
});

const WINDOW = { from: '2026-11-01T00:00:00.000Z', to: '2026-12-01T00:00:00.000Z' };

const addFeed = (db: Database, feed: Partial<NewFeed> = {}): void =>
  new FeedRepository(db).add({
    id: 'feed_1',
    technicianId: 'tech_1',
    projectId: null,
    name: 'Tess',
    visibility: 'busy-only',
    publish: false,
    tokenHash: 'hash of the first link',
    createdAt: NOW,
    ...feed,
  });

const addSecret = (db: Database, owner: string): void => {
  db.prepare("INSERT INTO secret VALUES (?, 'token', 'key-1', x'00', x'00')").run(owner);
};

const booking = (fields: Partial<Booking> = {}): Booking => ({
  id: 'bk_1',
  version: 'v1',
  status: 'confirmed',
  title: 'Job',
  start: '2026-11-24T09:00:00Z',
  end: '2026-11-24T10:00:00Z',
  timeZone: 'Europe/London',
  technicianIds: ['tech_1', 'tech_2'],
  projectId: 'project_1',
  updatedAt: '2026-11-20T12:00:00+01:00',
  ...fields,
});

const restore = (): void => {
  restoreFrom({
    file: backup,
    databaseFile: file,
    backupsDir: join(directory, 'backups'),
    clock: testClock(),
    log: silent,
  });
};

describe('the bookings of feeds', () => {
  const ids = (bookings: FeedBookings, technicianId: string | null, projectId: string | null = null) =>
    bookings.select({ technicianId, projectId }, WINDOW).map((one) => one.booking.id);

  it('are those of a technician or a project, within a span', () => {
    const bookings = new FeedBookings(open({ file }));
    const dates = { start: '2026-11-30', end: '2026-12-02', projectId: null };
    bookings.apply([booking(), booking({ id: 'bk_2', ...dates, technicianIds: ['tech_2'] })], NOW);
    bookings.apply(
      [booking({ id: 'bk_3', start: '2026-12-01T00:00:00Z', end: '2026-12-01T01:00:00Z' })],
      NOW,
    );
    expect(ids(bookings, 'tech_1')).toEqual(['bk_1']);
    expect(ids(bookings, 'tech_2')).toEqual(['bk_1', 'bk_2']);
    expect(ids(bookings, null, 'project_1')).toEqual(['bk_1']);
    expect(ids(bookings, 'tech_3')).toEqual([]);
  });

  it('count a revision for each change of content, and none for the same again', () => {
    const bookings = new FeedBookings(open({ file }));
    const said = (): unknown =>
      bookings
        .select({ technicianId: 'tech_1', projectId: null }, WINDOW)
        .map(({ sequence, modifiedAt }) => [sequence, modifiedAt]);
    bookings.apply([booking()], NOW);
    const { revision } = bookings;
    bookings.apply([booking({ version: 'v2', updatedAt: '2026-11-22T00:00:00Z' })], NOW);
    expect([said(), bookings.revision]).toEqual([[[0, '2026-11-20T11:00:00.000Z']], revision]);

    bookings.apply([booking({ title: 'Another', updatedAt: 'unknown' })], NOW);
    expect(said()).toEqual([[1, NOW]]);
    bookings.apply([{ id: 'bk_1', deleted: true, version: '' }], NOW);
    expect(said()).toEqual([]);
    bookings.apply([booking({ title: 'Another' })], NOW);
    expect(said()).toEqual([[2, '2026-11-20T11:00:00.000Z']]);
    expect(bookings.revision).toBeGreaterThan(revision);
  });

  it('are forgotten long after they have ended', () => {
    const db = open({ file });
    const bookings = new FeedBookings(db);
    bookings.apply([booking(), booking({ id: 'bk_2', start: '2026-11-24', end: '2026-11-26' })], NOW);
    bookings.prune('2026-11-25T00:00:00.000Z');
    expect(db.prepare('SELECT id FROM feed_booking').pluck().all()).toEqual(['bk_2']);
  });
});

describe('a database from before there were feeds', () => {
  it('gets what they need', () => {
    open({ file, migrations: migrations.slice(0, 1) }).close();
    const db = open({ file });
    addFeed(db);
    expect(new FeedRepository(db).enabled()).toMatchObject([
      { id: 'feed_1', publish: false, listedTo: null },
    ]);
    expect(new FeedBookings(db).position()).toEqual({ cursor: null, readAt: null });
  });
});

describe('a restored backup', () => {
  it('does not bring back a link that was replaced, nor one that was switched off', () => {
    const before = open({ file });
    addFeed(before);
    addFeed(before, { id: 'feed_2', tokenHash: 'hash of another link' });
    backupTo(before, backup);
    const feeds = new FeedRepository(before);
    for (const [id, hash] of [
      ['feed_1', 'hash of the second link'],
      ['feed_2', null],
    ] as const) {
      const feed = feeds.get(id);
      expect(feed).not.toBeNull();
      if (feed !== null) feeds.relink(feed, hash, NOW);
    }
    addSecret(before, 'feed_1');
    before.close();

    restore();

    const db = open({ file });
    expect(new FeedRepository(db).enabled().map(({ tokenHash }) => tokenHash)).toEqual([
      'hash of the second link',
    ]);
    expect(db.prepare('SELECT owner FROM secret').pluck().all()).toEqual(['feed_1']);
  });

  it('switches off what only the backup has, and reads every feed afresh', () => {
    const before = open({ file });
    addFeed(before);
    new FeedBookings(before).moveTo('cursor', NOW);
    new FeedRepository(before).listed('feed_1', WINDOW);
    backupTo(before, backup);
    new FeedRepository(before).remove('feed_1');
    addFeed(before, { id: 'feed_2', tokenHash: 'hash of another link' });
    new FeedRepository(before).listed('feed_2', WINDOW);
    before.close();

    restore();

    const db = open({ file });
    const stored = new FeedRepository(db).list().map(({ id, enabled, listedTo }) => [id, enabled, listedTo]);
    expect(stored.sort()).toEqual([
      ['feed_1', false, null],
      ['feed_2', true, null],
    ]);
    expect(new FeedBookings(db).position()).toEqual({ cursor: null, readAt: null });
  });
});

describe('forgetting everything', () => {
  it('takes the feeds, their bookings and their links along, and with keepAccounts nothing else that is secret', () => {
    const db = open({ file });
    addFeed(db, { publish: true });
    addSecret(db, 'feed_1');
    addSecret(db, 'booking-api');
    new FeedBookings(db).apply([booking()], NOW);
    new FeedRepository(db).withdrawLater({ id: 'feed_0', tokenHash: 'old' }, NOW);
    addSecret(db, 'feed_0');

    forgetEverything(db, { keepAccounts: true });

    expect(['ics_feed', 'feed_withdrawal', 'feed_booking'].map((table) => count(db, table))).toEqual([
      0, 0, 0,
    ]);
    expect(db.prepare('SELECT owner FROM secret').pluck().all()).toEqual(['booking-api']);
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import ical, { type VEvent } from 'node-ical';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FeedInput } from '../../src/main/feeds/feeds.ts';
import type { Fetch } from '../../src/main/ports.ts';
import type { FeedItem } from '../../src/shared/domain/feed.ts';
import { addBooking, createWorld, TECHNICIAN, type World } from '../support/world.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

let world: World;
let offline = false;
/** Happens once, before the next request of that method leaves. */
let meanwhile: { readonly method: 'GET' | 'PUT'; readonly happens: () => Promise<unknown> } | null = null;

const network =
  (direct: Fetch): Fetch =>
  async (input, init) => {
    if (offline) throw new TypeError('There is no network');
    if (meanwhile !== null && meanwhile.method === (init?.method ?? 'GET')) {
      const { happens } = meanwhile;
      meanwhile = null;
      await happens();
    }
    return direct(input, init);
  };

beforeEach(async () => {
  offline = false;
  meanwhile = null;
  world = await createWorld({ network });
  world.sandbox.booking.addProject({ id: 'project_meters', name: 'Meters' });
});
afterEach(() => world.close());

const tokenOf = (feed: FeedItem): string => /^\/ics\/([\w-]{43})\.ics$/.exec(feed.path ?? '')?.[1] ?? 'none';

const create = (input: FeedInput = { technicianId: TECHNICIAN }): Promise<FeedItem> =>
  world.app.feeds.create({ visibility: 'details', ...input });

const ask = (token: string, headers: Record<string, string> = {}, method = 'GET') =>
  world.app.feeds.respond({ method, token, headers });

const titles = (ics: string): readonly string[] =>
  Object.values(ical.sync.parseICS(ics))
    .filter((one): one is VEvent => one?.type === 'VEVENT')
    .map(({ summary }) => String(summary))
    .sort();

async function served(feed: FeedItem): Promise<readonly string[]> {
  const { status, body } = await ask(tokenOf(feed));
  expect(status).toBe(200);
  return titles(String(body));
}

const hosted = async (feed: FeedItem): Promise<Response> =>
  world.sandbox.fetch(feed.publishedUrl ?? 'no:url');

describe('what a feed shows', () => {
  it('is there for the first who asks', async () => {
    addBooking(world, 9);
    expect(await served(await create())).toEqual(['Job at 9']);
  });

  it('is what the technician or the project has, mapped or not, a month back and half a year ahead', async () => {
    world.sandbox.booking.addTechnician({ id: 'tech_ben', name: 'Ben' });
    world.sandbox.booking.devices.addCode('BOTH', {
      technicianId: TECHNICIAN,
      sees: [TECHNICIAN, 'tech_ben'],
    });
    await world.app.enrol({ url: world.sandbox.urls().booking, code: 'BOTH' });
    addBooking(world, 9, { title: 'Hers' });
    addBooking(world, 9, { title: 'His meters', technicianIds: ['tech_ben'], projectId: 'project_meters' });
    addBooking(world, 12, { title: 'Her meters', projectId: 'project_meters' });
    for (const [title, day] of Object.entries({
      old: '2026-10-23',
      early: '2026-10-25',
      late: '2027-05-21',
      far: '2027-05-24',
    })) {
      addBooking(world, 9, { title, start: `${day}T09:00:00Z`, end: `${day}T10:00:00Z` });
    }
    expect(await served(await create())).toEqual(['Her meters', 'Hers', 'early', 'late']);
    expect(await served(await create({ technicianId: 'tech_ben' }))).toEqual(['His meters']);
    expect(await served(await create({ projectId: 'project_meters' }))).toEqual(['Her meters', 'His meters']);
  });

  it('follows what changes, moves in and out of sight, and goes', async () => {
    const { bookings } = world.sandbox.booking;
    const moved = addBooking(world, 9, { title: 'Moved' });
    const given = addBooking(world, 12, { title: 'Given away' });
    const gone = addBooking(world, 15, { title: 'Gone' });
    const far = addBooking(world, 9, {
      title: 'Near',
      start: '2028-01-01T09:00:00Z',
      end: '2028-01-01T10:00:00Z',
    });
    const feed = await create();
    expect(await served(feed)).toEqual(['Given away', 'Gone', 'Moved']);

    bookings.patch(moved.id, { title: 'Moved twice' });
    bookings.patch(given.id, { technicianIds: ['tech_somebody'] });
    bookings.delete(gone.id);
    bookings.patch(far.id, { start: '2026-12-01T09:00:00Z', end: '2026-12-01T10:00:00Z' });
    world.clock.advance(2 * MINUTE);
    expect(await served(feed)).toEqual(['Moved twice', 'Near']);
  });

  it('counts the revisions of a booking, and counts on when it comes back', async () => {
    const booking = addBooking(world, 9);
    const feed = await create();
    const sequence = async (): Promise<string | undefined> => {
      world.clock.advance(2 * MINUTE);
      return /^SEQUENCE:(\d+)/m.exec(String((await ask(tokenOf(feed))).body))?.[1];
    };
    expect(await sequence()).toBe('0');
    world.sandbox.booking.bookings.patch(booking.id, { title: 'Another' });
    expect(await sequence()).toBe('1');
    expect(await sequence()).toBe('1');
    world.sandbox.booking.bookings.patch(booking.id, { technicianIds: ['tech_somebody'] });
    expect(await sequence()).toBeUndefined();
    world.sandbox.booking.bookings.patch(booking.id, { technicianIds: [TECHNICIAN] });
    expect(Number(await sequence())).toBeGreaterThan(1);
  });

  it('stays when the booking system cannot be reached, over a restart as well', async () => {
    addBooking(world, 9);
    const feed = await create();
    await served(feed);
    offline = true;
    await world.restart();
    world.clock.advance(3 * DAY);
    expect(await served(feed)).toEqual(['Job at 9']);
  });

  it('is not emptied by an empty listing', async () => {
    addBooking(world, 9);
    const feed = await create();
    await served(feed);
    world.clock.advance(DAY);
    world.sandbox.faults.add({
      service: 'booking',
      times: null,
      effect: { kind: 'hook', name: 'empty-listing' },
    });
    world.sandbox.booking.expireCursors();
    expect(await served(feed)).toEqual(['Job at 9']);
  });

  it('is not known before it was ever read', async () => {
    const feed = await create();
    offline = true;
    const { status, headers } = await ask(tokenOf(feed));
    expect({ status, retry: headers['retry-after'] }).toEqual({ status: 503, retry: '30' });
    offline = false;
    expect(await served(feed)).toEqual([]);
  });
});

describe('a request', () => {
  it('gets the same bytes again, packed or not, or is told that nothing has changed', async () => {
    addBooking(world, 9);
    const feed = await create();
    const token = tokenOf(feed);
    const first = await ask(token);
    const packed = await ask(token, { 'accept-encoding': 'br, gzip;q=0.8' });
    expect(packed.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(packed.body ?? '').equals(first.body ?? Buffer.alloc(0))).toBe(true);
    expect(
      (await ask(token, { 'accept-encoding': 'gzip;q=0, *' })).headers['content-encoding'],
    ).toBeUndefined();

    const { etag = '', 'last-modified': since = '' } = first.headers;
    await world.restart();
    world.clock.advance(10 * MINUTE);
    for (const headers of [
      { 'if-none-match': etag },
      { 'if-none-match': `"other", W/${etag}` },
      { 'if-none-match': packed.headers.etag ?? '' },
      { 'if-none-match': '*' },
      { 'if-modified-since': since },
    ] as Record<string, string>[]) {
      const { status, body } = await ask(token, headers);
      expect({ headers, status, body }).toEqual({ headers, status: 304, body: null });
    }
    expect((await ask(token, { 'if-none-match': '"other"', 'if-modified-since': since })).status).toBe(200);

    const head = await ask(token, {}, 'HEAD');
    expect(head).toEqual({ ...first, body: null });
    expect((await ask(token, {}, 'POST')).status).toBe(405);
  });

  it('is told of a change within the same second', async () => {
    const booking = addBooking(world, 9);
    const feed = await create();
    const before = await ask(tokenOf(feed));
    world.sandbox.booking.bookings.patch(booking.id, { title: 'Another' });
    await world.sync();
    const since = { 'if-modified-since': before.headers['last-modified'] ?? '' };
    expect((await ask(tokenOf(feed), since)).status).toBe(200);
  });

  it('finds nothing under an unknown, a switched off and a replaced link, which all look alike', async () => {
    const [off, rotated] = [await create(), await create()];
    await world.app.feeds.disable(off.id);
    const { feed } = await world.app.feeds.rotate(rotated.id);
    const answers = await Promise.all(
      ['A'.repeat(43), '', '../x', tokenOf(off), tokenOf(rotated)].map((token) => ask(token)),
    );
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0]?.status).toBe(404);
    expect(await served(feed)).toEqual([]);
  });

  it('finds nothing under a link that is replaced or switched off while the bookings are waited for', async () => {
    addBooking(world, 9);
    const { rotate, disable } = world.app.feeds;
    for (const change of [rotate, disable]) {
      const feed = await create();
      await served(feed);
      world.clock.advance(2 * MINUTE);
      meanwhile = { method: 'GET', happens: () => change(feed.id) };
      expect((await ask(tokenOf(feed))).status).toBe(404);
      expect(meanwhile).toBeNull();
    }
  });

  it('for unknown links is refused when there are too many; known links go on', async () => {
    const feed = await create();
    const statuses: number[] = [];
    for (let index = 0; index < 40; index += 1) statuses.push((await ask(`${index}`.padEnd(43, 'x'))).status);
    expect(statuses.indexOf(429)).toBe(30);
    expect(new Set(statuses.slice(30))).toEqual(new Set([429]));
    expect(await served(feed)).toEqual([]);
    world.clock.advance(MINUTE);
    expect((await ask('y'.repeat(43))).status).toBe(404);
  });
});

describe('a published feed', () => {
  it('is hosted before it is handed out, and follows every sync', async () => {
    const booking = addBooking(world, 9);
    const feed = await create({ technicianId: TECHNICIAN, publish: true });
    expect(titles(await (await hosted(feed)).text())).toEqual(['Job at 9']);
    world.sandbox.booking.bookings.patch(booking.id, { title: 'Another' });
    await world.sync();
    expect(titles(await (await hosted(feed)).text())).toEqual(['Another']);

    world.sandbox.faults.journal.clear();
    await world.sync();
    expect(world.sandbox.faults.journal.count({ method: 'PUT' })).toBe(0);
  });

  it('moves to the new link and leaves nothing under the old one', async () => {
    addBooking(world, 9);
    const old = await create({ technicianId: TECHNICIAN, publish: true });
    const { feed, pending } = await world.app.feeds.rotate(old.id);
    expect(pending).toBeNull();
    expect((await hosted(old)).status).toBe(404);
    expect(titles(await (await hosted(feed)).text())).toEqual(['Job at 9']);
    await world.app.feeds.disable(feed.id);
    expect((await hosted(feed)).status).toBe(404);
    expect(world.sandbox.booking.hostedFeeds.size).toBe(0);
  });

  it('that gets a new link while it is on its way leaves nothing under the old one', async () => {
    const booking = addBooking(world, 9);
    const old = await create({ technicianId: TECHNICIAN, publish: true });
    world.sandbox.booking.bookings.patch(booking.id, { title: 'Another' });
    meanwhile = { method: 'PUT', happens: () => world.app.feeds.rotate(old.id) };
    await world.sync();
    expect(meanwhile).toBeNull();
    await world.sync();
    expect((await hosted(old)).status).toBe(404);
    const [feed] = await world.app.feeds.list();
    expect(titles(await (await hosted(feed ?? old)).text())).toEqual(['Another']);
    expect(world.sandbox.booking.hostedFeeds.size).toBe(1);
  });

  it('is taken down later when the booking system could not be reached', async () => {
    const feed = await create({ technicianId: TECHNICIAN, publish: true });
    offline = true;
    const { pending } = await world.app.feeds.disable(feed.id);
    expect(pending?.code).toBe('OFFLINE');
    expect((await ask(tokenOf(feed))).status).toBe(404);
    offline = false;
    expect((await hosted(feed)).status).toBe(200);
    await world.restart();
    await world.sync();
    expect((await hosted(feed)).status).toBe(404);
  });

  it('that could not be published is on record and published at the next sync', async () => {
    const booking = addBooking(world, 9);
    const feed = await create({ technicianId: TECHNICIAN, publish: true });
    world.sandbox.booking.bookings.patch(booking.id, { title: 'Another' });
    world.sandbox.faults.add({
      service: 'booking',
      method: 'PUT',
      path: '/feeds/',
      times: null,
      effect: { kind: 'status', status: 503, when: 'before' },
    });
    expect((await world.sync()).ok).toBe(true);
    const [entry] = world.app.logs({ status: 'retry' }).items;
    expect(entry).toMatchObject({ operation: 'publish-feed', externalId: feed.id, technicianId: TECHNICIAN });
    world.sandbox.faults.clear();
    await world.sync();
    expect(titles(await (await hosted(feed)).text())).toEqual(['Another']);
  });

  it('is not made where the booking system hosts none', async () => {
    world.sandbox.booking.capabilities = { ...world.sandbox.booking.capabilities, feedHosting: false };
    world.clock.advance(2 * DAY);
    await expect(create({ technicianId: TECHNICIAN, publish: true })).rejects.toMatchObject({
      code: 'PRECONDITION_FAILED',
    });
    expect(await world.app.feeds.list()).toEqual([]);
  });
});

describe('the link of a feed', () => {
  it('is kept nowhere but in the vault', async () => {
    const feed = await create({ technicianId: TECHNICIAN, publish: true });
    const { feed: rotated } = await world.app.feeds.rotate(feed.id);
    await world.sync();
    const files = [...world.save().values()].map((bytes) => bytes.toString('latin1')).join('');
    const logs = JSON.stringify(world.app.logs({}));
    for (const token of [tokenOf(feed), tokenOf(rotated)]) {
      expect(token).toHaveLength(43);
      expect(files).not.toContain(token);
      expect(logs).not.toContain(token);
    }
    expect((await world.app.feeds.list()).map(({ path }) => path)).toEqual([rotated.path]);
  });
});

it('a feed is never written over what the program itself needs', async () => {
  const { id } = await create();
  const database = join(world.dataDir, 'calendar-sync.sqlite');
  await expect(world.app.feeds.write(id, database)).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  expect(readFileSync(database).subarray(0, 15).toString()).toBe('SQLite format 3');
});

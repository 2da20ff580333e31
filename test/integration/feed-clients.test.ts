import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { feedRoutes } from '../../src/main/headless/server/feed-routes.ts';
import { type Loopback, openLoopback, stubProgram } from '../support/loopback.ts';
import { addBooking, createWorld, TECHNICIAN, type World } from '../support/world.ts';

const execute = promisify(execFile);

let world: World;
/** The agent's own server. */
let loopback: Loopback;
let origin: string;
let home: string;

beforeEach(async () => {
  world = await createWorld();
  loopback = await openLoopback(stubProgram({}), (routes) => feedRoutes(routes, () => world.app.feeds));
  origin = loopback.server.origin;
  home = mkdtempSync(join(tmpdir(), 'calendar-sync-clients-'));
  mkdirSync(join(home, 'jobs'));
});
afterEach(async () => {
  await loopback.close();
  await world.close();
  rmSync(home, { recursive: true, force: true });
});

/** A program of the calendar world, in a home of its own. */
const run = (program: string, ...args: readonly string[]): Promise<string> =>
  execute(program, args, {
    env: { PATH: process.env.PATH, HOME: home, LC_ALL: 'C.UTF-8', TZ: 'Europe/London' },
  }).then(({ stdout, stderr }) => stdout + stderr);

/** Fetches a feed with vdirsyncer into files. */
async function fetched(url: string): Promise<readonly string[]> {
  const config = join(home, 'vdirsyncer');
  writeFileSync(
    config,
    `[general]
status_path = "${join(home, 'status')}"
[pair jobs]
a = "feed"
b = "files"
collections = null
[storage feed]
type = "http"
url = "${url}"
[storage files]
type = "filesystem"
path = "${join(home, 'jobs')}"
fileext = ".ics"
`,
  );
  await run('vdirsyncer', '-c', config, 'discover');
  await run('vdirsyncer', '-c', config, 'sync');
  return readdirSync(join(home, 'jobs')).map((name) => readFileSync(join(home, 'jobs', name), 'utf8'));
}

/** What khal lists of those files, a line an event. */
async function listed(): Promise<readonly string[]> {
  const config = join(home, 'khal');
  writeFileSync(
    config,
    `[calendars]
[[jobs]]
path = ${join(home, 'jobs')}
[sqlite]
path = ${join(home, 'khal.db')}
[locale]
local_timezone = Europe/London
default_timezone = Europe/London
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
`,
  );
  const format = '{start-long-full} {end-long-full} {title} @{location} {status}';
  const out = await run(
    'khal',
    '-c',
    config,
    'list',
    '--once',
    '--day-format',
    '',
    '--format',
    format,
    '2026-11-01',
    '200d',
  );
  return out
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

const PLANTED = {
  title: 'Planted title',
  location: 'Planted place',
  description: 'Planted notes',
  customer: { name: 'Planted person', phone: '+44 20 7946 0999', email: 'planted@example.org' },
  url: 'https://planted.example.org/jobs/1',
};
const SECRETS = /planted|7946/i;

describe('calendar programs that nobody here wrote', () => {
  it('fetch, store and list a feed, and follow what changes in it', async () => {
    const { bookings } = world.sandbox.booking;
    const moved = addBooking(world, 9);
    const cancelled = addBooking(world, 12, { title: 'Off' });
    addBooking(world, 9, {
      title: 'Tokyo',
      timeZone: 'Asia/Tokyo',
      start: '2026-12-01T01:00:00Z',
      end: '2026-12-01T02:30:00Z',
    });
    addBooking(world, 9, { title: 'Training', start: '2026-12-03', end: '2026-12-05', location: null });
    const long = `${'🪜 Ladder, '.repeat(12)}end`;
    addBooking(world, 9, {
      title: long,
      status: 'tentative',
      start: '2027-03-28T00:30:00Z',
      end: '2027-03-28T01:30:00Z',
    });
    const feed = await world.app.feeds.create({ technicianId: TECHNICIAN, visibility: 'details' });

    expect(await fetched(`${origin}${feed.path}`)).toHaveLength(5);
    expect(await listed()).toEqual([
      '2026-11-24 09:00 2026-11-24 11:00 Job at 9 @12 Mill Lane CONFIRMED',
      '2026-11-24 12:00 2026-11-24 14:00 Off @12 Mill Lane CONFIRMED',
      '2026-12-01 01:00 2026-12-01 02:30 Tokyo @12 Mill Lane CONFIRMED',
      '2026-12-03 00:00 2026-12-04 00:00 Training @ CONFIRMED',
      `2027-03-28 00:30 2027-03-28 02:30 ${long} @12 Mill Lane TENTATIVE`,
    ]);

    bookings.patch(moved.id, { start: '2026-11-25T15:00:00Z', end: '2026-11-25T16:00:00Z' });
    bookings.cancel(cancelled.id);
    await world.sync();
    await fetched(`${origin}${feed.path}`);
    expect((await listed()).slice(0, 2)).toEqual([
      '2026-11-24 12:00 2026-11-24 14:00 Cancelled: Off @12 Mill Lane CANCELLED',
      '2026-11-25 15:00 2026-11-25 16:00 Job at 9 @12 Mill Lane CONFIRMED',
    ]);
  });

  it('learn from a busy-only feed when, and nothing else', async () => {
    addBooking(world, 9, PLANTED);
    const feed = await world.app.feeds.create({ technicianId: TECHNICIAN });
    const [file = ''] = await fetched(`${origin}${feed.path}`);
    expect(file.replaceAll('\r\n ', '')).not.toMatch(SECRETS);
    expect(await listed()).toEqual(['2026-11-24 09:00 2026-11-24 11:00 Busy @ CONFIRMED']);

    const open = await world.app.feeds.create({ technicianId: TECHNICIAN, visibility: 'details' });
    const shown = await (await fetch(`${origin}${open.path}`)).text();
    const { customer, ...fields } = PLANTED;
    for (const text of Object.values({ ...fields, ...customer })) {
      expect(shown.replaceAll('\r\n ', '')).toContain(text);
    }
  });

  it('are turned away by a link that was replaced', async () => {
    addBooking(world, 9);
    const old = await world.app.feeds.create({ technicianId: TECHNICIAN });
    const { feed } = await world.app.feeds.rotate(old.id);
    await expect(fetched(`${origin}${old.path}`)).rejects.toThrow(/Not Found/);
    expect(await fetched(`${origin}${feed.path}`)).toHaveLength(1);
  });

  it('are told over HTTP that nothing has changed', async () => {
    addBooking(world, 9);
    const { path } = await world.app.feeds.create({ technicianId: TECHNICIAN });
    const first = await fetch(`${origin}${path}`);
    expect(first.headers.get('content-encoding')).toBe('gzip');
    expect(await first.text()).toContain('BEGIN:VEVENT');
    const again = await fetch(`${origin}${path}`, {
      headers: { 'if-none-match': first.headers.get('etag') ?? '' },
    });
    expect([again.status, await again.text()]).toEqual([304, '']);
  });
});

import { sync } from 'node-ical';
import { beforeEach, describe, expect, it } from 'vitest';
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { seededRandom } from '../../src/sandbox/seeded-random.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const FEED = 'rota';
const LUNCH = {
  uid: 'lunch@example.com',
  summary: 'Lunch; with “Ünal”, Sam & co – a title that is so long that it has to be folded',
  start: { dateTime: '2026-11-24T12:00:00Z' },
  end: { dateTime: '2026-11-24T13:00:00Z' },
};

let sandbox: Sandbox;
let clock: VirtualClock;
beforeEach(() => {
  clock = new VirtualClock();
  sandbox = createSandbox({ clock, random: seededRandom(3) });
  sandbox.ics.addFeed({ id: FEED, name: 'Rota' });
  sandbox.ics.addEvent(FEED, LUNCH);
});

const fetchFeed = (headers: Record<string, string> = {}): Promise<Response> =>
  sandbox.fetch(sandbox.feedUrl(FEED), { headers });

const control = (method: string, path: string, body?: unknown): Promise<Response> =>
  sandbox.fetch(`${sandbox.urls().control}${path}`, {
    method,
    ...(body !== undefined && {
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    }),
  });

const events = async () =>
  Object.values(sync.parseICS(await (await fetchFeed()).text())).filter((entry) => entry?.type === 'VEVENT');

describe('a feed of the sandbox', () => {
  it('is a calendar that the library of the trade reads as it was entered', async () => {
    const answer = await fetchFeed();
    expect(answer.headers.get('content-type')).toContain('text/calendar');
    const text = await answer.text();
    for (const line of text.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
    expect(await events()).toMatchObject([
      { uid: LUNCH.uid, summary: LUNCH.summary, start: new Date(LUNCH.start.dateTime) },
    ]);
  });

  it('is not sent again to whoever has it, until somebody edits it', async () => {
    const { headers } = await fetchFeed();
    const known = { 'if-none-match': headers.get('etag') ?? '' };
    const seen = { 'if-modified-since': headers.get('last-modified') ?? '' };
    expect((await fetchFeed(known)).status).toBe(304);
    expect((await fetchFeed(seen)).status).toBe(304);
    clock.advance(2_000);
    await control('PATCH', `/ics/feeds/${FEED}/events/${LUNCH.uid}`, { summary: 'Lunch alone' });
    expect((await fetchFeed(known)).status).toBe(200);
    expect((await fetchFeed(seen)).status).toBe(200);
    expect(await events()).toMatchObject([{ summary: 'Lunch alone', sequence: 1 }]);
  });

  it('is edited, emptied, written by hand and moved to another address as its publisher likes', async () => {
    const added = await control('POST', `/ics/feeds/${FEED}/events`, {
      summary: 'Training',
      start: { date: '2026-12-01' },
      end: { date: '2026-12-02' },
    });
    expect(added.status).toBe(201);
    expect(await events()).toHaveLength(2);
    await control('DELETE', `/ics/feeds/${FEED}/events/${LUNCH.uid}`);
    expect(await events()).toMatchObject([{ summary: 'Training' }]);
    await control('PUT', `/ics/feeds/${FEED}/text`, { text: 'BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n' });
    expect(await events()).toEqual([]);
    await control('PUT', `/ics/feeds/${FEED}/text`, { text: null });
    expect(await events()).toHaveLength(1);
    const old = sandbox.feedUrl(FEED);
    await control('POST', `/ics/feeds/${FEED}/rotate`);
    expect((await sandbox.fetch(old)).status).toBe(404);
    expect((await fetchFeed()).status).toBe(200);
  });

  it('answers a wrong edit with what is wrong', async () => {
    expect((await control('POST', '/ics/feeds/none/clear')).status).toBe(404);
    expect((await control('PATCH', `/ics/feeds/${FEED}/events/none`, {})).status).toBe(404);
    expect((await control('POST', `/ics/feeds/${FEED}/events`, { summary: 'When?' })).status).toBe(422);
  });

  it.each<[string, (answer: Response) => Promise<void>]>([
    ['html', async (answer) => expect(await answer.text()).toContain('<html')],
    ['empty', async (answer) => expect(await answer.text()).toBe('')],
    [
      'huge',
      async (answer) => {
        const text = await answer.text();
        expect(text.length).toBeGreaterThan(20 * 1024 * 1024);
        expect(text.endsWith('END:VCALENDAR\r\n')).toBe(true);
      },
    ],
    [
      'redirect-loop',
      async (answer) => {
        expect(answer.status).toBe(302);
        expect(answer.headers.get('location')).toContain(sandbox.ics.path(FEED));
      },
    ],
  ])('does what the fault “%s” says, once, and is itself again', async (name, expected) => {
    await control('POST', '/faults', { service: 'ics', effect: { kind: 'hook', name } });
    await expected(await fetchFeed());
    expect(await events()).toHaveLength(1);
  });

  it('can be cut short and fail like any other service', async () => {
    sandbox.faults.add({ service: 'ics', effect: { kind: 'truncate' } });
    sandbox.faults.add({ service: 'ics', effect: { kind: 'status', status: 503 } });
    expect(await (await fetchFeed()).text()).not.toContain('END:VCALENDAR');
    expect((await fetchFeed()).status).toBe(503);
    expect((await fetchFeed()).status).toBe(200);
  });

  it('is published for each technician of a made-up company', async () => {
    sandbox.reset({ bookings: 0 });
    expect(sandbox.ics.feeds()).toHaveLength(8);
    expect(sandbox.urls().ics).toBe(sandbox.feedUrl('rota-01'));
    expect(sandbox.env()).toMatchObject({ ICS_FEED_URL: sandbox.urls().ics });
    const parsed = sync.parseICS(await (await sandbox.fetch(sandbox.urls().ics)).text());
    expect(Object.values(parsed).filter((entry) => entry?.type === 'VEVENT').length).toBeGreaterThan(6);
  });
});

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { v5 as uuidV5 } from 'uuid';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FaultEffect } from '../../src/sandbox/faults.ts';
import { addPublished, FEED, feedResult, publish, subscribe } from '../support/feeds.ts';
import { expectQuiet } from '../support/in-step.ts';
import {
  addBooking,
  addPersonal,
  blocks,
  createWorld,
  TECHNICIAN,
  type World,
  writes,
} from '../support/world.ts';

let world: World;
let accountId: string;

beforeEach(async () => {
  world = await createWorld();
  publish(world);
  accountId = await subscribe(world);
});
afterEach(() => world.close());

const starts = (): readonly string[] =>
  blocks(world)
    .map(({ start }) => start)
    .sort();
const TRAINING = '2026-11-25T10:00:00.000Z';
const account = () => world.app.accounts().find(({ id }) => id === accountId);
const mapping = () => world.app.mappings().find((one) => one.accountId === accountId);
const requests = () => world.sandbox.faults.journal.entries({ service: 'ics' });

describe('a subscribed calendar', () => {
  it('blocks the time of its events, each once, under the name that any machine gives it', async () => {
    addPublished(world, 14, { uid: 'weekly@example.com', recurrence: ['RRULE:FREQ=WEEKLY;COUNT=3'] });
    expect(feedResult(await world.sync()).mappings).toMatchObject([{ imported: { created: 4 } }]);
    expect(starts()).toEqual([
      TRAINING,
      '2026-11-25T14:00:00.000Z',
      '2026-12-02T14:00:00.000Z',
      '2026-12-09T14:00:00.000Z',
    ]);
    const url = world.sandbox.feedUrl(FEED);
    const calendarId = mapping()?.calendarId ?? '';
    const parts = [TECHNICIAN, 'ics', url, calendarId, 'training@example.com', ''];
    const id = `bb_${uuidV5(parts.join('\u001f'), uuidV5('calendar-sync:busy-block', uuidV5.URL))}`;
    expect(blocks(world).find(({ start }) => start === TRAINING)?.id).toBe(id);
    await expectQuiet(world);
  });

  it('is asked once, and costs nothing more, while nothing has changed', async () => {
    await world.sync();
    world.sandbox.faults.journal.clear();
    const result = feedResult(await world.sync());
    expect(requests()).toMatchObject([{ status: 304 }]);
    expect(writes(world)).toEqual([]);
    expect(result).toMatchObject({ ok: true, requests: { provider: 1 } });
    expect(result.mappings).toMatchObject([{ imported: { created: 0, unchanged: 1 } }]);
  });

  it('is followed when an event is moved, added or taken out', async () => {
    await world.sync();
    world.sandbox.ics.editEvent(FEED, 'training@example.com', {
      start: { dateTime: '2026-11-25T15:00:00Z' },
      end: { dateTime: '2026-11-25T16:00:00Z' },
    });
    const added = addPublished(world, 18);
    await world.sync();
    expect(starts()).toEqual(['2026-11-25T15:00:00.000Z', '2026-11-25T18:00:00.000Z']);
    world.sandbox.ics.deleteEvent(FEED, added);
    await world.sync();
    expect(starts()).toEqual(['2026-11-25T15:00:00.000Z']);
    await expectQuiet(world);
  });

  it('has its times without a zone in the zone of the subscription', async () => {
    world.sandbox.ics.addFeed({ id: 'club', name: 'Club' });
    const floating = (time: string) => ({ dateTime: `2026-11-26T${time}:00` });
    addPublished(world, 0, { start: floating('09:00'), end: floating('10:00') }, 'club');
    const other = await subscribe(world, 'club', { timeZone: 'Asia/Kathmandu' });
    await world.sync();
    expect(starts()).toContain('2026-11-26T03:15:00.000Z');
    // The same address again is the same account, and is read anew with what is said now.
    const again = await world.app.connectIcs({
      url: world.sandbox.feedUrl('club'),
      timeZone: 'America/New_York',
    });
    expect(again.accountId).toBe(other);
    await world.sync();
    expect(starts()).toContain('2026-11-26T14:00:00.000Z');
    expect(starts()).not.toContain('2026-11-26T03:15:00.000Z');
    await expectQuiet(world);
  });

  it('with thousands of series shows no more of them than the window has', async () => {
    const wednesday = (n: number): string => `2020-01-${String(1 + 7 * (n % 4)).padStart(2, '0')}`;
    for (let n = 0; n < 5_000; n += 1) {
      addPublished(world, 0, {
        start: { dateTime: `${wednesday(n)}T08:00:00Z` },
        end: { dateTime: `${wednesday(n)}T08:30:00Z` },
        recurrence: ['RRULE:FREQ=WEEKLY'],
      });
    }
    await world.app.updateMapping(mapping()?.id ?? '', { pastDays: 0, futureDays: 7 });
    expect(feedResult(await world.sync()).error).toBeNull();
    expect(blocks(world)).toHaveLength(5_001);
    await expectQuiet(world);
  });

  it('is adopted again, without a write, after the database was lost', async () => {
    await world.sync();
    const before = structuredClone(blocks(world));
    await world.restart({ forget: true });
    await world.reconnect();
    await subscribe(world);
    world.sandbox.faults.journal.clear();
    await world.sync();
    expect(blocks(world)).toEqual(before);
    expect(writes(world)).toEqual([]);
  });
});

describe('writing to a subscribed calendar', () => {
  const refusal = {
    code: 'PERMISSION_DENIED',
    message: expect.stringMatching(/can only be read: whoever publishes it changes it/),
  };

  it.each(['export', 'two-way'] as const)('is refused for %s, with the reason', async (direction) => {
    const calendarId = mapping()?.calendarId ?? '';
    await expect(world.app.addMapping({ accountId, calendarId, direction })).rejects.toMatchObject(refusal);
    const id = mapping()?.id ?? '';
    await expect(world.app.updateMapping(id, { direction })).rejects.toMatchObject(refusal);
    expect(mapping()?.direction).toBe('import');
  });
});

describe('a feed that goes wrong', () => {
  const html: FaultEffect = { kind: 'hook', name: 'html' };
  it.each<[string, FaultEffect, string, RegExp]>([
    ['turns into a web page', html, 'PROVIDER_ERROR', /web page instead of a calendar/],
    ['is empty', { kind: 'hook', name: 'empty' }, 'PROVIDER_ERROR', /nothing at all/],
    ['is cut short', { kind: 'truncate' }, 'PROVIDER_ERROR', /only in part/],
    ['is larger than 20 MB', { kind: 'hook', name: 'huge' }, 'PROVIDER_ERROR', /larger than 20 MB/],
    ['redirects for ever', { kind: 'hook', name: 'redirect-loop' }, 'PROVIDER_ERROR', /sent the request on/],
    ['answers 503', { kind: 'status', status: 503, when: 'before' }, 'PROVIDER_ERROR', /HTTP 503/],
    [
      'answers 404',
      { kind: 'status', status: 404, when: 'before' },
      'NOT_FOUND',
      /no calendar at this address/,
    ],
    ['does not answer', { kind: 'drop', when: 'before' }, 'OFFLINE', /cannot be reached/],
  ])(
    '%s: nothing is deleted, what is wrong is said, and it comes back by itself',
    async (_, effect, code, says) => {
      addPersonal(world, 16);
      addBooking(world, 9);
      await world.sync();
      const before = structuredClone(blocks(world));
      expect(before).toHaveLength(2);

      addPublished(world, 20);
      addPersonal(world, 18);
      const fault = world.sandbox.faults.add({ service: 'ics', times: null, effect });
      for (const options of [{}, { full: true }]) {
        const result = await world.sync(options);
        expect(result.ok).toBe(false);
        expect(feedResult(result)).toMatchObject({
          ok: false,
          error: { code, message: expect.stringMatching(says) },
        });
        expect(result.accounts.filter(({ ok }) => ok)).toMatchObject([{ provider: 'google' }]);
      }
      // The account beside it goes on, and nothing of this one is lost.
      expect(blocks(world)).toEqual(expect.arrayContaining([...before]));
      expect(blocks(world)).toHaveLength(3);
      expect(account()?.error).toMatchObject({ code, message: expect.stringMatching(says) });
      expect(world.app.status().state).toBe('error');
      expect(world.app.logs({ status: 'error', provider: 'ics' }).items).toMatchObject([
        { accountId, code, message: expect.stringMatching(says) },
        { accountId, code },
      ]);

      world.sandbox.faults.remove(fault);
      expect((await world.sync()).ok).toBe(true);
      expect(blocks(world)).toHaveLength(4);
      expect(account()).toMatchObject({ state: 'read-only', error: null });
      await expectQuiet(world);
    },
  );

  it('has nothing in it any more: the deletions are held until somebody decides', async () => {
    addPublished(world, 12);
    await world.sync();
    world.sandbox.ics.clear(FEED);
    await world.sync();
    expect(starts()).toEqual([TRAINING, '2026-11-25T12:00:00.000Z']);
    const [hold] = world.app.holds();
    expect(hold?.deletions).toHaveLength(2);
    await world.app.decideHold(hold?.id ?? '', 'released');
    await world.sync();
    expect(starts()).toEqual([]);
    await expectQuiet(world);
  });

  it('has moved to another address: it says so, and the new one does not block the time twice', async () => {
    await world.sync();
    world.sandbox.ics.rotate(FEED);
    expect(feedResult(await world.sync()).error).toMatchObject({ code: 'NOT_FOUND' });
    const other = await subscribe(world);
    expect(other).not.toBe(accountId);
    await world.sync();
    expect(starts()).toEqual([TRAINING]);
    await world.app.removeAccount(accountId, { deleteEvents: true });
    await world.sync();
    expect(starts()).toEqual([TRAINING]);
    await expectQuiet(world);
  });
});

describe('disconnecting a subscription', () => {
  it('leaves the blocked time, or frees it when asked', async () => {
    await world.sync();
    await world.app.removeAccount(accountId, { deleteEvents: false });
    expect(starts()).toEqual([TRAINING]);
    accountId = await subscribe(world);
    await world.sync();
    expect(starts()).toEqual([TRAINING]);
    expect(await world.app.removeAccount(accountId, { deleteEvents: true })).toEqual({ removed: 1 });
    expect(starts()).toEqual([]);
    expect(account()).toBeUndefined();
  });
});

describe('subscribing', () => {
  const connect = (url: string, more: object = {}) => world.app.connectIcs({ url, ...more });

  it('says what was found, and shows the host instead of the address', async () => {
    expect(await connect(world.sandbox.feedUrl(FEED), { name: 'My rota' })).toMatchObject({
      accountId,
      provider: 'ics',
      email: 'My rota (127.0.0.1)',
      events: 1,
      timeZone: 'Europe/London',
      notices: [],
    });
    expect(await world.app.calendars(accountId)).toMatchObject([
      { name: 'My rota', timeZone: 'Europe/London', writable: false },
    ]);
  });

  it.each<[string, string, object]>([
    [
      'http from elsewhere without consent',
      'http://calendar.example.com/a.ics',
      { code: 'PERMISSION_DENIED', detail: 'plain-http' },
    ],
    [
      'a private network without consent',
      'https://192.168.1.10/a.ics',
      { code: 'PERMISSION_DENIED', detail: 'private-network' },
    ],
    ['no address at all', 'calendar', { code: 'INVALID_INPUT' }],
    ['a file that is not there', 'file:///nowhere/a.ics', { code: 'NOT_FOUND' }],
  ])('is refused for %s, and nothing is stored', async (_, url, error) => {
    const before = world.app.accounts();
    await expect(connect(url)).rejects.toMatchObject(error);
    expect(world.app.accounts()).toEqual(before);
  });

  it('is refused for what cannot be read now', async () => {
    world.sandbox.ics.addFeed({ id: 'other', name: 'Other' });
    world.sandbox.faults.add({ service: 'ics', effect: { kind: 'hook', name: 'html' } });
    await expect(connect(world.sandbox.feedUrl('other'))).rejects.toMatchObject({ code: 'PROVIDER_ERROR' });
    expect(world.app.accounts().filter(({ provider }) => provider === 'ics')).toHaveLength(1);
  });

  it('takes consent for what it is: one request to that address, and no more', async () => {
    const sent: string[] = [];
    await world.close();
    world = await createWorld({
      network: (fetch) => async (input, init) => {
        const { origin } = new URL(new Request(input, init).url);
        if (!/192\.168/.test(origin)) return fetch(input, init);
        sent.push(origin);
        return new Response('BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n');
      },
    });
    const consent = { allowPlainHttp: true, allowPrivateNetwork: true };
    expect(await connect('http://192.168.1.10/a.ics', consent)).toMatchObject({ email: '192.168.1.10' });
    expect(sent).toEqual(['http://192.168.1.10']);
  });

  it('needs no consent to a private network where the settings give it for all feeds', async () => {
    await world.close();
    world = await createWorld({
      settings: { allowPrivateFeeds: true },
      network: (fetch) => async (input, init) => {
        if (!/192\.168/.test(new Request(input, init).url)) return fetch(input, init);
        return new Response('BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n');
      },
    });
    expect(await connect('https://192.168.1.10/a.ics')).toMatchObject({ email: '192.168.1.10' });
    await expect(connect('http://192.168.1.10/a.ics')).rejects.toMatchObject({ detail: 'plain-http' });
  });
});

it('the address of a feed is a secret: it is in no file, no log and no answer', async () => {
  const token = 'canary-feed-8c1f4b7e';
  world.sandbox.ics.addFeed({ id: 'secret', name: 'Secret', token });
  addPublished(world, 12, {}, 'secret');
  const url = world.sandbox.feedUrl('secret').replace('//', '//tess:canary-password@');
  const { accountId: id, calendarId } = await world.app.connectIcs({ url });
  await world.app.addMapping({ accountId: id, calendarId, direction: 'import', visibility: 'details' });
  await world.sync();
  for (const effect of [
    { kind: 'hook', name: 'redirect-loop' },
    { kind: 'status', status: 503, when: 'before' },
    { kind: 'drop', when: 'before' },
  ] as const) {
    world.sandbox.faults.add({ service: 'ics', times: 8, effect });
    await world.sync();
    world.sandbox.faults.clear();
  }
  world.app.backup(join(world.dataDir, 'backup.sqlite'));

  const files = readdirSync(world.dataDir, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const places = new Map(
    files.map(({ parentPath, name }) => [name, readFileSync(join(parentPath, name)).toString('latin1')]),
  );
  places.set('the log', world.logged.join('\n'));
  places.set(
    'the answers',
    JSON.stringify([world.app.logs({}), world.app.status(), await world.app.calendars(id)]),
  );
  places.set('the booking system', JSON.stringify(blocks(world)));
  const found = [...places].filter(([, text]) => text.includes(token) || text.includes('canary-password'));
  expect(found.map(([place]) => place)).toEqual([]);
  // The search does find what is there.
  expect(places.get('the log')).toContain('127.0.0.1');
  expect(places.get('the booking system')).toContain('Published 12');
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fetch } from '../../src/main/ports.ts';
import type { DesiredEvent } from '../../src/shared/domain/calendar-event.ts';
import { eventObject, lines, withProperties } from '../support/caldav-calendar.ts';
import { type CaldavServer, startCaldavServer } from '../support/caldav-server.ts';
import {
  type CaldavWorld,
  type CaldavWorldOptions,
  openCaldav,
  startStandIn,
} from './provider-caldav-world.ts';
import { createJob, describeWritableProvider, IDENTITY, JOB, owned, pull } from './provider-contract.ts';

/** What the simulation has in their place: whatever holds for it alone proves nothing. */
const STAND_IN = 'the stand-in';

const NOVEMBER = { from: '2026-11-01T00:00:00.000Z', to: '2026-12-01T00:00:00.000Z' };

describe.each(['Radicale', 'Xandikos', STAND_IN] as const)('%s', (name) => {
  let server: Pick<CaldavServer, 'origin' | 'home' | 'stop'>;
  beforeAll(async () => {
    server = await (name === STAND_IN ? startStandIn() : startCaldavServer(name));
  });
  afterAll(() => server.stop());
  const open = (options?: CaldavWorldOptions): Promise<CaldavWorld> => openCaldav(server, options);

  describeWritableProvider(name, () => open());

  describe('what the technician added to an exported event', () => {
    const theirs = {
      CATEGORIES: ':Red,Urgent',
      COLOR: ':turquoise',
      CLASS: ':PRIVATE',
      TRANSP: ':TRANSPARENT',
      ATTENDEE: ';CN="Col, League";PARTSTAT=ACCEPTED:mailto:colleague@example.com',
      'X-APPLE-TRAVEL-DURATION': ';VALUE=DURATION:PT30M',
      'X-MOZ-LASTACK': ':20261120T080000Z',
      'X-ODD': ';X-PARAM="a;b:c":un\\,known\\; text',
    };
    const ALARM = ['BEGIN:VALARM', 'ACTION:DISPLAY', 'DESCRIPTION:Soon', 'TRIGGER:-PT1H30M', 'END:VALARM'];

    it('stays through an update', async () => {
      const world = await open();
      const { id } = await createJob(world);
      await world.calendar.edit(id, (text) =>
        withProperties(theirs)(text).replace('END:VEVENT', `${ALARM.join('\r\n')}\r\nEND:VEVENT`),
      );
      const [seen] = (await pull(world)).events;
      expect(seen).toMatchObject({ id, visibility: 'private', transparency: 'free' });
      const desired: DesiredEvent = { ...JOB, title: 'New title', location: '', status: 'tentative' };
      const prepared = world.provider.prepareUpdate(id, desired, IDENTITY, seen);
      const updated = await world.provider.update(world.calendarId, prepared, seen?.etag ?? null);
      expect(owned(updated)).toEqual(desired);
      expect(updated).toMatchObject({ visibility: 'private', transparency: 'free' });
      const text = (await world.calendar.read(id))?.replace(/\r?\n[ \t]/g, '') ?? '';
      for (const [property, rest] of Object.entries(theirs)) expect(text).toContain(property + rest);
      for (const line of ALARM) expect(text).toContain(line);
      expect(text.match(/^(SUMMARY|DTEND|STATUS|X-CALENDAR-SYNC)\b/gm)).toHaveLength(4);
    });

    it('makes no copy of it ours', async () => {
      const world = await open();
      const { id } = await createJob(world);
      const text = await world.calendar.read(id);
      await world.calendar.write('copy.ics', withProperties({ UID: ':copy@example.com' })(text ?? ''));
      const { events } = await pull(world);
      expect(new Map(events.map((event) => [event.id, event.tag?.self]))).toEqual(
        new Map([
          [id, id],
          ['copy.ics', id],
        ]),
      );
    });
  });

  describe('a series', () => {
    const WEEKLY = [
      'DTSTART;TZID=Europe/London:20261102T090000',
      'DTEND;TZID=Europe/London:20261102T100000',
      'SUMMARY:Team',
    ];
    const series = (rule: string, ...more: readonly string[]): string =>
      eventObject('team@example.com', ...WEEKLY, `RRULE:${rule}`, ...more);

    it('with overrides is one object, and tells what of it is gone', async () => {
      const world = await open();
      const moved = lines(
        'BEGIN:VEVENT',
        'UID:team@example.com',
        'DTSTAMP:20261101T000000Z',
        'RECURRENCE-ID;TZID=Europe/London:20261109T090000',
        'DTSTART;TZID=Europe/London:20261110T140000',
        'DTEND;TZID=Europe/London:20261110T150000',
        'SUMMARY:Team, moved',
        'END:VEVENT',
      );
      const withOverride = (text: string): string => text.replace('END:VCALENDAR', `${moved}END:VCALENDAR`);
      await world.calendar.write('team.ics', withOverride(series('FREQ=WEEKLY;COUNT=4')));
      const first = await pull(world);
      expect(starts(first.events)).toEqual([
        'team.ics/2026-11-02T09:00:00Z 2026-11-02T09:00:00.000Z',
        'team.ics/2026-11-09T09:00:00Z 2026-11-10T14:00:00.000Z',
        'team.ics/2026-11-16T09:00:00Z 2026-11-16T09:00:00.000Z',
        'team.ics/2026-11-23T09:00:00Z 2026-11-23T09:00:00.000Z',
      ]);
      await world.calendar.write(
        'team.ics',
        series('FREQ=WEEKLY;COUNT=4', 'EXDATE;TZID=Europe/London:20261116T090000'),
      );
      const second = await pull(world, first.cursor);
      expect(starts(second.events)).toEqual([
        'team.ics/2026-11-02T09:00:00Z 2026-11-02T09:00:00.000Z',
        'team.ics/2026-11-09T09:00:00Z 2026-11-09T09:00:00.000Z',
        'team.ics/2026-11-23T09:00:00Z 2026-11-23T09:00:00.000Z',
      ]);
      expect(second.pages).toMatchObject([{ relisted: ['team.ics'] }]);
      expect(await world.provider.get(world.calendarId, 'team.ics/2026-11-16T09:00:00Z')).toEqual({
        kind: 'missing',
      });
      expect(await world.provider.get(world.calendarId, 'team.ics/2026-11-23T09:00:00Z')).toMatchObject({
        event: { form: 'occurrence', seriesId: 'team.ics' },
      });
      await world.calendar.delete('team.ics');
      expect((await pull(world, second.cursor)).removed).toEqual(['team.ics']);
    });

    it('that was made of an event of ours, and is far ahead, is shown as the series', async () => {
      const world = await open();
      const { id } = await createJob(world);
      const { cursor } = await pull(world, null, NOVEMBER);
      const late = { DTSTART: ':20280428T053700Z', DTEND: ':20280428T083700Z' };
      await world.calendar.edit(id, withProperties({ ...late, RRULE: ':FREQ=DAILY' }));
      for (const from of [cursor, null]) {
        const { events, removed } = await pull(world, from, NOVEMBER);
        expect(events).toMatchObject([{ id, form: 'series', tag: { self: id } }]);
        expect(removed).toEqual([]);
      }
    });

    it('that began long ago and never ends is shown within the window', async () => {
      const world = await open();
      const old = series('FREQ=WEEKLY').replaceAll('20261102', '20150105');
      await world.calendar.write('team.ics', old);
      const { events } = await pull(world, null, NOVEMBER);
      expect(events.map(({ time }) => time.start.slice(0, 10))).toEqual([
        '2026-11-02',
        '2026-11-09',
        '2026-11-16',
        '2026-11-23',
        '2026-11-30',
      ]);
    });

    it('at nine in London is at nine on both sides of both changes of the clocks', async () => {
      const world = await open();
      await world.calendar.write('team.ics', series('FREQ=WEEKLY').replaceAll('20261102', '20260921'));
      const year = { from: '2026-10-12T00:00:00.000Z', to: '2027-04-12T00:00:00.000Z' };
      const { events } = await pull(world, null, year);
      const hours = new Map(events.map(({ time }) => [time.start.slice(0, 10), time.start.slice(11, 16)]));
      expect(hours.size).toBe(26);
      expect([hours.get('2026-10-19'), hours.get('2026-10-26')]).toEqual(['08:00', '09:00']);
      expect([hours.get('2027-03-22'), hours.get('2027-03-29')]).toEqual(['09:00', '08:00']);
    });
  });

  describe('what is written', () => {
    it.each<[string, DesiredEvent]>([
      [
        'odd text',
        {
          ...JOB,
          title: '  "Ünïcode" 👩🏽‍🔧, a;b:c \\ d'.trim(),
          description: '日本語\n\n\tTab, “quotes” & <b>',
          location: 'Straße 5; 2. OG',
        },
      ],
      ['long text', { ...JOB, title: 'ä'.repeat(900), description: 'Très long, 🎉 '.repeat(500).trim() }],
      ['before the clocks go forward', at('2027-03-28T00:30:00.000Z', '2027-03-28T01:30:00.000Z')],
      ['in the hour that comes twice', at('2027-10-31T00:30:00.000Z', '2027-10-31T02:30:00.000Z')],
      [
        'in a zone without rules',
        at('2026-11-24T09:00:00.000Z', '2026-11-24T10:00:00.000Z', 'Asia/Kathmandu'),
      ],
      ['in UTC', at('2026-11-24T09:00:00.000Z', '2026-11-24T10:00:00.000Z', 'UTC')],
      [
        'for whole days',
        {
          ...JOB,
          time: { kind: 'all-day', start: '2027-03-27', end: '2027-03-30', timeZone: 'Europe/London' },
        },
      ],
    ])('comes back as it was: %s', async (_, desired) => {
      const world = await open();
      const created = await createJob(world, desired);
      expect(owned(created)).toEqual(desired);
      const window = { from: '2026-11-01T00:00:00.000Z', to: '2027-12-31T00:00:00.000Z' };
      const first = await pull(world, null, window);
      expect(first.events).toEqual([created]);
      const again = world.provider.prepareUpdate(created.id, desired, IDENTITY);
      const { etag: _etag, ...rewritten } = await world.provider.update(
        world.calendarId,
        again,
        created.etag,
      );
      expect(rewritten).toEqual({ ...created, etag: undefined });
    });

    it('may have arrived when the look at it fails', async () => {
      let isClosed = false;
      const network =
        (fetch: Fetch): Fetch =>
        async (input, init) => {
          if (isClosed && init?.method === 'REPORT') return new Response(null, { status: 401 });
          isClosed = init?.method === 'PUT';
          return fetch(input, init);
        };
      const world = await open({ network });
      await expect(createJob(world)).rejects.toMatchObject({ code: 'AUTH_EXPIRED', effect: 'unknown' });
      expect(await world.calendar.names()).toHaveLength(1);
    });

    it('defines the zone that it names, for programs that do not know it', async () => {
      const world = await open();
      const { id } = await createJob(world);
      const text = (await world.calendar.read(id)) ?? '';
      expect(text).toMatch(/^DTSTART;TZID=Europe\/London:20261124T090000\r?$/m);
      expect(text).toMatch(/^TZID:Europe\/London\r?$/m);
    });
  });

  describe('what is read', () => {
    it('keeps whole days on their dates, whichever zone the calendar is in', async () => {
      for (const timeZone of ['Pacific/Auckland', 'America/New_York']) {
        const world = await open({ timeZone: null, fallbackZone: timeZone });
        await world.calendar.write(
          'leave.ics',
          eventObject('leave@example.com', 'DTSTART;VALUE=DATE:20261224', 'DTEND;VALUE=DATE:20261227'),
        );
        const { events } = await pull(world);
        expect(events.map(({ time }) => time)).toEqual([
          { kind: 'all-day', start: '2026-12-24', end: '2026-12-27', timeZone },
        ]);
      }
    });

    it('says how the person has answered an invitation', async () => {
      const world = await open();
      const invitation = (state: string): string =>
        eventObject(
          `${state}@example.com`,
          'DTSTART:20261124T090000Z',
          'DTEND:20261124T100000Z',
          'ORGANIZER:mailto:boss@example.com',
          `ATTENDEE;PARTSTAT=${state}:MAILTO:Tess@Example.com`,
        );
      for (const state of ['DECLINED', 'TENTATIVE', 'NEEDS-ACTION', 'ACCEPTED']) {
        await world.calendar.write(`${state}.ics`, invitation(state));
      }
      const { events } = await pull(world);
      expect(new Set(events.map(({ id, response }) => `${id} ${response}`))).toEqual(
        new Set([
          'DECLINED.ics declined',
          'TENTATIVE.ics tentative',
          'NEEDS-ACTION.ics needs-action',
          'ACCEPTED.ics accepted',
        ]),
      );
    });
  });

  describe('a position', () => {
    it('that the server does not know any more has expired', async () => {
      const world = await open();
      const first = await pull(world);
      await world.person.add('Added', '2026-11-26T08:00:00Z');
      const { cursor } = await pull(world, first.cursor);
      const lost = { ...JSON.parse(cursor ?? ''), ctag: 'another' };
      for (const token of ['http://example.com/no-token-of-this-server', `${lost.token.slice(0, -4)}0000`]) {
        const { pages } = await pull(world, JSON.stringify({ ...lost, token }));
        expect(pages).toEqual([{ kind: 'cursor-expired' }]);
      }
    });

    it('has the tag of what is there, which is the same when something has come and gone', async () => {
      const world = await open();
      const ctag = async (): Promise<string> => JSON.parse((await pull(world)).cursor ?? '').ctag;
      const before = await ctag();
      const passing = await world.person.add('Passing', '2026-11-26T08:00:00Z');
      expect(await ctag()).not.toBe(before);
      await world.person.delete(passing);
      expect(await ctag()).toBe(before);
    });

    it.each(['', 'no cursor of ours', '{"kind":"token"}'])(
      'that is none has expired: “%s”',
      async (cursor) => {
        expect((await pull(await open(), cursor)).pages).toEqual([{ kind: 'cursor-expired' }]);
      },
    );

    it('is not kept by a tag that is the second of the last change, as long as that lasts', async () => {
      let now = 1_795_765_737;
      const world = await open({ network: (fetch) => inSeconds(fetch, 1_795_765_737, () => now) });
      const first = await pull(world);
      const added = await world.person.add('Added', '2026-11-26T08:00:00Z');
      const second = await pull(world, first.cursor);
      expect(second.events.map(({ id }) => id)).toEqual([added]);
      now += 10;
      const third = await pull(world, second.cursor);
      world.asked.length = 0;
      expect((await pull(world, third.cursor)).changes).toEqual([]);
      expect(world.asked).toEqual(['PROPFIND 207']);
    });

    it('is kept by etags where the server has no sync-collection', async () => {
      const world = await open({ network: withoutSync });
      const kept = await world.person.add('Kept', '2026-11-24T08:00:00Z');
      const gone = await world.person.add('Gone', '2026-11-24T12:00:00Z');
      const first = await pull(world);
      expect(JSON.parse(first.cursor ?? '')).toMatchObject({ kind: 'etags' });
      expect((await pull(world, first.cursor)).changes).toEqual([]);
      const added = await world.person.add('Added', '2026-11-26T08:00:00Z');
      await world.person.retitle(kept, 'Renamed');
      await world.person.delete(gone);
      const second = await pull(world, first.cursor);
      expect(second.events.map(({ id, title }) => `${id} ${title}`).sort()).toEqual(
        [`${added} Added`, `${kept} Renamed`].sort(),
      );
      expect(second.removed).toEqual([gone]);
      expect((await pull(world, second.cursor)).changes).toEqual([]);
    });
  });
});

const starts = (events: readonly { id: string; time: { start: string } }[]): readonly string[] =>
  events.map(({ id, time }) => `${id} ${time.start}`).sort();

function at(start: string, end: string, timeZone = 'Europe/London'): DesiredEvent {
  return { ...JOB, time: { kind: 'timed', start, end, timeZone } };
}

/** A server that does not know RFC 6578. */
const withoutSync =
  (fetch: Fetch): Fetch =>
  async (input, init) => {
    if (String(init?.body).includes('sync-collection')) return new Response(null, { status: 501 });
    const answer = await fetch(input, init);
    const text = (await answer.text()).replace(/<(\w+:)?sync-token[^/]*>[^<]*<\/(\w+:)?sync-token>/g, '');
    return new Response(text, { status: answer.status, headers: answer.headers });
  };

/** The tag of a collection as the second of its last change, at a server where it is `now`; seconds since 1970. */
const inSeconds =
  (fetch: Fetch, changed: number, now: () => number): Fetch =>
  async (input, init) => {
    const answer = await fetch(input, init);
    if (answer.status !== 207) return answer;
    const text = (await answer.text()).replace(/(getctag[^>]*>)[^<]+/, `$1${changed}`);
    const headers = { 'content-type': 'text/xml', date: new Date(now() * 1000).toUTCString() };
    return new Response(text, { status: 207, headers });
  };

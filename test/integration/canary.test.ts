import { describe, expect, it } from 'vitest';
import type { Fetch } from '../../src/main/ports.ts';
import { liveThrough } from '../simulation/week.ts';

/** Longer than days take on any machine. */
const LONG = 600_000;

describe('days of trouble', () => {
  it.each([
    ['google', 4],
    ['microsoft', 7],
    ['caldav', 8],
    ['all', 11],
  ] as const)(
    'at %s, seed %d: every invariant is kept',
    async (services, seed) => {
      const { findings } = await liveThrough({ seed, days: 1, services });
      expect(findings.broken()).toEqual([]);
      for (const invariant of ['I1', 'I2', 'I3', 'I4', 'I6', 'I7', 'I8', 'I9', 'I10', 'I12'] as const)
        expect(findings.checked(invariant), invariant).toBeGreaterThan(0);
    },
    LONG,
  );

  it(
    'are the same from the same seed, request by request',
    async () => {
      const [once, twice, other] = [
        await liveThrough({ seed: 5, days: 1, services: 'all' }),
        await liveThrough({ seed: 5, days: 1, services: 'all' }),
        await liveThrough({ seed: 6, days: 1, services: 'all' }),
      ];
      expect(once.trace.count).toBeGreaterThan(100);
      expect(twice.trace.digest()).toBe(once.trace.digest());
      expect(other.trace.digest()).not.toBe(once.trace.digest());
    },
    LONG,
  );
});

describe('servers that do not do what they say', () => {
  const isWrite = (method: string, url: RegExp, request: Request): boolean =>
    request.method === method && url.test(request.url);

  /** Says of such requests that they were carried out. */
  const ignoring =
    (method: string, url: RegExp, answer: () => Response) =>
    (fetch: Fetch): Fetch =>
    async (input, init) =>
      isWrite(method, url, new Request(input, init)) ? answer() : fetch(input, init);

  /** Changes what is asked for. */
  const rewriting =
    (method: string, url: RegExp, rewrite: (body: Record<string, unknown>) => object) =>
    (fetch: Fetch): Fetch =>
    async (input, init) => {
      const request = new Request(input, init);
      if (!isWrite(method, url, request)) return fetch(input, init);
      return fetch(input, { ...init, body: JSON.stringify(rewrite(JSON.parse(await request.text()))) });
    };

  /** Creates everything twice, the second time under another id. */
  const doubling =
    (fetch: Fetch): Fetch =>
    async (input, init) => {
      const request = new Request(input, init);
      if (isWrite('POST', /\/events\?/, request)) {
        const { id, extendedProperties, ...event } = JSON.parse(await request.clone().text());
        const other = `${id}0`;
        const tag = { ...extendedProperties.private, calendarSyncSelf: other };
        const body = JSON.stringify({ ...event, id: other, extendedProperties: { private: tag } });
        await fetch(input, { ...init, body });
      }
      return fetch(input, init);
    };

  /** Answers to reading a calendar at Google's, complete or what changed, with other items. */
  const listing =
    (complete: boolean, items: (items: readonly Record<string, unknown>[]) => readonly object[]) =>
    (fetch: Fetch): Fetch =>
    async (input, init) => {
      const answer = await fetch(input, init);
      const { pathname, searchParams } = new URL(new Request(input, init).url);
      const isMeant = /\/calendars\/.*\/events$/.test(pathname) && searchParams.has('syncToken') !== complete;
      if (!isMeant || !answer.ok || (init?.method ?? 'GET') !== 'GET') return answer;
      const page = (await answer.json()) as { items: readonly Record<string, unknown>[] };
      return Response.json({ ...page, items: items(page.items) });
    };

  it.each([
    [
      'an event is not deleted',
      'I1',
      ignoring('DELETE', /\/events\//, () => new Response(null, { status: 204 })),
    ],
    ['an event is made twice', 'I2', doubling],
    ['a tag is lost', 'I1', rewriting('POST', /\/events\?/, ({ extendedProperties: _, ...event }) => event)],
    [
      'a busy block is not stored',
      'I1',
      rewriting('POST', /busy-blocks:batch/, (batch) => ({ ...batch, upserts: [] })),
    ],
    [
      'an event is moved on its way',
      'I12',
      rewriting('POST', /\/events\?/, (event) => ({ ...event, end: { dateTime: '2030-01-01T00:00:00Z' } })),
    ],
    [
      'an event is put into another zone',
      'I12',
      rewriting('POST', /\/events\?/, ({ start, ...event }) => ({
        ...event,
        start: { ...(start as object), timeZone: 'Pacific/Auckland' },
      })),
    ],
    ['what changed is skipped', 'I7', listing(false, () => [])],
    [
      'a complete listing shows what was there before',
      'I9',
      listing(true, (items) => items.map((item) => ({ ...item, summary: 'Of yesterday' }))),
    ],
  ] as const)(
    '%s: %s is found broken',
    async (_, invariant, servers) => {
      const { findings } = await liveThrough({
        ...{ seed: 4, days: 1, services: 'google', servers },
        isOver: (found) => found.broken(invariant).length > 0,
      });
      expect(findings.broken(invariant)).not.toEqual([]);
    },
    LONG,
  );

  /** Puts other texts into a calendar than it is given. */
  const storing =
    (rewrite: (text: string) => string) =>
    (fetch: Fetch): Fetch =>
    async (input, init) =>
      init?.method === 'PUT' && String(input).includes('/caldav/')
        ? fetch(input, { ...init, body: rewrite(String(init.body)) })
        : fetch(input, init);

  /** Tells of no change that its token is asked for. */
  const silent =
    (fetch: Fetch): Fetch =>
    async (input, init) => {
      const answer = await fetch(input, init);
      if (!/sync-collection.*<d:sync-token>h/s.test(String(init?.body))) return answer;
      const text = (await answer.text()).replace(/<d:response>.*<\/d:response>/s, '');
      return new Response(text, { status: answer.status, headers: answer.headers });
    };

  /** Every object that is made is there under another name as well. */
  const twofold =
    (fetch: Fetch): Fetch =>
    async (input, init) => {
      const answer = await fetch(input, init);
      const [, name = ''] = /\/caldav\/.*\/([^/]+)\.ics$/.exec(String(input)) ?? [];
      if (init?.method !== 'PUT' || name === '') return answer;
      const other = `${name.slice(0, -1)}_`;
      const text = String(init.body).replace(/\r\n[ \t]/g, '');
      const tag = /X-CALENDAR-SYNC:(\S+)/.exec(text)?.[1] ?? '';
      const theirs = { ...JSON.parse(Buffer.from(tag, 'base64url').toString()), self: `${other}.ics` };
      const body = text
        .replace(`UID:${name}`, `UID:${other}`)
        .replace(tag, Buffer.from(JSON.stringify(theirs)).toString('base64url'));
      await fetch(String(input).replace(name, other), { ...init, body });
      return answer;
    };

  it.each([
    ['is not deleted', 'I1', ignoring('DELETE', /\/caldav\//, () => new Response(null, { status: 204 }))],
    ['is made twice', 'I2', twofold],
    ['loses its tag', 'I1', storing((text) => text.replace(/X-CALENDAR-SYNC:.*(\r\n[ \t].*)*\r\n/, ''))],
    ['is moved', 'I12', storing((text) => text.replace(/^DTEND.*$/m, 'DTEND:20300101T000000Z'))],
    ['is changed and nobody told', 'I7', silent],
  ] as const)(
    'an object of CalDAV %s: %s is found broken',
    async (_, invariant, servers) => {
      const { findings } = await liveThrough({
        ...{ seed: 3, days: 1, services: 'caldav', servers },
        isOver: (found) => found.broken(invariant).length > 0,
      });
      expect(findings.broken(invariant)).not.toEqual([]);
    },
    LONG,
  );
});

import type { Event } from '@microsoft/microsoft-graph-types';
import { describe, expect, it } from 'vitest';
import type { FaultRule } from '../../src/sandbox/faults.ts';
import {
  anEvent,
  aSeries,
  CALENDAR,
  created,
  createMicrosoft,
  LONDON,
  linked,
  officialClient,
  PREFER,
  type Round,
  refusal,
  round,
  TEAM,
  WINDOW,
} from './sandbox-microsoft-fixture.ts';

async function withRounds() {
  const fixture = createMicrosoft();
  const client = await officialClient(fixture);
  const first = (prefer?: string) => round(client, fixture, prefer === undefined ? {} : { prefer });
  const next = (from: Round) => round(client, fixture, { from });
  const patch = (id: string, body: Event) =>
    client.api(`/me/events/${id}`).header('Prefer', PREFER).patch(body);
  const remove = (id: string) => client.api(`/me/events/${id}`).delete();
  const hook = (name: string, times = 1): string =>
    fixture.faults.add({ service: 'microsoft', path: 'delta', times, effect: { kind: 'hook', name } });
  const ask = (link: string) => linked(client, fixture, link).header('Prefer', PREFER).get();
  return { ...fixture, client, first, next, patch, remove, hook, ask };
}

/** What a client is told: of an event that is there its type, of one that is not that it was removed. */
const told = ({ entries }: Round) => entries.map((entry) => entry['@removed']?.reason ?? entry.type);

const at = (date: string): Event => ({
  start: { dateTime: `${date}T09:00:00`, timeZone: LONDON },
  end: { dateTime: `${date}T10:00:00`, timeZone: LONDON },
});

describe('a first round', () => {
  it('tells everything in the window, by pages that are no larger than asked for', async () => {
    const { client, first } = await withRounds();
    for (const subject of ['A', 'B', 'C', 'D', 'E']) await created(client, anEvent({ subject }));
    await created(client, anEvent(at('2026-05-02')));
    const { entries, pages, deltaLink } = await first('odata.maxpagesize=2');
    expect(pages).toBe(3);
    expect(entries.map(({ subject }) => subject)).toEqual(['A', 'B', 'C', 'D', 'E']);
    expect(deltaLink).toMatch(/\/v1\.0\/me\/calendars\/[^/]+\/calendarView\/delta\?\$deltatoken=[\w-]+$/);
  });

  it('tells a series with its occurrences, which say little, and its exceptions, which say all', async () => {
    const { client, first, patch, baseUrl } = await withRounds();
    const series = await created(client, aSeries());
    const view = await client.api(`/me/calendarView?${WINDOW}`).header('Prefer', PREFER).get();
    await patch(view.value[1].id, { subject: 'Edited' });
    const page = await client.api(`/me/calendarView/delta?${WINDOW}`).header('Prefer', PREFER).get();
    expect(page.value.map(({ type }: Event) => type)).toEqual([
      ...['seriesMaster', 'occurrence', 'exception'],
      ...['occurrence', 'occurrence', 'occurrence', 'occurrence'],
    ]);
    expect(page.value[1]).toEqual({
      '@odata.type': '#microsoft.graph.event',
      '@odata.etag': expect.stringMatching(/^W\/"/),
      id: view.value[0].id,
      seriesMasterId: series.id,
      type: 'occurrence',
      start: { dateTime: '2026-03-20T09:00:00.0000000', timeZone: 'UTC' },
      end: { dateTime: '2026-03-20T10:00:00.0000000', timeZone: 'UTC' },
    });
    expect(page.value[1]['@odata.etag']).not.toBe(view.value[0]['@odata.etag']);
    expect(page.value[2]).toMatchObject({
      subject: 'Edited',
      body: { contentType: 'html' },
      isCancelled: false,
    });
    expect(page['@odata.deltaLink']).toContain(`${baseUrl}/v1.0/me/calendarView/delta?$deltatoken=`);
    const { entries, pages } = await first('odata.maxpagesize=2');
    expect([entries.length, pages]).toEqual([7, 1]);
  });

  it.each([
    '$select=subject',
    "$filter=subject eq 'A'",
    '$expand=instances',
    '$orderby=subject',
    '$search=x',
    '$top=5',
  ])('refuses %s', async (parameter) => {
    const { client } = await withRounds();
    const url = `/me/calendarView/delta?${WINDOW}&${parameter}`;
    expect(await refusal(client.api(url).get())).toBe('400 ErrorInvalidUrlQuery');
  });

  it('needs a window', async () => {
    const { client } = await withRounds();
    expect(await refusal(client.api('/me/calendarView/delta').get())).toBe('400 ErrorInvalidUrlQuery');
  });
});

describe('the next round', () => {
  it('tells nothing when nothing happened, and each change once', async () => {
    const { client, first, next, patch } = await withRounds();
    const event = await created(client);
    const quiet = await next(await first());
    expect(quiet.entries).toEqual([]);
    await patch(event.id, { subject: 'Optician' });
    await patch(event.id, { showAs: 'free' });
    const changed = await next(quiet);
    expect(changed.entries).toMatchObject([{ id: event.id, subject: 'Optician', showAs: 'free' }]);
    expect((await next(changed)).entries).toEqual([]);
    expect((await next(quiet)).entries).toHaveLength(1);
  });

  it('tells alike of what was deleted, has left the window, and never was in it', async () => {
    const { client, first, next, patch, remove } = await withRounds();
    const [deleted, moved] = [await created(client), await created(client)];
    const start = await first();
    await remove(deleted.id);
    await patch(moved.id, at('2026-05-02'));
    const outside = await created(client, anEvent(at('2025-01-01')));
    const { entries } = await next(start);
    expect(entries).toEqual(
      [deleted, moved, outside].map(({ id }) => ({
        '@odata.type': '#microsoft.graph.event',
        id,
        '@removed': { reason: 'deleted' },
      })),
    );
    await patch(moved.id, at('2026-04-02'));
    expect(told(await next(await next(start)))).toEqual([]);
    expect(told(await next(start))).toEqual(['deleted', 'deleted', 'singleInstance']);
  });

  it('tells all of a series when something in it was edited', async () => {
    const { client, first, next, patch } = await withRounds();
    const series = await created(client, aSeries());
    const start = await first();
    const [, occurrence, other] = start.entries;
    await patch(occurrence?.id ?? '', { subject: 'Edited' });
    const edited = await next(start);
    expect(told(edited)).toEqual(['seriesMaster', 'exception', ...Array(5).fill('occurrence')]);
    await patch(series.id, { subject: 'Retrospective' });
    expect((await next(edited)).entries[0]).toMatchObject({
      subject: 'Retrospective',
      type: 'seriesMaster',
    });
    await patch(other?.id ?? '', at('2026-03-28'));
    const moved = await next(edited);
    expect(moved.entries.filter(({ type }) => type === 'exception')).toHaveLength(2);
  });

  it('says nothing of a deleted occurrence; only a fresh round shows it gone', async () => {
    const { client, first, next, remove } = await withRounds();
    await created(client, aSeries());
    const start = await first();
    await remove(start.entries[2]?.id ?? '');
    expect(told(await next(start))).toEqual([]);
    expect(told(await first())).toEqual(['seriesMaster', ...Array(5).fill('occurrence')]);
  });

  it('tells of an exception that was moved out of the window', async () => {
    const { client, first, next, patch } = await withRounds();
    const { recurrence } = aSeries();
    const range = { type: 'noEnd' as const, startDate: '2026-02-20' };
    await created(client, aSeries({ ...at('2026-02-20'), recurrence: { ...recurrence, range } }));
    const start = await first();
    const exception = start.entries[1]?.id ?? '';
    await patch(exception, at('2026-02-28'));
    const moved = await next(start);
    expect(told(moved)).toEqual(['seriesMaster', ...Array(7).fill('occurrence'), 'deleted']);
    expect(moved.entries.at(-1)?.id).toBe(exception);
    await patch(exception, at('2026-03-02'));
    expect(told(await next(moved)).slice(0, 2)).toEqual(['seriesMaster', 'exception']);
  });

  it('says of a deleted series no more than that, and of a changed one what it now has', async () => {
    const { client, first, next, patch, remove } = await withRounds();
    const series = await created(client, aSeries());
    const start = await first();
    const { recurrence } = aSeries();
    const numbered = { type: 'numbered' as const, numberOfOccurrences: 2, startDate: '2026-03-20' };
    await patch(series.id, { recurrence: { ...recurrence, range: numbered } });
    expect(told(await next(start))).toEqual(['seriesMaster', 'occurrence', 'occurrence']);
    await remove(series.id);
    expect((await next(start)).entries).toMatchObject([{ id: series.id, '@removed': { reason: 'deleted' } }]);
  });

  it('gives ids of whichever form is asked for', async () => {
    const { client, first, ask } = await withRounds();
    const event = await created(client);
    const regular = await first('odata.maxpagesize=5');
    expect(regular.entries[0]?.id).not.toBe(event.id);
    await client.api(`/me/events/${event.id}`).delete();
    expect((await ask(regular.deltaLink)).value[0].id).toBe(event.id);
  });
});

describe('tokens', () => {
  it('expire, as one code or the other, in the middle of a round too', async () => {
    const { client, microsoft, first, next, ask } = await withRounds();
    for (const subject of ['A', 'B', 'C']) await created(client, anEvent({ subject }));
    const page = await client
      .api(`/me/calendars/${CALENDAR}/calendarView/delta?${WINDOW}`)
      .header('Prefer', 'odata.maxpagesize=2')
      .get();
    const start = await first();
    microsoft.expireDeltaTokens(TEAM);
    expect((await next(start)).entries).toEqual([]);
    microsoft.expireDeltaTokens(CALENDAR);
    expect(await refusal(next(start))).toBe('410 syncStateNotFound');
    expect(await refusal(ask(page['@odata.nextLink']))).toBe('410 syncStateNotFound');
    const again = await first();
    expect(again.entries).toHaveLength(3);
    microsoft.expireDeltaTokens(undefined, 'resyncRequired');
    expect(await refusal(next(again))).toBe('410 resyncRequired');
  });

  it('belong to their calendar and their parameter', async () => {
    const { client, first, ask } = await withRounds();
    await created(client);
    const { deltaLink } = await first();
    expect(await refusal(ask(deltaLink.replace(CALENDAR, TEAM)))).toBe('400 BadRequest');
    expect(await refusal(ask(deltaLink.replace('$deltatoken', '$skiptoken')))).toBe('400 BadRequest');
    expect(await refusal(ask(deltaLink.replace(/deltatoken=.*/, 'deltatoken=nonsense')))).toBe(
      '400 BadRequest',
    );
  });
});

describe('pages that go wrong', () => {
  it('repeat entities', async () => {
    const { client, first, hook } = await withRounds();
    for (const subject of ['A', 'B', 'C']) await created(client, anEvent({ subject }));
    hook('repeat-page');
    const { entries } = await first('odata.maxpagesize=2');
    expect(entries.map(({ subject }) => subject)).toEqual(['A', 'B', 'A', 'B', 'C']);
  });

  it('never end', async () => {
    const { client, hook, ask } = await withRounds();
    await created(client);
    hook('endless-pages');
    const page = await client.api(`/me/calendarView/delta?${WINDOW}`).header('Prefer', PREFER).get();
    const second = await ask(page['@odata.nextLink']);
    expect(second.value).toEqual(page.value);
    expect(await ask(second['@odata.nextLink'])).toMatchObject({
      value: page.value,
      '@odata.nextLink': expect.any(String),
    });
  });

  it('are empty on the way', async () => {
    const { client, first, hook } = await withRounds();
    await created(client);
    hook('empty-page');
    expect(await first()).toMatchObject({ pages: 2, entries: [{ subject: 'Dentist' }] });
  });

  it('show nothing, as if that were the truth', async () => {
    const { client, first, hook } = await withRounds();
    await created(client);
    hook('empty-listing');
    expect(await first()).toMatchObject({ pages: 1, entries: [] });
  });

  it('are out of date, and do not claim what they have not shown', async () => {
    const { client, first, next, hook } = await withRounds();
    await created(client);
    const start = await first();
    await created(client, anEvent({ subject: 'Late' }));
    hook('stale-read');
    const stale = await next(start);
    expect(stale.entries).toEqual([]);
    expect((await next(stale)).entries).toMatchObject([{ subject: 'Late' }]);
  });

  it('expire on the way', async () => {
    const { client, first, next, hook } = await withRounds();
    await created(client);
    const start = await first();
    hook('expire-delta-tokens');
    expect(await refusal(next(start))).toBe('410 syncStateNotFound');
  });

  it.each<[string, FaultRule['effect'], RegExp]>([
    [
      'a status of Graph’s own',
      { kind: 'status', status: 503, retryAfterSeconds: 7 },
      /^503 serviceNotAvailable$/,
    ],
    ['a code', { kind: 'status', status: 429, reason: 'TooManyRequests' }, /^429 TooManyRequests$/],
    ['half an answer', { kind: 'truncate' }, /JSON|SyntaxError/],
    ['no answer', { kind: 'drop', when: 'before' }, /TypeError/],
  ])('come as %s', async (_case, effect, expected) => {
    const { first, faults } = await withRounds();
    faults.add({ service: 'microsoft', path: 'delta', effect });
    expect(await refusal(first())).toMatch(expected);
    expect((await first()).entries).toEqual([]);
  });
});

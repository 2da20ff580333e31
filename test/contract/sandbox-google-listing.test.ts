import { describe, expect, it } from 'vitest';
import { ANNA, anEvent, createGoogle, listAll, officialClient, refusal } from './sandbox-google-fixture.ts';

const calendarId = 'primary';
const ids = (items: readonly { id?: string | null }[]) => items.map(({ id }) => id);

/** Events from Monday 2 March 2026 on, one a day from 10:00 to 11:00: event0, event1, ... */
function withEvents(count: number) {
  const google = createGoogle();
  for (let index = 0; index < count; index += 1) {
    const day = new Date(Date.UTC(2026, 2, 2 + index, 10));
    const end = new Date(day.getTime() + 3_600_000);
    google.google.addEvent(ANNA, {
      id: `event${index}`,
      summary: `Event ${index}`,
      start: { dateTime: day.toISOString() },
      end: { dateTime: end.toISOString() },
    });
  }
  return google;
}

describe('a full listing', () => {
  it('comes in pages, with a sync token on the last one only', async () => {
    const client = await officialClient(withEvents(5));
    const first = await client.events.list({ calendarId, maxResults: 2 });
    expect(first.data).toMatchObject({
      kind: 'calendar#events',
      summary: 'Anna',
      timeZone: 'Europe/London',
      accessRole: 'owner',
    });
    expect(first.data.nextPageToken).toBeTruthy();
    expect(first.data).not.toHaveProperty('nextSyncToken');
    const { items, pages, syncToken } = await listAll(client, { maxResults: 2 });
    expect(ids(items)).toEqual(['event0', 'event1', 'event2', 'event3', 'event4']);
    expect(pages).toBe(3);
    expect(syncToken).toBeTruthy();
  });

  it('has pages of 250 unless asked otherwise, and of 2,500 at the most', async () => {
    const client = await officialClient(withEvents(260));
    expect((await client.events.list({ calendarId })).data.items).toHaveLength(250);
    expect((await client.events.list({ calendarId, maxResults: 2500 })).data.items).toHaveLength(260);
    expect(await refusal(client.events.list({ calendarId, maxResults: 2501 }))).toBe('400 invalidParameter');
    expect(await refusal(client.events.list({ calendarId, pageToken: 'nonsense' }))).toBe('400 invalid');
  });

  it('keeps to its window: what ends after timeMin and starts before timeMax', async () => {
    const client = await officialClient(withEvents(5));
    const list = async (timeMin: string, timeMax: string) =>
      ids((await listAll(client, { timeMin, timeMax })).items);
    expect(await list('2026-03-03T11:00:00Z', '2026-03-05T10:00:00Z')).toEqual(['event2']);
    expect(await list('2026-03-03T10:59:59Z', '2026-03-05T10:00:01Z')).toEqual([
      'event1',
      'event2',
      'event3',
    ]);
    const call = (timeMin: string, timeMax?: string) =>
      refusal(client.events.list({ calendarId, timeMin, ...(timeMax !== undefined && { timeMax }) }));
    expect(await call('2026-03-03T11:00:00Z', '2026-03-03T11:00:00Z')).toBe('400 timeRangeEmpty');
    expect(await call('2026-03-03T11:00:00')).toBe('400 badRequest');
  });

  it('counts an all-day event from midnight to midnight in the calendar’s zone', async () => {
    const { google, ...rest } = withEvents(0);
    google.addEvent(ANNA, { id: 'leave', start: { date: '2026-07-10' }, end: { date: '2026-07-11' } });
    const client = await officialClient(rest);
    const found = async (timeMin: string, timeMax: string) =>
      (await listAll(client, { timeMin, timeMax })).items.length;
    expect(await found('2026-07-09T20:00:00Z', '2026-07-09T23:00:00Z')).toBe(0);
    expect(await found('2026-07-09T20:00:00Z', '2026-07-09T23:00:01Z')).toBe(1);
    expect(await found('2026-07-10T22:59:59Z', '2026-07-11T12:00:00Z')).toBe(1);
    expect(await found('2026-07-10T23:00:00Z', '2026-07-11T12:00:00Z')).toBe(0);
  });

  it('searches and filters', async () => {
    const { google, clock, ...rest } = withEvents(2);
    const properties = { private: { tag: 'one', kind: 'job' }, shared: { team: 'a=b' } };
    google.addEvent(ANNA, anEvent({ id: 'event2', extendedProperties: properties, location: 'High Street' }));
    clock.advance(60_000);
    google.editEvent(ANNA, 'event0', { description: 'bring the DRILL' });
    google.deleteEvent(ANNA, 'event1');
    google.addEvent(ANNA, { ...anEvent({ id: 'home0' }), eventType: 'workingLocation' });
    const client = await officialClient(rest);
    const list = async (parameters: Parameters<typeof listAll>[1]) => {
      const { items, syncToken } = await listAll(client, parameters);
      // What searches or sorts cannot be continued.
      return [...ids(items), ...(syncToken === '' ? [] : ['token'])];
    };
    expect(await list({ q: 'drill BRING' })).toEqual(['event0']);
    expect(await list({ iCalUID: 'event2@google.com' })).toEqual(['event2']);
    expect(await list({ privateExtendedProperty: ['tag=one', 'kind=job'] })).toEqual(['event2']);
    expect(await list({ privateExtendedProperty: ['tag=one', 'kind=other'] })).toEqual([]);
    expect(await list({ sharedExtendedProperty: ['team=a=b'] })).toEqual(['event2']);
    expect(await list({ eventTypes: ['workingLocation'] })).toEqual(['home0', 'token']);
    expect(await list({ updatedMin: '2026-03-02T08:00:30Z' })).toEqual(['event0', 'event1', 'home0']);
  });

  it('sorts by start or by last change, page by page', async () => {
    const { google, clock, ...rest } = withEvents(3);
    clock.advance(1000);
    google.moveEvent(ANNA, 'event0', { byMinutes: 3 * 24 * 60 });
    const client = await officialClient(rest);
    const byStart = await listAll(client, { orderBy: 'startTime', singleEvents: true, maxResults: 1 });
    expect(ids(byStart.items)).toEqual(['event1', 'event2', 'event0']);
    expect(byStart.syncToken).toBe('');
    const byChange = await listAll(client, { orderBy: 'updated', maxResults: 2 });
    expect(ids(byChange.items)).toEqual(['event1', 'event2', 'event0']);
    expect(await refusal(client.events.list({ calendarId, orderBy: 'startTime' }))).toBe('400 invalid');
  });
});

describe('an incremental listing', () => {
  it('has what changed since, deleted events as little more than an id', async () => {
    const { google, ...rest } = withEvents(4);
    const client = await officialClient(rest);
    const { syncToken } = await listAll(client, { singleEvents: true });
    expect((await listAll(client, { syncToken })).items).toEqual([]);
    google.editEvent(ANNA, 'event2', { summary: 'Edited' });
    google.editEvent(ANNA, 'event2', { summary: 'Edited twice' });
    google.deleteEvent(ANNA, 'event1');
    const { id } = google.addEvent(ANNA, anEvent({ summary: 'New' }));
    const next = await listAll(client, { syncToken, singleEvents: true });
    expect(next.items).toEqual([
      expect.objectContaining({ id: 'event2', summary: 'Edited twice' }),
      { kind: 'calendar#event', etag: expect.any(String), id: 'event1', status: 'cancelled' },
      expect.objectContaining({ id, summary: 'New' }),
    ]);
    expect((await listAll(client, { syncToken: next.syncToken })).items).toEqual([]);
    const detailed = await listAll(client, { syncToken, showDeleted: true });
    expect(detailed.items[1]).toMatchObject({ id: 'event1', status: 'cancelled', summary: 'Event 1' });
  });

  it('comes in pages', async () => {
    const { google, ...rest } = withEvents(5);
    const client = await officialClient(rest);
    const { syncToken } = await listAll(client);
    for (const id of ['event4', 'event2', 'event0']) google.deleteEvent(ANNA, id);
    const { items, pages, syncToken: next } = await listAll(client, { syncToken, maxResults: 2 });
    expect([ids(items), pages]).toEqual([['event4', 'event2', 'event0'], 2]);
    expect((await listAll(client, { syncToken: next })).items).toEqual([]);
  });

  it('tells of an event that has left the window', async () => {
    const { google, ...rest } = withEvents(2);
    const client = await officialClient(rest);
    const window = { timeMin: '2026-03-01T00:00:00Z', timeMax: '2026-04-01T00:00:00Z' };
    const { syncToken } = await listAll(client, window);
    google.moveEvent(ANNA, 'event0', { start: { dateTime: '2026-09-01T10:00:00Z' } });
    expect((await listAll(client, { syncToken })).items).toMatchObject([
      { id: 'event0', start: { dateTime: '2026-09-01T11:00:00+01:00' } },
    ]);
  });

  it('misses nothing that changes while a listing is paged', async () => {
    const { google, ...rest } = withEvents(4);
    const client = await officialClient(rest);
    const seen = new Map<string | null | undefined, string | null | undefined>();
    const take = ({ items = [] }: { items?: { id?: string | null; status?: string | null }[] }) => {
      for (const { id, status } of items) seen.set(id, status);
    };
    const first = await client.events.list({ calendarId, maxResults: 2 });
    take(first.data);
    google.deleteEvent(ANNA, 'event0');
    google.deleteEvent(ANNA, 'event3');
    google.addEvent(ANNA, anEvent({ id: 'late0' }));
    const second = await listAll(client, { pageToken: first.data.nextPageToken ?? '', maxResults: 2 });
    take(second);
    take(await listAll(client, { syncToken: second.syncToken }));
    expect(Object.fromEntries(seen)).toEqual({
      event0: 'cancelled',
      event1: 'confirmed',
      event2: 'confirmed',
      event3: 'cancelled',
      late0: 'confirmed',
    });
  });

  it('cannot be asked for with what its token excludes', async () => {
    const client = await officialClient(withEvents(1));
    const { syncToken } = await listAll(client, { singleEvents: true });
    const at = '2026-03-01T00:00:00Z';
    const excluded = [
      { iCalUID: 'x' },
      { orderBy: 'updated' },
      { privateExtendedProperty: ['a=b'] },
      { sharedExtendedProperty: ['a=b'] },
      { q: 'x' },
      { timeMin: at },
      { timeMax: at },
      { updatedMin: at },
      { showDeleted: false },
      { singleEvents: false },
    ];
    for (const parameters of excluded) {
      expect(await refusal(client.events.list({ calendarId, syncToken, ...parameters }))).toBe('400 invalid');
    }
  });

  it('ends with 410 when the token has expired, is of another calendar, or never was one', async () => {
    const { google, ...rest } = withEvents(1);
    const client = await officialClient(rest);
    const { syncToken } = await listAll(client);
    const gone = '410 fullSyncRequired';
    expect(await refusal(client.events.list({ calendarId: 'team@group.calendar.example', syncToken }))).toBe(
      gone,
    );
    expect(await refusal(client.events.list({ calendarId, syncToken: 'CPDAlvWDx70CEPDAlvWDx70CGAU=' }))).toBe(
      gone,
    );
    google.expireSyncTokens(ANNA);
    expect(await refusal(client.events.list({ calendarId, syncToken }))).toBe(gone);
    const fresh = await listAll(client);
    expect((await listAll(client, { syncToken: fresh.syncToken })).items).toEqual([]);
  });
});

describe('faults of listings', () => {
  const hook = (name: string, times: number | null = 1) => ({
    service: 'google',
    times,
    effect: { kind: 'hook' as const, name },
  });

  it('repeats a page', async () => {
    const { faults, ...rest } = withEvents(3);
    const client = await officialClient(rest);
    faults.add(hook('repeat-page'));
    const { items, syncToken } = await listAll(client, { maxResults: 2 });
    expect(ids(items)).toEqual(['event0', 'event1', 'event0', 'event1', 'event2']);
    expect(syncToken).toBeTruthy();
  });

  it('never ends', async () => {
    const { faults, ...rest } = withEvents(1);
    const client = await officialClient(rest);
    faults.add(hook('endless-pages'));
    let pageToken = '';
    for (let page = 0; page < 20; page += 1) {
      const { data } = await client.events.list({ calendarId, ...(pageToken !== '' && { pageToken }) });
      expect([ids(data.items ?? []), data.nextSyncToken]).toEqual([['event0'], undefined]);
      pageToken = data.nextPageToken ?? '';
      expect(pageToken).not.toBe('');
    }
    expect((await listAll(client)).pages).toBe(1);
  });

  it('claims that there is nothing', async () => {
    const { faults, ...rest } = withEvents(3);
    const client = await officialClient(rest);
    faults.add(hook('empty-listing'));
    const { items, syncToken } = await listAll(client);
    expect(items).toEqual([]);
    expect(syncToken).toBeTruthy();
    expect((await listAll(client)).items).toHaveLength(3);
  });

  it('answers with what stood before the last change', async () => {
    const { google, faults, ...rest } = withEvents(1);
    const client = await officialClient(rest);
    const { syncToken } = await listAll(client);
    google.editEvent(ANNA, 'event0', { summary: 'Edited' });
    faults.add(hook('stale-read', 4));
    const get = (eventId: string) => client.events.get({ calendarId, eventId });
    expect((await get('event0')).data.summary).toBe('Event 0');
    expect((await listAll(client)).items).toMatchObject([{ summary: 'Event 0' }]);
    const stale = await listAll(client, { syncToken });
    expect(stale.items).toEqual([]);
    google.addEvent(ANNA, anEvent({ id: 'event1' }));
    expect(await refusal(get('event1'))).toBe('404 notFound');
    // The token is no further than what was shown.
    expect(ids((await listAll(client, { syncToken: stale.syncToken })).items)).toEqual(['event0', 'event1']);
  });

  it('expires the sync tokens', async () => {
    const { faults, ...rest } = withEvents(1);
    const client = await officialClient(rest);
    const { syncToken } = await listAll(client);
    faults.add(hook('expire-sync-tokens'));
    expect(await refusal(client.events.list({ calendarId, syncToken }))).toBe('410 fullSyncRequired');
    expect(await refusal(client.events.list({ calendarId, syncToken }))).toBe('410 fullSyncRequired');
  });

  it('limits rates and fails in Google’s words', async () => {
    const { faults, sandbox, baseUrl } = withEvents(1);
    const client = await officialClient({ sandbox, baseUrl });
    const failing = (status: number, reason?: string) => {
      const effect = { kind: 'status' as const, status, ...(reason !== undefined && { reason }) };
      faults.add({ service: 'google', effect });
      return refusal(client.events.list({ calendarId }));
    };
    expect(await failing(403, 'rateLimitExceeded')).toBe('403 rateLimitExceeded');
    expect(await failing(403, 'userRateLimitExceeded')).toBe('403 userRateLimitExceeded');
    expect(await failing(403, 'quotaExceeded')).toBe('403 quotaExceeded');
    expect(await failing(403)).toBe('403 forbidden');
    expect(await failing(429)).toBe('429 rateLimitExceeded');
    expect(await failing(503)).toBe('503 backendError');
    faults.add({ service: 'google', effect: { kind: 'status', status: 429, retryAfterSeconds: 7 } });
    const limited = await sandbox.fetch(`${baseUrl}/calendar/v3/calendars/primary/events`);
    expect(limited.headers.get('retry-after')).toBe('7');
    expect(await limited.json()).toMatchObject({
      error: { code: 429, errors: [{ domain: 'usageLimits', reason: 'rateLimitExceeded' }] },
    });
    faults.add({ service: 'google', path: '/token', effect: { kind: 'status', status: 500 } });
    const token = await sandbox.fetch(`${baseUrl}/token`, { method: 'POST', body: new URLSearchParams() });
    expect([token.status, await token.json()]).toMatchObject([500, { error: 'internal_failure' }]);
  });
});

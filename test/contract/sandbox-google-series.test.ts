import type { calendar_v3 } from 'googleapis/build/src/apis/calendar/index.js';
import { describe, expect, it } from 'vitest';
import {
  ANNA,
  anEvent,
  aSeries,
  createGoogle,
  LONDON,
  listAll,
  officialClient,
  refusal,
} from './sandbox-google-fixture.ts';

const calendarId = 'primary';
const MARCH = { timeMin: '2026-03-19T00:00:00Z', timeMax: '2026-04-11T00:00:00Z' };
const FRIDAYS = [
  'series1_20260320T090000Z',
  'series1_20260327T090000Z',
  'series1_20260403T080000Z',
  'series1_20260410T080000Z',
] as const;
const [FIRST, SECOND, THIRD] = FRIDAYS;

type Events = readonly calendar_v3.Schema$Event[];
const ids = (items: Events) => items.map(({ id }) => id);
const statuses = (items: Events) => Object.fromEntries(items.map(({ id, status }) => [id, status]));

/** Anna's calendar with the series, and a client that has listed the four Fridays in the window. */
async function withSeries() {
  const { google, ...rest } = createGoogle();
  google.addEvent(ANNA, aSeries({ id: 'series1' }));
  const client = await officialClient(rest);
  const { items, syncToken } = await listAll(client, { singleEvents: true, ...MARCH });
  const changes = async () => (await listAll(client, { syncToken, singleEvents: true })).items;
  const present = async () => (await listAll(client, { singleEvents: true, ...MARCH })).items;
  return { google, client, items, changes, present };
}

describe('expanding', () => {
  it('keeps the wall-clock time over the change of clocks in spring', async () => {
    const { items } = await withSeries();
    expect(ids(items)).toEqual(FRIDAYS);
    expect(items.map(({ start }) => start?.dateTime)).toEqual([
      '2026-03-20T09:00:00Z',
      '2026-03-27T09:00:00Z',
      '2026-04-03T09:00:00+01:00',
      '2026-04-10T09:00:00+01:00',
    ]);
    expect(items[2]).toMatchObject({
      summary: 'Planning',
      recurringEventId: 'series1',
      originalStartTime: { dateTime: '2026-04-03T09:00:00+01:00', timeZone: LONDON },
      end: { dateTime: '2026-04-03T10:00:00+01:00' },
      iCalUID: 'series1@google.com',
    });
    expect(items[2]).not.toHaveProperty('recurrence');
  });

  it('and in autumn', async () => {
    const { client } = await withSeries();
    const { items } = await listAll(client, {
      singleEvents: true,
      timeMin: '2026-10-16T00:00:00Z',
      timeMax: '2026-10-31T00:00:00Z',
    });
    expect(items.map(({ id, start }) => [id, start?.dateTime])).toEqual([
      ['series1_20261016T080000Z', '2026-10-16T09:00:00+01:00'],
      ['series1_20261023T080000Z', '2026-10-23T09:00:00+01:00'],
      ['series1_20261030T090000Z', '2026-10-30T09:00:00Z'],
    ]);
  });

  it('follows the zone of the series, not of the calendar', async () => {
    const { google, client } = await withSeries();
    google.addEvent(ANNA, {
      id: 'series2',
      start: { dateTime: '2026-03-05T09:00:00', timeZone: 'America/New_York' },
      end: { dateTime: '2026-03-05T10:00:00', timeZone: 'America/New_York' },
      recurrence: ['RRULE:FREQ=WEEKLY;COUNT=2'],
    });
    const { data } = await client.events.instances({ calendarId, eventId: 'series2' });
    // New York changes its clocks on 8 March, London on 29 March.
    expect(data.items?.map(({ start }) => start?.dateTime)).toEqual([
      '2026-03-05T14:00:00Z',
      '2026-03-12T13:00:00Z',
    ]);
  });

  it('names all-day occurrences by their dates', async () => {
    const { google, client } = await withSeries();
    google.addEvent(ANNA, {
      id: 'series2',
      start: { date: '2026-03-28' },
      end: { date: '2026-03-30' },
      recurrence: [
        'RRULE:FREQ=DAILY;INTERVAL=2;COUNT=3',
        'EXDATE;VALUE=DATE:20260330',
        'RDATE;VALUE=DATE:20260501',
      ],
    });
    const { data } = await client.events.instances({ calendarId, eventId: 'series2' });
    expect(data.items?.map(({ id, start, end }) => [id, start?.date, end?.date])).toEqual([
      ['series2_20260328', '2026-03-28', '2026-03-30'],
      ['series2_20260401', '2026-04-01', '2026-04-03'],
      ['series2_20260501', '2026-05-01', '2026-05-03'],
    ]);
    expect(data.items?.[0]?.originalStartTime).toEqual({ date: '2026-03-28' });
  });

  it('shows the series itself, unless single events are asked for', async () => {
    const { google, client } = await withSeries();
    google.editEvent(ANNA, SECOND, { summary: 'Moved' });
    google.deleteEvent(ANNA, THIRD);
    const { items } = await listAll(client, MARCH);
    expect(items).toMatchObject([
      { id: 'series1', recurrence: ['RRULE:FREQ=WEEKLY'] },
      { id: SECOND, summary: 'Moved' },
      // The rule alone does not tell that it is gone.
      { id: THIRD, status: 'cancelled', recurringEventId: 'series1' },
    ]);
    const later = { timeMin: '2031-01-01T00:00:00Z', timeMax: '2031-02-01T00:00:00Z' };
    expect(ids((await listAll(client, later)).items)).toEqual(['series1']);
    google.editEvent(ANNA, 'series1', { recurrence: ['RRULE:FREQ=WEEKLY;COUNT=4'] });
    expect((await listAll(client, later)).items).toEqual([]);
  });

  it('pages in the middle of a series', async () => {
    const { google, client } = await withSeries();
    google.addEvent(
      ANNA,
      anEvent({
        id: 'event1',
        start: { dateTime: '2026-03-25T10:00:00Z' },
        end: { dateTime: '2026-03-25T11:00:00Z' },
      }),
    );
    const { items, pages } = await listAll(client, { singleEvents: true, ...MARCH, maxResults: 2 });
    expect([ids(items), pages]).toEqual([[...FRIDAYS, 'event1'], 3]);
    const instances = await client.events.instances({ calendarId, eventId: 'series1', maxResults: 3 });
    expect(ids(instances.data.items ?? [])).toEqual(FRIDAYS.slice(0, 3));
    const pageToken = instances.data.nextPageToken ?? '';
    const rest = await client.events.instances({ calendarId, eventId: 'series1', maxResults: 1, pageToken });
    expect(ids(rest.data.items ?? [])).toEqual([FRIDAYS[3]]);
  });

  it('ends somewhere where neither the rule nor the window does', async () => {
    const { client } = await withSeries();
    const { items } = await listAll(client, { singleEvents: true });
    expect(items.length).toBeGreaterThan(90);
    expect(items.length).toBeLessThan(120);
  });

  it('has no instances of what is no series', async () => {
    const { google, client } = await withSeries();
    google.addEvent(ANNA, anEvent({ id: 'event1' }));
    expect(await refusal(client.events.instances({ calendarId, eventId: 'event1' }))).toBe('404 notFound');
    const eventId = 'series1_20260321T090000Z';
    expect(await refusal(client.events.get({ calendarId, eventId }))).toBe('404 notFound');
  });
});

describe('one occurrence', () => {
  it('can be read, edited and moved on its own', async () => {
    const { google, client, changes } = await withSeries();
    const { data: untouched } = await client.events.get({ calendarId, eventId: THIRD });
    expect(untouched).toMatchObject({ id: THIRD, summary: 'Planning', recurringEventId: 'series1' });
    await client.events.patch(
      { calendarId, eventId: THIRD, requestBody: { summary: 'Planning, later' } },
      { headers: { 'If-Match': untouched.etag ?? '' } },
    );
    const moved = google.moveEvent(ANNA, THIRD, { byMinutes: 60 });
    expect(moved).toMatchObject({
      id: THIRD,
      summary: 'Planning, later',
      start: { dateTime: '2026-04-03T10:00:00+01:00' },
      end: { dateTime: '2026-04-03T11:00:00+01:00' },
      originalStartTime: { dateTime: '2026-04-03T09:00:00+01:00' },
      iCalUID: 'series1@google.com',
      sequence: 1,
    });
    expect(await changes()).toMatchObject([{ id: THIRD, summary: 'Planning, later' }]);
    const requestBody = { recurrence: ['RRULE:FREQ=DAILY'] };
    expect(await refusal(client.events.patch({ calendarId, eventId: THIRD, requestBody }))).toBe(
      '400 invalid',
    );
  });

  it('can be deleted on its own, and taken back', async () => {
    const { google, client, changes, present } = await withSeries();
    await client.events.delete({ calendarId, eventId: SECOND });
    expect(await changes()).toEqual([
      {
        kind: 'calendar#event',
        etag: expect.any(String),
        id: SECOND,
        status: 'cancelled',
        recurringEventId: 'series1',
        originalStartTime: { dateTime: '2026-03-27T09:00:00Z', timeZone: LONDON },
      },
    ]);
    expect(ids(await present())).toEqual(FRIDAYS.filter((id) => id !== SECOND));
    expect(await refusal(client.events.delete({ calendarId, eventId: SECOND }))).toBe('410 deleted');
    google.editEvent(ANNA, SECOND, { status: 'confirmed' });
    expect(ids(await present())).toEqual(FRIDAYS);
  });

  it('moved into the window from outside shows there', async () => {
    const { google, changes, present } = await withSeries();
    const later = 'series1_20260515T080000Z';
    google.moveEvent(ANNA, later, { start: { dateTime: '2026-03-23T09:00:00Z' } });
    expect(ids(await present())).toEqual([...FRIDAYS, later]);
    expect(await changes()).toMatchObject([{ id: later, start: { dateTime: '2026-03-23T09:00:00Z' } }]);
  });
});

describe('a changed series', () => {
  it('shows all its instances in the window of the first listing', async () => {
    const { google, changes } = await withSeries();
    google.deleteEvent(ANNA, THIRD);
    google.editEvent(ANNA, 'series1', { summary: 'Weekly planning' });
    const changed = await changes();
    expect(statuses(changed)).toEqual({
      [FIRST]: 'confirmed',
      [SECOND]: 'confirmed',
      [THIRD]: 'cancelled',
      [FRIDAYS[3]]: 'confirmed',
    });
    expect(changed[0]?.summary).toBe('Weekly planning');
  });

  it('reports the instances that its new times leave behind', async () => {
    const { google, changes, present } = await withSeries();
    google.editEvent(ANNA, SECOND, { summary: 'Edited' });
    google.moveEvent(ANNA, 'series1', { byMinutes: 30 });
    const moved = FRIDAYS.map((id) => id.replace('0000Z', '3000Z'));
    expect(statuses(await changes())).toEqual({
      ...Object.fromEntries(FRIDAYS.map((id) => [id, 'cancelled'])),
      ...Object.fromEntries(moved.map((id) => [id, 'confirmed'])),
    });
    expect(ids(await present())).toEqual(moved);
    expect((await present())[1]?.summary).toBe('Planning');
    // Back again: the edited occurrence has become one like the others.
    google.moveEvent(ANNA, 'series1', { byMinutes: -30 });
    expect((await present()).map(({ summary }) => summary)).toEqual(FRIDAYS.map(() => 'Planning'));
    expect(statuses(await changes())).toEqual({
      ...Object.fromEntries(FRIDAYS.map((id) => [id, 'confirmed'])),
      ...Object.fromEntries(moved.map((id) => [id, 'cancelled'])),
    });
  });

  it('reports every instance and itself when it is deleted', async () => {
    const { google, client, changes, present } = await withSeries();
    google.deleteEvent(ANNA, 'series1');
    const gone = await changes();
    expect(statuses(gone)).toEqual(
      Object.fromEntries(['series1', ...FRIDAYS].map((id) => [id, 'cancelled'])),
    );
    expect(gone.find(({ id }) => id === THIRD)?.originalStartTime?.dateTime).toBe(
      '2026-04-03T09:00:00+01:00',
    );
    expect(await present()).toEqual([]);
    const { data } = await client.events.get({ calendarId, eventId: THIRD });
    expect(data.status).toBe('cancelled');
    google.editEvent(ANNA, 'series1', { status: 'confirmed' });
    expect(ids(await present())).toEqual(FRIDAYS);
  });

  it('does not report again what was reported before', async () => {
    const { google, client } = await withSeries();
    google.deleteEvent(ANNA, SECOND);
    const { syncToken } = await listAll(client, { singleEvents: true, ...MARCH });
    google.deleteEvent(ANNA, 'series1');
    const { items } = await listAll(client, { syncToken });
    expect(ids(items)).toEqual(['series1', FIRST, THIRD, FRIDAYS[3]]);
  });

  it('begins with a single event that is made recurring, and ends when it is made single again', async () => {
    const { google, client } = await withSeries();
    google.deleteEvent(ANNA, 'series1');
    google.addEvent(ANNA, anEvent({ id: 'event1' }));
    const window = { timeMin: '2026-03-01T00:00:00Z', timeMax: '2026-03-20T00:00:00Z' };
    const before = await listAll(client, { singleEvents: true, ...window });
    google.makeRecurring(ANNA, 'event1', ['RRULE:FREQ=WEEKLY;COUNT=5']);
    const instances = ['event1_20260310T100000Z', 'event1_20260317T100000Z'];
    const during = await listAll(client, { syncToken: before.syncToken });
    expect(during.items).toMatchObject(instances.map((id) => ({ id, recurringEventId: 'event1' })));
    expect((await client.events.get({ calendarId, eventId: 'event1' })).data).toMatchObject({
      status: 'confirmed',
      recurrence: ['RRULE:FREQ=WEEKLY;COUNT=5'],
    });
    await client.events.patch({ calendarId, eventId: 'event1', requestBody: { recurrence: null } });
    const after = await listAll(client, { syncToken: during.syncToken });
    expect(statuses(after.items)).toEqual({
      event1: 'confirmed',
      ...Object.fromEntries(instances.map((id) => [id, 'cancelled'])),
    });
  });

  it('tells who lists series of its dropped exceptions', async () => {
    const { google, client } = await withSeries();
    google.editEvent(ANNA, SECOND, { summary: 'Edited' });
    const { syncToken } = await listAll(client, MARCH);
    google.moveEvent(ANNA, 'series1', { byMinutes: 30 });
    const { items } = await listAll(client, { syncToken });
    expect(statuses(items)).toEqual({ series1: 'confirmed', [SECOND]: 'cancelled' });
    expect((await client.events.get({ calendarId, eventId: SECOND })).data.status).toBe('cancelled');
    const back = client.events.patch({ calendarId, eventId: SECOND, requestBody: { status: 'confirmed' } });
    expect(await refusal(back)).toBe('403 forbidden');
  });
});

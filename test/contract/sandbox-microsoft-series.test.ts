import type { Event } from '@microsoft/microsoft-graph-types';
import { describe, expect, it } from 'vitest';
import {
  anEvent,
  aSeries,
  CALENDAR,
  created,
  createMicrosoft,
  LONDON,
  officialClient,
  PREFER,
  refusal,
  type Shown,
  TAG,
  WINDOW,
} from './sandbox-microsoft-fixture.ts';

async function withSeries(fields: Event = {}) {
  const fixture = createMicrosoft();
  const client = await officialClient(fixture);
  const series = await created(client, aSeries(fields));
  const api = (path: string) => client.api(path).header('Prefer', PREFER);
  const get = (id: string): Promise<Shown> => api(`/me/events/${id}`).get();
  const patch = (id: string, body: Event): Promise<Shown> => api(`/me/events/${id}`).patch(body);
  const instances = async (window = WINDOW): Promise<(Shown & { id: string })[]> =>
    (await api(`/me/events/${series.id}/instances?${window}`).get()).value;
  const occurrence = async (date: string) => {
    const found = (await instances()).find(({ start }) => start?.dateTime?.startsWith(date));
    if (found === undefined) throw new RangeError(`There is no occurrence on ${date}`);
    return found;
  };
  const starts = async () => (await instances()).map(({ start }) => start?.dateTime?.slice(0, 16));
  return { ...fixture, client, series, api, get, patch, instances, occurrence, starts };
}

const FRIDAYS = [
  '2026-03-20T09:00',
  '2026-03-27T09:00',
  '2026-04-03T08:00',
  '2026-04-10T08:00',
  '2026-04-17T08:00',
];

const at = (date: string, from = '09:00', to = '10:00'): Event => ({
  start: { dateTime: `${date}T${from}:00`, timeZone: LONDON },
  end: { dateTime: `${date}T${to}:00`, timeZone: LONDON },
});

describe('a series', () => {
  it('shows its recurrence in full', async () => {
    const { series } = await withSeries();
    expect(series).toMatchObject({
      type: 'seriesMaster',
      recurrence: {
        pattern: {
          type: 'weekly',
          interval: 1,
          month: 0,
          dayOfMonth: 0,
          daysOfWeek: ['friday'],
          firstDayOfWeek: 'monday',
          index: 'first',
        },
        range: {
          type: 'noEnd',
          startDate: '2026-03-20',
          endDate: '0001-01-01',
          recurrenceTimeZone: LONDON,
          numberOfOccurrences: 0,
        },
      },
    });
  });

  it('keeps to the clocks of its zone, and gives its occurrences what it has itself', async () => {
    const { series, instances, starts, get } = await withSeries({ transactionId: 'bk_1' });
    expect(await starts()).toEqual([...FRIDAYS, '2026-04-24T08:00']);
    const [, , third] = await instances();
    expect(third).toMatchObject({
      type: 'occurrence',
      seriesMasterId: series.id,
      subject: 'Planning',
      recurrence: null,
      transactionId: 'bk_1',
      originalStart: '2026-04-03T08:00:00Z',
      originalStartTimeZone: LONDON,
      end: { dateTime: '2026-04-03T09:00:00.0000000' },
    });
    expect(third?.iCalUId).not.toBe(series.iCalUId);
    expect(third?.iCalUId?.slice(32, 40)).toBe('07EA0403');
    expect(await get(third?.id ?? '')).toMatchObject({ ...third });
    const farOff = await instances('startDateTime=2036-04-01T00:00:00Z&endDateTime=2036-04-09T00:00:00Z');
    expect(farOff.map(({ start }) => start?.dateTime)).toEqual(['2036-04-04T08:00:00.0000000']);
  });

  it('repeats in the zone of its recurrence where its times are given in another', async () => {
    const { starts } = await withSeries({
      start: { dateTime: '2026-03-20T09:00:00', timeZone: 'UTC' },
      end: { dateTime: '2026-03-20T10:00:00', timeZone: 'UTC' },
      recurrence: {
        pattern: { type: 'daily', interval: 7 },
        range: {
          type: 'numbered',
          numberOfOccurrences: 3,
          startDate: '2026-03-20',
          recurrenceTimeZone: LONDON,
        },
      },
    });
    expect(await starts()).toEqual(FRIDAYS.slice(0, 3));
  });

  it('begins with the first date that fits its pattern', async () => {
    const { series, starts } = await withSeries({
      ...at('2026-03-18'),
      recurrence: {
        pattern: { type: 'weekly', interval: 1, daysOfWeek: ['Friday' as 'friday'] },
        range: { type: 'endDate', startDate: '2026-03-18', endDate: '2026-04-17' },
      },
    });
    expect(series.start?.dateTime).toBe('2026-03-20T09:00:00.0000000');
    expect(await starts()).toEqual(FRIDAYS);
  });

  it('lasts all day, by dates', async () => {
    const { instances } = await withSeries({
      isAllDay: true,
      start: { dateTime: '2026-03-27T00:00:00', timeZone: LONDON },
      end: { dateTime: '2026-03-29T00:00:00', timeZone: LONDON },
      recurrence: {
        pattern: { type: 'weekly', interval: 1, daysOfWeek: ['friday'] },
        range: { type: 'numbered', numberOfOccurrences: 2, startDate: '2026-03-27' },
      },
    });
    expect((await instances()).map(({ start, end }) => [start?.dateTime, end?.dateTime])).toEqual([
      ['2026-03-27T00:00:00.0000000', '2026-03-29T00:00:00.0000000'],
      ['2026-04-03T00:00:00.0000000', '2026-04-05T00:00:00.0000000'],
    ]);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['no days', { pattern: { type: 'weekly', interval: 1 } }, 'ErrorPropertyValidationFailure'],
    ['an interval of nothing', { pattern: { type: 'daily', interval: 0 } }, 'ErrorPropertyValidationFailure'],
    ['an unknown type', { pattern: { type: 'hourly', interval: 1 } }, 'ErrorPropertyValidationFailure'],
    [
      'another start date',
      { range: { type: 'noEnd', startDate: '2026-03-27' } },
      'ErrorPropertyValidationFailure',
    ],
    [
      'an end before the start',
      { range: { type: 'endDate', startDate: '2026-03-20', endDate: '2026-03-19' } },
      'ErrorPropertyValidationFailure',
    ],
    [
      'an unknown zone',
      { range: { type: 'noEnd', startDate: '2026-03-20', recurrenceTimeZone: 'X' } },
      'TimeZoneNotSupportedException',
    ],
    [
      'no occurrence',
      {
        pattern: { type: 'weekly', interval: 1, daysOfWeek: ['monday'] },
        range: { type: 'endDate', startDate: '2026-03-20', endDate: '2026-03-22' },
      },
      'ErrorRecurrenceHasNoOccurrence',
    ],
  ])('is refused with %s', async (_case, change, code) => {
    const { client } = await withSeries();
    const { recurrence } = aSeries();
    const wrong = aSeries({ recurrence: { ...recurrence, ...change } });
    expect(await refusal(created(client, wrong))).toBe(`400 ${code}`);
  });

  it('is made out of a single event and back, under the same id', async () => {
    const { client, patch, get } = await withSeries();
    const event = await created(client, anEvent());
    const { recurrence } = aSeries();
    const range = { type: 'noEnd' as const, startDate: '2026-03-10' };
    const pattern = { type: 'weekly' as const, interval: 1, daysOfWeek: ['tuesday' as const] };
    const series = await patch(event.id, { recurrence: { ...recurrence, pattern, range } });
    expect(series).toMatchObject({ id: event.id, type: 'seriesMaster' });
    await patch(event.id, { recurrence: null });
    expect(await get(event.id)).toMatchObject({ type: 'singleInstance', recurrence: null });
  });

  it('tells only of itself that it has instances', async () => {
    const { client, api, series } = await withSeries();
    const { id } = await created(client);
    expect(await refusal(api(`/me/events/${id}/instances?${WINDOW}`).get())).toBe('400 ErrorInvalidRequest');
    expect(await refusal(api(`/me/events/${series.id}/instances`).get())).toBe('400 ErrorInvalidUrlQuery');
  });
});

describe('an occurrence', () => {
  it('becomes an exception when it is edited, and follows its series in the rest', async () => {
    const { series, occurrence, patch, get } = await withSeries();
    const { id } = await occurrence('2026-04-03');
    const exception = await patch(id, { subject: 'Planning, long', ...at('2026-04-02', '14:00', '17:00') });
    expect(exception).toMatchObject({
      id,
      type: 'exception',
      seriesMasterId: series.id,
      start: { dateTime: '2026-04-02T13:00:00.0000000' },
      originalStart: '2026-04-03T08:00:00Z',
    });
    await patch(series.id, { subject: 'Retrospective', location: { displayName: 'Attic' } });
    expect(await get(id)).toMatchObject({
      subject: 'Planning, long',
      location: { displayName: 'Attic' },
      start: exception.start,
    });
    expect((await occurrence('2026-04-10')).subject).toBe('Retrospective');
  });

  it('is deleted by itself', async () => {
    const { occurrence, api, get, starts } = await withSeries();
    const { id } = await occurrence('2026-04-03');
    await api(`/me/events/${id}`).delete();
    expect(await refusal(get(id))).toBe('404 ErrorItemNotFound');
    expect(await starts()).not.toContain('2026-04-03T08:00');
    expect(await starts()).toHaveLength(5);
  });

  it('goes with its series', async () => {
    const { occurrence, api, get, patch, series } = await withSeries();
    const { id: exception } = await occurrence('2026-04-03');
    const { id: untouched } = await occurrence('2026-04-10');
    await patch(exception, { subject: 'Edited' });
    await api(`/me/events/${series.id}`).delete();
    for (const id of [series.id, exception, untouched]) {
      expect(await refusal(get(id))).toBe('404 ErrorItemNotFound');
    }
  });

  it('is as the rules have it again when the times of its series change', async () => {
    const { occurrence, api, get, patch, series, starts } = await withSeries();
    const { id: edited } = await occurrence('2026-04-03');
    const { id: deleted } = await occurrence('2026-04-10');
    await patch(edited, { subject: 'Edited', ...at('2026-04-02') });
    await api(`/me/events/${deleted}`).delete();
    await patch(series.id, at('2026-03-20', '11:00', '12:00'));
    expect((await starts()).slice(2, 4)).toEqual(['2026-04-03T10:00', '2026-04-10T10:00']);
    expect(await get(edited)).toMatchObject({ type: 'occurrence', subject: 'Planning' });
  });

  it('cannot be moved to or across the days of its neighbours', async () => {
    const { occurrence, patch } = await withSeries();
    const { id } = await occurrence('2026-04-03');
    const move = (change: Event) => refusal(patch(id, change));
    const crossing = '400 ErrorOccurrenceCrossingBoundary';
    expect(await move(at('2026-03-27', '20:00', '21:00'))).toBe(crossing);
    expect(await move(at('2026-03-26'))).toBe(crossing);
    expect(await move(at('2026-04-10', '06:00', '07:00'))).toBe(crossing);
    expect(await move({ end: { dateTime: '2026-04-10T12:00:00', timeZone: LONDON } })).toBe(crossing);
    expect(await move(at('2026-03-28'))).toBe('was not refused');
    expect(
      await move({
        ...at('2026-04-09', '22:00'),
        end: { dateTime: '2026-04-10T00:00:00', timeZone: LONDON },
      }),
    ).toBe('was not refused');
    const { id: next } = await occurrence('2026-04-10');
    expect(await refusal(patch(next, at('2026-04-09')))).toBe(crossing);
  });

  it('cannot recur itself', async () => {
    const { occurrence, patch } = await withSeries();
    const { id } = await occurrence('2026-04-03');
    expect(await refusal(patch(id, { recurrence: aSeries().recurrence ?? null }))).toBe(
      '400 ErrorInvalidRequest',
    );
  });

  it('inherits the properties that a client hung on its series', async () => {
    const { occurrence, client } = await withSeries({
      singleValueExtendedProperties: [{ id: TAG, value: 'ours' }],
    });
    const { id } = await occurrence('2026-04-03');
    const expand = `singleValueExtendedProperties($filter=id eq '${TAG}')`;
    const shown = await client.api(`/me/events/${id}`).expand(expand).get();
    expect(shown.singleValueExtendedProperties).toEqual([{ id: TAG, value: 'ours' }]);
  });
});

describe('a calendar view', () => {
  const view = `/me/calendars/${CALENDAR}/calendarView?${WINDOW}`;

  it('has single events, occurrences and exceptions by start, page by page', async () => {
    const { client, patch, occurrence } = await withSeries();
    await created(client, anEvent());
    await created(client, anEvent({ subject: 'Outside', ...at('2026-05-01') }));
    await patch((await occurrence('2026-04-03')).id, at('2026-04-04'));
    const first = await client.api(view).header('Prefer', PREFER).top(4).get();
    expect(first.value.map(({ type, start }: Shown) => [type, start?.dateTime?.slice(0, 10)])).toEqual([
      ['singleInstance', '2026-03-10'],
      ['occurrence', '2026-03-20'],
      ['occurrence', '2026-03-27'],
      ['exception', '2026-04-04'],
    ]);
    const nextLink = new URL(first['@odata.nextLink']);
    expect(Object.fromEntries(nextLink.searchParams)).toMatchObject({ $skip: '4', $top: '4' });
    const rest = await client.api(view).top(4).skip(4).get();
    expect(rest.value).toHaveLength(3);
    expect(rest).not.toHaveProperty('@odata.nextLink');
  });

  it('shows what touches the window, however little', async () => {
    const { client } = await withSeries();
    await created(client, anEvent());
    const count = async (from: string, to: string) =>
      (await client.api(`/me/calendarView?startDateTime=${from}&endDateTime=${to}`).get()).value.length;
    expect(await count('2026-03-10T10:59:00Z', '2026-03-10T11:30:00Z')).toBe(1);
    expect(await count('2026-03-10T11:00:00Z', '2026-03-10T11:30:00Z')).toBe(0);
    expect(await count('2026-03-10T09:00:00', '2026-03-10T10:00:00')).toBe(0);
    expect(await count('2026-03-20T09:30:00Z', '2026-03-20T09:31:00Z')).toBe(1);
  });

  it.each([
    ['no window', ''],
    ['half a window', 'startDateTime=2026-03-01'],
    ['an end before the start', 'startDateTime=2026-03-02&endDateTime=2026-03-01'],
    ['a day that is none', 'startDateTime=2026-02-30&endDateTime=2026-03-01'],
    ['words', 'startDateTime=today&endDateTime=tomorrow'],
  ])('is refused with %s', async (_case, query) => {
    const { client } = await withSeries();
    expect(await refusal(client.api(`/me/calendarView?${query}`).get())).toMatch(
      /^400 ErrorInvalid(UrlQuery|Parameter)$/,
    );
  });
});

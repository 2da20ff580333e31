import type { Event } from '@microsoft/microsoft-graph-types';
import { describe, expect, it } from 'vitest';
import {
  accessToken,
  anEvent,
  aSeries,
  BEN,
  BENS,
  CALENDAR,
  created,
  createMicrosoft,
  LONDON,
  officialClient,
  PREFER,
  refusal,
  TAG,
  TEAM,
} from './sandbox-microsoft-fixture.ts';

const EVENTS = `/me/calendars/${CALENDAR}/events`;

async function withClient() {
  const fixture = createMicrosoft();
  const client = await officialClient(fixture);
  const get = (id: string, prefer = PREFER) => client.api(`/me/events/${id}`).header('Prefer', prefer).get();
  const patch = (id: string, body: Event, ifMatch?: string) => {
    const request = client.api(`/me/events/${id}`).header('Prefer', PREFER);
    return (ifMatch === undefined ? request : request.header('If-Match', ifMatch)).patch(body);
  };
  return { ...fixture, client, get, patch };
}

describe('an event', () => {
  it('is created, read, changed and deleted', async () => {
    const { client, get, patch } = await withClient();
    const event = await created(client, anEvent({ location: { displayName: 'High Street' } }));
    expect(event).toMatchObject({
      subject: 'Dentist',
      type: 'singleInstance',
      start: { dateTime: '2026-03-10T10:00:00.0000000', timeZone: 'UTC' },
      end: { dateTime: '2026-03-10T11:00:00.0000000', timeZone: 'UTC' },
      originalStartTimeZone: LONDON,
      location: { displayName: 'High Street', locationType: 'default' },
      locations: [{ displayName: 'High Street' }],
      showAs: 'busy',
      sensitivity: 'normal',
      isAllDay: false,
      isCancelled: false,
      isOrganizer: true,
      isReminderOn: true,
      reminderMinutesBeforeStart: 15,
      responseStatus: { response: 'organizer' },
      organizer: { emailAddress: { name: 'Anna Smith', address: 'anna@heatandmeter.example' } },
      createdDateTime: '2026-03-02T08:00:00.0000000Z',
      recurrence: null,
      seriesMasterId: null,
    });
    expect(event['@odata.etag']).toBe(`W/"${event.changeKey}"`);
    expect(await get(event.id)).toEqual({ ...event, '@odata.context': expect.any(String) });
    const changed = await patch(event.id, { subject: 'Optician', showAs: 'free' });
    expect(changed).toMatchObject({ id: event.id, subject: 'Optician', showAs: 'free', start: event.start });
    expect(changed.changeKey).not.toBe(event.changeKey);
    await client.api(`${EVENTS}/${event.id}`).delete();
    expect(await refusal(get(event.id))).toBe('404 ErrorItemNotFound');
    expect(await refusal(client.api(`/me/events/${event.id}`).delete())).toBe('404 ErrorItemNotFound');
    expect(await refusal(patch(event.id, { subject: 'Gone' }))).toBe('404 ErrorItemNotFound');
  });

  it('has another id for who does not ask for immutable ones, and answers to both', async () => {
    const { client, get } = await withClient();
    const immutable = await created(client);
    const regular = await get(immutable.id, 'outlook.timezone="UTC"');
    expect(regular.id).not.toBe(immutable.id);
    expect(await get(regular.id)).toMatchObject({ id: immutable.id, iCalUId: immutable.iCalUId });
    expect(await refusal(get('AAMkAGnonsense'))).toBe('400 ErrorInvalidIdMalformed');
  });

  it('shows its times in the zone that was asked for, Windows or IANA', async () => {
    const { client, get } = await withClient();
    const times = {
      start: { dateTime: '2026-07-10T10:00:00', timeZone: 'Europe/London' },
      end: { dateTime: '2026-07-10T05:30:00.0000000', timeZone: 'Eastern Standard Time' },
    };
    const { id } = await created(client, anEvent(times));
    expect(await get(id, 'outlook.timezone="W. Europe Standard Time"')).toMatchObject({
      start: { dateTime: '2026-07-10T11:00:00.0000000', timeZone: 'W. Europe Standard Time' },
      end: { dateTime: '2026-07-10T11:30:00.0000000', timeZone: 'W. Europe Standard Time' },
      originalStartTimeZone: 'Europe/London',
      originalEndTimeZone: 'Eastern Standard Time',
    });
    expect((await get(id, '')).start).toEqual({ dateTime: '2026-07-10T09:00:00.0000000', timeZone: 'UTC' });
    expect((await get(id, 'outlook.timezone="Asia/Tokyo"')).start.dateTime).toBe(
      '2026-07-10T18:00:00.0000000',
    );
    expect(await refusal(get(id, 'outlook.timezone="Mars"'))).toBe('400 TimeZoneNotSupportedException');
  });

  it('that lasts all day is from midnight to midnight in whatever zone', async () => {
    const { client, get } = await withClient();
    const day = (from: string, to: string, timeZone = LONDON, toZone = timeZone): Event => ({
      subject: 'Leave',
      isAllDay: true,
      start: { dateTime: from, timeZone },
      end: { dateTime: to, timeZone: toZone },
    });
    const { id } = await created(client, day('2026-07-10T00:00:00', '2026-07-12T00:00:00'));
    expect(await get(id, 'outlook.timezone="Pacific Standard Time"')).toMatchObject({
      isAllDay: true,
      start: { dateTime: '2026-07-10T00:00:00.0000000', timeZone: 'Pacific Standard Time' },
      end: { dateTime: '2026-07-12T00:00:00.0000000' },
    });
    for (const wrong of [
      day('2026-07-10T09:00:00', '2026-07-12T00:00:00'),
      day('2026-07-10T00:00:00', '2026-07-12T00:00:01'),
      day('2026-07-10T00:00:00', '2026-07-11T00:00:00', LONDON, 'UTC'),
      day('2026-07-10T00:00:00', '2026-07-10T00:00:00'),
    ]) {
      expect(await refusal(created(client, wrong))).toBe('400 ErrorInvalidRequest');
    }
  });

  it('is rewritten the way Exchange does', async () => {
    const { client, get, patch } = await withClient();
    const event = await created(
      client,
      anEvent({
        subject: `  ${'x'.repeat(300)}`,
        body: { contentType: 'text', content: 'Bring <ladder> & keys\nRing twice' },
      }),
    );
    expect(event.subject).toBe('x'.repeat(255));
    expect(event.bodyPreview).toBe('Bring <ladder> & keys\r\nRing twice');
    expect(event.body?.contentType).toBe('html');
    expect(event.body?.content).toContain('Bring &lt;ladder&gt; &amp; keys<br>\r\nRing twice');
    expect(event.body?.content).toContain('<!-- converted from text -->');
    const text = await get(event.id, 'outlook.body-content-type="text"');
    expect(text.body).toEqual({ contentType: 'text', content: 'Bring <ladder> & keys\r\nRing twice' });
    const html = await patch(event.id, {
      body: { contentType: 'html', content: '<p>Hi</p><script>x()</script>' },
    });
    expect(html.body.content).toMatch(
      /^<html>\r\n<head>\r\n<meta [^>]+>\r\n<\/head>\r\n<body>\r\n<p>Hi<\/p>\r\n<\/body>/,
    );
    expect(await patch(event.id, { body: html.body })).toMatchObject({ body: html.body, bodyPreview: 'Hi' });
    expect((await patch(event.id, { location: null as never })).location.displayName).toBe('');
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['no start', { start: undefined }, 'ErrorPropertyValidationFailure'],
    ['no zone', { start: { dateTime: '2026-03-10T10:00:00' } }, 'TimeZoneNotSupportedException'],
    [
      'an unknown zone',
      { start: { dateTime: '2026-03-10T10:00:00', timeZone: 'X' } },
      'TimeZoneNotSupportedException',
    ],
    [
      'a day that is none',
      { start: { dateTime: '2026-02-30T10:00:00', timeZone: 'UTC' } },
      'ErrorPropertyValidationFailure',
    ],
    [
      'an end before the start',
      { end: { dateTime: '2026-03-10T09:00:00', timeZone: LONDON } },
      'ErrorPropertyValidationFailure',
    ],
    ['an unknown free/busy status', { showAs: 'away' }, 'ErrorPropertyValidationFailure'],
    [
      'a malformed property id',
      { singleValueExtendedProperties: [{ id: 'x', value: '1' }] },
      'ErrorPropertyValidationFailure',
    ],
    ['an unknown property', { colour: 'red' }, 'RequestBodyRead'],
  ])('is refused with %s', async (_case, fields, code) => {
    const { client } = await withClient();
    expect(await refusal(created(client, { ...anEvent(), ...fields }))).toBe(`400 ${code}`);
  });

  it('ignores what only Exchange may say', async () => {
    const { client } = await withClient();
    const event = await created(
      client,
      anEvent({ isCancelled: true, iCalUId: 'x', type: 'exception', id: 'x' }),
    );
    expect(event).toMatchObject({ isCancelled: false, type: 'singleInstance' });
    expect(event.iCalUId).toMatch(/^040000008200E00074C5B7101A82E008[0-9A-F]{80}$/);
  });
});

describe('writing with a condition', () => {
  it('fails where the event has changed', async () => {
    const { client, get, patch } = await withClient();
    const event = await created(client);
    const etag = event['@odata.etag'] ?? '';
    await patch(event.id, { subject: 'Optician' }, etag);
    expect(await refusal(patch(event.id, { subject: 'Late' }, etag))).toBe('412 ErrorIrresolvableConflict');
    const stale = client.api(`/me/events/${event.id}`).header('If-Match', etag).delete();
    expect(await refusal(stale)).toBe('412 ErrorIrresolvableConflict');
    expect((await get(event.id)).subject).toBe('Optician');
    await patch(event.id, { subject: 'Anyhow' }, '*');
    const { '@odata.etag': fresh } = await get(event.id);
    await client.api(`/me/events/${event.id}`).header('If-Match', fresh).delete();
    expect(await refusal(get(event.id))).toBe('404 ErrorItemNotFound');
  });
});

describe('a transaction id', () => {
  it('gives the same event to the same request, whatever the order of its members', async () => {
    const { client, microsoft } = await withClient();
    const event = anEvent({ transactionId: 'bk_1-0-abc' });
    const first = await created(client, event);
    const { subject, ...rest } = event;
    expect(await created(client, { ...rest, subject: subject ?? null })).toMatchObject({ id: first.id });
    expect(microsoft.events(CALENDAR)).toHaveLength(1);
    expect(first.transactionId).toBe('bk_1-0-abc');
    const other = created(client, anEvent({ transactionId: 'bk_1-0-abc', subject: 'Another' }));
    expect(await refusal(other)).toBe('409 ErrorDuplicateTransactionId');
    expect(microsoft.events(CALENDAR)).toHaveLength(1);
  });

  it('is free again once its event is deleted, and never changes', async () => {
    const { client, patch } = await withClient();
    const event = await created(client, anEvent({ transactionId: 'bk_1-0-abc' }));
    expect(await patch(event.id, { transactionId: 'other' })).toMatchObject({ transactionId: 'bk_1-0-abc' });
    await client.api(`/me/events/${event.id}`).delete();
    const next = await created(client, anEvent({ transactionId: 'bk_1-0-abc', subject: 'Another' }));
    expect(next.id).not.toBe(event.id);
  });
});

describe('extended properties', () => {
  it('are stored, and shown and searched only by who asks for them', async () => {
    const { client, get, patch } = await withClient();
    const OTHER = TAG.replace('CalendarSync', 'Other');
    const event = await created(
      client,
      anEvent({
        singleValueExtendedProperties: [
          { id: TAG, value: "it's ours" },
          { id: OTHER, value: 'x' },
        ],
      }),
    );
    await created(client, anEvent({ subject: 'Foreign' }));
    expect(await get(event.id)).not.toHaveProperty('singleValueExtendedProperties');
    const expand = `singleValueExtendedProperties($filter=id eq '${TAG.toUpperCase().replace('STRING', 'String')}')`;
    const expanded = () => client.api(`/me/events/${event.id}`).expand(expand).get();
    expect((await expanded()).singleValueExtendedProperties).toEqual([{ id: TAG, value: "it's ours" }]);
    await patch(event.id, { singleValueExtendedProperties: [{ id: TAG, value: 'changed' }] });
    expect((await expanded()).singleValueExtendedProperties).toEqual([{ id: TAG, value: 'changed' }]);
    const search = (value: string) =>
      client
        .api(EVENTS)
        .filter(`singleValueExtendedProperties/any(ep:ep/id eq '${TAG}' and ep/value eq '${value}')`)
        .expand(expand)
        .get();
    expect((await search('changed')).value).toMatchObject([
      { subject: 'Dentist', singleValueExtendedProperties: [{ value: 'changed' }] },
    ]);
    expect((await search('nothing')).value).toEqual([]);
    const start = String(event.start?.dateTime).slice(0, 19);
    const later = (from: string) =>
      client
        .api(EVENTS)
        .filter(
          `start/dateTime ge '${from}' and singleValueExtendedProperties/any(ep:ep/id eq '${TAG}' and ep/value ne null)`,
        )
        .get();
    expect((await later(start)).value).toMatchObject([{ subject: 'Dentist' }]);
    expect((await later(start.replace('2026', '2027'))).value).toEqual([]);
    const unfiltered = client.api(`/me/events/${event.id}`).expand('singleValueExtendedProperties').get();
    expect(await refusal(unfiltered)).toBe('400 ErrorInvalidUrlQuery');
  });
});

describe('collections', () => {
  it('lists calendars by pages', async () => {
    const { client } = await withClient();
    const first = await client.api('/me/calendars').top(1).get();
    expect(first.value).toMatchObject([
      {
        id: CALENDAR,
        name: 'Calendar',
        isDefaultCalendar: true,
        canEdit: true,
        owner: { name: 'Anna Smith' },
      },
    ]);
    const rest = await client.api('/me/calendars').top(1).skip(1).get();
    expect(rest.value).toMatchObject([{ id: TEAM, isDefaultCalendar: false }]);
    expect(first['@odata.nextLink']).toContain('$skip=1');
    expect(rest).not.toHaveProperty('@odata.nextLink');
    expect((await client.api(`/me/calendars/${TEAM}`).get()).name).toBe('Team');
    expect((await client.api('/me/calendar').select('name').get()).id).toBe(CALENDAR);
  });

  it('lists single events and series, ordered, selected and filtered', async () => {
    const { client } = await withClient();
    const at = (hour: string) => ({
      start: { dateTime: `2026-03-10T${hour}:00:00`, timeZone: 'UTC' },
      end: { dateTime: `2026-03-10T${hour}:30:00`, timeZone: 'UTC' },
    });
    await created(client, anEvent({ subject: 'B', ...at('12') }));
    await created(client, anEvent({ subject: 'A', ...at('11') }));
    await created(client, aSeries());
    const all = await client.api('/me/events').orderby('start/dateTime').select('subject').count(true).get();
    expect(all['@odata.count']).toBe(3);
    expect(all.value.map(({ subject }: Event) => subject)).toEqual(['A', 'B', 'Planning']);
    expect(Object.keys(all.value[0]).toSorted()).toEqual(['@odata.etag', 'id', 'subject']);
    expect((await client.api(EVENTS).filter("subject eq 'B'").get()).value).toHaveLength(1);
    expect(await refusal(client.api(EVENTS).filter("showAs eq 'busy'").get())).toBe(
      '400 ErrorInvalidUrlQueryFilter',
    );
    expect(await refusal(client.api(EVENTS).orderby('colour').get())).toBe('400 ErrorInvalidUrlQuery');
    expect(await refusal(client.api(EVENTS).top(1001).get())).toBe('400 ErrorInvalidUrlQuery');
  });

  it('keeps calendars apart', async () => {
    const fixture = await withClient();
    const { client } = fixture;
    const { id } = await created(client);
    expect(await refusal(client.api(`/me/calendars/${TEAM}/events/${id}`).get())).toBe(
      '404 ErrorItemNotFound',
    );
    expect(await refusal(client.api(`/me/calendars/${BENS}/events`).get())).toBe('404 ErrorItemNotFound');
    const ben = await officialClient(fixture, BEN);
    expect(await refusal(ben.api(`/me/events/${id}`).get())).toBe('404 ErrorItemNotFound');
    expect(await refusal(ben.api(`/me/calendars/${TEAM}/events`).post(anEvent()))).toBe(
      '403 ErrorAccessDenied',
    );
    expect((await ben.api(`/me/calendars/${TEAM}/events`).get()).value).toEqual([]);
  });
});

describe('answers', () => {
  it('say which preferences were applied', async () => {
    const fixture = createMicrosoft();
    const token = await accessToken(fixture);
    const { headers } = await fixture.sandbox.fetch(`${fixture.baseUrl}/v1.0/me/events`, {
      headers: { authorization: `Bearer ${token}`, prefer: `${PREFER}, respond-async` },
    });
    expect(headers.get('preference-applied')).toBe(PREFER);
  });

  it('refuse in Graph’s own format who brings no token', async () => {
    const { sandbox, baseUrl } = createMicrosoft();
    const answer = await sandbox.fetch(`${baseUrl}/v1.0/me`, { headers: { 'client-request-id': 'mine' } });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toContain('Bearer');
    expect(await answer.json()).toEqual({
      error: {
        code: 'InvalidAuthenticationToken',
        message: 'Access token is empty.',
        innerError: {
          date: '2026-03-02T08:00:00',
          'request-id': answer.headers.get('request-id'),
          'client-request-id': 'mine',
        },
      },
    });
  });

  it('refuse unknown paths and bodies that are no JSON', async () => {
    const { client } = await withClient();
    expect(await refusal(client.api('/me/messages').get())).toBe('400 BadRequest');
    expect(await refusal(client.api(EVENTS).post('{"subject":'))).toBe('400 BadRequest');
    expect(await refusal(client.api(EVENTS).post('[]'))).toBe('400 BadRequest');
  });
});

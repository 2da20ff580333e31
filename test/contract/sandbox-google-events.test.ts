import { describe, expect, it } from 'vitest';
import {
  ANNA,
  anEvent,
  BEN,
  createGoogle,
  LONDON,
  listAll,
  officialClient,
  refusal,
  TEAM,
} from './sandbox-google-fixture.ts';

const calendarId = 'primary';

describe('creating', () => {
  it('fills in what Google fills in, and rewrites what Google rewrites', async () => {
    const google = createGoogle();
    const client = await officialClient(google);
    const { data, headers } = await client.events.insert({
      calendarId,
      requestBody: anEvent({
        summary: '  Dentist ',
        start: { dateTime: '2026-07-10T10:00:00.250Z', timeZone: 'Europe/Paris' },
        end: { dateTime: '2026-07-10T13:00:00+02:00' },
        transparency: 'opaque',
        conferenceData: { notes: 'ignored' },
      }),
    });
    expect(data).toMatchObject({
      kind: 'calendar#event',
      status: 'confirmed',
      summary: 'Dentist',
      // In the calendar's zone, whatever they were written in.
      start: { dateTime: '2026-07-10T11:00:00+01:00', timeZone: 'Europe/Paris' },
      end: { dateTime: '2026-07-10T12:00:00+01:00', timeZone: LONDON },
      creator: { email: ANNA, self: true },
      organizer: { email: ANNA, self: true },
      iCalUID: `${data.id}@google.com`,
      sequence: 0,
      reminders: { useDefault: true },
      eventType: 'default',
      created: '2026-03-02T08:00:00.000Z',
      updated: '2026-03-02T08:00:00.000Z',
    });
    expect(data.id).toMatch(/^[a-v0-9]{26}$/);
    expect(data.etag).toMatch(/^".+"$/);
    expect(headers).toMatchObject({ etag: data.etag });
    expect(data.htmlLink).toContain('https://www.google.com/calendar/event?eid=');
    expect(data).not.toHaveProperty('transparency');
    expect(data).not.toHaveProperty('conferenceData');
  });

  it('reads a local time in the zone it names', async () => {
    const client = await officialClient(createGoogle());
    const { data } = await client.events.insert({
      calendarId,
      requestBody: {
        start: { dateTime: '2026-07-10T09:00:00', timeZone: 'America/New_York' },
        end: { dateTime: '2026-07-10T10:30:00', timeZone: 'America/New_York' },
      },
    });
    expect(data.start?.dateTime).toBe('2026-07-10T14:00:00+01:00');
    expect(data.end?.dateTime).toBe('2026-07-10T15:30:00+01:00');
    const { data: elsewhere } = await client.events.get({
      calendarId,
      eventId: data.id ?? '',
      // The official types know it for listings only; Google answers to it here as well.
      ...{ timeZone: 'Asia/Tokyo' },
    });
    expect(elsewhere.start?.dateTime).toBe('2026-07-10T22:00:00+09:00');
  });

  it('takes all-day events, whose end is exclusive', async () => {
    const client = await officialClient(createGoogle());
    const { data } = await client.events.insert({
      calendarId,
      requestBody: { summary: 'Leave', start: { date: '2026-03-10' }, end: { date: '2026-03-12' } },
    });
    expect(data).toMatchObject({ start: { date: '2026-03-10' }, end: { date: '2026-03-12' } });
  });

  it('keeps what belongs to other people: attendees, transparency, visibility, properties', async () => {
    const client = await officialClient(createGoogle());
    const { data } = await client.events.insert({
      calendarId,
      requestBody: anEvent({
        transparency: 'transparent',
        visibility: 'private',
        attendees: [{ email: ANNA, responseStatus: 'declined' }, { email: BEN }],
        extendedProperties: {
          private: { tag: 'a', ['n'.repeat(45)]: 'dropped' },
          shared: { long: 'v'.repeat(1100) },
        },
      }),
    });
    expect(data).toMatchObject({ transparency: 'transparent', visibility: 'private' });
    expect(data.attendees).toEqual([
      { email: ANNA, self: true, responseStatus: 'declined' },
      { email: BEN, responseStatus: 'needsAction' },
    ]);
    expect(data.extendedProperties?.private).toEqual({ tag: 'a' });
    expect(data.extendedProperties?.shared?.long).toHaveLength(1024);
  });

  it.each([
    ['no start', { start: undefined as never }, '400 required'],
    ['no end', { end: undefined as never }, '400 required'],
    ['an end before the start', { end: { dateTime: '2026-03-10T09:59:59Z' } }, '400 timeRangeEmpty'],
    ['an empty day', { start: { date: '2026-03-10' }, end: { date: '2026-03-10' } }, '400 timeRangeEmpty'],
    ['a date and a time', { start: { date: '2026-03-10' } }, '400 invalid'],
    [
      'both kinds of start',
      { start: { date: '2026-03-10', dateTime: '2026-03-10T10:00:00Z' } },
      '400 invalid',
    ],
    ['a zone that is none', { start: { dateTime: '2026-03-10T10:00:00Z', timeZone: 'Mars' } }, '400 invalid'],
    ['a local time without a zone', { start: { dateTime: '2026-03-10T10:00:00' } }, '400 required'],
    [
      'a day that does not exist',
      { start: { date: '2026-02-30' }, end: { date: '2026-03-02' } },
      '400 invalid',
    ],
    ['a time that does not exist', { start: { dateTime: '2026-03-10T25:00:00Z' } }, '400 invalid'],
    ['an id with wrong letters', { id: 'wxyz-12' }, '400 invalid'],
    ['an id that is too short', { id: 'abcd' }, '400 invalid'],
    ['an unknown status', { status: 'perhaps' }, '400 invalid'],
    ['a rule that is none', { recurrence: ['RRULE:FREQ=NEVER'] }, '400 invalid'],
    ['an event only Google makes', { eventType: 'fromGmail' }, '400 invalid'],
  ])('refuses %s', async (_case, fields, expected) => {
    const client = await officialClient(createGoogle());
    const call = client.events.insert({ calendarId, requestBody: anEvent(fields) });
    expect(await refusal(call)).toBe(expected);
    expect((await listAll(client, { showDeleted: true })).items).toEqual([]);
  });

  it('needs the zone of a recurring event', async () => {
    const client = await officialClient(createGoogle());
    const requestBody = anEvent({
      start: { dateTime: '2026-03-10T10:00:00Z' },
      recurrence: ['RRULE:FREQ=DAILY'],
    });
    expect(await refusal(client.events.insert({ calendarId, requestBody }))).toBe('400 required');
  });

  it('answers what is no JSON in its own words', async () => {
    const google = createGoogle();
    const client = await officialClient(google);
    const call = client.events.insert(
      { calendarId },
      { body: '{"summary":', headers: { 'content-type': 'application/json' } },
    );
    expect(await refusal(call)).toBe('400 parseError');
  });
});

describe('ids', () => {
  it('takes the id of the client, for good', async () => {
    const client = await officialClient(createGoogle());
    const id = `cs${'0123456789abcdefghijklmnopqrstuv'.repeat(31)}`;
    const { data } = await client.events.insert({ calendarId, requestBody: anEvent({ id }) });
    expect(data.id).toBe(id);
    expect(await refusal(client.events.insert({ calendarId, requestBody: anEvent({ id }) }))).toBe(
      '409 duplicate',
    );
    await client.events.delete({ calendarId, eventId: id });
    expect(await refusal(client.events.insert({ calendarId, requestBody: anEvent({ id }) }))).toBe(
      '409 duplicate',
    );
    const other = await client.events.insert({ calendarId: TEAM, requestBody: anEvent({ id }) });
    expect(other.data.id).toBe(id);
  });

  it('knows no other events', async () => {
    const client = await officialClient(createGoogle());
    const eventId = 'unknown0';
    expect(await refusal(client.events.get({ calendarId, eventId }))).toBe('404 notFound');
    expect(await refusal(client.events.delete({ calendarId, eventId }))).toBe('404 notFound');
    expect(await refusal(client.events.patch({ calendarId, eventId, requestBody: {} }))).toBe('404 notFound');
    expect(await refusal(client.events.get({ calendarId: 'nobody@x.example', eventId }))).toBe(
      '404 notFound',
    );
  });
});

describe('changing', () => {
  it('patches what is named and leaves the rest alone', async () => {
    const google = createGoogle();
    const client = await officialClient(google);
    const requestBody = anEvent({
      id: 'event1',
      location: 'High Street',
      description: 'Bring the card',
      extendedProperties: { private: { one: '1', two: '2' }, shared: { s: '3' } },
    });
    const created = await client.events.insert({ calendarId, requestBody });
    google.clock.advance(60_000);
    const { data } = await client.events.patch({
      calendarId,
      eventId: 'event1',
      requestBody: {
        summary: ' Hygienist',
        location: null,
        extendedProperties: { private: { two: null as never, three: '3' } },
      },
    });
    expect(data).toMatchObject({
      summary: 'Hygienist',
      description: 'Bring the card',
      start: created.data.start,
      extendedProperties: { private: { one: '1', three: '3' }, shared: { s: '3' } },
      sequence: 0,
      created: created.data.created,
      updated: '2026-03-02T08:01:00.000Z',
    });
    expect(data).not.toHaveProperty('location');
    expect(data.extendedProperties?.private).not.toHaveProperty('two');
    expect(data.etag).not.toBe(created.data.etag);
  });

  it('replaces everything a client may say on update, and keeps what is Google’s', async () => {
    const { google, ...rest } = createGoogle();
    const client = await officialClient(rest);
    google.addEvent(ANNA, {
      ...anEvent({ id: 'event1', location: 'High Street' }),
      organizer: { email: 'boss@work.example' },
      hangoutLink: 'https://meet.example/x',
    });
    const { data } = await client.events.update({
      calendarId,
      eventId: 'event1',
      requestBody: { ...anEvent({ summary: 'Other' }), organizer: { email: 'thief@x.example' } },
    });
    expect(data).toMatchObject({
      summary: 'Other',
      organizer: { email: 'boss@work.example' },
      hangoutLink: 'https://meet.example/x',
      iCalUID: 'event1@google.com',
    });
    expect(data).not.toHaveProperty('location');
    const call = client.events.update({
      calendarId,
      eventId: 'event1',
      requestBody: { summary: 'No times' },
    });
    expect(await refusal(call)).toBe('400 required');
  });

  it('counts the sequence up when the time changes', async () => {
    const client = await officialClient(createGoogle());
    await client.events.insert({ calendarId, requestBody: anEvent({ id: 'event1' }) });
    const { data } = await client.events.patch({
      calendarId,
      eventId: 'event1',
      requestBody: {
        start: { dateTime: '2026-03-10T12:00:00Z' },
        end: { dateTime: '2026-03-10T13:00:00Z' },
      },
    });
    expect(data).toMatchObject({ sequence: 1, start: { timeZone: LONDON } });
    const stale = client.events.update({
      calendarId,
      eventId: 'event1',
      requestBody: anEvent({ sequence: 0 }),
    });
    expect(await refusal(stale)).toBe('400 invalid');
  });

  it('becomes an all-day event only when the time is removed', async () => {
    const client = await officialClient(createGoogle());
    await client.events.insert({ calendarId, requestBody: anEvent({ id: 'event1' }) });
    const days = { start: { date: '2026-03-10' }, end: { date: '2026-03-11' } };
    const eventId = 'event1';
    expect(await refusal(client.events.patch({ calendarId, eventId, requestBody: days }))).toBe(
      '400 invalid',
    );
    const { data } = await client.events.patch({
      calendarId,
      eventId,
      requestBody: {
        start: { ...days.start, dateTime: null, timeZone: null },
        end: { ...days.end, dateTime: null, timeZone: null },
      },
    });
    expect(data).toMatchObject(days);
  });

  it('checks If-Match on update, patch and delete', async () => {
    const client = await officialClient(createGoogle());
    const { data } = await client.events.insert({ calendarId, requestBody: anEvent({ id: 'event1' }) });
    const eventId = 'event1';
    const ifMatch = (etag: string | null | undefined) => ({ headers: { 'If-Match': etag ?? '' } });
    const patched = await client.events.patch(
      { calendarId, eventId, requestBody: { summary: 'A' } },
      ifMatch(data.etag),
    );
    const stale = ifMatch(data.etag);
    expect(await refusal(client.events.patch({ calendarId, eventId, requestBody: {} }, stale))).toBe(
      '412 conditionNotMet',
    );
    expect(await refusal(client.events.update({ calendarId, eventId, requestBody: anEvent() }, stale))).toBe(
      '412 conditionNotMet',
    );
    expect(await refusal(client.events.delete({ calendarId, eventId }, stale))).toBe('412 conditionNotMet');
    const { status } = await client.events.delete({ calendarId, eventId }, ifMatch(patched.data.etag));
    expect(status).toBe(204);
  });

  it('answers 304 to who has it already', async () => {
    const client = await officialClient(createGoogle());
    const { data } = await client.events.insert({ calendarId, requestBody: anEvent({ id: 'event1' }) });
    const get = (etag: string) =>
      client.events.get(
        { calendarId, eventId: 'event1' },
        { headers: { 'If-None-Match': etag }, validateStatus: () => true },
      );
    expect((await get(data.etag ?? '')).status).toBe(304);
    expect((await get('"other"')).status).toBe(200);
  });
});

describe('deleting', () => {
  it('leaves a cancelled event that can still be read, and cannot be deleted again', async () => {
    const client = await officialClient(createGoogle());
    await client.events.insert({ calendarId, requestBody: anEvent({ id: 'event1' }) });
    await client.events.delete({ calendarId, eventId: 'event1', sendUpdates: 'none' });
    const { data } = await client.events.get({ calendarId, eventId: 'event1' });
    expect(data).toMatchObject({ id: 'event1', status: 'cancelled', summary: 'Dentist' });
    expect(await refusal(client.events.delete({ calendarId, eventId: 'event1' }))).toBe('410 deleted');
    expect((await listAll(client)).items).toEqual([]);
    expect((await listAll(client, { showDeleted: true })).items).toMatchObject([
      { id: 'event1', status: 'cancelled', summary: 'Dentist' },
    ]);
  });

  it('is undone by confirming the event', async () => {
    const client = await officialClient(createGoogle());
    const eventId = 'event1';
    await client.events.insert({ calendarId, requestBody: anEvent({ id: eventId }) });
    await client.events.delete({ calendarId, eventId });
    const untold = await client.events.patch({ calendarId, eventId, requestBody: { summary: 'Still gone' } });
    expect(untold.data.status).toBe('cancelled');
    const back = await client.events.patch({ calendarId, eventId, requestBody: { status: 'confirmed' } });
    expect(back.data).toMatchObject({ status: 'confirmed', summary: 'Still gone' });
    await client.events.delete({ calendarId, eventId });
    const updated = await client.events.update({ calendarId, eventId, requestBody: anEvent() });
    expect(updated.data.status).toBe('confirmed');
    expect((await listAll(client)).items).toHaveLength(1);
  });
});

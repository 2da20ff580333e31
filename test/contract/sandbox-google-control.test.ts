import { describe, expect, it } from 'vitest';
import {
  ANNA,
  anEvent,
  aSeries,
  authorizationUrl,
  BEN,
  createGoogle,
  LONDON,
  TEAM,
} from './sandbox-google-fixture.ts';

function withControl() {
  const google = createGoogle();
  const control = async (method: string, path: string, body?: unknown) => {
    const answer = await google.sandbox.fetch(`${google.sandbox.urls().control}/google${path}`, {
      method,
      ...(body !== undefined && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? null : JSON.parse(text) };
  };
  return { ...google, control };
}

const events = `/calendars/${ANNA}/events`;

describe('editing by human hand', () => {
  it('creates, reads, edits, deletes and restores', async () => {
    const { control } = withControl();
    const created = await control('POST', events, anEvent({ id: 'event1', eventType: 'fromGmail' }));
    expect(created).toMatchObject({ status: 201, body: { id: 'event1', eventType: 'fromGmail' } });
    const edited = await control('PATCH', `${events}/event1`, { summary: 'Edited', location: 'Here' });
    expect(edited.body).toMatchObject({ summary: 'Edited', location: 'Here', creator: { email: ANNA } });
    expect((await control('DELETE', `${events}/event1`)).status).toBe(204);
    expect((await control('GET', events)).body).toEqual({ items: [] });
    expect((await control('GET', `${events}?deleted=true`)).body.items).toMatchObject([
      { status: 'cancelled' },
    ]);
    await control('PATCH', `${events}/event1`, { status: 'confirmed' });
    expect((await control('GET', `${events}/event1`)).body).toMatchObject({ status: 'confirmed' });
    expect((await control('GET', `${events}/event2`)).status).toBe(404);
    expect((await control('POST', events, { summary: 'No times' })).status).toBe(400);
    expect((await control('POST', '/calendars/nobody/events', anEvent())).status).toBe(400);
  });

  it('moves an event, an occurrence, a series, and between days and hours', async () => {
    const { control, google } = withControl();
    google.addEvent(ANNA, anEvent({ id: 'event1' }));
    google.addEvent(ANNA, aSeries({ id: 'series1' }));
    const move = async (id: string, body: unknown) =>
      (await control('POST', `${events}/${id}/move`, body)).body;
    expect(await move('event1', { byMinutes: 90 })).toMatchObject({
      start: { dateTime: '2026-03-10T11:30:00Z' },
      end: { dateTime: '2026-03-10T12:30:00Z' },
    });
    expect(
      await move('event1', { start: { dateTime: '2026-07-10T10:00:00', timeZone: LONDON } }),
    ).toMatchObject({
      start: { dateTime: '2026-07-10T10:00:00+01:00' },
      end: { dateTime: '2026-07-10T11:00:00+01:00' },
    });
    const day = { start: { date: '2026-07-11' }, end: { date: '2026-07-12' } };
    expect(await move('event1', day)).toMatchObject(day);
    expect(await move('event1', { byMinutes: 24 * 60 })).toMatchObject({ start: { date: '2026-07-12' } });
    const occurrence = 'series1_20260403T080000Z';
    expect(await move(occurrence, { start: { dateTime: '2026-04-02T15:00:00Z' } })).toMatchObject({
      id: occurrence,
      start: { dateTime: '2026-04-02T16:00:00+01:00' },
      originalStartTime: { dateTime: '2026-04-03T09:00:00+01:00' },
    });
    expect(await move('series1', { byMinutes: 60 })).toMatchObject({
      start: { dateTime: '2026-03-20T10:00:00Z' },
    });
  });

  it('copies an event with all it carries, under another identity', async () => {
    const { control, google } = withControl();
    const tag = { private: { tag: 'ours' } };
    const original = google.addEvent(ANNA, anEvent({ id: 'event1', extendedProperties: tag }));
    const { body } = await control('POST', `${events}/event1/copy`, {
      start: { dateTime: '2026-03-12T10:00:00Z' },
      end: { dateTime: '2026-03-12T11:00:00Z' },
    });
    expect(body).toMatchObject({
      summary: 'Dentist',
      extendedProperties: tag,
      status: 'confirmed',
      sequence: 0,
    });
    expect(body.id).not.toBe(original.id);
    expect(body.iCalUID).not.toBe(original.iCalUID);
    expect((await control('POST', `${events}/event1/copy`)).body.start).toEqual(original.start);
  });

  it('makes an event recurring', async () => {
    const { control, google } = withControl();
    google.addEvent(ANNA, anEvent({ id: 'event1' }));
    const recurrence = ['RRULE:FREQ=DAILY;COUNT=2'];
    const { body } = await control('POST', `${events}/event1/recurrence`, { recurrence });
    expect(body).toMatchObject({ id: 'event1', recurrence });
    expect(google.event(ANNA, 'event1_20260311T100000Z')?.recurringEventId).toBe('event1');
  });

  it('clears a calendar, and that one only', async () => {
    const { control, google } = withControl();
    google.addEvent(ANNA, anEvent());
    google.addEvent(ANNA, aSeries({ id: 'series1' }));
    google.editEvent(ANNA, 'series1_20260403T080000Z', { summary: 'Edited' });
    google.addEvent(TEAM, anEvent());
    expect((await control('POST', `/calendars/${ANNA}/clear`)).body).toEqual({ deleted: 2 });
    expect(google.event(ANNA, 'series1_20260403T080000Z')?.status).toBe('cancelled');
    expect(google.events(TEAM)).toHaveLength(1);
    expect((await control('POST', `/calendars/${ANNA}/clear`)).body).toEqual({ deleted: 0 });
  });
});

describe('accounts and settings', () => {
  it('adds accounts and lists them', async () => {
    const { control } = withControl();
    const calendar = {
      id: 'cy@x.example',
      summary: 'Cy',
      timeZone: 'Asia/Tokyo',
      primary: true,
      accessRole: 'owner',
    };
    const account = { email: 'cy@x.example', sub: '1003', name: 'Cy', calendars: [calendar] };
    expect(await control('POST', '/accounts', account)).toEqual({
      status: 201,
      body: { email: 'cy@x.example' },
    });
    const { body } = await control('GET', '/accounts');
    expect(body.items.at(-1)).toEqual(account);
    const nowhere = { ...account, calendars: [{ ...calendar, id: 'x', timeZone: 'Mars' }] };
    expect((await control('POST', '/accounts', nowhere)).status).toBe(400);
  });

  it('changes settings one by one', async () => {
    const { control, sandbox, baseUrl } = withControl();
    expect((await control('GET', '/settings')).body).toEqual({
      autoApprove: null,
      rotateRefreshTokens: false,
      accessTokenSeconds: 3599,
    });
    await control('PATCH', '/settings', { autoApprove: BEN });
    const { body } = await control('PATCH', '/settings', { rotateRefreshTokens: true });
    expect(body).toEqual({ autoApprove: BEN, rotateRefreshTokens: true, accessTokenSeconds: 3599 });
    expect((await sandbox.fetch(authorizationUrl(baseUrl))).status).toBe(302);
    expect((await control('PATCH', '/settings', { autoAprove: BEN })).status).toBe(400);
  });

  it('revokes an account and expires sync tokens', async () => {
    const { control, google } = withControl();
    expect((await control('POST', `/accounts/${ANNA}/revoke`)).status).toBe(204);
    expect((await control('POST', '/sync-tokens/expire', { calendarId: ANNA })).status).toBe(204);
    expect([google.calendar(ANNA).epoch, google.calendar(TEAM).epoch]).toEqual([1, 0]);
    expect((await control('POST', '/sync-tokens/expire')).status).toBe(204);
    expect([google.calendar(ANNA).epoch, google.calendar(TEAM).epoch]).toEqual([2, 1]);
  });
});

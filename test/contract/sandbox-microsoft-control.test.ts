import { describe, expect, it } from 'vitest';
import { outlookCalendarId } from '../../src/sandbox/seed-outlook.ts';
import {
  ANNA,
  anEvent,
  aSeries,
  BEN,
  CALENDAR,
  created,
  createMicrosoft,
  LONDON,
  officialClient,
  refusal,
  round,
  TAG,
  TEAM,
} from './sandbox-microsoft-fixture.ts';

function withControl() {
  const fixture = createMicrosoft();
  const control = async (method: string, path: string, body?: unknown) => {
    const answer = await fixture.sandbox.fetch(`${fixture.sandbox.urls().control}/microsoft${path}`, {
      method,
      ...(body !== undefined && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? null : JSON.parse(text) };
  };
  return { ...fixture, control };
}

const events = `/calendars/${CALENDAR}/events`;
const at = (date: string, time = '10:00') => ({ dateTime: `${date}T${time}:00`, timeZone: LONDON });

describe('editing by human hand', () => {
  it('creates, reads, edits, deletes and restores', async () => {
    const { control } = withControl();
    const { status, body } = await control('POST', events, {
      ...anEvent(),
      isCancelled: true,
      organizer: { emailAddress: { address: 'boss@x.example' } },
      responseStatus: { response: 'declined' },
      originalStartTimeZone: 'tzone://Microsoft/Custom',
    });
    expect([status, body]).toMatchObject([
      201,
      {
        isCancelled: true,
        isOrganizer: false,
        organizer: { emailAddress: { name: 'boss@x.example', address: 'boss@x.example' } },
        responseStatus: { response: 'declined', time: '0001-01-01T00:00:00Z' },
        originalStartTimeZone: 'tzone://Microsoft/Custom',
        originalEndTimeZone: LONDON,
      },
    ]);
    const one = `${events}/${body.id}`;
    expect((await control('PATCH', one, { subject: 'Edited' })).body).toMatchObject({
      subject: 'Edited',
      isCancelled: true,
      originalStartTimeZone: 'tzone://Microsoft/Custom',
    });
    expect((await control('DELETE', one)).status).toBe(204);
    expect((await control('GET', events)).body).toEqual({ items: [] });
    expect((await control('GET', one)).status).toBe(404);
    expect((await control('POST', `${one}/restore`)).body).toMatchObject({ id: body.id, subject: 'Edited' });
    expect((await control('GET', one)).status).toBe(200);
    expect((await control('POST', events, { subject: 'No times' })).status).toBe(400);
    expect((await control('POST', '/calendars/nobody/events', anEvent())).status).toBe(400);
    expect((await control('DELETE', `${events}/nonsense`)).status).toBe(400);
  });

  it('moves an event, an occurrence and a series, between days and hours', async () => {
    const { control, microsoft } = withControl();
    const single = microsoft.addEvent(CALENDAR, anEvent()).id;
    const series = microsoft.addEvent(CALENDAR, aSeries()).id;
    const move = async (id: string, body: unknown) =>
      (await control('POST', `${events}/${id}/move`, body)).body;
    expect(await move(single, { byMinutes: 90 })).toMatchObject({
      start: { dateTime: '2026-03-10T11:30:00.0000000' },
      end: { dateTime: '2026-03-10T12:30:00.0000000' },
    });
    expect(await move(single, { start: at('2026-07-10') })).toMatchObject({
      start: { dateTime: '2026-07-10T09:00:00.0000000' },
      end: { dateTime: '2026-07-10T10:00:00.0000000' },
    });
    microsoft.editEvent(CALENDAR, single, {
      isAllDay: true,
      start: at('2026-07-10', '00:00'),
      end: at('2026-07-12', '00:00'),
    });
    expect(await move(single, { start: at('2026-07-20', '00:00') })).toMatchObject({
      start: { dateTime: '2026-07-20T00:00:00.0000000' },
      end: { dateTime: '2026-07-22T00:00:00.0000000' },
    });
    expect(await move(series, { byMinutes: 60 })).toMatchObject({
      start: { dateTime: '2026-03-20T10:00:00.0000000' },
    });
    expect((await control('POST', `${events}/${series}/move`, { start: 'tomorrow' })).status).toBe(400);
  });

  it('edits, moves and deletes one occurrence', async () => {
    const fixture = withControl();
    const { control, microsoft } = fixture;
    microsoft.addEvent(CALENDAR, aSeries());
    const client = await officialClient(fixture);
    const [, third, fourth] = (await round(client, fixture)).entries.slice(1);
    const one = `${events}/${third?.id}`;
    expect((await control('PATCH', one, { subject: 'Edited' })).body).toMatchObject({ type: 'exception' });
    const moved = await control('POST', `${one}/move`, { start: at('2026-03-26', '15:00') });
    expect(moved.body).toMatchObject({
      subject: 'Edited',
      start: { dateTime: '2026-03-26T15:00:00.0000000' },
    });
    expect(await control('POST', `${one}/move`, { byMinutes: 20_000 })).toMatchObject({
      status: 400,
      body: { error: { code: 'ErrorOccurrenceCrossingBoundary' } },
    });
    await control('DELETE', `${events}/${fourth?.id}`);
    expect((await control('GET', `${events}/${fourth?.id}`)).status).toBe(404);
    expect((await control('POST', `${events}/${fourth?.id}/restore`)).status).toBe(404);
    expect((await control('GET', events)).body.items).toMatchObject([
      { type: 'seriesMaster' },
      { type: 'exception', subject: 'Edited' },
    ]);
  });

  it('copies an event with all it carries, under another identity', async () => {
    const { control, microsoft } = withControl();
    const tag = { id: TAG, value: 'ours' };
    const original = microsoft.addEvent(
      CALENDAR,
      anEvent({ transactionId: 'bk_1', singleValueExtendedProperties: [tag], body: { content: 'Hi' } }),
    );
    const { body } = await control('POST', `${events}/${original.id}/copy`, {
      start: at('2026-03-12'),
      end: at('2026-03-12', '11:00'),
    });
    expect(body).toMatchObject({
      subject: 'Dentist',
      transactionId: 'bk_1',
      singleValueExtendedProperties: [tag],
      body: original.body,
      start: { dateTime: '2026-03-12T10:00:00.0000000' },
    });
    expect(body.id).not.toBe(original.id);
    expect(body.iCalUId).not.toBe(original.iCalUId);
    const series = microsoft.addEvent(CALENDAR, aSeries());
    expect((await control('POST', `${events}/${series.id}/copy`)).body.recurrence).toEqual(series.recurrence);
  });

  it('makes an event recurring', async () => {
    const { control, microsoft } = withControl();
    const { id } = microsoft.addEvent(CALENDAR, anEvent());
    const pattern = { type: 'daily', interval: 2 };
    const { body } = await control('POST', `${events}/${id}/recurrence`, { pattern });
    expect(body).toMatchObject({
      id,
      type: 'seriesMaster',
      recurrence: { pattern, range: { type: 'noEnd', startDate: '2026-03-10' } },
    });
  });

  it('clears a calendar, and that one only', async () => {
    const { control, microsoft } = withControl();
    microsoft.addEvent(CALENDAR, anEvent());
    microsoft.addEvent(CALENDAR, aSeries());
    microsoft.addEvent(TEAM, anEvent());
    expect((await control('POST', `/calendars/${CALENDAR}/clear`)).body).toEqual({ deleted: 2 });
    expect([microsoft.events(CALENDAR), microsoft.events(TEAM)]).toMatchObject([[], [{}]]);
  });
});

describe('accounts and settings', () => {
  it('adds accounts and lists them', async () => {
    const { control, tenant } = withControl();
    const calendar = { id: 'AAMkCy=', name: 'Calendar', isDefault: true, canEdit: true };
    const account = {
      email: 'cy@x.example',
      name: 'Cy',
      oid: 'oid-cy',
      timeZone: 'Asia/Tokyo',
      calendars: [calendar],
    };
    expect(await control('POST', '/accounts', account)).toEqual({
      status: 201,
      body: { email: 'cy@x.example' },
    });
    const { timeZone, ...listed } = account;
    expect((await control('GET', '/accounts')).body.items.at(-1)).toEqual({
      ...listed,
      tenantId: tenant,
      calendars: [{ ...calendar, timeZone }],
    });
    expect((await control('POST', '/accounts', { ...account, timeZone: 'Mars' })).status).toBe(400);
  });

  it('changes settings one by one', async () => {
    const { control } = withControl();
    expect((await control('GET', '/settings')).body).toEqual({
      autoApprove: null,
      rotateRefreshTokens: true,
      accessTokenSeconds: 3599,
    });
    await control('PATCH', '/settings', { autoApprove: BEN });
    const { body } = await control('PATCH', '/settings', { accessTokenSeconds: 60 });
    expect(body).toEqual({ autoApprove: BEN, rotateRefreshTokens: true, accessTokenSeconds: 60 });
    expect((await control('PATCH', '/settings', { autoAprove: BEN })).status).toBe(400);
  });

  it('revokes an account and expires delta tokens', async () => {
    const fixture = withControl();
    const { control } = fixture;
    const client = await officialClient(fixture);
    await created(client);
    const start = await round(client, fixture);
    const again = () => round(client, fixture, { from: start });
    expect((await control('POST', '/delta-tokens/expire', { calendarId: TEAM })).status).toBe(204);
    expect((await again()).entries).toEqual([]);
    await control('POST', '/delta-tokens/expire', { calendarId: CALENDAR, code: 'resyncRequired' });
    expect(await refusal(again())).toBe('410 resyncRequired');
    await control('POST', '/delta-tokens/expire');
    expect(await refusal(again())).toBe('410 syncStateNotFound');
    expect((await control('POST', `/accounts/${ANNA}/revoke`)).status).toBe(204);
    expect(await refusal(again())).toBe('401 InvalidAuthenticationToken');
  });
});

describe('the made-up company', () => {
  it('has technicians with Outlook calendars, with every kind of event that syncing must tell apart', () => {
    const { sandbox } = createMicrosoft();
    sandbox.reset({ bookings: 0 });
    const { microsoft } = sandbox;
    expect(microsoft.accounts().map(({ name }) => name)).toEqual(['Amira Khan', 'Ben Whitfield']);
    const seeded = microsoft.events(outlookCalendarId(0));
    const values = (name: string) => new Set(seeded.map((event) => event[name]));
    expect(values('showAs')).toEqual(new Set(['busy', 'oof', 'workingElsewhere', 'tentative', 'free']));
    expect(values('type')).toEqual(new Set(['seriesMaster', 'singleInstance']));
    for (const name of ['isAllDay', 'isCancelled', 'isOrganizer'])
      expect(values(name)).toEqual(new Set([true, false]));
    expect(values('sensitivity')).toContain('private');
    expect(values('originalStartTimeZone')).toEqual(
      new Set(['GMT Standard Time', 'tzone://Microsoft/Custom']),
    );
    const responses = seeded.map((event) => (event.responseStatus as { response: string }).response);
    expect(new Set(responses)).toEqual(new Set(['accepted', 'organizer', 'tentativelyAccepted', 'declined']));
  });

  it('has as many as there are technicians, with nothing in their calendars if that is asked for', () => {
    const { sandbox } = createMicrosoft();
    sandbox.reset({ bookings: 0, technicians: 1, personalEvents: false });
    expect(sandbox.microsoft.accounts()).toHaveLength(1);
    expect(sandbox.microsoft.events(outlookCalendarId(0))).toEqual([]);
  });
});

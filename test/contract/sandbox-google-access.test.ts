import { describe, expect, it } from 'vitest';
import {
  ANNA,
  anEvent,
  BEN,
  createGoogle,
  LONDON,
  listAll,
  officialClient,
  READ_SCOPES,
  refusal,
  TEAM,
} from './sandbox-google-fixture.ts';

const calendarId = 'primary';

describe('access', () => {
  it('lists the calendars of an account, page by page', async () => {
    const client = await officialClient(createGoogle(), BEN);
    const first = await client.calendarList.list({ maxResults: 2 });
    expect(first.data.items).toMatchObject([
      { id: BEN, summary: 'Ben', primary: true, accessRole: 'owner', timeZone: LONDON, selected: true },
      { id: TEAM, summary: 'Team', accessRole: 'reader' },
    ]);
    const pageToken = first.data.nextPageToken ?? '';
    const second = await client.calendarList.list({ maxResults: 2, pageToken });
    expect(second.data.items).toMatchObject([{ id: ANNA, accessRole: 'freeBusyReader' }]);
    expect(second.data.nextPageToken).toBeUndefined();
    const writable = await client.calendarList.list({ minAccessRole: 'writer' });
    expect(writable.data.items?.map(({ id }) => id)).toEqual([BEN]);
    const team = await client.calendarList.get({ calendarId: TEAM });
    expect(team.data.accessRole).toBe('reader');
  });

  it('shows a shared calendar’s events to both, and lets only its writers write', async () => {
    const google = createGoogle();
    const anna = await officialClient(google, ANNA);
    const ben = await officialClient(google, BEN);
    await anna.events.insert({ calendarId: TEAM, requestBody: anEvent({ id: 'event1' }) });
    await anna.events.insert({
      calendarId: TEAM,
      requestBody: anEvent({ id: 'event2', visibility: 'private', location: 'Hidden' }),
    });
    const { items } = await listAll(ben, { calendarId: TEAM });
    expect(items[0]).toMatchObject({ id: 'event1', summary: 'Dentist', creator: { email: ANNA } });
    expect(items[0]?.organizer).toMatchObject({ email: TEAM, displayName: 'Team', self: true });
    expect(items[1]).toMatchObject({ id: 'event2', visibility: 'private' });
    expect(items[1]).not.toHaveProperty('summary');
    expect(items[1]).not.toHaveProperty('location');
    const writes = [
      () => ben.events.insert({ calendarId: TEAM, requestBody: anEvent() }),
      () => ben.events.patch({ calendarId: TEAM, eventId: 'event1', requestBody: {} }),
      () => ben.events.delete({ calendarId: TEAM, eventId: 'event1' }),
    ];
    for (const write of writes) expect(await refusal(write())).toBe('403 requiredAccessLevel');
    expect(await refusal(anna.events.list({ calendarId: BEN }))).toBe('404 notFound');
  });

  it('shows only when somebody is busy to who may see no more', async () => {
    const google = createGoogle();
    google.google.addEvent(
      ANNA,
      anEvent({ id: 'event1', description: 'Root canal', attendees: [{ email: BEN }] }),
    );
    const ben = await officialClient(google, BEN);
    const { data } = await ben.events.list({ calendarId: ANNA });
    expect(data.accessRole).toBe('freeBusyReader');
    const [event] = data.items ?? [];
    expect(event).toMatchObject({ id: 'event1', start: { dateTime: '2026-03-10T10:00:00Z' } });
    expect(JSON.stringify(event)).not.toMatch(/Dentist|Root canal|attendees|creator/);
  });

  it('holds a token to its scopes', async () => {
    const google = createGoogle();
    const reader = await officialClient(google, ANNA, READ_SCOPES);
    google.google.addEvent(ANNA, anEvent({ id: 'event1' }));
    expect((await listAll(reader)).items).toHaveLength(1);
    expect((await reader.calendarList.list()).data.items).toHaveLength(2);
    const write = reader.events.insert({ calendarId, requestBody: anEvent() });
    expect(await refusal(write)).toBe('403 insufficientPermissions');
    const signedIn = await officialClient(google, ANNA, 'openid email');
    expect(await refusal(signedIn.calendarList.list())).toBe('403 insufficientPermissions');
    expect(await refusal(signedIn.events.list({ calendarId }))).toBe('403 insufficientPermissions');
  });

  it('answers unknown paths in its own words', async () => {
    const { sandbox, baseUrl } = createGoogle();
    const answer = await sandbox.fetch(`${baseUrl}/calendar/v3/nothing/here`);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ error: { code: 404, errors: [{ reason: 'notFound' }] } });
  });
});

import { describe, expect, it } from 'vitest';
import type { FaultRule } from '../../src/sandbox/faults.ts';
import { MICROSOFT_SANDBOX_TENANT } from '../../src/sandbox/microsoft/state.ts';
import { createJob, describeWritableProvider, IDENTITY, JOB, owned, pull } from './provider-contract.ts';
import { CALENDAR, EMAIL, openMicrosoft } from './provider-microsoft-world.ts';

describeWritableProvider('Microsoft', () => openMicrosoft());

describe('Microsoft: the sign-in', () => {
  it('tells who it is and what may be done', async () => {
    const { account } = await openMicrosoft();
    expect(account).toMatchObject({ email: EMAIL, access: 'write' });
    expect(account.subject).toBe(`${MICROSOFT_SANDBOX_TENANT}/oid-tess`);
    expect((await openMicrosoft('read')).account.access).toBe('read');
  });

  it('reads but does not write with read access', async () => {
    const world = await openMicrosoft('read');
    world.person.add('Dentist', '2026-11-24T08:00:00Z');
    expect((await pull(world)).events).toHaveLength(1);
    await expect(createJob(world)).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      detail: 'ErrorAccessDenied',
    });
    expect(await world.provider.listCalendars()).toEqual([
      { id: CALENDAR, name: 'Calendar', timeZone: 'UTC', primary: true, writable: true },
      { id: 'AQMkTeamCalendar=', name: 'Team', timeZone: 'UTC', primary: false, writable: false },
    ]);
  });

  it.each([true, false])(
    'outlives its access tokens (refresh tokens rotate: %s)',
    async (rotateRefreshTokens) => {
      const world = await openMicrosoft();
      world.sandbox.microsoft.configure({ rotateRefreshTokens });
      const before = world.tokens();
      for (let hour = 0; hour < 3; hour += 1) {
        world.clock.advance(3_600_000);
        await pull(world);
      }
      expect(world.tokens().accessToken).not.toBe(before.accessToken);
      expect(world.tokens().refreshToken !== before.refreshToken).toBe(rotateRefreshTokens);
    },
  );

  it('ends when it is revoked, with a sentence that says so', async () => {
    const world = await openMicrosoft();
    world.sandbox.microsoft.revokeAccount(EMAIL);
    await expect(pull(world)).rejects.toMatchObject({
      code: 'AUTH_EXPIRED',
      message: expect.stringContaining('sign in again'),
    });
  });
});

describe('Microsoft: what the technician added to an exported event', () => {
  const theirs = {
    categories: ['Red'],
    sensitivity: 'private',
    isReminderOn: true,
    reminderMinutesBeforeStart: 90,
    attendees: [{ type: 'required', emailAddress: { name: 'Col', address: 'colleague@example.com' } }],
  };

  it.each(['free', 'oof', 'workingElsewhere'])('stays through an update, shown as %s', async (showAs) => {
    const world = await openMicrosoft();
    const { id } = await createJob(world);
    world.sandbox.microsoft.editEvent(CALENDAR, id, { ...theirs, showAs });
    const seen = (await pull(world)).events.find((event) => event.id === id);
    const prepared = world.provider.prepareUpdate(id, { ...JOB, title: 'New title' }, IDENTITY, seen);
    const updated = await world.provider.update(CALENDAR, prepared, seen?.etag ?? null);
    expect(updated).toMatchObject({ title: 'New title', status: 'confirmed', visibility: 'private' });
    const { attendees, ...rest } = theirs;
    expect(world.sandbox.microsoft.event(CALENDAR, id)).toMatchObject({
      ...rest,
      showAs,
      attendees: [expect.objectContaining(attendees[0])],
    });
  });

  it.each<['confirmed' | 'tentative', string]>([
    ['confirmed', 'busy'],
    ['tentative', 'tentative'],
  ])('gives way where it hides that the booking is %s', async (status, showAs) => {
    const world = await openMicrosoft();
    const before = status === 'confirmed' ? 'tentative' : 'confirmed';
    const seen = await createJob(world, { ...JOB, status: before });
    const prepared = world.provider.prepareUpdate(seen.id, { ...JOB, status }, IDENTITY, seen);
    expect((await world.provider.update(CALENDAR, prepared, seen.etag)).status).toBe(status);
    expect(world.sandbox.microsoft.event(CALENDAR, seen.id)).toMatchObject({ showAs });
  });

  it('does not make a copy of it ours, before an update and after', async () => {
    const world = await openMicrosoft();
    const prepared = world.provider.prepareCreate(CALENDAR, JOB, IDENTITY);
    const { id } = await world.provider.create(CALENDAR, prepared);
    const copies = [world.sandbox.microsoft.copyEvent(CALENDAR, id).id];
    await world.provider.update(CALENDAR, world.provider.prepareUpdate(id, JOB, IDENTITY), null);
    copies.push(world.sandbox.microsoft.copyEvent(CALENDAR, id).id);
    const { events } = await pull(world);
    expect(events.map((event) => [event.id, event.tag?.self])).toEqual(
      [id, ...copies].map((each) => [each, id]),
    );
    expect(await world.provider.get(CALENDAR, prepared.eventId)).toMatchObject({ event: { id } });
    world.person.delete(id);
    expect(await world.provider.get(CALENDAR, prepared.eventId)).toEqual({ kind: 'missing' });
  });

  it('does not make another text of what it says, however Outlook words it', async () => {
    const world = await openMicrosoft();
    const seen = await createJob(world);
    world.sandbox.microsoft.editEvent(CALENDAR, seen.id, {
      body: {
        contentType: 'html',
        content: '<div style="color:#123">Bring the&nbsp;long <b>ladder</b></div>\r\n<div>Ring twice</div>',
      },
    });
    expect((await pull(world)).events.map(({ description }) => description)).toEqual([JOB.description]);
  });
});

describe('Microsoft: an event that is created again', () => {
  it('is the same, and is not written over, when it was edited meanwhile', async () => {
    const world = await openMicrosoft();
    const prepared = world.provider.prepareCreate(CALENDAR, JOB, IDENTITY);
    const { id } = await world.provider.create(CALENDAR, prepared);
    const update = world.provider.prepareUpdate(
      id,
      { ...JOB, location: 'Elsewhere' },
      { ...IDENTITY, sent: 'f.g.h.i.j' },
    );
    await world.provider.update(CALENDAR, update, null);
    world.sandbox.microsoft.moveEvent(CALENDAR, id, { byMinutes: 60 });
    await expect(world.provider.create(CALENDAR, prepared)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await world.provider.get(CALENDAR, prepared.eventId)).toMatchObject({
      kind: 'found',
      event: {
        id,
        location: 'Elsewhere',
        time: { start: '2026-11-24T10:00:00.000Z' },
        tag: { sent: 'f.g.h.i.j' },
      },
    });
  });

  it('is refused with other bytes, and found by the name it was created under', async () => {
    const world = await openMicrosoft();
    const { id } = await createJob(world);
    const prepared = world.provider.prepareCreate(CALENDAR, { ...JOB, title: 'Other' }, IDENTITY);
    await expect(world.provider.create(CALENDAR, prepared)).rejects.toMatchObject({
      code: 'CONFLICT',
      detail: 'ErrorDuplicateTransactionId',
      effect: 'none',
    });
    expect(await world.provider.get(CALENDAR, prepared.eventId)).toMatchObject({ event: { id } });
  });

  it('is one event although the answer was lost', async () => {
    const world = await openMicrosoft();
    world.fault({ method: 'POST', path: '/events', effect: { kind: 'drop', when: 'after' } });
    const { id } = await createJob(world);
    const { events } = await pull(world);
    expect(events.map((event) => [event.id, event.tag?.sent])).toEqual([[id, IDENTITY.sent]]);
  });

  it('says so when its tag could not be completed', async () => {
    const world = await openMicrosoft();
    const effect = { kind: 'status', status: 403 } as const;
    world.fault({ method: 'PATCH', path: '/events', effect });
    const created = await createJob(world);
    expect(created.tag).toEqual({ ...IDENTITY, self: '' });
    expect((await pull(world)).events).toEqual([created]);
  });
});

describe('Microsoft: a bad day', () => {
  it.each<[string, FaultRule['effect']]>([
    ['the connection drops', { kind: 'drop', when: 'before' }],
    ['it is overloaded', { kind: 'status', status: 503, retryAfterSeconds: 3 }],
    ['there are too many requests', { kind: 'status', status: 429, retryAfterSeconds: 2 }],
    ['it does not answer in time', { kind: 'status', status: 504 }],
  ])('is got over when %s', async (_, effect) => {
    const world = await openMicrosoft();
    world.fault({ method: 'POST', path: '/events', times: 2, effect });
    expect(owned(await createJob(world))).toEqual(JOB);
    expect(world.requests('POST')).toBe(3);
  });

  it('waits as long as it is told to', async () => {
    const world = await openMicrosoft();
    world.fault({ path: 'delta', effect: { kind: 'status', status: 429, retryAfterSeconds: 7 } });
    await pull(world);
    const [first, second] = world.sandbox.faults.journal.entries({ path: /delta/ });
    expect(Date.parse(second?.at ?? '') - Date.parse(first?.at ?? '')).toBeGreaterThanOrEqual(7000);
  });

  it('takes a precondition that fails while reading for what it is', async () => {
    const world = await openMicrosoft();
    const { id } = await createJob(world);
    world.fault({ method: 'GET', effect: { kind: 'status', status: 412 } });
    expect((await world.provider.get(CALENDAR, id)).kind).toBe('found');
  });

  it('deletes although the answer was lost', async () => {
    const world = await openMicrosoft();
    const { id, etag } = await createJob(world);
    world.fault({ method: 'DELETE', effect: { kind: 'drop', when: 'after' } });
    await world.provider.delete(CALENDAR, id, etag);
    expect((await pull(world)).events).toEqual([]);
  });

  it('ends as offline when nobody answers', async () => {
    const world = await openMicrosoft();
    world.fault({ times: null, effect: { kind: 'drop', when: 'before' } });
    await expect(pull(world)).rejects.toMatchObject({ code: 'OFFLINE' });
  });

  it('gets a fresh token when the one in hand is refused', async () => {
    const world = await openMicrosoft();
    const before = world.tokens().accessToken;
    world.fault({ path: 'delta', effect: { kind: 'status', status: 401 } });
    await pull(world);
    expect(world.tokens().accessToken).not.toBe(before);
  });

  it('never has more than four requests under way', async () => {
    const world = await openMicrosoft();
    const jobs = Array.from({ length: 12 }, (_, n) =>
      createJob(world, JOB, { ...IDENTITY, bookingId: `bk_${n}` }),
    );
    expect(new Set((await Promise.all(jobs)).map(({ id }) => id)).size).toBe(12);
    const refused = world.sandbox.faults.journal
      .entries({ path: /v1\.0/ })
      .filter(({ status }) => status === 429);
    expect(refused).toEqual([]);
  });
});

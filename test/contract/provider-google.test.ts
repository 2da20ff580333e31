import { describe, expect, it } from 'vitest';
import { revoke } from '../../src/main/auth/oauth-client.ts';
import { googleOAuthService } from '../../src/main/auth/oauth-settings.ts';
import type { FaultRule } from '../../src/sandbox/faults.ts';
import { createJob, describeWritableProvider, IDENTITY, JOB, owned, pull } from './provider-contract.ts';
import { GOOGLE_CALENDAR as EMAIL, openGoogle } from './provider-google-world.ts';

describeWritableProvider('Google', () => openGoogle());

describe('Google: the sign-in', () => {
  it('tells who it is and what may be done', async () => {
    expect((await openGoogle()).account).toMatchObject({
      subject: 'google-tess',
      email: EMAIL,
      access: 'write',
    });
    expect((await openGoogle('read')).account.access).toBe('read');
  });

  it('reads but does not write with read access', async () => {
    const world = await openGoogle('read');
    world.person.add('Dentist', '2026-11-24T08:00:00Z');
    expect((await pull(world)).events).toHaveLength(1);
    await expect(createJob(world)).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      detail: 'insufficientPermissions',
    });
    expect(await world.provider.listCalendars()).toHaveLength(2);
  });

  it.each([true, false])(
    'outlives its access tokens (refresh tokens rotate: %s)',
    async (rotateRefreshTokens) => {
      const world = await openGoogle();
      world.sandbox.google.configure({ rotateRefreshTokens });
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
    const world = await openGoogle();
    const service = googleOAuthService(world.sandbox.env());
    expect(await revoke(service, world.tokens(), world.sandbox.fetch)).toBe(true);
    await expect(pull(world)).rejects.toMatchObject({
      code: 'AUTH_EXPIRED',
      message: expect.stringContaining('sign in again'),
    });
  });
});

describe('Google: what the technician added to an exported event', () => {
  it('stays through an update', async () => {
    const world = await openGoogle();
    const { id } = await createJob(world);
    const theirs = {
      colorId: '7',
      transparency: 'transparent',
      visibility: 'private',
      attendees: [{ email: 'colleague@example.com', responseStatus: 'accepted' }],
      reminders: { useDefault: false, overrides: [{ method: 'popup', minutes: 90 }] },
      extendedProperties: { private: { somebodyElse: 'x' }, shared: { also: 'y' } },
    };
    world.sandbox.google.editEvent(EMAIL, id, theirs);
    const prepared = world.provider.prepareUpdate(id, { ...JOB, title: 'New title' }, IDENTITY);
    const updated = await world.provider.update(EMAIL, prepared, null);
    expect(updated).toMatchObject({ title: 'New title', transparency: 'free', visibility: 'private' });
    expect(world.sandbox.google.event(EMAIL, id)).toMatchObject({
      ...theirs,
      attendees: [expect.objectContaining({ email: 'colleague@example.com', responseStatus: 'accepted' })],
    });
  });

  it('does not make a copy of it ours', async () => {
    const world = await openGoogle();
    const { id } = await createJob(world);
    const copy = world.sandbox.google.copyEvent(EMAIL, id);
    const { events } = await pull(world);
    expect(events.find((event) => event.id === copy.id)?.tag?.self).toBe(id);
  });
});

describe('Google: a deleted event', () => {
  it('still tells by its id what was last written', async () => {
    const world = await openGoogle();
    const { id } = await createJob(world);
    world.person.delete(id);
    const lookup = await world.provider.get(EMAIL, id);
    expect(lookup.kind).toBe('cancelled');
  });

  it('is one removal, where it was one occurrence of a series', async () => {
    const world = await openGoogle();
    const id = world.person.add('Daily', '2026-11-24T08:00:00Z');
    world.person.repeat(id, 3);
    const { events, cursor } = await pull(world);
    world.person.delete(events[1]?.id ?? '');
    expect((await pull(world, cursor)).changes).toEqual([
      { kind: 'removed', id: events[1]?.id, seriesId: id, proof: 'cancelled' },
    ]);
  });
});

describe('Google: listings', () => {
  it('come in pages of 2,500, the cursor with the last', async () => {
    const world = await openGoogle();
    const start = Date.parse('2026-11-02T00:00:00Z');
    for (let n = 0; n < 2600; n += 1) {
      world.person.add(`Event ${n}`, new Date(start + n * 600_000).toISOString());
    }
    const { pages, events } = await pull(world);
    expect(
      pages.map((page) => page.kind === 'page' && [page.changes.length, page.nextCursor !== null]),
    ).toEqual([
      [2500, false],
      [100, true],
    ]);
    expect(new Set(events.map(({ id }) => id)).size).toBe(2600);
  });

  it('say so when their cursor has expired, and begin anew', async () => {
    const world = await openGoogle();
    world.person.add('Kept', '2026-11-24T08:00:00Z');
    const { cursor } = await pull(world);
    world.sandbox.google.expireSyncTokens();
    expect((await pull(world, cursor)).pages).toEqual([{ kind: 'cursor-expired' }]);
    expect((await pull(world, 'not a cursor at all')).pages).toEqual([{ kind: 'cursor-expired' }]);
    expect((await pull(world)).events).toHaveLength(1);
  });

  it.each(['repeat-page', 'endless-pages'])('end in an error when they do not end: %s', async (name) => {
    const world = await openGoogle();
    for (let n = 0; n < 2501; n += 1) world.person.add(`Event ${n}`, '2026-11-24T08:00:00Z');
    world.fault({ times: null, effect: { kind: 'hook', name } });
    await expect(pull(world)).rejects.toMatchObject({ code: 'PROVIDER_ERROR' });
  });

  it('end in an error when a page is cut off', async () => {
    const world = await openGoogle();
    world.person.add('Kept', '2026-11-24T08:00:00Z');
    world.fault({ path: '/events', effect: { kind: 'truncate' } });
    await expect(pull(world)).rejects.toMatchObject({ code: 'PROVIDER_ERROR' });
    expect((await pull(world)).events).toHaveLength(1);
  });
});

describe('Google: a bad day', () => {
  it.each<[string, FaultRule['effect']]>([
    ['the connection drops', { kind: 'drop', when: 'before' }],
    ['it is overloaded', { kind: 'status', status: 503, retryAfterSeconds: 3 }],
    ['there are too many requests', { kind: 'status', status: 429 }],
    ['there are too many requests, as 403', { kind: 'status', status: 403, reason: 'userRateLimitExceeded' }],
  ])('is got over when %s', async (_, effect) => {
    const world = await openGoogle();
    world.fault({ method: 'POST', path: '/events', times: 2, effect });
    expect(owned(await createJob(world))).toEqual(JOB);
    expect(world.requests('POST')).toBe(3);
  });

  it('waits as long as it is told to', async () => {
    const world = await openGoogle();
    world.fault({ path: '/events', effect: { kind: 'status', status: 429, retryAfterSeconds: 7 } });
    await pull(world);
    const [first, second] = world.sandbox.faults.journal.entries({ path: /\/events/ });
    expect(Date.parse(second?.at ?? '') - Date.parse(first?.at ?? '')).toBeGreaterThanOrEqual(7000);
  });

  it('makes one event of a create whose answer was lost, and says that it does not know', async () => {
    const world = await openGoogle();
    world.fault({ method: 'POST', path: '/events', effect: { kind: 'drop', when: 'after' } });
    await expect(createJob(world)).rejects.toMatchObject({ code: 'CONFLICT', effect: 'unknown' });
    const { events } = await pull(world);
    expect(events.map(({ tag }) => tag?.sent)).toEqual([IDENTITY.sent]);
  });

  it('deletes although the answer was lost', async () => {
    const world = await openGoogle();
    const { id, etag } = await createJob(world);
    world.fault({ method: 'DELETE', effect: { kind: 'drop', when: 'after' } });
    await world.provider.delete(EMAIL, id, etag);
    expect((await pull(world)).events).toEqual([]);
  });

  it('ends as offline when nobody answers', async () => {
    const world = await openGoogle();
    world.fault({ times: null, effect: { kind: 'drop', when: 'before' } });
    await expect(pull(world)).rejects.toMatchObject({ code: 'OFFLINE' });
  });

  it('gets a fresh token when the one in hand is refused', async () => {
    const world = await openGoogle();
    const before = world.tokens().accessToken;
    world.fault({ path: '/events', effect: { kind: 'status', status: 401 } });
    await pull(world);
    expect(world.tokens().accessToken).not.toBe(before);
  });
});

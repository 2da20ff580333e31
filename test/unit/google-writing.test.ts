import { describe, expect, it } from 'vitest';
import { isGoogleRateLimit } from '../../src/main/providers/google/google-errors.ts';
import { AppError } from '../../src/shared/rpc/errors.ts';
import { CALENDAR, EVENTS, event, googleError, json, setUp } from './google-answers.ts';

describe('writing', () => {
  const desired = {
    time: {
      kind: 'timed',
      start: '2026-03-10T08:00:00.000Z',
      end: '2026-03-10T09:00:00.000Z',
      timeZone: 'Europe/Berlin',
    },
    title: 'Boiler service – Müller',
    description: '',
    location: '',
    status: 'confirmed',
  } as const;
  const identity = { bookingId: 'bk-1', incarnation: 0, scope: 'technician:t-1', sent: 'a.b.c.d.e' };

  it('creates with the exact bytes that were prepared, telling nobody', async () => {
    const { provider, sent } = setUp(json(event('whatever')));
    const prepared = provider.prepareCreate(CALENDAR, desired, identity);
    expect(await provider.create(CALENDAR, prepared)).toMatchObject({ id: 'whatever', etag: '"1"' });
    expect(sent[0]).toMatchObject({
      method: 'POST',
      path: EVENTS,
      query: { sendUpdates: 'none' },
      body: prepared.body,
    });
    expect(sent[0]?.headers.get('content-type')).toBe('application/json');
    expect(sent[0]?.headers.get('if-match')).toBeNull();
  });

  it.each(['.', '..'])(
    'never asks for an event or a calendar called %s, which would be another address',
    async (id) => {
      const { provider, sent } = setUp(json({}));
      const calls = [
        () => provider.get(CALENDAR, id),
        () => provider.delete(CALENDAR, id, null),
        () => provider.update(CALENDAR, { eventId: id, body: '{}' }, null),
        () => provider.create(id, { eventId: 'new', body: '{}' }),
      ];
      for (const call of calls) await expect(call()).rejects.toMatchObject({ detail: 'unaddressable' });
      expect(sent).toEqual([]);
    },
  );

  it('prepares the same id for the same booking, calendar, account and incarnation', () => {
    const { provider } = setUp();
    const first = provider.prepareCreate(CALENDAR, desired, identity);
    expect(provider.prepareCreate(CALENDAR, { ...desired, title: 'Other' }, identity).eventId).toBe(
      first.eventId,
    );
    expect(provider.prepareCreate(CALENDAR, desired, { ...identity, incarnation: 1 }).eventId).not.toBe(
      first.eventId,
    );
    expect(provider.prepareCreate('other', desired, identity).eventId).not.toBe(first.eventId);
  });

  it('names no zone that Google would refuse, and keeps the moments', () => {
    const { provider } = setUp();
    const time = { ...desired.time, timeZone: 'GMT Standard Time' };
    const { body } = provider.prepareCreate(CALENDAR, { ...desired, time }, identity);
    expect(JSON.parse(body)).toMatchObject({
      start: { dateTime: time.start, timeZone: 'UTC' },
      end: { dateTime: time.end, timeZone: 'UTC' },
    });
  });

  it.each([
    ['what was planned on', '"33"', '"33"'],
    ['whatever is there', null, null],
  ])('updates %s', async (_, etag, header) => {
    const { provider, sent } = setUp(json(event('abc')));
    const prepared = provider.prepareUpdate('abc', desired, identity);
    await provider.update(CALENDAR, prepared, etag);
    expect(sent[0]).toMatchObject({
      method: 'PATCH',
      path: `${EVENTS}/abc`,
      query: { sendUpdates: 'none' },
      body: prepared.body,
    });
    expect(sent[0]?.headers.get('if-match')).toBe(header);
  });

  it('does not believe a web page that something was deleted', async () => {
    const { provider } = setUp(
      new Response('<html>Sign in to Hotel Wi-Fi</html>', { headers: { 'content-type': 'text/html' } }),
    );
    await expect(provider.delete(CALENDAR, 'abc', '"33"')).rejects.toMatchObject({
      code: 'PROVIDER_ERROR',
      effect: 'unknown',
    });
  });

  it('deletes what it saw, and takes what is already gone for deleted', async () => {
    const { provider, sent } = setUp(
      new Response(null, { status: 204 }),
      googleError(410, 'deleted'),
      googleError(404, 'notFound'),
      googleError(412, 'conditionNotMet'),
    );
    await provider.delete(CALENDAR, 'abc', '"33"');
    await provider.delete(CALENDAR, 'abc', '"33"');
    await provider.delete(CALENDAR, 'abc', null);
    await expect(provider.delete(CALENDAR, 'abc', '"33"')).rejects.toMatchObject({
      code: 'PRECONDITION_FAILED',
    });
    expect(sent[0]).toMatchObject({
      method: 'DELETE',
      path: `${EVENTS}/abc`,
      query: { sendUpdates: 'none' },
      body: null,
    });
    expect(sent.map(({ headers }) => headers.get('if-match'))).toEqual(['"33"', '"33"', null, '"33"']);
  });

  it('does not know whether it took effect when the answer cannot be read', async () => {
    const { provider } = setUp(new Response('<html>'));
    const prepared = provider.prepareCreate(CALENDAR, desired, identity);
    await expect(provider.create(CALENDAR, prepared)).rejects.toMatchObject({
      code: 'PROVIDER_ERROR',
      effect: 'unknown',
    });
  });

  it('finds the event gone when the update is answered with a cancelled one', async () => {
    const { provider } = setUp(json({ id: 'abc', status: 'cancelled' }));
    const prepared = provider.prepareUpdate('abc', desired, identity);
    await expect(provider.update(CALENDAR, prepared, null)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('what Google refuses', () => {
  it.each([
    [400, 'invalid', 'INVALID_INPUT', 'none'],
    [401, 'authError', 'AUTH_EXPIRED', 'none'],
    [403, 'forbidden', 'PERMISSION_DENIED', 'none'],
    [403, 'insufficientPermissions', 'PERMISSION_DENIED', 'none'],
    [403, 'accessNotConfigured', 'PERMISSION_DENIED', 'none'],
    [403, 'requiredAccessLevel', 'PERMISSION_DENIED', 'none'],
    [403, 'rateLimitExceeded', 'RATE_LIMITED', 'none'],
    [403, 'userRateLimitExceeded', 'RATE_LIMITED', 'none'],
    [403, 'quotaExceeded', 'RATE_LIMITED', 'none'],
    [404, 'notFound', 'NOT_FOUND', 'none'],
    [409, 'duplicate', 'CONFLICT', 'none'],
    [410, 'deleted', 'NOT_FOUND', 'none'],
    [412, 'conditionNotMet', 'PRECONDITION_FAILED', 'none'],
    [429, 'rateLimitExceeded', 'RATE_LIMITED', 'none'],
    [500, 'backendError', 'PROVIDER_ERROR', 'unknown'],
    [503, 'backendError', 'PROVIDER_ERROR', 'unknown'],
  ])('%i %s is %s', async (status, reason, code, effect) => {
    const { provider } = setUp(googleError(status, reason));
    const failure = provider.update(CALENDAR, { eventId: 'abc', body: '{}' }, null);
    await expect(failure).rejects.toMatchObject({ code, effect, detail: reason });
    // A sentence, with what to do next.
    await expect(failure).rejects.toThrow(/\. ?.+\.$|: .+\. .+\.$/);
    expect(isGoogleRateLimit(status, await googleError(status, reason).text())).toBe(code === 'RATE_LIMITED');
  });

  it.each([
    ['no JSON', new Response('<html>Bad gateway</html>', { status: 502 }), 'PROVIDER_ERROR'],
    ['an empty body', new Response('', { status: 403 }), 'PERMISSION_DENIED'],
    ['an old style error', json({ error: 'forbidden' }, 403), 'PERMISSION_DENIED'],
    [
      'a redirect',
      new Response('', { status: 302, headers: { location: 'https://portal.example/' } }),
      'PROVIDER_ERROR',
    ],
  ])('is understood with %s', async (_, answer, code) => {
    const { provider } = setUp(answer);
    await expect(provider.get(CALENDAR, 'abc')).rejects.toMatchObject({ code });
  });

  it('says how long to wait', async () => {
    const { provider } = setUp(json({}, 429, { 'retry-after': '30' }));
    await expect(provider.get(CALENDAR, 'abc')).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      retryAfterSeconds: 30,
    });
  });

  it('is offline, with unknown effect, when there is no answer', async () => {
    const { provider } = setUp(new TypeError('fetch failed'));
    const failure = provider.create(CALENDAR, { eventId: 'abc', body: '{}' });
    await expect(failure).rejects.toMatchObject({ code: 'OFFLINE', effect: 'unknown' });
  });

  it('stays what it was when the token source said it', async () => {
    const { provider } = setUp(new AppError('AUTH_EXPIRED', 'Sign in again.'));
    await expect(provider.get(CALENDAR, 'abc')).rejects.toMatchObject({
      code: 'AUTH_EXPIRED',
      message: 'Sign in again.',
    });
  });

  it('may have had an effect when an earlier attempt of the same call may have', async () => {
    const { provider } = setUp(json({}, 429, { 'calendar-sync-effect': 'unknown' }));
    const failure = provider.create(CALENDAR, { eventId: 'abc', body: '{}' });
    await expect(failure).rejects.toMatchObject({ code: 'RATE_LIMITED', effect: 'unknown' });
  });
});

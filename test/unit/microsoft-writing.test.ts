import { describe, expect, it } from 'vitest';
import type { DesiredEvent } from '../../src/shared/domain/calendar-event.ts';
import { AppError } from '../../src/shared/rpc/errors.ts';
import { CALENDAR, EVENTS, event, graphError, json, setUp } from './microsoft-answers.ts';

const desired: DesiredEvent = {
  time: {
    kind: 'timed',
    start: '2026-03-10T08:00:00.000Z',
    end: '2026-03-10T09:00:00.000Z',
    timeZone: 'Europe/Berlin',
  },
  title: 'Boiler service – Müller',
  description: 'Ring twice',
  location: '',
  status: 'confirmed',
};
const identity = { bookingId: 'bk-1', incarnation: 0, scope: 'technician:t-1', sent: 'a.b.c.d.e' };

/** What Graph answers a create with: what was sent, in its own words. */
const echo = (id: string, body: string, more: object = {}): Response => {
  const sent = JSON.parse(body);
  return json(
    event(id, {
      transactionId: sent.transactionId,
      subject: sent.subject,
      body: { contentType: 'html', content: `<html><body>${sent.body.content}</body></html>` },
      ...more,
    }),
    201,
  );
};

describe('an id that cannot be part of an address', () => {
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
});

describe('creating', () => {
  it('sends the exact bytes that were prepared, then the tag with the id', async () => {
    const { body, eventId } = setUp().provider.prepareCreate(CALENDAR, desired, identity);
    const { provider, sent } = setUp(echo('new', body), json(event('new', { transactionId: eventId })));
    expect(await provider.create(CALENDAR, { eventId, body })).toMatchObject({
      id: 'new',
      tag: { ...identity, self: 'new' },
    });
    expect(sent).toHaveLength(2);
    expect(sent[0]).toMatchObject({ method: 'POST', path: EVENTS, body });
    expect(sent[0]?.headers.get('content-type')).toBe('application/json');
    expect(sent[0]?.headers.get('if-match')).toBeNull();
    expect(sent[1]).toMatchObject({ method: 'PATCH', path: `${EVENTS}/new` });
    const sealed = JSON.parse(String(sent[1]?.body));
    expect(Object.keys(sealed)).toEqual(['singleValueExtendedProperties']);
    expect(sealed.singleValueExtendedProperties).toHaveLength(1);
    expect(JSON.parse(sealed.singleValueExtendedProperties[0].value)).toEqual({ ...identity, self: 'new' });
  });

  it('says nothing of what is the technician’s', () => {
    const { body } = setUp().provider.prepareCreate(CALENDAR, desired, identity);
    expect(Object.keys(JSON.parse(body)).sort()).toEqual(
      [
        ['body', 'end', 'isAllDay', 'location', 'showAs', 'singleValueExtendedProperties'],
        ['start', 'subject', 'transactionId'],
      ].flat(),
    );
  });

  it('prepares the same bytes for the same thing, under another name for another', () => {
    const { provider } = setUp();
    const first = provider.prepareCreate(CALENDAR, desired, identity);
    expect(provider.prepareCreate(CALENDAR, desired, identity)).toEqual(first);
    expect(provider.prepareCreate(CALENDAR, { ...desired, title: 'Other' }, identity).eventId).toBe(
      first.eventId,
    );
    expect(provider.prepareCreate(CALENDAR, desired, { ...identity, incarnation: 1 }).eventId).not.toBe(
      first.eventId,
    );
    expect(provider.prepareCreate('other', desired, identity).eventId).not.toBe(first.eventId);
  });

  it('takes an answer that says something else for an event of before, and leaves that alone', async () => {
    const { body, eventId } = setUp().provider.prepareCreate(CALENDAR, desired, identity);
    const moved = { start: { dateTime: '2026-03-10T07:00:00.0000000', timeZone: 'UTC' } };
    const { provider, sent } = setUp(echo('old', body, moved));
    await expect(provider.create(CALENDAR, { eventId, body })).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(sent).toHaveLength(1);
  });
});

describe('completing the tag of what was created', () => {
  const { body, eventId } = setUp().provider.prepareCreate(CALENDAR, desired, identity);

  it('may fail', async () => {
    const { provider } = setUp(echo('new', body), graphError(500, 'ErrorInternalServerError'));
    expect(await provider.create(CALENDAR, { eventId, body })).toMatchObject({ id: 'new', tag: identity });
  });

  it('is waited for where it is to be asked for later, and so is everything after it', async () => {
    const later = graphError(429, 'ApplicationThrottled', { 'retry-after': '600' });
    const { provider } = setUp(echo('new', body), later);
    await expect(provider.create(CALENDAR, { eventId, body })).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      effect: 'unknown',
      retryAfterSeconds: 600,
    });
  });
});

describe('updating', () => {
  it.each([
    ['what was planned on', 'W/"33"', 'W/"33"'],
    ['whatever is there', null, null],
  ])('updates %s', async (_, etag, header) => {
    const { provider, sent } = setUp(json(event('abc')));
    const prepared = provider.prepareUpdate('abc', desired, identity);
    await provider.update(CALENDAR, prepared, etag);
    expect(sent[0]).toMatchObject({ method: 'PATCH', path: `${EVENTS}/abc`, body: prepared.body });
    expect(sent[0]?.headers.get('if-match')).toBe(header);
  });

  it.each<[string, DesiredEvent['time'], object]>([
    [
      'in the zone it is meant in',
      desired.time,
      {
        start: { dateTime: '2026-03-10T09:00:00', timeZone: 'Europe/Berlin' },
        end: { dateTime: '2026-03-10T10:00:00', timeZone: 'Europe/Berlin' },
        isAllDay: false,
      },
    ],
    [
      'in UTC where its hour happens twice',
      {
        kind: 'timed',
        start: '2026-10-25T00:30:00.000Z',
        end: '2026-10-25T02:30:00.000Z',
        timeZone: 'Europe/Berlin',
      },
      {
        start: { dateTime: '2026-10-25T00:30:00', timeZone: 'UTC' },
        end: { dateTime: '2026-10-25T03:30:00', timeZone: 'Europe/Berlin' },
        isAllDay: false,
      },
    ],
    [
      'from midnight to midnight',
      { kind: 'all-day', start: '2026-03-10', end: '2026-03-11', timeZone: 'Europe/Berlin' },
      {
        start: { dateTime: '2026-03-10T00:00:00', timeZone: 'Europe/Berlin' },
        end: { dateTime: '2026-03-11T00:00:00', timeZone: 'Europe/Berlin' },
        isAllDay: true,
      },
    ],
    [
      'in UTC where its zone is not known',
      { kind: 'all-day', start: '2026-03-10', end: '2026-03-11', timeZone: 'Mars/Base' },
      {
        start: { dateTime: '2026-03-10T00:00:00', timeZone: 'UTC' },
        end: { dateTime: '2026-03-11T00:00:00', timeZone: 'UTC' },
        isAllDay: true,
      },
    ],
  ])('sends times %s', (_, time, moments) => {
    const { body } = setUp().provider.prepareUpdate('abc', { ...desired, time }, identity);
    expect(JSON.parse(body)).toMatchObject(moments);
  });

  it('cuts a subject that is too long for Exchange, between characters', () => {
    const title = `${'x'.repeat(254)}🔧🔧`;
    const { body } = setUp().provider.prepareUpdate('abc', { ...desired, title }, identity);
    expect(JSON.parse(body).subject).toBe('x'.repeat(254));
  });
});

describe('deleting', () => {
  it('does not believe a web page that something was deleted', async () => {
    const { provider } = setUp(
      new Response('<html>Sign in to Hotel Wi-Fi</html>', { headers: { 'content-type': 'text/html' } }),
    );
    await expect(provider.delete(CALENDAR, 'abc', null)).rejects.toMatchObject({
      code: 'PROVIDER_ERROR',
      effect: 'unknown',
    });
  });

  it('deletes what it saw, and takes what is already gone for deleted', async () => {
    const { provider, sent } = setUp(
      new Response(null, { status: 204 }),
      graphError(404, 'ErrorItemNotFound'),
      graphError(412, 'ErrorIrresolvableConflict'),
    );
    await provider.delete(CALENDAR, 'abc', 'W/"33"');
    await provider.delete(CALENDAR, 'abc', null);
    await expect(provider.delete(CALENDAR, 'abc', 'W/"33"')).rejects.toMatchObject({
      code: 'PRECONDITION_FAILED',
    });
    expect(sent[0]).toMatchObject({ method: 'DELETE', path: `${EVENTS}/abc`, body: null });
    expect(sent.map(({ headers }) => headers.get('if-match'))).toEqual(['W/"33"', null, 'W/"33"']);
  });
});

describe('what Graph refuses', () => {
  it.each([
    [400, 'ErrorInvalidRequest', 'INVALID_INPUT', 'none'],
    [400, 'ErrorOccurrenceCrossingBoundary', 'INVALID_INPUT', 'none'],
    [400, 'ErrorDuplicateTransactionId', 'CONFLICT', 'none'],
    [400, 'ErrorInvalidIdMalformed', 'NOT_FOUND', 'none'],
    [401, 'InvalidAuthenticationToken', 'AUTH_EXPIRED', 'none'],
    [403, 'ErrorAccessDenied', 'PERMISSION_DENIED', 'none'],
    [404, 'ErrorItemNotFound', 'NOT_FOUND', 'none'],
    [404, 'MailboxNotEnabledForRESTAPI', 'PERMISSION_DENIED', 'none'],
    [409, 'ErrorDuplicateTransactionId', 'CONFLICT', 'none'],
    [409, 'ErrorIrresolvableConflict', 'PRECONDITION_FAILED', 'none'],
    [409, 'NameAlreadyExists', 'CONFLICT', 'none'],
    [412, 'ErrorIrresolvableConflict', 'PRECONDITION_FAILED', 'none'],
    [429, 'ApplicationThrottled', 'RATE_LIMITED', 'none'],
    [500, 'ErrorInternalServerError', 'PROVIDER_ERROR', 'unknown'],
    [503, 'serviceNotAvailable', 'PROVIDER_ERROR', 'unknown'],
    [507, 'ErrorQuotaExceeded', 'INVALID_INPUT', 'unknown'],
  ])('%i %s is %s', async (status, reason, code, effect) => {
    const { provider } = setUp(graphError(status, reason));
    const failure = provider.update(CALENDAR, { eventId: 'abc', body: '{}' }, null);
    await expect(failure).rejects.toMatchObject({ code, effect, detail: reason });
    // A sentence, with what to do next.
    await expect(failure).rejects.toThrow(/\. ?.+\.$|: .+\. .+\.$/);
  });

  it.each([
    ['no JSON', new Response('<html>Bad gateway</html>', { status: 502 }), 'PROVIDER_ERROR'],
    ['an empty body', new Response('', { status: 403 }), 'PERMISSION_DENIED'],
    ['an error of another form', json({ error: 'forbidden' }, 403), 'PERMISSION_DENIED'],
    [
      'a redirect',
      new Response('', { status: 302, headers: { location: 'https://portal.example/' } }),
      'PROVIDER_ERROR',
    ],
  ])('is understood with %s', async (_, answer, code) => {
    const { provider, sent } = setUp(answer);
    await expect(provider.get(CALENDAR, 'abc')).rejects.toMatchObject({ code });
    expect(sent).toHaveLength(1);
  });

  it.each([429, 503, 504])('says how long to wait, with %i', async (status) => {
    const { provider } = setUp(graphError(status, 'ApplicationThrottled', { 'retry-after': '30' }));
    await expect(provider.get(CALENDAR, 'abc')).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      retryAfterSeconds: 30,
    });
  });

  it('is asked for once more when a precondition of reading fails, and only then', async () => {
    const reading = setUp(graphError(412, 'ErrorIrresolvableConflict'), json(event('abc')));
    expect((await reading.provider.get(CALENDAR, 'abc')).kind).toBe('found');
    expect(reading.sent).toHaveLength(2);
    const stubborn = setUp(graphError(412, 'ErrorIrresolvableConflict'));
    await expect(stubborn.provider.get(CALENDAR, 'abc')).rejects.toBeInstanceOf(AppError);
    expect(stubborn.sent).toHaveLength(2);
    const writing = setUp(graphError(412, 'ErrorIrresolvableConflict'));
    await expect(writing.provider.delete(CALENDAR, 'abc', null)).rejects.toBeInstanceOf(AppError);
    expect(writing.sent).toHaveLength(1);
  });

  it('is offline, with unknown effect, when there is no answer', async () => {
    const { provider } = setUp(new TypeError('fetch failed'));
    const failure = provider.delete(CALENDAR, 'abc', null);
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
    const { provider } = setUp(
      graphError(429, 'ApplicationThrottled', { 'calendar-sync-effect': 'unknown' }),
    );
    const failure = provider.update(CALENDAR, { eventId: 'abc', body: '{}' }, null);
    await expect(failure).rejects.toMatchObject({ code: 'RATE_LIMITED', effect: 'unknown' });
  });
});

import { describe, expect, it } from 'vitest';
import { bookingBaseUrl } from '../../src/main/booking/booking-base-url.ts';
import { createBookingApi } from '../../src/main/booking/booking-client.ts';
import { AppError } from '../../src/shared/rpc/errors.ts';

/** A client whose server answers everything with `answer`; remembers what it was asked. */
function clientOf(answer: () => Response | Promise<Response>) {
  const requests: { url: string; init: RequestInit }[] = [];
  const client = createBookingApi({
    baseUrl: 'https://bookings.example.com/api/v1/',
    token: 'secret',
    userAgent: 'calendar-sync/1.2.3 (headless; linux)',
    fetch: async (input, init = {}) => {
      requests.push({ url: String(input), init });
      return answer();
    },
  });
  return { client, requests };
}

const problem = (status: number, code: string, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify({ type: 'about:blank', title: 'No', status, detail: 'Because.', code }), {
    status,
    headers: { 'content-type': 'application/problem+json', ...headers },
  });

async function failure(promise: Promise<unknown>): Promise<AppError> {
  const error = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AppError)) throw new TypeError('expected an AppError');
  return error;
}

describe('requests', () => {
  it('carry the token, the user agent, the key and the version, and the body byte for byte', async () => {
    const { client, requests } = clientOf(() => problem(404, 'not_found'));
    const body = '{ "start":"2026-10-20T09:00:00Z" ,\n"title":"–"}';
    await client.patch('bk 1', 'v"1', body, 'key-1');

    const [request] = requests;
    expect(request?.url).toBe('https://bookings.example.com/api/v1/bookings/bk%201');
    expect(request?.init).toMatchObject({ method: 'PATCH', body, redirect: 'manual' });
    const headers = new Headers(request?.init.headers);
    expect(Object.fromEntries(headers)).toMatchObject({
      authorization: 'Bearer secret',
      'user-agent': 'calendar-sync/1.2.3 (headless; linux)',
      'idempotency-key': 'key-1',
      'if-match': '"v"1"',
      'content-type': 'application/json',
    });
  });
});

describe('refusals', () => {
  it.each([
    [400, 'INVALID_INPUT', 'none'],
    [401, 'AUTH_EXPIRED', 'none'],
    [403, 'PERMISSION_DENIED', 'none'],
    [404, 'NOT_FOUND', 'none'],
    [409, 'CONFLICT', 'none'],
    [412, 'PRECONDITION_FAILED', 'none'],
    [413, 'INVALID_INPUT', 'none'],
    [422, 'INVALID_INPUT', 'none'],
    [429, 'RATE_LIMITED', 'none'],
    [418, 'PROVIDER_ERROR', 'none'],
    [302, 'PROVIDER_ERROR', 'none'],
    [500, 'PROVIDER_ERROR', 'unknown'],
    [503, 'PROVIDER_ERROR', 'unknown'],
  ])('%i is %s with effect %s', async (status, code, effect) => {
    const { client } = clientOf(() => problem(status, 'their_code'));
    const error = await failure(client.me());
    expect(error).toMatchObject({ code, effect, detail: 'their_code' });
    expect(error.message).toMatch(/^[A-Z].*\.$/);
  });

  it('tells whoever was locked out to enrol again', async () => {
    const { client } = clientOf(() => problem(401, 'invalid_token'));
    expect((await failure(client.projects())).message).toBe(
      'The booking system no longer accepts this device. Enrol it again.',
    );
  });

  it('survives an error that is a page of HTML', async () => {
    const { client } = clientOf(() => new Response('<html>Bad gateway</html>', { status: 502 }));
    expect(await failure(client.me())).toMatchObject({ code: 'PROVIDER_ERROR', detail: 'HTTP 502' });
  });

  it.each([
    ['seconds', { 'retry-after': '120' }, 120],
    [
      'a date, by the server’s own clock',
      { 'retry-after': 'Wed, 21 Oct 2015 07:28:30 GMT', date: 'Wed, 21 Oct 2015 07:28:00 GMT' },
      30,
    ],
    [
      'a date that has passed',
      { 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT', date: 'Wed, 21 Oct 2015 07:28:30 GMT' },
      0,
    ],
    ['a date without anything to measure it by', { 'retry-after': 'Wed, 21 Oct 2015 07:28:30 GMT' }, null],
    ['nonsense', { 'retry-after': 'soon' }, null],
    ['nothing', {}, null],
  ])('reads Retry-After given as %s', async (_form, headers, expected) => {
    const { client } = clientOf(() => problem(429, 'slow_down', headers));
    expect((await failure(client.me())).retryAfterSeconds).toBe(expected);
  });
});

it.each(['two words', 'two\nlines', 'tökén✓', ' '])('takes %j for no token', (token) => {
  const fetch = async (): Promise<Response> => Response.json({});
  expect(() =>
    createBookingApi({ baseUrl: 'https://bookings.example.com', token, userAgent: 'x', fetch }),
  ).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
});

const answered = (fields: Readonly<Record<string, unknown>>): Response =>
  Response.json({
    id: 'bk_1',
    version: 'v1',
    status: 'confirmed',
    title: 'Boiler',
    start: '2026-10-19T09:00:00Z',
    end: '2026-10-19T10:00:00Z',
    timeZone: 'Europe/London',
    technicianIds: ['t'],
    updatedAt: '2026-10-01T00:00:00Z',
    ...fields,
  });

it('takes times in lower case, as RFC 3339 allows', async () => {
  const { client } = clientOf(() =>
    answered({ start: '2026-10-19t09:00:00z', end: '2026-10-19t12:00:00.5+02:00' }),
  );
  expect(await client.get('bk_1')).toMatchObject({
    start: '2026-10-19T09:00:00Z',
    end: '2026-10-19T12:00:00.5+02:00',
  });
});

it.each(['.', '..', '\ud800'])('asks nothing about a booking whose id no URL can hold: %j', async (id) => {
  const { client, requests } = clientOf(() => answered({}));
  expect(await client.get(id)).toBe('unaddressable');
  await expect(client.patch(id, '1', '{}', 'key-1')).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    detail: 'unaddressable',
  });
  expect(requests).toEqual([]);
});

it('takes a version that is a number for what it is: something opaque', async () => {
  const { client, requests } = clientOf(() => answered({ version: 7 }));
  const booking = await client.get('bk_1');
  if (typeof booking === 'string') throw new TypeError('expected a booking');
  expect(booking.version).toBe('7');
  await client.patch('bk_1', booking.version, '{}', 'key-1');
  expect(new Headers(requests[1]?.init.headers).get('if-match')).toBe('"7"');
});

describe('answers that cannot be used', () => {
  it.each([
    ['cut off', '{"technician":{"id":"t'],
    ['empty', ''],
    ['of another shape', '{"technician":{"id":"t","name":"A"},"serverTime":"2026-10-19T09:00:00Z"}'],
    ['a page of HTML', '<html>Welcome to the hotel network</html>'],
  ])('are a failure of the booking system when %s', async (_what, text) => {
    const { client } = clientOf(() => new Response(text));
    expect(await failure(client.me())).toMatchObject({ code: 'PROVIDER_ERROR', effect: 'unknown' });
  });

  it('include a web page in place of an answer that says nothing', async () => {
    const page = () => new Response('<html>Sign in</html>', { headers: { 'content-type': 'text/html' } });
    const { client } = clientOf(page);
    expect(await failure(client.deleteFeed('t', 'key-1'))).toMatchObject({ code: 'PROVIDER_ERROR' });
    expect(await failure(client.closeRelay('r', 'key-1'))).toMatchObject({ code: 'PROVIDER_ERROR' });
  });

  it('include a page with one booking that is not one', async () => {
    const { client } = clientOf(() => Response.json({ items: [{ id: 'bk_1' }], cursor: 'c' }));
    const read = async () => {
      for await (const _page of client.list({ from: '2026-10-01T00:00:00Z', to: '2026-11-01T00:00:00Z' }));
    };
    expect((await failure(read())).message).toContain('items.0');
  });

  it('include a last page without a cursor', async () => {
    const { client } = clientOf(() => Response.json({ items: [] }));
    const read = async () => {
      for await (const _page of client.list({ from: '2026-10-01T00:00:00Z', to: '2026-11-01T00:00:00Z' }));
    };
    expect(await failure(read())).toMatchObject({ code: 'PROVIDER_ERROR' });
  });
});

describe('no answer', () => {
  it('is OFFLINE, and what was asked may have happened', async () => {
    const { client } = clientOf(() => Promise.reject(new TypeError('fetch failed')));
    expect(await failure(client.writeBlocks('{}', 'key'))).toMatchObject({
      code: 'OFFLINE',
      effect: 'unknown',
    });
  });

  it('is OFFLINE when the connection breaks within the body', async () => {
    const broken = new ReadableStream({
      start: (controller) => controller.error(new TypeError('terminated')),
    });
    const { client } = clientOf(() => new Response(broken));
    expect(await failure(client.me())).toMatchObject({ code: 'OFFLINE', effect: 'unknown' });
  });

  it('keeps a failure that the fetch already put into words', async () => {
    const paused = new AppError('RATE_LIMITED', 'Paused for a minute.', { retryAfterSeconds: 60 });
    const { client } = clientOf(() => Promise.reject(paused));
    expect(await failure(client.me())).toMatchObject({
      code: 'RATE_LIMITED',
      message: 'Paused for a minute.',
      retryAfterSeconds: 60,
      // The wrapper does not know whom it asked; the account is not to blame.
      party: 'booking-system',
    });
  });
});

describe('the address of the booking system', () => {
  it.each([
    ['https://bookings.example.com/api/v1', 'https://bookings.example.com/api/v1'],
    [' https://Bookings.example.com/api/v1/ ', 'https://bookings.example.com/api/v1'],
    ['http://127.0.0.1:8080/api/v1/', 'http://127.0.0.1:8080/api/v1'],
    ['http://127.1/api/v1', 'http://127.0.0.1/api/v1'],
    ['http://[::1]:8080/api/v1', 'http://[::1]:8080/api/v1'],
    ['http://localhost/api/v1', 'http://localhost/api/v1'],
  ])('may be %s', (text, expected) => {
    expect(bookingBaseUrl(text)).toBe(expected);
  });

  it.each([
    'http://bookings.example.com/api/v1',
    'http://127.0.0.1.example.com/api/v1',
    'http://localhost.example.com/api/v1',
    'ftp://bookings.example.com',
    'file:///etc/passwd',
    'bookings.example.com/api/v1',
    '',
    'https://user:secret@bookings.example.com/api/v1',
    'https://bookings.example.com/api/v1?key=1',
  ])('may not be %j', (text) => {
    expect(() => bookingBaseUrl(text)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
  });
});

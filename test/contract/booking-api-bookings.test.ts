import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Booking } from '../../src/shared/domain/booking.ts';
import { aBooking, createCompany, NOW } from './booking-api-fixture.ts';

const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  detail: z.string(),
  code: z.string(),
  current: Booking.optional(),
});

async function problemOf(response: Response) {
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  const problem = Problem.parse(await response.json());
  expect(problem.status).toBe(response.status);
  return problem;
}

const week = 'from=2026-10-19T00:00:00Z&to=2026-10-26T00:00:00Z';

describe('who may ask', () => {
  it('refuses a request without a valid token', async () => {
    const { ask } = createCompany();
    const answer = await ask('GET', '/me', undefined, { authorization: 'Bearer stolen' });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    expect((await problemOf(answer)).code).toBe('invalid_token');
  });

  it('trades an enrolment code for a token, once', async () => {
    const { sandbox, ask } = createCompany();
    sandbox.booking.devices.addCode('ENROL-B', { technicianId: 'tech_b' });
    const enrolment = { code: 'ENROL-B', deviceName: 'van laptop' };

    const first = await ask('POST', '/devices/enrol', enrolment);
    expect(first.status).toBe(201);
    const { token, technicianId } = (await first.json()) as { token: string; technicianId: string };
    expect(technicianId).toBe('tech_b');
    const me = await ask('GET', '/me', undefined, { authorization: `Bearer ${token}` });
    expect(await me.json()).toEqual({
      technician: { id: 'tech_b', name: 'Ben', timeZone: 'Europe/London' },
      serverTime: NOW.toISOString(),
      capabilities: { reschedule: true, webhookRelay: true, feedHosting: true, events: true },
    });

    const second = await ask('POST', '/devices/enrol', enrolment);
    expect(second.status).toBe(403);
    expect((await problemOf(second)).code).toBe('bad_enrolment_code');
  });

  it('shows a device its own technicians and their bookings only', async () => {
    const { sandbox, ask, teamToken } = createCompany();
    const mine = sandbox.booking.bookings.create(aBooking());
    const other = sandbox.booking.bookings.create(aBooking({ technicianIds: ['tech_b'] }));

    const listed = (await (await ask('GET', `/bookings?${week}`)).json()) as { items: Booking[] };
    expect(listed.items).toEqual([mine]);
    expect((await ask('GET', `/bookings/${other.id}`)).status).toBe(404);
    expect((await ask('GET', '/bookings?technicianId=tech_b')).status).toBe(403);
    const technicians = (await (await ask('GET', '/technicians')).json()) as { items: { id: string }[] };
    expect(technicians.items.map(({ id }) => id)).toEqual(['tech_a']);

    const team = { authorization: `Bearer ${teamToken}` };
    expect((await ask('GET', `/bookings/${other.id}`, undefined, team)).status).toBe(200);
  });

  it.each([
    ['an escape that is none', '/bookings/%zz', 400],
    ['bytes that are no text', '/feeds/%ff', 400],
    ['an escape that is cut off', '/busy-blocks/%', 400],
    ['an id that is too long', `/bookings/${'x'.repeat(5_000)}`, 414],
  ])('answers an address with %s with a problem', async (_, path, status) => {
    const problem = await problemOf(await createCompany().ask('GET', path));
    expect(problem).toMatchObject({ code: 'invalid_request', status });
  });

  it('answers what its capabilities deny with 501, and unknown paths with 404, both as problems', async () => {
    const { ask, sandbox } = createCompany();
    const { capabilities } = sandbox.booking;
    sandbox.booking.capabilities = { ...capabilities, events: false, webhookRelay: false };
    expect((await problemOf(await ask('POST', '/webhook-relays', { provider: 'google' }))).status).toBe(501);
    expect((await problemOf(await ask('GET', '/events'))).status).toBe(501);
    expect((await problemOf(await ask('GET', '/nothing'))).status).toBe(404);
  });
});

describe('listing', () => {
  it('selects what overlaps the window, by technician and project', async () => {
    const { sandbox, ask, teamToken } = createCompany();
    const { bookings } = sandbox.booking;
    const across = bookings.create(
      aBooking({ id: 'across', start: '2026-10-18T23:00:00Z', end: '2026-10-19T01:00:00Z' }),
    );
    bookings.create(aBooking({ id: 'before', start: '2026-10-18T22:00:00Z', end: '2026-10-19T00:00:00Z' }));
    bookings.create(aBooking({ id: 'after', start: '2026-10-26T00:00:00Z', end: '2026-10-26T01:00:00Z' }));
    const project = bookings.create(aBooking({ id: 'project', projectId: 'project_1' }));
    const allDay = bookings.create(aBooking({ id: 'day', start: '2026-10-21', end: '2026-10-22' }));
    bookings.create(aBooking({ id: 'other', technicianIds: ['tech_b'] }));
    const ids = async (query: string) => {
      const answer = await ask('GET', `/bookings?${query}`, undefined, {
        authorization: `Bearer ${teamToken}`,
      });
      return ((await answer.json()) as { items: Booking[] }).items.map(({ id }) => id).sort();
    };

    expect(await ids(`technicianId=tech_a&${week}`)).toEqual([across.id, allDay.id, project.id].sort());
    expect(await ids(`projectId=project_1&${week}`)).toEqual([project.id]);
    expect(await ids(week)).toEqual(['across', 'day', 'other', 'project']);
  });

  it('gives as many as a page holds to whoever asks for more', async () => {
    const { sandbox, ask } = createCompany();
    for (let count = 0; count < 501; count += 1) sandbox.booking.bookings.create(aBooking());
    const page = (await (await ask('GET', '/bookings?pageSize=1000')).json()) as { items: Booking[] };
    expect(page).toEqual({ items: expect.any(Array), nextPageToken: expect.any(String) });
    expect(page.items).toHaveLength(500);
  });

  it('gives a cursor on the last page that holds what changed while the pages were read', async () => {
    const { sandbox, ask } = createCompany();
    const { bookings } = sandbox.booking;
    for (const id of ['b1', 'b2', 'b3', 'b4', 'b5']) bookings.create(aBooking({ id }));

    const read = async (token?: string) => {
      const query = `${week}&pageSize=2${token === undefined ? '' : `&pageToken=${token}`}`;
      const answer = await ask('GET', `/bookings?${query}`);
      return (await answer.json()) as { items: Booking[]; nextPageToken?: string; cursor?: string };
    };
    const first = await read();
    bookings.patch('b1', { title: 'Renamed behind the reader' });
    const second = await read(first.nextPageToken);
    const last = await read(second.nextPageToken);

    expect([first, second, last].map(({ items }) => items.map(({ id }) => id))).toEqual([
      ['b1', 'b2'],
      ['b3', 'b4'],
      ['b5'],
    ]);
    expect([first.cursor, second.cursor, last.nextPageToken]).toEqual([undefined, undefined, undefined]);
    const changes = await ask('GET', `/bookings/changes?cursor=${last.cursor}`);
    const { items, hasMore } = (await changes.json()) as { items: Booking[]; hasMore: boolean };
    expect(items.map(({ title }) => title)).toEqual(['Renamed behind the reader']);
    expect(hasMore).toBe(false);
  });

  it('refuses a page token that is not its own', async () => {
    const { ask } = createCompany();
    expect((await problemOf(await ask('GET', '/bookings?pageToken=made-up'))).code).toBe(
      'invalid_page_token',
    );
  });
});

describe('change feed', () => {
  async function cursorNow(company: ReturnType<typeof createCompany>): Promise<string> {
    return ((await (await company.ask('GET', `/bookings?${week}`)).json()) as { cursor: string }).cursor;
  }
  async function changesAfter(company: ReturnType<typeof createCompany>, cursor: string) {
    const answer = await company.ask('GET', `/bookings/changes?cursor=${cursor}`);
    return (await answer.json()) as { items: (Booking & { deleted?: true })[]; nextCursor: string };
  }

  it('shows each changed booking once, in its latest version, and nothing afterwards', async () => {
    const company = createCompany();
    const { bookings } = company.sandbox.booking;
    const cursor = await cursorNow(company);
    const { id } = bookings.create(aBooking());
    bookings.patch(id, { title: 'Second' });
    const latest = bookings.cancel(id);

    const changes = await changesAfter(company, cursor);
    expect(changes.items).toEqual([latest]);
    expect((await changesAfter(company, changes.nextCursor)).items).toEqual([]);
  });

  it('shows a deleted booking, and one reassigned out of sight, as deleted', async () => {
    const company = createCompany();
    const { bookings } = company.sandbox.booking;
    bookings.create(aBooking({ id: 'gone' }));
    bookings.create(aBooking({ id: 'moved' }));
    bookings.create(aBooking({ id: 'theirs', technicianIds: ['tech_b'] }));
    const cursor = await cursorNow(company);
    bookings.delete('gone');
    const moved = bookings.reassign('moved', ['tech_b']);
    bookings.patch('theirs', { title: 'None of our business' });

    const { items } = await changesAfter(company, cursor);
    expect(items).toEqual([
      { id: 'gone', deleted: true, version: expect.any(String) },
      { id: 'moved', deleted: true, version: moved.version },
    ]);
  });

  it('shows a booking that is assigned into sight', async () => {
    const company = createCompany();
    const { bookings } = company.sandbox.booking;
    bookings.create(aBooking({ id: 'theirs', technicianIds: ['tech_b'] }));
    const cursor = await cursorNow(company);
    const ours = bookings.reassign('theirs', ['tech_a', 'tech_b']);
    expect((await changesAfter(company, cursor)).items).toEqual([ours]);
  });

  it('answers an unknown or expired cursor with 410', async () => {
    const company = createCompany();
    const cursor = await cursorNow(company);
    company.sandbox.booking.expireCursors();
    for (const stale of [cursor, 'made-up']) {
      const answer = await company.ask('GET', `/bookings/changes?cursor=${stale}`);
      expect(answer.status).toBe(410);
      expect((await problemOf(answer)).code).toBe('cursor_expired');
    }
    const fresh = await cursorNow(company);
    expect((await company.ask('GET', `/bookings/changes?cursor=${fresh}`)).status).toBe(200);
  });
});

describe('changing a booking', () => {
  const later = { start: '2026-10-20T12:00:00Z', end: '2026-10-20T13:00:00Z' };

  it('moves it for whoever has seen its current version', async () => {
    const { sandbox, ask } = createCompany();
    const { id, version } = sandbox.booking.bookings.create(aBooking());
    const seen = await ask('GET', `/bookings/${id}`);
    expect(seen.headers.get('etag')).toBe(`"${version}"`);

    const moved = await ask('PATCH', `/bookings/${id}`, later, { 'if-match': `"${version}"` });
    expect(moved.status).toBe(200);
    const booking = Booking.parse(await moved.json());
    expect(booking).toMatchObject({ id, ...later, title: 'Boiler service' });
    expect(booking.version).not.toBe(version);
    expect(moved.headers.get('etag')).toBe(`"${booking.version}"`);
    expect(sandbox.booking.bookings.get(id)).toEqual(booking);
  });

  it('refuses a stale version with the current booking, and a missing one outright', async () => {
    const { sandbox, ask } = createCompany();
    const { id, version } = sandbox.booking.bookings.create(aBooking());
    const current = sandbox.booking.bookings.patch(id, { title: 'Changed at dispatch' });

    const stale = await ask('PATCH', `/bookings/${id}`, later, { 'if-match': `"${version}"` });
    expect(stale.status).toBe(412);
    const problem = await problemOf(stale);
    expect(problem).toMatchObject({ code: 'version_mismatch', current });
    expect((await ask('PATCH', `/bookings/${id}`, later)).status).toBe(428);
    expect(
      (await ask('PATCH', `/bookings/${id}`, later, { 'if-match': `W/"${current.version}"` })).status,
    ).toBe(412);
    expect(sandbox.booking.bookings.get(id)).toEqual(current);
  });

  it('refuses a slot in which the technician has another confirmed booking', async () => {
    const { sandbox, ask } = createCompany();
    const { bookings } = sandbox.booking;
    const { id, version } = bookings.create(aBooking());
    const obstacle = bookings.create(
      aBooking({ start: '2026-10-20T12:30:00Z', end: '2026-10-20T14:00:00Z' }),
    );
    const move = () => ask('PATCH', `/bookings/${id}`, later, { 'if-match': `"${version}"` });

    const refused = await move();
    expect(refused.status).toBe(409);
    expect((await problemOf(refused)).code).toBe('slot_unavailable');
    bookings.cancel(obstacle.id);
    expect((await move()).status).toBe(200);
  });

  it('is not in its own way, nor in the way of another technician', async () => {
    const { sandbox, ask } = createCompany();
    const { bookings } = sandbox.booking;
    const { id, version } = bookings.create(aBooking());
    bookings.create(
      aBooking({
        technicianIds: ['tech_b'],
        start: '2026-10-20T09:30:00Z',
        end: '2026-10-20T11:00:00Z',
      }),
    );
    const half = { start: '2026-10-20T09:30:00Z', end: '2026-10-20T10:30:00Z' };
    expect((await ask('PATCH', `/bookings/${id}`, half, { 'if-match': `"${version}"` })).status).toBe(200);
  });

  it.each<[string, (company: ReturnType<typeof createCompany>, id: string) => void]>([
    [
      'the company does not allow it',
      ({ sandbox }) => {
        sandbox.booking.capabilities = { ...sandbox.booking.capabilities, reschedule: false };
      },
    ],
    ['dispatch has fixed it', ({ sandbox }, id) => sandbox.booking.bookings.setMovable(id, false)],
    ['it is cancelled', ({ sandbox }, id) => void sandbox.booking.bookings.cancel(id)],
  ])('is not moved when %s', async (_reason, forbid) => {
    const company = createCompany();
    const { id } = company.sandbox.booking.bookings.create(aBooking());
    forbid(company, id);
    const answer = await company.ask('PATCH', `/bookings/${id}`, later, { 'if-match': '*' });
    expect(answer.status).toBe(403);
    expect((await problemOf(answer)).code).toBe('not_allowed');
  });

  it.each([
    ['an end before its start', { end: '2026-10-20T08:00:00Z' }],
    ['a date and a time together', { end: '2026-10-21' }],
    ['an unknown time zone', { timeZone: 'Mars/Olympus' }],
    ['a field that does not exist', { colour: 'red' }],
    ['an unknown technician', { technicianIds: ['tech_z'] }],
  ])('refuses %s', async (_what, patch) => {
    const { sandbox, ask } = createCompany();
    const { id } = sandbox.booking.bookings.create(aBooking());
    const answer = await ask('PATCH', `/bookings/${id}`, patch, { 'if-match': '*' });
    expect((await problemOf(answer)).status).toBe(422);
  });

  it('creates one, with an id of its own choice or of the client’s', async () => {
    const { sandbox, ask } = createCompany();
    const created = await ask('POST', '/bookings', aBooking({ id: 'mine' }));
    expect(created.status).toBe(201);
    const booking = Booking.parse(await created.json());
    expect(sandbox.booking.bookings.get('mine')).toEqual(booking);
    expect((await ask('POST', '/bookings', aBooking({ id: 'mine' }))).status).toBe(409);
    expect((await ask('POST', '/bookings', aBooking())).status).toBe(201);
    expect((await ask('POST', '/bookings', aBooking({ technicianIds: ['tech_b'] }))).status).toBe(403);
    expect((await ask('POST', '/bookings', '{"title":')).status).toBe(400);
    const text = await ask('POST', '/bookings', '{}', { 'content-type': 'text/plain' });
    expect(text.status).toBe(415);
  });
});

describe('idempotency keys', () => {
  it('replays the first answer to the same request', async () => {
    const { sandbox, ask } = createCompany();
    const { id, version } = sandbox.booking.bookings.create(aBooking());
    const body = '{"title": "Once"}';
    const headers = { 'if-match': `"${version}"`, 'idempotency-key': 'key-1' };

    const first = await ask('PATCH', `/bookings/${id}`, body, headers);
    const current = sandbox.booking.bookings.patch(id, { title: 'Since then' });
    const again = await ask('PATCH', `/bookings/${id}`, body, headers);

    expect([first.status, again.status]).toEqual([200, 200]);
    expect(again.headers.get('etag')).toBe(first.headers.get('etag'));
    expect(await again.json()).toEqual(await first.json());
    expect(sandbox.booking.bookings.get(id)).toEqual(current);
  });

  it('remembers an answer that was lost on its way', async () => {
    const { sandbox, ask } = createCompany();
    sandbox.faults.add({ service: 'booking', method: 'POST', effect: { kind: 'drop', when: 'after' } });
    const create = () => ask('POST', '/bookings', aBooking(), { 'idempotency-key': 'key-2' });

    await expect(create()).rejects.toThrow(TypeError);
    const again = await create();
    expect(again.status).toBe(201);
    expect(sandbox.booking.bookings.all()).toEqual([await again.json()]);
  });

  it('refuses the same key for another request, and keeps the devices’ keys apart', async () => {
    const { sandbox, ask, teamToken } = createCompany();
    const key = { 'idempotency-key': 'key-3' };
    expect((await ask('POST', '/bookings', aBooking(), key)).status).toBe(201);
    const other = await ask('POST', '/bookings', aBooking({ title: 'Other' }), key);
    expect((await problemOf(other)).code).toBe('idempotency_key_reused');
    const team = await ask('POST', '/bookings', aBooking({ title: 'Other' }), {
      ...key,
      authorization: `Bearer ${teamToken}`,
    });
    expect(team.status).toBe(201);
    expect(sandbox.booking.bookings.all()).toHaveLength(2);
  });

  it('does not hold an outage against the key', async () => {
    const { sandbox, ask } = createCompany();
    sandbox.faults.add({ service: 'booking', effect: { kind: 'status', status: 503, retryAfterSeconds: 7 } });
    const key = { 'idempotency-key': 'key-4' };
    const down = await ask('POST', '/bookings', aBooking(), key);
    expect([down.status, down.headers.get('retry-after')]).toEqual([503, '7']);
    expect((await ask('POST', '/bookings', aBooking(), key)).status).toBe(201);
  });
});

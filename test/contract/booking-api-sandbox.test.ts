import { describe, expect, it, onTestFinished } from 'vitest';
import { createBookingApi } from '../../src/main/booking/booking-client.ts';
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { seededRandom } from '../../src/sandbox/seeded-random.ts';
import { aBooking, NOW, stillClock } from './booking-api-fixture.ts';

const seededSandbox = (): Sandbox =>
  createSandbox({ clock: stillClock(), random: seededRandom(3), seed: { seed: 3 } });

function clientOf(sandbox: Sandbox, fetch: typeof sandbox.fetch = sandbox.fetch) {
  const { BOOKING_API_URL: baseUrl = '', BOOKING_API_TOKEN: token = '' } = sandbox.env();
  return createBookingApi({ baseUrl, token, fetch, userAgent: 'calendar-sync/0 (test; test)' });
}

/** Asks the control endpoint. */
async function control(sandbox: Sandbox, method: string, path: string, body?: unknown) {
  const answer = await sandbox.fetch(`${sandbox.urls().control}${path}`, {
    method,
    ...(body !== undefined && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? null : JSON.parse(text) };
}

describe('a seeded sandbox', () => {
  it('is ready for whoever takes its environment', async () => {
    const sandbox = seededSandbox();
    const client = clientOf(sandbox);
    const { technician } = await client.me();
    const bookings: string[] = [];
    const window = { from: '2026-10-05T00:00:00Z', to: '2026-11-02T00:00:00Z' };
    for await (const page of client.list({ technicianId: technician.id, ...window })) {
      if (page.kind === 'page') bookings.push(...page.items.map(({ id }) => id));
    }
    expect(bookings.length).toBeGreaterThan(30);
    expect(sandbox.google.accounts()).toHaveLength(8);
    expect(sandbox.google.events('amira.khan@gmail.example').length).toBeGreaterThan(20);
  });

  it('serves the same over a socket, on its own clock', async () => {
    const sandbox = seededSandbox();
    onTestFinished(() => sandbox.close());
    const { origin } = await sandbox.listen();
    expect(sandbox.env()).toMatchObject({
      BOOKING_API_URL: `${origin}/booking/api/v1`,
      GOOGLE_API_BASE_URL: `${origin}/google`,
      GOOGLE_TOKEN_URL: `${origin}/google/token`,
    });
    expect((await clientOf(sandbox, fetch).me()).technician.id).toBe('tech_01');
    const answer = await fetch(sandbox.urls().booking);
    expect(answer.headers.get('date')).toBe(NOW.toUTCString());
  });

  it('begins anew at the same address', async () => {
    const sandbox = seededSandbox();
    onTestFinished(() => sandbox.close());
    await sandbox.listen();
    const client = clientOf(sandbox, fetch);
    const window = { from: '2026-10-05T00:00:00Z', to: '2026-10-05T00:01:00Z' };
    let cursor = '';
    for await (const page of client.list(window)) {
      if (page.kind === 'page') cursor = page.nextCursor ?? '';
    }
    sandbox.faults.add({ service: 'booking', times: null, effect: { kind: 'status', status: 503 } });

    expect((await control(sandbox, 'POST', '/reset', { seed: { bookings: 3 } })).status).toBe(204);

    expect(sandbox.booking.bookings.all()).toHaveLength(3);
    expect(sandbox.faults.journal.count()).toBe(0);
    // A cursor of an earlier life must never be taken for one of this.
    const kinds: string[] = [];
    for await (const page of client.changes(cursor)) kinds.push(page.kind);
    expect(kinds).toEqual(['cursor-expired']);
    expect((await control(sandbox, 'POST', '/reset')).status).toBe(204);
    expect(sandbox.booking.technicians.size).toBe(0);
  });
});

describe('the control endpoint', () => {
  it('adds, counts and ends faults, and shows the requests they met', async () => {
    const sandbox = seededSandbox();
    const client = clientOf(sandbox);
    const rule = { service: 'booking', path: '/me$', times: null, effect: { kind: 'status', status: 500 } };
    const added = await control(sandbox, 'POST', '/faults', rule);
    expect(added.status).toBe(201);
    await expect(client.me()).rejects.toMatchObject({ code: 'PROVIDER_ERROR' });
    expect((await control(sandbox, 'GET', '/faults')).body).toMatchObject({
      items: [{ id: added.body.id, hits: 1 }],
      tally: { 'booking:status-500': 1 },
    });
    expect((await control(sandbox, 'DELETE', `/faults/${added.body.id}`)).status).toBe(204);
    expect((await control(sandbox, 'DELETE', `/faults/${added.body.id}`)).status).toBe(404);
    await client.projects();

    const requests = await control(sandbox, 'GET', '/requests?service=booking&method=get');
    expect(requests.body.items.map(({ status }: { status: number }) => status)).toEqual([500, 200]);
    expect(requests.body.highWater).toBe(1);
    await control(sandbox, 'DELETE', '/requests');
    expect((await control(sandbox, 'GET', '/requests')).body.items).toEqual([]);
  });

  it.each([
    [{ service: 'booking', effect: { kind: 'explode' } }],
    [{ service: 'booking', path: '(', effect: { kind: 'truncate' } }],
  ])('refuses the senseless rule %j', async (rule) => {
    expect((await control(seededSandbox(), 'POST', '/faults', rule)).status).toBe(422);
  });

  it('edits bookings as people at dispatch do', async () => {
    const sandbox = seededSandbox();
    const draft = aBooking({ id: 'new', technicianIds: ['tech_01'] });
    expect((await control(sandbox, 'POST', '/booking/bookings', draft)).status).toBe(201);
    expect((await control(sandbox, 'POST', '/booking/bookings', draft)).status).toBe(409);
    const at = (path: string) => `/booking/bookings/new${path}`;
    await control(sandbox, 'PATCH', at(''), { title: 'Renamed' });
    await control(sandbox, 'POST', at('/reassign'), { technicianIds: ['tech_02'] });
    await control(sandbox, 'POST', at('/cancel'));
    expect((await control(sandbox, 'GET', at(''))).body).toMatchObject({
      title: 'Renamed',
      technicianIds: ['tech_02'],
      status: 'cancelled',
    });
    expect((await control(sandbox, 'PUT', at('/movable'), { movable: false })).status).toBe(204);
    expect(sandbox.booking.bookings.isMovable('new')).toBe(false);
    expect((await control(sandbox, 'DELETE', at(''))).status).toBe(204);
    expect((await control(sandbox, 'GET', at(''))).status).toBe(404);
    expect((await control(sandbox, 'PATCH', at(''), { title: 'Ghost' })).status).toBe(404);
  });

  it('lets devices in and out, and shows what they wrote', async () => {
    const sandbox = seededSandbox();
    const code = { code: 'SPARE', technicianId: 'tech_02' };
    expect((await control(sandbox, 'POST', '/booking/enrolment-codes', code)).status).toBe(201);
    expect(sandbox.booking.devices.enrol('SPARE', 'x')?.technicianId).toBe('tech_02');
    const { token } = (await control(sandbox, 'POST', '/booking/tokens', { technicianId: 'tech_03' })).body;
    expect(sandbox.booking.devices.find(token)?.technicianId).toBe('tech_03');
    expect((await control(sandbox, 'DELETE', `/booking/tokens/${token}`)).status).toBe(204);
    expect(sandbox.booking.devices.find(token)).toBeUndefined();
    expect((await control(sandbox, 'GET', '/booking/busy-blocks?technicianId=tech_01')).body.items).toEqual(
      [],
    );
    expect((await control(sandbox, 'GET', '/booking/calendar-health')).body).toEqual({});
    expect((await control(sandbox, 'GET', '/google/accounts')).body.items).toHaveLength(8);
  });
});

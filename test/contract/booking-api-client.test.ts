import { describe, expect, it } from 'vitest';
import { createBookingApi, enrol } from '../../src/main/booking/booking-client.ts';
import type { BookingPage } from '../../src/main/booking/booking-port.ts';
import { aBlock, aBooking, createCompany, NOW } from './booking-api-fixture.ts';

function clientOf({ baseUrl, sandbox, token }: ReturnType<typeof createCompany>) {
  return createBookingApi({
    baseUrl,
    token,
    fetch: sandbox.fetch,
    userAgent: 'calendar-sync/0 (test; test)',
  });
}

const october = { from: '2026-10-01T00:00:00Z', to: '2026-11-01T00:00:00Z' };

async function collect(pages: AsyncIterable<BookingPage>) {
  const ids: string[] = [];
  const cursors: (string | null)[] = [];
  for await (const page of pages) {
    if (page.kind === 'cursor-expired') return { expired: true, ids, cursors };
    ids.push(...page.items.map(({ id }) => id));
    cursors.push(page.nextCursor);
  }
  return { expired: false, ids, cursors };
}

describe('asking', () => {
  it('learns who it is, who works here and on what', async () => {
    const client = clientOf(createCompany());
    const amira = { id: 'tech_a', name: 'Amira', timeZone: 'Europe/London' };
    expect(await client.me()).toEqual({
      technician: amira,
      serverTime: NOW.toISOString(),
      capabilities: { reschedule: true, webhookRelay: true, feedHosting: true, events: true },
    });
    expect(await client.technicians()).toEqual([amira]);
    expect(await client.projects()).toEqual([{ id: 'project_1', name: 'Meters' }]);
  });

  it('enrols with a code, and says what to do when the code is used up', async () => {
    const { sandbox, baseUrl } = createCompany();
    sandbox.booking.devices.addCode('ENROL-A', { technicianId: 'tech_a' });
    const options = {
      baseUrl,
      code: 'ENROL-A',
      deviceName: 'laptop',
      fetch: sandbox.fetch,
      userAgent: 'test',
      attempt: '1',
    };
    const { token, technicianId } = await enrol(options);
    expect(technicianId).toBe('tech_a');
    const { technician } = await createBookingApi({ ...options, token }).me();
    expect(technician.name).toBe('Amira');
    // The answer to the same attempt may have been lost on its way.
    expect((await enrol(options)).token).toBe(token);
    await expect(enrol({ ...options, attempt: '2' })).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      message: 'This enrolment code is wrong or has been used. Ask dispatch for a new one.',
    });
  });
});

describe('listing and changes', () => {
  it('lists every page and follows the feed from where the listing began', async () => {
    const company = createCompany();
    const { bookings } = company.sandbox.booking;
    const ids = Array.from({ length: 450 }, (_, i) => `bk_${1000 + i}`);
    for (const id of ids) bookings.create(aBooking({ id }));
    const client = clientOf(company);

    const pages: BookingPage[] = [];
    for await (const page of client.list({ technicianId: 'tech_a', ...october })) {
      if (pages.length === 0) bookings.cancel('bk_1000');
      pages.push(page);
    }
    expect(pages.flatMap((page) => (page.kind === 'page' ? page.items.map(({ id }) => id) : []))).toEqual(
      ids,
    );
    const cursors = pages.map((page) => (page.kind === 'page' ? page.nextCursor : undefined));
    expect(cursors).toEqual([null, null, expect.any(String)]);

    bookings.delete('bk_1001');
    const feed = await collect(client.changes(cursors.at(-1) ?? ''));
    expect(feed.ids).toEqual(['bk_1000', 'bk_1001']);
    expect(feed.cursors).toEqual([expect.any(String)]);
  });

  it('reads a long feed to its end', async () => {
    const company = createCompany();
    const client = clientOf(company);
    const { cursors } = await collect(client.list(october));
    for (let i = 0; i < 450; i += 1) company.sandbox.booking.bookings.create(aBooking());
    const feed = await collect(client.changes(cursors.at(-1) ?? ''));
    expect(new Set(feed.ids).size).toBe(450);
    expect(feed.cursors).toEqual([null, null, expect.any(String)]);
  });

  it('ends with cursor-expired', async () => {
    const company = createCompany();
    const client = clientOf(company);
    const { cursors } = await collect(client.list(october));
    company.sandbox.booking.expireCursors();
    expect((await collect(client.changes(cursors.at(-1) ?? ''))).expired).toBe(true);
  });

  it.each(['list', 'changes', 'blocks'] as const)('does not follow %s round in circles', async (listing) => {
    const company = createCompany();
    const client = clientOf(company);
    const { cursors } = await collect(client.list(october));
    company.sandbox.faults.add({
      service: 'booking',
      times: null,
      effect: { kind: 'hook', name: 'endless-pages' },
    });
    const read = async () => {
      const pages = {
        list: () => client.list(october),
        changes: () => client.changes(cursors.at(-1) ?? ''),
        blocks: () => client.blocks('tech_a'),
      }[listing]();
      for await (const _page of pages);
    };
    await expect(read()).rejects.toMatchObject({ code: 'PROVIDER_ERROR' });
    expect(company.sandbox.faults.journal.count()).toBeLessThan(5);
  });

  it('passes on a page that is sent twice, and goes on', async () => {
    const company = createCompany();
    for (let i = 0; i < 250; i += 1) company.sandbox.booking.bookings.create(aBooking());
    company.sandbox.faults.add({ service: 'booking', effect: { kind: 'hook', name: 'repeat-page' } });
    const { ids } = await collect(clientOf(company).list(october));
    expect([ids.length, new Set(ids).size]).toEqual([450, 250]);
  });

  it('fails without a cursor when a page is cut off', async () => {
    const company = createCompany();
    company.sandbox.booking.bookings.create(aBooking());
    company.sandbox.faults.add({ service: 'booking', effect: { kind: 'truncate' } });
    await expect(collect(clientOf(company).list(october))).rejects.toMatchObject({ code: 'PROVIDER_ERROR' });
  });
});

describe('one booking', () => {
  const later = JSON.stringify({ start: '2026-10-20T12:00:00Z', end: '2026-10-20T13:00:00Z' });

  it('is read, or known to be missing', async () => {
    const company = createCompany();
    const booking = company.sandbox.booking.bookings.create(
      aBooking({ customer: { name: 'Rosa' }, projectId: 'project_1' }),
    );
    const client = clientOf(company);
    expect(await client.get(booking.id)).toEqual(booking);
    expect(await client.get('bk/..?odd')).toBe('missing');
  });

  it('is moved, and the move is safe to repeat after its answer was lost', async () => {
    const company = createCompany();
    const { faults, booking } = company.sandbox;
    const { id, version } = booking.bookings.create(aBooking());
    const client = clientOf(company);
    faults.add({ service: 'booking', method: 'PATCH', effect: { kind: 'drop', when: 'after' } });

    await expect(client.patch(id, version, later, 'key')).rejects.toMatchObject({
      code: 'OFFLINE',
      effect: 'unknown',
    });
    const moved = booking.bookings.get(id);
    expect(moved).toMatchObject(JSON.parse(later));
    expect(await client.patch(id, version, later, 'key')).toEqual({ kind: 'ok', booking: moved });
  });

  it('is not moved on a stale version, into a taken slot, against the rules, or when it is gone', async () => {
    const company = createCompany();
    const { bookings } = company.sandbox.booking;
    const client = clientOf(company);
    const { id, version } = bookings.create(aBooking());
    const current = bookings.patch(id, { title: 'Renamed' });
    expect(await client.patch(id, version, later, 'k1')).toEqual({ kind: 'stale', current });

    bookings.create(aBooking({ start: '2026-10-20T12:00:00Z', end: '2026-10-20T12:30:00Z' }));
    expect(await client.patch(id, current.version, later, 'k2')).toMatchObject({
      kind: 'slot-unavailable',
      detail: expect.stringContaining('slot'),
    });
    bookings.setMovable(id, false);
    expect(await client.patch(id, current.version, later, 'k3')).toMatchObject({
      kind: 'not-allowed',
      detail: expect.stringContaining('dispatch'),
    });
    bookings.reassign(id, ['tech_b']);
    expect(await client.patch(id, current.version, later, 'k4')).toEqual({ kind: 'missing' });
  });
});

describe('busy blocks', () => {
  it('are written in a batch, one answer each, and read back', async () => {
    const company = createCompany();
    const client = clientOf(company);
    const blocks = Array.from({ length: 450 }, (_, i) => aBlock(`block ${i}`));
    const bad = aBlock('bad', { title: 'Private' });
    const results = await client.writeBlocks(
      JSON.stringify({ upserts: [...blocks, bad], deletes: ['bb_unknown'] }),
      'key',
    );
    expect(results).toHaveLength(452);
    expect(results[0]).toEqual({
      ...{ id: blocks[0]?.id, status: 201, code: null, detail: null },
      retryAfterSeconds: null,
    });
    expect(results[450]).toMatchObject({ id: bad.id, status: 422, code: 'invalid_request' });
    expect(results[451]).toMatchObject({ id: 'bb_unknown', status: 404 });

    const read: string[] = [];
    for await (const page of client.blocks('tech_a')) read.push(...page.map(({ id }) => id));
    expect(read).toEqual(blocks.map(({ id }) => id).sort());
  });
});

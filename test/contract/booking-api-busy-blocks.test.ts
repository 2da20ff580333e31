import { describe, expect, it } from 'vitest';
import type { BusyBlock } from '../../src/shared/domain/busy-block.ts';
import { aBlock, aBooking, createCompany } from './booking-api-fixture.ts';

interface Results {
  results: { id: string; status: number; code?: string; detail?: string }[];
}

async function batch(
  { ask }: ReturnType<typeof createCompany>,
  upserts: unknown[],
  deletes: string[] = [],
): Promise<Results['results']> {
  const answer = await ask('POST', '/busy-blocks:batch', { upserts, deletes });
  expect(answer.status).toBe(200);
  return ((await answer.json()) as Results).results;
}

describe('batch', () => {
  it('answers each item by itself: upserts first, then deletes', async () => {
    const company = createCompany();
    const [first, second] = [aBlock('one'), aBlock('two')];
    expect((await batch(company, [first, second])).map(({ status }) => status)).toEqual([201, 201]);

    const moved = { ...first, end: '2026-10-20T15:00:00Z' };
    const results = await batch(company, [moved, aBlock('three')], [second.id, 'bb_unknown']);
    expect(results.map(({ id, status }) => [id, status])).toEqual([
      [first.id, 200],
      [aBlock('three').id, 201],
      [second.id, 204],
      ['bb_unknown', 404],
    ]);
    expect(company.sandbox.booking.blocks.all('tech_a')).toEqual([moved, aBlock('three')]);
  });

  it.each<[string, object]>([
    ['a title in a busy-only block', { title: 'Dentist' }],
    ['a location in a busy-only block', { location: 'High Street' }],
    ['an end before its start', { end: '2026-10-20T12:00:00Z' }],
    ['a time that is none', { start: 'yesterday' }],
    ['a technician out of sight', { technicianId: 'tech_b' }],
    ['a missing source', { source: undefined }],
  ])('refuses %s and takes the rest', async (_what, wrong) => {
    const company = createCompany();
    const [bad, good] = await batch(company, [{ ...aBlock('bad'), ...wrong }, aBlock('good')]);
    expect(bad).toMatchObject({ id: aBlock('bad').id, status: 422, code: expect.any(String) });
    expect(bad?.detail).not.toBe('');
    expect(good?.status).toBe(201);
    expect(company.sandbox.booking.blocks.all().map(({ id }) => id)).toEqual([aBlock('good').id]);
  });

  it('takes details where they were chosen', async () => {
    const company = createCompany();
    const block = aBlock('open', { visibility: 'details', title: 'Dentist', location: 'High Street' });
    await batch(company, [block]);
    expect(company.sandbox.booking.blocks.get(block.id)).toEqual(block);
  });

  it('does not let a device touch the blocks of a technician it may not see', async () => {
    const company = createCompany();
    const theirs = aBlock('theirs', { technicianId: 'tech_b' });
    company.sandbox.booking.blocks.put(theirs);
    const results = await batch(company, [{ ...theirs, technicianId: 'tech_a' }], [theirs.id]);
    expect(results.map(({ status }) => status)).toEqual([422, 404]);
    expect(company.sandbox.booking.blocks.all()).toEqual([theirs]);
    expect((await company.ask('GET', '/busy-blocks?technicianId=tech_b')).status).toBe(403);
  });

  it('takes 500 items and no more', async () => {
    const company = createCompany();
    const blocks = Array.from({ length: 500 }, (_, i) => aBlock(`block ${i}`));
    expect(await batch(company, blocks)).toHaveLength(500);
    const answer = await company.ask('POST', '/busy-blocks:batch', { upserts: blocks, deletes: ['bb_one'] });
    expect(answer.status).toBe(422);
  });

  it('refuses single items when told to', async () => {
    const company = createCompany();
    const limited = aBlock('limited');
    company.sandbox.faults.add({
      service: 'booking',
      path: limited.id,
      effect: { kind: 'hook', name: 'block-item', argument: { status: 429, code: 'rate_limited' } },
    });
    const statuses = async () =>
      (await batch(company, [limited, aBlock('free')])).map(({ status }) => status);
    expect(await statuses()).toEqual([429, 201]);
    expect(await statuses()).toEqual([201, 200]);
  });
});

describe('single forms', () => {
  it('creates, replaces and deletes', async () => {
    const { ask } = createCompany();
    const block = aBlock('single');
    const path = `/busy-blocks/${block.id}`;
    expect((await ask('PUT', path, block)).status).toBe(201);
    expect((await ask('PUT', path, { ...block, status: 'tentative' })).status).toBe(200);
    expect((await ask('PUT', path, { ...block, title: 'Private' })).status).toBe(422);
    expect((await ask('PUT', path, { ...block, id: 'bb_other' })).status).toBe(422);
    expect((await ask('DELETE', path)).status).toBe(204);
    expect((await ask('DELETE', path)).status).toBe(404);
  });
});

describe('listing', () => {
  it('pages through 10,000 blocks, each once', async () => {
    const { sandbox, ask } = createCompany();
    for (let i = 0; i < 10_000; i += 1) sandbox.booking.blocks.put(aBlock(`block ${i}`));
    const seen = new Set<string>();
    let items = 0;
    let token = '';
    do {
      const answer = await ask('GET', `/busy-blocks?technicianId=tech_a&pageSize=500${token}`);
      const page = (await answer.json()) as { items: BusyBlock[]; nextPageToken?: string };
      for (const { id } of page.items) seen.add(id);
      items += page.items.length;
      token = page.nextPageToken === undefined ? '' : `&pageToken=${page.nextPageToken}`;
    } while (token !== '');
    expect([items, seen.size]).toEqual([10_000, 10_000]);
  });
});

describe('availability', () => {
  async function slots(
    { ask }: ReturnType<typeof createCompany>,
    query = '',
    day = 'from=2026-10-20T00:00:00Z&to=2026-10-21T00:00:00Z',
  ): Promise<string[]> {
    const answer = await ask('GET', `/availability?technicianId=tech_a&${day}&durationMinutes=60${query}`);
    const body = (await answer.json()) as { slots: { start: string }[] };
    return body.slots.map(({ start }) => start.slice(11, 16));
  }

  it('offers working hours less confirmed bookings less busy blocks', async () => {
    const company = createCompany();
    expect(await slots(company)).toEqual([
      '07:00',
      '08:00',
      '09:00',
      '10:00',
      '11:00',
      '12:00',
      '13:00',
      '14:00',
      '15:00',
    ]);
    company.sandbox.booking.bookings.create(aBooking());
    company.sandbox.booking.bookings.create(
      aBooking({ status: 'tentative', start: '2026-10-20T07:00:00Z', end: '2026-10-20T08:00:00Z' }),
    );
    await batch(company, [aBlock('lunch')]);
    expect(await slots(company)).toEqual(['07:00', '08:00', '10:00', '11:00', '12:00', '14:00', '15:00']);
    expect(await slots(company, '&stepMinutes=30')).toEqual([
      '07:00',
      '07:30',
      '08:00',
      '10:00',
      '10:30',
      '11:00',
      '11:30',
      '12:00',
      '14:00',
      '14:30',
      '15:00',
    ]);
    expect(await slots(company, '', 'from=2026-10-20&to=2026-10-21')).toEqual(await slots(company));
  });

  it('offers nothing on a day that is busy all day', async () => {
    const company = createCompany();
    await batch(company, [aBlock('leave', { start: '2026-10-20', end: '2026-10-21' })]);
    expect(await slots(company)).toEqual([]);
  });
});

describe('calendar health', () => {
  it('is kept per technician', async () => {
    const { sandbox, ask } = createCompany();
    const health = { status: 'unknown', since: '2026-10-19T08:00:00Z', reason: 'signed out of Google' };
    expect((await ask('PUT', '/technicians/tech_a/calendar-health', health)).status).toBe(200);
    expect(sandbox.booking.health.get('tech_a')).toEqual(health);
    expect((await ask('PUT', '/technicians/tech_b/calendar-health', health)).status).toBe(403);
  });
});

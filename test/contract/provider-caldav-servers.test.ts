import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CaldavServer, fillRadicale, startCaldavServer } from '../support/caldav-server.ts';
import type { ServerManners } from '../support/caldav-stand-in/collection.ts';
import { openCaldav, startStandIn } from './provider-caldav-world.ts';
import { createJob, describeWritableProvider, IDENTITY, JOB, pull } from './provider-contract.ts';

const HALF_A_YEAR = { from: '2026-11-01T00:00:00.000Z', to: '2027-05-01T00:00:00.000Z' };

describe.each<[string, ServerManners]>([
  ['that cuts its answers short', { mostInOneAnswer: 1 }],
  ['that says nothing of what it stored', { saysEtagOfWrites: false }],
  ['without sync-collection', { syncs: false }],
  ['without a tag of the collection', { hasCtag: false }],
  ['that refuses whatever names what is gone', { refusesWhatIsGone: true, syncs: false }],
])('a server %s', (name, manners) => {
  let server: Pick<CaldavServer, 'origin' | 'home' | 'stop'>;
  beforeAll(async () => {
    server = await startStandIn(manners);
  });
  afterAll(() => server.stop());
  describeWritableProvider(name, () => openCaldav(server));
});

describe('a server that names what is created by itself', () => {
  let server: Pick<CaldavServer, 'origin' | 'home' | 'stop'>;
  beforeAll(async () => {
    server = await startStandIn({ renames: true });
  });
  afterAll(() => server.stop());

  it('has our event under its own name, and it is ours', async () => {
    const world = await openCaldav(server);
    const { provider, calendarId } = world;
    const created = await createJob(world);
    expect(await world.calendar.names()).toEqual([created.id]);
    expect(created.tag?.self).toBe(created.id);
    const prepared = provider.prepareUpdate(created.id, { ...JOB, title: 'Second visit' }, IDENTITY);
    const updated = await provider.update(calendarId, prepared, created.etag);
    expect((await pull(world)).events).toEqual([updated]);
    expect(updated).toMatchObject({ id: created.id, title: 'Second visit', tag: { self: created.id } });
    // As it would be recognised under any other name.
    const text = (await world.calendar.read(created.id)) ?? '';
    await world.calendar.delete(created.id);
    await world.calendar.write('imported.ics', text);
    const [imported] = (await pull(world)).events;
    expect(imported?.tag?.self).toBe(imported?.id);
    await provider.delete(calendarId, imported?.id ?? '', imported?.etag ?? null);
    expect(await world.calendar.names()).toEqual([]);
  });
});

describe('Radicale with many events', () => {
  let server: CaldavServer;
  beforeAll(async () => {
    server = await startCaldavServer('Radicale');
  });
  afterAll(() => server.stop());

  it('shows them all where they do not fit into one answer, nor 200 of them', async () => {
    const world = await openCaldav(server, { maxBodyBytes: 100_000 });
    await fillRadicale(server, world.calendar, 300, '2026-11-01T08:00:00Z');
    const { events, cursor } = await pull(world, null, HALF_A_YEAR);
    expect(new Set(events.map(({ id }) => id)).size).toBe(300);
    // Of the three parts the first is halved; what was too large is not counted as answered.
    expect(world.asked).toEqual(['PROPFIND 207', ...Array(4).fill('REPORT 207')]);
    await world.person.delete('many-7.ics');
    const { removed, events: others } = await pull(world, cursor, HALF_A_YEAR);
    expect({ removed, others }).toEqual({ removed: ['many-7.ics'], others: [] });
  });

  it('shows 2,500 once, and then nothing', async () => {
    const world = await openCaldav(server);
    await fillRadicale(server, world.calendar, 2500, '2026-11-01T08:00:00Z');
    const { events, cursor } = await pull(world, null, HALF_A_YEAR);
    expect(new Set(events.map(({ id }) => id)).size).toBe(2500);
    world.asked.length = 0;
    expect((await pull(world, cursor, HALF_A_YEAR)).changes).toEqual([]);
    expect(world.asked).toEqual(['PROPFIND 207']);
  }, 600_000);
});

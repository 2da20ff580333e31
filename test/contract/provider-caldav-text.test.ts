import ICAL from 'ical.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fetch } from '../../src/main/ports.ts';
import type { DesiredEvent } from '../../src/shared/domain/calendar-event.ts';
import { type CaldavWorld, openCaldav, startStandIn } from './provider-caldav-world.ts';
import { createJob, IDENTITY, JOB } from './provider-contract.ts';

/** What is sent to a server, before it writes it anew. */
describe('the text of an event that is sent', () => {
  let server: Awaited<ReturnType<typeof startStandIn>>;
  beforeAll(async () => {
    server = await startStandIn();
  });
  afterAll(() => server.stop());

  async function openTapped(): Promise<{ world: CaldavWorld; sent: readonly string[] }> {
    const sent: string[] = [];
    const network =
      (fetch: Fetch): Fetch =>
      (input, init) => {
        if (init?.method === 'PUT') sent.push(String(init.body));
        return fetch(input, init);
      };
    return { world: await openCaldav(server, { network }), sent };
  }

  it('has no characters that a calendar cannot have, and no longer lines', async () => {
    const { world, sent } = await openTapped();
    const title = 'Boiler\u0000 \u000bservice\ud800\u0007';
    const created = await createJob(world, { ...JOB, title, description: 'ä'.repeat(200) });
    expect(created.title).toBe('Boiler service\ufffd');
    const lengths = sent.flatMap((text) => text.split('\r\n').map((line) => Buffer.byteLength(line)));
    expect(Math.max(...lengths)).toBe(75);
  });

  it('defines its zone for the time that it is moved to', async () => {
    const { world, sent } = await openTapped();
    const created = await createJob(world, from('2026-11-24T09:00:00.000Z'));
    for (const start of ['2029-07-24T09:00:00.000Z', '2025-02-24T09:00:00.000Z']) {
      const moved = world.provider.prepareUpdate(created.id, from(start), IDENTITY);
      await world.provider.update(world.calendarId, moved, null);
      expect(readByItsOwnDefinition(sent.at(-1) ?? '')).toBe(start);
    }
  });
});

/** For one hour. */
function from(start: string): DesiredEvent {
  const end = new Date(Date.parse(start) + 3_600_000).toISOString();
  return { ...JOB, time: { kind: 'timed', start, end, timeZone: 'Europe/London' } };
}

/** When an event starts, for a program that knows no zones but those that come with it. */
function readByItsOwnDefinition(text: string): string {
  ICAL.TimezoneService.reset();
  const calendar = ICAL.Component.fromString(text);
  expect(calendar.getAllSubcomponents('vtimezone')).toHaveLength(1);
  const event = new ICAL.Event(calendar.getFirstSubcomponent('vevent') ?? calendar);
  return new Date(event.startDate.toUnixTime() * 1000).toISOString();
}

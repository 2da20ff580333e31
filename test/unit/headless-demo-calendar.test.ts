import { randomBytes, randomUUID } from 'node:crypto';
import ICAL from 'ical.js';
import { expect, it } from 'vitest';
import { CaldavCalendar } from '../../src/main/headless/demo/caldav-calendar.ts';
import { createSandbox } from '../../src/sandbox/sandbox.ts';

const DAY_MS = 86_400_000;
const OFFERED_DAYS = 28;

interface Span {
  readonly start: number;
  readonly end: number;
}

/** The times that Carys’s own calendar takes when the demo is started at that moment. */
async function takenFrom(now: Date): Promise<readonly Span[]> {
  const texts: string[] = [];
  const server = { origin: 'http://127.0.0.1:1', calendar: 'http://127.0.0.1:1/c/', hasCalendar: true };
  const calendar = new CaldavCalendar({ ...server, stop: async () => undefined }, async (_url, init) => {
    texts.push(String(init?.body));
    return new Response(null, { status: 201 });
  });
  await calendar.fill(now);
  return texts
    .filter((text) => !text.includes('TRANSP:TRANSPARENT'))
    .flatMap((text) => {
      const component = new ICAL.Component(ICAL.parse(text)).getFirstSubcomponent('vevent');
      const event = new ICAL.Event(component ?? undefined);
      const length = event.duration.toSeconds() * 1000;
      const times = event.iterator();
      const spans: Span[] = [];
      for (let at = times.next(); at && spans.length < OFFERED_DAYS; at = times.next()) {
        const start = at.toJSDate().getTime();
        spans.push({ start, end: start + length });
      }
      return spans;
    });
}

/** How many of the slots that customers are offered with Carys those times touch. */
async function slotsTouched(now: Date): Promise<number> {
  const sandbox = createSandbox({
    clock: { now: () => now, sleep: async () => undefined },
    random: { uuid: randomUUID, bytes: randomBytes, unit: () => 0.5 },
    seed: {},
  });
  const { BOOKING_API_URL, BOOKING_API_TOKEN } = sandbox.env();
  const to = new Date(now.getTime() + OFFERED_DAYS * DAY_MS).toISOString();
  const query = `technicianId=tech_03&from=${now.toISOString()}&to=${to}&durationMinutes=60&stepMinutes=30`;
  const answer = await sandbox.fetch(`${BOOKING_API_URL}/availability?${query}`, {
    headers: { authorization: `Bearer ${BOOKING_API_TOKEN}` },
  });
  const { slots } = (await answer.json()) as { slots: { start: string; end: string }[] };
  const taken = await takenFrom(now);
  return slots.filter((slot) =>
    taken.some(({ start, end }) => start < Date.parse(slot.end) && Date.parse(slot.start) < end),
  ).length;
}

it.each(['2027-03-19T17:00:00Z', '2027-07-04T08:00:00Z'])(
  'the calendar on the CalDAV server of the demo takes offered slots on each day of the week from %s',
  async (first) => {
    for (let day = 0; day < 7; day += 1) {
      const now = new Date(Date.parse(first) + day * DAY_MS);
      expect(await slotsTouched(now), now.toISOString()).toBeGreaterThan(0);
    }
  },
);

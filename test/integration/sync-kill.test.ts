import { describe, expect, it } from 'vitest';
import type { Fetch } from '../../src/main/ports.ts';
import {
  describeEachCalendar,
  EVERY_CALENDAR,
  expectAgreement,
  expectNothingToDo,
  jobsIn,
  type TechnicianCalendar,
} from '../support/technician-calendar.ts';
import { addBooking, type World } from '../support/world.ts';

type Moment = 'before' | 'after';

/**
 * Ends the app at one of its requests, before that has reached its server or after it took effect there. Each request
 * of a batch is one: those before it took effect.
 */
class Killer {
  requests = 0;
  #at = Number.POSITIVE_INFINITY;
  #when: Moment = 'before';
  world: World | null = null;

  readonly network =
    (fetch: Fetch): Fetch =>
    async (input, init) => {
      const before = this.requests;
      const batch = String(input).endsWith('$batch') ? JSON.parse(String(init?.body)).requests : null;
      this.requests += batch?.length ?? 1;
      if (before >= this.#at || this.#at > this.requests) return fetch(input, init);
      const done = this.#at - before - (this.#when === 'before' ? 1 : 0);
      const requests = batch?.slice(0, done);
      if (done > 0) await fetch(input, { ...init, ...(batch && { body: JSON.stringify({ requests }) }) });
      this.world?.kill();
      throw new TypeError('The process is dead');
    };

  arm(at: number, when: Moment): void {
    this.requests = 0;
    this.#at = at;
    this.#when = when;
  }

  disarm(): void {
    this.#at = Number.POSITIVE_INFINITY;
  }
}

/** A real server takes its time: there, each request is tried once, one before and the next after its effect. */
const everyMoment = (name: string): readonly Moment[][] =>
  name === 'CalDAV' ? [['before', 'after']] : [['before'], ['after']];

describeEachCalendar(EVERY_CALENDAR, (open, name) => {
  let calendar: TechnicianCalendar;
  const jobs = name === 'CalDAV' ? 3 : 6;

  async function prepared(killer: Killer): Promise<void> {
    calendar = await open({ network: killer.network });
    killer.world = calendar.world;
    for (let hour = 0; hour < jobs; hour += 1) {
      addBooking(calendar.world, 6 + 2 * hour);
      const at = (hours: number): string => `2026-11-25T${String(8 + hours).padStart(2, '0')}:00:00Z`;
      await calendar.add(`Private ${hour}`, at(hour), at(hour + 1));
    }
  }

  /** Dies at the given request, starts again, and syncs until it is done. False when there were not so many requests. */
  async function dieAt(killer: Killer, at: number, when: Moment): Promise<boolean> {
    const { world } = calendar;
    killer.arm(at, when);
    await world.sync().catch(() => {});
    const died = killer.requests >= at;
    killer.disarm();
    if (!died) return false;
    await world.restart();
    expect((await world.sync()).ok).toBe(true);
    return true;
  }

  /** Every request of a run, one after the other, in a fresh world each. */
  async function atEveryRequest(
    moments: readonly Moment[],
    setTheScene: (killer: Killer) => Promise<void>,
    verdict: () => Promise<void>,
  ): Promise<number> {
    for (let at = 1; ; at += 1) {
      const killer = new Killer();
      await setTheScene(killer);
      const died = await dieAt(killer, at, moments[at % moments.length] ?? 'before');
      await verdict();
      if (!died) return at - 1;
    }
  }

  describe.each(everyMoment(name))('killed %s any of its requests took effect', (...moments) => {
    it('a first sync leads to the same end, without a second copy of anything', async () => {
      const requests = await atEveryRequest(moments, prepared, async () => {
        await expectAgreement(calendar);
        await expectNothingToDo(calendar);
      });
      // Two listings, the blocks that are there, the events and one batch.
      expect(requests).toBeGreaterThanOrEqual(jobs + 4);
    }, 900_000);

    it('a sync full of changes loses none of them', async () => {
      let moved = '';
      const requests = await atEveryRequest(
        moments,
        async (killer) => {
          await prepared(killer);
          await calendar.world.sync();
          moved = await changeEverything();
        },
        async () => {
          await expectAgreement(calendar);
          const job = (await jobsIn(calendar)).find(({ bookingId }) => bookingId === moved);
          expect(job?.start).toBe('2026-11-27T08:00:00.000Z');
          await expectNothingToDo(calendar);
          expect(calendar.world.app.conflicts()).toEqual([]);
        },
      );
      // Two listings, a proposal, an update or a restored event, and batches to add and to remove.
      expect(requests).toBeGreaterThanOrEqual(7);
    }, 900_000);
  });

  /** One change of every kind that a sync carries to the other side. Answers with the booking that was moved. */
  async function changeEverything(): Promise<string> {
    const { bookings } = calendar.world.sandbox.booking;
    const [moves, renamed, cancelled, removed] = bookings
      .all()
      .toSorted((a, b) => (a.start < b.start ? -1 : 1))
      .map(({ id }) => id);
    const eventOf = async (id = ''): Promise<string> =>
      (await jobsIn(calendar)).find(({ bookingId }) => bookingId === id)?.id ?? '';
    await calendar.move(await eventOf(moves), '2026-11-27T08:00:00Z', '2026-11-27T10:00:00Z');
    bookings.patch(renamed ?? '', { title: 'Another title' });
    bookings.cancel(cancelled ?? '');
    if (removed !== undefined) await calendar.delete(await eventOf(removed));
    addBooking(calendar.world, 20);
    const theirs = (await calendar.seen()).filter(({ title }) => title.startsWith('Private'));
    await calendar.delete(theirs[0]?.id ?? '');
    await calendar.move(theirs[1]?.id ?? '', '2026-11-25T06:30:00Z', '2026-11-25T07:30:00Z');
    await calendar.add('Private later', '2026-11-25T18:00:00Z', '2026-11-25T19:00:00Z');
    return moves ?? '';
  }
});

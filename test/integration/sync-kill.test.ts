import { afterEach, describe, expect, it } from 'vitest';
import type { Fetch } from '../../src/main/ports.ts';
import { expectInStep, expectQuiet } from '../support/in-step.ts';
import { addBooking, addPersonal, CALENDAR, createWorld, exported, type World } from '../support/world.ts';

type Moment = 'before' | 'after';

/** Ends the app at one of its requests, before that has reached its server or after it took effect there. */
class Killer {
  requests = 0;
  #at = Number.POSITIVE_INFINITY;
  #when: Moment = 'before';
  world: World | null = null;

  readonly network =
    (fetch: Fetch): Fetch =>
    async (input, init) => {
      this.requests += 1;
      if (this.requests !== this.#at) return fetch(input, init);
      if (this.#when === 'after') await fetch(input, init);
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

let world: World;
afterEach(() => world.close());

async function prepared(killer: Killer): Promise<void> {
  world = await createWorld({ network: killer.network });
  killer.world = world;
  for (let hour = 0; hour < 6; hour += 1) {
    addBooking(world, 6 + 2 * hour);
    addPersonal(world, 8 + hour);
  }
}

/** Dies at the given request, starts again, and syncs until it is done. False when there were not so many requests. */
async function dieAt(killer: Killer, at: number, when: Moment): Promise<boolean> {
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
  when: Moment,
  setTheScene: (killer: Killer) => Promise<void>,
  verdict: () => Promise<void>,
): Promise<number> {
  for (let at = 1; ; at += 1) {
    const killer = new Killer();
    await setTheScene(killer);
    const died = await dieAt(killer, at, when);
    await verdict();
    if (!died) return at - 1;
    await world.close();
  }
}

describe.each<Moment>(['before', 'after'])('killed %s any of its requests took effect', (when) => {
  it('a first sync leads to the same end, without a second copy of anything', async () => {
    const requests = await atEveryRequest(when, prepared, async () => {
      expectInStep(world);
      await expectQuiet(world);
      expectInStep(world);
    });
    // Two listings, the blocks that are there, six events and one batch.
    expect(requests).toBeGreaterThanOrEqual(10);
  });

  it('a sync full of changes loses none of them', async () => {
    const requests = await atEveryRequest(
      when,
      async (killer) => {
        await prepared(killer);
        await world.sync();
        changeEverything();
      },
      async () => {
        expectInStep(world);
        const moved = exported(world).find(({ summary }) => summary === 'Job at 8');
        expect(moved?.start).toBe('2026-11-27T08:00:00.000Z');
        await expectQuiet(world);
        expect(world.app.conflicts()).toEqual([]);
      },
    );
    // Two listings, a proposal, an update, a deletion, a restored event, and batches to add and to remove.
    expect(requests).toBeGreaterThanOrEqual(8);
  });
});

describe('what was on its way when the app was killed', () => {
  interface Sent {
    readonly what: string;
    readonly key: string | null;
    readonly body: string;
  }

  async function killedAt(path: RegExp, before: () => Promise<void>): Promise<readonly Sent[]> {
    const sent: Sent[] = [];
    world = await createWorld({
      network: (fetch) => async (input, init) => {
        const request = new Request(input, init);
        if (request.method === 'GET' || !path.test(request.url)) return fetch(input, init);
        const key = request.headers.get('idempotency-key');
        sent.push({ what: `${request.method} ${request.url}`, key, body: await request.clone().text() });
        const answer = await fetch(input, init);
        if (sent.length === 1) {
          world.kill();
          throw new TypeError('The process is dead');
        }
        return answer;
      },
    });
    addBooking(world, 9);
    addPersonal(world, 10);
    await before();
    await world.sync().catch(() => {});
    await world.restart();
    await world.sync();
    expectInStep(world);
    return sent;
  }

  it('a batch of busy blocks is sent again word for word under the same key', async () => {
    const [first, second, ...more] = await killedAt(/busy-blocks/, async () => {});
    expect(first?.key).toMatch(/./);
    expect(second).toEqual(first);
    expect(more).toEqual([]);
  });

  it('a proposal is sent again word for word under the same key', async () => {
    const [first, second, ...more] = await killedAt(/\/bookings\//, async () => {
      await world.sync();
      moveEvent(exported(world)[0]?.bookingId ?? '');
    });
    expect(first?.key).toMatch(/./);
    expect(second).toEqual(first);
    expect(more).toEqual([]);
  });

  it('an event that had arrived is recognised, not sent again', async () => {
    expect(await killedAt(/\/events\?/, async () => {})).toHaveLength(1);
  });
});

/** One change of every kind that a sync carries to the other side. */
function changeEverything(): void {
  const { bookings } = world.sandbox.booking;
  const google = world.sandbox.google;
  const [first, second, third, fourth] = bookings.all().toSorted((a, b) => (a.start < b.start ? -1 : 1));
  bookings.patch(first?.id ?? '', { title: 'Another title' });
  moveEvent(second?.id ?? '');
  bookings.cancel(third?.id ?? '');
  google.deleteEvent(CALENDAR, eventOf(fourth?.id ?? ''));
  addBooking(world, 20);
  const [leaves, moves] = google.events(CALENDAR).filter(({ summary }) => summary?.startsWith('Private'));
  google.deleteEvent(CALENDAR, leaves?.id ?? '');
  google.editEvent(CALENDAR, moves?.id ?? '', { start: { dateTime: '2026-11-25T07:30:00Z' } });
  addPersonal(world, 18);
}

function moveEvent(bookingId: string): void {
  world.sandbox.google.editEvent(CALENDAR, eventOf(bookingId), {
    start: { dateTime: '2026-11-27T08:00:00Z' },
    end: { dateTime: '2026-11-27T10:00:00Z' },
  });
}

const eventOf = (bookingId: string): string =>
  exported(world).find((event) => event.bookingId === bookingId)?.id ?? '';

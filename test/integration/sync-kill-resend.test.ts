import { afterEach, describe, expect, it } from 'vitest';
import { expectInStep } from '../support/in-step.ts';
import {
  addBooking,
  addPersonal,
  blocks,
  CALENDAR,
  createWorld,
  exported,
  type World,
} from '../support/world.ts';

describe('what was on its way when the app was killed', () => {
  let world: World;
  afterEach(() => world.close());

  interface Sent {
    readonly what: string;
    readonly key: string | null;
    readonly body: string;
  }

  /** Ends the app with its first write to there, once that has taken its effect or before. */
  async function killedAt(
    path: RegExp,
    before: () => Promise<void>,
    moment: 'before' | 'after' = 'after',
  ): Promise<readonly Sent[]> {
    const sent: Sent[] = [];
    world = await createWorld({
      network: (fetch) => async (input, init) => {
        const request = new Request(input, init);
        if (request.method === 'GET' || !path.test(request.url)) return fetch(input, init);
        const key = request.headers.get('idempotency-key');
        sent.push({ what: `${request.method} ${request.url}`, key, body: await request.clone().text() });
        if (sent.length > 1) return fetch(input, init);
        if (moment === 'after') await fetch(input, init);
        world.kill();
        throw new TypeError('The process is dead');
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

  it('a block of a batch that the booking system wanted later is sent all the same', async () => {
    let batches = 0;
    world = await createWorld({
      network: (fetch) => async (input, init) => {
        const { url } = new Request(input, init);
        if (url.includes('busy-blocks:batch')) batches += 1;
        if (batches !== 2) return fetch(input, init);
        world.kill();
        throw new TypeError('The process is dead');
      },
    });
    for (const hour of [10, 12, 14]) addPersonal(world, hour);
    world.sandbox.faults.add({
      service: 'booking',
      effect: { kind: 'hook', name: 'block-item', argument: { status: 429 } },
    });
    await world.sync().catch(() => {});
    expect(blocks(world)).toHaveLength(2);
    batches += 1;
    await world.restart();
    await world.sync();
    expect(blocks(world)).toHaveLength(3);
    expectInStep(world);
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

  it.each([
    ['after', 1],
    ['before', 2],
  ] as const)(
    'what was made a series happens once again: killed %s it took effect',
    async (moment, requests) => {
      const repeat = async (): Promise<void> => {
        await world.sync();
        world.sandbox.google.makeRecurring(CALENDAR, exported(world)[0]?.id ?? '', [
          'RRULE:FREQ=DAILY;COUNT=5',
        ]);
      };
      expect(await killedAt(/\/events\//, repeat, moment)).toHaveLength(requests);
      const [job] = exported(world);
      expect(world.sandbox.google.event(CALENDAR, job?.id ?? '')?.recurrence ?? []).toEqual([]);
    },
  );

  it.each([
    ['after', 1],
    ['before', 2],
  ] as const)('a deletion is found out about: killed %s it took effect', async (moment, requests) => {
    const cancel = async (): Promise<void> => {
      await world.sync();
      world.sandbox.booking.bookings.cancel(exported(world)[0]?.bookingId ?? '');
    };
    expect(await killedAt(/\/events\//, cancel, moment)).toHaveLength(requests);
    expect(exported(world)).toEqual([]);
  });

  function moveEvent(bookingId: string): void {
    world.sandbox.google.editEvent(CALENDAR, eventOf(bookingId), {
      start: { dateTime: '2026-11-27T08:00:00Z' },
      end: { dateTime: '2026-11-27T10:00:00Z' },
    });
  }

  const eventOf = (bookingId: string): string =>
    exported(world).find((event) => event.bookingId === bookingId)?.id ?? '';
});

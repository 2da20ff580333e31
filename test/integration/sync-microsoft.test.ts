import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Booking } from '../../src/shared/domain/booking.ts';
import {
  moveToOutlook,
  OUTLOOK,
  type OutlookEvent,
  outlookWrites,
  shownInOutlook,
} from '../support/outlook.ts';
import { addBooking, blocks, createWorld, onlyAccount, type World } from '../support/world.ts';

let world: World;
let booking: Booking;
/** What happens while a request is on its way. */
let onTheWay: (method: string, url: string) => void;

beforeEach(async () => {
  onTheWay = () => undefined;
  world = await createWorld({
    network: (fetch) => (input, init) => {
      onTheWay(init?.method ?? 'GET', String(input));
      return fetch(input, init);
    },
  });
  await moveToOutlook(world);
  booking = addBooking(world, 9);
  addBooking(world, 13, { status: 'tentative' });
  addPersonal('Dentist', 10);
  await sync();
});
afterEach(() => world.close());

function addPersonal(subject: string, hour: number, more: object = {}): string {
  const at = (hours: number) => ({
    dateTime: `2026-11-25T${String(hours).padStart(2, '0')}:00:00`,
    timeZone: 'GMT Standard Time',
  });
  return world.sandbox.microsoft.addEvent(OUTLOOK, { subject, start: at(hour), end: at(hour + 1), ...more })
    .id;
}

async function sync(): Promise<void> {
  expect(onlyAccount(await world.sync()).error).toBeNull();
}

const job = (): OutlookEvent => {
  const [event] = shownInOutlook(world);
  if (event === undefined) throw new RangeError('The calendar is empty');
  return event;
};
const edit = (patch: object): unknown => world.sandbox.microsoft.editEvent(OUTLOOK, job().id, patch);
const move = (byMinutes: number): unknown =>
  world.sandbox.microsoft.moveEvent(OUTLOOK, job().id, { byMinutes });
const starts = (): string[] => blocks(world).map(({ start }) => start);

async function expectQuiet(): Promise<void> {
  await sync();
  const before = shownInOutlook(world);
  world.sandbox.faults.journal.clear();
  await sync();
  await sync();
  expect(outlookWrites(world)).toEqual([]);
  expect(shownInOutlook(world)).toEqual(before);
}

describe('a calendar at Microsoft', () => {
  it('shows the bookings, and blocks the technician’s own time', async () => {
    expect(shownInOutlook(world)).toMatchObject([
      { subject: 'Job at 9', start: '2026-11-24T09:00', showAs: 'busy', isOurs: true },
      { subject: 'Job at 13', start: '2026-11-24T13:00', showAs: 'tentative', isOurs: true },
      { subject: 'Dentist', start: '2026-11-25T10:00', isOurs: false },
    ]);
    expect(starts()).toEqual(['2026-11-25T10:00:00.000Z']);
    await expectQuiet();
  });

  it('follows the booking: changed, confirmed, cancelled', async () => {
    const { bookings } = world.sandbox.booking;
    bookings.patch(booking.id, { title: 'Second visit' });
    await sync();
    expect(job().subject).toBe('Second visit');
    bookings.patch(booking.id, { status: 'cancelled' });
    const [other] = bookings.all().filter(({ title }) => title === 'Job at 13');
    bookings.patch(other?.id ?? '', { status: 'confirmed' });
    await sync();
    expect(shownInOutlook(world)).toMatchObject([
      { subject: 'Job at 13', showAs: 'busy' },
      { subject: 'Dentist' },
    ]);
    await expectQuiet();
  });

  it('proposes a move, puts other words back, and leaves the rest to the technician', async () => {
    move(60);
    edit({ categories: ['Red'], showAs: 'free' });
    await sync();
    expect(world.sandbox.booking.bookings.get(booking.id)?.start).toBe('2026-11-24T10:00:00.000Z');
    edit({ subject: 'My own words', body: { contentType: 'html', content: '<p>mine</p>' } });
    await sync();
    expect(world.sandbox.microsoft.event(OUTLOOK, job().id)).toMatchObject({
      subject: 'Job at 9',
      bodyPreview: expect.stringContaining('Bring the long ladder'),
      showAs: 'free',
      categories: ['Red'],
    });
    await expectQuiet();
  });

  it('gets an event back that was deleted, and one that was made a series', async () => {
    const { id } = job();
    world.sandbox.microsoft.deleteEvent(OUTLOOK, id);
    await sync();
    expect(job()).toMatchObject({ subject: 'Job at 9', start: '2026-11-24T09:00' });
    expect(job().id).not.toBe(id);
    world.sandbox.microsoft.makeRecurring(OUTLOOK, job().id, { pattern: { type: 'daily', interval: 1 } });
    await sync();
    expect(world.sandbox.microsoft.event(OUTLOOK, job().id)).toMatchObject({ type: 'singleInstance' });
    expect(shownInOutlook(world)).toHaveLength(3);
    await expectQuiet();
  });

  it('takes a copy of an event for what it is: the technician’s own', async () => {
    const copy = world.sandbox.microsoft.copyEvent(OUTLOOK, job().id, { subject: 'Copy' });
    await sync();
    expect(starts().sort()).toEqual(['2026-11-24T09:00:00.000Z', '2026-11-25T10:00:00.000Z']);
    world.sandbox.microsoft.deleteEvent(OUTLOOK, copy.id);
    await sync();
    expect(starts()).toEqual(['2026-11-25T10:00:00.000Z']);
    await expectQuiet();
  });

  it('frees the time of a series that was deleted', async () => {
    const id = addPersonal('Training', 14);
    world.sandbox.microsoft.makeRecurring(OUTLOOK, id, {
      pattern: { type: 'daily', interval: 1 },
      range: { type: 'numbered', startDate: '2026-11-25', numberOfOccurrences: 4 },
    });
    await sync();
    expect(starts()).toHaveLength(5);
    world.sandbox.microsoft.deleteEvent(OUTLOOK, id);
    await sync();
    expect(starts()).toEqual(['2026-11-25T10:00:00.000Z']);
    await expectQuiet();
  });
});

describe('a service that does not look for what is ours ahead of the window', () => {
  it('is synced without, which is logged', async () => {
    world.sandbox.faults.add({
      service: 'microsoft',
      path: 'ne%20null',
      times: null,
      effect: { kind: 'status', status: 400 },
    });
    addBooking(world, 15);
    // A wider window is read from the start.
    const [mapping] = world.app.mappings();
    await world.app.updateMapping(mapping?.mappingId ?? '', { pastDays: 60 });
    await sync();
    expect(shownInOutlook(world).map(({ subject }) => subject)).toContain('Job at 15');
    expect(world.logged.filter((line) => line.includes('ahead of the window'))).toHaveLength(1);
  });
});

describe('many bookings at once', () => {
  it('go out in batches, and what one of them is throttled for is asked again alone', async () => {
    for (let day = 1; day <= 50; day += 1) {
      const date = new Date(Date.parse('2026-11-24') + day * 86_400_000).toISOString().slice(0, 10);
      addBooking(world, 9, {
        title: `Job of ${date}`,
        start: `${date}T06:00:00Z`,
        end: `${date}T07:00:00Z`,
      });
    }
    const { faults } = world.sandbox;
    const effect = { kind: 'status', status: 429, retryAfterSeconds: 5 } as const;
    faults.add({ service: 'microsoft', method: 'POST', path: '/events$', skip: 7, effect });
    faults.journal.clear();
    const account = onlyAccount(await world.sync());
    expect(account).toMatchObject({ ok: true, mappings: [{ exported: { created: 50 } }] });
    const count = (method: string, path: RegExp): number =>
      faults.journal.count({ service: 'microsoft', method, path });
    expect(count('POST', /\/events$/)).toBe(51);
    expect(count('PATCH', /\/events\//)).toBe(50);
    expect(count('POST', /batch$/)).toBeLessThanOrEqual(10);
    expect(account.requests.provider).toBeLessThanOrEqual(12);
    // One batch, and what the mailbox serves of it at once.
    expect(faults.journal.highWater('microsoft')).toBe(1 + 4);
    expect(shownInOutlook(world).filter(({ isOurs }) => isOurs)).toHaveLength(52);
    await expectQuiet();
  });
});

describe('one request of a batch that asks for a long pause', () => {
  it('speaks for the mailbox: what nobody waits for asks it nothing before it is over', async () => {
    const { faults } = world.sandbox;
    world.sandbox.booking.commentEveryMs = 40_000;
    const effect = { kind: 'status', status: 429, retryAfterSeconds: 300 } as const;
    const id = faults.add({ service: 'microsoft', method: 'POST', path: '/events$', skip: 1, effect });
    for (let hour = 14; hour < 18; hour += 1) addBooking(world, hour, { title: `Job at ${hour}` });
    await world.app.agent.start();
    await world.clock.sleep(200_000);
    addBooking(world, 20, { title: 'Job at 20' });
    await world.clock.sleep(500_000);
    await world.app.agent.stop();
    const entries = faults.journal.entries({ service: 'microsoft' });
    const asked = entries.find(({ faultId }) => faultId === id)?.at ?? '';
    const [next] = entries.filter(({ at }) => at > asked);
    expect(Date.parse(next?.at ?? '') - Date.parse(asked)).toBeGreaterThanOrEqual(300_000);
    expect(shownInOutlook(world).filter(({ isOurs }) => isOurs)).toHaveLength(7);
  });
});

describe('when the answer to a create is lost', () => {
  const loseAnswers = (): void =>
    void world.sandbox.faults.add({
      id: 'lost',
      service: 'microsoft',
      method: 'POST',
      path: '/events$',
      times: null,
      effect: { kind: 'drop', when: 'after' },
    });

  async function create(): Promise<Booking> {
    loseAnswers();
    const added = addBooking(world, 17);
    expect(onlyAccount(await world.sync()).error?.code).toBe('OFFLINE');
    world.sandbox.faults.remove('lost');
    return added;
  }

  const late = (): readonly OutlookEvent[] =>
    shownInOutlook(world).filter(({ start }) => start >= '2026-11-24T16' && start < '2026-11-25');

  it('the event is found by the next run', async () => {
    await create();
    world.sandbox.faults.journal.clear();
    await sync();
    expect(late()).toMatchObject([{ subject: 'Job at 17' }]);
    // All that was left to do was to mark it as ours.
    const { id } = late()[0] ?? { id: '' };
    expect(outlookWrites(world)).toEqual([expect.stringMatching(`^PATCH .*${encodeURIComponent(id)}$`)]);
    await expectQuiet();
  });

  it('the event is brought up to date when the booking has changed since', async () => {
    const { id } = await create();
    world.sandbox.booking.bookings.patch(id, { title: 'Changed' });
    await sync();
    expect(late()).toMatchObject([{ subject: 'Changed' }]);
    await expectQuiet();
  });

  it('an edit made since is merged as any other', async () => {
    const { id } = await create();
    world.sandbox.microsoft.moveEvent(OUTLOOK, late()[0]?.id ?? '', { byMinutes: 60 });
    await sync();
    expect(world.sandbox.booking.bookings.get(id)?.start).toBe('2026-11-24T18:00:00.000Z');
    expect(late()).toHaveLength(1);
    await expectQuiet();
  });

  it.each([0, 60])(
    'the event, moved by %i minutes, goes when the booking was cancelled since',
    async (byMinutes) => {
      const { id } = await create();
      world.sandbox.microsoft.moveEvent(OUTLOOK, late()[0]?.id ?? '', { byMinutes });
      world.sandbox.booking.bookings.patch(id, { status: 'cancelled' });
      await sync();
      expect(late()).toEqual([]);
      await expectQuiet();
    },
  );
});

describe('between the create of an event and the mark that makes it ours', () => {
  /** Does something to the event once, when it is there and not marked yet. */
  const meanwhile = (deed: (id: string) => void): void => {
    onTheWay = (method, url) => {
      if (method !== 'PATCH' || !url.includes('/events/')) return;
      onTheWay = () => undefined;
      deed(decodeURIComponent(url.split('/').at(-1) ?? ''));
    };
  };

  it('a move is seen as the technician’s, and proposed', async () => {
    meanwhile((id) => world.sandbox.microsoft.moveEvent(OUTLOOK, id, { byMinutes: 60 }));
    const { id } = addBooking(world, 17);
    await sync();
    await sync();
    expect(world.sandbox.booking.bookings.get(id)?.start).toBe('2026-11-24T18:00:00.000Z');
    await expectQuiet();
  });

  it.each(['completed', 'refused at first'])(
    'a copy is the technician’s own, the mark being %s',
    async (how) => {
      const { faults, microsoft } = world.sandbox;
      const effect = { kind: 'status', status: 403 } as const;
      if (how !== 'completed')
        faults.add({ service: 'microsoft', method: 'PATCH', path: '/events/', effect });
      const made: string[] = [];
      meanwhile((id) => made.push(id, microsoft.copyEvent(OUTLOOK, id, { subject: 'Copy' }).id));
      const { id: bookingId } = addBooking(world, 17);
      await sync();
      await sync();
      world.sandbox.booking.bookings.patch(bookingId, { title: 'Changed' });
      await sync();
      const [ours, copy] = made;
      expect(shownInOutlook(world)).toContainEqual(expect.objectContaining({ id: ours, subject: 'Changed' }));
      expect(shownInOutlook(world)).toContainEqual(expect.objectContaining({ id: copy, subject: 'Copy' }));
      expect(starts().sort()).toEqual(['2026-11-24T17:00:00.000Z', '2026-11-25T10:00:00.000Z']);
      await expectQuiet();
    },
  );
});

describe('when the name of a create was used up by an event that is gone', () => {
  it('the booking gets an event under the next', async () => {
    const effect = { kind: 'status', status: 409, reason: 'ErrorDuplicateTransactionId' } as const;
    world.sandbox.faults.add({ service: 'microsoft', method: 'POST', path: '/events$', effect });
    addBooking(world, 17);
    await sync();
    expect(shownInOutlook(world).filter(({ subject }) => subject === 'Job at 17')).toHaveLength(1);
    await expectQuiet();
  });
});

describe('when an old database is put back', () => {
  it('what was created since is not created twice, wherever it is by now', async () => {
    const old = world.save();
    addBooking(world, 17);
    await sync();
    const id = shownInOutlook(world).find(({ subject }) => subject === 'Job at 17')?.id ?? '';
    // Out of the window, where no listing shows it.
    world.sandbox.microsoft.moveEvent(OUTLOOK, id, { byMinutes: 400 * 1440 });
    await world.restart({ from: old });
    await sync();
    expect(shownInOutlook(world).filter(({ subject }) => subject === 'Job at 17')).toHaveLength(1);
    await expectQuiet();
  });
});

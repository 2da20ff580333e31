import type { Booking } from '../../src/shared/domain/booking.ts';
import { TECHNICIAN } from '../support/world.ts';
import { isSelected } from './ledger.ts';
import type { Scene } from './scene.ts';

/** A deed answers with what was done, or null when there is nothing to do it to. */
export type Deed = (scene: Scene) => Promise<string | null> | string | null;

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ZONES = ['Europe/London', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu'] as const;

/** An instant around now that nothing else begins at, and one a while later. */
export function someTime({ world, dice, next }: Scene, days = dice.between(-3, 14)): [string, string] {
  const midnight = Math.floor(world.clock.now().getTime() / DAY) * DAY;
  // Whole minutes: that is all that calendars keep.
  const start = midnight + days * DAY + dice.between(5, 20) * HOUR + (next() % 60) * 60_000;
  return [start, start + dice.between(1, 4) * HOUR].map((time) => new Date(time).toISOString()) as [
    string,
    string,
  ];
}

const bookings = ({ world }: Scene) => world.sandbox.booking.bookings;
const someBooking = (scene: Scene, which: (booking: Booking) => boolean = isSelected): Booking | undefined =>
  scene.dice.one(bookings(scene).all().filter(which));

function change(scene: Scene, changes: (booking: Booking) => object): string | null {
  const booking = someBooking(scene);
  if (booking === undefined) return null;
  const made = changes(booking);
  bookings(scene).patch(booking.id, made);
  return `${booking.id} ${JSON.stringify(made)}`;
}

function book(scene: Scene, days?: number): string {
  const number = scene.next();
  const [start, end] = someTime(scene, days);
  const { id } = bookings(scene).create({
    title: `Job ${number}`,
    description: `Bring ladder ${number}`,
    location: `${number} Mill Lane`,
    start,
    end,
    status: scene.dice.chance(0.2) ? 'tentative' : 'confirmed',
    timeZone: scene.dice.one(ZONES) ?? 'Europe/London',
    technicianIds: [TECHNICIAN],
  });
  return `${id} at ${start}`;
}

const date = (scene: Scene, days: number): string =>
  new Date(scene.world.clock.now().getTime() + days * DAY).toISOString().slice(0, 10);

/** What people at dispatch do. */
export const DISPATCH = {
  books: (scene) => book(scene),
  'books a whole day': (scene) => {
    const number = scene.next();
    const { id } = bookings(scene).create({
      title: `Job ${number}`,
      start: date(scene, 5),
      end: date(scene, 6),
      timeZone: 'Europe/London',
      technicianIds: [TECHNICIAN],
    });
    return id;
  },
  'books far ahead': (scene) => book(scene, scene.dice.between(178, 186)),
  renames: (scene) => change(scene, () => ({ title: `Job renamed ${scene.next()}` })),
  'changes the place': (scene) => change(scene, () => ({ location: `${scene.next()} Side Street` })),
  'changes the notes': (scene) => change(scene, () => ({ description: `Notes ${scene.next()}` })),
  moves: (scene) =>
    change(scene, () => {
      const [start, end] = someTime(scene);
      return { start, end };
    }),
  'makes tentative, or certain': (scene) =>
    change(scene, ({ status }) => ({ status: status === 'tentative' ? 'confirmed' : 'tentative' })),
  cancels: (scene) => change(scene, () => ({ status: 'cancelled' })),
  reassigns: (scene) => change(scene, () => ({ technicianIds: [OTHER] })),
  'takes back': (scene) => {
    const booking = someBooking(scene, (each) => !isSelected(each));
    if (booking === undefined) return null;
    bookings(scene).patch(booking.id, { status: 'confirmed', technicianIds: [TECHNICIAN] });
    return booking.id;
  },
  deletes: (scene) => {
    const booking = someBooking(scene);
    if (booking === undefined) return null;
    bookings(scene).delete(booking.id);
    return booking.id;
  },
  'fixes a time': (scene) => {
    const booking = someBooking(scene);
    if (booking === undefined) return null;
    bookings(scene).setMovable(booking.id, false);
    return booking.id;
  },
} as const satisfies Record<string, Deed>;

const OTHER = 'tech_other';

export const DISPATCH_OFTEN: Readonly<Record<keyof typeof DISPATCH, number>> = {
  books: 6,
  'books a whole day': 1,
  'books far ahead': 1,
  renames: 4,
  'changes the place': 2,
  'changes the notes': 2,
  moves: 5,
  'makes tentative, or certain': 2,
  cancels: 2,
  reassigns: 2,
  'takes back': 2,
  deletes: 1,
  'fixes a time': 1,
};

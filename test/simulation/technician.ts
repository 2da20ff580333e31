import { GraphError } from '../../src/sandbox/microsoft/graph-error.ts';
import { type Deed, someTime } from './dispatch.ts';
import type { EditedField } from './ledger.ts';
import type { Calendar, Scene } from './scene.ts';
import type { Instance } from './seen-instances.ts';

interface Found {
  readonly calendar: Calendar;
  readonly event: Instance;
}

const DAY = 86_400_000;
const isTimed = ({ start }: Instance): boolean => start.length > 10;

function find(scene: Scene, which: (event: Instance, calendar: Calendar) => boolean): Found | undefined {
  const { calendars, dice } = scene;
  return dice.one(
    calendars.flatMap((calendar) =>
      calendar
        .instances()
        .filter((event) => which(event, calendar))
        .map((event) => ({ calendar, event })),
    ),
  );
}

/** One of our events that is a single one. */
const someJob = (scene: Scene, which: (event: Instance) => boolean = () => true): Found | undefined =>
  find(scene, (event) => event.bookingId !== null && event.seriesId === null && which(event));

const someAppointment = (scene: Scene, which: (event: Instance) => boolean = () => true): Found | undefined =>
  find(scene, (event) => event.bookingId === null && event.seriesId === null && which(event));

/** What a person does to a calendar is done at once, whatever that service says to it. */
async function edit(
  scene: Scene,
  found: Found | undefined,
  field: EditedField,
  change: (
    program: Calendar['program'],
    id: string,
  ) => { readonly done: Promise<void>; readonly value: string },
): Promise<string | null> {
  if (found === undefined) return null;
  const { calendar, event } = found;
  const { done, value } = change(calendar.program, event.id);
  if (event.bookingId !== null) {
    const { bookingId, id: eventId } = event;
    scene.ledger.edited({ calendar: calendar.key, eventId, bookingId, field, value });
  }
  await done;
  await touch(scene, found);
  return `${field} of ${event.bookingId ?? event.title} in ${calendar.key}: ${value}`;
}

async function touch({ ledger }: Scene, { calendar, event }: Found): Promise<void> {
  const id = event.seriesId ?? event.id;
  ledger.touched.add(`${calendar.key} ${id}`);
}

const rename = (scene: Scene, found: Found | undefined) =>
  edit(scene, found, 'title', (program, id) => {
    const value = `Hers ${scene.next()}`;
    return { done: program.rename(id, value), value };
  });

const relocate = (scene: Scene, found: Found | undefined) =>
  edit(scene, found, 'location', (program, id) => {
    const value = `Her place ${scene.next()}`;
    return { done: program.relocate(id, value), value };
  });

const move = (scene: Scene, found: Found | undefined, days?: number) =>
  edit(scene, found, 'time', (program, id) => {
    const [start, end] = someTime(scene, days);
    return { done: program.move(id, start, end), value: start };
  });

async function act(
  scene: Scene,
  found: Found | undefined,
  deed: (program: Calendar['program'], id: string, event: Instance) => Promise<unknown>,
): Promise<string | null> {
  if (found === undefined) return null;
  const { calendar, event } = found;
  await deed(calendar.program, event.id, event);
  await touch(scene, found);
  return `${event.bookingId ?? event.title} in ${calendar.key}`;
}

async function remove(scene: Scene, found: Found | undefined): Promise<string | null> {
  const done = await act(scene, found, (program, id) => program.delete(id));
  if (found?.event.bookingId != null) {
    const { calendar, event } = found;
    scene.ledger.removed({
      calendar: calendar.key,
      eventId: event.id,
      bookingId: event.bookingId ?? '',
    });
  }
  return done;
}

const someCalendar = ({ dice, calendars }: Scene): Calendar => dice.one(calendars) as Calendar;

async function add(scene: Scene): Promise<{ readonly calendar: Calendar; readonly id: string }> {
  const calendar = someCalendar(scene);
  const [start, end] = someTime(scene);
  const id = await calendar.program.add(`Private ${scene.next()}`, start, end);
  scene.ledger.touched.add(`${calendar.key} ${id}`);
  return { calendar, id };
}

/** What the technician does to what we wrote. */
const TO_JOBS = {
  'moves a job': (scene) => move(scene, someJob(scene, isTimed)),
  'drags a job far away': (scene) => move(scene, someJob(scene, isTimed), 400),
  'renames a job': (scene) => rename(scene, someJob(scene)),
  'changes where a job is': (scene) => relocate(scene, someJob(scene)),
  'colours a job': (scene) => act(scene, someJob(scene), (program, id) => program.decorate(id)),
  'deletes a job': (scene) => remove(scene, someJob(scene)),
  'deletes a job while dispatch cancels it': async (scene) => {
    const found = someJob(scene);
    const { bookings } = scene.world.sandbox.booking;
    const bookingId = found?.event.bookingId ?? '';
    if (bookings.get(bookingId) !== undefined) bookings.cancel(bookingId);
    return remove(scene, found);
  },
  'makes a job repeat': (scene) => act(scene, someJob(scene, isTimed), (program, id) => program.repeat(id)),
  'copies a job': (scene) =>
    act(scene, someJob(scene, isTimed), async (program, id) => {
      scene.ledger.copies.add(await program.copy(id, ...someTime(scene)));
    }),
} as const satisfies Record<string, Deed>;

/** What she does to what is hers. */
const TO_HERS = {
  'adds an appointment': async (scene) => {
    const { calendar, id } = await add(scene);
    return `${id} in ${calendar.key}`;
  },
  'adds a series': async (scene) => {
    const { calendar, id } = await add(scene);
    await calendar.program.repeat(id);
    return `${id} in ${calendar.key}`;
  },
  'takes days off': async (scene) => {
    const calendar = someCalendar(scene);
    const from = Math.floor(scene.world.clock.now().getTime() / DAY) + scene.dice.between(1, 9);
    const [first = '', last = ''] = [from, from + 2].map((day) =>
      new Date(day * DAY).toISOString().slice(0, 10),
    );
    return calendar.program.addDays(`Leave ${scene.next()}`, first, last);
  },
  'has a meeting in two calendars': async (scene) => {
    const [start, end] = someTime(scene);
    const uid = `meeting-${scene.next()}@example.com`;
    const { calendars, dice } = scene;
    const two = calendars.length > 3 ? dice.shuffled(calendars).slice(0, 2) : calendars.slice(-2);
    for (const { program } of two) await program.addMeeting(uid, `Meeting ${uid}`, start, end);
    return uid;
  },
  'moves an appointment': (scene) => move(scene, someAppointment(scene, isTimed)),
  'renames an appointment': (scene) => rename(scene, someAppointment(scene)),
  'moves an occurrence': async (scene) => {
    const found = find(scene, ({ bookingId, seriesId }) => bookingId === null && seriesId !== null);
    const later = (instant: string): string => new Date(Date.parse(instant) + 90 * 60_000).toISOString();
    try {
      return await act(scene, found, async (program, id, { start, end }) =>
        program.move(id, later(start), later(end)),
      );
    } catch (error) {
      // No occurrence may lie over the next one's day, as where the last was moved already: she leaves it.
      if (error instanceof GraphError && error.code === 'ErrorOccurrenceCrossingBoundary') return null;
      throw error;
    }
  },
  'deletes an occurrence': async (scene) => {
    const found = find(scene, ({ bookingId, seriesId }) => bookingId === null && seriesId !== null);
    if (found?.calendar.provider === 'microsoft') {
      const day = scene.world.clock.now().toISOString().slice(0, 10);
      scene.ledger.unsaid.push({ start: found.event.start, day });
    }
    return act(scene, found, (program, id) => program.delete(id));
  },
  'deletes an appointment': (scene) => remove(scene, someAppointment(scene)),
  'clears her calendar unseen': async (scene) => {
    // What is found missing afterwards is more than is believed at once.
    const { program, instances, key } = someCalendar(scene);
    const hers = instances().filter(({ bookingId, seriesId }) => bookingId === null && seriesId === null);
    if (hers.length < 7) return null;
    program.forgetPosition();
    for (const { id } of hers) {
      await program.delete(id);
      scene.ledger.touched.add(`${key} ${id}`);
    }
    return `${hers.length} in ${key}`;
  },
  'deletes a series': (scene) =>
    act(
      scene,
      find(scene, ({ bookingId, seriesId }) => bookingId === null && seriesId !== null),
      (program, _id, { seriesId }) => program.delete(seriesId ?? ''),
    ),
  'makes an appointment free': (scene) =>
    act(
      scene,
      someAppointment(scene, ({ blocks }) => blocks),
      (program, id) => program.makeFree(id),
    ),
  'makes an appointment busy': (scene) =>
    act(
      scene,
      someAppointment(scene, ({ blocks }) => !blocks),
      (program, id) => program.makeBusy(id),
    ),
  declines: (scene) =>
    act(
      scene,
      someAppointment(scene, ({ blocks }) => blocks),
      (program, id) => program.decline(id),
    ),
} as const satisfies Record<string, Deed>;

export const TECHNICIAN_DEEDS = { ...TO_JOBS, ...TO_HERS };

export const TECHNICIAN_OFTEN: Readonly<Record<keyof typeof TECHNICIAN_DEEDS, number>> = {
  'moves a job': 6,
  'drags a job far away': 0.5,
  'renames a job': 4,
  'changes where a job is': 3,
  'colours a job': 2,
  'deletes a job': 4,
  'deletes a job while dispatch cancels it': 1,
  'makes a job repeat': 1,
  'copies a job': 2,
  'adds an appointment': 5,
  'adds a series': 1,
  'takes days off': 1,
  'has a meeting in two calendars': 2,
  'moves an appointment': 4,
  'renames an appointment': 2,
  'moves an occurrence': 2,
  'deletes an occurrence': 2,
  'deletes an appointment': 3,
  'deletes a series': 1,
  'clears her calendar unseen': 0.5,
  'makes an appointment free': 2,
  'makes an appointment busy': 1,
  declines: 1,
};

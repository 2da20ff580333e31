import { ianaZone } from '../../src/sandbox/microsoft/windows-zones.ts';
import { wallClock } from '../../src/sandbox/wall-time.ts';
import type { BusyBlock } from '../../src/shared/domain/busy-block.ts';
import { type BookingVersion, contentOf, isSelected, type Ledger } from './ledger.ts';
import type { Calendar, Scene } from './scene.ts';
import type { Instance } from './seen-instances.ts';
import { same } from './watch.ts';

const DAY = 86_400_000;
const moment = (text: string): number => Date.parse(text.length === 10 ? `${text}T00:00:00Z` : text);

/** Once quiet: judges both sides by what they show, and what people did by where it ended. */
export function expectations(scene: Scene): void {
  for (const calendar of scene.calendars) {
    const jobs = calendar.instances().filter(({ bookingId }) => bookingId !== null);
    for (const bookingId of scene.ledger.bookingIds()) {
      exported(
        scene,
        calendar,
        bookingId,
        jobs.filter((job) => job.bookingId === bookingId),
      );
    }
  }
  imported(scene);
  editsEnded(scene);
}

type Span = Pick<Instance, 'start' | 'end'>;

/** Whether it lies in the days that are kept in step: thirty back, a hundred and eighty ahead. */
function isNear({ start, end }: Span, now: Date): boolean {
  const today = Math.floor(now.getTime() / DAY) * DAY;
  return moment(start) < today + 181 * DAY && moment(end) > today - 30 * DAY;
}

/** Whether nobody can know any more what should be there, or may do anything about it. */
function isExcused(
  { ledger, world }: Scene,
  calendar: Calendar,
  job: Instance | undefined,
  booking: BookingVersion['booking'] | undefined,
): boolean {
  const sides = [job, booking].filter((each) => each != null);
  if (sides.some(({ start }) => ledger.keptAt.has(Date.parse(start)))) return true;
  const afresh = ledger.afresh.get(calendar.key) ?? 0;
  // What lies beyond the window is not listed, and so not known any more once the database is lost (decision 10).
  if (job !== undefined && afresh > 0 && !sides.every((side) => isNear(side, world.clock.now()))) return true;
  // A calendar that is only imported is not written to: what was forgotten before it could be removed, and not found
  // again before that became so, stays.
  return !isExported(calendar) && afresh > calendar.settledBeforeTurn;
}

const isExported = ({ importOnly, mapped }: Calendar): boolean =>
  !importOnly && mapped.direction !== 'import';

/** I1, I12 and I13 of one booking in one calendar. */
function exported(scene: Scene, calendar: Calendar, bookingId: string, jobs: readonly Instance[]): void {
  const { ledger, findings, world } = scene;
  const booking = ledger.versions(bookingId).at(-1)?.booking;
  const where = `${bookingId} in ${calendar.key}`;
  const [job] = jobs;
  if (isExcused(scene, calendar, job, booking)) return;
  if (!isExported(calendar) || !isSelected(booking)) {
    findings.check('I1', job === undefined ? [] : [`${where} is gone and has an event`]);
    const wasWithdrawn = ledger.withdrawn.has(`${calendar.key} ${bookingId}`);
    if (wasWithdrawn) findings.check('I13', job === undefined ? [] : [`${where} came back`]);
    return;
  }
  if (isParked(ledger, bookingId)) return;
  if (job === undefined) {
    const inWindow = isNear(booking, world.clock.now());
    const removal = ledger.removalOf(calendar.key, bookingId);
    // Who deleted it is not known any more when the database is lost: Google only says that it is deleted.
    const withdrawn = ledger.withdrawn.get(`${calendar.key} ${bookingId}`);
    const isForgotten = withdrawn !== undefined && withdrawn < (ledger.afresh.get(calendar.key) ?? 0);
    const isLeft =
      calendar.mapped.onDelete !== 'restore' &&
      (isForgotten ||
        (removal !== undefined &&
          (removal.at > ledger.changedAt(bookingId) ||
            isAsBefore(ledger, bookingId, removal.at) ||
            isMovedByHer(ledger, calendar, bookingId, removal.at))));
    findings.check('I1', inWindow && !isLeft ? [`${where} has no event`] : []);
    return;
  }
  findings.check(
    'I1',
    differences(job, booking).map((difference) => `${where}: ${difference}`),
  );
  if (jobs.length > 1) findings.check('I1', [`${where} repeats`]);
  findings.check(
    'I12',
    [
      ...timeDifferences(job, booking),
      // The same instants in another zone that she chose are left alone.
      ...(ledger.moved.has(`${calendar.key} ${bookingId}`) ? [] : zoneDifferences(job, booking)),
    ].map((difference) => `${where}: ${difference}`),
  );
  staysDeleted(scene, calendar, bookingId);
}

/** Cancelled and taken back, it may never have been seen to be anything else than it was when she deleted its event. */
function isAsBefore(ledger: Ledger, bookingId: string, removedAt: number): boolean {
  const versions = ledger.versions(bookingId);
  const at = (time: number): string => contentOf(versions.findLast((version) => version.at <= time)?.booking);
  return [removedAt, ledger.settledAt].some((time) => at(time) === contentOf(versions.at(-1)?.booking));
}

/** Moved by what she had done to the event before she deleted it: that was on its way to the booking system still. */
function isMovedByHer(ledger: Ledger, { key }: Calendar, bookingId: string, removedAt: number): boolean {
  const versions = ledger.versions(bookingId);
  const was = versions.findLast(({ at }) => at <= removedAt)?.booking;
  const is = versions.at(-1)?.booking;
  if (was == null || is == null) return false;
  const { start, end } = was;
  const isHers = same(is.start, ledger.movedTo.get(`${key} ${bookingId}`) ?? '');
  return isHers && contentOf({ ...is, start, end }) === contentOf(was);
}

type Job = NonNullable<BookingVersion['booking']>;

function* differing(pairs: readonly (readonly [string, string, string])[]): Generator<string> {
  for (const [name, shown, wanted] of pairs)
    if (shown !== wanted) yield `${name} is “${shown}”, not “${wanted}”`;
}

const differences = (job: Instance, booking: Job): readonly string[] => [
  ...differing([
    ['title', job.title, booking.title],
    ['place', job.location, booking.location ?? ''],
    ['notes', job.description, booking.description ?? ''],
    ['tentative', String(job.tentative), String(booking.status === 'tentative')],
  ]),
  ...timeDifferences(job, booking),
];

const timeDifferences = (job: Instance, booking: Job): readonly string[] => [
  ...(same(job.start, booking.start) ? [] : [`it starts ${job.start}, not ${booking.start}`]),
  ...(same(job.end, booking.end) ? [] : [`it ends ${job.end}, not ${booking.end}`]),
];

/** The zone that clocks are set by, under whatever name the provider has for it; days have none. */
function zoneDifferences(job: Instance, booking: Job): readonly string[] {
  if (job.start.length === 10 || ianaZone(job.zone) === ianaZone(booking.timeZone)) return [];
  // Outlook takes wall times: an hour that happens twice can only be named in UTC.
  if (job.zone === 'UTC' && happensTwice(job.start, booking.timeZone)) return [];
  return [`it is in the zone ${job.zone}, not ${booking.timeZone}`];
}

const MINUTE = 60_000;

function happensTwice(instant: string, zone: string): boolean {
  const wall = (minutes: number): number => wallClock(Date.parse(instant) + minutes * MINUTE, zone).getTime();
  return [-120, -60, -30, 30, 60, 120].some((minutes) => wall(minutes) === wall(0));
}

/** Somebody kept rewriting it: three times since the booking last changed. */
function isParked(ledger: Ledger, bookingId: string): boolean {
  const since = ledger.changedAt(bookingId);
  return ledger.kept(bookingId).some(({ kind, at }) => kind === 'parked' && at > since);
}

/** I13: where the policy says so, what she deleted is not there, unless something has happened since. */
function staysDeleted(
  { ledger, findings }: Scene,
  { key, mapped, turnedAt }: Calendar,
  bookingId: string,
): void {
  const removal = ledger.removalOf(key, bookingId);
  if (removal === undefined || mapped.onDelete === 'restore') return;
  const since = Math.min(removal.at, ledger.settledAt);
  const changed =
    ledger.changedAt(bookingId) > since ||
    (ledger.afresh.get(key) ?? 0) > since ||
    (ledger.answered.get(bookingId) ?? 0) > removal.at ||
    // While it was only imported, nobody looked.
    turnedAt > removal.at;
  if (changed) ledger.isBack(key, bookingId);
  findings.check('I13', changed ? [] : [`${bookingId} came back in ${key}`]);
}

/** I1 of the technician's own time, I12 with it. */
function imported(scene: Scene): void {
  const { calendars, world, findings } = scene;
  const left = [...world.sandbox.booking.blocks.all()];
  const meetings = new Map<string, { readonly calendar: Calendar; readonly event: Instance }[]>();
  for (const calendar of calendars) {
    if (calendar.mapped.direction === 'export') {
      leaveForgotten(scene, calendar);
      continue;
    }
    scene.ledger.leftBlocks.delete(calendar.key);
    for (const event of calendar.instances().filter((each) => takesTime(each, calendar, world.clock.now()))) {
      const copies = meetings.get(event.meeting) ?? [];
      meetings.set(event.meeting, [...copies, { calendar, event }]);
    }
  }
  const groups = [...meetings.values()].sort((a, b) => a.length - b.length);
  for (const copies of groups) {
    const index = left.findIndex((block) =>
      copies.some(({ event, calendar }) => isOf(block, event, calendar)),
    );
    const [first] = copies;
    if (index < 0) {
      const near = first === undefined ? undefined : left.find(({ start }) => same(start, first.event.start));
      const what = `“${first?.event.title}” at ${first?.event.start} in ${first?.calendar.key} is not blocked`;
      findings.check('I1', [near === undefined ? what : `${what}, but ${JSON.stringify(near)}`]);
    } else {
      findings.check('I1');
      findings.check('I12');
      left.splice(index, 1);
    }
  }
  const today = world.clock.now().toISOString().slice(0, 10);
  const isUnsaid = ({ start }: BusyBlock): boolean =>
    scene.ledger.unsaid.some((each) => each.day === today && same(each.start, start));
  const wasLeft = ({ id }: BusyBlock): boolean =>
    [...scene.ledger.leftBlocks.values()].some((ids) => ids.has(id));
  const unexplained = left.filter(
    (block) => !isUnsaid(block) && !wasLeft(block) && !scene.ledger.keptAt.has(Date.parse(block.start)),
  );
  for (const block of unexplained)
    findings.check('I1', [`nothing is at ${block.start}, which is blocked: ${block.id}`]);
  scene.network.watch.settledBlocks = groups
    .filter(({ length }) => length === 1)
    .flat()
    // One that a person kept after its appointment had gone may stand for another copy, until it goes with its mapping.
    .filter(({ event }) => !scene.ledger.keptAt.has(Date.parse(event.start)))
    .map(({ calendar, event }) => ({
      calendar: calendar.key,
      event: event.seriesId ?? event.id,
      meeting: event.meeting,
      start: event.start,
      end: event.end,
    }));
}

/** Blocks that were forgotten before they could be taken back: a calendar that is only exported is not asked for them. */
function leaveForgotten(
  { ledger, world }: Scene,
  { key, provider, changedAt, settledBefore }: Calendar,
): void {
  if (changedAt <= ledger.settledAt || (ledger.afresh.get(key) ?? 0) <= settledBefore) return;
  ledger.leaveBlocks(key, provider, world);
}

function takesTime(event: Instance, { mapped }: Calendar, now: Date): boolean {
  const isSkipped = mapped.skip.includes('all-day') && event.start.length === 10;
  return event.bookingId === null && event.blocks && isNear(event, now) && !isSkipped;
}

function isOf(block: BusyBlock, event: Instance, { mapped }: Calendar): boolean {
  const title = mapped.visibility === 'details' && !event.isPrivate ? event.title : '';
  return same(block.start, event.start) && same(block.end, event.end) && (block.title ?? '') === title;
}

/** I3: what she typed is in the calendar, in the booking system, or was kept. */
function editsEnded(scene: Scene): void {
  const { ledger, calendars, findings } = scene;
  for (const { at, calendar: key, eventId, bookingId, field, value } of ledger.openEdits()) {
    const calendar = calendars.find((each) => each.key === key);
    const shown = (calendar?.instances() ?? []).filter(
      (event) => event.bookingId === bookingId || event.id === eventId || event.seriesId === eventId,
    );
    const booked = ledger.versions(bookingId).filter((version) => version.at > at);
    const places = [
      ...shown.map((event) => (field === 'time' ? event.start : event[field])),
      ...booked.map(({ booking }) => (field === 'time' ? booking?.start : booking?.[field]) ?? ''),
      ...ledger.kept(bookingId).map(({ shown: kept }) => (field === 'time' ? kept.start : kept[field])),
    ];
    const isThere = places.some((place) =>
      field === 'time' && place !== '' ? same(place, value) : place === value,
    );
    findings.check('I3', isThere ? [] : [`${field} “${value}” of ${bookingId} in ${key} is nowhere`]);
  }
  ledger.closeEdits();
}

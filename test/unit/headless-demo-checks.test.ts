import { beforeEach, describe, expect, it } from 'vitest';
import {
  type DemoChecks,
  demoChecks,
  type Evidence,
  type PersonEvidence,
} from '../../src/main/headless/demo/checks.ts';
import type { SandboxEvent } from '../../src/main/headless/demo/sandbox-event.ts';
import type { SandboxView } from '../../src/main/headless/demo/sandbox-view.ts';
import type { Booking } from '../../src/shared/domain/booking.ts';
import type { BusyBlock } from '../../src/shared/domain/busy-block.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Draft = Mutable<Omit<PersonEvidence, 'before' | 'after'>> & {
  readonly before: Mutable<SandboxView>;
  readonly after: Mutable<SandboxView>;
};

const CALENDAR = 'google/calendars/tess@example.com/events';
const ROTA = 'ics/feeds/rota/events';

const booking = (hour: number, changes: Partial<Booking> = {}): Booking => ({
  id: `bk_${hour}`,
  version: '1',
  status: 'confirmed',
  title: `Job at ${hour}`,
  start: `2026-11-24T${hour}:00:00Z`,
  end: `2026-11-24T${hour + 1}:00:00Z`,
  timeZone: 'Europe/London',
  technicianIds: ['tech_1'],
  updatedAt: '2026-11-20T09:00:00Z',
  ...changes,
});

const event = (id: string, title: string, hour: number): SandboxEvent => ({
  id,
  uid: `${id}@example.com`,
  version: `"${id}"`,
  title,
  start: `2026-11-24T${hour}:00:00+00:00`,
  end: `2026-11-24T${hour + 1}:00:00+00:00`,
});

const block = (start: string, end: string, changes: Partial<BusyBlock> = {}): BusyBlock => ({
  id: `bb_${start}`,
  technicianId: 'tech_1',
  start,
  end,
  status: 'busy',
  visibility: 'busy-only',
  source: { provider: 'google', calendar: 'hash', event: start },
  ...changes,
});

const slot = (day: number, hour: number): { start: string; end: string } => ({
  start: `2026-11-${day}T${String(hour).padStart(2, '0')}:00:00Z`,
  end: `2026-11-${day}T${String(hour + 1).padStart(2, '0')}:00:00Z`,
});

const personal = [event('own', 'Dentist', 15)];
const published = [{ ...event('own', 'Dentist', 15), id: 'published' }];
const exported = [event('e10', 'Job at 10', 10), event('e12', 'Job at 12', 12)];

/** Two jobs, a visit to the dentist that is in the rota as well, and a day off. */
function honestEvidence(): Draft {
  const bookings = [booking(10), booking(12), booking(14, { status: 'cancelled' })];
  return {
    before: {
      bookings,
      blocks: [],
      events: new Map([
        [CALENDAR, personal],
        [ROTA, published],
      ]),
      slots: [slot(24, 11), slot(24, 15), slot(25, 9), slot(26, 9)],
    },
    after: {
      bookings,
      blocks: [
        block('2026-11-24T15:00:00Z', '2026-11-24T16:00:00Z'),
        block('2026-11-25', '2026-11-26', { timeZone: 'Europe/London' }),
      ],
      events: new Map([
        [CALENDAR, [...personal, ...exported]],
        [ROTA, published],
      ]),
      slots: [slot(24, 11), slot(26, 9)],
    },
    exportedTo: CALENDAR,
    window: { from: new Date('2026-10-24T00:00:00Z'), to: new Date('2027-05-20T00:00:00Z') },
    timeZone: 'Europe/London',
  };
}

let evidence: Draft;
let secondRunWrites: Evidence['secondRunWrites'];
let others: readonly PersonEvidence[];
beforeEach(() => {
  evidence = honestEvidence();
  secondRunWrites = [];
  others = [];
});

const broken = (): readonly string[] =>
  Object.entries(demoChecks({ people: [evidence, ...others], secondRunWrites }) satisfies DemoChecks).flatMap(
    ([name, holds]) => (holds ? [] : [name]),
  );
const show = (...events: readonly SandboxEvent[]): void => {
  evidence.after.events = new Map([
    [CALENDAR, events],
    [ROTA, published],
  ]);
};

describe('the checks of the demo', () => {
  it('all hold when everything is as it should be', () => {
    expect(broken()).toEqual([]);
  });

  it('see a booking that is there twice', () => {
    show(...personal, ...exported, event('again', 'Job at 10', 10));
    expect(broken()).toEqual(['noDuplicates']);
  });

  it('see a busy block that is there twice under another id', () => {
    const [, dayOff] = evidence.after.blocks;
    evidence.after.blocks = [
      ...evidence.after.blocks,
      ...(dayOff === undefined ? [] : [{ ...dayOff, id: 'bb_other' }]),
    ];
    expect(broken()).toEqual(['noDuplicates']);
  });

  it('see a booking that is missing, at another time, or cancelled and still there', () => {
    const [ten = event('', '', 10)] = exported;
    show(...personal, ten);
    expect(broken()).toEqual(['everyBookingPresent']);
    show(...personal, ten, event('e12', 'Job at 12', 13));
    expect(broken()).toEqual(['everyBookingPresent']);
    show(...personal, ...exported, event('e14', 'Job at 14', 14));
    expect(broken()).toEqual(['everyBookingPresent']);
  });

  it('see a busy slot that is still offered, a free one that is gone, and that nothing changed', () => {
    evidence.after.slots = [slot(24, 11), slot(24, 15), slot(26, 9)];
    expect(broken()).toEqual(['offeredSlotsRemovedByBusyBlocks']);
    evidence.after.slots = [slot(24, 11)];
    expect(broken()).toEqual(['offeredSlotsRemovedByBusyBlocks']);
    evidence.before.slots = evidence.after.slots = [slot(24, 11), slot(26, 9)];
    expect(broken()).toEqual(['offeredSlotsRemovedByBusyBlocks']);
  });

  it('see a meeting of two calendars that blocks its time twice, or not at all', () => {
    const [first, ...rest] = evidence.after.blocks;
    if (first === undefined) throw new RangeError('There is no block');
    const source = { provider: 'ics', calendar: 'hash', event: 'published' };
    evidence.after.blocks = [first, { ...first, id: 'bb_published', source }, ...rest];
    expect(broken()).toEqual(['sameMeetingBlocksOnce']);
    evidence.after.blocks = rest;
    evidence.after.slots = [slot(24, 11), slot(24, 15), slot(26, 9)];
    expect(broken()).toEqual(['sameMeetingBlocksOnce']);
  });

  it('do not take it for granted that there is such a meeting', () => {
    evidence.before.events = new Map([[CALENDAR, personal]]);
    expect(broken()).toEqual(['sameMeetingBlocksOnce']);
  });

  it('see what is wrong with anybody', () => {
    const other = honestEvidence();
    others = [other];
    expect(broken()).toEqual([]);
    other.after.slots = other.before.slots;
    expect(broken()).toEqual(['offeredSlotsRemovedByBusyBlocks']);
  });

  it('see that the second run wrote something', () => {
    secondRunWrites = [{ service: 'google', method: 'PATCH', url: '/google/calendar/v3/…' }];
    expect(broken()).toEqual(['secondRunWroteNothing']);
  });

  it('see a private title in the booking system', () => {
    evidence.after.blocks = evidence.after.blocks.map((one) => ({ ...one, title: 'Dentist' }));
    expect(broken()).toEqual(['noPrivateTitleSent']);
  });

  it('see a personal event that was changed or is gone', () => {
    show({ ...event('own', 'Dentist', 15), version: '"changed"' }, ...exported);
    expect(broken()).toEqual(['personalEventsUntouched']);
    show(...exported);
    expect(broken()).toEqual(['personalEventsUntouched']);
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { type DemoChecks, demoChecks, type Evidence } from '../../src/main/headless/demo/checks.ts';
import type { SandboxEvent, SandboxView } from '../../src/main/headless/demo/sandbox-view.ts';
import type { Booking } from '../../src/shared/domain/booking.ts';
import type { BusyBlock } from '../../src/shared/domain/busy-block.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Draft = Mutable<Omit<Evidence, 'before' | 'after'>> & {
  readonly before: Mutable<SandboxView>;
  readonly after: Mutable<SandboxView>;
};

const CALENDAR = 'tess@example.com';

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

const event = (id: string, summary: string, hour: number): SandboxEvent => ({
  id,
  etag: `"${id}"`,
  summary,
  start: { dateTime: `2026-11-24T${hour}:00:00+00:00` },
  end: { dateTime: `2026-11-24T${hour + 1}:00:00+00:00` },
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
const exported = [event('e10', 'Job at 10', 10), event('e12', 'Job at 12', 12)];

/** Two jobs, a visit to the dentist and a day off. */
function honestEvidence(): Draft {
  const bookings = [booking(10), booking(12), booking(14, { status: 'cancelled' })];
  return {
    before: {
      bookings,
      blocks: [],
      events: new Map([[CALENDAR, personal]]),
      slots: [slot(24, 11), slot(24, 15), slot(25, 9), slot(26, 9)],
    },
    after: {
      bookings,
      blocks: [
        block('2026-11-24T15:00:00Z', '2026-11-24T16:00:00Z'),
        block('2026-11-25', '2026-11-26', { timeZone: 'Europe/London' }),
      ],
      events: new Map([[CALENDAR, [...personal, ...exported]]]),
      slots: [slot(24, 11), slot(26, 9)],
    },
    calendarId: CALENDAR,
    secondRunWrites: [],
    window: { from: new Date('2026-10-24T00:00:00Z'), to: new Date('2027-05-20T00:00:00Z') },
    timeZone: 'Europe/London',
  };
}

let evidence: Draft;
beforeEach(() => {
  evidence = honestEvidence();
});

const broken = (): readonly string[] =>
  Object.entries(demoChecks(evidence) satisfies DemoChecks).flatMap(([name, holds]) => (holds ? [] : [name]));
const show = (...events: readonly SandboxEvent[]): void => {
  evidence.after.events = new Map([[CALENDAR, events]]);
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
    const [first] = evidence.after.blocks;
    evidence.after.blocks = [
      ...evidence.after.blocks,
      ...(first === undefined ? [] : [{ ...first, id: 'bb_other' }]),
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

  it('see that the second run wrote something', () => {
    evidence.secondRunWrites = [{ service: 'google', method: 'PATCH', url: '/google/calendar/v3/…' }];
    expect(broken()).toEqual(['secondRunWroteNothing']);
  });

  it('see a private title in the booking system', () => {
    evidence.after.blocks = evidence.after.blocks.map((one) => ({ ...one, title: 'Dentist' }));
    expect(broken()).toEqual(['noPrivateTitleSent']);
  });

  it('see a personal event that was changed or is gone', () => {
    show({ ...event('own', 'Dentist', 15), etag: '"changed"' }, ...exported);
    expect(broken()).toEqual(['personalEventsUntouched']);
    show(...exported);
    expect(broken()).toEqual(['personalEventsUntouched']);
  });
});

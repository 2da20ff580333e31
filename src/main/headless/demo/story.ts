import type { CalendarListEntry } from '../../../shared/domain/account.ts';
import type { Booking } from '../../../shared/domain/booking.ts';
import type { SyncResult } from '../../../shared/domain/sync-result.ts';
import { mappingText } from '../sync-text.ts';
import { table } from '../table.ts';
import type { Screen } from '../terminal.ts';
import { count, localTime } from '../words.ts';
import { bookingsToExport, type DemoChecks, type Evidence, exportedEvents } from './checks.ts';
import type { DemoWorld } from './demo-world.ts';

const CHECKS: Readonly<Record<keyof DemoChecks, string>> = {
  everyBookingPresent: 'every booking is in the calendar, at its time',
  noDuplicates: 'nothing is there twice',
  offeredSlotsRemovedByBusyBlocks: 'customers are no longer offered busy times',
  noPrivateTitleSent: 'no title of a personal event left the calendar',
  personalEventsUntouched: 'no personal event was changed',
  secondRunWroteNothing: 'a second run had nothing to write',
};

/** What happened, as a table, and whether the sandbox agrees. */
export function storyText(
  screen: Screen,
  world: DemoWorld,
  runs: readonly [SyncResult, SyncResult],
  evidence: Evidence,
  checks: DemoChecks,
): string {
  const { technician, account, calendars } = world;
  const personal = [...evidence.before.events.values()].flat().length;
  const calendarNames = calendars.map(({ name, primary }) =>
    primary ? `${name}: both ways` : `${name}: busy times only`,
  );
  const steps = [
    [
      'The company',
      `${technician.name} has ${count(bookingsToExport(evidence).length, 'booking')} and ${count(personal, 'event')} of their own`,
    ],
    ['Enrolled', `with a code from dispatch, as ${technician.name} (${technician.id})`],
    ['Connected', `Google ${account.email}`],
    ['Mapped', calendarNames.join('\n')],
    ['First sync', runText(runs[0], calendars)],
    ['Second sync', runText(runs[1], calendars)],
    ['Offered slots', `${evidence.before.slots.length} before, ${evidence.after.slots.length} after`],
  ];
  const verdicts = Object.entries(checks).map(([name, holds]) => [
    holds ? 'yes' : 'NO',
    CHECKS[name as keyof DemoChecks],
  ]);
  return [
    table(screen, [{ head: 'Step' }, { head: 'What happened', wraps: true }], steps),
    '',
    'Asked the booking system and the calendar themselves:',
    table(screen, [{ head: 'Holds' }, { head: 'Claim', wraps: true }], verdicts),
  ].join('\n');
}

/** A run, a line for each calendar. */
export function runText({ accounts }: SyncResult, calendars: readonly CalendarListEntry[]): string {
  const name = (calendarId: string): string =>
    calendars.find(({ id }) => id === calendarId)?.name ?? calendarId;
  return accounts
    .flatMap(({ error, mappings }) => [
      ...mappings.map((mapping) => {
        const conflicts = mapping.conflicts === 0 ? '' : `, ${count(mapping.conflicts, 'conflict')}`;
        return `${name(mapping.calendarId)}: ${mappingText(mapping)}${conflicts}`;
      }),
      ...(error === null ? [] : [`failed: ${error.message}`]),
    ])
    .join('\n');
}

const HOUR_MS = 3_600_000;

/** What a person can do to see it react, as commands to copy. */
export function invitationText(world: DemoWorld, evidence: Evidence, now: Date, seconds: number): string {
  const { control } = world.sandbox.urls();
  const calendar = `${control}/google/calendars/${encodeURIComponent(evidence.calendarId)}/events`;
  const booking = movableBooking(evidence, now);
  const event = exportedEvents(evidence).find(
    ({ summary, start }) =>
      summary === booking?.title && Date.parse(start.dateTime ?? '') === Date.parse(booking.start),
  );
  const tries =
    event === undefined || booking === undefined
      ? []
      : [
          `“${booking.title}” is at ${localTime(booking.start)}. Try, in another terminal:`,
          '  the technician drags it an hour later, and dispatch is asked:',
          `    curl -X POST ${calendar}/${event.id}/move ${json({ byMinutes: 60 })}`,
          '  dispatch cancels it:',
          `    curl -X POST ${control}/booking/bookings/${booking.id}/cancel`,
        ];
  return [`Syncing every ${seconds} seconds until you press Ctrl-C.`, ...tries].join('\n');
}

/** The next booking after which the technician has an hour without another one. */
function movableBooking(evidence: Evidence, now: Date): Booking | undefined {
  const bookings = bookingsToExport(evidence);
  const isFree = (from: number, to: number, except: Booking): boolean =>
    bookings.every(
      (other) => other.id === except.id || Date.parse(other.end) <= from || Date.parse(other.start) >= to,
    );
  return bookings
    .filter(({ start, status }) => status === 'confirmed' && Date.parse(start) > now.getTime())
    .toSorted((a, b) => Date.parse(a.start) - Date.parse(b.start))
    .find((booking) =>
      isFree(Date.parse(booking.start) + HOUR_MS, Date.parse(booking.end) + HOUR_MS, booking),
    );
}

const json = (body: object): string => `-H 'content-type: application/json' -d '${JSON.stringify(body)}'`;

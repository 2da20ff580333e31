import type { Booking } from '../../../shared/domain/booking.ts';
import type { Direction } from '../../../shared/domain/mapping.ts';
import type { SyncResult } from '../../../shared/domain/sync-result.ts';
import { mappingText } from '../sync-text.ts';
import { table } from '../table.ts';
import type { Screen } from '../terminal.ts';
import { count, localTime, PROVIDER_NAMES } from '../words.ts';
import {
  bookingsToExport,
  type DemoChecks,
  type Evidence,
  exportedEvents,
  type PersonEvidence,
} from './checks.ts';
import type { DemoWorld } from './demo-world.ts';
import type { DemoPerson } from './people.ts';

const CHECKS: Readonly<Record<keyof DemoChecks, string>> = {
  everyBookingPresent: 'every booking is in its technician’s calendar, at its time',
  noDuplicates: 'nothing is there twice',
  sameMeetingBlocksOnce: 'a meeting that is in two calendars blocks its time once',
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
  const { technician, people } = world;
  const name = (index: number): string => people[index]?.technician.name ?? '';
  const each = (text: (person: PersonEvidence) => string): string =>
    evidence.people.map((person, index) => `${name(index)}: ${text(person)}`).join('\n');
  const names = calendarNames(people);
  const steps = [
    [
      'The company',
      each((person) => {
        const own = [...person.before.events.values()].flat().length;
        return `${count(bookingsToExport(person).length, 'booking')} and ${count(own, 'event')} of their own`;
      }),
    ],
    ['Enrolled', `with a code from dispatch, as ${technician.name} (${technician.id}), who sees the team`],
    [
      'Connected',
      people
        .flatMap(({ accounts }) => accounts)
        .map(({ provider, email }) => `${PROVIDER_NAMES[provider]} ${email}`)
        .join('\n'),
    ],
    [
      'Mapped',
      people
        .flatMap(({ calendars }) => calendars)
        .map(({ mapping }) => `${names.get(mapping.id)}: ${DIRECTIONS[mapping.direction]}`)
        .join('\n'),
    ],
    ...world.leftOut.map((what) => ['Left out', what]),
    ['First sync', runText(runs[0], people)],
    ['Second sync', runText(runs[1], people)],
    [
      'Offered slots',
      each(({ before, after }) => `${before.slots.length} before, ${after.slots.length} after`),
    ],
  ];
  const verdicts = Object.entries(checks).map(([name, holds]) => [
    holds ? 'yes' : 'NO',
    CHECKS[name as keyof DemoChecks],
  ]);
  return [
    table(screen, [{ head: 'Step' }, { head: 'What happened', wraps: true }], steps),
    '',
    'Asked the booking system and the calendars themselves:',
    table(screen, [{ head: 'Holds' }, { head: 'Claim', wraps: true }], verdicts),
  ].join('\n');
}

const DIRECTIONS: Readonly<Record<Direction, string>> = {
  'two-way': 'both ways',
  import: 'busy times only',
  export: 'bookings only',
};

/** What to call the calendars, by mapping: whose and which service's; by its own name where it is not the main one. */
function calendarNames(people: readonly DemoPerson[]): ReadonlyMap<string, string> {
  const names = people.flatMap(({ technician, calendars }) =>
    calendars.map(({ provider, entry, mapping }): [string, string] => {
      const which = entry.primary ? '' : ` “${entry.name}”`;
      return [mapping.id, `${technician.name}, ${PROVIDER_NAMES[provider]}${which}`];
    }),
  );
  return new Map(names);
}

/** A run, a line for each calendar. */
export function runText({ accounts }: SyncResult, people: readonly DemoPerson[]): string {
  const names = calendarNames(people);
  const addresses = new Map(
    people.flatMap((person) => person.accounts).map((account) => [account.accountId, account.email]),
  );
  return accounts
    .flatMap(({ accountId, error, mappings }) => [
      ...mappings.map((mapping) => {
        const conflicts = mapping.conflicts === 0 ? '' : `, ${count(mapping.conflicts, 'conflict')}`;
        return `${names.get(mapping.mappingId) ?? mapping.calendarId}: ${mappingText(mapping)}${conflicts}`;
      }),
      ...(error === null ? [] : [`${addresses.get(accountId) ?? accountId}: failed. ${error.message}`]),
    ])
    .join('\n');
}

const HOUR_MS = 3_600_000;

/** What a person can do to see it react, as commands to copy. */
export function invitationText(world: DemoWorld, evidence: Evidence, now: Date, seconds: number): string {
  const { control } = world.sandbox.urls();
  const [person] = evidence.people;
  const booking = person === undefined ? undefined : movableBooking(person, now);
  const event = (person === undefined ? [] : exportedEvents(person)).find(
    ({ title, start }) => title === booking?.title && Date.parse(start) === Date.parse(booking.start),
  );
  const tries =
    event === undefined || booking === undefined
      ? []
      : [
          `“${booking.title}” is at ${localTime(booking.start)}. Try, in another terminal:`,
          '  the technician drags it an hour later, and dispatch is asked:',
          `    curl -X POST ${control}/${person?.exportedTo}/${event.id}/move ${json({ byMinutes: 60 })}`,
          '  dispatch cancels it:',
          `    curl -X POST ${control}/booking/bookings/${booking.id}/cancel`,
        ];
  return [`Syncing every ${seconds} seconds until you press Ctrl-C.`, ...tries].join('\n');
}

/** The next booking after which the technician has an hour without another one. */
function movableBooking(person: PersonEvidence, now: Date): Booking | undefined {
  const bookings = bookingsToExport(person);
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

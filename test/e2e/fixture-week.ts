import type { ConflictItem, HoldItem } from '../../src/shared/domain/decision.ts';
import type { FeedItem } from '../../src/shared/domain/feed.ts';
import type { LogEntry } from '../../src/shared/domain/sync-log.ts';
import type { SyncResult } from '../../src/shared/domain/sync-result.ts';
import type { WeekItem } from '../../src/shared/domain/week.ts';
import type { Output } from '../../src/shared/rpc/contract.ts';

/** A believable week of Tess Technician, 23 to 29 November 2026. Times are UTC, which is London's clock in winter. */

export const TECHNICIANS = [
  { id: 'tech_tess', name: 'Tess Technician', timeZone: 'Europe/London' },
  { id: 'tech_omar', name: 'Omar Haddad', timeZone: 'Europe/London' },
];

export const PROJECTS = [
  { id: 'proj_harbour', name: 'Harbour School', timeZone: 'Europe/London' },
  { id: 'proj_meters', name: 'Smart meters 2026', timeZone: 'Europe/London' },
];

const feed = {
  id: 'feed_tess',
  technicianId: 'tech_tess',
  projectId: null,
  name: 'Tess Technician',
  visibility: 'busy-only',
  enabled: true,
  publish: false,
  createdAt: '2026-10-01T08:00:00Z',
  path: '/ics/3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA.ics',
  publishedUrl: null,
} satisfies FeedItem;

export const FEEDS: readonly [FeedItem, ...FeedItem[]] = [
  feed,
  {
    ...feed,
    id: 'feed_harbour',
    technicianId: null,
    projectId: 'proj_harbour',
    name: 'Harbour School',
    visibility: 'details',
    publish: true,
    publishedUrl: 'https://bookings.example.com/feeds/3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA.ics',
  },
  {
    ...feed,
    id: 'feed_meters',
    technicianId: null,
    projectId: 'proj_meters',
    name: 'Smart meters 2026',
    publish: true,
  },
  { ...feed, id: 'feed_omar', technicianId: 'tech_omar', name: 'Omar Haddad', enabled: false, path: null },
];

export const CALENDARS: Readonly<Record<string, Output<'calendars.list'>['items']>> = {
  acc_google: [
    calendar('work@calendar.example', 'Work', { primary: true }),
    calendar('family@calendar.example', 'Family'),
    calendar('holidays@calendar.example', 'Holidays in the United Kingdom', { writable: false }),
  ],
  acc_ms: [calendar('outlook-main', 'Calendar', { primary: true })],
  acc_ics: [calendar('ics-terms', 'School terms 2026/27', { primary: true, writable: false })],
  acc_caldav: [calendar('dav-personal', 'Personal', { primary: true })],
};

function calendar(id: string, name: string, given: { primary?: boolean; writable?: boolean } = {}) {
  return { id, name, timeZone: 'Europe/London', primary: false, writable: true, ...given };
}

const booking = (day: number, from: string, to: string, title: string, location: string): WeekItem => ({
  id: `bk_${day}_${from}`,
  kind: 'booking',
  title,
  location,
  start: `2026-11-${day}T${from}:00Z`,
  end: `2026-11-${day}T${to}:00Z`,
  allDay: false,
  status: 'confirmed',
  mappingId: 'map_work',
  reason: 'A booking of yours in these days: it is in your calendar.',
});

const busy = (
  day: number,
  from: string,
  to: string,
  title: string,
  given: Partial<WeekItem> = {},
): WeekItem => ({
  ...booking(day, from, to, title, ''),
  id: `ev_${day}_${from}`,
  kind: 'busy',
  reason: 'You are busy then: dispatch does not offer this time.',
  ...given,
});

export const WEEK: readonly WeekItem[] = [
  booking(23, '09:00', '10:30', 'Boiler service', '12 Mill Lane'),
  busy(23, '12:00', '13:00', 'Lunch with Priya'),
  booking(23, '14:00', '15:30', 'Leak, second visit', 'Flat 3, 40 Dock Rd'),
  booking(24, '08:30', '10:00', 'Install meter', '7 Church St'),
  busy(24, '15:00', '16:00', 'Dentist', { location: '2 Castle Sq' }),
  busy(25, '00:00', '00:00', 'Away all day', {
    start: '2026-11-25',
    end: '2026-11-26',
    allDay: true,
    mappingId: 'map_outlook',
  }),
  booking(26, '09:00', '11:00', 'Annual check', 'Harbour School'),
  booking(26, '13:00', '14:00', 'Quote', '2 Elm Close'),
  busy(26, '16:00', '17:30', 'School play', { mappingId: 'map_outlook' }),
  { ...booking(27, '10:00', '12:00', 'Boiler service', '88 High St'), status: 'tentative' },
  busy(27, '13:00', '14:00', 'Physio'),
  busy(28, '10:00', '11:30', 'Five-a-side', {
    kind: 'not-imported',
    mappingId: 'map_work',
    reason: 'You marked it as free, so it does not block the time.',
  }),
];

/** A Tuesday with more at the same time than there is room for. */
export const CROWDED: readonly WeekItem[] = [
  ...WEEK,
  booking(24, '08:45', '09:45', 'Meter reading', '9 Church St'),
  busy(24, '09:00', '10:00', 'Call with the depot'),
  busy(24, '09:15', '10:15', 'Van inspection', { mappingId: 'map_outlook' }),
];

const version = {
  title: 'Leak, second visit',
  description: 'Bring the 22 mm fittings.\nKey is with the neighbour at flat 2.',
  location: 'Flat 3, 40 Dock Rd',
  start: '2026-11-23T14:00:00Z',
  end: '2026-11-23T15:30:00Z',
  timeZone: 'Europe/London',
  status: 'confirmed',
};

export const CONFLICTS: readonly ConflictItem[] = [
  {
    id: 'con_1',
    bookingId: 'bk_23_14:00',
    mappingId: 'map_work',
    kind: 'both-edited',
    createdAt: '2026-11-23T09:41:58Z',
    fields: ['start', 'end'],
    booking: version,
    calendar: { ...version, start: '2026-11-23T16:00:00Z', end: '2026-11-23T17:30:00Z' },
  },
  {
    id: 'con_2',
    bookingId: 'bk_26_09:00',
    mappingId: 'map_work',
    kind: 'both-edited',
    createdAt: '2026-11-22T17:12:00Z',
    fields: ['title', 'description'],
    booking: { ...version, title: 'Annual check', location: 'Harbour School', description: '' },
    calendar: {
      ...version,
      title: 'Annual check (ask for Mr Ito)',
      location: 'Harbour School',
      description: 'Park behind the gym.',
    },
  },
];

export const HOLDS: readonly HoldItem[] = [
  {
    id: 'hold_1',
    mappingId: 'map_work',
    createdAt: '2026-11-23T09:41:58Z',
    reason: 'Google listed 14 events fewer than an hour ago.',
    deletions: Array.from({ length: 14 }, (_, index) => ({
      id: `bk_gone_${index}`,
      title: ['Boiler service', 'Install meter', 'Annual check', 'Quote'][index % 4] ?? '',
      start: new Date(Date.UTC(2026, 10, 30 + index, 9)).toISOString(),
    })),
  },
];

const SIDE = { created: 0, updated: 0, deleted: 0, unchanged: 0, skipped: 0 };

const PLANNED = WEEK.filter(({ kind }) => kind !== 'not-imported');
const isBooking = ({ kind }: WeekItem): boolean => kind === 'booking';

export const PREVIEW: SyncResult = {
  runId: 'run_preview',
  startedAt: '2026-11-23T09:45:00Z',
  finishedAt: '2026-11-23T09:45:01Z',
  ok: true,
  dryRun: true,
  accounts: [
    {
      accountId: 'acc_google',
      provider: 'google',
      ok: true,
      error: null,
      requests: { provider: 4, booking: 2 },
      mappings: [
        {
          mappingId: 'map_work',
          calendarId: 'work@calendar.example',
          direction: 'two-way',
          exported: { ...SIDE, created: PLANNED.filter(isBooking).length },
          imported: { ...SIDE, created: PLANNED.filter((item) => !isBooking(item)).length, skipped: 1 },
          proposed: 0,
          conflicts: 0,
          held: 0,
        },
      ],
    },
  ],
  operations: PLANNED.map((item) => ({
    kind: item.kind === 'booking' ? 'create-event' : 'upsert-block',
    side: item.kind === 'booking' ? 'calendar' : 'booking',
    id: item.id,
    title: item.title,
    reason: item.kind === 'booking' ? 'A booking of yours in these days.' : 'You are busy then.',
    mappingId: 'map_work',
  })),
};

const OPERATIONS: readonly Partial<LogEntry>[] = [
  { operation: 'create', message: 'Boiler service, 12 Mill Lane: added to your calendar.' },
  {
    operation: 'create',
    message: 'Blocked 2026-11-24T15:00:00.000Z. It blocks time in your calendar.',
    direction: 'import',
  },
  { operation: 'update', message: 'Leak, second visit: moved to 14:00, as dispatch changed it.' },
  {
    operation: 'request',
    status: 'retry',
    message: 'Google asked to slow down; tried again after 2 seconds.',
    code: 'rateLimitExceeded',
    attempt: 2,
  },
  { operation: 'propose', message: 'Quote, 2 Elm Close: your move to 13:00 was proposed to dispatch.' },
  {
    operation: 'sync',
    status: 'error',
    provider: 'microsoft',
    message: 'Microsoft did not answer in time. It is tried again with the next sync.',
    code: 'PROVIDER_ERROR',
  },
  { operation: 'delete', message: 'Install meter, 7 Church St: removed, since dispatch cancelled it.' },
];

export function logEntry(id: number): LogEntry {
  const given = OPERATIONS[id % OPERATIONS.length] ?? {};
  return {
    id,
    at: new Date(Date.UTC(2026, 10, 23, 9, 41, 58) - (24_310 - id) * 41_000).toISOString(),
    runId: `run_${Math.floor(id / 9)}`,
    accountId: 'acc_google',
    mappingId: 'map_work',
    provider: 'google',
    direction: 'export',
    operation: 'sync',
    status: 'ok',
    bookingId: `bk_${id}`,
    externalId: `ev${id}`,
    technicianId: 'tech_tess',
    projectId: 'proj_harbour',
    message: '',
    code: null,
    durationMs: 84 + (id % 40),
    attempt: 1,
    payload: { request: { method: 'PATCH', body: { summary: 'Boiler service' } }, answer: { status: 200 } },
    ...given,
  };
}

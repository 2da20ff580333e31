import type {
  BookingState,
  EventState,
  ExportCell,
  ExportLink,
} from '../../src/main/engine/planner/export-plan.ts';
import { fingerprint, timePrint } from '../../src/main/engine/planner/fingerprint.ts';
import type { Booking } from '../../src/shared/domain/booking.ts';
import type { CalendarEvent, DesiredEvent } from '../../src/shared/domain/calendar-event.ts';
import type { Mapping } from '../../src/shared/domain/mapping.ts';
import { aBooking, aLink, aMapping, anExport, hourAt, NOW, seen, selected } from './planner-builders.ts';

export const FIELDS = ['time', 'title', 'description', 'location', 'status'] as const;
export type Field = (typeof FIELDS)[number];

/** Who changed a field since the last run, and whether both sides changed it to the same. */
export type Change = 'same' | 'booking' | 'calendar' | 'both-alike' | 'both-apart';
export type Changes = Partial<Record<Field, Change>>;

/** One situation of one booking in one writing mapping, in the words of the design instead of the planner's. */
export interface Scene {
  readonly link: 'none' | ExportLink['state'];
  readonly booking: 'selected' | 'cancelled' | 'deleted' | 'deselected' | 'unproven';
  readonly event: 'single' | 'series' | 'deleted' | 'unproven';
  readonly changes: Changes;
  readonly direction: 'export' | 'two-way';
  readonly onDelete: Mapping['onDelete'];
  readonly canReschedule: boolean;
  /** The booking system has refused the time that the event now shows. */
  readonly refused: boolean;
  readonly rewrites: number;
  /** Where booking and event lie: inside the window, after it, before it, or more than two windows ago. */
  readonly place: 'inside' | 'beyond' | 'past' | 'history';
  /** What the calendar makes of a description: it keeps it, or shows it in another form ever after. */
  readonly shows: 'exactly' | 'as-html';
}

/** The incarnation of the event in every scene that has one. */
export const INCARNATION = 2;

const DAYS = { inside: 1, beyond: 200, past: -45, history: -70 } as const;

/** Three versions of each field: of the last run, the booking's new one, and the technician's own. */
const VERSIONS = {
  title: ['Boiler service', 'Boiler replacement', 'My own words'],
  description: ['Bring the ladder', 'Bring two ladders', 'Ladder is in the van'],
  location: ['Main Street 1', 'Side Street 2', 'At the back door'],
  // There are but two.
  status: ['confirmed', 'tentative', 'tentative'],
} as const;

type Version = 0 | 1 | 2;
const BOOKING_VERSION: Record<Change, Version> = {
  same: 0,
  booking: 1,
  calendar: 0,
  'both-alike': 1,
  'both-apart': 1,
};
const CALENDAR_VERSION: Record<Change, Version> = {
  same: 0,
  booking: 0,
  calendar: 2,
  'both-alike': 1,
  'both-apart': 2,
};

/** The fields whose change is one of these. */
export function fieldsOf(scene: Pick<Scene, 'changes'>, ...kinds: readonly Change[]): readonly Field[] {
  return FIELDS.filter((field) => kinds.includes(scene.changes[field] ?? 'same'));
}

function content(scene: Scene, version: (field: Field) => Version): DesiredEvent {
  return {
    time: hourAt(DAYS[scene.place], 2 * version('time')),
    title: VERSIONS.title[version('title')],
    description: VERSIONS.description[version('description')],
    location: VERSIONS.location[version('location')],
    status: VERSIONS.status[version('status')],
  };
}

/** What the booking says now: what its event has to say once all is done. */
export const wanted = (scene: Scene): DesiredEvent =>
  content(scene, (field) => BOOKING_VERSION[scene.changes[field] ?? 'same']);

/** What the event said after the last run. */
const agreed = (scene: Scene): DesiredEvent => content(scene, () => 0);

/** What the calendar makes of a description that we wrote. */
export const asHtml = (text: string): string => (text.startsWith('<p>') ? text : `<p>${text}</p>`);

function rendered(scene: Scene, event: DesiredEvent): DesiredEvent {
  return scene.shows === 'exactly' ? event : { ...event, description: asHtml(event.description) };
}

/** What the event says now. */
function shown(scene: Scene): DesiredEvent {
  const edited = content(scene, (field) => CALENDAR_VERSION[scene.changes[field] ?? 'same']);
  // What a person typed stands as they typed it; what we wrote stands as the calendar renders it.
  return (scene.changes.description ?? 'same') === 'same' || scene.changes.description === 'booking'
    ? rendered(scene, edited)
    : edited;
}

/** The booking that says this: without customer and link, so that its notes are its description. */
function bookingOf(event: DesiredEvent): Booking {
  const { start, end, timeZone } = event.time;
  const { title, description, location, status } = event;
  return aBooking({ title, description, location, status, start, end, timeZone });
}

/** The event of a scene, or what there would be if it were not gone. */
function eventOf(scene: Scene): CalendarEvent {
  return { ...written(scene).event, ...shown(scene), form: scene.event === 'series' ? 'series' : 'single' };
}

interface Written {
  /** The event as we wrote it in the last run. */
  readonly event: CalendarEvent;
  readonly sent: string;
  readonly shown: string;
}

const writtenEvents = new Map<string, Written>();

/** The last run. It is the same in most scenes, and its fingerprints cost more than all the rest. */
function written(scene: Scene): Written {
  const key = `${scene.place} ${scene.shows}`;
  const known = writtenEvents.get(key);
  if (known !== undefined) return known;
  const desired = agreed(scene);
  const made = {
    event: anExport(desired, 'booking_1', INCARNATION),
    sent: fingerprint(desired),
    shown: fingerprint(rendered(scene, desired)),
  };
  writtenEvents.set(key, made);
  return made;
}

function linkOf(scene: Scene): ExportLink | null {
  if (scene.link === 'none') return null;
  const { event, sent, shown: base } = written(scene);
  return aLink({
    state: scene.link,
    eventId: event.id,
    incarnation: INCARNATION,
    sent,
    shown: base,
    refused: scene.refused ? timePrint(shown(scene).time) : null,
    rewrites: scene.rewrites,
  });
}

function bookingState(scene: Scene): BookingState {
  if (scene.booking === 'selected') return selected(bookingOf(wanted(scene)));
  if (scene.booking === 'unproven') return { kind: 'unproven' };
  return { kind: 'gone', why: scene.booking };
}

function eventState(scene: Scene): EventState {
  if (scene.event === 'deleted' || scene.event === 'unproven') return { kind: scene.event };
  return seen(eventOf(scene));
}

/** The scene as the planner is given it. */
export function cellOf(scene: Scene): ExportCell {
  const { direction, onDelete, canReschedule } = scene;
  return {
    mapping: aMapping({ direction, onDelete }),
    booking: bookingState(scene),
    link: linkOf(scene),
    event: eventState(scene),
    canReschedule,
    now: NOW,
  };
}

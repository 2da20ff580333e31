import { assertNever } from '../../../shared/assert-never.ts';
import type { Booking } from '../../../shared/domain/booking.ts';
import type { CalendarEvent, DesiredEvent, EventTime } from '../../../shared/domain/calendar-event.ts';
import type { Mapping } from '../../../shared/domain/mapping.ts';
import { bookingTime, desiredEvent } from './desired-event.ts';
import { changedFields, type Fingerprint, fingerprint, type OwnedField, timePrint } from './fingerprint.ts';
import { isHistory, mappingWindow, overlaps } from './selection.ts';
import { eventSpan } from './skip-reason.ts';

/** Writing the same event back this often without a change of its booking means that somebody else rewrites it. */
const MAX_REWRITES = 3;

/** What is known of an exported booking: which event it is, and the base of the next merge. */
export interface ExportLink {
  readonly id: number;
  readonly state: 'pending' | 'live' | 'deleted' | 'left' | 'asked' | 'parked';
  readonly eventId: string;
  readonly incarnation: number;
  /** What we last sent. */
  readonly sent: Fingerprint;
  /** What the provider then showed. */
  readonly shown: Fingerprint;
  /** `timePrint` of a move that the booking system refused, so that it is not proposed again. */
  readonly refused: string | null;
  readonly rewrites: number;
  readonly basis: string;
}

export type BookingState =
  | { readonly kind: 'selected'; readonly booking: Booking; readonly hash: string; readonly endsAt: string }
  | { readonly kind: 'gone'; readonly why: 'cancelled' | 'deleted' | 'deselected' }
  /** Missing from a listing, but not proven gone. */
  | { readonly kind: 'unproven' };

export type EventState =
  | { readonly kind: 'seen'; readonly event: CalendarEvent; readonly hash: string }
  | { readonly kind: 'deleted' }
  /** Never seen, or missing from a listing but not proven gone. */
  | { readonly kind: 'unproven' };

/** One booking in one writing mapping: both sides and the base between them. */
export interface ExportCell {
  readonly mapping: Mapping;
  readonly booking: BookingState;
  readonly link: ExportLink | null;
  readonly event: EventState;
  /** The booking system accepts proposals from this device. */
  readonly canReschedule: boolean;
  readonly now: Date;
}

/** An edit that did not win: kept in the inbox (`open`) or for the record. */
export interface LostEdit {
  readonly kind:
    | 'both-edited'
    | 'put-back'
    | 'proposal-refused'
    | 'edited-then-cancelled'
    | 'deleted'
    | 'parked';
  readonly state: 'open' | 'recorded';
  readonly fields: readonly OwnedField[];
}

export type ExportOperation = { readonly reason: string } & (
  | {
      readonly kind: 'create-event';
      readonly incarnation: number;
      readonly desired: DesiredEvent;
      readonly rewrites: number;
    }
  | {
      readonly kind: 'update-event';
      readonly event: CalendarEvent;
      readonly incarnation: number;
      readonly desired: DesiredEvent;
      readonly rewrites: number;
      readonly lost: LostEdit | null;
    }
  | { readonly kind: 'delete-event'; readonly event: CalendarEvent; readonly lost: LostEdit | null }
  | { readonly kind: 'propose'; readonly booking: Booking; readonly event: CalendarEvent }
  /** An event that is ours by its tag, but that the local database does not know. */
  | {
      readonly kind: 'adopt';
      readonly event: CalendarEvent;
      readonly incarnation: number;
      /** What we last sent, as its tag says. */
      readonly base: Fingerprint;
    }
  /** Both sides already agree; only the base moves. */
  | { readonly kind: 'rebase'; readonly sent: Fingerprint; readonly shown: Fingerprint }
  | {
      readonly kind: 'settle';
      readonly state: 'deleted' | 'left' | 'asked' | 'parked' | 'live';
      readonly lost: LostEdit | null;
    }
);

/** The inputs of a decision: when they are what they were, so is the decision. */
export function exportBasis(cell: Pick<ExportCell, 'booking' | 'event' | 'mapping'>): string {
  if (cell.booking.kind !== 'selected' || cell.event.kind !== 'seen') return '';
  return `${cell.booking.hash}/${cell.event.hash}@${cell.mapping.revision}`;
}

/**
 * Plans one booking in one writing mapping: the table of the design, cell by cell. Pure; the result is carried out
 * in order, and what depends on an answer (a proposal) is planned again once the answer is known.
 */
export function planExport(cell: ExportCell): readonly ExportOperation[] {
  const { link } = cell;
  if (link === null) return planUnlinked(cell);
  switch (link.state) {
    case 'live':
      return planLive(cell, link);
    case 'pending':
      return cell.event.kind === 'seen' ? planUnlinked(cell) : planMissing(cell, link.incarnation);
    case 'deleted':
      // Restored from the bin by the technician, or reassigned to us again: it is the same event.
      return cell.event.kind === 'seen' ? planUnlinked(cell) : planMissing(cell, link.incarnation + 1);
    case 'left':
    case 'asked':
      return planLeft(cell, link);
    case 'parked':
      return planParked(cell, link);
    default:
      return assertNever(link.state);
  }
}

/** No link: create, or adopt what carries our tag and then treat it like any other. */
function planUnlinked(cell: ExportCell): readonly ExportOperation[] {
  const { event } = cell;
  if (event.kind !== 'seen') return planMissing(cell, 0);
  const tag = event.event.tag;
  if (tag === null) return [];
  // The tag says what we sent. Where the event shows something else in a field, somebody has edited it since.
  const adopted: ExportLink = {
    id: cell.link?.id ?? 0,
    state: 'live',
    eventId: event.event.id,
    incarnation: tag.incarnation,
    sent: tag.sent,
    shown: tag.sent,
    refused: null,
    rewrites: 0,
    basis: '',
  };
  return [
    {
      kind: 'adopt',
      event: event.event,
      incarnation: tag.incarnation,
      base: tag.sent,
      reason: 'This event is already in the calendar, written by us before.',
    },
    ...planLive(cell, adopted),
  ];
}

function planMissing(cell: ExportCell, incarnation: number): readonly ExportOperation[] {
  const { booking, mapping, now } = cell;
  if (booking.kind !== 'selected') return [];
  const span = bookingSpan(booking.booking);
  if (!overlaps(span.from, span.to, mappingWindow(mapping, now))) return [];
  return [create(booking.booking, incarnation, 0, 'The booking is new here.')];
}

/** The two-way table: rows by what happened to the booking, columns by what happened to the event. */
function planLive(cell: ExportCell, link: ExportLink): readonly ExportOperation[] {
  const { booking, event } = cell;
  if (booking.kind === 'unproven' || event.kind === 'unproven') return [];
  if (booking.kind === 'gone') {
    if (event.kind === 'deleted') {
      return [
        {
          kind: 'settle',
          state: 'deleted',
          lost: null,
          reason: `${goneReason(booking.why)} Its event was gone already.`,
        },
      ];
    }
    const fields = [...changedFields(link.shown, fingerprint(event.event))];
    const lost: LostEdit | null =
      fields.length === 0 ? null : { kind: 'edited-then-cancelled', state: 'open', fields };
    return [{ kind: 'delete-event', event: event.event, lost, reason: goneReason(booking.why) }];
  }
  // An event that still stands in the present has to follow its booking into history.
  const endsAt = event.kind === 'seen' ? later(booking.endsAt, eventSpan(event.event).to) : booking.endsAt;
  if (isHistory(endsAt, cell.mapping, cell.now)) return [];
  if (event.kind === 'deleted') return planDeletedByTechnician(cell, link, booking.booking);
  if (link.basis !== '' && link.basis === exportBasis(cell) && !isUnmarked(event.event)) return [];
  return merge(cell, link, booking.booking, event.event);
}

const later = (a: string, b: string): string => (a > b ? a : b);

function planDeletedByTechnician(
  cell: ExportCell,
  link: ExportLink,
  booking: Booking,
): readonly ExportOperation[] {
  if (changedFields(link.sent, fingerprint(desiredEvent(booking))).size > 0) {
    return [create(booking, link.incarnation + 1, 0, 'The booking changed after its event was deleted.')];
  }
  switch (cell.mapping.onDelete) {
    case 'restore':
      if (link.rewrites >= MAX_REWRITES) return [park(['time'])];
      return [
        create(
          booking,
          link.incarnation + 1,
          link.rewrites + 1,
          'Its event was deleted in the calendar, but the booking stands: restored.',
        ),
      ];
    case 'leave':
      return [
        {
          kind: 'settle',
          state: 'left',
          lost: null,
          reason: 'Its event was deleted in the calendar and is left away.',
        },
      ];
    case 'ask':
      return [
        {
          kind: 'settle',
          state: 'asked',
          lost: { kind: 'deleted', state: 'open', fields: [] },
          reason: 'Its event was deleted in the calendar: waiting for your decision.',
        },
      ];
    default:
      return assertNever(cell.mapping.onDelete);
  }
}

/** Deleted by the technician and left away, or waiting for a decision: only a change of the booking brings it back. */
function planLeft(cell: ExportCell, link: ExportLink): readonly ExportOperation[] {
  const { booking, event } = cell;
  if (event.kind === 'seen') return planUnlinked(cell);
  if (booking.kind === 'gone')
    return [{ kind: 'settle', state: 'deleted', lost: null, reason: goneReason(booking.why) }];
  if (booking.kind === 'unproven' || isHistory(booking.endsAt, cell.mapping, cell.now)) return [];
  if (changedFields(link.sent, fingerprint(desiredEvent(booking.booking))).size === 0) return [];
  return [
    create(booking.booking, link.incarnation + 1, 0, 'The booking changed after its event was deleted.'),
  ];
}

/** Somebody else keeps rewriting it: leave it alone until the booking changes. */
function planParked(cell: ExportCell, link: ExportLink): readonly ExportOperation[] {
  const { booking } = cell;
  if (
    booking.kind === 'selected' &&
    changedFields(link.sent, fingerprint(desiredEvent(booking.booking))).size === 0
  ) {
    return [];
  }
  return planLive(cell, { ...link, rewrites: 0, basis: '' });
}

/** Booking and event both exist: three-way merge, field by field, from the base of the last run. */
function merge(
  cell: ExportCell,
  link: ExportLink,
  booking: Booking,
  event: CalendarEvent,
): readonly ExportOperation[] {
  const desired = desiredEvent(booking);
  const want = fingerprint(desired);
  const show = fingerprint(event);
  const byBooking = changedFields(link.sent, want);
  const byCalendar = changedFields(link.shown, show);
  const reshaped = event.form !== 'single';
  const unmarked = isUnmarked(event);
  if (byBooking.size === 0 && byCalendar.size === 0 && !reshaped && !unmarked) {
    return [{ kind: 'rebase', sent: want, shown: show, reason: 'Both sides are as they were.' }];
  }

  const disagree = changedFields(want, show);
  const moved = byCalendar.has('time') && disagree.has('time') && !byBooking.has('time') && !reshaped;
  if (moved && isProposable(cell, link, event.time)) {
    return [
      { kind: 'propose', booking, event, reason: 'You moved it in your calendar: proposed to dispatch.' },
    ];
  }

  // Fields that nobody changed may differ for ever: the provider shows some of them in another form.
  const lostFields = [...byCalendar].filter((field) => disagree.has(field));
  const owedFields = [...byBooking].filter((field) => disagree.has(field));
  if (!reshaped && lostFields.length === 0 && owedFields.length === 0) {
    if (unmarked) return [update(event, link, desired, link.rewrites, null, 'Its mark as ours was missing.')];
    const reason =
      byBooking.size === 0 ? 'Both sides say the same again.' : 'Both sides made the same change.';
    return [{ kind: 'rebase', sent: want, shown: show, reason }];
  }
  const unheard = moved && cell.mapping.direction === 'two-way' && !cell.canReschedule;
  const lost = lostEdit(lostFields, byBooking, unheard);
  if (byBooking.size > 0) return [update(event, link, desired, 0, lost, updateReason(lost))];
  if (link.rewrites >= MAX_REWRITES) return [park(lostFields)];
  return [update(event, link, desired, link.rewrites + 1, lost, putBackReason(lostFields, reshaped))];
}

/** Until its tag names it, a copy that the technician makes of it could not be told from it. */
const isUnmarked = ({ tag }: CalendarEvent): boolean => tag?.self === '';

/** What becomes of edits that an update overwrites. `unheard`: a move that the booking system cannot be asked about. */
function lostEdit(
  fields: readonly OwnedField[],
  byBooking: ReadonlySet<OwnedField>,
  unheard: boolean,
): LostEdit | null {
  if (fields.length === 0) return null;
  const contested = fields.filter((field) => byBooking.has(field));
  if (contested.length > 0) return { kind: 'both-edited', state: 'open', fields: contested };
  if (unheard) return { kind: 'proposal-refused', state: 'open', fields: ['time'] };
  return { kind: 'put-back', state: 'recorded', fields };
}

function isProposable(cell: ExportCell, link: ExportLink, time: EventTime): boolean {
  return cell.mapping.direction === 'two-way' && cell.canReschedule && link.refused !== timePrint(time);
}

function create(booking: Booking, incarnation: number, rewrites: number, reason: string): ExportOperation {
  return { kind: 'create-event', incarnation, desired: desiredEvent(booking), rewrites, reason };
}

function update(
  event: CalendarEvent,
  link: ExportLink,
  desired: DesiredEvent,
  rewrites: number,
  lost: LostEdit | null,
  reason: string,
): ExportOperation {
  return { kind: 'update-event', event, incarnation: link.incarnation, desired, rewrites, lost, reason };
}

function park(fields: readonly OwnedField[]): ExportOperation {
  return {
    kind: 'settle',
    state: 'parked',
    lost: { kind: 'parked', state: 'open', fields },
    reason: 'Something else keeps changing this event: left alone until the booking changes.',
  };
}

function updateReason(lost: LostEdit | null): string {
  return lost?.kind === 'both-edited'
    ? 'Changed on both sides: the booking wins, your edit is in the inbox.'
    : 'The booking changed.';
}

function putBackReason(fields: readonly OwnedField[], reshaped: boolean): string {
  if (reshaped) return 'It was made a series in the calendar; a booking happens once: put back.';
  return `Put back: ${fields.join(', ')} ${fields.length === 1 ? 'belongs' : 'belong'} to the booking.`;
}

function goneReason(why: 'cancelled' | 'deleted' | 'deselected'): string {
  switch (why) {
    case 'cancelled':
      return 'The booking was cancelled.';
    case 'deleted':
      return 'The booking is gone.';
    case 'deselected':
      return 'The booking no longer belongs to this mapping.';
    default:
      return assertNever(why);
  }
}

/** UTC instants a booking lasts; dates count as UTC days, close enough for windows. */
export function bookingSpan(booking: Pick<Booking, 'start' | 'end' | 'timeZone'>): {
  from: string;
  to: string;
} {
  const time = bookingTime(booking);
  const instant = (text: string): string => (text.length === 10 ? `${text}T00:00:00.000Z` : text);
  return { from: instant(time.start), to: instant(time.end) };
}

import type { DesiredEvent, EventTime } from '../../../shared/domain/calendar-event.ts';
import type { NewIdentity, PreparedWrite } from '../provider.ts';
import { knownZone } from './event-from-google.ts';
import { eventText } from './event-text.ts';
import { tagProperties } from './ownership.ts';

/** The body of `events.insert` under our own id. */
export function createBody(eventId: string, desired: DesiredEvent, identity: NewIdentity): PreparedWrite {
  const { time } = desired;
  const body = {
    id: eventId,
    ...ownedText(desired),
    start: moment(time, 'start'),
    end: moment(time, 'end'),
    ...ownership(eventId, identity),
  };
  return { eventId, body: JSON.stringify(body) };
}

/**
 * The body of `events.patch`, which leaves alone what it does not name: reminders, colour, attendees, transparency
 * and whatever else is the technician's. Patches are merged member by member, so that what has to go is named with
 * null: the other form of the time, or a patched event would have both, and a recurrence that made a series of it.
 */
export function updateBody(eventId: string, desired: DesiredEvent, identity: NewIdentity): PreparedWrite {
  const { time } = desired;
  const otherForm = time.kind === 'timed' ? { date: null } : { dateTime: null, timeZone: null };
  const body = {
    ...ownedText(desired),
    start: { ...moment(time, 'start'), ...otherForm },
    end: { ...moment(time, 'end'), ...otherForm },
    recurrence: null,
    ...ownership(eventId, identity),
  };
  return { eventId, body: JSON.stringify(body) };
}

function ownedText(desired: DesiredEvent): Readonly<Record<string, string>> {
  return {
    summary: eventText(desired.title),
    description: eventText(desired.description),
    location: eventText(desired.location),
    status: desired.status,
  };
}

/** RFC 3339 instant and the zone it is meant in, as far as there is one of that name, or a date. */
function moment(time: EventTime, edge: 'start' | 'end'): Readonly<Record<string, string>> {
  if (time.kind === 'all-day') return { date: time[edge] };
  return { dateTime: time[edge], timeZone: knownZone(time.timeZone) ?? 'UTC' };
}

function ownership(eventId: string, identity: NewIdentity) {
  return { extendedProperties: { private: tagProperties({ ...identity, self: eventId }) } };
}

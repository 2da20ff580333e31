import type { CalendarEvent, DesiredEvent } from '../../../shared/domain/calendar-event.ts';
import type { NewIdentity, PreparedWrite } from '../provider.ts';
import { eventText } from './event-text.ts';
import { momentOf } from './graph-time.ts';
import { tagProperty, transactionId, transactionProperty } from './ownership.ts';

/** Exchange cuts or refuses longer subjects. */
const MAX_SUBJECT = 255;

/**
 * The body of a create. An identical one is answered with the event of the first; the event's id is Graph's to
 * choose, so until it is known the event goes by its transaction id.
 *
 * https://learn.microsoft.com/en-us/graph/api/calendar-post-events
 */
export function createBody(calendarId: string, desired: DesiredEvent, identity: NewIdentity): PreparedWrite {
  const eventId = transactionId(calendarId, identity);
  const body = {
    transactionId: eventId,
    ...ownedContent(desired),
    showAs: showAs(desired),
    singleValueExtendedProperties: [tagProperty({ ...identity, self: '' }), transactionProperty(eventId)],
  };
  return { eventId, body: JSON.stringify(body) };
}

/**
 * The body of an update, which leaves alone what it does not name: reminders, categories, attendees, sensitivity. How
 * the event shows in free/busy is the technician's, unless it has to say whether the booking is tentative. A
 * recurrence is named to be removed, where there is one.
 *
 * https://learn.microsoft.com/en-us/graph/api/event-update
 */
export function updateBody(
  eventId: string,
  desired: DesiredEvent,
  identity: NewIdentity,
  seen?: CalendarEvent,
): PreparedWrite {
  const body = {
    ...ownedContent(desired),
    ...(seen?.status !== desired.status && { showAs: showAs(desired) }),
    ...(seen?.form !== 'single' && { recurrence: null }),
    singleValueExtendedProperties: [tagProperty({ ...identity, self: eventId })],
  };
  return { eventId, body: JSON.stringify(body) };
}

function ownedContent(desired: DesiredEvent) {
  return {
    subject: subject(desired.title),
    body: { contentType: 'text', content: desired.description },
    location: { displayName: eventText(desired.location) },
    start: momentOf(desired.time, 'start'),
    end: momentOf(desired.time, 'end'),
    isAllDay: desired.time.kind === 'all-day',
  };
}

/** Cut between characters: half an emoji is not valid text. */
const subject = (title: string): string =>
  eventText(title)
    .slice(0, MAX_SUBJECT)
    .replace(/[\uD800-\uDBFF]$/, '')
    .trimEnd();

const showAs = ({ status }: DesiredEvent): string => (status === 'tentative' ? 'tentative' : 'busy');

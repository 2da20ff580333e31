import { z } from 'zod';
import type { CalendarEvent } from '../../../shared/domain/calendar-event.ts';
import { eventFrom, GraphEvent } from './event-from-graph.ts';
import type { GraphAnswer } from './graph-answer.ts';
import { Moment } from './graph-time.ts';
import { accepted, read } from './microsoft-errors.ts';
import { ExtendedProperty, sealedTag } from './ownership.ts';

const Properties = z.object({ singleValueExtendedProperties: z.array(ExtendedProperty) });

/**
 * The event that a write was answered with. Answers to writes do not show extended properties, but those are what was
 * sent.
 * @throws AppError when the write was refused
 */
export function storedEvent(answer: GraphAnswer, body: string): CalendarEvent {
  const event = read(GraphEvent, accepted(answer), 'event');
  return eventFrom({ ...event, ...Properties.parse(JSON.parse(body)) });
}

const Sent = z.looseObject({ start: Moment });

/**
 * Whether an event says what a create sent. A repeated create is answered with the event of the first, which somebody
 * may have edited since.
 */
export function isAsSent(event: CalendarEvent, body: string): boolean {
  const sent = Sent.parse(JSON.parse(body));
  const whole = { ...sent, id: event.id, originalStartTimeZone: sent.start.timeZone };
  return content(event) === content(eventFrom(GraphEvent.parse(whole)));
}

/**
 * An event as its create left it. Where it says something else by the time its tag is complete, somebody has edited it
 * in between: then it is what was created, so that their edit is seen as one, and with the etag of that, so that
 * nothing is written over it unseen.
 */
export function asCreated(created: CalendarEvent, completed: CalendarEvent): CalendarEvent {
  return content(created) === content(completed) ? completed : { ...created, tag: completed.tag };
}

function content({ time, title, description, location, status }: CalendarEvent): string {
  return JSON.stringify([time.kind, time.start, time.end, title, description, location, status]);
}

/** The body of the update that completes the ownership tag of an event, once it has been created. */
export function sealBody(eventId: string, body: string): string {
  const tag = sealedTag(eventId, Properties.parse(JSON.parse(body)).singleValueExtendedProperties);
  return JSON.stringify({ singleValueExtendedProperties: tag === null ? [] : [tag] });
}

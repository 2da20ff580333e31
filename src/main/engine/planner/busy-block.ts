import { hash } from 'node:crypto';
import type { BusyBlock } from '../../../shared/domain/busy-block.ts';
import type { CalendarEvent } from '../../../shared/domain/calendar-event.ts';
import type { Mapping } from '../../../shared/domain/mapping.ts';
import { textPrint } from './fingerprint.ts';

/** The version 5 UUID (RFC 9562, section 5.5) of `calendar-sync:busy-block` in the namespace of URLs. */
const NAMESPACE = Buffer.from('6b55cbad18ee5861bf75759965c927b4', 'hex');

/** Which calendar of whom: what a busy block's identity is made of beside the event. */
export interface BlockSource {
  readonly provider: string;
  /** The account's subject for ever, e.g. Google `sub`. */
  readonly subject: string;
  readonly calendarId: string;
}

/** The id of a busy block: the same for the same source event on any machine (`booking-api.md`, rules). */
export function busyBlockId(
  technicianId: string,
  source: BlockSource,
  eventId: string,
  instanceKey: string,
): string {
  const parts = [technicianId, source.provider, source.subject, source.calendarId, eventId, instanceKey];
  return `bb_${uuidV5(parts.join('\u001f'))}`;
}

/** Here rather than from a package, which takes three times as long for what is asked of every event of a calendar. */
function uuidV5(name: string): string {
  const digest = hash('sha1', Buffer.concat([NAMESPACE, Buffer.from(name)]));
  const variant = ((Number.parseInt(digest.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return [
    digest.slice(0, 8),
    digest.slice(8, 12),
    `5${digest.slice(13, 16)}`,
    `${variant}${digest.slice(17, 20)}`,
    digest.slice(20, 32),
  ].join('-');
}

const opaque = (...parts: readonly string[]): string =>
  hash('sha256', parts.join('\u001f'), 'base64url').slice(0, 22);

/** What stands in `source.calendar` of a busy-only block: recognisable by us on any machine, by nobody else. */
export function opaqueCalendar(source: BlockSource): string {
  const known = opaqueCalendars.get(source);
  if (known !== undefined) return known;
  const name = opaque(source.provider, source.subject, source.calendarId);
  opaqueCalendars.set(source, name);
  return name;
}

/** Asked of every event of a calendar. */
const opaqueCalendars = new WeakMap<BlockSource, string>();

/** What the booking system is told of a personal event. Private events are always busy-only. */
export function desiredBlock(
  id: string,
  event: CalendarEvent,
  mapping: Mapping,
  source: BlockSource,
): BusyBlock {
  const status = event.status === 'tentative' || event.response === 'tentative' ? 'tentative' : 'busy';
  const time = { start: event.time.start, end: event.time.end, timeZone: event.time.timeZone };
  if (mapping.visibility === 'busy-only' || event.visibility === 'private') {
    return {
      id,
      technicianId: mapping.technicianId,
      ...time,
      status,
      visibility: 'busy-only',
      source: {
        provider: source.provider,
        calendar: opaqueCalendar(source),
        event: opaque(source.provider, source.subject, source.calendarId, event.id),
      },
    };
  }
  return {
    id,
    technicianId: mapping.technicianId,
    ...time,
    status,
    visibility: 'details',
    title: event.title,
    ...(event.location === '' ? {} : { location: event.location }),
    source: { provider: source.provider, calendar: source.calendarId, event: event.id },
  };
}

/** Whether a block in the booking system came from this calendar, through us on any machine. */
export function isFrom(block: BusyBlock, source: BlockSource): boolean {
  return (
    block.source.provider === source.provider &&
    (block.source.calendar === source.calendarId || block.source.calendar === opaqueCalendar(source))
  );
}

const IN_OUR_SPELLING = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d\.\d{3}Z)?$/;

/** An instant in one spelling; a date stays a date. */
const moment = (text: string): string => (IN_OUR_SPELLING.test(text) ? text : new Date(text).toISOString());

/** A block's fingerprint, whoever spelt it: equal means that sending it again would change nothing. */
export function blockPrint(block: BusyBlock): string {
  return textPrint(
    [
      moment(block.start),
      moment(block.end),
      block.status,
      block.visibility,
      block.title ?? '',
      block.location ?? '',
      block.source.calendar,
      block.source.event,
    ].join('\u001f'),
  );
}

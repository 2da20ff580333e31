import { eventPage } from '../../src/sandbox/google/event-page.ts';
import { calendarView } from '../../src/sandbox/microsoft/calendar-view.ts';
import { textOfHtml } from '../../src/sandbox/microsoft/event-body.ts';
import { eventJson } from '../../src/sandbox/microsoft/event-json.ts';
import { itemId } from '../../src/sandbox/microsoft/item-id.ts';
import { STANDARD_PREFERENCES } from '../../src/sandbox/microsoft/preferences.ts';
import type { World } from '../support/world.ts';

/** Something that happens once in a calendar, as the service shows it: a single event or an occurrence of a series. */
export interface Instance {
  readonly id: string;
  /** Of an occurrence: its series. */
  readonly seriesId: string | null;
  /** The same for copies of one meeting in other calendars. */
  readonly meeting: string;
  readonly title: string;
  readonly location: string;
  readonly description: string;
  /** UTC instants, or dates. */
  readonly start: string;
  readonly end: string;
  /** IANA, or as Outlook calls it. */
  readonly zone: string;
  readonly tentative: boolean;
  readonly isPrivate: boolean;
  /** Whether it takes the technician's time, as far as the event itself says. */
  readonly blocks: boolean;
  /** Whose event of ours it is; a copy that the technician made is hers. */
  readonly bookingId: string | null;
}

const FAR = { from: '2020-01-01T00:00:00.000Z', to: '2031-01-01T00:00:00.000Z' } as const;

/** Read past the API and past all that the app keeps: what a person would see. */
export function googleInstances(world: World, calendarId: string): readonly Instance[] {
  const calendar = world.sandbox.google.calendar(calendarId);
  const parameters = {
    singleEvents: ['true'],
    timeMin: [FAR.from],
    timeMax: [FAR.to],
    maxResults: ['2500'],
  };
  const { items } = eventPage(calendar, parameters, world.clock.now().getTime());
  return items.flatMap((item) => {
    if (!('start' in item) || item.status === 'cancelled') return [];
    const tag = item.extendedProperties?.private ?? {};
    const own = [item.id, item.recurringEventId].includes(tag.calendarSyncSelf ?? '-');
    const declined = item.attendees?.some(
      ({ self, responseStatus }) => self && responseStatus === 'declined',
    );
    const moment = (time: { date?: string | undefined; dateTime?: string | undefined }): string =>
      time.date ?? new Date(time.dateTime ?? '').toISOString();
    return [
      {
        id: item.id,
        seriesId: item.recurringEventId ?? null,
        meeting: `${item.iCalUID} ${item.originalStartTime === undefined ? '' : moment(item.originalStartTime)}`,
        title: item.summary ?? '',
        location: item.location ?? '',
        description: item.description ?? '',
        start: moment(item.start),
        end: moment(item.end),
        zone: item.start.timeZone ?? '',
        tentative: item.status === 'tentative',
        isPrivate: item.visibility === 'private' || item.visibility === 'confidential',
        blocks: item.transparency !== 'transparent' && declined !== true,
        bookingId: own ? (tag.calendarSyncBooking ?? null) : null,
      },
    ];
  });
}

interface Resource {
  readonly subject: string | null;
  readonly iCalUId: string;
  readonly originalStart?: string;
  readonly originalStartTimeZone: string;
  readonly seriesMasterId: string | null;
  readonly showAs: string;
  readonly sensitivity: string;
  readonly isAllDay: boolean;
  readonly isCancelled: boolean;
  readonly responseStatus: { readonly response: string };
  readonly location: { readonly displayName: string };
  readonly start: { readonly dateTime: string };
  readonly end: { readonly dateTime: string };
  readonly transactionId: string | null;
}

/**
 * As `googleInstances`.
 * @param copies ids of what the technician copied: that has the transaction id of what it is a copy of
 */
export function outlookInstances(
  world: World,
  calendarId: string,
  copies: ReadonlySet<string>,
): readonly Instance[] {
  const calendar = world.sandbox.microsoft.calendar(calendarId);
  const view = calendarView(calendar, { from: Date.parse(FAR.from), to: Date.parse(FAR.to) });
  return view.map((event) => {
    const id = itemId(event, 'immutable');
    const json = eventJson(
      event,
      { ...STANDARD_PREFERENCES, idForm: 'immutable' },
      null,
    ) as unknown as Resource;
    const moment = ({ dateTime }: { readonly dateTime: string }): string =>
      json.isAllDay ? dateTime.slice(0, 10) : new Date(`${dateTime.slice(0, 23)}Z`).toISOString();
    return {
      id,
      seriesId: json.seriesMasterId,
      meeting: `${json.iCalUId} ${json.originalStart ?? ''}`,
      title: json.subject ?? '',
      location: json.location.displayName,
      description: textOfHtml(event.body).trim(),
      start: moment(json.start),
      end: moment(json.end),
      zone: json.originalStartTimeZone,
      tentative: json.showAs === 'tentative' || json.responseStatus.response === 'tentativelyAccepted',
      isPrivate: json.sensitivity !== 'normal' && json.sensitivity !== 'personal',
      blocks:
        json.showAs !== 'free' &&
        json.showAs !== 'workingElsewhere' &&
        !json.isCancelled &&
        json.responseStatus.response !== 'declined',
      bookingId: copies.has(json.seriesMasterId ?? id) ? null : madeFor(json),
    };
  });
}

/** The booking that the transaction id names, which an event was made with. */
function madeFor({ transactionId }: Resource): string | null {
  const [prefix, booking] = transactionId?.split('.') ?? [];
  return prefix === 'cs1' && booking !== undefined ? Buffer.from(booking, 'base64url').toString() : null;
}

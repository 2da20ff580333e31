import { isWithin, type Window } from '../window.ts';
import type { MicrosoftCalendar } from './calendar.ts';
import type { CalendarEvent } from './event.ts';
import type { Item } from './item-store.ts';
import { isSeries, occurrencesWithin, type Series, spanOf, untouchedOccurrence } from './series.ts';

/** The occurrences of a series inside a window, by date, those that were edited as they now are. */
export function instancesWithin(
  calendar: MicrosoftCalendar,
  series: Series,
  window: Window,
  position = calendar.items.position,
): readonly CalendarEvent[] {
  const { items, mailbox } = calendar;
  const exceptions = items.exceptionsOf(series.key, position);
  const touched = new Set(exceptions.map(({ event }) => event.date));
  const untouched = occurrencesWithin(series, window, mailbox.timeZone)
    .filter(({ date }) => !touched.has(date))
    .map((occurrence) => untouchedOccurrence(series, occurrence));
  const edited = exceptions
    .filter(({ event, start, end }) => event.presence === 'live' && isWithin(window, start, end))
    .map(({ event }) => event);
  if (edited.length === 0) return untouched;
  return [...untouched, ...edited].sort((a, b) => ((a.date ?? '') < (b.date ?? '') ? -1 : 1));
}

/** What the live items of a calendar are, in order of creation: single events and series. */
export function* liveItems(
  calendar: MicrosoftCalendar,
  position = calendar.items.position,
  from = 0,
): Generator<{ readonly item: Item; readonly index: number }> {
  for (let index = from; index < calendar.items.size; index += 1) {
    const item = calendar.items.itemAt(index, position);
    if (item?.event.presence === 'live') yield { item, index };
  }
}

interface View {
  readonly key: string;
  readonly events: readonly CalendarEvent[];
}

// The pages of one view ask for the same order again and again.
const lastView = new WeakMap<MicrosoftCalendar, View>();

/** Everything that happens within the window: single events, occurrences and exceptions, by start. */
export function calendarView(
  calendar: MicrosoftCalendar,
  window: Window,
  position = calendar.items.position,
): readonly CalendarEvent[] {
  const key = JSON.stringify([window, position]);
  const last = lastView.get(calendar);
  if (last?.key === key) return last.events;
  const timeZone = calendar.mailbox.timeZone;
  const events = [...liveItems(calendar, position)]
    .flatMap(({ item }) => {
      if (isSeries(item.event)) return instancesWithin(calendar, item.event, window, position);
      return isWithin(window, item.start, item.end) ? [item.event] : [];
    })
    .map((event) => ({ event, start: spanOf(event, timeZone).start }))
    .sort((a, b) => a.start - b.start || (a.event.key < b.event.key ? -1 : 1))
    .map(({ event }) => event);
  lastView.set(calendar, { key, events });
  return events;
}

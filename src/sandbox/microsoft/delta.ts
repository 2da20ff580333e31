import { z } from 'zod';
import { isWithin, type Window } from '../window.ts';
import type { MicrosoftCalendar } from './calendar.ts';
import { instancesWithin, liveItems } from './calendar-view.ts';
import type { CalendarEvent } from './event.ts';
import { GraphError } from './graph-error.ts';
import type { ItemName } from './item-id.ts';
import type { Item } from './item-store.ts';
import { isSeries } from './series.ts';

/** One entry of a delta answer. */
export type DeltaEntry =
  /** All of a single event, a series or an exception; little of an untouched occurrence. */
  | { readonly kind: 'present'; readonly event: CalendarEvent }
  /** Deleted, or not in the window: Graph does not tell which. */
  | { readonly kind: 'removed'; readonly name: ItemName };

const Position = z.int().min(0);
const StateToken = z.object({
  kind: z.enum(['skip', 'delta']),
  calendarId: z.string(),
  window: z.object({ from: z.number(), to: z.number() }),
  /** Of an incremental round: the positions that it tells the changes between. */
  changes: z.object({ since: Position, until: Position }).nullable(),
  /** What all pages so far have shown at least: the next round tells the changes from there on. */
  position: Position,
  epoch: Position,
  /** Where the page begins: in the order of creation, or of changes. */
  index: Position,
  /** The round was told never to end. */
  endless: z.boolean(),
});
export type StateToken = Readonly<z.infer<typeof StateToken>>;

/** What a round can be told to do wrong. */
export interface DeltaFaults {
  /** This page comes again: its next link leads back to it. */
  readonly repeatPage: boolean;
  /** As `repeatPage`, and so does every page after it. */
  readonly endlessPages: boolean;
  /** This page is empty, and the next link leads to what should have been on it. Graph does so at times. */
  readonly emptyPage: boolean;
  /** Nothing is listed, as if that were the truth. */
  readonly emptyListing: boolean;
  /** The calendar shows as it was before its last change. */
  readonly staleRead: boolean;
}

export const NO_DELTA_FAULTS: DeltaFaults = {
  repeatPage: false,
  endlessPages: false,
  emptyPage: false,
  emptyListing: false,
  staleRead: false,
};

export interface DeltaPage {
  readonly entries: readonly DeltaEntry[];
  /** `skip` leads to the next page, `delta` to the next round. */
  readonly next: StateToken;
}

export function encodeStateToken(token: StateToken): string {
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

/**
 * @throws GraphError 400 when it is no token of this calendar, 410 when it has expired
 */
export function decodeStateToken(
  text: string,
  kind: StateToken['kind'],
  calendar: MicrosoftCalendar,
): StateToken {
  const token = StateToken.safeParse(json(text));
  if (!token.success || token.data.kind !== kind || token.data.calendarId !== calendar.id) {
    throw new GraphError(400, 'BadRequest', 'Badly formed token.');
  }
  if (token.data.epoch !== calendar.epoch) throw new GraphError(410, calendar.expiry);
  return token.data;
}

function json(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
}

/** Begins a round: everything in the window. */
export function firstToken(calendar: MicrosoftCalendar, window: Window): StateToken {
  return {
    kind: 'skip',
    calendarId: calendar.id,
    window,
    changes: null,
    position: calendar.items.position,
    epoch: calendar.epoch,
    index: 0,
    endless: false,
  };
}

/** Begins the next round, where the last one has ended. */
function nextRound(token: StateToken, calendar: MicrosoftCalendar): StateToken {
  if (token.kind === 'skip') return token;
  const until = calendar.items.position;
  return { ...token, kind: 'skip', changes: { since: token.position, until }, position: until, index: 0 };
}

/**
 * One page of `calendarView/delta`. A series is never split: a page with one on it may be larger than was asked for.
 *
 * https://learn.microsoft.com/en-us/graph/delta-query-events
 */
export function deltaPage(
  calendar: MicrosoftCalendar,
  asked: StateToken,
  pageSize: number,
  faults = NO_DELTA_FAULTS,
): DeltaPage {
  const asOf = faults.staleRead ? calendar.items.positionBefore : calendar.items.position;
  const begun = nextRound(asked, calendar);
  // A page that shows less than the ones before it takes back what they have claimed.
  const token = { ...begun, position: Math.min(begun.position, asOf) };
  if (faults.emptyListing) return { entries: [], next: { ...token, kind: 'delta' } };
  if (faults.emptyPage) return { entries: [], next: token };
  const page = cut(roundOf(calendar, token, asOf), pageSize, token);
  if (token.endless || faults.endlessPages) return { ...page, next: { ...token, endless: true } };
  return faults.repeatPage ? { ...page, next: token } : page;
}

/** What belongs together on one page, and where it stands. */
interface Group {
  readonly index: number;
  readonly entries: readonly DeltaEntry[];
}

function cut(groups: Iterable<Group>, pageSize: number, token: StateToken): DeltaPage {
  const entries: DeltaEntry[] = [];
  for (const group of groups) {
    if (entries.length >= pageSize) return { entries, next: { ...token, index: group.index } };
    entries.push(...group.entries);
  }
  return { entries, next: { ...token, kind: 'delta' } };
}

function roundOf(calendar: MicrosoftCalendar, token: StateToken, asOf: number): Iterable<Group> {
  return token.changes === null
    ? everything(calendar, token, asOf)
    : changed(calendar, token, token.changes, asOf);
}

function* everything(
  calendar: MicrosoftCalendar,
  { window, index: from }: StateToken,
  asOf: number,
): Generator<Group> {
  for (const { item, index } of liveItems(calendar, asOf, from)) {
    const entries = entriesInWindow(calendar, item, window, asOf);
    if (entries.length > 0) yield { index, entries };
  }
}

function* changed(
  calendar: MicrosoftCalendar,
  { window, index: from }: StateToken,
  { since, until }: { readonly since: number; readonly until: number },
  asOf: number,
): Generator<Group> {
  for (const [key, index] of changedItems(calendar, since, until, asOf)) {
    const item = index < from ? null : calendar.items.item(key, asOf);
    if (item === null) continue;
    const present = item.event.presence === 'live' ? entriesInWindow(calendar, item, window, asOf) : [];
    const itself: DeltaEntry = { kind: 'removed', name: { key, date: null } };
    const gone = movedOut(calendar, key, window, since, asOf);
    yield { index, entries: present.length === 0 ? [itself] : [...present, ...gone] };
  }
}

/** The changed single events and series, each at the position of its last change. Nobody is told of a deleted occurrence. */
function changedItems(
  { items }: MicrosoftCalendar,
  since: number,
  until: number,
  asOf: number,
): ReadonlyMap<string, number> {
  const changes = new Map<string, number>();
  for (const { id, index } of items.changedBetween(since, until)) {
    const event = items.item(id, asOf)?.event;
    if (event === undefined || (event.date !== null && event.presence !== 'live')) continue;
    changes.delete(event.key);
    changes.set(event.key, index);
  }
  return changes;
}

/** A single event, or a series with all its occurrences, as far as they touch the window. */
function entriesInWindow(
  calendar: MicrosoftCalendar,
  { event, start, end }: Item,
  window: Window,
  asOf: number,
): readonly DeltaEntry[] {
  const present = (each: CalendarEvent): DeltaEntry => ({ kind: 'present', event: each });
  if (!isSeries(event)) return isWithin(window, start, end) ? [present(event)] : [];
  const instances = instancesWithin(calendar, event, window, asOf);
  return instances.length === 0 ? [] : [event, ...instances].map(present);
}

/** The exceptions of a series that have been moved out of the window. */
function movedOut(
  { items }: MicrosoftCalendar,
  key: string,
  window: Window,
  since: number,
  asOf: number,
): readonly DeltaEntry[] {
  return items
    .exceptionsOf(key, asOf)
    .filter(
      ({ event, change, start, end }) =>
        event.presence === 'live' && change >= since && !isWithin(window, start, end),
    )
    .map(({ event: { date } }) => ({ kind: 'removed', name: { key, date } }));
}

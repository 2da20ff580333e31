import type { CalendarEvent } from '../../shared/domain/calendar-event.ts';
import { imports, writesEvents } from '../../shared/domain/mapping.ts';
import { AppError, toAppError } from '../../shared/rpc/errors.ts';
import type { CalendarProvider, EventChange, Window } from '../providers/provider.ts';
import type { CalendarPosition, PictureMapping } from '../store/calendar-picture.ts';
import { eventRow, type ObservedEventRow, removedRow } from '../store/observed-row.ts';
import type { MappingContext, RunContext } from './context.ts';
import { mappingWindow, type Span, unionWindow } from './planner/selection.ts';
import { readAhead } from './read-ahead.ts';

export interface PullResult {
  /** The listing was complete, not only what changed since a cursor. */
  readonly complete: boolean;
  readonly changed: number;
}

/**
 * Whether a calendar is to be listed completely although it could go on from a cursor: when it is asked for, and when
 * the window has moved a day, since a series must not run dry at the edge.
 */
export function isListedAfresh(
  run: RunContext,
  calendar: number,
  mappings: readonly MappingContext[],
): boolean {
  const { windowFrom, windowTo } = run.store.calendars.position(calendar);
  const window = calendarWindow(run, mappings);
  return run.full || windowFrom !== window.from || windowTo !== window.to;
}

const calendarWindow = (run: RunContext, mappings: readonly MappingContext[]): Span =>
  unionWindow(mappings.map(({ mapping }) => mappingWindow(mapping, run.startedAt)));

/** Reads a calendar to its end and makes that the picture. A page that fails leaves picture and cursor as they were. */
export async function pullCalendar(
  run: RunContext,
  provider: CalendarProvider,
  calendar: number,
  mappings: readonly MappingContext[],
): Promise<PullResult> {
  const { calendars } = run.store;
  const position = calendars.position(calendar);
  const window = calendarWindow(run, mappings);
  const listed = await stageListing(run, provider, position, window, {
    afresh: isListedAfresh(run, calendar, mappings),
    writes: mappings.some(({ mapping }) => writesEvents(mapping.direction)),
  });
  if (listed === null) {
    throw new AppError(
      'PROVIDER_ERROR',
      'The calendar refused to be listed from the start. It is tried again next time.',
    );
  }
  const { changed } = calendars.promote(calendar, listed.unstaged, {
    complete: listed.complete,
    cursor: listed.nextCursor,
    window,
    mappings: mappings.map((context) => pictureMapping(context, position, window, run.startedAt)),
  });
  return { complete: listed.complete, changed };
}

interface Listed {
  readonly complete: boolean;
  readonly nextCursor: string | null;
  /** The end of it, not staged yet: most listings are no longer, and what becomes the picture at once need not wait. */
  readonly unstaged: readonly ObservedEventRow[];
}

/** As many as the largest page of any provider has, so that a listing of small pages takes no more memory. */
const UNSTAGED = 2_500;

/**
 * Stages what changed since the cursor and, where there is none or everything is to be listed, the whole window. Both
 * when the window moves: a change outside the window is told by the cursor alone.
 */
async function stageListing(
  run: RunContext,
  provider: CalendarProvider,
  position: CalendarPosition,
  window: Window,
  { afresh, writes }: { readonly afresh: boolean; readonly writes: boolean },
): Promise<Listed | null> {
  const { calendars } = run.store;
  calendars.stage.clear(position.id);
  const changes =
    position.cursor === null ? null : await stagePages(run, provider, position, position.cursor, window);
  if (changes !== null && (changes.complete || !afresh)) {
    const written = await lookAtWritten(run, provider, position, changes);
    return { ...changes, unstaged: [...changes.unstaged, ...written] };
  }
  // No cursor, or an expired one: picture, links and base stay, only the reading starts over.
  if (changes === null) calendars.stage.clear(position.id);
  else {
    calendars.stage.add(position.id, changes.unstaged);
    calendars.stage.dropLive(position.id, window);
  }
  const listed = await stagePages(run, provider, position, null, window);
  if (listed === null || changes !== null) return listed;
  const beyond = await lookBeyond(run, provider, position, window, writes);
  return { ...listed, unstaged: [...listed.unstaged, ...beyond] };
}

/** A service that does not know how to look for them is synced without: few are moved so far, and fewer forgotten. */
async function ownAhead(
  run: RunContext,
  provider: CalendarProvider,
  calendarId: string,
  instant: string,
): Promise<readonly CalendarEvent[]> {
  try {
    return (await provider.ownAhead?.(calendarId, instant)) ?? [];
  } catch (thrown) {
    const error = toAppError(thrown);
    if (error.code !== 'INVALID_INPUT') throw error;
    run.log('warn', 'sync', `Our events ahead of the window cannot be looked for: ${error.message}`, {
      calendar: calendarId,
    });
    return [];
  }
}

/**
 * Without a cursor, our events beyond the window are asked for one by one: few, for few are moved so far. Those that
 * are not known (any more) only where they would be created once more.
 */
async function lookBeyond(
  run: RunContext,
  provider: CalendarProvider,
  { id, calendarId }: CalendarPosition,
  window: Window,
  writes: boolean,
): Promise<readonly ObservedEventRow[]> {
  const found = writes ? await ownAhead(run, provider, calendarId, window.to) : [];
  const rows = found.map(eventRow);
  const seen = new Set(found.map((event) => event.id));
  for (const eventId of run.store.calendars.exportedFrom(id, window.to)) {
    if (seen.has(eventId)) continue;
    run.signal.throwIfAborted();
    const lookup = await provider.get(calendarId, eventId);
    rows.push(lookup.kind === 'found' ? eventRow(lookup.event) : removedRow(eventId, null, 'cancelled'));
  }
  return rows;
}

/**
 * What has been written to since the cursor, and is not told of, is as it was then, gone again most likely: only a look
 * says so where changes are found by comparing two states.
 */
async function lookAtWritten(
  run: RunContext,
  provider: CalendarProvider,
  { id, calendarId }: CalendarPosition,
  { unstaged }: Listed,
): Promise<readonly ObservedEventRow[]> {
  if (provider.capabilities.readAfterWrite !== true) return [];
  const told = unstaged.flatMap((row) => [row.event_id, row.series_id ?? row.event_id]);
  const rows: ObservedEventRow[] = [];
  for (const eventId of run.store.calendars.written.untold(id, told)) {
    run.signal.throwIfAborted();
    const lookup = await provider.get(calendarId, eventId);
    rows.push(lookup.kind === 'found' ? eventRow(lookup.event) : removedRow(eventId, null, 'cancelled'));
  }
  return rows;
}

async function stagePages(
  run: RunContext,
  provider: CalendarProvider,
  position: CalendarPosition,
  cursor: string | null,
  window: Window,
): Promise<Listed | null> {
  const { calendars } = run.store;
  let nextCursor: string | null = null;
  let complete = cursor === null;
  let unstaged: ObservedEventRow[] = [];
  for await (const page of readAhead(provider.pull(position.calendarId, cursor, window))) {
    run.signal.throwIfAborted();
    if (page.kind === 'cursor-expired') return null;
    const { changes, relisted } = page;
    if (unstaged.length + changes.length > UNSTAGED || relisted !== undefined) {
      calendars.stage.add(position.id, inOrder(unstaged));
      unstaged = [];
    }
    // Before the page itself, whose rows take the place of those that are there still.
    if (relisted !== undefined) calendars.stage.addGone(position.id, relisted, window.from);
    for (const change of changes) unstaged.push(rowOf(change));
    noteRead(run, position.id, changes.length);
    nextCursor = page.nextCursor;
    complete ||= page.complete === true;
  }
  if (nextCursor === null && provider.capabilities.incremental) {
    throw new AppError(
      'PROVIDER_ERROR',
      'The calendar ended its listing without a position. It is tried again next time.',
    );
  }
  return { complete, nextCursor, unstaged: inOrder(unstaged) };
}

function noteRead(run: RunContext, calendar: number, items: number): void {
  if (!run.progress.isWatched) return;
  for (const { account, mapping } of run.mappings.filter((context) => context.calendar === calendar)) {
    run.progress.read(account.id, mapping.id, 'read-calendar', items);
  }
}

/** Rows enter a table that is sorted by event in its own order. Of several of one event the last counts, as before. */
const inOrder = (rows: ObservedEventRow[]): ObservedEventRow[] =>
  rows.sort((a, b) => Number(a.event_id > b.event_id) - Number(a.event_id < b.event_id));

function rowOf(change: EventChange): ObservedEventRow {
  if (change.kind === 'event') return eventRow(change.event);
  return removedRow(change.id, change.seriesId, change.proof === 'cancelled' ? 'cancelled' : 'absent');
}

function pictureMapping(
  { mapping }: MappingContext,
  position: CalendarPosition,
  window: Span,
  now: Date,
): PictureMapping {
  return {
    id: mapping.id,
    imports: imports(mapping.direction),
    writes: writesEvents(mapping.direction),
    entered: enteredSpan(position.windowTo, window.to, mappingWindow(mapping, now)),
  };
}

/**
 * What came into a mapping's window since the last complete listing: its far end moved as many days as the whole
 * window's did. Known events in it must be looked at again though they did not change.
 */
export function enteredSpan(previousTo: string | null, to: string, window: Span): Span | null {
  if (previousTo === null) return null;
  const days = Date.parse(to) - Date.parse(previousTo);
  // A clock that was ahead and was set right: anything may have been judged by a window that never was.
  if (days < 0) return window;
  if (days === 0) return null;
  return { from: new Date(Date.parse(window.to) - days).toISOString(), to: window.to };
}

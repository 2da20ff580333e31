/** How long to wait for more of the same after something asked for a run: one edit is often several notices. */
const SETTLE_MS = 300;
/** Between the starts of two runs that a server's notices ask for: an hour of edits is not an hour of runs. */
const SPACING_MS = 5_000;
/** First wait after a run that reached nobody; doubles up to the interval. */
const FIRST_OFFLINE_WAIT_MS = 15_000;
/** Polls are spread by this much either way, so that devices started together do not ask together. */
const POLL_SPREAD = 0.1;
/** After waking up or joining a network: a little for it to settle, and spread, since a whole office wakes at nine. */
const SETTLING_MS = 2_000;
const SETTLING_SPREAD_MS = 8_000;

/** When unattended runs are due. Milliseconds since the epoch throughout. */
export interface Timetable {
  readonly pollAt: number;
  /** When something that waits to be synced out of turn wants to be. */
  readonly askedFor: number | null;
  /** Nothing starts before this. */
  readonly notBefore: number;
  readonly lastStart: number;
  /** Runs in a row that reached nobody. */
  readonly offlineRuns: number;
}

/** What has happened to a timetable. `unit` is a random number in [0, 1). */
export type TimetableEvent =
  /** By a person, who sees how long it takes, or by a server's notice. */
  | { readonly kind: 'asked'; readonly by: 'person' | 'notice' }
  | { readonly kind: 'started' }
  | { readonly kind: 'ended'; readonly offline: boolean; readonly unit: number; readonly intervalMs: number }
  /** The machine woke up, or the network changed. */
  | { readonly kind: 'disturbed'; readonly unit: number };

/** The first run is due at once. */
export function newTimetable(now: number): Timetable {
  return { pollAt: now, askedFor: null, notBefore: now, lastStart: Number.NEGATIVE_INFINITY, offlineRuns: 0 };
}

export function after(timetable: Timetable, event: TimetableEvent, now: number): Timetable {
  switch (event.kind) {
    case 'asked': {
      const soon = now + SETTLE_MS;
      const wanted = event.by === 'person' ? soon : Math.max(soon, timetable.lastStart + SPACING_MS);
      return { ...timetable, askedFor: Math.min(wanted, timetable.askedFor ?? wanted) };
    }
    case 'started':
      // What is asked for from now on may come too late for this run.
      return { ...timetable, askedFor: null, lastStart: now };
    case 'ended': {
      const offlineRuns = event.offline ? timetable.offlineRuns + 1 : 0;
      const poll = event.intervalMs * (1 - POLL_SPREAD + 2 * POLL_SPREAD * event.unit);
      const soon = FIRST_OFFLINE_WAIT_MS * 2 ** (offlineRuns - 1) * (0.5 + event.unit / 2);
      return { ...timetable, offlineRuns, pollAt: now + (event.offline ? Math.min(poll, soon) : poll) };
    }
    case 'disturbed': {
      const settled = now + SETTLING_MS + event.unit * SETTLING_SPREAD_MS;
      return { ...timetable, notBefore: settled, pollAt: settled, offlineRuns: 0 };
    }
  }
}

/**
 * When the next run is due.
 * @param retryAt when the earliest failed operation is due again, if one is
 */
export function dueAt(timetable: Timetable, retryAt: number | null): number {
  const { pollAt, askedFor, notBefore, lastStart } = timetable;
  const retry = retryAt === null ? pollAt : Math.max(retryAt, lastStart + SPACING_MS);
  return Math.max(notBefore, Math.min(pollAt, askedFor ?? pollAt, retry));
}

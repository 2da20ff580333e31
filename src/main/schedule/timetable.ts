/** How long to wait for more of the same after something asked for a run: one edit is often several notices. */
const SETTLE_MS = 300;
/** A storm of notices is not waited out for longer than this. */
const LONGEST_SETTLE_MS = 1_200;
/** Runs that notices may cause in a minute: an hour of edits at dispatch is not an hour of runs. */
const NOTICE_RUNS = 10;
const MINUTE_MS = 60_000;
/** Between two runs for operations that failed. */
const RETRY_SPACING_MS = 5_000;
/** First wait after a run that an outage ended; doubles up to the interval. */
const FIRST_OUTAGE_WAIT_MS = 15_000;
/** Polls are spread by this much either way, so that devices started together do not ask together. */
const POLL_SPREAD = 0.1;
/** After waking up or joining a network: a little for it to settle, and spread, since a whole office wakes at nine. */
const SETTLING_MS = 2_000;
const SETTLING_SPREAD_MS = 8_000;

/** When unattended runs are due. Milliseconds since the epoch throughout. */
export interface Timetable {
  readonly pollAt: number;
  /** Since when somebody waits for a run. */
  readonly askedAt: number | null;
  /** The first and the latest notice of a server that no run has followed yet. */
  readonly noticed: { readonly first: number; readonly latest: number } | null;
  /** When the runs of the last minute that notices caused were started. */
  readonly noticeRuns: readonly number[];
  /** Nothing starts before this. */
  readonly notBefore: number;
  readonly lastStart: number;
  /** Runs in a row that an outage ended. */
  readonly outageRuns: number;
}

/**
 * How a run ended: trouble that passes by itself kept it from its work, by what it asked, or without that it could ask
 * anybody, since all are given a rest.
 */
export type RunOutcome = 'through' | 'outage' | 'unasked';

/** What has happened to a timetable. `unit` is a random number in [0, 1). */
export type TimetableEvent =
  /** By a person, who sees how long it takes, or by a server's notice. */
  | { readonly kind: 'asked'; readonly by: 'person' | 'notice' }
  /** A run began, or those that are through in the one under way look once more. */
  | { readonly kind: 'started'; readonly intervalMs: number }
  | {
      readonly kind: 'ended';
      readonly outcome: RunOutcome;
      readonly unit: number;
      readonly intervalMs: number;
    }
  /** A server was not there, and is again. */
  | { readonly kind: 'reached' }
  /** The machine woke up, or the network changed. */
  | { readonly kind: 'disturbed'; readonly unit: number };

/** The first run is due at once. */
export function newTimetable(now: number): Timetable {
  return {
    pollAt: now,
    askedAt: null,
    noticed: null,
    noticeRuns: [],
    notBefore: now,
    lastStart: Number.NEGATIVE_INFINITY,
    outageRuns: 0,
  };
}

/** The timetable once something has happened. @param now milliseconds since 1970 */
export function after(timetable: Timetable, event: TimetableEvent, now: number): Timetable {
  switch (event.kind) {
    case 'asked':
      if (event.by === 'person') return { ...timetable, askedAt: timetable.askedAt ?? now };
      return { ...timetable, noticed: { first: timetable.noticed?.first ?? now, latest: now } };
    case 'started': {
      const recent = timetable.noticeRuns.filter((at) => now - at < MINUTE_MS && at <= now);
      const noticeRuns = timetable.noticed === null ? recent : [...recent, now];
      // What is asked for from now on may come too late for this run.
      const pollAt = now + event.intervalMs;
      return { ...timetable, pollAt, askedAt: null, noticed: null, noticeRuns, lastStart: now };
    }
    case 'ended': {
      const outageRuns = outagesAfter(timetable.outageRuns, event.outcome);
      const poll = event.intervalMs * (1 - POLL_SPREAD + 2 * POLL_SPREAD * event.unit);
      const soon = FIRST_OUTAGE_WAIT_MS * 2 ** (outageRuns - 1) * (0.5 + event.unit / 2);
      return { ...timetable, outageRuns, pollAt: now + (outageRuns > 0 ? Math.min(poll, soon) : poll) };
    }
    case 'reached':
      // However many notices came before: whoever reached it has waited before trying again.
      return { ...timetable, askedAt: timetable.askedAt ?? now, outageRuns: 0 };
    case 'disturbed': {
      const settled = now + SETTLING_MS + event.unit * SETTLING_SPREAD_MS;
      return { ...timetable, notBefore: settled, pollAt: settled, outageRuns: 0 };
    }
  }
}

/**
 * When the next run is due.
 * @param retryAt when the earliest failed operation is due again, if one is
 */
export function dueAt(timetable: Timetable, retryAt: number | null): number {
  const { pollAt, askedAt, notBefore, lastStart } = timetable;
  const asked = askedAt === null ? pollAt : askedAt + SETTLE_MS;
  const retry = retryAt === null ? pollAt : Math.max(retryAt, lastStart + RETRY_SPACING_MS);
  return Math.max(notBefore, Math.min(pollAt, asked, noticeDueAt(timetable), retry));
}

function outagesAfter(before: number, outcome: RunOutcome): number {
  switch (outcome) {
    case 'through':
      return 0;
    case 'outage':
      return before + 1;
    case 'unasked':
      // Nothing was found out, so that there is no reason to wait for longer than before.
      return Math.max(1, before);
  }
}

function noticeDueAt({ noticed, noticeRuns, pollAt }: Timetable): number {
  if (noticed === null) return pollAt;
  const settled = Math.min(noticed.latest + SETTLE_MS, noticed.first + LONGEST_SETTLE_MS);
  const earlier = noticeRuns.at(-NOTICE_RUNS);
  return earlier === undefined ? settled : Math.max(settled, earlier + MINUTE_MS);
}

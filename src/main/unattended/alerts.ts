import { z } from 'zod';
import type { AppPorts } from '../app-contract.ts';
import { createHttp } from '../schedule/http.ts';
import type { Run } from '../store/run-repository.ts';
import type { Store } from '../store/store.ts';

const MINUTE_MS = 60_000;

/** What stands in `meta` while an alert has been raised and not been taken back: since when it fails. */
const RAISED = 'alert.raised-since';

/** What of a run's result says why it failed; a run that died has none. */
const Result = z.object({
  accounts: z.array(z.object({ provider: z.string(), error: z.object({ code: z.string() }).nullable() })),
});

/** What the alert hook is told. Names no calendar, no address and no title. */
export interface Alert {
  readonly event: 'sync.failing' | 'sync.recovered';
  /** When the first of the failed runs started: UTC instant. */
  readonly since: string;
  /** Failed runs in a row. */
  readonly failures: number;
  readonly errors: readonly { readonly provider: string; readonly code: string }[];
}

/**
 * Whether somebody is to be told now. Told once when it has failed too often, and once when it works again.
 * @param runs newest first
 * @param raisedSince the episode that was told of, or null
 * @param lastingMs for how long it must have failed: after an outage it is tried again sooner than by the timer
 */
export function alertDue(
  runs: readonly Run[],
  raisedSince: string | null,
  afterFailures: number,
  lastingMs = 0,
): Alert | null {
  const ended = runs.filter(({ finishedAt }) => finishedAt !== null).filter((run) => !wasOffline(run));
  const firstGood = ended.findIndex(({ ok }) => ok === true);
  const failing = firstGood === -1 ? ended : ended.slice(0, firstGood);
  const since = failing.at(-1)?.startedAt;
  if (since === undefined) {
    return raisedSince === null || ended.length === 0
      ? null
      : { event: 'sync.recovered', since: raisedSince, failures: 0, errors: [] };
  }
  if (raisedSince !== null || failing.length < afterFailures) return null;
  if (Date.parse(failing[0]?.startedAt ?? since) - Date.parse(since) < lastingMs) return null;
  return { event: 'sync.failing', since, failures: failing.length, errors: errorsOf(failing[0]) };
}

/**
 * Calls the alert hook of the settings where that is due. What could not be told is told after the next run.
 * @throws AppError or the network's error when the hook cannot be reached
 */
export async function raiseAlert(ports: AppPorts, store: Store): Promise<void> {
  const { alertWebhookUrl, alertAfterFailures, intervalMinutes } = (await ports.settings()).values();
  if (alertWebhookUrl === null) return;
  const alert = alertDue(
    store.runs.recent(alertAfterFailures + RUNS_BEYOND),
    store.meta.get(RAISED),
    alertAfterFailures,
    // As long as so many runs of the timer take, which is spread a little.
    (alertAfterFailures - 1) * intervalMinutes * MINUTE_MS * 0.8,
  );
  if (alert === null) return;
  const { fetch, clock, random, log, userAgent } = ports;
  const http = createHttp({ fetch, clock, random, log });
  const answer = await http(alertWebhookUrl, {
    method: 'POST',
    redirect: 'error',
    headers: { 'content-type': 'application/json', 'user-agent': userAgent },
    body: JSON.stringify(alert),
  });
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`The alert hook answered ${answer.status}.`);
  if (alert.event === 'sync.failing') store.meta.set(RAISED, alert.since);
  else store.meta.delete(RAISED);
}

/** Runs without a network, and those that never ended, stand between the ones that count. */
const RUNS_BEYOND = 100;

function wasOffline({ ok, result }: Run): boolean {
  const errors = Result.safeParse(result).data?.accounts.flatMap(({ error }) => error ?? []) ?? [];
  return ok === false && errors.length > 0 && errors.every(({ code }) => code === 'OFFLINE');
}

function errorsOf(run: Run | undefined): Alert['errors'] {
  const accounts = Result.safeParse(run?.result).data?.accounts ?? [];
  return accounts.flatMap(({ provider, error }) => (error === null ? [] : [{ provider, code: error.code }]));
}

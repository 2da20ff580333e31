import { AppError, toAppError } from '../../shared/rpc/errors.ts';
import type { BlockBatchItem, BookingApi } from '../booking/booking-port.ts';
import type { JournalRow } from '../store/journal-repository.ts';
import type { AccountContext, MappingContext, PostponedBlock, RunContext } from './context.ts';
import { inParallel } from './in-parallel.ts';
import type { BlockIntent } from './intent.ts';
import { logEntry } from './log-entry.ts';
import { settleFailed } from './settle-event.ts';

/** What one batch request may carry (`booking-api.md`). */
export const BATCH = 500;
/** While the booking system works on one batch, the answer to another is settled. */
const BATCHES_AT_ONCE = 3;
const ALL = Number.MAX_SAFE_INTEGER;

/** How often an item is sent in one run before it is left to the next. */
const ATTEMPTS = 4;
/** What its waits may take together: no longer than a call may be tried by hand. */
const PATIENCE_MS = 15_000;
const FIRST_WAIT_MS = 1_000;

/**
 * Sends the prepared busy blocks of every mapping: all upserts before any delete, so that a time that only changes
 * its owner is never offered in between. Accounts take turns, and a deletion that another account plans meanwhile is
 * left to it: the upsert that must come first may be its own. An item that the booking system wants later is waited
 * for outside the turn, so that it holds up nothing but the deletions, and those no longer than it is waited for.
 */
export async function executeBlocks(run: RunContext, account: AccountContext): Promise<number> {
  let deadline: number | null = null;
  let sent = 0;
  try {
    for (let attempt = 1; ; attempt += 1) {
      sent += await run.blockTurns.take(() => executeInTurn(run, account));
      const waiting = postponedOf(run, account);
      if (waiting.length === 0) return sent;
      const now = run.clock.now().getTime();
      deadline ??= now + PATIENCE_MS;
      const waitMs = waitFor(waiting, attempt, run.random.unit());
      if (attempt < ATTEMPTS && now + waitMs <= deadline) await run.clock.sleep(waitMs, run.signal);
      else leaveForNextRun(run, account);
    }
  } finally {
    // What an interruption leaves here is in the journal as sent.
    takePostponed(run, account);
  }
}

const postponedOf = (run: RunContext, account: AccountContext): readonly PostponedBlock[] =>
  [...run.postponed.values()].filter((block) => block.account === account);

function takePostponed(run: RunContext, account: AccountContext): readonly PostponedBlock[] {
  const own = postponedOf(run, account);
  for (const { entry } of own) run.postponed.delete(entry.link_id);
  return own;
}

/** Exponential with jitter, and never before the booking system wants to be asked again. */
function waitFor(postponed: readonly PostponedBlock[], attempt: number, unit: number): number {
  const asked = Math.max(...postponed.map(({ error }) => error.retryAfterSeconds ?? 0));
  return Math.max(asked * 1_000, FIRST_WAIT_MS * 2 ** (attempt - 1) * (0.5 + unit / 2));
}

function leaveForNextRun(run: RunContext, account: AccountContext): void {
  run.blocksPutOff = true;
  run.store.transaction(() => {
    for (const { context, entry, error } of takePostponed(run, account)) {
      account.error ??= error;
      settleFailed(run, context, entry, error, 0);
      run.progress.settled(context.account.id, context.mapping.id, 'upsert-block');
    }
  });
}

async function executeInTurn(run: RunContext, account: AccountContext): Promise<number> {
  const due = new Set(
    run.mappings.flatMap(({ mapping }) =>
      run.store.journal.prepared(mapping.id, ['delete-block'], ALL).map(({ link_id }) => link_id),
    ),
  );
  const again = await executePostponed(run, account);
  const upserts = await executeKind(run, account, (mappingId) =>
    run.store.journal.preparedBlocks(mappingId, BATCH),
  );
  // Among the upserts that wait may be one that must come first.
  if (run.postponed.size > 0 || run.blocksPutOff) return again + upserts;
  const deletes = await executeKind(run, account, (mappingId) =>
    run.store.journal
      .prepared(mappingId, ['delete-block'], ALL)
      .filter(({ link_id }) => due.has(link_id))
      .slice(0, BATCH),
  );
  return again + upserts + deletes;
}

/** Sends again what was postponed, under the keys that it was given then. */
async function executePostponed(run: RunContext, account: AccountContext): Promise<number> {
  const due = takePostponed(run, account);
  const batches = Map.groupBy(due, ({ entry }) => entry.idempotency_key);
  for (const [key, batch] of batches) {
    const [first] = batch;
    const entries = batch.map(({ entry }) => entry);
    if (first !== undefined) await sendBatch(run, account, first.context, entries, key, 'postpone');
  }
  return due.length;
}

async function executeKind(
  run: RunContext,
  account: AccountContext,
  nextBatch: (mappingId: string) => readonly JournalRow[],
): Promise<number> {
  let sent = 0;
  await inParallel(batches(), BATCHES_AT_ONCE, async ({ context, entries, key }) => {
    await sendBatch(run, account, context, entries, key, 'postpone');
    sent += entries.length;
  });
  return sent;

  /** Marks each batch as sent when it is its turn: what is never asked for stays prepared. */
  function* batches() {
    for (const context of run.mappings) {
      for (;;) {
        const entries = nextBatch(context.mapping.id);
        if (entries.length === 0) break;
        run.signal.throwIfAborted();
        const key = run.random.uuid();
        run.store.journal.markSent(entries, key);
        yield { context, entries, key };
      }
    }
  }
}

/**
 * Sends one batch and settles each of its items.
 * @param ofThoseLater what becomes of items that the booking system wants later: sent again in this run, or failed
 * @throws AppError when the request as a whole failed
 */
async function sendBatch(
  run: RunContext,
  account: AccountContext,
  context: MappingContext,
  entries: readonly JournalRow[],
  key: string,
  ofThoseLater: 'postpone' | 'fail',
): Promise<void> {
  const started = run.clock.now().getTime();
  let results: readonly BlockBatchItem[];
  try {
    results = await account.booking.writeBlocks(batchBody(entries), key);
  } catch (thrown) {
    const error = toAppError(thrown);
    run.store.transaction(() => {
      for (const entry of run.store.journal.unbatched(entries))
        settleFailed(run, context, entry, error, run.clock.now().getTime() - started);
    });
    account.error ??= error;
    throw error;
  }
  const durationMs = run.clock.now().getTime() - started;
  const byId = new Map(results.map((result) => [result.id, result]));
  const done: JournalRow[] = [];
  const later: PostponedBlock[] = [];
  const errorOf = (entry: JournalRow): AppError | null => itemError(entry, byId.get(entry.target_id));
  run.store.transaction(() => {
    const allDone = entries.every((entry) => errorOf(entry) === null);
    for (const entry of allDone ? entries : run.store.journal.unbatched(entries)) {
      const error = errorOf(entry);
      if (error === null) done.push(entry);
      else if (error.code === 'RATE_LIMITED' && ofThoseLater === 'postpone') {
        later.push({ account, context, entry, error });
      } else {
        account.error ??= error;
        settleFailed(run, context, entry, error, durationMs);
      }
    }
    settleBlocks(run, context, done, durationMs);
    postpone(run, later);
  });
  const settled = entries.length - later.length;
  run.progress.settled(context.account.id, context.mapping.id, 'upsert-block', settled);
}

/**
 * Gives items the key of a request of their own: under the old one the booking system would only say again what it has
 * said, and a run that finds them in the journal must not take them for the whole batch.
 */
function postpone(run: RunContext, blocks: readonly PostponedBlock[]): void {
  if (blocks.length === 0) return;
  const idempotency_key = run.random.uuid();
  run.store.journal.markSent(
    blocks.map(({ entry }) => entry),
    idempotency_key,
  );
  for (const block of blocks) {
    const entry = { ...block.entry, idempotency_key, attempt: block.entry.attempt + 1 };
    run.postponed.set(entry.link_id, { ...block, entry });
  }
}

/** The exact bytes of a batch, put together again the same way from the same entries. */
function batchBody(entries: readonly JournalRow[]): string {
  const upserts = entries.filter(({ operation }) => operation === 'upsert-block').map(({ body }) => body);
  const deletes = entries
    .filter(({ operation }) => operation === 'delete-block')
    .map(({ target_id }) => JSON.stringify(target_id));
  return `{"upserts":[${upserts.join(',')}],"deletes":[${deletes.join(',')}]}`;
}

function itemError(entry: JournalRow, result: BlockBatchItem | undefined): AppError | null {
  const party = 'booking-system';
  if (result === undefined) {
    return new AppError('PROVIDER_ERROR', 'The booking system did not say what became of this busy time.', {
      effect: 'unknown',
      party,
    });
  }
  const { status, retryAfterSeconds } = result;
  if (status >= 200 && status < 300) return null;
  if (status === 404 && entry.operation === 'delete-block') return null;
  const detail = result.code ?? String(status);
  if (status === 429) {
    return new AppError('RATE_LIMITED', 'The booking system is busy and asks to send this later.', {
      detail,
      party,
      ...(retryAfterSeconds !== null && { retryAfterSeconds }),
    });
  }
  const said = result.detail ?? detail;
  return new AppError('INVALID_INPUT', `The booking system refused this busy time: ${said}.`, {
    detail,
    party,
  });
}

/** The booking system has what was sent: it becomes the base of the next decision on each of these links. */
function settleBlocks(
  run: RunContext,
  context: MappingContext,
  entries: readonly JournalRow[],
  durationMs: number,
): void {
  const { store } = run;
  const now = run.clock.now().toISOString();
  const links = store.links.standing(entries.map(({ link_id }) => link_id));
  const settled = entries
    .filter(({ link_id }) => links.has(link_id))
    .map((entry) => ({ entry, intent: JSON.parse(entry.intent) as BlockIntent }));
  const upserts = settled.filter(({ entry }) => entry.operation === 'upsert-block');
  // A link that was begun for this block says already what it has to say.
  const isBegun = ({ entry, intent }: (typeof settled)[number]): boolean => {
    const link = links.get(entry.link_id);
    return link?.state === 'pending' && link.sent === intent.sent && link.basis === intent.basis;
  };
  store.journal.closeAll(entries);
  store.retries.clearAll(entries.map(({ link_id }) => link_id));
  const begun = upserts.filter(isBegun).map(({ entry }) => entry.link_id);
  if (begun.length > 0) store.links.goLive(begun, now);
  const others = begun.length === upserts.length ? [] : upserts.filter((upsert) => !isBegun(upsert));
  store.links.updateAll(
    others.map(({ entry, intent }) => ({
      id: entry.link_id,
      state: 'live',
      sent: intent.sent,
      shown: intent.shown,
      basis: intent.basis,
      revision: intent.revision,
      reason: intent.reason,
      decided_at: now,
    })),
  );
  for (const { entry, intent } of settled) {
    if (entry.operation === 'delete-block') {
      store.links.remove(entry.link_id);
      // The event may still be there and only not block any more: the next look records why.
      if (intent.eventId !== '') store.touched.touch(context.mapping.id, 'event', intent.eventId);
    }
    context.tally.looked = true;
    context.tally.imported[`${blockOperation(entry, intent)}d`] += 1;
  }
  store.syncLog.appendMany(
    settled.map(({ entry, intent }) =>
      logEntry(run, context, {
        at: now,
        direction: 'import',
        operation: blockOperation(entry, intent),
        status: 'ok',
        externalId: intent.eventId === '' ? entry.target_id : intent.eventId,
        message: `${entry.operation === 'upsert-block' ? 'Blocked' : 'Freed'} ${intent.start}. ${intent.reason}`,
        durationMs,
        attempt: entry.attempt + 1,
        payload: { block: entry.target_id },
      }),
    ),
  );
}

function blockOperation({ operation }: JournalRow, { isNew }: BlockIntent): 'create' | 'update' | 'delete' {
  if (operation !== 'upsert-block') return 'delete';
  return isNew ? 'create' : 'update';
}

/** Sends again what may not have arrived: the same bytes under the same key, so that it counts once. */
export async function resendBatches(
  run: RunContext,
  account: AccountContext,
  context: MappingContext,
  entries: readonly JournalRow[],
): Promise<void> {
  const batches = new Map<string, JournalRow[]>();
  for (const entry of entries) {
    const batch = batches.get(entry.idempotency_key);
    if (batch === undefined) batches.set(entry.idempotency_key, [entry]);
    else batch.push(entry);
  }
  for (const [key, batch] of batches) await sendBatch(run, account, context, batch, key, 'fail');
}

/** Removes blocks by id, outside any plan: for a mapping that is removed together with what it created. */
export async function deleteBlocks(
  booking: BookingApi,
  ids: readonly string[],
  key: () => string,
): Promise<void> {
  for (let from = 0; from < ids.length; from += BATCH) {
    const body = JSON.stringify({ upserts: [], deletes: ids.slice(from, from + BATCH) });
    const results = await booking.writeBlocks(body, key());
    const refused = results.find(({ status }) => status >= 300 && status !== 404);
    if (refused !== undefined) {
      throw new AppError(
        'PROVIDER_ERROR',
        `The booking system did not remove some busy times: ${refused.detail ?? refused.status}. Try again.`,
      );
    }
  }
}

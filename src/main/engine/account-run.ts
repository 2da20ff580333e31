import { type AdoptedBlocks, adoptBlocks, planOrphanBlocks } from './adopt-blocks.ts';
import type { AccountContext, MappingContext, RunContext } from './context.ts';
import { planDecisions } from './decisions.ts';
import { judgeDisappearances, proveBookings, proveEvents } from './disappearances.ts';
import { drop } from './drop-entry.ts';
import { executeBlocks } from './execute-blocks.ts';
import { executeEvents } from './execute-events.ts';
import { executeProposals } from './execute-proposals.ts';
import { planExports } from './plan-exports.ts';
import { planImports } from './plan-imports.ts';
import { isListedAfresh, pullCalendar } from './pull-calendar.ts';
import { recover } from './recover.ts';
import { prepareRepair } from './repair.ts';

/** An answer may lead to a further plan (a proposal accepted, an id taken); more than this often is a loop. */
const MAX_PASSES = 30;

/** One account's part of a run: recover, pull, prove, plan, execute, until there is nothing left to send. */
export async function syncMappings(
  run: RunContext,
  account: AccountContext,
  pullSharedBookings: () => Promise<void>,
): Promise<void> {
  if (account.mappings.length === 0) return;
  if (!run.dryRun) await recover(run, account);
  await pullSharedBookings();
  const calendars = await pullCalendars(run, account);
  noteRead(run, account);
  if (run.repair !== undefined) prepareRepair(run, account, run.repair);
  // What was read concerns them all; what follows from it is left until they may be synced again.
  account.mappings = account.mappings.filter(({ mapping }) => !run.unseen.has(mapping.technicianId));
  let written = 0;
  for (let pass = 0; pass < MAX_PASSES; pass += 1) {
    await prove(run, account, calendars);
    plan(run, account, calendars);
    if (run.dryRun) return;
    expectOperations(run, account);
    const proposed = await executeProposals(run, account);
    const events = await executeEvents(run, account);
    const sent = await executeBlocks(run, account);
    written += events;
    if (proposed + events + sent === 0) break;
  }
  if (written > 0 && account.provider.capabilities.readAfterWrite === true) {
    await readOnwards(run, account, calendars);
  }
  for (const { calendar } of calendars) run.store.calendars.sweep(calendar);
  for (const { mapping } of account.mappings) {
    run.store.conflicts.settleAnswered(mapping.id, run.clock.now().toISOString());
  }
}

/** Tells whoever watches how much this pass has to send. */
function expectOperations(run: RunContext, { mappings }: AccountContext): void {
  if (!run.progress.isWatched) return;
  for (const { account, mapping } of mappings) {
    run.progress.expect(account.id, mapping.id, run.store.journal.countPrepared(mapping.id));
  }
}

/** Its busy times can be trusted, unless the run was about one of its calendars only. */
function noteRead(run: RunContext, { account, mappings }: AccountContext): void {
  const all = run.mappings.filter((context) => context.account.id === account.id);
  if (all.length === mappings.length) run.store.health.noteRead(account.id, run.clock.now().toISOString());
}

/** One calendar in this run: its mappings, and what was found out about it. */
interface CalendarRun {
  readonly calendar: number;
  readonly mappings: readonly MappingContext[];
  /** Its listing was complete and has not been judged yet: what it does not show may be believed gone. */
  complete: boolean;
  /** Blocks found in the booking system, of mappings that had not looked before. */
  readonly adopted: Map<MappingContext, AdoptedBlocks>;
}

async function pullCalendars(run: RunContext, account: AccountContext): Promise<readonly CalendarRun[]> {
  const byCalendar = Map.groupBy(account.mappings, (context) => context.calendar);
  const calendars: CalendarRun[] = [];
  for (const [calendar, mappings] of byCalendar) {
    const adopted = new Map<MappingContext, AdoptedBlocks>();
    const afresh = isListedAfresh(run, calendar, mappings);
    for (const context of mappings) {
      const blocks = await adoptBlocks(run, account.booking, context, afresh);
      if (blocks !== null) adopted.set(context, blocks);
    }
    const { complete } = await pullCalendar(run, account.provider, calendar, mappings);
    calendars.push({ calendar, mappings, complete, adopted });
  }
  return calendars;
}

/**
 * Moves the cursors past what this run has written: a service that compares states tells nothing of an event that came
 * and went between two of them. What people have changed meanwhile is planned by the next run.
 */
async function readOnwards(
  run: RunContext,
  { provider }: AccountContext,
  calendars: readonly CalendarRun[],
): Promise<void> {
  for (const { calendar, mappings } of calendars) {
    // Without a cursor the next run is to list everything, since deletions are held.
    if (run.store.calendars.position(calendar).cursor === null) continue;
    await pullCalendar({ ...run, full: false }, provider, calendar, mappings);
  }
}

async function prove(
  run: RunContext,
  account: AccountContext,
  calendars: readonly CalendarRun[],
): Promise<void> {
  for (const context of account.mappings) judgeDisappearances(run, context);
  for (const { calendar, mappings, complete } of calendars) {
    await proveEvents(run, account.provider, calendar, mappings, complete);
  }
  await proveBookings(run, account.booking, account.mappings);
}

function plan(run: RunContext, account: AccountContext, calendars: readonly CalendarRun[]): void {
  for (const context of account.mappings) {
    if (context.mayWrite) {
      planDecisions(run, context, account.provider);
      planExports(run, context, account.provider);
    }
    planImports(run, context);
  }
  for (const calendar of calendars) {
    for (const [context, blocks] of calendar.adopted) {
      if (calendar.complete) planOrphanBlocks(run, context, blocks);
    }
    calendar.adopted.clear();
    calendar.complete = false;
  }
}

/** What was planned but never left is planned again by the next run. A dry run keeps it, to be listed. */
export function dropPrepared(run: RunContext, mappings: readonly MappingContext[]): void {
  if (run.dryRun) return;
  run.store.transaction(() => {
    for (const context of mappings) {
      for (const entry of run.store.journal.allPrepared(context.mapping.id)) drop(run, context, entry);
    }
  });
}

import type { SyncResult } from '../../src/shared/domain/sync-result.ts';
import { expectations } from './expectations.ts';
import { reviveIfDead, signInWhereAsked } from './machine.ts';
import { pictureDifferences } from './picture.ts';
import { putSetUpRight, type Scene } from './scene.ts';

const MINUTE = 60_000;
const MOST_RUNS = 8;

const failures = ({ accounts }: SyncResult): readonly string[] =>
  accounts.flatMap(({ provider, error }) => (error === null ? [] : [`${provider}: ${error.message}`]));

/** Trouble ends, everybody rests, and the app has its time. */
export async function runToQuiet(scene: Scene): Promise<void> {
  const { network, world, ledger, findings } = scene;
  network.calm();
  world.sandbox.faults.clear();
  await reviveIfDead(scene);
  await signInWhereAsked(scene);
  await putSetUpRight(scene);
  // Long enough for what it waits with, and for the next poll.
  await world.clock.sleep(32 * MINUTE);
  network.watch.attended = true;
  await answerHolds(scene);
  for (let run = 1; run <= MOST_RUNS; run += 1) {
    network.watch.writes = [];
    const failed = failures(await world.app.agent.syncNow());
    if (failed.length === 0 && network.watch.writes.length === 0) break;
    await signInWhereAsked(scene);
    if (run === MOST_RUNS)
      findings.check('I8', [
        `no quiet after ${run} runs: ${[...failed, ...network.watch.writes].join('; ')}`,
      ]);
  }
  ledger.lookAtInbox(world);
}

/** What is still held when all trouble is over has really happened: the person lets it go, or wants it kept. */
async function answerHolds(scene: Scene): Promise<void> {
  const { world, dice, ledger, findings } = scene;
  await world.app.agent.syncNow();
  for (const { id, deletions } of world.app.holds()) {
    const answer = dice.chance(0.8) ? 'released' : 'discarded';
    findings.meet('state: deletions were held');
    if (answer === 'discarded') for (const { start } of deletions) ledger.keptAt.add(Date.parse(start));
    await world.app.decideHold(id, answer);
    scene.trace.add(world.clock.now(), `hold of ${deletions.length} ${answer}`);
  }
}

/**
 * Looks at both sides, and lets the app look twice more.
 * @param anew whether it then reads everything once more, in another order
 */
export async function judge(scene: Scene, anew: boolean): Promise<void> {
  const { network, world, ledger, findings } = scene;
  const { watch } = network;
  watch.onlyOneEach();
  expectations(scene);
  watch.writes = [];
  for (let run = 0; run < 2; run += 1) {
    const failed = failures(await world.app.agent.syncNow());
    findings.check(
      'I8',
      [...failed, ...watch.writes].map((what) => `a run after quiet: ${what}`),
    );
    watch.writes = [];
  }
  await again(scene);
  const unknown = pictureDifferences(scene);
  // By positions alone: a complete listing would have hidden what they had skipped.
  if (watch.listedAfresh === 0 || unknown.length > 0) findings.check('I7', unknown);
  if (anew) await inAnotherOrder(scene);
  watch.listedAfresh = 0;
  watch.attended = false;
  watch.answered.clear();
  ledger.touched.clear();
  ledger.settledAt = ledger.tick();
}

/** What was listed last comes once more, and what was told is told again: nothing is done for it. */
async function again({ network, world, findings, dice, calendars }: Scene): Promise<void> {
  for (const { stir } of calendars) stir?.();
  const { watch } = network;
  const { bookings, events } = world.sandbox.booking;
  const booking = dice.one(bookings.all());
  if (booking !== undefined) {
    const { id, version, technicianIds } = booking;
    events.push('booking.changed', { id, version }, technicianIds);
  }
  network.replays = true;
  for (let run = 0; run < 2; run += 1) {
    const failed = failures(await world.app.agent.syncNow());
    findings.check(
      'I10',
      [...failed, ...watch.writes].map((what) => `for what was there before: ${what}`),
    );
    watch.writes = [];
    network.replays = false;
  }
}

/** Everything that is there is listed in another order, some of it twice: nothing is done for it. */
async function inAnotherOrder(scene: Scene): Promise<void> {
  const { network, world, ledger, findings } = scene;
  const today = world.clock.now().toISOString().slice(0, 10);
  // Only a complete listing tells of it, in whatever order.
  if (ledger.unsaid.some(({ day }) => day === today)) await listAnew(scene);
  network.watch.writes = [];
  network.reorders = true;
  const failed = await listAnew(scene);
  findings.check(
    'I9',
    [...failed, ...network.watch.writes].map((what) => `for the order alone: ${what}`),
  );
  network.reorders = false;
  network.watch.writes = [];
}

async function listAnew({ world, calendars }: Scene): Promise<readonly string[]> {
  for (const { program } of calendars) program.forgetPosition();
  world.sandbox.booking.expireCursors();
  return failures(await world.app.agent.syncNow());
}

import type { SyncProgress } from '../../../shared/domain/sync-progress.ts';
import type { SyncResult } from '../../../shared/domain/sync-result.ts';
import { type CommandContext, print } from '../command.ts';
import { type DemoChecks, demoChecks, type Evidence, type PersonEvidence } from '../demo/checks.ts';
import { type DemoWorld, openDemoWorld } from '../demo/demo-world.ts';
import type { DemoPerson } from '../demo/people.ts';
import { type SandboxView, SandboxWitness } from '../demo/sandbox-view.ts';
import { invitationText, runText, storyText } from '../demo/story.ts';
import { EXIT, type ExitCode, syncExitCode } from '../exit-code.ts';
import { systemClock } from '../ports.ts';
import { progressText } from '../progress-text.ts';
import { untilStopped } from '../stop-signal.ts';
import { type Terminal, withProgress } from '../terminal.ts';
import { localTime } from '../words.ts';

export interface DemoOptions {
  readonly once?: boolean;
  readonly port?: number;
}

const INTERVAL_SECONDS = 20;
const DAY_MS = 86_400_000;

/** The whole program against the sandbox, with a profile that is gone afterwards. */
export function demo(context: CommandContext, options: DemoOptions): Promise<ExitCode> {
  return untilStopped(async (signal) => {
    const { terminal } = context;
    const world = await openDemoWorld(context, options.once === true ? options.port : undefined, signal);
    try {
      const { runs, evidence } = await withProgress(terminal, 'Syncing…', () =>
        perform(world, signal, terminal),
      );
      const checks = demoChecks(evidence);
      print(context, {
        document: { ...runs[1], checks },
        text: (screen) => storyText(screen, world, runs, evidence, checks),
      });
      if (options.once !== true && !signal.aborted) {
        await serveScreens(context, world, evidence, { port: options.port, signal });
      }
      return exitCode(runs, checks);
    } finally {
      await world.close();
    }
  });
}

async function perform(
  world: DemoWorld,
  signal: AbortSignal,
  terminal: Terminal,
): Promise<{ readonly runs: readonly [SyncResult, SyncResult]; readonly evidence: Evidence }> {
  const { app } = world;
  const now = systemClock.now();
  const witness = new SandboxWitness(world, now);
  const before = await witness.views();
  const accounts = app.accounts();
  const onProgress = (progress: SyncProgress): void => terminal.progress(progressText(progress, accounts));
  const first = await app.sync({ signal, onProgress });
  await witness.takeWrites();
  const second = await app.sync({ signal, onProgress });
  const secondRunWrites = await witness.takeWrites();
  const after = await witness.views();
  const people = world.people.map((person, index) => evidenceOf(person, before[index], after[index], now));
  return { runs: [first, second], evidence: { people, secondRunWrites } };
}

function evidenceOf(
  { technician, calendars: [main] }: DemoPerson,
  before: SandboxView | undefined,
  after: SandboxView | undefined,
  now: Date,
): PersonEvidence {
  if (main === undefined || before === undefined || after === undefined) {
    throw new TypeError(`${technician.name} has no calendar.`);
  }
  const { pastDays, futureDays } = main.mapping;
  return {
    before,
    after,
    exportedTo: main.eventsPath,
    window: {
      from: new Date(now.getTime() - pastDays * DAY_MS),
      to: new Date(now.getTime() + futureDays * DAY_MS),
    },
    timeZone: technician.timeZone ?? 'UTC',
  };
}

function exitCode(runs: readonly SyncResult[], checks: DemoChecks): ExitCode {
  if (Object.values(checks).includes(false)) return EXIT.failed;
  const codes = runs.map(syncExitCode);
  return codes.find((code) => code === EXIT.failed) ?? codes.find((code) => code !== EXIT.done) ?? EXIT.done;
}

/** Shows the screens and stays up, a line for each run, until it is stopped. */
async function serveScreens(
  { terminal, json, screensDir }: CommandContext,
  world: DemoWorld,
  evidence: Evidence,
  { port, signal }: { readonly port: number | undefined; readonly signal: AbortSignal },
): Promise<void> {
  const agent = await world.serve({ port, screensDir });
  await agent.start();
  // With --json the one document has been printed; what follows is for whoever watches.
  const say = json ? terminal.err : terminal.out;
  const urls = Object.entries(world.sandbox.urls()).map(([name, url]) => `${name}: ${url}`);
  if (world.caldav !== null) {
    const { username, password } = world.caldav.account;
    urls.push(`caldav: ${world.caldav.url} (${username}, password ${password})`);
  }
  say(['', `Open the program in a browser of this computer: ${agent.link()}`].join('\n'));
  say(['', ...urls, invitationText(world, evidence, systemClock.now(), INTERVAL_SECONDS), ''].join('\n'));
  for (;;) {
    const wasStopped = await systemClock.sleep(INTERVAL_SECONDS * 1000, signal).then(
      () => false,
      () => true,
    );
    if (wasStopped) return;
    // Somebody may have paused it on the screens.
    if (agent.app.status().pausedUntil !== null) continue;
    const result = await agent.app.agent.syncNow();
    say(`${localTime(result.finishedAt)}  ${runText(result, world.people).replaceAll('\n', ' | ')}`);
  }
}

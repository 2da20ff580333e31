import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { gzipSync } from 'node:zlib';
import { type BrowserContext, chromium, type Page } from 'playwright';
import { chromiumPath } from '../../scripts/chromium.mjs';
import { bundleEntry, headlessBundle } from '../../scripts/headless-bundle.mjs';
import { screensBundle } from '../../scripts/screens-bundle.mjs';
import { findAgent, type RemoteAgent } from '../../src/main/headless/agent/find-agent.ts';
import { type BenchOptions, type Figure, type Measure, milliseconds, type Outcome } from './figure.ts';
import { ENCRYPTION_KEY } from './ports.ts';
import { scrolling } from './scrolling.ts';
import { startServer } from './server-process.ts';
import { setUpApp, temporaryDirectory } from './technician.ts';

const LOAD = { personalEvents: 500, bookings: 200 };
const PAINT_LIMIT_MS = 800;
const BUNDLE_LIMIT_MB = 1.2;
const ROUND_TRIP_LIMIT_MS = 2;
const ROUND_TRIPS = 500;
const SCREENS = join(import.meta.dirname, '../../out/renderer');

/** How soon a browser that has never been here shows Overview, and how far away the program is from there. */
export const screens: Measure = {
  name: 'screens',
  title: 'Overview in a new browser profile, over `serve`',
  async run({ runs, say }: BenchOptions): Promise<Outcome> {
    const executablePath = chromiumPath();
    if (executablePath === null)
      return { kind: 'skipped', why: 'there is no Chromium: run “npm run pretest”' };
    for (const bundle of [headlessBundle, screensBundle]) if (!bundle.isFresh()) await bundle.build('silent');
    await using server = await startServer();
    using dir = temporaryDirectory();
    await server.fill(LOAD);
    say('syncing something to show');
    const app = await setUpApp(server, dir.path, 'two-way');
    await app.sync();
    app.close();
    await using serving = await serve(dir.path, server.env);
    const { agent } = serving;
    await agent.client.call('sync.now', {});

    const cold: Seen[] = [];
    const warm: Seen[] = [];
    for (let run = 1; run <= runs; run += 1) {
      using profile = temporaryDirectory();
      const context = await browser(executablePath, profile.path);
      try {
        cold.push(await look(await context.newPage(), await linkOf(agent)));
        warm.push(await look(await context.newPage(), await linkOf(agent)));
      } finally {
        await context.close();
      }
      say(`run ${run} of ${runs}: ${JSON.stringify(cold.at(-1))}, again ${JSON.stringify(warm.at(-1))}`);
    }
    say('scrolling');
    using profile = temporaryDirectory();
    const context = await browser(executablePath, profile.path);
    const scrolled = await (async () => scrolling(await context.newPage(), await linkOf(agent)))().finally(
      () => context.close(),
    );
    const roundTrips: number[] = [];
    for (let trip = 0; trip < ROUND_TRIPS; trip += 1) {
      const from = performance.now();
      await agent.client.call('settings.get', {});
      roundTrips.push(performance.now() - from);
    }
    const of = (seen: readonly Seen[], part: keyof Seen): number[] => seen.map((one) => one[part]);
    return {
      kind: 'measured',
      figures: [
        milliseconds('first contentful paint, cold', of(cold, 'paint'), PAINT_LIMIT_MS),
        milliseconds('Overview can be read, cold', of(cold, 'readable'), PAINT_LIMIT_MS),
        milliseconds('the week is filled, cold', of(cold, 'filled')),
        milliseconds('first contentful paint, again', of(warm, 'paint')),
        milliseconds('the week is filled, again', of(warm, 'filled')),
        milliseconds('RPC round trip over WebSocket', roundTrips, ROUND_TRIP_LIMIT_MS),
        bundleSize(),
        ...scrolled,
      ],
      counts: [],
    };
  },
};

const browser = (executablePath: string, profile: string): Promise<BrowserContext> =>
  chromium.launchPersistentContext(profile, {
    executablePath,
    args: ['--no-sandbox', '--disable-background-networking'],
    viewport: { width: 1280, height: 800 },
  });

/** Milliseconds since the page was asked for. */
interface Seen {
  readonly paint: number;
  /** The heading and how it stands. */
  readonly readable: number;
  /** There are bookings in the calendar. */
  readonly filled: number;
}

/** Notes in the page, before its own scripts, when something is there to be seen: by the frame after it. */
const WATCH = `
  const wanted = new Map([['readable', 'h1'], ['filled', '[data-kind="booking"] span']]);
  new MutationObserver(() => {
    for (const [name, selector] of wanted) {
      if (document.querySelector(selector) === null) continue;
      wanted.delete(name);
      requestAnimationFrame(() => setTimeout(() => performance.mark(name)));
    }
  }).observe(document, { childList: true, subtree: true });`;

/** Answers once everything is there. */
const TIMES = `new Promise((done) => {
  const at = (name) => performance.getEntriesByName(name)[0]?.startTime;
  const look = () => {
    const seen = { paint: at('first-contentful-paint'), readable: at('readable'), filled: at('filled') };
    if (Object.values(seen).includes(undefined)) requestAnimationFrame(look);
    else done(seen);
  };
  look();
})`;

async function look(page: Page, link: string): Promise<Seen> {
  await page.addInitScript(WATCH);
  await page.goto(link);
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  return page.evaluate<Seen>(TIMES);
}

const linkOf = async ({ client }: RemoteAgent): Promise<string> =>
  (await client.call('screens.link', {})).url;

/** The built program at work on a data directory, as somebody starts it. */
async function serve(
  dataDir: string,
  environment: Readonly<Record<string, string>>,
): Promise<{ readonly agent: RemoteAgent } & AsyncDisposable> {
  const child = spawn(process.execPath, [bundleEntry, '--data-dir', dataDir, 'serve', '--port', '0'], {
    env: { PATH: process.env.PATH, ...environment, CALENDAR_ENCRYPTION_KEY: ENCRYPTION_KEY },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await ready(child);
  const agent = await findAgent(dataDir);
  if (agent === null) throw new Error('The agent does not answer.');
  return {
    agent,
    async [Symbol.asyncDispose]() {
      agent.close();
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

async function ready({ stderr }: ChildProcess): Promise<void> {
  if (stderr === null) throw new TypeError('No output to wait for');
  const said: string[] = [];
  for await (const line of createInterface(stderr)) {
    if (line.startsWith('ready: ')) {
      stderr.resume();
      return;
    }
    said.push(line);
  }
  throw new Error(`It ended: ${said.join('\n')}`);
}

/** Everything that the screens can ever load, packed as a server would. */
function bundleSize(): Figure {
  const page = readFileSync(join(SCREENS, 'index.html'), 'utf8');
  const assets = join(SCREENS, 'assets');
  // Files of older builds are kept for a day; those of this one are reached from its page.
  const reached = new Set<string>();
  const reach = (text: string): void => {
    for (const name of readdirSync(assets)) {
      if (reached.has(name) || !text.includes(name)) continue;
      reached.add(name);
      reach(readFileSync(join(assets, name), 'utf8'));
    }
  };
  reach(page);
  const bytes = [...reached].reduce(
    (sum, name) => sum + gzipSync(readFileSync(join(assets, name))).length,
    0,
  );
  return { name: 'the screens, gzipped', unit: 'MB', value: bytes / 1_000_000, limit: BUNDLE_LIMIT_MB };
}

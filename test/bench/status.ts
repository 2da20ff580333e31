import { z } from 'zod';
import { missingCommand, runCommand, runNode } from './command.ts';
import { type BenchOptions, type Measure, milliseconds, type Outcome, timed, verify } from './figure.ts';
import { startServer } from './server-process.ts';
import { setUpApp, temporaryDirectory } from './technician.ts';

const LOAD = { personalEvents: 2_500, bookings: 200 };
const LIMIT_MS = 400;

const StatusDocument = z.object({ enrolled: z.boolean(), state: z.string(), mappings: z.array(z.unknown()) });

/** How soon the `status` command has answered and ended, beside a Node that does nothing. */
export const status: Measure = {
  name: 'status',
  title: '`calendar-sync status` from process start',
  async run({ runs, say }: BenchOptions): Promise<Outcome> {
    const missing = missingCommand();
    if (missing !== null) return { kind: 'skipped', why: missing };
    await using server = await startServer();
    using dir = temporaryDirectory();
    await server.fill(LOAD);
    say('syncing something to tell of');
    const app = await setUpApp(server, dir.path, 'two-way');
    await app.sync();
    app.close();

    const ask = async (): Promise<number> => {
      const { wall } = await timed(async () => {
        const { stdout } = await runCommand(['status', '--json'], dir.path, server.env);
        const { enrolled, state, mappings } = StatusDocument.parse(JSON.parse(stdout));
        verify('status', { enrolled, state, mappings: mappings.length }, IN_STEP);
      });
      return wall;
    };
    // The first one builds the program where it has to be; the second fills the compile cache.
    await ask();
    await ask();
    const own: number[] = [];
    const floors: number[] = [];
    for (let run = 1; run <= runs; run += 1) {
      own.push(await ask());
      floors.push((await timed(() => runNode(['-e', '0']))).wall);
      say(`run ${run} of ${runs}: ${own.at(-1)?.toFixed(0)} ms, floor ${floors.at(-1)?.toFixed(0)} ms`);
    }
    return {
      kind: 'measured',
      figures: [milliseconds('status', own, LIMIT_MS), milliseconds('floor: node -e 0', floors)],
      counts: [],
    };
  },
};

const IN_STEP = { enrolled: true, state: 'up-to-date', mappings: 1 };

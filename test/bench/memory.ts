import { z } from 'zod';
import type { SyncResult } from '../../src/shared/domain/sync-result.ts';
import { onlyMapping } from '../support/world.ts';
import { missingCommand, runBundle } from './command.ts';
import { type Measure, verify } from './figure.ts';
import { startServer } from './server-process.ts';
import { setUpApp, temporaryDirectory } from './technician.ts';

const LOAD = { personalEvents: 49_000, bookings: 1_000 };
const LIMIT_MB = 200;
const PRELOAD = new URL('./memory-report.mjs', import.meta.url).href;

const MemoryReport = z.object({ resident: z.number(), peak: z.number() });

/** What the `sync` command takes to bring a calendar of 50,000 events in step. One run: memory varies little. */
export const memory: Measure = {
  name: 'memory',
  title: 'Memory after syncing 50,000 events',
  async run({ say }) {
    const missing = missingCommand();
    if (missing !== null) return { kind: 'skipped', why: missing };
    await using server = await startServer();
    using dir = temporaryDirectory();
    await server.fill(LOAD);
    (await setUpApp(server, dir.path, 'two-way')).close();

    const sync = async (): Promise<{ memory: z.infer<typeof MemoryReport>; result: SyncResult }> => {
      const { stdout, aside } = await runBundle(['sync', '--json'], dir.path, server.env, PRELOAD);
      return { memory: MemoryReport.parse(JSON.parse(aside)), result: JSON.parse(stdout) as SyncResult };
    };
    say('syncing 50,000 events');
    const first = await sync();
    const { imported, exported } = onlyMapping(first.result);
    verify('imported', imported.created, LOAD.personalEvents);
    verify('exported', exported.created, LOAD.bookings);
    say('syncing once more');
    const next = await sync();

    const megabytes = (name: string, bytes: number, limit: number | null = null) => {
      return { name, unit: 'MB' as const, value: bytes / 1e6, limit };
    };
    return {
      kind: 'measured',
      figures: [
        megabytes('resident', first.memory.resident, LIMIT_MB),
        megabytes('peak', first.memory.peak),
        megabytes('resident after the next sync', next.memory.resident),
      ],
      counts: [],
    };
  },
};

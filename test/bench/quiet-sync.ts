import type { App } from '../../src/main/app-contract.ts';
import type { SyncResult } from '../../src/shared/domain/sync-result.ts';
import { onlyAccount, onlyMapping } from '../support/world.ts';
import type { Load } from './company.ts';
import {
  type BenchOptions,
  type Measure,
  milliseconds,
  type Outcome,
  ratio,
  timed,
  verify,
} from './figure.ts';
import { type ServerProcess, startServer } from './server-process.ts';
import { setUpApp, temporaryDirectory } from './technician.ts';
import { type WatchedFetch, watchedFetch } from './watched-fetch.ts';

const MANY: Load = { personalEvents: 49_000, bookings: 1_000 };
const FEW: Load = { personalEvents: 490, bookings: 10 };
/** A quiet sync is so short that a run is several of them. */
const SYNCS_PER_RUN = 8;

/** A two-way sync that finds nothing new, with many and with few events mapped. */
export const quietSync: Measure = {
  name: 'quiet-sync',
  title: 'No-change sync, 50,000 mapped events',
  async run({ runs, say }: BenchOptions): Promise<Outcome> {
    await using manyServer = await startServer();
    await using fewServer = await startServer();
    using manyDir = temporaryDirectory();
    using fewDir = temporaryDirectory();
    say('importing 500 events');
    using few = await SyncedApp.start(fewServer, fewDir.path, FEW);
    say('importing 50,000 events');
    using many = await SyncedApp.start(manyServer, manyDir.path, MANY);

    say('warming up');
    for (let sync = 0; sync < SYNCS_PER_RUN; sync += 1) {
      await few.quietSync();
      await many.quietSync();
    }
    const samples = { few: [] as number[], many: [] as number[], beyond: [] as number[] };
    for (let run = 1; run <= runs; run += 1) {
      for (let sync = 0; sync < SYNCS_PER_RUN; sync += 1) {
        samples.few.push((await few.quietSync()).time);
        const { time, http } = await many.quietSync();
        samples.many.push(time);
        samples.beyond.push(time - http);
      }
      say(`run ${run} of ${runs}: ${samples.many.at(-1)?.toFixed(1)} ms`);
    }
    const manyTime = milliseconds('sync', samples.many);
    const fewTime = milliseconds('sync with 500 mapped events', samples.few);
    return {
      kind: 'measured',
      figures: [
        manyTime,
        fewTime,
        ratio('50,000 / 500', manyTime, fewTime, 1.2),
        milliseconds('beyond its HTTP exchanges', samples.beyond, 30),
      ],
      counts: [{ sync: 'no change', requests: many.watch.requests(), rows: 0, bytes: many.watch.bytes() }],
    };
  },
};

/** An app that has everything in step. */
class SyncedApp implements Disposable {
  readonly #app: App;
  readonly #load: Load;
  readonly watch: WatchedFetch;

  private constructor(app: App, load: Load, watch: WatchedFetch) {
    this.#app = app;
    this.#load = load;
    this.watch = watch;
  }

  static async start(server: ServerProcess, dataDir: string, load: Load): Promise<SyncedApp> {
    await server.fill(load);
    const watch = watchedFetch();
    const app = await setUpApp(server, dataDir, 'two-way', { fetch: watch.fetch });
    const result = await app.sync();
    verify('the first sync went well', result.ok, true);
    const { personalEvents: blocks, bookings: exportedEvents } = load;
    verify('arrived', await server.arrived(), { blocks, exportedEvents });
    // The calendar now tells of what was exported; from then on it is quiet.
    await app.sync();
    return new SyncedApp(app, load, watch);
  }

  /** Milliseconds of one sync, and of the HTTP exchanges within it. */
  async quietSync(): Promise<{ time: number; http: number }> {
    this.watch.reset();
    let result: SyncResult | null = null;
    const { wall: time } = await timed(async () => {
      result = await this.#app.sync();
    });
    if (result === null) throw new Error('The sync gave no result');
    const { imported, exported } = onlyMapping(result);
    const { personalEvents, bookings } = this.#load;
    const nothing = { created: 0, updated: 0, deleted: 0 };
    verify('nothing imported', imported, { ...nothing, unchanged: personalEvents, skipped: bookings });
    verify('nothing exported', exported, { ...nothing, unchanged: bookings, skipped: 0 });
    verify('requests', onlyAccount(result).requests, { provider: 1, booking: 1 });
    return { time, http: this.watch.elapsed() };
  }

  [Symbol.dispose](): void {
    this.#app.close();
  }
}

import { deserialize, serialize } from 'node:v8';
import { GOOGLE_CONCURRENCY } from '../../src/main/providers/google/google-provider.ts';
import { openDatabase } from '../../src/main/store/database.ts';
import type { SyncResult } from '../../src/shared/domain/sync-result.ts';
import { onlyMapping } from '../support/world.ts';
import type { Load } from './company.ts';
import { type Exchange, recordingFetch, replay, totalBytes } from './exchange.ts';
import {
  type BenchOptions,
  type Measure,
  milliseconds,
  type Outcome,
  ratio,
  type Spent,
  timed,
  verify,
} from './figure.ts';
import { clock } from './ports.ts';
import { insertRows, readRows, rowCount, type SyncedRows } from './rows.ts';
import { type ServerProcess, startServer } from './server-process.ts';
import { databaseFile, setUpApp, temporaryDirectory } from './technician.ts';

const LIMIT = 1.5;

interface FirstSync {
  readonly direction: 'import' | 'export';
  readonly load: Load;
}

/** What a sync did, for the floor to do with nothing around it. */
interface Recording {
  readonly exchanges: readonly Exchange[];
  readonly rows: SyncedRows;
}

/** A first import into an empty profile, against a bare loop of the same requests and the same rows. */
export const firstImport: Measure = {
  name: 'first-import',
  title: 'First import of 2,500 events',
  run: (options) => measure({ direction: 'import', load: { personalEvents: 2_500, bookings: 0 } }, options),
};

/** The same from a calendar at Microsoft, which lists it in smaller pages. */
export const firstGraphImport: Measure = {
  name: 'first-graph-import',
  title: 'First Graph import of 2,500 events',
  run: (options) =>
    measure(
      { direction: 'import', load: { provider: 'microsoft', personalEvents: 2_500, bookings: 0 } },
      options,
    ),
};

/** A first export; the bare loop sends one request after the other. */
export const firstExport: Measure = {
  name: 'first-export',
  title: 'First export of 1,000 bookings',
  run: (options) => measure({ direction: 'export', load: { personalEvents: 0, bookings: 1_000 } }, options),
};

async function measure(sync: FirstSync, { runs, say }: BenchOptions): Promise<Outcome> {
  await using server = await startServer();
  say('recording a run');
  // As bytes: on the heap, every sync would collect its garbage around it.
  const recording = serialize(await record(server, sync));
  say('warming up');
  await ownRun(server, sync);
  await floorRun(server, sync, recording, 1);

  const own: Spent[] = [];
  const floors: Spent[] = [];
  const parallelFloors: Spent[] = [];
  for (let run = 1; run <= runs; run += 1) {
    own.push(await ownRun(server, sync));
    floors.push(await floorRun(server, sync, recording, 1));
    if (sync.direction === 'export') {
      parallelFloors.push(await floorRun(server, sync, recording, GOOGLE_CONCURRENCY));
    }
    say(
      `run ${run} of ${runs}: ${own.at(-1)?.wall.toFixed(0)} ms, floor ${floors.at(-1)?.wall.toFixed(0)} ms`,
    );
  }

  const time = milliseconds('sync', own.map(wall));
  const floor = milliseconds('floor', floors.map(wall));
  const parallel =
    parallelFloors.length === 0 ? null : milliseconds('floor, 6 writes at once', parallelFloors.map(wall));
  const cpu = milliseconds(
    'client CPU of the sync',
    own.map((spent) => spent.cpu),
  );
  const floorCpu = milliseconds(
    'client CPU of the floor',
    floors.map((spent) => spent.cpu),
  );
  const { exchanges, rows }: Recording = deserialize(recording);
  return {
    kind: 'measured',
    figures: [
      time,
      floor,
      ratio('sync / floor', time, floor, LIMIT),
      cpu,
      floorCpu,
      ratio('client CPU, sync / floor', cpu, floorCpu, null),
      ...(parallel === null ? [] : [parallel, ratio('sync / floor, 6 at once', time, parallel, null)]),
    ],
    counts: [
      {
        sync: `first ${sync.direction}, ${sync.load.provider ?? 'google'}`,
        requests: exchanges.length,
        rows: rowCount(rows),
        bytes: totalBytes(exchanges),
      },
    ],
  };
}

/** One uncounted run of which everything is noted. */
async function record(server: ServerProcess, { direction, load }: FirstSync): Promise<Recording> {
  using dir = temporaryDirectory();
  const exchanges: Exchange[] = [];
  await server.fill(load);
  const { provider } = load;
  const app = await setUpApp(server, dir.path, direction, { provider, fetch: recordingFetch(exchanges) });
  exchanges.length = 0;
  try {
    verifyResult(await app.sync(), load);
  } finally {
    app.close();
  }
  await verifyArrived(server, load);
  return { exchanges, rows: readRows(databaseFile(dir.path)) };
}

async function ownRun(server: ServerProcess, { direction, load }: FirstSync): Promise<Spent> {
  using dir = temporaryDirectory();
  await server.fill(load);
  const app = await setUpApp(server, dir.path, direction, load);
  try {
    let result: SyncResult | null = null;
    const time = await timed(async () => {
      result = await app.sync();
    });
    verifyResult(result, load);
    await verifyArrived(server, load);
    return time;
  } finally {
    app.close();
  }
}

async function floorRun(
  server: ServerProcess,
  { direction, load }: FirstSync,
  recording: Buffer,
  parallelWrites: number,
): Promise<Spent> {
  using dir = temporaryDirectory();
  const { exchanges, rows }: Recording = deserialize(recording);
  await server.fill(load);
  // Signs in as the recorded run did, so that its tokens are good.
  (await setUpApp(server, dir.path, direction, load)).close();
  const file = `${databaseFile(dir.path)}.floor`;
  const db = openDatabase({ file, backupsDir: dir.path, clock, log: () => {} });
  try {
    insertRows(db, rows.context);
    const time = await timed(async () => {
      await replay(exchanges, parallelWrites);
      insertRows(db, rows.written);
    });
    await verifyArrived(server, load);
    verify('rows of the floor', rowCount(readRows(file)), rowCount(rows));
    return time;
  } finally {
    db.close();
  }
}

function verifyResult(result: SyncResult | null, load: Load): void {
  if (result === null) throw new Error('The sync gave no result');
  verify('the sync went well', result.ok, true);
  const { imported, exported } = onlyMapping(result);
  verify('imported', imported.created, load.personalEvents);
  verify('exported', exported.created, load.bookings);
}

async function verifyArrived(server: ServerProcess, load: Load): Promise<void> {
  verify('arrived', await server.arrived(), { blocks: load.personalEvents, exportedEvents: load.bookings });
}

const wall = (spent: Spent): number => spent.wall;

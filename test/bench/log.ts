import { join } from 'node:path';
import { openDatabase } from '../../src/main/store/database.ts';
import { SyncLogRepository } from '../../src/main/store/sync-log-repository.ts';
import type { LogFilter } from '../../src/shared/domain/sync-log.ts';
import {
  type BenchOptions,
  type Figure,
  type Measure,
  milliseconds,
  type Outcome,
  timed,
  verify,
} from './figure.ts';
import { clock } from './ports.ts';
import { temporaryDirectory } from './technician.ts';

const ENTRIES = 1_000_000;
const LIMIT_MS = 50;
const LAST = Date.parse('2026-11-23T09:00:00Z');
/** A log of ninety days, the longest that is kept. */
const APART_MS = (90 * 86_400_000) / ENTRIES;

/** The log of a busy technician's ninety days, written by one statement: it is only to be looked through here. */
const FILL = `
WITH RECURSIVE row (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM row WHERE n + 1 < ${ENTRIES})
INSERT INTO sync_log (at, run_id, account_id, mapping_id, provider, direction, operation, status, booking_id,
    external_id, technician_id, project_id, message, duration_ms, attempt, payload)
SELECT strftime('%Y-%m-%dT%H:%M:%fZ', (${LAST} - (${ENTRIES} - 1 - n) * ${APART_MS}) / 1000.0, 'unixepoch'),
  'run_' || (n / 50), 'acc_' || (n % 4), 'map_' || (n % 4),
  CASE n % 4 WHEN 0 THEN 'google' WHEN 1 THEN 'microsoft' WHEN 2 THEN 'caldav' ELSE 'ics' END,
  iif(n % 2, 'import', 'export'), 'update',
  CASE WHEN n % 50 = 7 THEN 'error' WHEN n % 77 = 5 THEN 'retry' ELSE 'ok' END,
  'bk_' || printf('%06d', n % 5000), 'event' || printf('%08x', n % 7000),
  iif(n % 10, 'tech_tess', 'tech_omar'), iif(n % 5, NULL, 'project_meters'),
  '“' || CASE n % 9 WHEN 0 THEN 'Boiler service' WHEN 1 THEN 'Heat pump' WHEN 2 THEN 'Meter reading'
    ELSE 'Inspection' END || ' – customer ' || (n % 9000) || '” was brought up to date.',
  12.5, 1, '{"title":"Annual service, access by the back door","status":200}'
FROM row`;

const QUESTIONS: readonly (readonly [name: string, filter: LogFilter])[] = [
  ['no filter', {}],
  ['the last page', { page: ENTRIES / 100 }],
  ['status', { status: 'error' }],
  ['provider', { provider: 'google' }],
  ['status and provider', { status: 'error', provider: 'microsoft' }],
  ['a week', { from: '2026-10-12T07:30:00Z', to: '2026-10-19T07:30:00Z' }],
  ['search: technician', { search: 'tech_tess' }],
  ['search: project', { search: 'project_meters' }],
  ['search: booking', { search: 'bk_001234' }],
  ['search: event', { search: 'event00000123' }],
  ['search: words', { search: 'boiler serv' }],
  ['search: words and status', { search: 'boiler serv', status: 'error' }],
  ['search: words, status and provider', { search: 'boiler serv', status: 'ok', provider: 'google' }],
  [
    'search: words of a month',
    { search: 'boiler serv', from: '2026-10-12T07:30:00Z', to: '2026-11-12T07:30:00Z' },
  ],
  ['search: a word of every entry', { search: 'customer' }],
  ['search: nothing there', { search: 'zeppelin' }],
];

/** How soon the log screen has its page and how many there are, over as long a log as there will ever be. */
export const logFilters: Measure = {
  name: 'log',
  title: 'A filter on the log at 1,000,000 entries',
  async run({ runs, say }: BenchOptions): Promise<Outcome> {
    using dir = temporaryDirectory();
    const db = openDatabase({
      file: join(dir.path, 'calendar-sync.sqlite'),
      backupsDir: join(dir.path, 'backups'),
      clock,
      log: () => {},
    });
    try {
      say('filling');
      db.exec(FILL);
      const log = new SyncLogRepository(db);
      say('indexing');
      const indexing = await timed(() => {
        while (log.indexSome());
      });
      db.pragma('optimize');
      const figures: Figure[] = [];
      for (const [name, filter] of QUESTIONS) {
        const samples: number[] = [];
        for (let run = 0; run < runs; run += 1) {
          samples.push((await timed(() => log.query(filter))).wall);
        }
        const { total, items } = log.query(filter);
        verify(`entries of ${name}`, items.length > 0, total > 0);
        say(`${name}: ${total} entries`);
        figures.push(milliseconds(name, samples, LIMIT_MS));
      }
      figures.push(milliseconds('indexing words, for each 1,000', [(indexing.wall * 1000) / ENTRIES]));
      return { kind: 'measured', figures, counts: [] };
    } finally {
      db.close();
    }
  },
};

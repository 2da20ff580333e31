import type { DoctorReport } from '../../shared/domain/doctor.ts';
import type { SettingsView } from '../../shared/domain/settings.ts';
import type { Store } from '../store/store.ts';
import { personalRemover } from './personal.ts';

/** One file of the diagnostics, as it would leave the machine. */
export interface DiagnosticsFile {
  readonly name: string;
  readonly text: string;
}

/** What support wants to know of a machine. */
export interface Findings {
  /** Version, operating system and such. */
  readonly program: Readonly<Record<string, unknown>>;
  readonly status: object;
  readonly settings: SettingsView;
  readonly doctor: DoctorReport;
  readonly store: Store;
  /** Random; see `personalRemover`. */
  readonly salt: Uint8Array;
}

const LOG_PAGES = 50;
const RUNS = 50;

const README = `Diagnostics of Calendar Sync, for support.

program.json   version and operating system
status.json    accounts, mappings, the last run
settings.json  the settings in force, and what the organisation has locked
doctor.json    what was checked on this machine, and found
runs.json      what the last ${RUNS} runs did
log.jsonl      the last ${LOG_PAGES * 100} entries of the sync log, newest first
tables.json    how many rows each table has

Not in it: sign-ins, tokens and passwords; titles, places and notes of bookings and events (only their length);
email addresses and names of calendars (each is made up, and the same throughout).
`;

/** Everything that support gets, without secrets and without what is personal. Writes nothing. */
export function diagnosticsFiles({
  program,
  status,
  settings,
  doctor,
  store,
  salt,
}: Findings): readonly DiagnosticsFile[] {
  const clean = personalRemover(
    salt,
    store.accounts.list().map(({ email }) => email),
  );
  const json = (name: string, value: unknown): DiagnosticsFile => ({
    name,
    text: `${JSON.stringify(clean(value), null, 2)}\n`,
  });
  return [
    { name: 'README.txt', text: README },
    json('program.json', program),
    json('status.json', status),
    json('settings.json', settings),
    json('doctor.json', doctor),
    json('runs.json', store.runs.recent(RUNS)),
    { name: 'log.jsonl', text: logLines(store, clean) },
    json('tables.json', tableSizes(store)),
  ];
}

function logLines(store: Store, clean: (entry: unknown) => unknown): string {
  const lines: string[] = [];
  for (let page = 1; page <= LOG_PAGES; page += 1) {
    const { items, pages } = store.syncLog.query({ page });
    for (const entry of items) lines.push(JSON.stringify(clean(entry)));
    if (page >= pages) break;
  }
  return lines.map((line) => `${line}\n`).join('');
}

function tableSizes({ db }: Store): Readonly<Record<string, number>> {
  // Without virtual tables: the index of the log's words cannot be read through to be counted.
  const names = db
    .prepare<[], string>(
      "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%'",
    )
    .pluck()
    .all();
  return Object.fromEntries(
    names.map((name) => [name, db.prepare<[], number>(`SELECT count(*) FROM "${name}"`).pluck().get() ?? 0]),
  );
}

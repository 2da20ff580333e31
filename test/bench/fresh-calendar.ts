import type { AppPorts } from '../../src/main/app-contract.ts';
import { importMapping } from '../../src/main/engine/planner/import-plan.ts';
import { Progress } from '../../src/main/engine/progress.ts';
import { pullCalendar } from '../../src/main/engine/pull-calendar.ts';
import { newTally } from '../../src/main/engine/tally.ts';
import { Turns } from '../../src/main/engine/turns.ts';
import type { CalendarProvider } from '../../src/main/providers/provider.ts';
import { openDatabase } from '../../src/main/store/database.ts';
import { createStore } from '../../src/main/store/store.ts';
import type { ProviderName } from '../../src/shared/domain/account.ts';
import type { Mapping } from '../../src/shared/domain/mapping.ts';
import { benchPorts } from './ports.ts';
import { databaseFile } from './technician.ts';

interface Origin {
  readonly provider: ProviderName;
  readonly calendarId: string;
  readonly now: Date;
}

/** The part of a first import before anything is planned: a calendar that has never been read, in an ordinary window. */
export interface FreshCalendar extends Disposable {
  /** Reads it to its end, stores what it shows, and answers with how much that is. */
  read(): Promise<number>;
  /** How many events are stored. */
  stored(): number;
}

export function freshCalendar(
  dataDir: string,
  { provider: name, calendarId, now }: Origin,
  open: (ports: AppPorts) => CalendarProvider,
): FreshCalendar {
  const ports = benchPorts(dataDir, {}, fetch);
  const { clock, log, random } = ports;
  const provider = open(ports);
  const db = openDatabase({ file: databaseFile(dataDir), backupsDir: dataDir, clock, log });
  const store = createStore(db);
  const createdAt = now.toISOString();
  const account = store.accounts.insert({
    id: 'acc_fresh',
    provider: name,
    subject: 'fresh',
    email: 'Fresh (example.com)',
    access: 'read',
    createdAt,
  });
  const mapping: Mapping = store.mappings.add({
    id: 'map_fresh',
    accountId: account.id,
    calendarId,
    direction: 'import',
    visibility: 'busy-only',
    technicianId: 'tech_tess',
    projectId: null,
    onDelete: 'restore',
    pastDays: 30,
    futureDays: 180,
    skip: [],
    skipTitle: null,
    enabled: true,
    createdAt,
  });
  const context = {
    mapping,
    account,
    calendar: store.mappings.calendarOf(mapping.id),
    importing: importMapping(mapping, { provider: name, subject: account.subject, calendarId }, now),
    tally: newTally(),
    mayWrite: false,
  };
  const run = {
    runId: 'run',
    startedAt: now,
    store,
    clock,
    random,
    log,
    dryRun: false,
    full: false,
    unattended: false,
    canReschedule: false,
    signal: new AbortController().signal,
    progress: new Progress({ runId: 'run', clock, log, onProgress: undefined }),
    mappings: [context],
    blockTurns: new Turns(),
    postponed: new Map(),
    blocksPutOff: false,
    failed: new Set<number>(),
    held: new Set<number>(),
    contested: new Map<number, number>(),
    unseen: new Map(),
  };
  return {
    read: async () => (await pullCalendar(run, provider, context.calendar, [context])).changed,
    stored: () =>
      db.prepare<[], number>("SELECT count(*) FROM observed_event WHERE state = 'live'").pluck().get() ?? 0,
    [Symbol.dispose]: () => db.close(),
  };
}

import type { Account } from '../../src/shared/domain/account.ts';
import type { Mapping } from '../../src/shared/domain/mapping.ts';
import type { Snapshot } from '../../src/shared/domain/snapshot.ts';

export const account = (given: Partial<Account> = {}): Account => ({
  id: 'acc_google',
  provider: 'google',
  subject: 'sub-1',
  email: 'tess@gmail.example',
  access: 'write',
  state: 'connected',
  error: null,
  tokenExpiresAt: null,
  lastSyncedAt: '2026-11-23T09:42:00Z',
  ...given,
});

export const mapping = (given: Partial<Mapping> = {}): Snapshot['mappings'][number] => {
  const id = given.id ?? 'map_work';
  return {
    id,
    mappingId: id,
    accountId: 'acc_google',
    calendarId: 'work@calendar.example',
    direction: 'two-way',
    visibility: 'busy-only',
    technicianId: 'tech_tess',
    projectId: null,
    onDelete: 'restore',
    pastDays: 30,
    futureDays: 180,
    skip: [],
    skipTitle: null,
    enabled: true,
    revision: 1,
    ...given,
  };
};

/** A program that is up to date, on Monday 23 November 2026 at 09:45 in London. */
export const snapshot = (given: Partial<Snapshot> = {}): Snapshot => ({
  revision: 1,
  state: 'up-to-date',
  enrolled: true,
  technician: { id: 'tech_tess', name: 'Tess Technician', timeZone: 'Europe/London' },
  bookingSystem: 'bookings.example.com',
  accounts: [account()],
  mappings: [mapping()],
  progress: null,
  lastRun: {
    runId: 'run_1',
    startedAt: '2026-11-23T09:41:50Z',
    finishedAt: '2026-11-23T09:42:00Z',
    ok: true,
    added: 3,
    changed: 1,
    removed: 0,
  },
  nextRunAt: '2026-11-23T09:52:00Z',
  pausedUntil: null,
  offlineSince: null,
  failingSince: null,
  conflicts: 0,
  holds: 0,
  signIns: [],
  host: { kind: 'headless', version: '0.1.0', locale: null, origin: 'http://127.0.0.1:47600', sample: null },
  sample: null,
  update: null,
  ...given,
});

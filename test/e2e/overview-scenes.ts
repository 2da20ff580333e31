import type { Snapshot } from '../../src/shared/domain/snapshot.ts';
import { failing, pending } from './fixture-program.ts';
import { CONFLICTS, CROWDED } from './fixture-week.ts';
import { BROKEN, OFFLINE, over, type Scene, SIGNED_OUT } from './scene.ts';

/** Somebody wrote no blank. */
const ENDLESS = 'Wärmepumpeninbetriebnahme'.repeat(12);

export const OVERVIEW_SCENES: readonly Scene[] = [
  { name: 'overview', path: '/', program: over({ conflicts: 2, state: 'attention' }) },
  {
    name: 'overview-long-title',
    path: '/',
    program: over(
      { conflicts: 1, state: 'attention' },
      {
        'conflicts.list': () => ({
          items: CONFLICTS.slice(0, 1).map((one) => ({
            ...one,
            booking: { ...one.booking, title: ENDLESS },
          })),
        }),
      },
    ),
  },
  { name: 'overview-quiet', path: '/', program: over() },
  { name: 'overview-empty', path: '/', program: over({}, { 'week.get': () => ({ items: [] }) }) },
  { name: 'overview-loading', path: '/', program: over({}, { 'week.get': pending }) },
  {
    name: 'overview-error',
    path: '/',
    program: over({}, { 'week.get': failing('The database is busy. Try again in a moment.') }),
  },
  {
    name: 'overview-partial',
    path: '/',
    program: over({ state: 'needs-sign-in', accounts: SIGNED_OUT, holds: 1 }),
  },
  { name: 'overview-offline', path: '/', program: over(OFFLINE) },
  {
    name: 'overview-failing',
    path: '/',
    program: over({
      state: 'error',
      accounts: BROKEN,
      failingSince: '2026-11-23T08:10:00Z',
      lastRun: {
        runId: 'run_1',
        startedAt: '2026-11-23T09:41:50Z',
        finishedAt: '2026-11-23T09:42:00Z',
        ok: false,
        added: 0,
        changed: 0,
        removed: 0,
      },
    }),
  },
  {
    name: 'overview-maintenance',
    path: '/',
    program: over({ state: 'error', maintenance: { damaged: true, discrepancies: 3 } }),
  },
  {
    name: 'overview-paused',
    path: '/',
    program: over({ state: 'paused', pausedUntil: '2026-11-23T10:30:00Z' }),
  },
  {
    name: 'overview-syncing',
    path: '/',
    program: over({
      state: 'syncing',
      progress: {
        runId: 'run_2',
        startedAt: '2026-11-23T09:44:55Z',
        accountId: 'acc_google',
        mappingId: 'map_work',
        phase: 'write-events',
        done: 12,
        total: 57,
      } as Snapshot['progress'],
    }),
  },
  {
    name: 'overview-disconnected',
    path: '/',
    program: over({}),
    act: async (page, program) => {
      await page.getByRole('heading', { name: 'Overview' }).waitFor();
      await program.end();
      await page.getByText('Reconnecting to Calendar Sync').waitFor();
    },
  },
  {
    name: 'explain',
    path: '/',
    program: over(),
    act: async (page) => {
      await page
        .getByRole('button', { name: /^Booking.*Boiler service/ })
        .first()
        .click();
      await page.getByText('Dispatch changed the time.').waitFor();
    },
  },
  {
    name: 'overview-more',
    path: '/',
    program: over({}, { 'week.get': () => ({ items: CROWDED }) }),
    act: async (page) => {
      await page.getByRole('button', { name: 'Show 2 more entries' }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'window-starting',
    path: '/',
    ready: '[role="status"]',
    program: over({}, { 'snapshot.get': pending }),
  },
  {
    name: 'window-unreachable',
    path: '/',
    ready: 'h2',
    program: over({}, { 'snapshot.get': failing('It is not there.') }),
  },
];

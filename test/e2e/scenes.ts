import type { Snapshot } from '../../src/shared/domain/snapshot.ts';
import { eventMessage } from '../../src/shared/rpc/dispatcher.ts';
import { failing, pending } from './fixture-program.ts';
import { ACCOUNTS, MAPPINGS, over, type Scene } from './scene.ts';
import { SETTINGS_SCENES } from './settings-scenes.ts';

const signedOut = ACCOUNTS.map((one) =>
  one.id === 'acc_ms' ? { ...one, state: 'needs-sign-in' as const } : one,
);
const broken = ACCOUNTS.map((one) =>
  one.id === 'acc_caldav'
    ? {
        ...one,
        state: 'error' as const,
        error: {
          code: 'PROVIDER_ERROR',
          message: 'cloud.example.org answers with an error. It is tried again with every sync.',
        },
      }
    : one,
);
const OFFLINE: Partial<Snapshot> = { state: 'offline', offlineSince: '2026-11-23T09:10:00Z' };
const fresh = (given: Partial<Snapshot>): Partial<Snapshot> => ({
  mappings: [],
  lastRun: null,
  nextRunAt: null,
  ...given,
});
const waiting = {
  id: 'sign_1',
  provider: 'google' as const,
  url: 'http://127.0.0.1:41999/authorize?state=x',
  startedAt: '2026-11-23T09:44:00Z',
  outcome: { kind: 'waiting' as const },
};

const OVERVIEW: readonly Scene[] = [
  { name: 'overview', path: '/', program: over({ conflicts: 2, state: 'attention' }) },
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
    program: over({ state: 'needs-sign-in', accounts: signedOut, holds: 1 }),
  },
  { name: 'overview-offline', path: '/', program: over(OFFLINE) },
  {
    name: 'overview-failing',
    path: '/',
    program: over({
      state: 'error',
      accounts: broken,
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
];

const CONNECTIONS: readonly Scene[] = [
  {
    name: 'connections',
    path: '/connections',
    program: over({
      accounts: signedOut.map((one) => (one.id === 'acc_caldav' ? { ...one, lastSyncedAt: null } : one)),
      state: 'needs-sign-in',
    }),
  },
  { name: 'connections-offline', path: '/connections', program: over(OFFLINE) },
  { name: 'connections-error', path: '/connections', program: over({ state: 'error', accounts: broken }) },
  { name: 'connections-waiting', path: '/connections', program: over({ signIns: [waiting] }) },
  {
    name: 'connections-menu',
    path: '/connections',
    program: over(),
    act: async (page) => {
      await page.getByRole('button', { name: 'Connect a calendar' }).click();
      await page.getByRole('menuitem', { name: /Outlook/ }).waitFor();
    },
  },
  {
    name: 'connections-sign-in',
    path: '/connections',
    program: over(),
    act: async (page) => {
      await page.getByRole('button', { name: 'Connect a calendar' }).click();
      await page.getByRole('menuitem', { name: /Google/ }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'connections-caldav',
    path: '/connections',
    program: over({}, { 'accounts.connectCaldav': failing('The server does not accept that password.') }),
    act: async (page) => {
      await page.getByRole('button', { name: 'Connect a calendar' }).click();
      await page.getByRole('menuitem', { name: /CalDAV/ }).click();
      await page.getByLabel('Server address').fill('https://cloud.example.org');
      await page.getByLabel('User name').fill('tess');
      await page.getByRole('textbox', { name: 'Password' }).fill('wrong');
      await page.getByRole('button', { name: 'Connect', exact: true }).click();
      await page.getByRole('alert').getByText('does not accept').waitFor();
    },
  },
  {
    name: 'connections-disconnect',
    path: '/connections',
    program: over(),
    act: async (page) => {
      await page.getByRole('button', { name: 'More for tess@gmail.example' }).click();
      await page.getByRole('menuitem', { name: 'Disconnect…' }).click();
      await page.getByText('Remove them').click();
    },
  },
];

const MAPPING_SCENES: readonly Scene[] = [
  { name: 'mappings', path: '/mappings', program: over() },
  {
    name: 'mappings-editor',
    path: '/mappings',
    program: over(),
    act: async (page) => {
      await page.getByRole('button', { name: 'Work', exact: true }).click();
      await page.getByRole('button', { name: 'More choices' }).click();
    },
  },
  {
    name: 'mappings-preview',
    path: '/mappings',
    program: over(),
    act: async (page) => {
      await page.getByRole('button', { name: 'Work', exact: true }).click();
      await page.getByRole('button', { name: 'Preview' }).click();
      await page.getByText('6 events to add').waitFor();
    },
  },
];

const CONFLICT_SCENES: readonly Scene[] = [
  { name: 'conflicts', path: '/conflicts', program: over({ conflicts: 2, holds: 1, state: 'attention' }) },
  { name: 'conflicts-empty', path: '/conflicts', program: over() },
  { name: 'conflicts-loading', path: '/conflicts', program: over({}, { 'conflicts.list': pending }) },
  {
    name: 'conflicts-release',
    path: '/conflicts',
    program: over({ holds: 1, state: 'attention' }),
    act: async (page) => {
      await page.getByRole('button', { name: 'Delete 14 entries…' }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
];

const FEED_SCENES: readonly Scene[] = [
  { name: 'feeds', path: '/feeds', program: over() },
  { name: 'feeds-empty', path: '/feeds', program: over({}, { 'feeds.list': () => ({ items: [] }) }) },
  { name: 'feeds-loading', path: '/feeds', program: over({}, { 'feeds.list': pending }) },
  {
    name: 'feeds-error',
    path: '/feeds',
    program: over({}, { 'feeds.list': failing('The database is busy. Try again in a moment.') }),
  },
  {
    name: 'feeds-create',
    path: '/feeds',
    program: over(
      {},
      { 'feeds.create': failing('The booking system does not answer. Try again in a moment.') },
    ),
    act: async (page) => {
      await page.getByRole('button', { name: 'Create a feed' }).click();
      await page.getByRole('radio', { name: 'Everything about the bookings' }).click();
      await page.getByRole('button', { name: 'Create', exact: true }).click();
      await page.getByRole('alert').getByText('does not answer').waitFor();
    },
  },
  {
    name: 'feeds-qr',
    path: '/feeds',
    program: over(),
    act: async (page) => {
      await page.getByRole('button', { name: 'QR code of Harbour School' }).click();
      await page.getByText('choose to subscribe').waitFor();
    },
  },
  {
    name: 'feeds-rotate',
    path: '/feeds',
    program: over(),
    act: async (page) => {
      await page.getByRole('button', { name: 'More for Harbour School' }).click();
      await page.getByRole('menuitem', { name: 'New link…' }).click();
      await page.getByText('The old link stops working at once').waitFor();
    },
  },
];

const LOG_SCENES: readonly Scene[] = [
  { name: 'log', path: '/log', program: over() },
  {
    name: 'log-details',
    path: '/log',
    program: over(),
    act: async (page) => {
      await page
        .getByRole('button', { name: /^Details/ })
        .nth(3)
        .click();
      await page.getByText('Sent and answered').waitFor();
    },
  },
  { name: 'log-loading', path: '/log', program: over({}, { 'logs.query': pending }) },
  {
    name: 'log-none',
    path: '/log/harbour',
    program: over({}, { 'logs.query': () => ({ items: [], page: 1, pages: 1, total: 0 }) }),
  },
  {
    name: 'log-error',
    path: '/log',
    program: over({}, { 'logs.query': failing('The log could not be read: the disk does not answer.') }),
  },
  {
    name: 'log-fresh',
    path: '/log',
    program: over(),
    act: async (page, program) => {
      await page.getByRole('button', { name: 'Older' }).click();
      await page.getByText('Page 2 of').waitFor();
      await program.say(eventMessage('logs.added', { lastId: 24_313, statuses: ['ok', 'ok', 'retry'] }));
      await page.getByRole('button', { name: 'Show 3 new operations' }).waitFor();
    },
  },
];

const FIRST_RUN: readonly Scene[] = [
  {
    name: 'first-run-enrol',
    path: '/',
    program: over(
      fresh({ state: 'not-enrolled', enrolled: false, technician: null, bookingSystem: null, accounts: [] }),
    ),
  },
  {
    name: 'first-run-sample',
    path: '/',
    program: over(
      fresh({
        state: 'not-enrolled',
        enrolled: false,
        technician: null,
        bookingSystem: null,
        accounts: [],
        host: { kind: 'electron', version: '0.1.0', origin: 'http://127.0.0.1:47600', sample: null },
        sample: { url: 'http://127.0.0.1:47601' },
      }),
    ),
  },
  {
    name: 'overview-sample',
    path: '/',
    program: over({
      host: {
        kind: 'headless',
        version: '0.1.0',
        origin: 'http://127.0.0.1:47601',
        sample: { leaveTo: 'http://127.0.0.1:47600' },
      },
    }),
  },
  { name: 'first-run-connect', path: '/', program: over(fresh({ state: 'no-accounts', accounts: [] })) },
  {
    name: 'first-run-waiting',
    path: '/',
    program: over(fresh({ state: 'no-accounts', accounts: [], signIns: [waiting] })),
  },
  { name: 'first-run-choose', path: '/', program: over(fresh({ accounts: ACCOUNTS.slice(0, 1) })) },
  {
    name: 'first-run-start',
    path: '/',
    program: over(fresh({ accounts: ACCOUNTS.slice(0, 1), mappings: MAPPINGS.slice(0, 1) })),
    act: async (page) => {
      await page.getByText('11 changes in detail').click();
    },
  },
];

/** What a technician sees from day to day. */
export const DAILY_SCENES: readonly Scene[] = [
  ...OVERVIEW,
  ...MAPPING_SCENES,
  ...CONFLICT_SCENES,
  ...FEED_SCENES,
];

/** What is seen when something is set up, and what support looks at. */
export const SETUP_SCENES: readonly Scene[] = [
  ...FIRST_RUN,
  ...CONNECTIONS,
  ...LOG_SCENES,
  ...SETTINGS_SCENES,
];

export const SCENES: readonly Scene[] = [...DAILY_SCENES, ...SETUP_SCENES];

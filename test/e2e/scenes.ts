import type { Page } from 'playwright-core';
import type { Snapshot } from '../../src/shared/domain/snapshot.ts';
import { eventMessage, type Handlers } from '../../src/shared/rpc/dispatcher.ts';
import { account, mapping, snapshot } from '../support/snapshot.ts';
import { type FixtureProgram, failing, fixtureProgram, pending } from './fixture-program.ts';
import { UNDER_POLICY } from './fixture-settings.ts';

/** One state of one screen, as somebody meets it. */
export interface Scene {
  readonly name: string;
  readonly path: string;
  readonly program: () => FixtureProgram;
  /** Rules of axe that the component library breaks there, knowingly. */
  readonly except?: readonly string[];
  /** What is done before it is looked at. */
  readonly act?: (page: Page, program: FixtureProgram) => Promise<void>;
}

const ACCOUNTS = [
  account(),
  account({ id: 'acc_ms', provider: 'microsoft', email: 'tess@contoso.example' }),
  account({
    id: 'acc_ics',
    provider: 'ics',
    email: 'School terms 2026/27',
    access: 'read',
    state: 'read-only',
  }),
  account({ id: 'acc_caldav', provider: 'caldav', email: 'tess@cloud.example.org' }),
];

const MAPPINGS = [
  mapping(),
  mapping({ id: 'map_outlook', accountId: 'acc_ms', calendarId: 'outlook-main', direction: 'import' }),
  mapping({ id: 'map_terms', accountId: 'acc_ics', calendarId: 'ics-terms', direction: 'import' }),
];

const full = (given: Partial<Snapshot> = {}): Snapshot =>
  snapshot({ accounts: ACCOUNTS, mappings: MAPPINGS, ...given });

const over =
  (given: Partial<Snapshot> = {}, handlers: Partial<Handlers> = {}) =>
  (): FixtureProgram =>
    fixtureProgram(full(given), handlers);

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
    program: over({ state: 'error', accounts: broken, failingSince: '2026-11-23T08:10:00Z' }),
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
      await program.say(null);
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
    // A stop for the focus stands among the entries of a menu.
    except: ['aria-required-children'],
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
      await page.getByText('38 events to add').waitFor();
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
    program: over({}, { 'feeds.create': failing('There is no project proj_old.') }),
    act: async (page) => {
      await page.getByRole('button', { name: 'Create a feed' }).click();
      await page.getByRole('radio', { name: 'Everything about the bookings' }).click();
      await page.getByRole('button', { name: 'Create', exact: true }).click();
      await page.getByRole('alert').getByText('no project').waitFor();
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

const SETTINGS_SCENES: readonly Scene[] = [
  { name: 'settings', path: '/settings', program: over() },
  { name: 'settings-policy', path: '/settings', program: over({}, { 'settings.get': () => UNDER_POLICY }) },
  { name: 'settings-loading', path: '/settings', program: over({}, { 'settings.get': pending }) },
  {
    name: 'settings-error',
    path: '/settings',
    program: over({}, { 'settings.get': failing('The settings file cannot be read.') }),
  },
  {
    name: 'settings-refused',
    path: '/settings',
    program: over({}, { 'settings.change': failing('proxyUrl must be an address.') }),
    act: async (page) => {
      await page.getByLabel('Proxy').fill('http://nowhere');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByRole('alert').getByText('must be an address').waitFor();
    },
  },
  {
    name: 'settings-doctor',
    path: '/settings',
    program: over(),
    act: async (page) => {
      await page.getByRole('button', { name: 'Check this computer' }).click();
      await page.getByText('1 check failed.').waitFor();
    },
  },
  {
    name: 'settings-diagnostics',
    path: '/settings',
    program: over(),
    act: async (page) => {
      await page.getByRole('button', { name: 'Collect diagnostics…' }).click();
      await page.getByLabel('What is in it').waitFor();
    },
  },
  {
    name: 'settings-reset',
    path: '/settings',
    program: over(),
    act: async (page) => {
      await page.getByRole('button', { name: 'Forget everything…' }).click();
      await page.getByText('Forget the accounts too').click();
    },
  },
  {
    name: 'settings-restore',
    path: '/settings',
    program: over({}, { 'data.restore': failing('That file is not a backup of Calendar Sync.') }),
    act: async (page) => {
      await page.getByRole('button', { name: 'Restore…' }).click();
      await page.getByLabel('File on this computer').fill('/home/tess/old.backup');
      await page.getByRole('button', { name: 'Restore', exact: true }).click();
      await page.getByText('is not a backup').waitFor();
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

export const SCENES: readonly Scene[] = [
  ...OVERVIEW,
  ...CONNECTIONS,
  ...MAPPING_SCENES,
  ...CONFLICT_SCENES,
  ...FEED_SCENES,
  ...LOG_SCENES,
  ...SETTINGS_SCENES,
  ...FIRST_RUN,
];

import type { Page } from 'playwright';
import type { Snapshot } from '../../src/shared/domain/snapshot.ts';
import type { UpdateState } from '../../src/shared/domain/update.ts';
import { failing, pending } from './fixture-program.ts';
import { comparison, REPAIRS } from './fixture-repairs.ts';
import { UNDER_POLICY } from './fixture-settings.ts';
import { OFFLINE, over, type Scene } from './scene.ts';

const ELECTRON: Snapshot['host'] = {
  kind: 'electron',
  version: '0.1.0',
  locale: 'en-GB',
  origin: 'http://127.0.0.1:47600',
  sample: null,
};

const UPDATES: readonly UpdateState[] = [
  { kind: 'checking' },
  { kind: 'up-to-date', at: '2026-11-23T09:45:00Z' },
  { kind: 'downloading', version: '0.2.0', percent: 40 },
  { kind: 'ready', version: '0.2.0' },
  { kind: 'failed', at: '2026-11-23T09:45:00Z', reason: 'unreachable' },
];

const compare = (page: Page): Promise<void> => page.getByRole('button', { name: 'Compare' }).click();

export const SETTINGS_SCENES: readonly Scene[] = [
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
    program: over({}, { 'settings.change': failing('The settings could not be written: the disk is full.') }),
    act: async (page) => {
      await page.getByLabel('Proxy').fill('http://nowhere');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByRole('alert').getByText('the disk is full').waitFor();
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
    name: 'settings-repair',
    path: '/settings',
    program: over({ maintenance: { damaged: false, discrepancies: 4 } }, REPAIRS),
    act: async (page) => {
      await page.getByText('4 entries did not fit').waitFor();
      await compare(page);
      await page.getByText('4 entries do not fit.').scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'settings-repair-held',
    path: '/settings',
    program: over({}, REPAIRS),
    act: async (page) => {
      await compare(page);
      await page.getByRole('button', { name: 'Put 2 right' }).click();
      await page.getByText('2 entries put right.').waitFor();
      await page.getByRole('button', { name: 'Remove 1 entry that is held…' }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'settings-repaired',
    path: '/settings',
    program: over({}, REPAIRS),
    act: async (page) => {
      await compare(page);
      await page.getByRole('button', { name: 'Remove 1 entry that is held…' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Remove 1 entry' }).click();
      await page.getByText('3 entries put right.').scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'settings-repair-agrees',
    path: '/settings',
    program: over({}, { 'sync.previewRepair': () => comparison([], true) }),
    act: async (page) => {
      await compare(page);
      await page.getByText('Calendars and records agree.').scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'settings-network',
    path: '/settings',
    program: over(),
    act: async (page) => {
      await page.getByRole('button', { name: 'Test connection' }).click();
      await page.getByText('1 host cannot be reached.').scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'settings-licences',
    path: '/settings',
    program: over(),
    act: async (page) => {
      await page.getByRole('button', { name: 'Licences…' }).click();
      await page.getByText('BlueOak-1.0.0').first().waitFor();
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
    program: over({}, { 'data.inspect': failing('That file is not a backup of Calendar Sync.') }),
    act: async (page) => {
      await page.getByRole('button', { name: 'Restore…' }).click();
      await page.getByLabel('File on this computer').fill('/home/tess/old.backup');
      await page.getByRole('button', { name: 'Look into it' }).click();
      await page.getByText('is not a backup').waitFor();
    },
  },
  {
    name: 'settings-restore-preview',
    path: '/settings',
    program: over(),
    act: async (page) => {
      await page.getByRole('button', { name: 'Restore…' }).click();
      await page.getByLabel('File on this computer').fill('/home/tess/friday.backup');
      await page.getByRole('button', { name: 'Look into it' }).click();
      await page.getByText('Here now, replaced').waitFor();
    },
  },
  { name: 'settings-offline', path: '/settings', program: over(OFFLINE) },
  {
    name: 'settings-restore-chosen',
    path: '/settings',
    program: over({ host: ELECTRON }, { 'files.choose': () => ({ file: '/home/tess/friday.backup' }) }),
    act: async (page) => {
      await page.getByRole('button', { name: 'Restore…' }).click();
      await page.getByText('Here now, replaced').waitFor();
    },
  },
  ...UPDATES.map(
    (update): Scene => ({
      name: `settings-update-${update.kind}`,
      path: '/settings',
      program: over({ host: ELECTRON, update }),
      act: (page) => page.getByRole('radio', { name: 'Stable' }).focus(),
    }),
  ),
];

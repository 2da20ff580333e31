import type { Page } from 'playwright';
import type { Snapshot } from '../../src/shared/domain/snapshot.ts';
import type { Handlers } from '../../src/shared/rpc/dispatcher.ts';
import { account, mapping, snapshot } from '../support/snapshot.ts';
import { type FixtureProgram, fixtureProgram } from './fixture-program.ts';

/** One state of one screen, as somebody meets it. */
export interface Scene {
  readonly name: string;
  readonly path: string;
  readonly program: () => FixtureProgram;
  /** What shows that it is there, where that is not the screen's heading. */
  readonly ready?: string;
  /** What is done before it is looked at. */
  readonly act?: (page: Page, program: FixtureProgram) => Promise<void>;
}

export const ACCOUNTS = [
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

export const MAPPINGS = [
  mapping(),
  mapping({ id: 'map_outlook', accountId: 'acc_ms', calendarId: 'outlook-main', direction: 'import' }),
  mapping({ id: 'map_terms', accountId: 'acc_ics', calendarId: 'ics-terms', direction: 'import' }),
];

const full = (given: Partial<Snapshot> = {}): Snapshot =>
  snapshot({ accounts: ACCOUNTS, mappings: MAPPINGS, ...given });

/** The program as it usually is, but for what is given. */
export const over =
  (given: Partial<Snapshot> = {}, handlers: Partial<Handlers> = {}) =>
  (): FixtureProgram =>
    fixtureProgram(full(given), handlers);

export const SIGNED_OUT = ACCOUNTS.map((one) =>
  one.id === 'acc_ms' ? { ...one, state: 'needs-sign-in' as const } : one,
);
export const BROKEN = ACCOUNTS.map((one) =>
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
export const OFFLINE: Partial<Snapshot> = { state: 'offline', offlineSince: '2026-11-23T09:10:00Z' };
export const fresh = (given: Partial<Snapshot>): Partial<Snapshot> => ({
  mappings: [],
  lastRun: null,
  nextRunAt: null,
  ...given,
});
export const WAITING = {
  id: 'sign_1',
  provider: 'google' as const,
  url: 'http://127.0.0.1:41999/authorize?state=x',
  startedAt: '2026-11-23T09:44:00Z',
  outcome: { kind: 'waiting' as const },
};

/** The ordinary screens instead of the set-up. */
export async function postpone(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Finish later' }).click();
  await page.getByRole('navigation').waitFor();
  await page.getByRole('heading', { level: 1 }).waitFor();
}

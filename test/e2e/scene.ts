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

import { describe, expect, it } from 'vitest';
import { OverallState, type Snapshot } from '../../src/shared/domain/snapshot.ts';
import { type Status, statusOf } from '../../src/shared/status.ts';
import type { Reader } from '../../src/shared/text/moment.ts';
import { account, snapshot } from '../support/snapshot.ts';

const reader: Reader = {
  locale: 'en-GB',
  timeZone: 'Europe/London',
  now: new Date('2026-11-23T09:45:00Z'),
};

const signedOut = account({ state: 'needs-sign-in' });

/** The table of `interface.md`, tray, and the states around it. */
const TABLE: readonly [string, Partial<Snapshot>, Status['icon'], string][] = [
  ['up to date', {}, 'check', 'Up to date · 09:42'],
  ['up to date, never run', { lastRun: null }, 'check', 'Ready for the first sync'],
  ['syncing', { state: 'syncing' }, 'arrows', 'Syncing…'],
  ['paused', { state: 'paused', pausedUntil: '2026-11-23T10:30:00Z' }, 'bars', 'Paused until 10:30'],
  [
    'paused overnight',
    { state: 'paused', pausedUntil: '2026-11-24T06:00:00Z' },
    'bars',
    'Paused until Tue 06:00',
  ],
  ['paused for good', { state: 'paused', pausedUntil: 'resumed' }, 'bars', 'Paused until you resume'],
  ['offline', { state: 'offline' }, 'slashed-cloud', 'Offline · will sync when back'],
  [
    'signed out of Google',
    { state: 'needs-sign-in', accounts: [signedOut] },
    'exclamation',
    'Google needs you to sign in again',
  ],
  [
    'signed out of Microsoft, Google fine',
    {
      state: 'needs-sign-in',
      accounts: [account(), account({ provider: 'microsoft', state: 'needs-sign-in' })],
    },
    'exclamation',
    'Microsoft 365 needs you to sign in again',
  ],
  [
    'signed out of two',
    { state: 'needs-sign-in', accounts: [signedOut, signedOut] },
    'exclamation',
    '2 accounts need you to sign in again',
  ],
  ['one decision', { state: 'attention', conflicts: 1 }, 'exclamation', '1 decision waits for you'],
  ['several', { state: 'attention', conflicts: 1, holds: 2 }, 'exclamation', '3 decisions wait for you'],
  [
    'failing',
    { state: 'error', failingSince: '2026-11-23T08:10:00Z' },
    'cross',
    'Sync is failing since 08:10',
  ],
  [
    'failing for days',
    { state: 'error', failingSince: '2026-11-12T08:10:00Z' },
    'cross',
    'Sync is failing since 12 Nov, 08:10',
  ],
  ['failed once', { state: 'error' }, 'cross', 'The last sync failed'],
  ['not enrolled', { state: 'not-enrolled', enrolled: false }, 'exclamation', 'Not set up yet'],
  ['no accounts', { state: 'no-accounts', accounts: [] }, 'exclamation', 'No calendar is connected yet'],
];

describe('the status of a program that is', () => {
  it.each(TABLE)('%s', (_, given, icon, sentence) => {
    expect(statusOf(snapshot(given), reader)).toMatchObject({ icon, sentence });
  });

  it('in any state there is, is told', () => {
    const told = new Set(TABLE.map(([, given]) => given.state ?? 'up-to-date'));
    expect(told).toEqual(new Set(OverallState.options));
  });
});

describe('times in the status', () => {
  it('are those of the reader’s zone and habit', () => {
    const inNewYork = { ...reader, locale: 'en-US', timeZone: 'America/New_York' };
    expect(statusOf(snapshot(), inNewYork).sentence).toMatch(/^Up to date · 4:42\sAM$/);
  });

  it('name the day when it is not today there', () => {
    const inAuckland = { ...reader, timeZone: 'Pacific/Auckland', now: new Date('2026-11-23T11:30:00Z') };
    // 09:42 UTC is 22:42 on Monday in Auckland; 11:30 UTC is already Tuesday.
    expect(statusOf(snapshot(), inAuckland).sentence).toBe('Up to date · Mon 22:42');
  });
});
